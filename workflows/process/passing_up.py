"""Passes an overdue permission on to somebody who exists: a head further up, or whoever stands in where there is none."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from models.calls import Call
from models.ideas import Idea, TeamMember
from models.inbox import InboxItem
from models.people import Role, RoleGrant, is_held
from models.units import Unit
from workflows.process.context import read_policy_of
from workflows.process.duties import find_duty, list_barred_on
from workflows.process.silence import decides_by_silence, ends_by_rule, list_silent
from workflows.process.ways import IDEA

STAND_INS = ((Role.SECRETARIAT, 2), (Role.ADMIN, 1), (Role.SECRETARIAT, 1))  # the only secretary is to screen, and so permits last
AT_ONCE = 500  # ideas that one statement asks about


@dataclass(frozen=True)
class Holders:
    """Who holds the roles of whom something may be asked: the path of the unit and the person; and who may not act, by item."""

    grants: dict[str, list[tuple[str, str]]]
    excluded: dict[str, set[str]] = field(default_factory=dict)

    def find(self, item: InboxItem, role: str, path: str) -> list[tuple[str, str]]:
        """Who holds a role over a unit, has no part in the item's idea, and bears no duty on it that must be somebody else's."""
        excluded = self.excluded[item.id]
        return [held for held in self.grants.get(role, []) if path.startswith(held[0]) and held[1] not in excluded]


def pass_on(session: Session, tasks: Collection[str], late: Sequence[InboxItem]) -> list[InboxItem]:
    """Pass up what is newly late among some tasks, and pass on what was passed up to an office that nobody able holds any more.

    Answers the items that were passed on again.
    """
    new = [item for item in late if item.task in tasks]
    passed = select(InboxItem).where(
        col(InboxItem.done_at).is_(None), col(InboxItem.escalated_at).is_not(None), col(InboxItem.task).in_(tasks)
    )
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
    return find_last_step(session, item) > max((int(each["step"]) for each in item.reminded), default=0)


def find_last_step(session: Session, item: InboxItem) -> int:
    """The last day of a task's reminders against its date; 0 where it is reminded of no more after it, or not at all."""
    stage = IDEA.awaiting(item.task)
    steps = read_policy_of(session, session.get_one(Idea, item.idea_id)).find_clock(stage.days).remind if stage is not None else ()
    return max((0, *steps))


def was_left_to_rule(session: Session, item: InboxItem) -> bool:
    """Whether a late task was left to the rule of its call, which settles it no more: who was silent heads the unit no longer."""
    idea = session.get_one(Idea, item.idea_id)
    if item.role != Role.UNIT_HEAD or not decides_by_silence(read_policy_of(session, idea)):
        return False
    return item.unit_path == session.exec(select(Unit.path).where(Unit.id == idea.unit_id)).one() and not list_silent(session, item)


def pass_up(session: Session, item: InboxItem, holders: Holders) -> bool:
    """Ask the nearest head above; where there is none the secretariat of the call, or an admin over it. Answers whether another is asked.

    A role to which the policy gives the step is left as it is while somebody holds it who may take it.
    """
    if item.role == Role.UNIT_HEAD:
        above = [path for path, _ in holders.find(item, Role.UNIT_HEAD, item.unit_path) if path != item.unit_path]
        if above:
            item.unit_path = max(above, key=len)
            return True
    elif holders.find(item, item.role, item.unit_path):
        return False
    of_call = select(Unit.path).join(Call, col(Call.unit_id) == col(Unit.id)).join(Idea, col(Idea.call_id) == col(Call.id))
    call_path = session.exec(of_call.where(Idea.id == item.idea_id)).one()
    for role, fewest in STAND_INS:
        if len({person_id for _, person_id in holders.find(item, role, call_path)}) >= fewest:
            item.role, item.unit_path = role, call_path
            return True
    return False


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
