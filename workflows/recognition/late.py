"""Tell a team until when its idea takes now, where the office that it waits for is late or somebody above is asked instead."""

from typing import Any

from sqlmodel import Session

from models.instants import local_day
from workflows.process.actors import Actor
from workflows.process.context import read_context
from workflows.process.engine import Grounds, permit, take
from workflows.process.inbox import InboxChanges, NewDate
from workflows.process.late_notice import TELL_LATE, find_untold

ASK = "recognition.tell_late"
ABOVE = "asked_above"  # in the decision's detail: that somebody above is asked from now on
GATE_ABOVE = "of_gate"  # and that it is a gate for which they are; which one is not said


def tell_late(session: Session, idea_id: str, *, actor: Actor) -> None:
    """Note the new date in the idea's history, and have its team told; nothing where none is to be told.

    Where somebody above is asked it is the idea's own date as well. An office that is late stays late: what it owes keeps its date.
    """
    context = read_context(session, idea_id, actor=actor)
    told = find_untold(session, context)
    if told is None:
        return
    permitted, before = permit(session, context, TELL_LATE, actor=actor), context.idea.due_at
    said: dict[str, Any] = {"until": local_day(told.until).isoformat()}
    said |= {name: True for name, holds in ((ABOVE, told.is_above), (GATE_ABOVE, told.is_above and told.is_gate)) if holds}
    if told.is_own:
        context.idea.due_at = told.until
    if before is not None:
        said["due_on"] = local_day(before).isoformat()
    changes = InboxChanges(new_date=NewDate(told.until, items=told.items))
    take(session, context, permitted, Grounds(detail=said, recorded=said, inbox=changes), actor=actor)
