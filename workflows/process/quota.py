"""How many ideas a unit, or a whole agency, may submit in a call, and how many it has.

The idea's own unit counts, wherever its people are by now. What was withdrawn frees its place; whatever else came of an idea, it had one.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.entry_rules import QuotaPer
from models.ideas import Idea
from models.units import Unit
from workflows.process import ways
from workflows.process.context import IdeaContext
from workflows.process.refusals import Conflict, Refusal
from workflows.process.ways import Kind


@dataclass(frozen=True)
class QuotaGroup:
    """Whose ideas are counted together: those of one unit, by its path, or those of all units below it too."""

    path: str
    with_below: bool

    @property
    def units(self) -> Any:
        """The ids of its units."""
        within = col(Unit.path).startswith(self.path) if self.with_below else col(Unit.path) == self.path
        return sa.select(col(Unit.id)).where(within)


@dataclass(frozen=True)
class Quota:
    """A unit's or an agency's places in a call, and how many are taken."""

    unit: str
    limit: int
    taken: int

    @property
    def is_full(self) -> bool:
        """Whether no place is left."""
        return self.taken >= self.limit


def find_group(per: QuotaPer, unit_path: str, call_path: str) -> QuotaGroup:
    """Whose ideas count with those of a unit.

    An agency is the unit right below the one that holds the call, with everything below it; what the call's own unit proposes is one
    group. Where the call takes ideas from beside or above its unit, it is the unit right below the nearest that stands above both.
    """
    if per == QuotaPer.OWN_UNIT:
        return QuotaGroup(unit_path, with_below=False)
    own, above = unit_path.rstrip("/").split("/"), call_path.rstrip("/").split("/")
    shared = next((place for place, (one, other) in enumerate(zip(own, above, strict=False)) if one != other), min(len(own), len(above)))
    agency = own[: shared + 1]
    return QuotaGroup("/".join(agency) + "/", with_below=len(own) > shared)


def lock_quota(session: Session, context: IdeaContext) -> None:
    """Where places are limited, keep the row of the unit whose places they are from others until the transaction ends.

    Whoever takes the last place waits for the other. Asked before anything is written: the chain's last link is held from the first entry
    on. The call is not locked, as the clock holds the chain while it closes calls.
    """
    rule = context.policy.eligibility
    if rule.quota is not None:
        group = find_group(rule.quota_per, context.unit_path, context.call_path)
        session.exec(select(Unit.id).where(Unit.path == group.path).with_for_update(key_share=True)).first()


def read_quota(session: Session, context: IdeaContext) -> Quota | None:
    """The places of an idea's unit or agency; None where the policy does not limit them."""
    rule = context.policy.eligibility
    if rule.quota is None:
        return None
    group = find_group(rule.quota_per, context.unit_path, context.call_path)
    name = session.execute(sa.select(col(Unit.name)).where(col(Unit.path) == group.path)).scalar_one_or_none() or ""
    return Quota(name, rule.quota, int(session.execute(count_submitted(context.call.id, group)).scalar_one()))


def count_submitted(call_id: str, group: QuotaGroup) -> sa.Select[Any]:
    """The question how many ideas of a group hold a place in a call: all that were submitted but what was withdrawn."""
    withdrawn = {str(step.target) for step in ways.IDEA.of_action("withdraw")}
    free = sorted(withdrawn | set(ways.IDEA.list_stages(Kind.DRAFT)))
    submitted = col(Idea.call_id) == call_id, col(Idea.code).is_not(None), col(Idea.unit_id).in_(group.units)
    return sa.select(sa.func.count()).select_from(Idea).where(*submitted, col(Idea.stage).not_in(free))


def find_full(session: Session, context: IdeaContext) -> Refusal | None:
    """The refusal where no place is left for an idea's unit or agency: how many it has, never whose they are."""
    quota = read_quota(session, context)
    if quota is None or not quota.is_full:
        return None
    return Conflict("quota_reached", given=quota.unit, count=quota.taken, maximum=quota.limit)
