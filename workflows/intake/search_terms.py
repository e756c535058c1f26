"""The terms by which an idea is found: kept with each revision, in its transaction, and made anew where they lag behind."""

from dataclasses import dataclass, replace

from sqlmodel import Session

from models.ideas import Idea
from models.policy import Policy
from models.statements.ideas import read_content
from models.statements.search import ANSWERED, LINKED, WRITTEN, Lagging, keep_terms, list_lagging
from workflows.calculations.words import EDITION, list_written, read_text_terms
from workflows.intake.answer_words import list_answer_words, list_hosts
from workflows.intake.answers import FormContent, leave_unasked_out
from workflows.process.context import read_policy_of

MOST_ANSWERED = 20_000  # letters of short answers: beside those of the text no more than PostgreSQL takes into one `tsvector`


@dataclass(frozen=True)
class SearchedText:
    """What of an idea is searched: its title, theme and sections, and its short answers, as everybody who sees the idea may read them.

    `hosts` are words of the addresses that it gives, by which whoever reviews it blindly does not find it. What is like another is told by
    `title` and `body` alone.
    """

    title: str
    body: str
    answers: str = ""
    hosts: str = ""


def gather_text(policy: Policy, title: str, theme: str, said: FormContent) -> SearchedText:
    """An idea's text; what its form does not ask for, given the other answers, is read by nobody, and so not searched."""
    sections = leave_unasked_out(policy, said).sections
    return SearchedText(title, "\n".join([theme, *(sections[section.name] for section in policy.sections if section.name in sections)]))


def gather_all(policy: Policy, title: str, theme: str, said: FormContent) -> SearchedText:
    """An idea's text and its short answers, without what its form does not ask for."""
    answers = leave_unasked_out(policy, said).answers
    words, hosts = ("\n".join(listed(policy, answers)) for listed in (list_answer_words, list_hosts))
    return replace(gather_text(policy, title, theme, said), answers=words, hosts=hosts)


def write_terms(text: SearchedText) -> dict[str, str]:
    """The terms of a text as the index keeps them."""
    title, body, answers = read_text_terms(text.title), read_text_terms(text.body), read_text_terms(text.answers, MOST_ANSWERED)
    written = {*list_written(f"{text.title}\n{text.body}"), *list_written(text.answers, MOST_ANSWERED)}
    words = [WRITTEN + word for word in sorted(written)]
    words += [ANSWERED + term for term in sorted(set(answers.terms))]
    words += [LINKED + word for word in list_written(text.hosts, MOST_ANSWERED)]
    return {"title": " ".join(title.counts.elements()), "body": " ".join(body.counts.elements()), "words": " ".join(words)}


def keep_search_terms(session: Session, idea: Idea, theme: str, said: FormContent) -> None:
    """Write the terms of what an idea says at its present revision, under the policy that it is held to."""
    text = gather_all(read_policy_of(session, idea), idea.title, theme, said)
    keep_terms(session, idea_id=idea.id, revision=idea.revision, edition=EDITION, **write_terms(text))


def keep_terms_of(session: Session, idea: Idea) -> None:
    """Write the terms of an idea anew from its present revision."""
    content = read_content(session, idea)
    keep_search_terms(session, idea, content.theme, FormContent(content.sections, content.answers))


def index_lagging(session: Session, limit: int, after: Lagging | None = None) -> list[Lagging]:
    """Make the terms of some ideas anew whose terms are missing, or are of another revision or edition; answers of which.

    For an older database, and after a release that reads words otherwise; every revision keeps its own. To go on, ask for those behind
    the last.
    """
    lagging = list_lagging(session, EDITION, limit, after)
    for each in lagging:
        keep_terms_of(session, session.get_one(Idea, each.idea_id))
    return lagging
