"""The terms by which an idea is found: kept with each revision, in its transaction, and made anew where they lag behind."""

from dataclasses import dataclass

from sqlmodel import Session

from models.ideas import Idea
from models.policy import Policy
from models.statements.ideas import read_content
from models.statements.search import WRITTEN, Lagging, keep_terms, list_lagging
from workflows.calculations.words import EDITION, list_written, read_text_terms
from workflows.intake.answers import FormContent, leave_unasked_out
from workflows.process.context import read_policy_of


@dataclass(frozen=True)
class SearchedText:
    """What of an idea is searched: its title, and theme and sections as everybody who sees the idea may read them."""

    title: str
    body: str


def gather_text(policy: Policy, title: str, theme: str, said: FormContent) -> SearchedText:
    """An idea's text; what its form does not ask for, given the other answers, is read by nobody, and so not searched."""
    sections = leave_unasked_out(policy, said).sections
    return SearchedText(title, "\n".join([theme, *(sections[section.name] for section in policy.sections if section.name in sections)]))


def write_terms(text: SearchedText) -> dict[str, str]:
    """The terms of a text as the index keeps them."""
    title, body = read_text_terms(text.title), read_text_terms(text.body)
    words = (WRITTEN + word for word in list_written(f"{text.title}\n{text.body}"))
    return {"title": " ".join(title.counts.elements()), "body": " ".join(body.counts.elements()), "words": " ".join(words)}


def keep_search_terms(session: Session, idea: Idea, text: SearchedText) -> None:
    """Write the terms of what an idea says at its present revision."""
    keep_terms(session, idea_id=idea.id, revision=idea.revision, edition=EDITION, **write_terms(text))


def index_lagging(session: Session, limit: int, after: Lagging | None = None) -> list[Lagging]:
    """Make the terms of some ideas anew whose terms are missing, or are of another revision or edition; answers of which.

    For an older database, and after a release that reads words otherwise; every revision keeps its own. To go on, ask for those behind
    the last.
    """
    lagging = list_lagging(session, EDITION, limit, after)
    for each in lagging:
        idea = session.get_one(Idea, each.idea_id)
        content = read_content(session, idea)
        said = FormContent(content.sections, content.answers)
        keep_search_terms(session, idea, gather_text(read_policy_of(session, idea), idea.title, content.theme, said))
    return lagging
