"""The region's own days: declared ahead by an admin with a decree, confirmed by a second person, and on record for good.

Who would cheat: an admin who gives an own idea more time, two who agree on it, who declares a day that is past, who fills the table. Who
errs: who mistypes the year, or takes a day for free that is worked. What an inspector expects: who declared what, by which decree, when.
"""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from models.calendars import DeclaredDay, DeclaredKind
from models.ledger import LedgerEntry
from models.people import Role
from models.stages import IdeaStage
from models.waits import Span, WaitUnit
from tests.building import Town
from tests.clock import set_clock
from tests.workflows.region.declaring import DECREE, declare, let_count
from tests.workflows.region.letting_in import at_once
from workflows.process.deadlines import find_last_day, read_calendar
from workflows.process.refusals import Conflict, Forbidden, Invalid, NotFound, Refusal
from workflows.region.calendar import MOST_IN_YEAR, CalendarDay, read_year, withdraw_day
from workflows.region.confirmations import confirm, list_confirmations, refuse

MONDAY = datetime(2026, 12, 21, 2, tzinfo=UTC)
TUESDAY = date(2026, 12, 22)
WEEK = Span(amount=5, unit=WaitUnit.WORKING_DAYS)
SUPPLEMENT = {"supplement": {"amount": 5, "unit": "working_days"}}


@pytest.fixture(autouse=True)
def monday(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock(monkeypatch, tmp_path, MONDAY)


def last_day(town: Town) -> date:
    """The last of five working days from Monday on."""
    with town.store.reading() as session:
        return find_last_day(session, MONDAY.date(), WEEK)


def days_of(town: Town, year: int = 2026, who: str = "lead") -> dict[date, CalendarDay]:
    with town.store.reading() as session:
        return {day.day: day for day in read_year(session, year, actor=town.actor(session, who)).days}


def test_a_day_counts_once_a_second_person_has_confirmed_it(either_town: Town) -> None:
    town = either_town
    before = last_day(town)
    declared = declare(town, TUESDAY)
    assert last_day(town) == before
    assert TUESDAY not in days_of(town)
    [row] = [row for row in confirmations(town, "second_admin") if row.id == declared]
    assert (row.kind, row.about, row.day, row.declares, row.source, row.may_confirm) == (
        "calendar",
        "Hari jadi kota",
        TUESDAY,
        DeclaredKind.HOLIDAY,
        DECREE,
        True,
    )
    town.do(confirm, declared, by="second_admin")
    assert last_day(town) == date(2026, 12, 31), "30 December before; the next working day follows"
    assert before == date(2026, 12, 30)
    own = days_of(town)[TUESDAY]
    assert (own.kind, own.name_en, own.source, own.is_own) == ("holiday", "Anniversary of the city", DECREE, True)


def confirmations(town: Town, who: str) -> list:
    with town.store.reading() as session:
        return list_confirmations(session, actor=town.actor(session, who))


def test_a_saturday_may_be_worked_and_a_national_day_too(town: Town) -> None:
    assert last_day(town) == date(2026, 12, 30)
    let_count(town, date(2026, 12, 26), DeclaredKind.WORKING_DAY, name="Sabtu masuk")
    let_count(town, date(2026, 12, 24), DeclaredKind.WORKING_DAY, name="Cuti bersama dicabut")
    assert last_day(town) == date(2026, 12, 28)


def test_a_day_that_is_removed_is_as_the_nation_has_it_once_that_is_confirmed(either_town: Town) -> None:
    town = either_town
    let_count(town, TUESDAY)
    withdrawn = town.do(withdraw_day, TUESDAY, by="admin")
    assert (withdrawn.kind, last_day(town)) == (DeclaredKind.AS_NATION, date(2026, 12, 31))
    town.do(confirm, withdrawn.id, by="second_admin")
    assert last_day(town) == date(2026, 12, 30)
    assert TUESDAY not in days_of(town)
    with pytest.raises(NotFound, match="calendar_day_not_found"):
        town.do(withdraw_day, TUESDAY, by="admin")
    let_count(town, TUESDAY, name="Hari jadi kota lagi")
    assert days_of(town)[TUESDAY].name == "Hari jadi kota lagi"
    assert len(town.rows(select(DeclaredDay))) == 3


def test_removed_again_it_is_the_same_and_what_waits_beside_it_goes_too(town: Town) -> None:
    let_count(town, TUESDAY)
    other = declare(town, TUESDAY, name="Hari lain")
    withdrawn = town.do(withdraw_day, TUESDAY, by="admin").id
    assert town.do(withdraw_day, TUESDAY, by="admin").id == withdrawn
    assert town.rows(select(DeclaredDay.id).where(col(DeclaredDay.ended_at).is_not(None))) == [other]
    town.do(refuse, withdrawn, by="admin")
    assert last_day(town) == date(2026, 12, 31), "who asked for the removal took it back, and the day counts"


def test_what_waits_is_taken_back_or_refused_and_nothing_counts(town: Town) -> None:
    declared = declare(town, TUESDAY)
    assert town.do(withdraw_day, TUESDAY, by="admin").ended_at is not None
    with pytest.raises(Conflict, match="confirmation_settled"):
        town.do(confirm, declared, by="second_admin")
    again = declare(town, TUESDAY)
    town.do(refuse, again, by="leader")
    with pytest.raises(Conflict, match="confirmation_settled"):
        town.do(refuse, again, by="second_admin")
    assert last_day(town) == date(2026, 12, 30)


@pytest.mark.parametrize("who", ["lead", "head", "secretary", "operator", "chair", "leader", "auditor"])
def test_only_an_admin_of_the_region_declares(town: Town, who: str) -> None:
    with pytest.raises(Forbidden, match="only_admin"):
        declare(town, TUESDAY, by=who)
    let_count(town, TUESDAY)
    with pytest.raises(Forbidden, match="only_admin"):
        town.do(withdraw_day, TUESDAY, by=who)


def test_an_admin_of_one_unit_and_the_server_itself_declare_nothing(town: Town) -> None:
    town.give_role("walker", Role.ADMIN, "ANDIR")
    for who in ("walker", "flow:clock"):
        with pytest.raises(Forbidden, match="only_admin"):
            declare(town, TUESDAY, by=who)
    declared = declare(town, TUESDAY)
    with pytest.raises(Forbidden, match="only_second"):
        town.do(confirm, declared, by="walker")
    assert [row.kind for row in confirmations(town, "walker")] == []


def test_nobody_confirms_what_they_declared(town: Town) -> None:
    declared = declare(town, TUESDAY)
    with pytest.raises(Forbidden, match="own_confirmation"):
        town.do(confirm, declared, by="admin")
    for who in ("secretary", "lead"):
        with pytest.raises(Forbidden, match="only_second"):
            town.do(confirm, declared, by=who)
    town.do(confirm, declared, by="leader")


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2026, 12, 20), "calendar_day_past"),
        (date(1900, 1, 1), "calendar_day_past"),
        (date.min, "calendar_day_past"),
        (date(2029, 3, 1), "calendar_day_too_far"),
        (date.max, "calendar_day_too_far"),
    ],
)
def test_a_day_is_declared_ahead_and_not_for_another_century(town: Town, day: date, code: str) -> None:
    with pytest.raises(Invalid, match=code):
        declare(town, day)


def test_today_may_be_declared_and_a_declaration_that_was_slept_over_counts_for_nothing(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_count(town, MONDAY.date())
    slept = declare(town, TUESDAY)
    set_clock(monkeypatch, tmp_path, MONDAY + timedelta(days=2))
    assert confirmations(town, "second_admin") == []
    with pytest.raises(Conflict, match="calendar_day_over"):
        town.do(confirm, slept, by="second_admin")


def test_all_that_is_missing_is_told_at_once(town: Town) -> None:
    with pytest.raises(Refusal) as refused:
        declare(town, date(2026, 12, 1), name="", name_en="\x00", source="SKB")
    told = {each.field: each.code for each in refused.value.parts}
    assert told == {"day": "calendar_day_past", "name": "text_empty", "name_en": "control_characters", "source": "text_too_short"}


def test_the_same_declaration_again_is_the_same_and_another_waits_its_turn(town: Town) -> None:
    declared = declare(town, TUESDAY)
    assert declare(town, TUESDAY) == declared
    with pytest.raises(Conflict, match="calendar_day_waiting"):
        declare(town, TUESDAY, name="Hari lain")
    with pytest.raises(Conflict, match="calendar_day_waiting"):
        declare(town, TUESDAY, by="second_admin")
    town.do(confirm, declared, by="second_admin")
    with pytest.raises(Conflict, match="calendar_day_same"):
        declare(town, TUESDAY)
    declare(town, TUESDAY, name="Hari lain")


def test_two_admins_at_once_leave_one_declaration(either_town: Town) -> None:
    town = either_town
    came = at_once([lambda: declare(town, TUESDAY, name="Hari satu"), lambda: declare(town, TUESDAY, by="second_admin", name="Hari dua")])
    assert sorted(came) == ["done", "refused"]
    assert len(town.rows(select(DeclaredDay))) == 1


def test_nobody_gives_an_own_idea_more_time(town: Town) -> None:
    """The first admin proposes, and has to complete the idea by the 30th; neither may help, and afterwards both may."""
    town.give_role("lead", Role.ADMIN, "KOTA")
    town.build_idea(IdeaStage.SUPPLEMENT_ASKED, call=town.build_call(days=SUPPLEMENT))
    for day in (TUESDAY, date(2026, 12, 30)):
        with pytest.raises(Forbidden, match="own_deadline_moves"):
            declare(town, day, by="lead")
    declared = declare(town, TUESDAY)
    with pytest.raises(Forbidden, match="own_deadline_moves"):
        town.do(confirm, declared, by="lead")
    assert [row.may_confirm for row in confirmations(town, "lead") if row.id == declared] == [False]
    declare(town, date(2026, 12, 31), by="lead")
    declare(town, date(2026, 12, 26), by="lead", name="Sabtu libur")
    town.do(confirm, declared, by="second_admin")


def test_taking_a_working_day_away_is_no_way_around(town: Town) -> None:
    let_count(town, date(2026, 12, 24), DeclaredKind.WORKING_DAY, name="Cuti bersama dicabut")
    town.give_role("mate", Role.ADMIN, "KOTA")
    town.build_idea(IdeaStage.SUPPLEMENT_ASKED, call=town.build_call(days=SUPPLEMENT))
    with pytest.raises(Forbidden, match="own_deadline_moves"):
        town.do(withdraw_day, date(2026, 12, 24), by="mate")


def test_who_proposes_with_dates_in_calendar_days_gains_nothing_and_may_declare(town: Town) -> None:
    town.give_role("lead", Role.ADMIN, "KOTA")
    town.build_idea(IdeaStage.SUPPLEMENT_ASKED)
    declare(town, TUESDAY, by="lead")


def test_nobody_fills_the_table(town: Town) -> None:
    first = date(2027, 2, 1)
    with town.store.unit_of_work() as session:
        admin = town["admin"].id
        said = {"kind": DeclaredKind.HOLIDAY, "name": "Hari", "name_en": "Day", "source": DECREE, "declared_by": admin}
        session.add_all(DeclaredDay(day=first + timedelta(days=ahead), **said) for ahead in range(MOST_IN_YEAR))
    with pytest.raises(Conflict, match="calendar_full"):
        declare(town, first - timedelta(days=1))
    declare(town, date(2028, 2, 1))


def test_every_step_is_a_fact_and_no_declaration_is_ever_deleted(either_town: Town) -> None:
    town = either_town
    declared = let_count(town, TUESDAY)
    other = declare(town, date(2026, 12, 23))
    town.do(refuse, other, by="second_admin")
    facts = town.rows(select(LedgerEntry).where(col(LedgerEntry.kind).startswith("region.")).order_by(col(LedgerEntry.seq)))
    told = [(fact.kind, fact.payload["subject"], fact.payload["actor"], fact.payload["detail"]["day"]) for fact in facts[-4:]]
    first, second = town["admin"].id, town["second_admin"].id
    assert told == [
        ("region.declare_day", declared, first, "2026-12-22"),
        ("region.confirm_day", declared, second, "2026-12-22"),
        ("region.declare_day", other, first, "2026-12-23"),
        ("region.end_day", other, second, "2026-12-23"),
    ]
    assert facts[-4].payload["detail"]["source"] == DECREE
    with pytest.raises(DBAPIError, match="stays on record"), town.store.unit_of_work() as session:
        session.execute(sa.text("DELETE FROM declaredday"))


def test_a_year_shows_the_nation_and_the_region_and_what_waits_to_those_who_settle_it(town: Town) -> None:
    days = days_of(town)
    assert (days[date(2026, 12, 25)].kind, days[date(2026, 12, 24)].kind) == ("holiday", "joint_leave")
    declare(town, TUESDAY)
    with town.store.reading() as session:
        seen = {who: read_year(session, 2026, actor=town.actor(session, who)) for who in ("lead", "secretary", "admin", "leader")}
        calendar = read_calendar(session)
    assert {who: len(found.waiting) for who, found in seen.items()} == {"lead": 0, "secretary": 0, "admin": 1, "leader": 1}
    assert seen["lead"].working_days[11] == sum(calendar.works(date(2026, 12, day)) for day in range(1, 32)) == 21
    for year in (0, 1945, 2101, 9999):
        with town.store.reading() as session, pytest.raises(NotFound, match="calendar_year_unknown"):
            read_year(session, year, actor=town.actor(session, "lead"))
