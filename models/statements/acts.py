"""What people did about an idea, step by step: decisions taken, reviews answered, a pilot owned, awards proposed and approved; who typed it
in somebody else's name, who advised its team, whose place in the team somebody else has taken, who was in one team with it,
and who claimed it, or is of the team that had it first.

What was done about an idea that has joined another was done about that one. An office that said that two are one, or handed an idea on to
another call or took it in, did so in the place of screening it.
"""

from collections.abc import Collection
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session

from models.awards import Award
from models.claims import AdoptionClaim, ClaimState
from models.database import is_sqlite, run_plain, table_of
from models.dictated_ideas import DictatedIdea
from models.ideas import Decision, TeamMember
from models.mentors import Mentorship
from models.merges import IdeaMerge, MergePart
from models.pilots import Pilot
from models.replacements import Replacement
from models.reviews import Review, ReviewState
from models.transfers import IdeaTransfer

STAND = (ClaimState.FILED, ClaimState.UPHELD, ClaimState.DISMISSED)  # claims that were filed and not taken back
ANSWERED = (ReviewState.SCORED, ReviewState.RECUSED)  # whoever stepped back from a review knew it as a reviewer all the same

AT_ONCE = 500  # ideas that one statement asks about


class Act(NamedTuple):
    """A step as decisions name it (`screen`, `award_approve`), and who took it; a pilot is measured by whoever owns it."""

    idea_id: str
    person_id: str
    step: str


_DECISION, _REVIEW, _PILOT, _AWARD, _DICTATED, _MENTORSHIP, _REPLACED, _PART, _MERGE, _TRANSFER = (
    table_of(model) for model in (Decision, Review, Pilot, Award, DictatedIdea, Mentorship, Replacement, MergePart, IdeaMerge, IdeaTransfer)
)
_CLAIM, _MEMBER = table_of(AdoptionClaim), table_of(TeamMember)
_OF_FIRST = _CLAIM.join(_MEMBER, _MEMBER.c.idea_id == _CLAIM.c.idea_id)
_CLAIMED = sa.select(_CLAIM.c.adopted_id.label("idea_id"), _CLAIM.c.filed_by).where(_CLAIM.c.state.in_(STAND)).subquery("claimed")
_FIRST = (
    sa.select(_CLAIM.c.adopted_id.label("idea_id"), _MEMBER.c.person_id)
    .select_from(_OF_FIRST)
    .where(_CLAIM.c.state == ClaimState.UPHELD)
    .subquery("of_first")
)
_APART = sa.select(_PART.c.apart_id.label("idea_id"), _PART.c.person_id).where(_PART.c.apart_id.is_not(None)).subquery("apart")
_TOOK_IN = sa.select(_MERGE.c.into_id.label("idea_id"), _MERGE.c.confirmed_by).where(_MERGE.c.is_done).subquery("took_in")
_STANDS = _MERGE.c.is_done & _MERGE.c.undone_at.is_(None)
_OF_SCREENING: sa.ColumnClause[Any] = sa.literal_column("'screen'")
_SOURCES: tuple[tuple[sa.FromClause, Any, Any, tuple[Any, ...]], ...] = (
    (_DECISION, _DECISION.c.actor_id, _DECISION.c.action, ()),
    (_REVIEW, _REVIEW.c.reviewer_id, sa.literal_column("'score'"), (_REVIEW.c.state.in_(ANSWERED),)),
    (_PILOT, _PILOT.c.owner_id, sa.literal_column("'measure'"), ()),
    (_AWARD, _AWARD.c.proposed_by, sa.literal_column("'award_propose'"), ()),
    (_AWARD, _AWARD.c.approved_by, sa.literal_column("'award_approve'"), ()),
    (_DICTATED, _DICTATED.c.typed_by, sa.literal_column("'dictate'"), ()),
    (_MENTORSHIP, _MENTORSHIP.c.person_id, sa.literal_column("'advise'"), (_MENTORSHIP.c.accepted_at.is_not(None),)),
    (_REPLACED, _REPLACED.c.leaver_id, sa.literal_column("'left_team'"), (_REPLACED.c.is_done,)),
    (_MERGE, _MERGE.c.confirmed_by, _OF_SCREENING, (_MERGE.c.is_done,)),
    (_TOOK_IN, _TOOK_IN.c.confirmed_by, _OF_SCREENING, ()),
    (_TRANSFER, _TRANSFER.c.offered_by, _OF_SCREENING, (_TRANSFER.c.is_done,)),
    (_TRANSFER, _TRANSFER.c.accepted_by, _OF_SCREENING, (_TRANSFER.c.is_done,)),
    (_APART, _APART.c.person_id, sa.literal_column("'left_team'"), ()),
    (_CLAIMED, _CLAIMED.c.filed_by, sa.literal_column("'claim'"), ()),
    (_FIRST, _FIRST.c.person_id, sa.literal_column("'claim'"), ()),
)


_NO_PART = tuple(source for source in _SOURCES if source[0] is not _APART)  # who is of the joint team has part in it already


@cache
def _acts(*, of_one: bool, on_sqlite: bool, of_joined: bool) -> sa.CompoundSelect[Any]:
    """The acts on some ideas: of one person, or of everybody. PostgreSQL takes the ideas' ids as one array (see `is_among`)."""
    parts = []
    for table, person, step, conditions in _NO_PART if of_joined else _SOURCES:
        whose = person == sa.bindparam("person_id") if of_one else person.is_not(None)
        about = _is_given(table.c.idea_id, on_sqlite)
        parts.append(sa.select(table.c.idea_id, person.label("person_id"), step.label("step")).where(about, whose, *conditions))
    return sa.union(*parts)


@cache
def _joined(*, on_sqlite: bool) -> sa.Select[Any]:
    """The ideas that have joined some ideas, each with the one that it has joined."""
    return sa.select(_MERGE.c.idea_id, _MERGE.c.into_id).where(_is_given(_MERGE.c.into_id, on_sqlite), _STANDS)


def _is_given(idea_id: Any, on_sqlite: bool) -> Any:
    given = sa.bindparam("idea_ids", expanding=True) if on_sqlite else sa.any_(sa.bindparam("idea_ids", type_=sa.ARRAY(sa.String)))
    return idea_id.in_(given) if on_sqlite else idea_id == given


def list_acts_of(session: Session, person_id: str, idea_ids: Collection[str]) -> list[Act]:
    """What one person did about some ideas, each step once."""
    return _read(session, idea_ids, person_id) if idea_ids else []


def list_acts_on(session: Session, idea_ids: Collection[str]) -> list[Act]:
    """What anybody did about some ideas, each person's step once."""
    asked, found = list(idea_ids), list[Act]()
    for start in range(0, len(asked), AT_ONCE):
        found += _read(session, asked[start : start + AT_ONCE])
    return found


def _read(session: Session, idea_ids: Collection[str], person_id: str | None = None) -> list[Act]:
    """The acts on some ideas, and those on ideas that have joined them, as acts on what these have joined."""
    of_one, on_sqlite = person_id is not None, is_sqlite(session)
    asked: dict[str, Any] = {"idea_ids": list(idea_ids)} | ({"person_id": person_id} if of_one else {})
    acts = list(map(Act._make, run_plain(session, _acts(of_one=of_one, on_sqlite=on_sqlite, of_joined=False), asked)))
    joined = run_plain(session, _joined(on_sqlite=on_sqlite), {"idea_ids": asked["idea_ids"]})
    into: dict[str, str] = {row.idea_id: row.into_id for row in joined}
    if not into:
        return acts
    on_joined = run_plain(session, _acts(of_one=of_one, on_sqlite=on_sqlite, of_joined=True), asked | {"idea_ids": list(into)})
    return list(dict.fromkeys([*acts, *(Act(into[row.idea_id], row.person_id, row.step) for row in on_joined)]))
