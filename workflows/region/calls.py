"""Plan a call, give it a policy, open it and close it; which version of a policy counts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from models.calls import Call, CallChange, CallChangeKind, CallState, PolicyVersion, Specimen
from models.instants import now
from models.people import Role
from models.policy import Policy
from models.units import Unit
from workflows.calculations.rule_books import read_rule_book
from workflows.process.actors import Actor
from workflows.process.closing import end_of_grace, read_closing
from workflows.process.context import read_policy
from workflows.process.journal import record, send
from workflows.process.keyset import Order
from workflows.process.refusals import Conflict, Faults, Invalid, NotFound
from workflows.process.sealing import break_seal
from workflows.process.wording import read_lines
from workflows.region.call_changes import write_change
from workflows.region.people import get_unit
from workflows.region.soundness import digest_body, digest_print, require_ready, require_sound, validate_policy

LAST_OPENED_FIRST = Order(Call, "opens_at")
LONGEST_SEAL = 366  # days for which a call may be planned to stay sealed


@dataclass(frozen=True)
class NewCall:
    """A call as it is planned."""

    code: str
    title: str
    unit_code: str
    opens_at: datetime
    closes_at: datetime
    policy: dict[str, Any]


def plan_call(session: Session, new: NewCall, *, actor: Actor) -> Call:
    """Plan a call with the first version of its policy; an admin or the secretariat over the unit may.

    Raises Invalid, all faults at once, for an unknown unit, a title, dates in the past or out of order and for a policy that does not hold,
    contradicts itself or is sealed for too long, Conflict for a code in use.
    """
    faults, unit, policy = Faults(), None, None
    with faults.gather():
        unit = get_unit(session, new.unit_code)
        require_keeper(actor, unit)
    words = read_lines(faults, new, {"title": (1, 200)})
    if new.closes_at <= new.opens_at:
        faults.found.append(Invalid("dates_out_of_order", "closes_at"))
    elif new.closes_at <= now():
        faults.found.append(Invalid("date_in_the_past", "closes_at"))
    with faults.gather():
        policy = validate_policy(new.policy)
        require_sound(policy)
        require_short_seal(new.opens_at, new.closes_at, policy)
    faults.settle()
    if session.exec(select(Call.id).where(Call.code == new.code)).first():
        raise Conflict("call_code_taken", "code", given=new.code)
    call = Call(code=new.code, title=words["title"], unit_id=unit.id, opens_at=new.opens_at, closes_at=new.closes_at)
    session.add(call)
    session.flush()
    version = write_version(session, PolicyVersion(call_id=call.id, number=1, body={}), policy, actor)
    record(session, "call.plan", call.id, actor=actor, code=call.code, unit=unit.id, sha256=digest_body(version.body))
    return call


def open_call(session: Session, call_id: str, *, actor: Actor) -> Call:
    """Let ideas in; drafts may be written from now on, submitted between the call's dates.

    Raises Conflict while the newest version of the policy is not signed, and what `require_ready` raises: ceilings may have been lowered
    since, or the call planned by an earlier release.
    """
    call, unit = lock_call(session, call_id)
    require_keeper(actor, unit)
    if call.state != CallState.PLANNED:
        raise Conflict("call_not_planned", stage=call.state)
    version = find_newest(session, call.id)
    if version.signed_at is None:
        raise Conflict("version_unsigned", version=version.number)
    policy = read_policy(version)
    require_ready(session, policy)
    require_short_seal(call.opens_at, call.closes_at, policy)
    call.state, call.is_sealed = CallState.OPEN, policy.closing.is_sealed
    record(session, "call.open", call.id, actor=actor)
    write_change(session, call, CallChange(call_id=call.id, kind=CallChangeKind.OPENED), actor=actor)
    return call


def close_call(session: Session, call_id: str, *, actor: Actor) -> Call:
    """Let no more ideas in; the clock does this at the last instant, the grace included. What was sealed is read by all offices from then.

    Closed early there is no grace. Raises Conflict for somebody who would cut an announced grace short.
    """
    call, unit = lock_call(session, call_id)
    require_keeper(actor, unit)
    if call.state == CallState.OPEN:
        grace = end_of_grace(call, read_closing(session, call.id))
        if call.closes_at <= now() < grace:
            raise Conflict("call_in_grace", closes_at=grace.isoformat())
        call.state = CallState.CLOSED
        break_seal(session, call)
        record(session, "call.close", call.id, actor=actor)
        if now() < call.closes_at:
            write_change(session, call, CallChange(call_id=call.id, kind=CallChangeKind.CLOSED, closes_at=call.closes_at), actor=actor)
        session.flush()
    return call


def amend_policy(session: Session, call_id: str, policy: dict[str, Any], *, actor: Actor) -> PolicyVersion:
    """A new version of a call's policy, for ideas drafted once it is signed; those in keep theirs.

    Raises Invalid as `plan_call`, and where a call that took ideas would get other places, or close otherwise, than it was announced.
    """
    call, valid = read_new_version(session, call_id, policy, actor=actor)
    number = find_newest(session, call.id).number + 1
    version = write_version(session, PolicyVersion(call_id=call.id, number=number, body={}), valid, actor)
    record(session, "call.amend_policy", call.id, actor=actor, number=version.number, sha256=digest_body(version.body))
    return version


def read_new_version(session: Session, call_id: str, policy: dict[str, Any], *, actor: Actor) -> tuple[Call, Policy]:
    """A call and what a new version of its policy would say, nothing kept; raises as `amend_policy`."""
    call, unit = get_call(session, call_id)
    require_keeper(actor, unit)
    valid = validate_policy(policy)
    require_sound(valid)
    if call.state != CallState.PLANNED:
        present = current_policy(session, call.id)
        require_same_places(present, valid)
        require_same_closing(present, valid)
    return call, valid


def get_call(session: Session, call_id: str) -> tuple[Call, Unit]:
    """A call and the unit that holds it; raises NotFound."""
    row = session.exec(select(Call, Unit).join(Unit).where(Call.id == call_id)).first()
    if row is None:
        raise NotFound("call_not_found")
    return row[0], row[1]


def lock_call(session: Session, call_id: str) -> tuple[Call, Unit]:
    """A call as it stands now, kept from others until the transaction ends, and its unit; raises NotFound."""
    call = session.get(Call, call_id, with_for_update={"key_share": True}, populate_existing=True)
    if call is None:
        raise NotFound("call_not_found")
    return call, session.get_one(Unit, call.unit_id)


def current_policy(session: Session, call_id: str) -> PolicyVersion:
    """The version of a call's policy that counts: the newest for new drafts that is signed, as it was amended since.

    While none is signed, the newest of all. An amendment of an older version never becomes the one that counts.
    """
    root = func.coalesce(col(PolicyVersion.line), col(PolicyVersion.number))
    signed = select(PolicyVersion).where(PolicyVersion.call_id == call_id, col(PolicyVersion.signed_at).is_not(None))
    return session.exec(signed.order_by(root.desc(), col(PolicyVersion.number).desc())).first() or find_newest(session, call_id)


def find_newest(session: Session, call_id: str) -> PolicyVersion:
    """The newest version of a call's policy, signed or not."""
    newest = session.exec(_newest_first(call_id)).first()
    if newest is None:
        raise NotFound("call_not_found")
    return newest


def _newest_first(call_id: str) -> SelectOfScalar[PolicyVersion]:
    return select(PolicyVersion).where(PolicyVersion.call_id == call_id).order_by(col(PolicyVersion.number).desc())


def list_line(session: Session, call_id: str, root: int) -> list[PolicyVersion]:
    """A signed version for new drafts and the signed amendments that descend from it, the newest first."""
    signed = _newest_first(call_id).where(func.coalesce(col(PolicyVersion.line), col(PolicyVersion.number)) == root)
    return list(session.exec(signed.where(col(PolicyVersion.signed_at).is_not(None))))


def write_version(session: Session, version: PolicyVersion, policy: Policy, actor: Actor) -> PolicyVersion:
    """Write down a new version that says what a policy says, and ask for its specimens unless such as print alike are there."""
    version.body, version.author_id = policy.model_dump(mode="json"), actor.person_id
    session.add(version)
    session.flush()
    if session.get(Specimen, digest_print(policy)) is None:
        send(session, "recognition.print_specimens", version.id)
    return version


def require_same_places(present: PolicyVersion, policy: Policy) -> None:
    """Places belong to the call, whatever version an idea entered under: a ranked call keeps its tiers' names and places.

    So does each of its categories, which keeps its name. Amounts, minimum scores and labels may change; each idea is judged and paid by its
    own version.
    """
    before, after = _list_places(read_policy(present)), _list_places(policy)
    is_ranked = any(places is not None for each in (before, after) for _, tiers in each for _, places in tiers)
    if is_ranked and before != after:
        by_category = policy.categories or read_policy(present).categories
        raise Invalid("call_places_fixed", "policy.categories" if by_category else "policy.rule_book.tiers")


def _list_places(policy: Policy) -> list[tuple[str, tuple[tuple[str, int | None], ...]]]:
    """The tiers of each category with their places, by the categories' names; the call's own under no name."""
    by_category = policy.list_by_category()
    return sorted((category.name if category else "", read_rule_book(each.rule_book).places) for category, each in by_category)


def require_same_closing(present: PolicyVersion, policy: Policy) -> None:
    """What happens around its end belongs to the call as it was announced, whatever version an idea entered under."""
    before, after = read_policy(present).closing, policy.closing
    changed = [name for name in type(after).model_fields if getattr(before, name) != getattr(after, name)]
    Faults(Invalid("call_closing_fixed", f"policy.closing.{name}") for name in changed).settle()


def require_short_seal(opens_at: datetime, closes_at: datetime, policy: Policy) -> None:
    """A sealed call is one whose end is near: in a call that stands for years no idea would be screened before that."""
    if policy.closing.is_sealed and closes_at - opens_at > timedelta(days=LONGEST_SEAL):
        raise Invalid("sealed_too_long", "policy.closing.is_sealed", maximum=LONGEST_SEAL)


def require_keeper(actor: Actor, unit: Unit) -> None:
    """Refuse whoever keeps no call of a unit: an admin or the secretariat over it does, and whoever runs the server."""
    if not actor.flow and not actor.holds(Role.ADMIN, unit.path):
        actor.require(Role.SECRETARIAT, unit.path)
