"""Clocks that stand still: declared by one, confirmed by another, ahead and never back, for a unit or a call and never for a person.

Who would cheat: an admin who saves a late friend, gives an own idea more time, or stops the clocks for good. Who errs: who mistypes a year.
What an inspector expects: who declared what and why, which dates moved by it, and the same day however often somebody counts.
"""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from models.calendars import MovedDate, Recount
from models.ideas import Decision
from models.inbox import InboxItem
from models.instants import local_day
from models.ledger import LedgerEntry
from models.outbox import Message
from models.pauses import ClockPause
from models.people import Role, RoleGrant
from models.stages import IdeaStage
from models.waits import Span, Wait
from tests.building import Town
from tests.clock import set_clock
from tests.workflows.region.declaring import recount
from tests.workflows.region.pausing import declare, let_stand, stopped
from workflows.calculations.calendar import WorkingCalendar
from workflows.calculations.registry import calculate
from workflows.calculations.time_rules import DayPause
from workflows.process.attest.compare import compare_rows
from workflows.process.deadlines import count_on, end_of_day
from workflows.process.refusals import Conflict, Forbidden, Invalid
from workflows.recognition.tell_moved import find_moved_mail
from workflows.region.call_life import extend_call
from workflows.region.confirmations import confirm, list_confirmations, refuse

MONDAY = datetime(2026, 12, 21, 2, tzinfo=UTC)
TODAY, TUESDAY, FRIDAY = (date(2026, 12, day) for day in (21, 22, 25))
WORKING = {"amount": 5, "unit": "working_days"}
REASON = "Rapat koordinasi pindah sepekan."


@pytest.fixture(autouse=True)
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Monday, the 21st of December 2026; answers how to let it be another instant."""
    set_clock(monkeypatch, tmp_path, MONDAY)
    return lambda instant: set_clock(monkeypatch, tmp_path, instant)


def due(town: Town, idea: str) -> date:
    (due_at,) = town.rows(select(InboxItem.due_at).where(InboxItem.idea_id == idea, col(InboxItem.done_at).is_(None)))
    assert local_day(due_at) == local_day(town.idea(idea).due_at)  # type: ignore[arg-type]
    return local_day(due_at)


def test_days_of_a_pause_do_not_count_for_what_its_cause_stops_and_for_nothing_else(either_town: Town) -> None:
    town = either_town
    call, other = town.build_call(**stopped("screening")), town.build_call()
    asked, plain = (town.build_idea(IdeaStage.SCREENING, call=each) for each in (call, other))
    returned = town.build_idea(IdeaStage.SUPPLEMENT_ASKED, call=call)
    before = due(town, returned), due(town, plain)
    let_stand(town, TUESDAY, FRIDAY)
    assert due(town, asked) == date(2026, 12, 28), "it is the clock that moves dates"
    recount(town)
    assert due(town, asked) == date(2027, 1, 1), "seven days, and four that did not count"
    assert (due(town, returned), due(town, plain)) == before
    late = town.build_idea(IdeaStage.SCREENING, call=call)
    assert due(town, late) == date(2027, 1, 1), "what is asked afterwards is counted with it at once"
    (told,) = town.rows(select(Decision).where(Decision.idea_id == asked, Decision.action == "recount"))
    pause = {"label": "Banjir", "label_en": "Flood", "first_day": "2026-12-22", "last_day": "2026-12-25"}
    assert told.detail["pauses"] == [pause]
    with town.store.reading() as session:
        assert compare_rows(session).differences == []
    after = len(town.rows(select(MovedDate.id)))
    recount(town)
    assert (due(town, asked), len(town.rows(select(MovedDate.id)))) == (date(2027, 1, 1), after)


def test_who_has_longer_is_told_once_and_why(town: Town) -> None:
    town.build_idea(IdeaStage.SCREENING, call=town.build_call(**stopped("screening")))
    let_stand(town, TUESDAY, FRIDAY)
    for _ in range(2):
        recount(town)
    (asked,) = town.rows(select(Message).where(Message.job == "tell_moved_dates", Message.subject_id == town["secretary"].id))
    with town.store.reading() as session:
        mail = find_moved_mail(session, asked)
    assert mail is not None
    assert "Banjir: 22 Desember 2026 - 25 Desember 2026" in mail.text
    assert "Semula 28 Desember 2026, sekarang 1 Januari 2027" in mail.text


def test_a_pause_counts_once_a_second_person_confirmed_it(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SCREENING, call=town.build_call(**stopped("screening")))
    declared = declare(town, TUESDAY, FRIDAY)
    recount(town)
    assert due(town, idea) == date(2026, 12, 28)
    with pytest.raises(Forbidden, match="own_confirmation"):
        town.do(confirm, declared, by="admin")
    for who in ("secretary", "head", "operator"):
        with pytest.raises(Forbidden, match="only_second"):
            town.do(confirm, declared, by=who)
    with town.store.reading() as session:
        (row,) = [each for each in list_confirmations(session, actor=town.actor(session, "leader")) if each.id == declared]
    assert (row.kind, row.about, row.first_day, row.last_day, row.may_confirm) == ("pause", "Banjir", TUESDAY, FRIDAY, True)
    town.do(confirm, declared, by="leader")
    kinds = town.rows(select(LedgerEntry.kind).where(col(LedgerEntry.kind).like("unit.%pause")))
    assert kinds == ["unit.declare_pause", "unit.confirm_pause"]
    with pytest.raises(Conflict, match="confirmation_settled"):
        town.do(refuse, declared, by="admin")


def test_what_waits_is_taken_back_and_stays_on_record(either_town: Town) -> None:
    town = either_town
    town.build_call(**stopped("screening"))
    declared = declare(town, TUESDAY, FRIDAY)
    town.do(refuse, declared, by="admin")
    with pytest.raises(Conflict, match="confirmation_settled"):
        town.do(confirm, declared, by="second_admin")
    with pytest.raises(DBAPIError, match="stays on record"), town.store.unit_of_work() as session:
        session.execute(sa.delete(ClockPause))


WRONG: list[tuple[str, str, dict[str, Any]]] = [
    ("pause_in_the_past", "first_day", {"first": TODAY - timedelta(days=1)}),
    ("pause_out_of_order", "last_day", {"last": TODAY}),
    ("pause_too_long", "last_day", {"last": TUESDAY + timedelta(days=60)}),
    ("calendar_day_too_far", "first_day", {"first": date(2027, 12, 22), "last": date(2027, 12, 23)}),
    ("pause_cause_unknown", "cause", {"cause": "fire"}),
    ("pause_call_unknown", "call_code", {"call_code": "TIDAK-ADA"}),
    ("unit_unknown", "unit_code", {"unit_code": "TIDAK-ADA"}),
    ("text_too_short", "reason", {"reason": "banjir"}),
]


@pytest.mark.parametrize(("code", "field", "said"), WRONG, ids=[code for code, _, _ in WRONG])
def test_no_pause_reaches_back_is_without_end_or_for_what_nobody_named(town: Town, code: str, field: str, said: dict[str, Any]) -> None:
    town.build_call(**stopped("screening"))
    wanted = {"first": TUESDAY, "last": FRIDAY, **said}
    with pytest.raises(Invalid, match=code) as refused:
        declare(town, **wanted)
    assert refused.value.field == field


def test_only_admins_over_the_unit_declare_and_nobody_the_same_twice(town: Town) -> None:
    town.build_call(**stopped("screening"))
    for who in ("secretary", "leader", "head", "lead"):
        with pytest.raises(Forbidden, match="only_admin"):
            declare(town, TUESDAY, FRIDAY, by=who)
    declare(town, TUESDAY, FRIDAY)
    with pytest.raises(Conflict, match="pause_declared"):
        declare(town, FRIDAY, FRIDAY)
    declare(town, TUESDAY, FRIDAY, unit_code="ANDIR")


def test_a_pause_confirmed_late_counts_from_that_day_and_saves_nobody_who_was_late(town: Town, clock: Any) -> None:
    """The friend's date passed on Monday; the pause that was declared before it is confirmed a day later."""
    call = town.build_call(**stopped("screening"))
    late = town.build_idea(IdeaStage.SCREENING, call=call)
    clock(MONDAY + timedelta(days=3))
    asked = town.build_idea(IdeaStage.SCREENING, call=call)
    clock(MONDAY + timedelta(days=5))
    declared = declare(town, date(2026, 12, 26), date(2027, 1, 4))
    clock(end_of_day(date(2026, 12, 28)) + timedelta(hours=9))
    town.do(confirm, declared, by="second_admin")
    recount(town)
    assert due(town, late) == date(2026, 12, 28), "what is late stays late"
    assert due(town, asked) == date(2027, 1, 7), "seven days, and the seven from the 29th to the 4th"
    clock(MONDAY + timedelta(days=30))
    over = declare(town, date(2027, 1, 21), date(2027, 1, 21))
    clock(MONDAY + timedelta(days=40))
    with pytest.raises(Conflict, match="pause_over"):
        town.do(confirm, over, by="second_admin")


def test_two_that_overlap_take_each_day_out_once(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SCREENING, call=town.build_call(**stopped("screening")))
    let_stand(town, TUESDAY, FRIDAY)
    let_stand(town, date(2026, 12, 24), date(2026, 12, 27), unit_code="ANDIR")
    recount(town)
    assert due(town, idea) == date(2027, 1, 3), "seven days, and the six from the 22nd to the 27th"


def test_a_pause_is_of_its_unit_and_of_its_call(town: Town) -> None:
    mine, other = (town.build_call(code=code, **stopped("permission")) for code in ("UJI-A", "UJI-B"))
    inside, outside = (town.build_idea(IdeaStage.AWAITING_PERMISSION, call=call) for call in (mine, other))
    elsewhere = town.build_idea(IdeaStage.AWAITING_PERMISSION, call=mine, lead="stranger")
    let_stand(town, TUESDAY, FRIDAY, unit_code="ANDIR", call_code="UJI-A")
    recount(town)
    assert [due(town, idea) for idea in (inside, outside, elsewhere)] == [date(2027, 1, 1), date(2026, 12, 28), date(2026, 12, 28)]


def test_nobody_gives_themselves_more_time(town: Town) -> None:
    call = town.build_call(**stopped("supplement"))
    town.build_idea(IdeaStage.SUPPLEMENT_ASKED, call=call, lead="lead")
    with town.store.unit_of_work() as session:
        for who in ("lead", "mate"):
            session.add(RoleGrant(person_id=town[who].id, role=Role.ADMIN, unit_id=town.units["KOTA"][0]))
    for who in ("lead", "mate"):
        with pytest.raises(Forbidden, match="own_clock_paused"):
            declare(town, TUESDAY, FRIDAY, by=who)
    declared = declare(town, TUESDAY, FRIDAY)
    with pytest.raises(Forbidden, match="own_clock_paused"):
        town.do(confirm, declared, by="mate")
    declare(town, TUESDAY, FRIDAY, by="lead", unit_code="COBLONG")


def test_a_wait_from_the_end_of_the_call_moves_with_it(town: Town, clock: Any) -> None:
    call = town.build_call(clocks=[{"wait": "screening", "begins": "call_closed"}])
    idea = town.build_idea(IdeaStage.SCREENING, call=call)
    assert due(town, idea) == date(2027, 1, 27), "thirty days until the call ends, and seven"
    recount(town)
    town.do(extend_call, call, datetime(2027, 1, 25, 10, tzinfo=UTC), REASON, by="secretary")
    recount(town)
    assert due(town, idea) == date(2027, 2, 1)
    clock(datetime(2027, 1, 28, 2, tzinfo=UTC))
    late = town.build_idea(IdeaStage.AWAITING_PERMISSION, call=town.build_call(clocks=[{"wait": "permission", "begins": "call_closed"}]))
    assert due(town, late) == date(2027, 3, 6)


def test_reviews_move_with_what_is_asked_of_their_reviewers(town: Town) -> None:
    idea = town.build_idea(IdeaStage.IN_REVIEW, call=town.build_call(**stopped("review", days={"review": WORKING})))
    let_stand(town, TUESDAY, date(2026, 12, 23))
    recount(town)
    dates = {
        local_day(due_at) for due_at in town.rows(select(InboxItem.due_at).where(InboxItem.idea_id == idea, InboxItem.task == "score"))
    }
    assert dates == {date(2027, 1, 4)}


def test_where_no_policy_names_a_cause_nothing_is_counted_anew(town: Town) -> None:
    town.build_idea(IdeaStage.SCREENING)
    recount(town)
    assert town.rows(select(Recount.id)) == []


WAITS = st.one_of(
    st.integers(1, 40),
    st.builds(Span, amount=st.integers(1, 30), unit=st.just("working_days")),
    st.builds(Span, amount=st.integers(1, 3), unit=st.just("months")),
)
PAUSES = st.lists(st.tuples(st.integers(-5, 60), st.integers(0, 20)), max_size=4)


@settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(day=st.dates(date(2026, 1, 1), date(2029, 12, 31)), wait=WAITS, paused=PAUSES)
def test_a_date_is_what_anybody_counts_with_gagas_calc_clock(day: date, wait: Wait, paused: list[tuple[int, int]]) -> None:
    spans = [(day + timedelta(days=begins), day + timedelta(days=begins + length)) for begins, length in paused]
    pauses = [DayPause("flood", first - timedelta(days=1), last) for first, last in spans]
    amount, unit = (wait, "calendar_days") if isinstance(wait, int) else (wait.amount, str(wait.unit))
    asked = {
        "start": f"{day}T08:00:00+07:00",
        "rule": {"amount": amount, "unit": unit, "paused_by": ["flood"]},
        "pauses": [
            {"cause": "flood", "paused_at": f"{each.began}T23:00:00+07:00", "resumed_at": f"{each.ended}T23:00:00+07:00"} for each in pauses
        ],
    }
    assert str(count_on(day, wait, WorkingCalendar(), pauses)) == calculate("clock", asked)["due_on"]
