"""Passes an overdue permission on to somebody who exists: a head further up, or whoever stands in where there is none."""

from sqlmodel import Session, col, select

from models.calls import Call
from models.ideas import Idea, TeamMember
from models.inbox import InboxItem
from models.people import Role, RoleGrant, is_held
from models.units import Unit

STAND_INS = ((Role.SECRETARIAT, 2), (Role.ADMIN, 1), (Role.SECRETARIAT, 1))  # the only secretary is to screen, and so permits last


def pass_up(session: Session, item: InboxItem) -> None:
    """Ask the nearest head above, outside the team; where there is none the secretariat of the call, or an admin over it.

    A role to which the policy gives the step is left as it is while somebody holds it.
    """
    if item.role == Role.UNIT_HEAD:
        above = [path for path, _ in _list_holders(session, item, Role.UNIT_HEAD, item.unit_path) if path != item.unit_path]
        if above:
            item.unit_path = max(above, key=len)
            return
    elif _list_holders(session, item, item.role, item.unit_path):
        return
    of_call = select(Unit.path).join(Call, col(Call.unit_id) == col(Unit.id)).join(Idea, col(Idea.call_id) == col(Call.id))
    call_path = session.exec(of_call.where(Idea.id == item.idea_id)).one()
    for role, fewest in STAND_INS:
        if len({person_id for _, person_id in _list_holders(session, item, role, call_path)}) >= fewest:
            item.role, item.unit_path = role, call_path
            return


def _list_holders(session: Session, item: InboxItem, role: Role, path: str) -> list[tuple[str, str]]:
    """Who holds a role over a unit and has no part in the idea: the path of the unit for which they hold it, and their id."""
    team = select(TeamMember.person_id).where(TeamMember.idea_id == item.idea_id)
    held = select(Unit.path, col(RoleGrant.person_id)).join(RoleGrant, col(RoleGrant.unit_id) == col(Unit.id))
    rows = session.exec(held.where(RoleGrant.role == role, is_held(), col(RoleGrant.person_id).not_in(team)))
    return [(covered, person_id) for covered, person_id in rows if path.startswith(covered)]
