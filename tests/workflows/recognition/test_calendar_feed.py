"""A person's calendar: what waits for them with a date, and when calls end; a moved date keeps its entry, and nothing tells of others."""

from datetime import date, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from sqlmodel import select

from models.calls import Call
from models.inbox import InboxItem
from models.instants import local_day, now
from models.messages import CalendarFeed, Pace
from models.people import Account
from models.stages import AwardStage, IdeaStage
from tests.building import Town
from tests.steps import REASON
from tests.workflows.process.sealed import SEALED
from workflows.process.refusals import Conflict, NotFound
from workflows.recognition.calendar_feed import show_feed
from workflows.region.amendments import NewAmendment, amend_running
from workflows.region.call_life import extend_call
from workflows.region.codes import end_sessions, renew_activation
from workflows.region.message_choice import Wish, choose_messages, end_feed, make_feed
from workflows.region.signatures import sign_policy


def read(town: Town, secret: str) -> tuple[bytes, dict[str, Any]]:
    """The calendar's bytes, and its entries by their ids."""
    with town.store.reading() as session:
        content = show_feed(session, secret)
    return content, {str(event["UID"]): event for event in Calendar.from_ical(content).walk("VEVENT")}


def open_item(town: Town, idea: str, task: str) -> InboxItem:
    (item,) = town.rows(select(InboxItem).where(InboxItem.idea_id == idea, InboxItem.task == task))
    assert isinstance(item, InboxItem)
    return item


def test_a_task_stands_on_its_day_and_a_call_at_its_last_instant(either_town: Town) -> None:
    town = either_town
    idea = town.build_idea(IdeaStage.SCREENING, title="Peta Lampu; Jalan, Gang Ḥasan")
    content, events = read(town, town.do(make_feed, by="secretary"))
    item = open_item(town, idea, "screen")
    assert item.due_at is not None
    task = events[f"{item.id}@gagas"]
    assert task["DTSTART"].dt == local_day(item.due_at)
    assert isinstance(task["DTSTART"].dt, date)
    assert str(task["SUMMARY"]) == "Lakukan seleksi administrasi: Peta Lampu; Jalan, Gang Ḥasan"
    (call,) = town.rows(select(Call).where(Call.id == town.call))
    assert events[f"{call.id}@gagas"]["DTSTART"].dt == call.closes_at.replace(microsecond=0)
    assert (content, town["lead"].name.encode() in content, town["lead"].number.encode() in content) == (
        read(town, town.do(make_feed, by="secretary"))[0],
        False,
        False,
    )
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))


def test_a_moved_date_keeps_its_entry_with_a_higher_number(town: Town) -> None:
    """As an amendment gives more days, and as a call is extended twice."""
    call = town.call
    idea = town.build_idea(IdeaStage.SCREENING)
    secret, item = town.do(make_feed, by="secretary"), open_item(town, idea, "screen")
    before = read(town, secret)[1]
    town.do(amend_running, call, NewAmendment(1, {"days.screening": 14}, REASON), by="secretary")
    town.do(sign_policy, call, 2, by="chair")
    for days in (40, 50):
        with town.store.reading() as session:
            later = session.get_one(Call, call).opens_at + timedelta(days=days)
        town.do(extend_call, call, later, REASON, by="secretary")
    after = read(town, secret)[1]
    assert after.keys() == before.keys()
    for uid, moves in ((f"{item.id}@gagas", 1), (f"{call}@gagas", 2)):
        assert (int(before[uid]["SEQUENCE"]), int(after[uid]["SEQUENCE"])) == (0, moves)
        assert after[uid]["LAST-MODIFIED"].dt >= before[uid]["LAST-MODIFIED"].dt
        assert after[uid]["DTSTART"].dt > before[uid]["DTSTART"].dt


def test_what_is_done_and_what_others_are_asked_is_not_in_it(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SCREENING, title="Peta Lampu Jalan")
    secret, of_lead = town.do(make_feed, by="secretary"), town.do(make_feed, by="lead")
    assert b"Peta Lampu" in read(town, secret)[0]
    assert b"Peta Lampu" not in read(town, of_lead)[0]
    town.take(idea, "screen accepted")
    assert b"Peta Lampu" not in read(town, secret)[0]


def test_a_sealed_idea_and_an_award_before_its_hour_are_not_in_it(town: Town) -> None:
    sealed = town.build_call(closing=SEALED)
    town.build_idea(IdeaStage.AWAITING_PERMISSION, call=sealed, title="Gagasan Tertutup")
    town.build_award(AwardStage.SCHEDULED, title="Gagasan Menang")
    for who in ("secretary", "chair", "lead", "mate", "operator", "admin"):
        content = read(town, town.do(make_feed, by=who))[0]
        assert b"Gagasan Tertutup" not in content, who
        assert b"Gagasan Menang" not in content, who


def test_the_calendar_speaks_the_language_one_chose(town: Town) -> None:
    town.build_idea(IdeaStage.SCREENING)
    town.do(choose_messages, Wish(Pace.AT_ONCE, "en"), by="secretary")
    content, _ = read(town, town.do(make_feed, by="secretary"))
    assert b"Call ends: Lomba UJI-0" in content


@pytest.mark.parametrize(
    "end",
    [
        lambda town: town.do(make_feed, by="lead"),
        lambda town: town.do(end_feed, by="lead"),
        lambda town: town.do(renew_activation, town["lead"].id, by="admin"),
        lambda town: _close(town),
        lambda town: _sign_out(town),
    ],
    ids=["renewed", "ended", "taken over by code", "account closed", "signed out everywhere"],
)
def test_a_former_address_opens_nothing_at_once(town: Town, end: Any) -> None:
    secret = town.do(make_feed, by="lead")
    assert read(town, secret)[0].startswith(b"BEGIN:VCALENDAR")
    end(town)
    for wrong in (secret, secret[:-1], secret.upper(), "", "x" * 5_000, "\ud800", town["lead"].id):
        with town.store.reading() as session, pytest.raises(NotFound, match="calendar_not_found"):
            show_feed(session, wrong)


def test_only_a_hash_is_kept_and_one_that_is_not_there_cannot_be_ended(town: Town) -> None:
    with pytest.raises(Conflict, match="feed_missing"):
        town.do(end_feed, by="lead")
    secret = town.do(make_feed, by="lead")
    (feed,) = town.rows(select(CalendarFeed))
    assert len(secret) == 43
    assert secret not in str(feed)


def _close(town: Town) -> None:
    """As the account stands after it was closed, the address alone left: what counts is the account."""
    with town.store.unit_of_work() as session:
        account = session.get(Account, town["lead"].id) or Account(person_id=town["lead"].id)
        account.closed_at = now()
        session.add(account)


def _sign_out(town: Town) -> None:
    with town.store.unit_of_work() as session:
        end_sessions(session, town["lead"].id)
