"""Permit or refuse an idea by the rule of its call, where the head of the unit was asked and has not answered in time."""

from sqlmodel import Session

from models.clock_rules import Silence
from models.instants import local_day
from models.stages import IdeaStage
from workflows.process.actors import Actor
from workflows.process.context import read_context
from workflows.process.engine import Grounds, permit, take
from workflows.process.guards import is_overdue
from workflows.process.inbox import InboxChanges
from workflows.process.silence import decides_by_silence, find_answer_awaited, list_heads
from workflows.process.ways import IDEA

EXPIRE = IDEA.action("expire")
TOLD_LEVELS = 2  # the nearest unit that has a head, and the next above
BY_RULE = "by_rule"  # in a decision's detail: the rule of the call by which it came about


def end_silence(session: Session, idea_id: str, *, actor: Actor) -> None:
    """Do what the silence of the unit's head means in this call, as an act of nobody; nothing where somebody above is asked instead.

    Nothing either where nobody was silent: the task is passed up then, or was.
    """
    context = read_context(session, idea_id, actor=actor)
    awaited = context.idea.stage == IdeaStage.AWAITING_PERMISSION and is_overdue(context) and decides_by_silence(context.policy)
    if not awaited or find_answer_awaited(session, context) is not None or context.idea.due_at is None:
        return
    outcome = "granted" if context.policy.on_silence == Silence.GRANTED else "refused"
    permitted = permit(session, context, EXPIRE, outcome, actor=actor)
    rule = {BY_RULE: "on_silence"}
    heads = [grant.person_id for each in list_heads(session, context.unit_path)[:TOLD_LEVELS] for grant in each]
    told = InboxChanges(heads=tuple(dict.fromkeys(heads)))
    detail = {**rule, "due_on": local_day(context.idea.due_at).isoformat()}
    take(session, context, permitted, Grounds(detail=detail, recorded=rule, inbox=told), actor=actor)
