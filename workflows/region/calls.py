"""Plan a call, give it a policy, open it and close it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlmodel import Session, col, select

from models.calls import Call, CallState, PolicyVersion
from models.instants import now
from models.people import Role
from models.policy import Policy
from models.units import Unit
from workflows.calculations.refusals import InvalidPayload
from workflows.calculations.rule_books import read_rule_book
from workflows.process import ways
from workflows.process.actors import Actor
from workflows.process.check import Finding, check_policy
from workflows.process.context import read_policy
from workflows.process.journal import record
from workflows.process.numbering import check_template
from workflows.process.refusals import Conflict, Invalid, NotFound
from workflows.process.wording import read_line, read_text
from workflows.region.people import get_unit


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

    Raises Invalid for dates in the past or out of order and for a policy that does not hold or contradicts itself, Conflict for a code
    in use.
    """
    unit = get_unit(session, new.unit_code)
    _require_keeper(actor, unit)
    if new.closes_at <= new.opens_at:
        raise Invalid("dates_out_of_order", "closes_at")
    if new.closes_at <= now():
        raise Invalid("date_in_the_past", "closes_at")
    if session.exec(select(Call.id).where(Call.code == new.code)).first():
        raise Conflict("call_code_taken", "code", given=new.code)
    policy = validate_policy(new.policy)
    require_sound(policy)
    title = read_line("title", new.title, maximum=200)
    call = Call(code=new.code, title=title, unit_id=unit.id, opens_at=new.opens_at, closes_at=new.closes_at)
    session.add(call)
    session.flush()
    session.add(PolicyVersion(call_id=call.id, number=1, body=policy.model_dump(mode="json")))
    record(session, "call.plan", call.id, actor=actor, code=call.code, unit=unit.id)
    return call


def open_call(session: Session, call_id: str, *, actor: Actor) -> Call:
    """Let ideas in; drafts may be written from now on, submitted between the call's dates.

    Raises Invalid for a policy under which an idea could get stuck: it may have been planned by an earlier release.
    """
    call, unit = get_call(session, call_id)
    _require_keeper(actor, unit)
    if call.state != CallState.PLANNED:
        raise Conflict("call_not_planned", stage=call.state)
    require_sound(read_policy(current_policy(session, call.id)))
    call.state = CallState.OPEN
    record(session, "call.open", call.id, actor=actor)
    session.flush()
    return call


def close_call(session: Session, call_id: str, *, actor: Actor) -> Call:
    """Let no more ideas in; the clock does this at the last instant."""
    call, unit = get_call(session, call_id)
    if not actor.flow:
        _require_keeper(actor, unit)
    if call.state == CallState.OPEN:
        call.state = CallState.CLOSED
        record(session, "call.close", call.id, actor=actor)
        session.flush()
    return call


def amend_policy(session: Session, call_id: str, policy: dict[str, Any], *, actor: Actor) -> PolicyVersion:
    """A new version of a call's policy, for ideas drafted from now on; those already in keep theirs.

    Raises Invalid as `plan_call`, and where a call that took ideas would get other places than those it was announced with.
    """
    call, unit = get_call(session, call_id)
    _require_keeper(actor, unit)
    valid = validate_policy(policy)
    require_sound(valid)
    present = current_policy(session, call.id)
    if call.state != CallState.PLANNED:
        _require_same_places(present, valid)
    body = valid.model_dump(mode="json")
    version = PolicyVersion(call_id=call.id, number=present.number + 1, body=body)
    session.add(version)
    session.flush()
    record(session, "call.amend_policy", call.id, actor=actor, number=version.number)
    return version


def get_call(session: Session, call_id: str) -> tuple[Call, Unit]:
    """A call and the unit that holds it; raises NotFound."""
    row = session.exec(select(Call, Unit).join(Unit).where(Call.id == call_id)).first()
    if row is None:
        raise NotFound("call_not_found")
    return row[0], row[1]


def current_policy(session: Session, call_id: str) -> PolicyVersion:
    """The newest version of a call's policy."""
    versions = select(PolicyVersion).where(PolicyVersion.call_id == call_id).order_by(col(PolicyVersion.number).desc())
    newest = session.exec(versions).first()
    if newest is None:
        raise NotFound("call_not_found")
    return newest


def validate_policy(body: dict[str, Any]) -> Policy:
    """The policy as its model, rule book and number templates checked; raises Invalid naming the first wrong part."""
    try:
        policy = Policy.model_validate(body)
        read_rule_book(policy.rule_book)
    except InvalidPayload as wrong:
        problem = wrong.problems[0]["code"]
        raise Invalid("policy_invalid", f"policy.rule_book.{wrong.field}", problem=problem, **wrong.limits) from wrong
    except ValidationError as wrong:
        first = wrong.errors()[0]
        path = ".".join(str(part) for part in ("policy", *first["loc"]))
        raise Invalid("policy_invalid", path, problem=first["type"], **first.get("ctx", {})) from wrong
    _check_wording("policy", policy.model_dump(mode="json"))
    for name, template in policy.documents.numbers.items():
        check_template(f"policy.documents.numbers.{name}", template)
    return policy


def list_contradictions(policy: Policy) -> list[Finding]:
    """What would leave an idea of this policy stuck, or never comes to pass, by the ways as they are."""
    return check_policy(policy, ways.IDEA, ways.AWARD, ways.DOCUMENT)


def require_sound(policy: Policy) -> None:
    """Raise Invalid for a policy that contradicts itself: the first finding, with all of them as its parts."""
    found = [Invalid(finding.code, finding.path, **finding.parameters) for finding in list_contradictions(policy)]
    if found:
        found[0].parts = tuple(found)
        raise found[0]


def _require_same_places(present: PolicyVersion, policy: Policy) -> None:
    """Places belong to the call, whatever version an idea entered under: a ranked call keeps its tiers' names and places.

    Amounts and minimum scores may change; each idea is judged and paid by its own version.
    """
    before, after = read_rule_book(read_policy(present).rule_book), read_rule_book(policy.rule_book)
    if (before.is_ranked or after.is_ranked) and before.places != after.places:
        raise Invalid("call_places_fixed", "policy.rule_book.tiers")


def _check_wording(field: str, part: Any) -> None:
    """Everything a policy says may come to stand on a form or in a document."""
    if isinstance(part, dict | list):
        for name, inner in part.items() if isinstance(part, dict) else enumerate(part):
            _check_wording(f"{field}.{name}", inner)
    elif isinstance(part, str):
        read_text(field, part)


def _require_keeper(actor: Actor, unit: Unit) -> None:
    if not actor.holds(Role.ADMIN, unit.path):
        actor.require(Role.SECRETARIAT, unit.path)
