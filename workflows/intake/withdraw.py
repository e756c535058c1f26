"""Withdraw an idea."""

from sqlmodel import Session

from workflows.process.actors import Actor
from workflows.process.context import IdeaContext
from workflows.process.decide import decide
from workflows.process.ways import IDEA

WITHDRAW = IDEA.action("withdraw")


def withdraw_idea(session: Session, idea_id: str, *, reason: str = "", actor: Actor) -> IdeaContext:
    """Take an idea back before it is recommended; the lead proposer may, and need not say why."""
    return decide(session, idea_id, WITHDRAW, None, reason=reason, actor=actor)
