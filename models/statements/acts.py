"""What people did about an idea, step by step: decisions taken, reviews answered, a pilot owned, awards proposed and approved; who typed it
in somebody else's name, who advised its team, whose place in the team somebody else has taken, who was in one team with it,
and who claimed it, or is of the team that had it first.

What was done about an idea that has joined another was done about that one. An office that said that two are one, or are two again, or
handed an idea on to another call or took it in, did so in the place of screening it: also while that waits for somebody else's word. The
newest migration on duties says the same below the engine.
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


class _Source(NamedTuple):
    """What says that somebody took a step: rows with an `idea_id`, the person, the step, and which of the rows."""

    name: str
    rows: sa.FromClause
    person: Any
    step: Any
    conditions: tuple[Any, ...] = ()


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
_MERGE_MAY_COME = sa.or_(_MERGE.c.is_done, _MERGE.c.settled_at.is_(None))  # one that waits as well: it comes about with a member's word
_IN_OFFICE = sa.and_(
    _MERGE.c.undone_at.is_not(None), ~sa.exists().where(_PART.c.merge_id == _MERGE.c.id, _PART.c.person_id == _MERGE.c.undone_by)
)
_TOOK_IN = sa.select(_MERGE.c.into_id.label("idea_id"), _MERGE.c.confirmed_by).where(_MERGE_MAY_COME).subquery("took_in")
_LET_GO = sa.select(_MERGE.c.into_id.label("idea_id"), _MERGE.c.undone_by).where(_IN_OFFICE).subquery("let_go")
_TRANSFER_MAY_COME = sa.or_(_TRANSFER.c.is_done, _TRANSFER.c.settled_at.is_(None))
_STANDS = _MERGE.c.is_done & _MERGE.c.undone_at.is_(None)
_OF_SCREENING: sa.ColumnClause[Any] = sa.literal_column("'screen'")
_SOURCES = (
    _Source("decided", _DECISION, _DECISION.c.actor_id, _DECISION.c.action),
    _Source("reviewed", _REVIEW, _REVIEW.c.reviewer_id, sa.literal_column("'score'"), (_REVIEW.c.state.in_(ANSWERED),)),
    _Source("owns_pilot", _PILOT, _PILOT.c.owner_id, sa.literal_column("'measure'")),
    _Source("proposed_award", _AWARD, _AWARD.c.proposed_by, sa.literal_column("'award_propose'")),
    _Source("approved_award", _AWARD, _AWARD.c.approved_by, sa.literal_column("'award_approve'")),
    _Source("typed", _DICTATED, _DICTATED.c.typed_by, sa.literal_column("'dictate'")),
    _Source("advised", _MENTORSHIP, _MENTORSHIP.c.person_id, sa.literal_column("'advise'"), (_MENTORSHIP.c.accepted_at.is_not(None),)),
    _Source("was_replaced", _REPLACED, _REPLACED.c.leaver_id, sa.literal_column("'left_team'"), (_REPLACED.c.is_done,)),
    _Source("merged_away", _MERGE, _MERGE.c.confirmed_by, _OF_SCREENING, (_MERGE_MAY_COME,)),
    _Source("merged_in", _TOOK_IN, _TOOK_IN.c.confirmed_by, _OF_SCREENING),
    _Source("separated", _MERGE, _MERGE.c.undone_by, _OF_SCREENING, (_IN_OFFICE,)),
    _Source("let_go", _LET_GO, _LET_GO.c.undone_by, _OF_SCREENING),
    _Source("handed_on", _TRANSFER, _TRANSFER.c.offered_by, _OF_SCREENING, (_TRANSFER_MAY_COME,)),
    _Source("took_in", _TRANSFER, _TRANSFER.c.accepted_by, _OF_SCREENING, (_TRANSFER_MAY_COME,)),
    _Source("was_one_team", _APART, _APART.c.person_id, sa.literal_column("'left_team'")),
    _Source("claimed", _CLAIMED, _CLAIMED.c.filed_by, sa.literal_column("'claim'")),
    _Source("had_it_first", _FIRST, _FIRST.c.person_id, sa.literal_column("'claim'")),
)
SOURCES = tuple(each.name for each in _SOURCES)

_NO_PART = tuple(source for source in _SOURCES if source.rows is not _APART)  # who is of the joint team has part in it already


@cache
def _acts(*, of_one: bool, on_sqlite: bool, of_joined: bool) -> sa.CompoundSelect[Any]:
    """The acts on some ideas: of one person, or of everybody. PostgreSQL takes the ideas' ids as one array (see `is_among`)."""
    parts = []
    for source in _NO_PART if of_joined else _SOURCES:
        whose = source.person == sa.bindparam("person_id") if of_one else source.person.is_not(None)
        about, idea_id = _is_given(source.rows.c.idea_id, on_sqlite), source.rows.c.idea_id
        found = sa.select(idea_id, source.person.label("person_id"), source.step.label("step"))
        parts.append(found.where(about, whose, *source.conditions))
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
