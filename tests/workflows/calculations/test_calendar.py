"""The working calendar: the nation's days of a known year, a region's own over them, and nothing for years that nobody knows."""

from datetime import date, timedelta

import pytest

from workflows.calculations.calendar import CalendarRow, DayKind, list_national, make_calendar

OWN = CalendarRow(day=date(2026, 9, 25), kind=DayKind.HOLIDAY, name="Hari Jadi Kota Bandung", name_en="Anniversary of Bandung")


def test_the_days_of_2026_are_those_of_the_three_ministers_decree() -> None:
    free = list_national(2026)
    leave = [day for day, each in free.items() if each.kind == "joint_leave"]
    assert [f"{day:%d-%m}" for day in leave] == ["16-02", "18-03", "20-03", "23-03", "24-03", "15-05", "28-05", "24-12"]
    assert sum(each.kind == "holiday" for each in free.values()) == 17
    assert list(free) == sorted(free)
    assert (free[date(2026, 3, 19)].name, free[date(2026, 3, 19)].name_en) == ("Hari Suci Nyepi", "Day of Silence")


def test_every_day_has_a_name_in_both_languages_and_lies_in_its_year() -> None:
    for year in range(2020, 2041):
        for day, free in list_national(year).items():
            assert day.year == year
            assert free.name
            assert free.name_en


@pytest.mark.parametrize("year", [1, 1900, 1945, 2101, 9999])
def test_of_a_year_that_nobody_knows_there_are_no_days(year: int) -> None:
    assert list_national(year) == {}


def test_a_region_has_holidays_of_its_own_and_works_on_others() -> None:
    calendar = make_calendar([OWN, CalendarRow(day=date(2026, 8, 17), kind=DayKind.WORKING_DAY, name="Masuk", name_en="At work")])
    assert not calendar.works(OWN.day)
    assert calendar.works(OWN.day + timedelta(days=3))
    assert calendar.works(date(2026, 8, 17))
    assert not calendar.works(date(2026, 8, 16)), "a Sunday stays one"
    found = calendar.find_free(OWN.day)
    assert found is not None
    assert (found.kind, found.name) == ("holiday", "Hari Jadi Kota Bandung")


def test_without_the_nation_only_weekends_are_free() -> None:
    calendar = make_calendar(is_national=False)
    assert calendar.works(date(2026, 12, 25))
    assert not make_calendar().works(date(2026, 12, 25))


def test_a_week_of_six_days_has_one_free() -> None:
    calendar = make_calendar(weekend=(7,))
    assert calendar.works(date(2026, 5, 9))
    assert not calendar.works(date(2026, 5, 10))
