"""Sign a version of a call's policy: somebody else than its author answers for it before it counts."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.calls import Call, CallState, PolicyVersion
from models.instants import now
from models.people import Role
from models.units import Unit
from workflows.process.actors import Actor
from workflows.process.context import read_policy
from workflows.process.journal import record
from workflows.process.keyset import Page, Slice, take_page
from workflows.process.refusals import Conflict, Forbidden, NotFound
from workflows.process.visibility import units_of
from workflows.region.amendments import apply_amendment, require_applicable
from workflows.region.calls import (
    LAST_OPENED_FIRST,
    current_policy,
    find_newest,
    get_call,
    lock_call,
    require_same_closing,
    require_same_places,
)
from workflows.region.soundness import digest_body, require_ready

SIGNERS = (Role.CHAIR, Role.LEADER)
READERS = (*SIGNERS, Role.SECRETARIAT, Role.ADMIN, Role.AUDITOR)  # of what is not signed yet


@dataclass(frozen=True)
class NewestVersion:
    """A call with the newest version of its policy, signed or not."""

    call: Call
    version: PolicyVersion


def sign_policy(session: Session, call_id: str, number: int, *, actor: Actor) -> PolicyVersion:
    """Sign a version as chair or leader over the call's unit; ideas drafted from now on enter under it.

    An amendment takes effect at once, for every idea under way that it is about, or for none.

    Raises Forbidden for others and for the version's author, Conflict for a version that is signed or has a newer one beside it, and what
    `require_ready` and, of an amendment, `require_applicable` raise.
    """
    call, unit = lock_call(session, call_id)
    if not any(actor.holds(role, unit.path) for role in SIGNERS):
        raise Forbidden("only_chair_or_leader")
    version = session.exec(_of_call(call.id).where(PolicyVersion.number == number).with_for_update()).first()
    if version is None:
        raise NotFound("version_not_found")
    if version.author_id == actor.person_id:
        raise Forbidden("own_policy")
    if version.signed_at is not None:
        raise Conflict("version_signed")
    if (newest := find_newest(session, call.id)).number > number:
        raise Conflict("version_superseded", version=newest.number)
    policy = read_policy(version)
    require_ready(session, policy)
    require_applicable(session, call, version, actor=actor)
    if call.state != CallState.PLANNED and version.amends is None:
        present = current_policy(session, call.id)
        require_same_places(present, policy)
        require_same_closing(present, policy)
    version.signed_by, version.signed_at, version.signed_sha256 = actor.person_id, now(), digest_body(version.body)
    session.flush()
    record(session, "call.sign_policy", call.id, actor=actor, number=number, sha256=version.signed_sha256)
    if version.amends is not None:
        apply_amendment(session, call, version, actor=actor)
    return version


def may_sign(actor: Actor, unit: Unit, version: PolicyVersion) -> bool:
    """Whether a person may sign a version: by office, and not being its author."""
    return any(actor.holds(role, unit.path) for role in SIGNERS) and version.author_id != actor.person_id


def list_versions(session: Session, call_id: str, *, actor: Actor) -> list[PolicyVersion]:
    """The versions of a call's policy, newest first; what is not signed yet only for those who prepare or oversee the call."""
    call, unit = get_call(session, call_id)
    query = _of_call(call.id).order_by(col(PolicyVersion.number).desc())
    if not any(actor.holds(role, unit.path) for role in READERS):
        query = query.where(col(PolicyVersion.signed_at).is_not(None))
    return list(session.exec(query))


def list_newest(session: Session, piece: Slice, *, actor: Actor, archived: bool = False) -> Page[NewestVersion]:
    """The calls that the actor prepares or oversees, the last opened first; those that were put away only where asked for."""
    later = aliased(PolicyVersion)
    newest = sa.select(sa.func.max(later.number)).where(col(later.call_id) == col(Call.id)).scalar_subquery()
    query = select(Call, PolicyVersion).join(PolicyVersion, col(PolicyVersion.call_id) == col(Call.id))
    query = query.where(PolicyVersion.number == newest, col(Call.unit_id).in_(units_of(actor, READERS)))
    query = query.where(col(Call.archived_at).is_not(None) if archived else col(Call.archived_at).is_(None))
    found = take_page(session, query, LAST_OPENED_FIRST, piece)
    return Page([NewestVersion(call, version) for call, version in found.rows], found.after)


def list_unsigned(session: Session, *, actor: Actor) -> list[NewestVersion]:
    """The versions that wait for a signature which the actor may give: the newest of each call that is not over."""
    if not any(actor.holds(role) for role in SIGNERS):
        return []
    rows = session.exec(
        select(Call, Unit, PolicyVersion)
        .join(Unit, col(Unit.id) == col(Call.unit_id))
        .join(PolicyVersion, col(PolicyVersion.call_id) == col(Call.id))
        .where((col(Call.state) != CallState.CLOSED) | col(PolicyVersion.amends).is_not(None), col(PolicyVersion.signed_at).is_(None))
        .order_by(col(PolicyVersion.created_at), col(PolicyVersion.number))
    )
    newest = {call.id: (call, unit, version) for call, unit, version in rows}
    return [
        NewestVersion(call, version)
        for call, unit, version in newest.values()
        if may_sign(actor, unit, version) and find_newest(session, call.id).id == version.id
    ]


def _of_call(call_id: str) -> SelectOfScalar[PolicyVersion]:
    return select(PolicyVersion).where(PolicyVersion.call_id == call_id)
