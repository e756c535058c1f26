"""Who holds an office that is asked about a team, to be told: those over a unit by their role, up to the root."""

from collections.abc import Collection

from sqlmodel import Session, col, select

from models.people import Role, RoleGrant, is_held
from models.units import Unit
from workflows.intake.hand_over import list_gone


def list_over(session: Session, role: Role | None, over: str, *, left_out: Collection[str] = (), nearest: bool = False) -> list[str]:
    """Who holds a role over the unit of a path, but for some people; of those who serve the nearest alone, where they are reminded only.

    A first word goes to all of them: whoever is nearest may be away. What they have read is not sent to the region's top once more.
    """
    held = select(RoleGrant.person_id, Unit.path).join(Unit, col(Unit.id) == col(RoleGrant.unit_id))
    holders = session.exec(held.where(RoleGrant.role == role, is_held()))
    found = [(person_id, path) for person_id, path in holders if over.startswith(path) and person_id not in left_out]
    if nearest:
        gone = list_gone(session, frozenset(person_id for person_id, _ in found))
        serving = [(person_id, path) for person_id, path in found if person_id not in gone]
        closest = max((path for _, path in serving), key=len, default="")
        found = [(person_id, path) for person_id, path in serving if path == closest]
    return sorted({person_id for person_id, _ in found})
