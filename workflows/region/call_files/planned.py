"""The file of a call that is planned, open or closed."""

from typing import Any

from sqlmodel import Session, select

from models.calls import Call
from models.units import Unit
from workflows.process.actors import Actor
from workflows.process.context import read_policy
from workflows.process.refusals import NotFound
from workflows.region.call_files.call import arrange
from workflows.region.calls import NewCall, find_newest
from workflows.region.signatures import READERS


def copy_call(session: Session, code: str, *, actor: Actor) -> dict[str, Any]:
    """The values of a call's file for those who prepare or oversee it; raises NotFound for others."""
    unit = session.exec(select(Unit).join(Call).where(Call.code == code)).first()
    if unit is None or not any(actor.holds(role, unit.path) for role in READERS):
        raise NotFound("call_not_found")
    return describe_call(session, code)


def describe_call(session: Session, code: str) -> dict[str, Any]:
    """The values of a call's file: its dates and the newest version of its policy, signed or not; raises NotFound."""
    row = session.exec(select(Call, Unit).join(Unit).where(Call.code == code)).first()
    if row is None:
        raise NotFound("call_not_found")
    call, unit = row
    version = find_newest(session, call.id)
    return arrange(NewCall(call.code, call.title, unit.code, call.opens_at, call.closes_at, version.body), read_policy(version))
