"""What a person's calendar shows: what waits for them with a date, and the ends of the calls that take ideas. Nobody else's name."""

from collections.abc import Iterator

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.calls import Call, CallChange, CallChangeKind, CallState
from models.inbox import InboxItem
from models.instants import local_day, now
from models.settings import settings
from workflows.documents.calendar import CalendarEntry, write_calendar
from workflows.documents.mail_forms import say
from workflows.process.actors import Actor, actor_of
from workflows.process.refusals import NotFound
from workflows.process.waiting import list_inbox
from workflows.recognition.digest import name_task
from workflows.recognition.outgoing import read_reader
from workflows.region.message_choice import find_feed

MOST_TASKS, MOST_CALLS = 200, 50
MOVED = (CallChangeKind.EXTENDED, CallChangeKind.REOPENED)


def show_feed(session: Session, secret: str) -> bytes:
    """The calendar that a secret opens, as it stands now; NotFound for a wrong, a former and a closed account's one alike."""
    person_id = find_feed(session, secret)
    if person_id is None:
        raise NotFound("calendar_not_found")
    actor, language = actor_of(session, person_id), read_reader(session, person_id).language
    return write_calendar("Gagas", [*_read_tasks(session, actor, language), *_read_calls(session, language)])


def _read_tasks(session: Session, actor: Actor, language: str) -> Iterator[CalendarEntry]:
    """What the person's own inbox shows and has a date: its filter leaves out what is sealed, theirs or no longer theirs."""
    for each in list_inbox(session, actor=actor, limit=MOST_TASKS, about=col(InboxItem.due_at).is_not(None)):
        item = each.item
        if item.due_at is not None:
            title = f"{name_task(session, item, each.idea, language)}: {each.idea.title}"
            changed_at = item.moved_at or item.created_at
            yield CalendarEntry(
                f"{item.id}@gagas", title, f"{settings().address}/kotak-masuk", local_day(item.due_at), item.moves, changed_at
            )


def _read_calls(session: Session, language: str) -> Iterator[CalendarEntry]:
    """The calls that the front page shows to everybody, at the instant of their end."""
    taking = select(Call).where(Call.state == CallState.OPEN, Call.closes_at > now()).order_by(col(Call.closes_at)).limit(MOST_CALLS)
    calls = list(session.exec(taking))
    of_calls = (col(CallChange.call_id).in_([call.id for call in calls]), col(CallChange.kind).in_(MOVED))
    counted = sa.select(col(CallChange.call_id), sa.func.count(), sa.func.max(CallChange.at)).where(*of_calls)
    moves = {row[0]: (row[1], row[2]) for row in session.execute(counted.group_by(col(CallChange.call_id)))}
    for call in calls:
        count, changed_at = moves.get(call.id, (0, call.opens_at))
        title = say("call_ends", language, call=call.title)
        yield CalendarEntry(f"{call.id}@gagas", title, f"{settings().address}/periode-usulan/{call.id}", call.closes_at, count, changed_at)
