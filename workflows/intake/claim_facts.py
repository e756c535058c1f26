"""What many claims are judged by, read at once: their two ideas with teams and calls, who sees these, and who bears a duty on them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from models.calls import Call
from models.claims import OPEN, AdoptionClaim, ClaimState
from models.database import is_among, is_sqlite
from models.ideas import Decision, Idea, Revision, TeamMember
from models.statements.acts import list_acts_on
from models.units import Unit
from workflows.calculations.calendar import WorkingCalendar
from workflows.intake.claim_records import DECIDING, read_holders
from workflows.process.actors import Actor
from workflows.process.deadlines import read_calendar
from workflows.process.duties import find_duty
from workflows.process.visibility import visible
from workflows.process.ways import IDEA

SCREEN = IDEA.action("screen")
_OF_CALL: Any = sa.orm.aliased(Unit)


@dataclass(frozen=True)
class Side:
    """One of a claim's two ideas: the name of its unit, the path of its call's, and its team."""

    idea: Idea
    unit: str
    call_path: str
    team: frozenset[str]


@dataclass(frozen=True)
class ClaimFacts:
    """What some claims are judged by, for one reader.

    `seen` are the ideas that the reader sees, `changed` those that say something else than when they were received. `bearing` says who
    bears a duty on an idea of a claim that waits for its decision, `deciding` who decides claims over which units.
    """

    sides: Mapping[str, Side]
    seen: frozenset[str]
    changed: frozenset[str]
    bearing: Mapping[str, set[str]]
    deciding: Sequence[tuple[str, str]]
    calendar: WorkingCalendar | None

    def read_sides(self, claim: AdoptionClaim) -> tuple[Side, Side]:
        """The rejected idea and the determined one."""
        return self.sides[claim.idea_id], self.sides[claim.adopted_id]

    def list_deciders(self, claim: AdoptionClaim) -> set[str]:
        """Who may decide a filed claim, as `claim_records.list_deciders` finds it of one."""
        both = self.read_sides(claim)
        held = {person_id for person_id, path in self.deciding if all(each.call_path.startswith(path) for each in both)}
        return held.difference(*map(self._list_bound, both))

    def may_decide(self, claim: AdoptionClaim, actor: Actor) -> bool:
        """Whether the reader may decide a filed claim, as `claims.require_decider` says, and sees both ideas."""
        both = self.read_sides(claim)
        if not {claim.idea_id, claim.adopted_id} <= self.seen or any(actor.person_id in self._list_bound(each) for each in both):
            return False
        return any(all(actor.holds(role, each.call_path) for each in both) for role in DECIDING)

    def _list_bound(self, side: Side) -> frozenset[str]:
        """Who is of an idea's team or has a duty on it."""
        return side.team | self.bearing.get(side.idea.id, set())


def read_facts(session: Session, claims: Sequence[AdoptionClaim], *, actor: Actor) -> ClaimFacts:
    """Read it, in as many questions for one claim as for a hundred."""
    ids = {each for claim in claims for each in (claim.idea_id, claim.adopted_id)}
    filed = [claim for claim in claims if claim.state == ClaimState.FILED]
    bearing = dict[str, set[str]]()
    for act in list_acts_on(session, sorted({each for claim in filed for each in (claim.idea_id, claim.adopted_id)})):
        if find_duty(IDEA.name, act.step) is not None:
            bearing.setdefault(act.idea_id, set()).add(act.person_id)
    return ClaimFacts(
        _read_sides(session, ids),
        frozenset(session.exec(select(Idea.id).where(is_among(session, col(Idea.id), ids), visible(actor, in_order=is_sqlite(session))))),
        _list_changed(session, {claim.idea_id for claim in claims}),
        bearing,
        read_holders(session, DECIDING) if filed else (),
        read_calendar(session) if any(claim.state in OPEN for claim in claims) else None,
    )


def _read_sides(session: Session, ids: Collection[str]) -> dict[str, Side]:
    found = sa.select(Idea, col(Unit.name), _OF_CALL.path).join(Unit, col(Unit.id) == col(Idea.unit_id))
    found = found.join(Call, col(Call.id) == col(Idea.call_id)).join(_OF_CALL, _OF_CALL.id == col(Call.unit_id))
    teams = dict[str, set[str]]()
    members = select(TeamMember.idea_id, TeamMember.person_id).where(is_among(session, col(TeamMember.idea_id), ids))
    for idea_id, person_id in session.exec(members):
        teams.setdefault(idea_id, set()).add(person_id)
    rows = session.execute(found.where(is_among(session, col(Idea.id), ids)))
    return {idea.id: Side(idea, unit, path, frozenset(teams.get(idea.id, {idea.lead_id}))) for idea, unit, path in rows}


def _list_changed(session: Session, ids: Collection[str]) -> frozenset[str]:
    """Of some ideas those that were changed after their receipt, which is once they were returned: its time proves nothing for that."""
    returned = select(Decision.idea_id, func.min(Decision.at).label("at")).where(Decision.action == SCREEN, Decision.outcome == "returned")
    first = returned.where(is_among(session, col(Decision.idea_id), ids)).group_by(col(Decision.idea_id)).subquery()
    changed = select(Revision.idea_id).join(first, first.c.idea_id == col(Revision.idea_id)).where(col(Revision.created_at) > first.c.at)
    return frozenset(session.exec(changed))
