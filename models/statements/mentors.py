"""Which ideas a mentor sees, and which they ever advised; asked only for people who may be mentors."""

from typing import Any

from sqlmodel import Session, col, select

from models.mentors import Mentorship, MentorshipState


def select_seen(person_id: str | None) -> Any:
    """The ids of the ideas that a mentor sees: those whose request they accepted, unless somebody ended it."""
    return select(Mentorship.idea_id).where(Mentorship.person_id == person_id, Mentorship.state == MentorshipState.ADVISING)


def select_advised(person_id: str | None) -> Any:
    """The ids of the ideas whose team somebody advises or advised, whatever became of it."""
    return select(Mentorship.idea_id).where(Mentorship.person_id == person_id, col(Mentorship.accepted_at).is_not(None))


def has_advised(session: Session, idea_id: str, person_id: str | None) -> bool:
    """Whether somebody advises or advised the team of an idea."""
    return session.exec(select_advised(person_id).where(Mentorship.idea_id == idea_id)).first() is not None
