"""People of the town in any role, however they stand to an idea."""

from sqlmodel import Session, col, delete, select

from models.ideas import Answer, Invitation
from models.people import Role, RoleGrant
from models.reviews import Review, ReviewState
from tests.requests import RequestPlace
from tests.town import TownPerson

# relation -> (who stands in it, the unit over which they then hold their role)
RELATIONS = {
    "lead": ("lead", "KOTA"),
    "member": ("mate", "KOTA"),
    "over_unit": ("walker", "ANDIR"),
    "over_call": ("walker", "BAPPEDA"),
    "reviews_it": ("", "COBLONG"),
    "owns_pilot": ("owner", "COBLONG"),
    "asked": ("", "COBLONG"),
    "elsewhere": ("walker", "COBLONG"),
}
ROLES_AND_RELATIONS = [(role, relation) for role in Role for relation in RELATIONS]


def give_role(place: RequestPlace, role: Role, relation: str) -> TownPerson | None:
    """Somebody who stands in the relation to the idea and holds one role, and no other; None where nobody can."""
    who, over = RELATIONS[relation]
    with place.town.store.unit_of_work() as session:
        if relation == "reviews_it":
            who = _reviewer(session, place)
        if relation == "asked":
            who = _invited(session, place)
        if not who or (relation == "owns_pilot" and place.indicator == "x"):
            return None
        person = place.town[who].id
        session.execute(delete(RoleGrant).where(col(RoleGrant.person_id) == person))
        session.add(RoleGrant(person_id=person, role=role, unit_id=place.town.units[over][0]))
    return place.town[who]


def _reviewer(session: Session, place: RequestPlace) -> str:
    asked = select(Review.reviewer_id).where(
        Review.idea_id == place.idea, col(Review.state).in_((ReviewState.ASSIGNED, ReviewState.SCORED))
    )
    return _name(place, session.exec(asked.order_by(col(Review.reviewer_id))).first())


def _invited(session: Session, place: RequestPlace) -> str:
    asked = select(Invitation.person_id).where(Invitation.idea_id == place.idea, Invitation.answer == Answer.ASKED)
    return _name(place, session.exec(asked.order_by(col(Invitation.position).desc())).first())


def _name(place: RequestPlace, person_id: str | None) -> str:
    return next((one.who for one in place.town.people.values() if one.id == person_id), "")
