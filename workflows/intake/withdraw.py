"""Withdraw an idea."""

from sqlmodel import Session

from models.ideas import Idea
from workflows.actors import Actor
from workflows.moves import Grounds, move
from workflows.standing import find_standing
from workflows.wording import read_text


def withdraw_idea(session: Session, idea_id: str, *, reason: str = "", actor: Actor) -> Idea:
    """Take an idea back before it is recommended; the lead proposer may, and need not say why."""
    standing = find_standing(session, idea_id, actor=actor)
    move(session, standing, "withdraw", actor=actor, grounds=Grounds(read_text("reason", reason, maximum=4_000)))
    return standing.idea
