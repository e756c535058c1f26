"""Determine: the regional head, or whoever the policy names, decides on the recommendation."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlmodel import Session

from models.ideas import Idea
from models.instants import now
from models.stages import IdeaStage
from workflows.process.actors import Actor
from workflows.process.context import read_context
from workflows.process.engine import Grounds, move
from workflows.process.wording import read_line, read_text


class Determination(StrEnum):
    """What is decided (diterima / ditunda / ditolak)."""

    ADOPTED = "adopted"
    DEFERRED = "deferred"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Decree:
    """The decree that makes an adopted idea policy: the innovator's legal shield (UU 23/2014 art. 389)."""

    number: str = ""
    on: date | None = None


def determine_idea(session: Session, idea_id: str, outcome: Determination, *, reason: str, decree: Decree, actor: Actor) -> Idea:
    """Adopt (with the decree's number and day, where there is one already), defer, or reject with reasons the letter will carry."""
    context = read_context(session, idea_id, actor=actor)
    text = read_text("reason", reason, maximum=4_000, minimum=0 if outcome == Determination.ADOPTED else 10)
    number = read_line("decree_number", decree.number, maximum=100, minimum=0)
    code = {Determination.REJECTED: "determined_rejected", Determination.DEFERRED: "determined_deferred"}.get(outcome)
    detail = {"decree_number": number, "decree_on": decree.on.isoformat() if decree.on else None}
    move(session, context, "determine", outcome.value, actor=actor, grounds=Grounds(text, code, detail))
    return context.idea


def resume_idea(session: Session, idea_id: str, *, reason: str, actor: Actor) -> Idea:
    """Take a deferred idea up again: back to the shortlist with the score it has."""
    context = read_context(session, idea_id, actor=actor)
    text = read_text("reason", reason, maximum=4_000, minimum=5)
    move(session, context, "resume", actor=actor, grounds=Grounds(text))
    return context.idea


def expire_deferral(session: Session, idea_id: str, *, actor: Actor) -> None:
    """Close an idea that was deferred and not taken up in time."""
    context = read_context(session, idea_id, actor=actor)
    idea = context.idea
    if idea.stage == IdeaStage.DEFERRED and idea.due_at is not None and idea.due_at < now():
        move(session, context, "expire", actor=actor, grounds=Grounds(code="deferral_expired"))


def close_rejected(session: Session, idea_id: str, *, actor: Actor) -> None:
    """Close a rejected idea once the time for which it is kept is over; until then it may be taken up again or claimed."""
    context = read_context(session, idea_id, actor=actor)
    idea = context.idea
    if idea.stage == IdeaStage.REJECTED and idea.due_at is not None and idea.due_at < now():
        move(session, context, "close", actor=actor, grounds=Grounds(code=idea.reason_code or "determined_rejected"))
