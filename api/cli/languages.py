"""The languages in which a command answers, and what it says of a file that it cannot read."""

from enum import StrEnum

from api.sentences import catalogue, fill
from models.settings import settings


class Language(StrEnum):
    """The languages of the sentences."""

    INDONESIAN = "id"
    ENGLISH = "en"


def choose_language(asked: Language | None) -> str:
    """The language that was asked for, else the region's."""
    return str(asked or settings().language)


def say(name: str, language: str, **values: object) -> str:
    """A sentence of `templates/sentences/check.toml` with its places filled."""
    said = catalogue("check")[name][language]
    for place, value in values.items():
        said = fill(said, place, str(value))
    return said
