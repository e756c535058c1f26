"""Accept many ideas at the screening in one go: who found every requirement met in each of them says so once for all."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.ideas import Idea
from models.inbox import InboxItem
from workflows.intake.requirements import answer_all
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.process.actors import Actor
from workflows.process.context import read_context
from workflows.process.refusals import Invalid, NotFound, Refusal
from workflows.process.visibility import visible
from workflows.process.waiting import list_inbox
from workflows.process.ways import IDEA

MOST = 100
SCREEN = IDEA.action("screen")


@dataclass(frozen=True)
class Accepted:
    """What became of one idea: the stage in which it stands then and how many people of its team are told; or why it was not accepted.

    `answers` are what is recorded of each requirement: yes.
    """

    idea_id: str
    code: str = ""
    title: str = ""
    stage: str = ""
    told: int = 0
    refusal: Refusal | None = None
    answers: dict[str, bool] = field(default_factory=dict)


class _OnlyTried(Exception):
    """Undoes what was only tried."""


def accept_many(session: Session, idea_ids: Sequence[str], *, is_tried: bool = False, actor: Actor) -> list[Accepted]:
    """Accept each of these ideas with every requirement met, as `screen_idea` does; what is refused of one keeps no other back.

    Where it `is_tried` only, all is done and undone again: it answers what would come of it. The decisions are those of single
    acceptances, with the number of ideas that were accepted together. Raises Invalid for none and for more than a hundred; what the actor
    may not see is not found, each by itself.
    """
    wanted = list(dict.fromkeys(idea_ids))
    if not wanted:
        raise Invalid("ideas_missing", "idea_ids")
    if len(wanted) > MOST:
        raise Invalid("list_too_long", "idea_ids", maximum=MOST)
    _lock(session, wanted, actor)
    found = list[Accepted]()
    with suppress(_OnlyTried), session.begin_nested():
        found += [_accept(session, idea_id, len(wanted), actor) for idea_id in wanted]
        if is_tried:
            raise _OnlyTried
    return found


def list_to_screen(session: Session, *, actor: Actor) -> list[Idea]:
    """The ideas whose screening waits for an actor, the most urgent first, as many as may be accepted together."""
    waiting = list_inbox(session, actor=actor, limit=MOST, about=col(InboxItem.task) == SCREEN)
    return [each.idea for each in waiting]


def _accept(session: Session, idea_id: str, together: int, actor: Actor) -> Accepted:
    try:
        with session.begin_nested():
            policy = read_context(session, idea_id, actor=actor).policy
            answers = answer_all(policy)
            context = screen_idea(session, idea_id, Screening.ACCEPTED, Findings(answers, together=together), actor=actor)
            idea, told = context.idea, len(context.team)
            return Accepted(idea.id, str(idea.code), idea.title, idea.stage, told, answers=answers)
    except NotFound as refusal:
        return Accepted(idea_id, refusal=refusal)
    except Refusal as refusal:
        named = session.exec(select(Idea.code, Idea.title).where(Idea.id == idea_id)).one()
        return Accepted(idea_id, str(named[0] or ""), named[1], refusal=refusal)


def _lock(session: Session, idea_ids: Sequence[str], actor: Actor) -> None:
    """Keep the ideas from others until the transaction ends, the lowest id first, before the ledger's end is taken: two who accept some of
    the same ideas at once wait for each other in one order."""
    seen = select(Idea.id).where(col(Idea.id).in_(idea_ids), visible(actor))
    session.execute(sa.select(col(Idea.id)).where(col(Idea.id).in_(seen)).order_by(col(Idea.id)).with_for_update())
