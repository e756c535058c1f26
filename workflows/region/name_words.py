"""Keep the words of people's names, by which colleagues find them, as their names and units are."""

from collections.abc import Collection

from sqlmodel import Session

from models.statements.names import keep_name_words, list_names
from workflows.calculations.names import split_name


def index_names(session: Session, people: Collection[str]) -> None:
    """Write the words of people's names anew; whoever registers, renames or moves somebody calls it once that is written."""
    named = list_names(session, people)
    keep_name_words(session, people, [(each.person_id, word, each.unit_id) for each in named for word in split_name(each.name)])
