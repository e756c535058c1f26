"""Withdraw an idea."""

from sqlmodel import Session

from models.ideas import Idea
from workflows.process.actors import Actor
from workflows.process.context import read_context
from workflows.process.engine import Grounds, move
from workflows.process.wording import read_text


def withdraw_idea(session: Session, idea_id: str, *, reason: str = "", actor: Actor) -> Idea:
    """Take an idea back before it is recommended; the lead proposer may, and need not say why."""
    context = read_context(session, idea_id, actor=actor)
    move(session, context, "withdraw", actor=actor, grounds=Grounds(read_text("reason", reason, maximum=4_000)))
    return context.idea
