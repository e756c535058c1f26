"""Whose desk an idea lies on: the role and the office that are awaited, since when and until when; never which reviewer or how many.

Read off the tables and, where an office is asked, off its open inbox items, which move when a silent office is passed up.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from models.inbox import InboxItem
from models.people import Role
from models.policy import GateRule
from models.units import Unit
from workflows.process import ways
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext
from workflows.process.inbox import find_gate
from workflows.process.relations import has_part, is_committee, prepares_awards
from workflows.process.ways import FLOW, Kind, Relation


@dataclass(frozen=True)
class IdeaHolder:
    """Who holds an idea: a role, or FLOW for the system, the unit of the office, what is awaited, since when and until when."""

    role: str
    unit: str
    task: str
    since: datetime
    due_at: datetime | None = None
    gate: GateRule | None = None


def list_holders(session: Session, context: IdeaContext, *, actor: Actor) -> list[IdeaHolder]:
    """Whose desk the idea lies on, for its proposers and the committee; nobody where nothing is awaited of anybody."""
    in_committee = is_committee(context, actor)
    idea, stage = context.idea, ways.IDEA.stages[context.idea.stage]
    if stage.kind == Kind.DRAFT or not (in_committee or has_part(context, actor)):
        return []
    offices = [each for each in _list_offices(session, context, actor) if in_committee or each.gate or each.task == stage.awaits]
    leading = [each for each in ways.IDEA.leaving(stage.name) if each.action == stage.awaits]
    if leading and leading[0].relation in (Relation.LEAD, Relation.ASSIGNED):
        return [IdeaHolder(str(stage.role), "", stage.awaits, idea.stage_since, idea.due_at), *offices]
    if not offices and stage.kind == Kind.OPEN:
        return [IdeaHolder(FLOW, "", "", idea.stage_since, idea.due_at)]
    return offices


def _list_offices(session: Session, context: IdeaContext, actor: Actor) -> list[IdeaHolder]:
    """The offices that are asked about the idea, and, for those who prepare awards, about its award."""
    asked = select(InboxItem).where(InboxItem.idea_id == context.idea.id, col(InboxItem.done_at).is_(None))
    asked = asked.where(col(InboxItem.person_id).is_(None)).order_by(col(InboxItem.created_at), col(InboxItem.id))
    with_awards = prepares_awards(context, actor)
    items = [item for item in session.exec(asked) if item.award_id is None or with_awards]
    units = dict(session.exec(select(Unit.path, Unit.name).where(col(Unit.path).in_({item.unit_path for item in items}))).all())
    return [
        IdeaHolder(
            str(Role(item.role)),
            units.get(item.unit_path, ""),
            item.task,
            item.created_at,
            item.due_at,
            find_gate(item.task, context.policy),
        )
        for item in items
    ]
