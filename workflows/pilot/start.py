"""Plan a pilot; a flow starts it on its date."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from models.decrees import Decree, DecreeKind
from models.instants import today
from models.people import Person, Role, RoleGrant, is_held
from models.pilots import Direction, Indicator, Pilot
from models.policy import PilotRule
from models.stages import IdeaStage
from models.units import Unit
from workflows.calculations.values import MAXIMUM_RUPIAH
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext, read_context
from workflows.process.deadlines import end_of_day
from workflows.process.duties import list_barred
from workflows.process.engine import Grounds, permit, take
from workflows.process.inbox import InboxChanges, Settled
from workflows.process.refusals import Faults, Invalid
from workflows.process.superiors import list_superiors
from workflows.process.ways import IDEA
from workflows.process.wording import read_line
from workflows.region.decrees import NamedDecree, record_decree, write_decree
from workflows.region.people import get_unit

PLAN_PILOT = IDEA.action("plan_pilot")
START_PILOT = IDEA.action("start_pilot")

_COVERED = aliased(Unit)  # the unit over which a role is held, beside the unit of its holder


@dataclass(frozen=True)
class IndicatorPlan:
    """One thing the pilot wants to change."""

    name: str
    baseline: Decimal
    target: Decimal
    direction: Direction = Direction.UP
    unit_label: str = ""


@dataclass(frozen=True)
class PilotPlan:
    """Where, when, by whom and how measured."""

    unit_code: str
    owner_id: str
    site: str
    starts_on: date
    ends_on: date
    indicators: tuple[IndicatorPlan, ...]
    decree: NamedDecree | None = None
    budget_rupiah: int = 0


def plan_pilot(session: Session, idea_id: str, plan: PilotPlan, *, actor: Actor) -> Pilot:
    """Register the trial of a determined idea; planned again, it replaces the plan that has not started.

    Raises Invalid for dates in the past or a length outside the policy's, for an owner without the role or with a part in the idea, and
    for one whom nobody independent could verify.
    """
    context = read_context(session, idea_id, actor=actor)
    permitted = permit(session, context, PLAN_PILOT, actor=actor)
    site, decree, indicators = _read_plan(session, context, plan, actor)
    unit = get_unit(session, plan.unit_code)
    pilot = session.exec(select(Pilot).where(Pilot.idea_id == idea_id)).first()
    if pilot is None:
        pilot = Pilot(idea_id=idea_id, unit_id=unit.id, owner_id=plan.owner_id, site="", starts_on=plan.starts_on, ends_on=plan.ends_on)
    pilot.unit_id = unit.id
    pilot.owner_id, pilot.starts_on, pilot.ends_on, pilot.budget_rupiah = plan.owner_id, plan.starts_on, plan.ends_on, plan.budget_rupiah
    pilot.site = site
    pilot.decree_number, pilot.decree_on = (decree.number, decree.issued_on) if decree else ("", None)
    session.add(pilot)
    session.flush()
    _write_indicators(session, pilot, indicators)
    context.idea.due_at = end_of_day(plan.starts_on - timedelta(days=1))  # from then on the pilot starts by itself
    recorded, rows = (write_decree(decree), (decree,)) if decree else ({}, ())
    inbox = InboxChanges(settled=(Settled(PLAN_PILOT),))
    take(session, context, permitted, Grounds(recorded=recorded, rows=(pilot, *indicators, *rows), inbox=inbox), actor=actor)
    return pilot


def _read_plan(session: Session, context: IdeaContext, plan: PilotPlan, actor: Actor) -> tuple[str, Decree | None, list[Indicator]]:
    """The plan as it is kept; raises Invalid, all faults at once."""
    faults = Faults([*_list_date_faults(context.policy.pilot, plan), *_list_owner_faults(session, context, plan.owner_id)])
    site, decree = "", None
    if not 0 <= plan.budget_rupiah <= MAXIMUM_RUPIAH:
        faults.found.append(Invalid("amount_out_of_range", "budget_rupiah", maximum=MAXIMUM_RUPIAH))
    with faults.gather():
        get_unit(session, plan.unit_code)
    with faults.gather():
        site = read_line("site", plan.site, maximum=200)
    if not plan.indicators:
        faults.found.append(Invalid("indicator_missing", "indicators"))
    indicators = _read_indicators(plan, faults)
    with faults.gather():
        decree = _read_decree(session, context, plan.decree, actor)
    faults.settle()
    return site, decree, indicators


def _read_decree(session: Session, context: IdeaContext, named: NamedDecree | None, actor: Actor) -> Decree | None:
    """The pilot's own decree; None where nothing is said of one, as the decree that adopts an idea often orders its trial too."""
    if named is None or not (named.number.strip() or named.on or named.sha256):
        return None
    return record_decree(session, context, DecreeKind.PILOT, named, actor=actor)


def list_owners(session: Session, context: IdeaContext) -> list[Person]:
    """Who may own the pilot, by name: holders of the role over the idea's unit or its call without a part in the idea or another duty."""
    holders = session.exec(
        select(Person, Unit.path)
        .join(RoleGrant, col(RoleGrant.person_id) == col(Person.id))
        .join(Unit, col(Unit.id) == col(RoleGrant.unit_id))
        .where(RoleGrant.role == Role.PILOT_OWNER, is_held(), col(Person.id).not_in(context.team))
        .order_by(col(Person.name))
    )
    barred = list_barred(session, context.idea.id, "own", context.policy)
    covering = {person.id: person for person, path in holders if any(each.startswith(path) for each in context.paths)}
    return [person for person_id, person in covering.items() if person_id not in barred]


def _can_be_verified(session: Session, context: IdeaContext, owner_id: str) -> bool:
    """Whether a verifier is neither the owner nor below the owner nor in the team; where the call has no verifier yet, one may come."""
    role = context.policy.movers.get("verify", Role.VERIFIER)
    held = select(Person.id, Unit.path, col(_COVERED.path)).join(Unit, col(Unit.id) == col(Person.unit_id))
    held = held.join(RoleGrant, col(RoleGrant.person_id) == col(Person.id)).join(_COVERED, col(_COVERED.id) == col(RoleGrant.unit_id))
    rows = session.exec(held.where(RoleGrant.role == role, is_held(), col(Person.id).not_in(context.team))).all()
    verifiers = {person_id: path for person_id, path, covered in rows if context.call_path.startswith(covered)}
    barred = {owner_id, *list_barred(session, context.idea.id, "verify", context.policy)}
    free = (owner_id not in list_superiors(session, [path]) for person_id, path in verifiers.items() if person_id not in barred)
    return not verifiers or any(free)


def start_pilot(session: Session, idea_id: str, *, actor: Actor) -> None:
    """Open a planned pilot once its first day has come; its owner is asked for figures until its last."""
    context = read_context(session, idea_id, actor=actor)
    pilot = session.exec(select(Pilot).where(Pilot.idea_id == idea_id)).first()
    if context.idea.stage != IdeaStage.DETERMINED or pilot is None or pilot.starts_on > today():
        return
    take(session, context, permit(session, context, START_PILOT, actor=actor), actor=actor)


def _list_date_faults(rule: PilotRule, plan: PilotPlan) -> Iterator[Invalid]:
    if plan.starts_on < today():
        yield Invalid("date_in_the_past", "starts_on")
    if plan.ends_on <= plan.starts_on:
        yield Invalid("dates_out_of_order", "ends_on")
    elif not rule.minimum_days <= (plan.ends_on - plan.starts_on).days <= rule.maximum_days:
        yield Invalid("pilot_length_out_of_range", "ends_on", minimum=rule.minimum_days, maximum=rule.maximum_days)


def _list_owner_faults(session: Session, context: IdeaContext, owner_id: str) -> Iterator[Invalid]:
    if owner_id not in {person.id for person in list_owners(session, context)}:
        yield Invalid("pilot_owner_not_eligible", "owner_id")
    elif not _can_be_verified(session, context, owner_id):
        yield Invalid("pilot_owner_without_verifier", "owner_id")


def _read_indicators(plan: PilotPlan, faults: Faults) -> list[Indicator]:
    """The indicators of a plan, as rows of no pilot yet; what is wrong with any goes to the faults."""
    read = []
    for index, new in enumerate(plan.indicators):
        name, unit_label = "", ""
        with faults.gather():
            name = read_line(f"indicators.{index}.name", new.name, maximum=200)
        with faults.gather():
            unit_label = read_line(f"indicators.{index}.unit_label", new.unit_label, maximum=40, minimum=0)
        if new.baseline == new.target or (new.target > new.baseline) != (new.direction == Direction.UP):
            faults.found.append(Invalid("indicator_aims_nowhere", f"indicators.{index}.target"))
        read.append(
            Indicator(pilot_id="", name=name, unit_label=unit_label, direction=new.direction, baseline=new.baseline, target=new.target)
        )
    return read


def _write_indicators(session: Session, pilot: Pilot, indicators: list[Indicator]) -> None:
    for old in session.exec(select(Indicator).where(Indicator.pilot_id == pilot.id)):
        session.delete(old)
    for each in indicators:
        each.pilot_id = pilot.id
    session.add_all(indicators)
    session.flush()
