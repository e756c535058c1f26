"""Nothing that a proposer was asked for is closed before a last notice: a working day lies between it and the closing.

Who falls ill: the machine, over the last day. Who errs: a clock that looks late, or on a Saturday. Who would cheat: nobody gains by it but
a lead, one working day, and only where nobody told them. What an inspector expects: when who was told which day.
"""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from models.ideas import Decision
from models.inbox import InboxItem
from models.instants import local_day
from models.ledger import LedgerEntry
from models.messages import MessageChoice, Pace
from models.outbox import Message
from models.stages import IdeaStage
from tests.building import Town
from tests.workflows.turns import Clock, clock, deliver, midnight, open_items, own_town, quiet, read_mails, run_clock, text_of, tick
from workflows.calculations.calendar import CalendarRow, DayKind, make_calendar
from workflows.intake.supplement import read_asked_for
from workflows.process.actors import flow_actor
from workflows.process.attest.compare import compare_rows
from workflows.process.context import read_context
from workflows.process.last_notice import find_notice_day
from workflows.recognition.messages import list_messages
from workflows.recognition.tell_steps import find_step_mail

__all__ = ["clock", "own_town"]
THURSDAY, SATURDAY, MONDAY, TUESDAY = (date(2026, 12, day) for day in (3, 5, 7, 8))  # an idea is returned on Tuesday, 24 November


def returned(town: Town, days: int = 11, **policy: Any) -> str:
    """An idea that is to be completed within so many days."""
    idea = town.build_returned(call=town.build_call(**{"days": {"supplement": days}, **policy}))
    quiet(town)
    return idea


def look(town: Town, clock: Clock, day: date, hour: int = 8) -> None:
    """The clock looks at an hour of a day, and the flows do what it asks for."""
    clock.set(midnight(day) + timedelta(hours=hour))
    run_clock(town)


def state(town: Town, idea: str) -> tuple[str, date | None]:
    row = town.idea(idea)
    return row.stage, local_day(row.due_at) if row.due_at else None


def postponed(town: Town, idea: str) -> list[dict[str, Any]]:
    return [each.detail for each in town.rows(select(Decision).where(Decision.idea_id == idea, Decision.action == "postpone"))]


@pytest.mark.parametrize("zone", ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"])
def test_what_was_told_in_time_is_closed_with_the_first_second_after_its_last_day(own_town: Town, clock: Clock, zone: str) -> None:
    clock.move_to(zone)
    idea = returned(own_town, 14)
    clock.set(midnight(MONDAY, zone) + timedelta(hours=8))
    run_clock(own_town)
    after = midnight(TUESDAY + timedelta(days=1), zone)
    for instant, stage in ((after - timedelta(seconds=1), IdeaStage.SUPPLEMENT_ASKED), (after, IdeaStage.CLOSED)):
        clock.set(instant)
        run_clock(own_town)
        assert own_town.idea(idea).stage == stage
    assert (own_town.idea(idea).reason_code, postponed(own_town, idea)) == ("supplement_unanswered", [])


def test_the_notice_is_given_where_the_policy_says_nothing_of_reminders_and_once(own_town: Town, clock: Clock) -> None:
    idea = returned(own_town)
    look(own_town, clock, THURSDAY, 7)
    assert read_mails("step*") == []
    for hour in (8, 9):
        look(own_town, clock, THURSDAY, hour)
        deliver(own_town, "recognition")
    (mail,) = read_mails("step*")
    assert mail["to"] == "lead@contoh.example"
    assert "Ini pengingat terakhir. Bila tidak dilengkapi sampai 5 Desember 2026, usulan ditutup." in text_of(mail)
    look(own_town, clock, date(2026, 12, 6), 0)
    assert own_town.idea(idea).stage == IdeaStage.CLOSED


@pytest.mark.parametrize("remind", [[], [-1], [-5, -1]], ids=str)
def test_a_machine_that_was_off_over_the_last_day_tells_first_and_closes_then(own_town: Town, clock: Clock, remind: list[int]) -> None:
    """Off from Thursday to Monday, the last day is Saturday: the lead has until Tuesday, is told so, and reads no other date."""
    idea = returned(own_town, clocks=[{"wait": "supplement", "remind": remind}])
    look(own_town, clock, MONDAY)
    assert state(own_town, idea) == (IdeaStage.SUPPLEMENT_ASKED, TUESDAY)
    assert postponed(own_town, idea) == [{"due_on": str(SATURDAY), "until": str(TUESDAY)}]
    (item,) = open_items(own_town, idea, "supplement")
    assert (item.due_at, item.escalated_at) == (own_town.idea(idea).due_at, None)
    deliver(own_town, "recognition")
    assert {(mail["to"], "pengingat terakhir" in text_of(mail), "8 Desember 2026" in text_of(mail)) for mail in read_mails("date*")} == {
        ("lead@contoh.example", True, True),
        ("mate@contoh.example", True, True),
    }
    assert read_mails("step*") == [], "nobody reads of a date that is past and does not count"
    look(own_town, clock, TUESDAY, 23)
    assert own_town.idea(idea).stage == IdeaStage.SUPPLEMENT_ASKED
    look(own_town, clock, TUESDAY + timedelta(days=1), 0)
    assert own_town.idea(idea).stage == IdeaStage.CLOSED
    assert len(postponed(own_town, idea)) == 1
    with own_town.store.reading() as session:
        assert compare_rows(session).differences == []
    (entry,) = own_town.rows(select(LedgerEntry).where(LedgerEntry.kind == "idea.postpone"))
    assert (entry.payload["detail"]["until"], entry.payload["detail"]["due_on"]) == (str(TUESDAY), str(SATURDAY))


def test_whoever_is_told_late_on_a_saturday_has_until_monday_and_no_longer(own_town: Town, clock: Clock) -> None:
    idea = returned(own_town, 10)
    look(own_town, clock, SATURDAY)
    assert state(own_town, idea) == (IdeaStage.SUPPLEMENT_ASKED, MONDAY)
    look(own_town, clock, TUESDAY, 0)
    assert own_town.idea(idea).stage == IdeaStage.CLOSED


def test_a_notice_on_the_last_day_itself_is_no_notice_in_time(own_town: Town, clock: Clock) -> None:
    idea = returned(own_town, 14)
    look(own_town, clock, TUESDAY)
    assert len(open_items(own_town, idea, "supplement")[0].reminded) == 1
    look(own_town, clock, TUESDAY + timedelta(days=1), 0)
    assert state(own_town, idea) == (IdeaStage.SUPPLEMENT_ASKED, date(2026, 12, 10))


@pytest.mark.parametrize(("asked_on", "closes"), [(date(2026, 11, 23), True), (date(2026, 11, 27), False)], ids=["monday", "friday"])
def test_where_there_is_no_day_for_a_notice_the_return_is_one(own_town: Town, clock: Clock, asked_on: date, closes: bool) -> None:
    """One day: from Monday until Tuesday, a working day; from Friday until Saturday there is none, so it is Monday."""
    clock.set(midnight(asked_on) + timedelta(hours=9))
    idea = returned(own_town, 1)
    look(own_town, clock, asked_on + timedelta(days=2), 0)
    expected = (IdeaStage.CLOSED, None) if closes else (IdeaStage.SUPPLEMENT_ASKED, date(2026, 11, 30))
    assert state(own_town, idea) == expected


def test_the_last_notice_waits_for_nobodys_digest_and_stands_on_the_page_of_messages(own_town: Town, clock: Clock) -> None:
    with own_town.store.unit_of_work() as session:
        session.add(MessageChoice(person_id=own_town["lead"].id, pace=Pace.WEEKLY))
    idea = returned(own_town)
    look(own_town, clock, THURSDAY)
    (asked,) = own_town.rows(select(Message).where(Message.job == "remind_of_task"))
    with own_town.store.reading() as session:
        told = find_step_mail(session, asked)
    assert told is not None
    assert told.is_urgent
    look(own_town, clock, MONDAY)
    assert own_town.idea(idea).stage == IdeaStage.CLOSED
    late = returned(own_town)
    clock.set(midnight(date(2027, 1, 4)))
    run_clock(own_town)
    deliver(own_town, "recognition")
    assert [mail["to"] for mail in read_mails("date*")] != []
    with own_town.store.reading() as session:
        listed = [each.told.folder for each in list_messages(session, actor=own_town.actor(session, "lead"))]
    assert (listed.count("new_date"), own_town.idea(late).stage) == (1, IdeaStage.SUPPLEMENT_ASKED)


def test_a_completion_after_the_new_date_was_told_counts_as_any_other(own_town: Town, clock: Clock) -> None:
    idea = returned(own_town)
    look(own_town, clock, MONDAY)
    with own_town.store.reading() as session:
        assert "sections.idea" in read_asked_for(session, read_context(session, idea, actor=flow_actor("test"))).parts
    own_town.take(idea, "supplement")
    look(own_town, clock, date(2026, 12, 20))
    assert own_town.idea(idea).stage == IdeaStage.SCREENING


def test_on_either_database_nothing_is_closed_before_its_notice(either_town: Town) -> None:
    idea = either_town.build_returned()
    tick(either_town)
    with either_town.store.unit_of_work() as session:
        (item,) = session.exec(select(InboxItem).where(InboxItem.idea_id == idea, col(InboxItem.done_at).is_(None)))
        assert item.remind_at is not None
        item.created_at -= timedelta(days=20)
        context = read_context(session, idea, actor=flow_actor("test"))
        item.due_at = context.idea.due_at = datetime.now(tz=item.created_at.tzinfo) - timedelta(days=1)
    for _ in range(2):
        tick(either_town)
    assert len(either_town.rows(select(Message.id).where(Message.job == "expire_supplement"))) == 1
    assert either_town.rows(select(Message.id).where(Message.job == "remind_of_task")) == []


FREE = st.sets(st.integers(-30, 3), max_size=20)


@given(last=st.dates(date(2026, 1, 1), date(2028, 12, 1)), free=FREE)
def test_the_notice_is_the_latest_working_day_after_which_another_one_is_left(last: date, free: set[int]) -> None:
    rows = [CalendarRow(day=last + timedelta(days=each), kind=DayKind.HOLIDAY, name="Hari", name_en="Day") for each in sorted(free)]
    calendar = make_calendar(rows)
    fits = [
        day
        for back in range(90)
        if calendar.works(day := last - timedelta(days=back))
        and any(calendar.works(day + timedelta(days=ahead)) for ahead in range(1, back + 1))
    ]
    assert find_notice_day(last, calendar) == fits[0]
