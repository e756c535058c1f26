"""Which ideas were given to a reviewer: asked with every list."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlmodel import Session

from models.database import run_plain, table_of
from models.reviews import Review

_REVIEW = table_of(Review)
_GIVEN = sa.select(_REVIEW.c.idea_id).where(_REVIEW.c.reviewer_id == sa.bindparam("person_id"))
_ANY_GIVEN = _GIVEN.limit(1)
_GIVEN_OF = _GIVEN.where(_REVIEW.c.idea_id.in_(sa.bindparam("idea_ids", expanding=True)))


def list_given_to(session: Session, person_id: str | None, idea_ids: Collection[str]) -> list[str]:
    """Those of some ideas that a person was ever asked to review."""
    reader = {"person_id": person_id}
    if not idea_ids or not list(run_plain(session, _ANY_GIVEN, reader)):  # most readers review nothing: a long list of ids costs more
        return []
    return [str(row[0]) for row in run_plain(session, _GIVEN_OF, {**reader, "idea_ids": list(idea_ids)})]
