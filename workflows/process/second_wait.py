"""How long the screening may take that follows a completion: what was left of the first, and a few working days at least.

Returning an idea on the last day wins nobody a whole term, and an office that was late anyway still has days to read what is new.
"""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from models.ideas import Decision
from models.waits import Span, WaitUnit
from workflows.process.context import IdeaContext
from workflows.process.deadlines import count_days_left, due_for, read_calendar
from workflows.process.ways import IDEA

SCREEN, RETURNED = IDEA.action("screen"), "returned"
FEWEST = 3  # working days that an office has for what was completed
LEFT = "days_left"  # in the decision to return an idea: how many working days the office still had
BEGINS_ANEW = tuple(IDEA.action(name) for name in ("route", "transfer", "reopen", "separate"))  # the first, another office's, or another


def note_left(session: Session, context: IdeaContext) -> dict[str, Any]:
    """What the decision to return an idea says of the days that its office still had; nothing where it had no date."""
    due_at: datetime | None = context.idea.due_at
    return {} if due_at is None else {LEFT: count_days_left(due_at, read_calendar(session))}


def find_second_wait(session: Session, context: IdeaContext, by: str) -> Span | None:
    """How long the screening may take of an idea that was returned, to which a step brings it, by the step's action.

    None for the policy's whole wait, which it never exceeds.
    """
    if by in BEGINS_ANEW:
        return None
    about = Decision.idea_id == context.idea.id, col(Decision.action).in_((SCREEN, *BEGINS_ANEW))
    last = session.exec(select(Decision).where(*about).order_by(col(Decision.at).desc(), col(Decision.id).desc()).limit(1)).first()
    if last is None or last.outcome != RETURNED or LEFT not in last.detail:
        return None
    wait = Span(amount=max(FEWEST, int(last.detail[LEFT])), unit=WaitUnit.WORKING_DAYS)
    name = IDEA.stages[context.idea.stage].days
    return wait if due_for(session, context, name, wait) < due_for(session, context, name) else None
