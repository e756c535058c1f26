"""A day that became free after a date was told: the date moves on, never back, once, and whoever it concerns is told once.

Who would cheat: an admin who declares and takes back the same day again and again. Who errs: the clock that looks twice, stops half way, or
comes a week late. What an inspector expects: no date with fewer working days than the policy gives, and a reason in each idea's history.
"""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from models.calendars import DeclaredKind, MovedDate, Recount
from models.ideas import Decision
from models.inbox import InboxItem
from models.instants import local_day
from models.ledger import LedgerEntry
from models.outbox import Message
from models.reviews import Review
from models.stages import AwardStage, IdeaStage
from tests.building import Town
from tests.clock import set_clock
from tests.steps import plan
from tests.workflows.region.declaring import declare, let_count, recount
from tests.workflows.region.test_amendments import amend
from workflows.calculations import calendar
from workflows.delivery import due
from workflows.pilot.start import plan_pilot
from workflows.process import recounting
from workflows.process.attest.compare import compare_rows
from workflows.process.deadlines import end_of_day
from workflows.recognition.tell_moved import find_moved_mail
from workflows.region.calendar import withdraw_day
from workflows.region.confirmations import confirm

MONDAY = datetime(2026, 12, 21, 2, tzinfo=UTC)
TUESDAY, WEDNESDAY = date(2026, 12, 22), date(2026, 12, 23)
FIVE, TEN = ({"amount": amount, "unit": "working_days"} for amount in (5, 10))
DAYS = dict.fromkeys(("screening", "supplement", "agreement", "determination", "pilot_plan", "approval"), FIVE) | {"review": TEN}
GATE = {"name": "visit", "label": "Kunjungan", "label_en": "Visit", "stage": "shortlisted", "role": "secretariat", "days": FIVE}


class Passing:
    """Lets it be an instant."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder, self.patch = folder, patch

    def to(self, instant: datetime) -> None:
        set_clock(self.patch, self.folder, instant)


@pytest.fixture(autouse=True)
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Passing:
    passing = Passing(tmp_path, monkeypatch)
    passing.to(MONDAY)
    return passing


def dues(town: Town, idea: str) -> dict[str, date]:
    open_items = select(InboxItem).where(InboxItem.idea_id == idea, col(InboxItem.done_at).is_(None))
    return {item.task: local_day(item.due_at) for item in town.rows(open_items) if item.due_at is not None}


def own(town: Town, idea: str) -> date | None:
    due_at = town.idea(idea).due_at
    return None if due_at is None else local_day(due_at)


def told(town: Town) -> dict[str, Message]:
    return {message.subject_id: message for message in town.rows(select(Message).where(Message.job == "tell_moved_dates"))}


def mail_of(town: Town, who: str) -> str:
    with town.store.reading() as session:
        mail = find_moved_mail(session, told(town)[town[who].id])
    return "" if mail is None else mail.text


def everything(town: Town) -> list[Any]:
    """All that a recount may change or write."""
    return [
        sorted(town.rows(select(InboxItem.id, InboxItem.due_at))),
        sorted(town.rows(select(Review.id, Review.due_at))),
        *(len(town.rows(select(table.id))) for table in (Decision, MovedDate, Message)),
        len(town.rows(select(LedgerEntry.seq))),
    ]


def test_dates_in_working_days_move_on_and_those_in_calendar_days_stay(either_town: Town) -> None:
    town = either_town
    call, plain = town.build_call(days=DAYS), town.build_call()
    screened, reviewed = town.build_idea(IdeaStage.SCREENING, call=call), town.build_idea(IdeaStage.IN_REVIEW, call=call)
    returned, others = town.build_idea(IdeaStage.SUPPLEMENT_ASKED, call=call), town.build_idea(IdeaStage.SCREENING, call=plain)
    before = dues(town, others)
    let_count(town, TUESDAY)
    assert own(town, screened) == date(2026, 12, 30), "it is the clock that moves dates"
    assert recount(town) == 1
    assert (dues(town, screened), own(town, screened)) == ({"screen": date(2026, 12, 31)}, date(2026, 12, 31))
    assert (dues(town, returned), own(town, returned)) == ({"supplement": date(2026, 12, 31)}, date(2026, 12, 31))
    assert (dues(town, reviewed), own(town, reviewed)) == ({"score": date(2027, 1, 11)}, date(2027, 1, 11))
    assert {local_day(due_at) for due_at in town.rows(select(Review.due_at).where(Review.idea_id == reviewed))} == {date(2027, 1, 11)}
    assert dues(town, others) == before
    with town.store.reading() as session:
        assert compare_rows(session).differences == []


def test_looked_at_again_nothing_moves_and_nobody_is_told_twice(either_town: Town) -> None:
    town = either_town
    town.build_idea(IdeaStage.SCREENING, call=town.build_call(days=DAYS))
    let_count(town, TUESDAY)
    recount(town)
    after = everything(town)
    for _ in range(3):
        recount(town)
    assert everything(town) == after
    assert [each.finished_at is not None for each in town.rows(select(Recount))] == [True]


def test_a_day_that_comes_and_goes_moves_a_date_once(town: Town) -> None:
    """Declared, removed, declared again: whoever was told has the policy's days by then, and gets no more."""
    idea = town.build_idea(IdeaStage.SUPPLEMENT_ASKED, call=town.build_call(days=DAYS))
    for _ in range(2):
        let_count(town, TUESDAY)
        recount(town)
        assert own(town, idea) == date(2026, 12, 31)
        town.do(confirm, town.do(withdraw_day, TUESDAY, by="admin").id, by="second_admin")
        recount(town)
        assert own(town, idea) == date(2026, 12, 31), "what was told never becomes earlier"
    assert len(town.rows(select(MovedDate.id).where(col(MovedDate.item_id).is_not(None)))) == 1


def test_joint_leave_declared_with_three_weeks_notice_reaches_who_has_until_then(town: Town, clock: Passing) -> None:
    call = town.build_call(days={"review": {"amount": 20, "unit": "working_days"}})
    idea = town.build_idea(IdeaStage.IN_REVIEW, call=call)
    assert own(town, idea) == date(2027, 1, 22)
    clock.to(MONDAY + timedelta(days=2))
    for day in (date(2027, 1, 13), date(2027, 1, 14), date(2027, 1, 15)):
        let_count(town, day, DeclaredKind.JOINT_LEAVE, name="Cuti bersama tambahan", name_en="More joint leave")
    recount(town)
    assert own(town, idea) == date(2027, 1, 27)
    late = town.build_idea(IdeaStage.IN_REVIEW, call=call)
    assert own(town, late) == date(2027, 1, 29), "what is asked afterwards is counted with it at once"
    before = everything(town)
    recount(town)
    assert everything(town) == before


def test_a_release_that_knows_a_new_decree_moves_dates_too(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    idea = town.build_idea(IdeaStage.SCREENING, call=town.build_call(days=DAYS))
    recount(town)
    assert own(town, idea) == date(2026, 12, 30)
    known = {**calendar.list_national(2026), TUESDAY: calendar.FreeDay("joint_leave", "Cuti bersama baru", "New joint leave")}
    for module in (calendar, recounting):
        before = module.list_national
        monkeypatch.setattr(module, "list_national", lambda year, before=before: known if year == 2026 else before(year))
    recount(town)
    assert own(town, idea) == date(2026, 12, 31)
    assert "Hari libur yang baru ditetapkan" not in mail_of(town, "lead")
    assert "sekarang 31 Desember 2026" in mail_of(town, "lead")


def test_a_declared_working_day_moves_no_date_that_was_told(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SCREENING, call=town.build_call(days=DAYS))
    let_count(town, date(2026, 12, 26), DeclaredKind.WORKING_DAY, name="Sabtu masuk")
    recount(town)
    assert own(town, idea) == date(2026, 12, 30)
    assert told(town) == {}


def test_what_is_past_stays_past(town: Town, clock: Passing) -> None:
    """The clock stood still for a week: what was late by then is not brought back, and what is done is done."""
    call = town.build_call(days=DAYS)
    late, settled = town.build_idea(IdeaStage.SCREENING, call=call), town.build_idea(IdeaStage.SCREENING, call=call)
    let_count(town, TUESDAY)
    town.take(settled, "screen accepted")
    clock.to(end_of_day(date(2026, 12, 31)))
    recount(town)
    assert own(town, late) == date(2026, 12, 30)
    done = select(InboxItem.due_at).where(InboxItem.idea_id == settled, InboxItem.task == "screen")
    assert [local_day(due_at) for due_at in town.rows(done)] == [date(2026, 12, 30)]


def test_gates_drafts_awards_and_reviews_move_with_what_they_belong_to(town: Town) -> None:
    call = town.build_call(code="UJI-0", days=DAYS)
    gated = town.build_idea(IdeaStage.SHORTLISTED, call=town.build_call(gates=[GATE]))
    asked = town.ask_team()
    award = town.build_award(AwardStage.PROPOSED, idea=town.build_idea(IdeaStage.ROLLED_OUT, call=call, title="Arsip tanpa debu"))
    let_count(town, TUESDAY)
    recount(town)
    assert (dues(town, gated), own(town, gated)) == ({"gate:visit": date(2026, 12, 31)}, date(2026, 12, 31))
    assert dues(town, asked) == {"agree": date(2026, 12, 31)}
    honoured = town.award(award).idea_id
    assert dues(town, honoured) == {"approve": date(2026, 12, 31)}
    kept = town.rows(select(Decision.action).where(Decision.idea_id == honoured, Decision.action == "recount"))
    assert kept == [], "nobody reads of an award before its hour"
    assert "Arsip tanpa debu" not in mail_of(town, "lead")
    leaders = [who for who in ("leader", "deputy") if town[who].id in told(town)]
    assert any("Arsip tanpa debu" in mail_of(town, who) for who in leaders)


def test_the_planned_day_of_a_pilot_is_no_wait_and_stays(town: Town) -> None:
    idea = town.build_idea(IdeaStage.DETERMINED, call=town.build_call(days=DAYS))
    first = date(2026, 12, 23)
    town.do(plan_pilot, idea, plan(town["owner"].id, starts_on=first, ends_on=first + timedelta(days=40)), by="secretary")
    let_count(town, TUESDAY)
    recount(town)
    assert own(town, idea) == first - timedelta(days=1)


def test_after_an_amendment_the_longer_wait_counts(town: Town) -> None:
    call = town.build_call(days=DAYS)
    idea = town.build_idea(IdeaStage.SCREENING, call=call)
    amend(town, call, {"days.screening.amount": 7})
    assert own(town, idea) == date(2027, 1, 4)
    recount(town)
    assert own(town, idea) == date(2027, 1, 4)
    let_count(town, TUESDAY)
    recount(town)
    assert own(town, idea) == date(2027, 1, 6)


def test_many_ideas_are_counted_some_at_a_time_and_told_of_at_the_end(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due, "AT_ONCE", 2)
    call = town.build_call(days=DAYS)
    ideas = [town.build_idea(IdeaStage.SCREENING, call=call) for _ in range(5)]
    let_count(town, TUESDAY)
    assert recount(town) == 3
    assert {own(town, idea) for idea in ideas} == {date(2026, 12, 31)}
    assert mail_of(town, "secretary").count("Semula 30 Desember 2026, sekarang 31 Desember 2026") == 5
    assert len(told(town)) == len({message.dedupe_key for message in told(town).values()})


def test_a_day_more_while_dates_are_counted_begins_anew_and_tells_of_both(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due, "AT_ONCE", 1)
    call = town.build_call(days=DAYS)
    ideas = [town.build_idea(IdeaStage.SCREENING, call=call) for _ in range(3)]
    let_count(town, TUESDAY)
    with town.store.unit_of_work() as session:
        assert due.recount_dates(session)
    let_count(town, WEDNESDAY, name="Hari berkabung", name_en="Day of mourning")
    recount(town)
    assert {own(town, idea) for idea in ideas} == {date(2027, 1, 4)}
    asked = town.rows(select(Message).where(Message.job == "tell_moved_dates", Message.subject_id == town["secretary"].id))
    assert len(asked) == 2, "one for each recount, of what stands"
    assert all(each.finished_at is not None for each in town.rows(select(Recount)))


def test_where_no_policy_counts_working_days_no_date_is_looked_at(town: Town) -> None:
    town.build_idea(IdeaStage.SCREENING)
    declare(town, TUESDAY)
    recount(town)
    assert town.rows(select(Recount)) == []
