"""Counts open dates anew once whenever what they are counted by has changed: the calendar, a pause, the end of a call: none earlier.

A region declares joint leave three weeks ahead, a new release knows next year's decree, a flood closes an office: whoever was told a date
has by then fewer days than the policy gives. So each open date is counted again from the day on which it was asked. Idempotent by its
nature: a date that is right already stays, however often and however late it is looked at.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.calendars import MovedDate, Recount
from models.calls import Call, PolicyVersion
from models.clock_rules import OF_GATE, ClockStart
from models.database import append_rows, is_among
from models.ideas import Idea
from models.ids import new_id
from models.inbox import InboxItem
from models.instants import local_day, now, today
from models.policy import Policy
from models.reviews import Review, ReviewState
from models.stages import IdeaStage
from models.units import Unit
from models.waits import Wait
from workflows.calculations.calendar import WorkingCalendar, list_national
from workflows.process import ways
from workflows.process.actors import Actor
from workflows.process.closing import find_ends
from workflows.process.context import read_policy_of
from workflows.process.deadlines import begin_of, count_on, end_of_day, is_in_working_days, is_of_working_days, read_calendar
from workflows.process.moving import RECOUNT, DateMove, DateStep, Move, set_dates, write_history
from workflows.process.standing_still import DeclaredPause, choose_pauses, is_of_call_end, is_of_clocks, list_pauses
from workflows.process.waits import SCORE, UNTIL_CALL_ENDS, find_wait, find_wait_name

YEARS_AHEAD = 3  # whose days make the calendar another: no wait but that for an erasure is longer


@dataclass(frozen=True)
class Counted:
    """The recounts that ended, and whether ideas are left that were not looked at."""

    ended: list[Recount]
    is_left: bool


def recount_some(session: Session, limit: int, *, actor: Actor) -> Counted:
    """Count the open dates of some ideas anew where the calendar changed since they were.

    The ideas are locked in their order. A change while a recount is under way ends it, and begins another over all ideas.
    """
    counted = _read_counted(session)
    digest = counted.digest
    if not digest:
        return Counted([], False)
    last = session.exec(select(Recount).order_by(col(Recount.number).desc()).limit(1)).first()
    ended: list[Recount] = []
    if last is None or last.calendar != digest:
        if last is not None and last.finished_at is None:
            last.finished_at = now()
            ended.append(last)
        last = Recount(number=last.number + 1 if last else 1, calendar=digest)
        session.add(last)
        session.flush()
    if last.finished_at is not None:
        return Counted(ended, is_left=False)
    is_left = _go_on(session, last, counted, limit, actor)
    return Counted(ended if is_left else [*ended, last], is_left)


def digest_calendar(calendar: WorkingCalendar, year: int) -> str:
    """The SHA-256 of what the calendar says from a year on, as far ahead as waits reach: own days, weekends, the nation's."""
    own = sorted(f"{day}:{row.kind}" for day, row in calendar.own.items() if day.year >= year)
    national = [str(day) for each in range(year, year + YEARS_AHEAD + 1) for day in list_national(each)]
    return hashlib.sha256("\n".join([*own, *map(str, sorted(calendar.weekend)), *national]).encode()).hexdigest()


@dataclass(frozen=True)
class CountedBy:
    """What open dates are counted by: the calendar where any policy counts working days, the pauses; and the digest of it all.

    The digest is empty where no policy counts by any of it.
    """

    calendar: WorkingCalendar | None
    pauses: list[DeclaredPause]
    digest: str


def _read_counted(session: Session) -> CountedBy:
    """Read it; no calendar is loaded where no policy asks for one."""
    calendar = read_calendar(session) if _is_any(session, is_of_working_days) else None
    pauses = list_pauses(session) if _is_any(session, is_of_clocks) else []
    ending = select(Call).where(col(Call.id).in_(select(PolicyVersion.call_id).where(is_of_call_end(col(PolicyVersion.id)))))
    ends = find_ends(session, session.exec(ending).all())
    said = [digest_calendar(calendar, today().year)] if calendar is not None else []
    said += [f"{each.pause.id}:{each.unit_path}:{each.pause.counts_from}" for each in pauses]
    said += sorted(f"{call_id}:{closes_at.isoformat()}" for call_id, closes_at in ends.items())
    whole = said[0] if calendar is not None and len(said) == 1 else hashlib.sha256("\n".join(said).encode()).hexdigest()
    return CountedBy(calendar, pauses, whole if said else "")


def _is_any(session: Session, names: Callable[[Any], sa.ColumnElement[bool]]) -> bool:
    return session.exec(select(PolicyVersion.id).where(names(col(PolicyVersion.id))).limit(1)).first() is not None


def list_later(session: Session, ideas: Sequence[Idea], counted: CountedBy) -> list[Move]:
    """What becomes later of some ideas' open dates, counted anew; nothing of an idea whose dates are right."""
    ids = {idea.id for idea in ideas}
    ends = find_ends(session, session.exec(select(Call).where(col(Call.id).in_({idea.call_id for idea in ideas}))).all())
    open_items = select(InboxItem).where(is_among(session, col(InboxItem.idea_id), ids), col(InboxItem.done_at).is_(None))
    owed = select(Review).where(is_among(session, col(Review.idea_id), ids), Review.state == ReviewState.ASSIGNED)
    paths = dict(session.exec(select(Unit.id, Unit.path).where(col(Unit.id).in_({idea.unit_id for idea in ideas}))).all())
    dated = {idea.id: DatedIdea(idea, read_policy_of(session, idea), counted, ends[idea.call_id], paths[idea.unit_id]) for idea in ideas}
    for item in session.exec(open_items.order_by(col(InboxItem.id))):
        dated[item.idea_id].items.append(item)
    for review in session.exec(owed.order_by(col(Review.id))):
        dated[review.idea_id].reviews.append(review)
    moves = [_find_move(each) for each in dated.values()]
    return [move for move in moves if move.tasks or move.reviews or move.due_at != move.idea.due_at]


@dataclass
class DatedIdea:
    """An idea with its open dates and what they are counted by."""

    idea: Idea
    policy: Policy
    counted: CountedBy
    closes_at: datetime
    unit_path: str
    items: list[InboxItem] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    stopped_by: list[DeclaredPause] = field(default_factory=list)  # the pauses that made a date of its later

    def find_later(self, due_at: datetime | None, since: datetime, wait: Wait | None, name: str = "") -> datetime | None:
        """The end of a wait, by its name, that was asked for then, where it is later than the date that stands and has not passed."""
        if due_at is None or due_at <= now() or wait is None:
            return None
        rule = self.policy.find_clock(name)
        pauses = choose_pauses(self.counted.pauses, rule, self.unit_path, self.idea.call_id)
        if not (is_in_working_days(wait) or pauses or rule.begins == ClockStart.CALL_CLOSED):
            return None
        calendar = self.counted.calendar if is_in_working_days(wait) else None
        counted = end_of_day(count_on(begin_of(rule, local_day(since), self.closes_at), wait, calendar, [each.days for each in pauses]))
        if counted <= due_at:
            return None
        self.stopped_by += [each for each in pauses if each not in self.stopped_by and each.pause.last_day >= local_day(since)]
        return counted


def _find_move(dated: DatedIdea) -> Move:
    reviews = [(each, later) for each in dated.reviews if (later := _review_later(dated, each)) is not None]
    move = Move(dated.idea, dated.idea.due_at, reviews=reviews)
    asked_at = {each.reviewer_id: each.assigned_at for each in dated.reviews}
    for item in dated.items:
        since = asked_at.get(str(item.person_id), item.created_at) if item.task == SCORE else item.asked_at
        name = find_wait_name(item, dated.idea.stage)
        later = dated.find_later(item.due_at, since, find_wait(item, dated.idea.stage, dated.policy), name)
        if later is not None and item.task in UNTIL_CALL_ENDS:
            end = dated.idea.due_at or dated.closes_at
            later = min(later, end) if end > now() or dated.idea.due_at else later
        if later is not None and item.due_at is not None and later > item.due_at:
            move.tasks.append(DateMove(item, later))
    move.due_at = _find_own_date(dated, move)
    move.stopped_by = [_tell_pause(each, dated.policy) for each in dated.stopped_by]
    return move


def _tell_pause(declared: DeclaredPause, policy: Policy) -> dict[str, str]:
    """A pause as an idea's history tells of it: its cause as the policy names it, and its days."""
    cause = next((each for each in policy.pauses if each.name == declared.pause.cause), None)
    named = (cause.label, cause.label_en) if cause is not None else (declared.pause.cause, declared.pause.cause)
    days = {"first_day": declared.pause.counts_from.isoformat(), "last_day": declared.pause.last_day.isoformat()}
    return {"label": named[0], "label_en": named[1], **days}


def _review_later(dated: DatedIdea, review: Review) -> datetime | None:
    return dated.find_later(review.due_at, review.assigned_at, dated.policy.days.review, "review")


def _find_own_date(dated: DatedIdea, move: Move) -> datetime | None:
    """The idea's own date: that of the tasks that have it, the first of several answers; while gates hold it, the last of theirs.

    Where no task has it, it is counted itself: of a stage that awaits nobody, and of a review for which nobody was found yet.
    """
    idea, moved = dated.idea, {task.item.id: task.due_at for task in move.tasks}
    gates = [item for item in dated.items if item.task.startswith(OF_GATE)]
    if gates and ways.IDEA.waits_for_gates(ways.IDEA.stages[idea.stage]):
        later = [date for item in gates if (date := moved.get(item.id) or item.due_at) is not None]
        return idea.due_at if idea.due_at is None or idea.due_at <= now() else max(idea.due_at, *later)
    others = [item for item in dated.items if item.award_id is None and item not in gates]
    holders = [item for item in others if item.due_at == idea.due_at and item.due_at is not None]
    if holders:
        dates = sorted(date for item in holders if (date := moved.get(item.id) or item.due_at) is not None)
        return dates[0]
    stage = ways.IDEA.stages[idea.stage]
    if not stage.days or (stage.awaits and stage.name != IdeaStage.IN_REVIEW):
        return idea.due_at
    return dated.find_later(idea.due_at, idea.stage_since, dated.policy.days.get(stage.days), stage.days) or idea.due_at


def _go_on(session: Session, recount: Recount, counted: CountedBy, limit: int, actor: Actor) -> bool:
    """Look at the next ideas, and write what becomes later; at the last of them the recount ends. Answers whether some are left."""
    open_items = select(InboxItem.idea_id).where(col(InboxItem.done_at).is_(None), col(InboxItem.due_at) > now())
    has_date = (col(Idea.due_at) > now()) | col(Idea.id).in_(open_items)
    is_counted = is_of_working_days(col(Idea.policy_id)) | is_of_clocks(col(Idea.policy_id))
    found = select(Idea).where(is_counted, has_date, col(Idea.id) > recount.after)
    found = found.order_by(col(Idea.id)).limit(limit).with_for_update().execution_options(populate_existing=True)
    ideas = session.exec(found).all()
    moves = list_later(session, ideas, counted)
    rows, before = [row for move in moves for row in _list_rows(recount, move)], {move.idea.id: move.idea.due_at for move in moves}
    set_dates(session, moves)
    told = [move for move in moves if move.due_at != before[move.idea.id] or move.reviews or move.tasks_of_idea]
    write_history(session, told, DateStep(RECOUNT, describe=lambda move: _describe(before[move.idea.id], move)), actor=actor)
    append_rows(session, MovedDate, rows)
    recount.after = ideas[-1].id if ideas else recount.after
    is_left = len(ideas) == limit
    recount.finished_at = None if is_left else now()
    session.flush()
    return is_left


def _list_rows(recount: Recount, move: Move) -> list[dict[str, Any]]:
    """What is kept of a move until its people are told: each task, and the idea's own date."""
    dates = [(task.item.id, task.item.due_at, task.due_at) for task in move.tasks]
    own = [(None, move.idea.due_at, move.due_at)] if move.due_at != move.idea.due_at else []
    return [
        {"id": new_id(), "recount_id": recount.id, "idea_id": move.idea.id, "item_id": item_id, "due_before": before, "due_at": after}
        for item_id, before, after in (*dates, *own)
    ]


def _describe(before: datetime | None, move: Move) -> dict[str, Any]:
    """What an idea's history says beside: its own date before and after, where it moved; a reviewer's is nobody else's; and the pauses."""
    after = move.due_at
    dates = {} if before is None or after is None or before == after else {"due": [before.isoformat(), after.isoformat()]}
    return dates | ({"pauses": move.stopped_by} if move.stopped_by else {})
