"""The mail that tells somebody that an idea of a colleague, which they follow, has come to the next of the five steps.

The clock looks for it, so no step of the process knows of followers: whatever moves an idea, and an award that is announced, is told of
alike. Whoever may not read the idea as its colleague when the mail is written is told nothing.
"""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.awards import Award
from models.colleagues import IdeaFollow
from models.ideas import Idea
from models.outbox import Message
from models.people import Person
from models.settings import settings
from workflows.documents.mail import FollowedMail, write_word
from workflows.intake.opened import list_open_stages
from workflows.intake.shared import HONOURED, SharedReader, find_shared, list_steps
from workflows.process import ways
from workflows.process.actors import actor_of, flow_actor
from workflows.process.context import read_context
from workflows.recognition.outgoing import Told, find_reached, read_reader

TELL = "recognition.tell_follower"
KEY = "follow:"  # before a follow's id and a step: the key under which its person is told that the idea is on it
_FLOW = flow_actor("recognition")


@dataclass(frozen=True)
class Moved:
    """A follower who is to be told of an idea that is on a later step, and the key under which they are told of it once."""

    person_id: str
    idea_id: str
    key: str


def note_moved(session: Session, limit: int) -> list[Moved]:
    """Note the step of followed ideas that are on a later one than their followers were told, so many at once; answers whom to tell."""
    moved = select(IdeaFollow, Idea).join(Idea, col(Idea.id) == col(IdeaFollow.idea_id)).where(_has_moved())
    found = session.exec(moved.order_by(col(IdeaFollow.since), col(IdeaFollow.id)).limit(limit)).all()
    steps = list_steps(session, [idea for _, idea in found]) if found else {}
    for follow, idea in found:
        follow.told_step = steps[idea.id]
    session.flush()
    return [Moved(follow.person_id, idea.id, f"{KEY}{follow.id}:{follow.told_step}") for follow, idea in found]


def find_followed_mail(session: Session, asked: Message) -> Told | None:
    """The mail that a message asks for; None for who has no address or a closed account, and who may not be told."""
    return find_reached(session, tell_followed(session, asked))


def tell_followed(session: Session, asked: Message) -> Told | None:
    """What a message tells its person of an idea that they follow: that it came to a step.

    None where it has gone on since, for who follows it no more, and for who may not read it as its colleague by now.
    """
    person, idea = session.get(Person, asked.subject_id), session.get(Idea, asked.idea_id)
    if person is None or idea is None:
        return None
    step = list_steps(session, [idea])[idea.id]
    own = select(IdeaFollow.id).where(IdeaFollow.idea_id == idea.id, IdeaFollow.person_id == person.id)
    if asked.dedupe_key != f"{KEY}{session.exec(own).first()}:{step}":
        return None
    actor, context = actor_of(session, person.id), read_context(session, idea.id, actor=_FLOW)
    shared = find_shared(session, context, actor=actor)
    if shared is None or shared.standing != SharedReader.COLLEAGUE:
        return None
    reader = read_reader(session, person.id)
    mail = FollowedMail(person.full_name, idea.title, write_word(step, reader.language), f"{settings().address}/rekan/{idea.id}")
    return Told(person, reader, "followed", mail, f"<{asked.id}.{person.id}@gagas>")


def _has_moved() -> sa.ColumnElement[bool]:
    """The condition on a follow and its idea, if that may be open to colleagues, that the idea is on a later step than was told."""
    announced = select(Award.id).where(Award.idea_id == Idea.id, col(Award.announced_at).is_not(None), col(Award.revoked_at).is_(None))
    is_honoured, by_step = announced.exists(), dict[str, list[str]]()
    for name in list_open_stages(blind=False):
        by_step.setdefault(ways.IDEA.stages[name].step, []).append(name)
    moved = [col(Idea.stage).in_(names) & (is_honoured | _knows_earlier(step)) for step, names in by_step.items()]
    return sa.or_(*moved) & (~is_honoured | _knows_earlier(HONOURED))


def _knows_earlier(step: str) -> sa.ColumnElement[bool]:
    return col(IdeaFollow.told_step).in_(ways.STEPS[: ways.STEPS.index(step)])
