"""Amend what ideas under way are held to: waits made longer, and who signs the papers that are not issued yet; nothing else.

Who would cheat here shortens the days for an objection, helps their own idea, or becomes the signatory. So a wait only grows, all ideas
under a version are treated alike, one person writes and another signs, and neither may propose in the call or be the new signatory.
"""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

from sqlmodel import Session, col, select

from models.calls import Call, CallChange, CallChangeKind, CallState, PolicyVersion
from models.ideas import TeamMember
from models.inbox import InboxItem
from models.people import EmployeeNumber, Person, RoleGrant, is_held
from models.policy import Policy, SignatoryRule
from models.units import Unit
from workflows.calculations.employee_number import mask_employee_number
from workflows.process.actors import Actor
from workflows.process.amending import carry_out, list_moves
from workflows.process.context import read_policy
from workflows.process.journal import record
from workflows.process.moving import Move
from workflows.process.refusals import Conflict, Faults, Forbidden, Invalid, NotFound
from workflows.process.sealing import find_seal
from workflows.process.ways import read_rows
from workflows.process.wording import read_text
from workflows.region.call_changes import require_no_part, tell_each, write_change
from workflows.region.calls import find_newest, get_call, list_line, lock_call, require_keeper, write_version
from workflows.region.differences import Difference, list_differences
from workflows.region.soundness import digest_body, require_sound, validate_policy

SHORTEST_REASON = 10

# Which parts of a policy an amendment may change, and how; the first row that fits a part counts, and what no row names is fixed.
AMENDABLE = """
part                    rule
days.retention          fixed
days.retention.*        fixed
days.*.unit             fixed
days.*                  longer
documents.signatory.*   replaced
documents.letterhead.*  replaced
"""


class AmendingRule(StrEnum):
    """What an amendment may do with a part: nothing, put a larger number in its place, or anything that the policy's model allows."""

    FIXED = "fixed"
    LONGER = "longer"
    REPLACED = "replaced"


RULES = tuple((row["part"], AmendingRule(row["rule"])) for row in read_rows(AMENDABLE))


@dataclass(frozen=True)
class NewAmendment:
    """An amendment as it is asked for: of which version, new values by the paths of their parts, and why."""

    amends: int
    changes: Mapping[str, Any]
    reason: str


@dataclass(frozen=True)
class Amendment:
    """What an amendment changes in a policy, and for which ideas under way."""

    differences: list[Difference]
    moves: list[Move]


def find_rule(path: str) -> AmendingRule:
    """What an amendment may do with the part of a policy at a path, `days.screening`."""
    return next((rule for part, rule in RULES if fnmatchcase(path, part)), AmendingRule.FIXED)


def list_amendable(policy: Policy) -> list[tuple[str, Any]]:
    """The parts of a policy that may be amended, with their present values, in the policy's order; a list counts as one part."""
    return [(path, value) for path, value in _list_parts(policy.model_dump(mode="json")) if find_rule(path) != AmendingRule.FIXED]


def amend_running(session: Session, call_id: str, new: NewAmendment, *, actor: Actor) -> PolicyVersion:
    """Write an amendment of a version, for the ideas under way that are held to it; it counts once a second person signs it.

    Raises Invalid, all faults at once, for a part that may not be amended, a wait that would become shorter, what the policy does not
    allow, nothing that changes and a missing reason; Forbidden for who keeps no call of the unit, proposes in this one or would be the
    signatory; Conflict while the call is only planned or sealed, and where the version was amended meanwhile.
    """
    call, unit = lock_call(session, call_id)
    require_keeper(actor, unit)
    require_no_part(session, call, actor=actor)
    base = _require_base(session, call, new.amends)
    faults, reason = Faults(), ""
    with faults.gather():
        reason = read_text("reason", new.reason, maximum=1_000, minimum=SHORTEST_REASON)
    policy = _read_amended(faults, base, new.changes)
    require_other_signatory(session, read_policy(base), policy, actor=actor)
    number = find_newest(session, call.id).number + 1
    version = PolicyVersion(call_id=call.id, number=number, line=base.root, amends=base.number, reason=reason, body={})
    write_version(session, version, policy, actor)
    record(session, "call.amend_running", call.id, actor=actor, number=number, amends=base.number, sha256=digest_body(version.body))
    return version


def preview_amendment(session: Session, call_id: str, version: PolicyVersion) -> Amendment:
    """What an amendment would change now, were it signed; after its signature, nothing any more."""
    call, _unit = get_call(session, call_id)
    base = next((each for each in list_line(session, call.id, version.root) if each.number == version.amends), None)
    if base is None:
        raise NotFound("version_not_found")
    if call.is_sealed:
        return Amendment(list_differences(base.body, version.body), [])
    policy = read_policy(version)
    line = [each for each in list_line(session, call.id, version.root) if each.id != version.id]
    moves = [] if version.signed_at is not None else list_moves(session, call, line, policy)
    return Amendment(list_differences(base.body, version.body), moves)


def require_applicable(session: Session, call: Call, version: PolicyVersion, *, actor: Actor) -> None:
    """Raise for an amendment that somebody may not sign, or that no longer fits what it amends; nothing for a version for new drafts."""
    if version.amends is None:
        return
    require_no_part(session, call, actor=actor)
    base = _require_base(session, call, version.amends)
    faults = Faults()
    for path, before, after in _list_changed(base, version.body):
        with faults.gather():
            _require_amendable(path, before, after)
    faults.settle()
    require_other_signatory(session, read_policy(base), read_policy(version), actor=actor)


def apply_amendment(session: Session, call: Call, version: PolicyVersion, *, actor: Actor) -> list[Move]:
    """Hold every idea under way of the line to an amendment that was signed in this transaction; teams and those who are asked are told."""
    line = [each for each in list_line(session, call.id, version.root) if each.id != version.id]
    base = next(each for each in line if each.number == version.amends)
    moves = list_moves(session, call, line, read_policy(version), lock=True)
    changed = {path: [_mask(path, before), _mask(path, after)] for path, before, after in _list_changed(base, version.body)}
    carry_out(session, version, moves, {"amended": changed, "versions": [base.number, version.number]}, actor=actor)
    change = CallChange(call_id=call.id, kind=CallChangeKind.AMENDED, reason=version.reason or "", number=version.number)
    write_change(session, call, change, actor=actor)
    tell_each(session, change, _list_told(session, moves))
    record(session, "call.apply_amendment", call.id, actor=actor, number=version.number, ideas=len(moves))
    return moves


def require_other_signatory(session: Session, before: Policy, after: Policy, *, actor: Actor) -> None:
    """Refuse whoever would come to sign papers by what they write or sign themselves."""
    signatory = after.documents.signatory
    if actor.person_id is None or _names(signatory) == _names(before.documents.signatory):
        return
    person = session.get_one(Person, actor.person_id)
    numbers = set(session.exec(select(EmployeeNumber.number).where(EmployeeNumber.person_id == person.id)))
    if signatory.employee_number in numbers or _fold(signatory.name) in (_fold(person.name), _fold(person.full_name)):
        raise Forbidden("own_signature")


def _require_base(session: Session, call: Call, number: int) -> PolicyVersion:
    """The version that is amended: the newest of its line, as ideas under way are held to it."""
    if call.state == CallState.PLANNED:
        raise Conflict("call_not_begun")
    if (sealed := find_seal(call)) is not None:
        raise sealed  # whoever amends is told whom it touches
    named = session.exec(select(PolicyVersion).where(PolicyVersion.call_id == call.id, PolicyVersion.number == number)).first()
    if named is None or named.signed_at is None:
        raise NotFound("version_not_found")
    newest = list_line(session, call.id, named.root)[0]
    if newest.id != named.id:
        raise Conflict("version_amended", version=newest.number)
    return named


def _read_amended(faults: Faults, base: PolicyVersion, changes: Mapping[str, Any]) -> Policy:
    """The amended policy; raises Invalid with all that is wrong with it and all that was gathered before."""
    body, parts = copy.deepcopy(base.read().model_dump(mode="json")), dict(_list_parts(base.read().model_dump(mode="json")))
    for path, value in changes.items():
        with faults.gather():
            if path not in parts or find_rule(path) == AmendingRule.FIXED:
                raise Invalid("part_not_amendable", f"policy.{path}", given=path)
            _require_amendable(path, parts[path], value)
            _put_in(body, path, value)
    with faults.gather():
        policy = validate_policy(body)
        require_sound(policy)
    if not faults.found and not _list_changed(base, policy.model_dump(mode="json")):
        faults.found.append(Invalid("amendment_changes_nothing", "changes"))
    faults.settle()
    return policy


def _require_amendable(path: str, before: Any, after: Any) -> None:
    rule, field = find_rule(path), f"policy.{path}"
    if rule == AmendingRule.FIXED:
        raise Invalid("part_not_amendable", field, given=path)
    if rule == AmendingRule.LONGER and (isinstance(after, bool) or not isinstance(after, int)):
        raise Invalid("policy_invalid", field, problem="int_type")
    if rule == AmendingRule.LONGER and after < before:
        raise Invalid("amendment_shortens", field, minimum=before)


def _list_changed(base: PolicyVersion, body: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """Each part that differs from the version that is amended, with both values; None where it is missing."""
    before, after = dict(_list_parts(base.read().model_dump(mode="json"))), dict(_list_parts(body))
    paths = dict.fromkeys([*before, *after])
    return [(path, before.get(path), after.get(path)) for path in paths if before.get(path) != after.get(path)]


def _list_parts(part: Any, path: str = "") -> list[tuple[str, Any]]:
    if not isinstance(part, Mapping):
        return [(path, part)]
    return [found for name, inner in part.items() for found in _list_parts(inner, f"{path}.{name}" if path else name)]


def _put_in(body: dict[str, Any], path: str, value: Any) -> None:
    *way, last = path.split(".")
    for step in way:
        body = body[step]
    body[last] = value


def _list_told(session: Session, moves: Sequence[Move]) -> set[str]:
    """The teams of the ideas, and who is asked for something whose date moved: by name, or by a role over its unit."""
    told = {move.idea.lead_id for move in moves}
    ids = [move.idea.id for move in moves]
    for start in range(0, len(ids), 500):
        told |= set(session.exec(select(TeamMember.person_id).where(col(TeamMember.idea_id).in_(ids[start : start + 500]))))
    items: list[InboxItem] = [task.item for move in moves for task in move.tasks]
    told |= {item.person_id for item in items if item.person_id is not None}
    offices = {(item.role, item.unit_path) for item in items if item.person_id is None}
    held = select(RoleGrant.person_id, RoleGrant.role, Unit.path).join(Unit, col(Unit.id) == col(RoleGrant.unit_id))
    held = held.where(is_held(), col(RoleGrant.role).in_({role for role, _ in offices}))
    return told | {
        person for person, role, over in session.exec(held) if any(role == asked and path.startswith(over) for asked, path in offices)
    }


def _mask(path: str, value: Any) -> Any:
    """A value as histories keep it: an employee number shows birth date and sex."""
    return mask_employee_number(value) if path.endswith(".employee_number") and value else value


def _names(signatory: SignatoryRule) -> tuple[str, str | None]:
    return _fold(signatory.name), signatory.employee_number


def _fold(name: str) -> str:
    return " ".join(name.split()).casefold()
