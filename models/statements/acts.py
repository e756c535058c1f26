"""What people did about an idea, step by step: decisions taken, reviews answered, a pilot owned, awards proposed and approved; who typed it
in somebody else's name, who advised its team, whose place in the team somebody else has taken, and who was in one team with it."""

from collections.abc import Collection
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session

from models.awards import Award
from models.database import is_sqlite, run_plain, table_of
from models.dictated_ideas import DictatedIdea
from models.ideas import Decision
from models.mentors import Mentorship
from models.merges import MergePart
from models.pilots import Pilot
from models.replacements import Replacement
from models.reviews import Review, ReviewState

ANSWERED = (ReviewState.SCORED, ReviewState.RECUSED)  # whoever stepped back from a review knew it as a reviewer all the same

AT_ONCE = 500  # ideas that one statement asks about


class Act(NamedTuple):
    """A step as decisions name it (`screen`, `award_approve`), and who took it; a pilot is measured by whoever owns it."""

    idea_id: str
    person_id: str
    step: str


_DECISION, _REVIEW, _PILOT, _AWARD, _DICTATED, _MENTORSHIP, _REPLACED, _PART = (
    table_of(model) for model in (Decision, Review, Pilot, Award, DictatedIdea, Mentorship, Replacement, MergePart)
)
_APART = sa.select(_PART.c.apart_id.label("idea_id"), _PART.c.person_id).where(_PART.c.apart_id.is_not(None)).subquery("apart")
_SOURCES: tuple[tuple[sa.FromClause, Any, Any, tuple[Any, ...]], ...] = (
    (_DECISION, _DECISION.c.actor_id, _DECISION.c.action, ()),
    (_REVIEW, _REVIEW.c.reviewer_id, sa.literal_column("'score'"), (_REVIEW.c.state.in_(ANSWERED),)),
    (_PILOT, _PILOT.c.owner_id, sa.literal_column("'measure'"), ()),
    (_AWARD, _AWARD.c.proposed_by, sa.literal_column("'award_propose'"), ()),
    (_AWARD, _AWARD.c.approved_by, sa.literal_column("'award_approve'"), ()),
    (_DICTATED, _DICTATED.c.typed_by, sa.literal_column("'dictate'"), ()),
    (_MENTORSHIP, _MENTORSHIP.c.person_id, sa.literal_column("'advise'"), (_MENTORSHIP.c.accepted_at.is_not(None),)),
    (_REPLACED, _REPLACED.c.leaver_id, sa.literal_column("'left_team'"), (_REPLACED.c.is_done,)),
    (_APART, _APART.c.person_id, sa.literal_column("'left_team'"), ()),
)


@cache
def _acts(*, of_one: bool, on_sqlite: bool) -> sa.CompoundSelect[Any]:
    """The acts on some ideas: of one person, or of everybody. PostgreSQL takes the ideas' ids as one array (see `is_among`)."""
    ids = sa.bindparam("idea_ids", expanding=True) if on_sqlite else sa.any_(sa.bindparam("idea_ids", type_=sa.ARRAY(sa.String)))
    parts = []
    for table, person, step, conditions in _SOURCES:
        whose = person == sa.bindparam("person_id") if of_one else person.is_not(None)
        about = table.c.idea_id.in_(ids) if on_sqlite else table.c.idea_id == ids
        parts.append(sa.select(table.c.idea_id, person.label("person_id"), step.label("step")).where(about, whose, *conditions))
    return sa.union(*parts)


def list_acts_of(session: Session, person_id: str, idea_ids: Collection[str]) -> list[Act]:
    """What one person did about some ideas, each step once."""
    if not idea_ids:
        return []
    statement = _acts(of_one=True, on_sqlite=is_sqlite(session))
    return list(map(Act._make, run_plain(session, statement, {"person_id": person_id, "idea_ids": list(idea_ids)})))


def list_acts_on(session: Session, idea_ids: Collection[str]) -> list[Act]:
    """What anybody did about some ideas, each person's step once."""
    statement = _acts(of_one=False, on_sqlite=is_sqlite(session))
    asked, found = list(idea_ids), list[Act]()
    for start in range(0, len(asked), AT_ONCE):
        found += map(Act._make, run_plain(session, statement, {"idea_ids": asked[start : start + AT_ONCE]}))
    return found
