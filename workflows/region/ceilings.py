"""Set the most that the region pays for one award and for all awards of a call; the leader of the region does."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from models.calls import Ceiling
from models.people import Role
from models.units import Unit
from workflows.calculations.values import MAXIMUM_RUPIAH
from workflows.process.actors import Actor
from workflows.process.ceilings import read_ceiling
from workflows.process.journal import record
from workflows.process.refusals import Faults, Invalid
from workflows.process.wording import read_line


@dataclass(frozen=True)
class NewCeiling:
    """Ceilings as the leader sets them, in whole rupiah, with the regulation they rest on."""

    tier_rupiah: int
    call_rupiah: int
    basis: str


def set_ceiling(session: Session, new: NewCeiling, *, actor: Actor) -> Ceiling:
    """Set the ceilings from now on; policies signed before keep their amounts, and are held against these when a call opens and an award
    is approved. Raises Forbidden for all but a leader over the whole region, Invalid for amounts out of range or out of order.
    """
    actor.require(Role.LEADER, _region_path(session))
    amounts, basis = {"tier_rupiah": new.tier_rupiah, "call_rupiah": new.call_rupiah}, ""
    beyond = [name for name, amount in amounts.items() if not 0 <= amount <= MAXIMUM_RUPIAH]
    faults = Faults(Invalid("amount_out_of_range", name, maximum=MAXIMUM_RUPIAH) for name in beyond)
    if new.tier_rupiah > new.call_rupiah and not beyond:
        faults.found.append(Invalid("ceilings_out_of_order", "call_rupiah"))
    with faults.gather():
        basis = read_line("basis", new.basis, maximum=200)
    faults.settle()
    before = read_ceiling(session)
    number = before.number + 1 if before else 1
    ceiling = Ceiling(number=number, tier_rupiah=new.tier_rupiah, call_rupiah=new.call_rupiah, basis=basis, set_by=str(actor.person_id))
    session.add(ceiling)
    session.flush()
    record(
        session,
        "region.set_ceiling",
        ceiling.id,
        actor=actor,
        **ceiling.model_dump(include={"number", "basis", "tier_rupiah", "call_rupiah"}),
    )
    return ceiling


def list_ceilings(session: Session, most: int = 50) -> list[Ceiling]:
    """The ceilings, those in force first."""
    return list(session.exec(select(Ceiling).order_by(col(Ceiling.number).desc()).limit(most)))


def may_set(session: Session, actor: Actor) -> bool:
    """Whether the actor leads the whole region."""
    return actor.holds(Role.LEADER, _region_path(session))


def _region_path(session: Session) -> str:
    return session.exec(select(Unit.path).where(col(Unit.parent_id).is_(None))).one()
