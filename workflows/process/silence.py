"""What the silence of a unit's head means under a call's policy, and whether it was silence: nobody is silent who was not asked in time.

Who would cheat is a head who wants no part in a permission, or waits until their own team's idea permits itself. So the rule counts only
where somebody heads the unit who could have answered from the first day to the last: who is of the team, bears another duty on it or came
later could not. Otherwise somebody above is asked, as in a call without such a rule; and what was passed up is never decided by silence.
"""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.calls import PolicyVersion
from models.clock_rules import Silence
from models.ideas import Idea, TeamMember
from models.inbox import InboxItem
from models.instants import now
from models.merges import IdeaMerge
from models.people import Role, RoleGrant, is_held
from models.policy import Policy
from models.units import Unit
from workflows.process.context import IdeaContext, read_policy_of
from workflows.process.duties import find_duty, list_barred
from workflows.process.refusals import Conflict, Refusal
from workflows.process.ways import IDEA

PERMIT = IDEA.action("permit")
DECIDING = (Silence.GRANTED, Silence.REFUSED)


def grants_by_silence(policy: Policy) -> bool:
    """Whether an idea is permitted where the head does not answer."""
    return policy.permission and policy.on_silence == Silence.GRANTED


def refuses_by_silence(policy: Policy) -> bool:
    """Whether an idea is refused where the head does not answer."""
    return policy.permission and policy.on_silence == Silence.REFUSED


def decides_by_silence(policy: Policy) -> bool:
    """Whether an idea is permitted or refused where the head does not answer."""
    return grants_by_silence(policy) or refuses_by_silence(policy)


def is_of_silence(policy_id: Any) -> sa.ColumnElement[bool]:
    """The condition on a column that it names a version of a policy under which silence decides."""
    rule = col(PolicyVersion.body)["on_silence"].as_string()
    versions: sa.ColumnElement[bool] = policy_id.in_(select(PolicyVersion.id).where(rule.in_(DECIDING)))
    return versions


def find_answer_awaited(session: Session, context: IdeaContext) -> Refusal | None:
    """The refusal unless the unit's head was asked, could have answered all the time, and was silent."""
    asked = InboxItem.idea_id == context.idea.id, InboxItem.task == PERMIT, col(InboxItem.done_at).is_(None)
    item = session.exec(select(InboxItem).where(*asked)).first()
    return None if item is not None and list_silent(session, item) else Conflict("nobody_silent")


def ends_by_rule(session: Session, item: InboxItem) -> bool:
    """Whether an overdue task is settled by the rule of its call, so that nobody above is asked for it."""
    if item.task != PERMIT:
        return False
    policy = read_policy_of(session, session.get_one(Idea, item.idea_id))
    return decides_by_silence(policy) and bool(list_silent(session, item))


def list_silent(session: Session, item: InboxItem) -> list[str]:
    """Who was asked as the head of an idea's unit for its permission ever since, and might have answered, by their ids.

    Where the unit has no head, the heads of the nearest unit above that has one are asked. Nobody once the task was passed up, nor where
    the team became another one since.
    """
    idea = session.get_one(Idea, item.idea_id)
    if _was_regrouped(session, item):
        return []
    if item.role != Role.UNIT_HEAD or item.unit_path != session.exec(select(Unit.path).where(Unit.id == idea.unit_id)).one():
        return []
    barred = list_barred(session, idea.id, str(find_duty("idea", PERMIT)), read_policy_of(session, idea))
    team = set(session.exec(select(TeamMember.person_id).where(TeamMember.idea_id == idea.id)))
    nearest = list_heads(session, item.unit_path)[:1]
    return [
        grant.person_id
        for heads in nearest
        for grant in heads
        if (grant.confirmed_at or now()) <= item.created_at and grant.person_id not in team | barred
    ]


def _was_regrouped(session: Session, item: InboxItem) -> bool:
    """Whether another idea has joined with its people since a head was asked, or was let go: they had fewer days for that team."""
    regrouped = select(IdeaMerge).where(IdeaMerge.into_id == item.idea_id, col(IdeaMerge.is_done))
    regrouped = regrouped.where((col(IdeaMerge.settled_at) > item.created_at) | (col(IdeaMerge.undone_at) > item.created_at))
    return any(row.team["before"] != row.team["after"] for row in session.exec(regrouped))


def list_heads(session: Session, unit_path: str) -> list[list[RoleGrant]]:
    """The heads of a unit and of each unit above it that has any, the nearest first."""
    held = select(RoleGrant, Unit.path).join(Unit, col(Unit.id) == col(RoleGrant.unit_id))
    held = held.where(RoleGrant.role == Role.UNIT_HEAD, is_held(), sa.literal(unit_path).startswith(col(Unit.path)))
    heads: dict[str, list[RoleGrant]] = {}
    for grant, path in session.exec(held.order_by(col(RoleGrant.person_id))):
        heads.setdefault(path, []).append(grant)
    return [heads[path] for path in sorted(heads, key=len, reverse=True)]
