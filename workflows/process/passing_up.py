"""Passes an overdue permission on to somebody who exists: a head further up, or whoever stands in where there is none.

A gate that a unit's head is late with goes to the heads further up as well, and to nobody else: no other office has its word to give.
Whoever is asked then has the policy's days, and where they are silent too the next one above is asked, until nobody is left.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.calls import Call
from models.clock_rules import OF_GATE
from models.ideas import Idea, TeamMember
from models.inbox import InboxItem
from models.instants import now
from models.people import Role, RoleGrant, is_held
from models.units import Unit
from workflows.process.context import IdeaContext, read_policy_of
from workflows.process.deadlines import due_for
from workflows.process.duties import find_duty, list_barred_on
from workflows.process.last_notice import list_told_steps
from workflows.process.lateness import is_gate_passed_up
from workflows.process.silence import PERMIT, decides_by_silence, ends_by_rule, list_silent
from workflows.process.ways import IDEA

STAND_INS = ((Role.SECRETARIAT, 2), (Role.ADMIN, 1), (Role.SECRETARIAT, 1))  # the only secretary is to screen, and so permits last
AT_ONCE = 500  # ideas that one statement asks about
PASSED_UP = [stage.awaits for stage in IDEA.stages.values() if stage.is_passed_up]  # the tasks of which somebody above is asked


@dataclass(frozen=True)
class Holders:
    """Who holds the roles of whom something may be asked: the path of the unit and the person; and who may not act, by item."""

    grants: dict[str, list[tuple[str, str]]]
    excluded: dict[str, set[str]] = field(default_factory=dict)

    def find(self, item: InboxItem, role: str, path: str) -> list[tuple[str, str]]:
        """Who holds a role over a unit, has no part in the item's idea, and bears no duty on it that must be somebody else's."""
        excluded = self.excluded[item.id]
        return [held for held in self.grants.get(role, []) if path.startswith(held[0]) and held[1] not in excluded]


def is_passed_up(item: InboxItem) -> bool:
    """Whether somebody above is asked for a task where those who are asked are late: as the table says of a stage, or a head's gate."""
    return item.task in PASSED_UP or is_gate_passed_up(item.task, item.role)


def pass_on(session: Session, late: Sequence[InboxItem]) -> list[InboxItem]:
    """Pass up what is newly late among the tasks that are, and pass on what was passed up to an office that nobody able holds any more.

    Answers the items that were passed on again.
    """
    new = [item for item in late if is_passed_up(item)]
    was_passed = col(InboxItem.escalated_at).is_not(None) | col(InboxItem.passed_at).is_not(None)
    heads_gate = sa.and_(col(InboxItem.role) == Role.UNIT_HEAD, col(InboxItem.task).startswith(OF_GATE))
    passed = select(InboxItem).where(col(InboxItem.done_at).is_(None), was_passed, sa.or_(col(InboxItem.task).in_(PASSED_UP), heads_gate))
    passed = passed.where(col(InboxItem.id).not_in([item.id for item in new]))
    before = list(session.exec(passed.order_by(col(InboxItem.due_at), col(InboxItem.id))))
    if not new and not before:
        return []
    holders = read_holders(session, [*new, *before])
    for item in new:
        if not (ends_by_rule(session, item) or (waits_for_step(session, item) and holders.find(item, item.role, item.unit_path))):
            pass_up(session, item, holders)
    deserted = [item for item in before if not holders.find(item, item.role, item.unit_path) or was_left_to_rule(session, item)]
    return [item for item in deserted if pass_up(session, item, holders)]


def waits_for_step(session: Session, item: InboxItem) -> bool:
    """Whether whoever is late with a task is reminded once more before somebody above is asked for it."""
    return find_last_step(session, item) > max((step for step, _ in list_told_steps(item)), default=0)


def find_last_step(session: Session, item: InboxItem) -> int:
    """The last day of a task's reminders against its date; 0 where it is reminded of no more after it, or not at all."""
    return max((0, *read_policy_of(session, session.get_one(Idea, item.idea_id)).find_clock(_name_wait(item)).remind))


def was_left_to_rule(session: Session, item: InboxItem) -> bool:
    """Whether a late task was left to the rule of its call, which settles it no more: who was silent heads the unit no longer."""
    idea = session.get_one(Idea, item.idea_id)
    if item.task != PERMIT or item.role != Role.UNIT_HEAD or not decides_by_silence(read_policy_of(session, idea)):
        return False
    return item.unit_path == session.exec(select(Unit.path).where(Unit.id == idea.unit_id)).one() and not list_silent(session, item)


def pass_up(session: Session, item: InboxItem, holders: Holders) -> bool:
    """Ask the nearest head above who was not asked before; where there is none the secretariat of the call, or an admin over it.

    They have as many days as whoever was silent. Answers whether another is asked. A role to which the policy gives the step is left as
    it is while somebody holds it who may take it; a gate stays late with the last head.
    """
    above = _find_above(session, item, holders)
    if above is None:
        return False
    item.role, item.unit_path = above
    item.passed_at, item.escalated_at, item.due_at = now(), None, _count_anew(session, item)
    return True


def _count_anew(session: Session, item: InboxItem) -> datetime:
    """Until when somebody has time who is asked now for what another left undone."""
    idea = session.get_one(Idea, item.idea_id)
    policy, path = read_policy_of(session, idea), _find_unit_path(session, item)
    context = IdeaContext(idea, session.get_one(Call, idea.call_id), policy, path, "")
    return due_for(session, context, _name_wait(item))


def _name_wait(item: InboxItem) -> str:
    """The name of how long a task may wait that is passed up: a gate's own, or that of the stage that awaits it."""
    stage = IDEA.awaiting(item.task)
    return stage.days if stage is not None else item.task


def _find_unit_path(session: Session, item: InboxItem) -> str:
    """The path of the unit whose idea an item is about."""
    path = select(Unit.path).join(Idea, col(Idea.unit_id) == col(Unit.id)).where(Idea.id == item.idea_id)
    return session.exec(path).one()


def _find_above(session: Session, item: InboxItem, holders: Holders) -> tuple[Role, str] | None:
    """Who is asked next, as a role over a unit."""
    if item.role == Role.UNIT_HEAD:
        heads = holders.find(item, Role.UNIT_HEAD, _find_unit_path(session, item))
        asked = {person_id for path, person_id in heads if len(path) >= len(item.unit_path)}
        above = [path for path, person_id in heads if len(path) < len(item.unit_path) and person_id not in asked]
        if above or item.task not in PASSED_UP:
            return (Role.UNIT_HEAD, max(above, key=len)) if above else None
    elif holders.find(item, item.role, item.unit_path):
        return None
    of_call = select(Unit.path).join(Call, col(Call.unit_id) == col(Unit.id)).join(Idea, col(Idea.call_id) == col(Call.id))
    call_path = session.exec(of_call.where(Idea.id == item.idea_id)).one()
    for role, fewest in STAND_INS:
        if len({person_id for _, person_id in holders.find(item, role, call_path)}) >= fewest:
            return role, call_path
    return None


def read_holders(session: Session, items: Sequence[InboxItem]) -> Holders:
    """Who holds what these items may be asked of, and who of them may not act: the team, and whoever bears another duty on the idea."""
    roles = {Role.UNIT_HEAD, *(role for role, _ in STAND_INS), *(item.role for item in items)}
    held = select(RoleGrant.role, Unit.path, col(RoleGrant.person_id)).join(Unit, col(RoleGrant.unit_id) == col(Unit.id))
    grants: dict[str, list[tuple[str, str]]] = {role: [] for role in roles}
    for role, path, person_id in session.exec(held.where(col(RoleGrant.role).in_(roles), is_held())):
        grants[Role(role)].append((path, person_id))
    excluded: dict[str, set[str]] = {item.id: set() for item in items}
    for ideas in _list_ideas(session, sorted({item.idea_id for item in items})):
        team = {idea_id: set[str]() for idea_id in ideas}
        for idea_id, person_id in session.exec(select(TeamMember.idea_id, TeamMember.person_id).where(col(TeamMember.idea_id).in_(ideas))):
            team[idea_id].add(person_id)
        policies = {idea_id: read_policy_of(session, idea) for idea_id, idea in ideas.items()}
        for task in {item.task for item in items}:
            duty = find_duty("idea", task)
            barred = list_barred_on(session, duty, policies) if duty else {}
            for item in items:
                if item.task == task and item.idea_id in ideas:
                    excluded[item.id] = team[item.idea_id] | barred.get(item.idea_id, set())
    return Holders(grants, excluded)


def _list_ideas(session: Session, idea_ids: Sequence[str]) -> Iterator[dict[str, Idea]]:
    """Some ideas by their id, so many at once as a statement takes."""
    for start in range(0, len(idea_ids), AT_ONCE):
        asked = idea_ids[start : start + AT_ONCE]
        yield {idea.id: idea for idea in session.exec(select(Idea).where(col(Idea.id).in_(asked)))}
