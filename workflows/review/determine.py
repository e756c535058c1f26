"""Determine: the regional head, or whoever the policy names, decides on the recommendation."""

from enum import StrEnum
from typing import Any

from sqlmodel import Session

from models.decrees import Decree, DecreeKind
from models.stages import IdeaStage
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext, read_context
from workflows.process.decide import read_reason
from workflows.process.engine import Grounds, permit, take
from workflows.process.guards import is_at_mark, is_overdue
from workflows.process.refusals import Faults, Invalid
from workflows.process.reopening import has_open_claim
from workflows.process.ways import IDEA
from workflows.region.decrees import NamedDecree, record_decree, write_decree

CLOSE = IDEA.action("close")
DETERMINE = IDEA.action("determine")
EXPIRE = IDEA.action("expire")
RESUME = IDEA.action("resume")


class Determination(StrEnum):
    """What is decided (ditetapkan / ditunda / ditolak)."""

    ADOPTED = "adopted"
    DEFERRED = "deferred"
    REJECTED = "rejected"


def determine_idea(
    session: Session, idea_id: str, outcome: Determination, *, reason: str, decree: NamedDecree, actor: Actor
) -> IdeaContext:
    """Adopt under a decree, the innovator's legal shield (UU 23/2014 art. 389), defer, or reject with reasons the letter will carry.

    Raises Invalid (`decree_missing`) where an adoption leaves out the decree's number or day: the decree is what makes the idea policy,
    and no later step could add it; and what `record_decree` raises.
    """
    context = read_context(session, idea_id, actor=actor)
    permitted = permit(session, context, DETERMINE, outcome, actor=actor)
    faults, text = Faults(), ""
    with faults.gather():
        text = read_reason(permitted.transition, reason)
    if outcome == Determination.ADOPTED:
        missing = {"decree_number": not decree.number.strip(), "decree_on": decree.on is None}
        faults.found += [Invalid("decree_missing", field) for field, is_missing in missing.items() if is_missing]
    faults.settle()
    detail: dict[str, Any] = {"decree_number": "", "decree_on": None}
    rows: tuple[Decree, ...] = ()
    if outcome == Determination.ADOPTED:
        rows = (record_decree(session, context, DecreeKind.DETERMINATION, decree, actor=actor),)
        detail = write_decree(rows[0])
    take(session, context, permitted, Grounds(text, detail, detail, rows), actor=actor)
    return context


def resume_idea(session: Session, idea_id: str, *, reason: str, actor: Actor) -> IdeaContext:
    """Take a deferred idea up again with the score it has: back to the shortlist, or to those below the mark; without one, into review."""
    context = read_context(session, idea_id, actor=actor)
    outcome = "unscored" if context.idea.score is None else "passed" if is_at_mark(context) else "below_mark"
    permitted = permit(session, context, RESUME, outcome, actor=actor)
    take(session, context, permitted, Grounds(read_reason(permitted.transition, reason)), actor=actor)
    return context


def expire_deferral(session: Session, idea_id: str, *, actor: Actor) -> None:
    """Close an idea that was deferred and not taken up in time."""
    context = read_context(session, idea_id, actor=actor)
    if context.idea.stage == IdeaStage.DEFERRED and is_overdue(context):
        take(session, context, permit(session, context, EXPIRE, actor=actor), actor=actor)


def close_rejected(session: Session, idea_id: str, *, actor: Actor) -> None:
    """Close a rejected idea once the time for which it is kept is over, and no claim about it is open."""
    context = read_context(session, idea_id, actor=actor)
    if context.idea.stage == IdeaStage.REJECTED and is_overdue(context) and not has_open_claim(session, idea_id):
        take(session, context, permit(session, context, CLOSE, actor=actor), actor=actor)
