"""Whose desk an idea lies on: the role and the office that are awaited, since when and until when; never which reviewer or how many.

Read off the tables and, where an office is asked, off its open inbox items, which move when a silent office is passed up.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.calls import Call
from models.clock_rules import OF_GATE
from models.ideas import Idea, TeamMember
from models.inbox import InboxItem
from models.people import Role
from models.policy import GateRule
from models.units import Unit
from workflows.process import ways
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext
from workflows.process.relations import has_part, is_committee, prepares_awards
from workflows.process.visibility import BY_CALL, units_of
from workflows.process.ways import FLOW, Kind, Relation, Stage


@dataclass(frozen=True)
class IdeaHolder:
    """Who holds an idea: a role, or FLOW for the system, the unit of the office, what is awaited, since when and until when.

    `told_until` is the date that the team was told of an office that is late.
    """

    role: str
    unit: str
    task: str
    since: datetime
    due_at: datetime | None = None
    gate: GateRule | None = None
    told_until: datetime | None = None


def list_holders(session: Session, context: IdeaContext, *, actor: Actor) -> list[IdeaHolder]:
    """Whose desk the idea lies on, for its proposers and the committee; nobody where nothing is awaited of anybody."""
    in_committee = is_committee(context, actor)
    idea, stage = context.idea, ways.IDEA.stages[context.idea.stage]
    if stage.kind == Kind.DRAFT or not (in_committee or has_part(context, actor)):
        return []
    offices = [each for each in _list_offices(session, context, actor) if in_committee or each.gate or each.task == stage.awaits]
    if _awaits_people(stage):
        return [IdeaHolder(str(stage.role), "", stage.awaits, idea.stage_since, idea.due_at), *offices]
    if not offices and stage.kind == Kind.OPEN:
        return [IdeaHolder(FLOW, "", "", idea.stage_since, idea.due_at)]
    return offices


def list_holding_roles(session: Session, ideas: Sequence[Idea], *, actor: Actor) -> dict[str, tuple[str, ...]]:
    """The roles that hold each of some ideas, by its id, for a list: by the rules of `list_holders`, awards aside.

    Three questions, however many ideas; an idea that nobody holds, or whose holder the actor may not know, is left out.
    """
    under_way = [idea for idea in ideas if ways.IDEA.stages[idea.stage].kind != Kind.DRAFT]
    ids = [idea.id for idea in under_way]
    overseen = _list_overseen(session, ids, actor)
    own = set(session.exec(select(TeamMember.idea_id).where(TeamMember.person_id == actor.person_id, col(TeamMember.idea_id).in_(ids))))
    asked = defaultdict[str, list[tuple[str, str]]](list)
    for idea_id, role, task, person_id, award_id in session.execute(select_asked(ids)) if overseen | own else ():
        if person_id is None and award_id is None:
            asked[idea_id].append((str(Role(role)), task))
    found = {idea.id: _list_roles(idea, asked[idea.id], is_whole=idea.id not in own) for idea in under_way if idea.id in overseen | own}
    return {idea_id: roles for idea_id, roles in found.items() if roles}


def select_asked(idea_ids: Sequence[str]) -> Any:
    """The question for who is asked about some ideas or their awards, with the task, the longest asked first.

    By the ideas alone: a condition on the person would lead SQLite through all that is asked of offices.
    """
    columns = (col(InboxItem.idea_id), col(InboxItem.role), col(InboxItem.task), col(InboxItem.person_id), col(InboxItem.award_id))
    open_items = sa.select(*columns).where(col(InboxItem.idea_id).in_(idea_ids), col(InboxItem.done_at).is_(None))
    return open_items.order_by(col(InboxItem.created_at), col(InboxItem.id))


def _list_overseen(session: Session, ids: Sequence[str], actor: Actor) -> set[str]:
    """Those of some ideas on whose call the actor works: `relations.is_committee`, for many at once and whoever has part in them."""
    if not any(grant.role in BY_CALL for grant in actor.grants):
        return set()
    units = units_of(actor, BY_CALL)
    over = col(Idea.unit_id).in_(units) | col(Idea.call_id).in_(select(Call.id).where(col(Call.unit_id).in_(units)))
    return set(session.exec(select(Idea.id).where(col(Idea.id).in_(ids), over)))


def _list_roles(idea: Idea, asked: Sequence[tuple[str, str]], *, is_whole: bool) -> tuple[str, ...]:
    """The roles that hold an idea of which these offices are asked for these tasks; its own team is told of what it waits for alone."""
    stage = ways.IDEA.stages[idea.stage]
    told = [role for role, task in asked if is_whole or task == stage.awaits or task.startswith(OF_GATE)]
    if _awaits_people(stage):
        told.insert(0, str(stage.role))
    elif not told and stage.kind == Kind.OPEN:
        told.append(FLOW)
    return tuple(dict.fromkeys(told))


def _awaits_people(stage: Stage) -> bool:
    """Whether a stage awaits its lead, or those to whom it was given, and no office."""
    leading = [each for each in ways.IDEA.leaving(stage.name) if each.action == stage.awaits]
    return bool(leading) and leading[0].relation in (Relation.LEAD, Relation.ASSIGNED)


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
            item.asked_at,
            item.due_at,
            context.policy.find_gate(item.task),
            item.told_until,
        )
        for item in items
    ]
