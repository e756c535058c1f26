"""Whether an idea may enter its call: who initiated it, since when it is in use, and how often it was awarded before.

What was awarded counts once it is announced, and only until the call's last instant: nothing before its hour is told by a refusal, and
nobody loses by what is announced later.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Protocol

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.awards import Award
from models.calls import Call
from models.ideas import Answer, Idea, Revision, TeamMember
from models.instants import local_day, region_zone, today
from models.merges import IdeaMerge
from models.policy import Policy
from workflows.calculations.months import months_before
from workflows.calculations.titles import fold_title
from workflows.process import ways
from workflows.process.context import IdeaContext
from workflows.process.refusals import Conflict, Faults, Invalid, Refusal
from workflows.process.ways import Reached

MOST_SHOWN = 20


class SaysEntry(Protocol):
    """What says, as it is stored or as it is handed in, who initiated an idea and since which day it is in use."""

    @property
    def initiator(self) -> str | None: ...

    @property
    def in_use_since(self) -> date | None: ...


@dataclass(frozen=True)
class EarlierAward:
    """An announced award of an earlier idea: the idea's code and title, what was given, and the region's day on which."""

    code: str
    title: str
    distinction: str
    on: date


def latest_in_use(policy: Policy, call: Call) -> date | None:
    """The last day since which an innovation may be in use, as the call's end stands; None where the policy does not ask.

    The policy's calendar months before the day in the region's zone on which the call closes, and never in the future.
    """
    months = policy.eligibility.minimum_months
    return min(months_before(local_day(call.closes_at), months), today()) if months else None


def list_field_faults(policy: Policy, call: Call, said: SaysEntry) -> Iterator[Invalid]:
    """What keeps an idea out by its own fields: each with what would be accepted. Where one initiator alone is listed nobody is asked."""
    initiators, latest = policy.eligibility.initiators, latest_in_use(policy, call)
    if len(initiators) > 1 and said.initiator not in initiators:
        yield Invalid("initiator_missing", "initiator")
    if latest is None:
        return
    months, day, last = policy.eligibility.minimum_months, local_day(call.closes_at).isoformat(), latest.isoformat()
    if said.in_use_since is None:
        yield Invalid("in_use_since_missing", "in_use_since", minimum=months, day=day, last=last)
    elif said.in_use_since > latest:
        yield Invalid("in_use_too_short", "in_use_since", minimum=months, day=day, last=last)


def list_entry_faults(session: Session, context: IdeaContext) -> Iterator[Invalid]:
    """Everything for which an idea, as it is stored, may not be submitted: its fields, and the awards behind it."""
    yield from list_field_faults(context.policy, context.call, context.content)
    awards, limit = list_too_many(session, context), context.policy.eligibility.earlier_awards
    if awards:
        field = "earlier_code" if context.content.earlier_code else "title"
        yield Invalid("awarded_before", field, count=len(awards), limit=limit, given=_name(awards))


def find_ineligible(session: Session, context: IdeaContext) -> Refusal | None:
    """The refusal, all faults in one, of an idea that may not enter its call."""
    faults = Faults(list_entry_faults(session, context))
    return faults.as_one() if faults.found else None


def find_awarded_before(session: Session, context: IdeaContext) -> Refusal | None:
    """The refusal of an idea that is in already, where an earlier award was announced since."""
    awards, limit = list_too_many(session, context), context.policy.eligibility.earlier_awards
    return Conflict("awarded_before", count=len(awards), limit=limit, given=_name(awards)) if awards else None


def list_too_many(session: Session, context: IdeaContext) -> list[EarlierAward]:
    """The awards that keep an idea out; none where it has fewer behind it than the policy says, or the policy does not ask."""
    limit = context.policy.eligibility.earlier_awards
    awards = list_counting_awards(session, context) if limit is not None else []
    return awards if limit is not None and len(awards) >= limit else []


def list_counting_awards(session: Session, context: IdeaContext) -> list[EarlierAward]:
    """The announced awards that an idea has behind it by the end of its call, oldest first.

    Those of the idea that it says it continues, of ideas of the same title by anybody of its team, and of what either of them, or an idea
    that has joined it, continued; of an idea that has joined another, those of that one.
    """
    rule, closes_at = context.policy.eligibility, context.call.closes_at
    own = context.idea.id
    same, continued = _find_same(session, context)
    codes = continued | {context.content.earlier_code} | _list_continued_by_joined(session, own)
    behind = _with_merged(session, same | _follow(session, codes - {None}, {own})) - {own}
    if not behind:
        return []
    wanted = [col(Award.idea_id).in_(behind), col(Award.announced_at) <= closes_at]
    if rule.earlier_years is not None:
        first = months_before(local_day(closes_at), 12 * rule.earlier_years)
        wanted.append(col(Award.announced_at) >= datetime.combine(first, time(), region_zone()))
    return _list_awards(session, *wanted)


def list_team_awards(session: Session, context: IdeaContext) -> list[EarlierAward]:
    """What the people of an idea's team were given for other ideas, as announced, the newest first: for whoever screens it."""
    theirs = select(TeamMember.idea_id).where(col(TeamMember.person_id).in_(_list_people(context)))
    found = _list_awards(session, col(Award.idea_id).in_(theirs), col(Award.idea_id) != context.idea.id)
    return found[::-1][:MOST_SHOWN]


def is_awarded_openly(session: Session, idea_id: str) -> bool:
    """Whether an award of the idea is announced and stands, so that anybody may know of the idea."""
    return session.exec(select(Award.id).where(Award.idea_id == idea_id, *_is_given())).first() is not None


def _list_people(context: IdeaContext) -> frozenset[str]:
    """The team, and who has joined one that is to take its place."""
    joined = {each.person_id for each in context.invited if each.answer == Answer.JOINED and each.person_id is not None}
    return context.team | joined


def _find_same(session: Session, context: IdeaContext) -> tuple[set[str], set[str | None]]:
    """The ideas of the same title by anybody of the team, by their ids, and the codes of what these said they continue."""
    title = fold_title(context.idea.title)
    theirs = select(TeamMember.idea_id).where(col(TeamMember.person_id).in_(_list_people(context)))
    query = _said_earlier().where(col(Idea.id).in_(theirs), col(Idea.code).is_not(None))
    same = [(idea_id, earlier) for idea_id, said, earlier in session.execute(query) if title and fold_title(said) == title]
    return {idea_id for idea_id, _ in same}, {earlier for _, earlier in same} - {None}


def _follow(session: Session, codes: set[str | None], seen: set[str]) -> set[str]:
    """The ids of the ideas with these codes and of those that they continue, and so on; each is looked at once."""
    found = set[str]()
    while codes:
        rows = session.execute(_said_earlier().where(col(Idea.code).in_(codes))).all()
        new = {idea_id: earlier for idea_id, _title, earlier in rows if idea_id not in found | seen}
        found |= new.keys()
        codes = set(new.values()) - {None}
    return found


def _list_continued_by_joined(session: Session, idea_id: str) -> set[str | None]:
    """The codes of what the ideas said they continue that have joined an idea."""
    joined = select(IdeaMerge.idea_id).where(IdeaMerge.into_id == idea_id, *_stands())
    return {earlier for _, _, earlier in session.execute(_said_earlier().where(col(Idea.id).in_(joined)))}


def _with_merged(session: Session, ideas: set[str]) -> set[str]:
    """Some ideas, and those that they have joined."""
    if not ideas:
        return ideas
    return ideas | set(session.exec(select(IdeaMerge.into_id).where(col(IdeaMerge.idea_id).in_(ideas), *_stands())))


def _stands() -> tuple[Any, ...]:
    return col(IdeaMerge.is_done), col(IdeaMerge.undone_at).is_(None)


def _said_earlier() -> Any:
    """Ideas with their title and the code of the one that they continue."""
    present = (col(Revision.idea_id) == col(Idea.id)) & (col(Revision.number) == col(Idea.revision))
    return sa.select(col(Idea.id), col(Idea.title), col(Revision.earlier_code)).join(Revision, present)


def _is_given() -> tuple[sa.ColumnElement[bool], ...]:
    return col(Award.stage).in_(ways.AWARD.list_reached(Reached.GIVEN)), col(Award.announced_at).is_not(None)


def _list_awards(session: Session, *wanted: sa.ColumnElement[bool]) -> list[EarlierAward]:
    query = sa.select(col(Idea.code), col(Idea.title), col(Award.distinction), col(Award.announced_at))
    query = query.join(Idea, col(Idea.id) == col(Award.idea_id)).where(*_is_given(), *wanted)
    rows = session.execute(query.order_by(col(Award.announced_at), col(Award.id)))
    return [EarlierAward(str(code), title, distinction, local_day(at)) for code, title, distinction, at in rows]


def _name(awards: list[EarlierAward]) -> str:
    """The awards as a refusal names them: by the idea's code and the year."""
    return ", ".join(f"{each.code} ({each.on.year})" for each in awards)
