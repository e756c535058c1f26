"""Remind whoever was asked to join a team and has not answered: after three and seven working days, and before they can no more.

Each reminder is given once, whatever becomes of draft and clock meanwhile. A number that nobody has is reminded on the same days as one
that somebody has, on record and to nobody: the lead who typed it sees no difference.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any

from sqlmodel import Session, col, select

from models.calls import Call, CallState
from models.ideas import Answer, Idea, Invitation
from models.instants import local_day, now, region_zone, today
from models.policy import Policy
from models.stages import IdeaStage
from workflows.calculations.calendar import WorkingCalendar
from workflows.calculations.time_rules import step_back, step_on
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext, read_policy_of
from workflows.process.deadlines import due_from, read_calendar

AFTER_DAYS = (3, 7)  # working days after the one on which somebody was asked
BEFORE_LAST_DAY = 1  # working days
HOUR = 8  # of the region's day
NOTHING_TOLD: Mapping[str, list[datetime]] = MappingProxyType({})


@dataclass(frozen=True)
class Reminder:
    """Somebody who is to be told once more that they are asked: by mail, once under its key."""

    person_id: str
    idea_id: str
    key: str


def plan_days(asked_on: date, last_day: date, calendar: WorkingCalendar) -> list[date]:
    """The days of the reminders to who was asked on a day and can answer until another, in their order."""
    days = {*(step_on(asked_on, after, calendar) for after in AFTER_DAYS), step_back(last_day, BEFORE_LAST_DAY, calendar)}
    return sorted(day for day in days if asked_on < day <= last_day)


def find_first(session: Session, context: IdeaContext) -> datetime | None:
    """When somebody who is asked now is reminded first; None where there is no day left for it."""
    return _find_next(session, _Asked(context.idea, context.call, context.policy, today()))


def remind_unanswered(session: Session, limit: int) -> list[Reminder]:
    """Note the reminders whose hour has struck, and when the next is; answers whom of them to tell.

    Nobody is reminded of what they can no more agree to: a call that is over, or days that are past.
    """
    due = select(Invitation).where(col(Invitation.remind_at) <= now(), Invitation.answer == Answer.ASKED)
    found = session.exec(due.order_by(col(Invitation.remind_at), col(Invitation.id)).limit(limit).with_for_update(skip_locked=True)).all()
    reminders = []
    for each in found:
        idea = session.get_one(Idea, each.idea_id)
        call = session.get_one(Call, idea.call_id)
        asked = _Asked(idea, call, read_policy_of(session, idea), local_day(each.asked_at))
        each.remind_at = None
        if asked.is_open and now() <= asked.find_end(session):
            each.reminded = [*each.reminded, now().isoformat()]
            each.remind_at = _find_next(session, asked)
            key = f"remind:{idea.id}:{each.person_id}:{each.asked_at:%Y%m%d%H%M%S}:{len(each.reminded)}"
            reminders += [Reminder(each.person_id, idea.id, key)] if each.person_id is not None else []
        session.add(each)
    session.flush()
    return reminders


def find_missed(session: Session, row: Invitation) -> datetime | None:
    """When somebody is reminded first who was asked by a release that reminded nobody; None where they can answer no more.

    Where one of their days is past, on the next working day; else on their days.
    """
    idea = session.get_one(Idea, row.idea_id)
    asked = _Asked(idea, session.get_one(Call, idea.call_id), read_policy_of(session, idea), local_day(row.asked_at))
    end = asked.find_end(session)
    if not asked.is_open or now() > end:
        return None
    calendar = read_calendar(session, since=asked.asked_on)
    if not any(day <= today() for day in plan_days(asked.asked_on, local_day(end), calendar)):
        return _find_next(session, asked)
    yesterday = today() - timedelta(days=1) if now() < at_hour(today()) else today()
    at = at_hour(step_on(yesterday, 1, calendar))
    return at if at <= end else None


def list_reminded(session: Session, context: IdeaContext, actor: Actor) -> Mapping[str, list[datetime]]:
    """When each of those who have not answered was reminded, by the ids of the invitations; for the lead alone."""
    if not context.unanswered or actor.person_id != context.idea.lead_id:
        return NOTHING_TOLD
    asked = select(Invitation.id, Invitation.reminded).where(Invitation.idea_id == context.idea.id, Invitation.answer == Answer.ASKED)
    return {each: [datetime.fromisoformat(at) for at in reminded] for each, reminded in session.exec(asked)}


def set_reminders(row: Invitation, remind_at: datetime | None, earlier: Any) -> None:
    """Say when an invitation is reminded of first; one in the place of another that was not answered either goes on with its days."""
    if row.answer != Answer.ASKED:
        return
    row.remind_at = remind_at
    if earlier is not None and earlier.answer == Answer.ASKED:
        row.asked_at, row.remind_at, row.reminded = earlier.asked_at, earlier.remind_at, earlier.reminded


@dataclass(frozen=True)
class _Asked:
    """What somebody was asked to join, and on which day."""

    idea: Idea
    call: Call
    policy: Policy
    asked_on: date

    @property
    def is_open(self) -> bool:
        """Whether the idea can still be handed in; one that was returned until its date."""
        return self.idea.stage != IdeaStage.DRAFT or (self.call.state == CallState.OPEN and self.call.closes_at > now())

    def find_end(self, session: Session) -> datetime:
        """Until when they have time, as `agree_until` gives it."""
        days = due_from(session, self.asked_on, self.policy.days.agreement)
        return min(days, self.idea.due_at or self.call.closes_at)


def _find_next(session: Session, asked: _Asked) -> datetime | None:
    """The hour of the first reminder that is still to come."""
    days = plan_days(asked.asked_on, local_day(asked.find_end(session)), read_calendar(session, since=asked.asked_on))
    following = next((day for day in days if day > today()), None)
    return None if following is None else at_hour(following)


def at_hour(day: date) -> datetime:
    """The hour of a day at which people are reminded."""
    return datetime.combine(day, time(HOUR), region_zone())
