"""Employee numbers: what they say, when they cannot be true, and that showing them gives nobody away."""

from datetime import date
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.calculations.employee_number import (
    ADVICE,
    EmployeeNumberKind,
    group_employee_number,
    label_employee_number,
    mask_employee_number,
    read_employee_number,
    strip_employee_number,
)


def codes_of(number: str, on: date | None = None, retirement_age: Literal[58, 60] = 60) -> list[str]:
    return [problem.code for problem in read_employee_number(number, on, retirement_age).problems]


def test_a_printed_pns_number_tells_birth_and_month_of_appointment() -> None:
    number = read_employee_number("19801208 200604 1 008")
    assert (number.valid, number.kind, number.birth_date, number.appointed) == (True, EmployeeNumberKind.PNS, date(1980, 12, 8), "2006-04")


def test_a_pppk_number_tells_birth_and_year_of_appointment_only() -> None:
    number = read_employee_number("200012312024211001")
    assert (number.valid, number.kind, number.birth_date, number.appointed) == (True, EmployeeNumberKind.PPPK, date(2000, 12, 31), "2024")


def test_a_part_time_pppk_number_from_the_press_counts_as_pppk() -> None:
    assert read_employee_number("199009132025242014").kind is EmployeeNumberKind.PPPK


@pytest.mark.parametrize(
    ("number", "codes"),
    [
        ("", ["wrong_length"]),
        ("130123456", ["wrong_length"]),
        ("1980120820060410081", ["wrong_length"]),
        ("19801208200604100O", ["not_digits"]),
        ("19801208_200604_1_O08", ["not_digits"]),
        ("NIP Sari 19801208", ["not_digits"]),
        ("\u0661\u0669\u0668\u0660" + "1208200604" + "1008", ["not_digits"]),
        ("198013082006041008", ["birth_date_impossible"]),
        ("198102292006041008", ["birth_date_impossible"]),
        ("198012082006001008", ["kind_unknown"]),
        ("198012082006131008", ["kind_unknown"]),
        ("198012082006201008", ["kind_unknown"]),
        ("198012082006301008", ["kind_unknown"]),
        ("198012082006043008", ["sex_unknown"]),
        ("198012082006040008", ["sex_unknown"]),
        ("198012082006041000", ["serial_unknown"]),
        ("200012082006041008", ["age_implausible"]),
        ("194012082006041008", ["age_implausible"]),
        ("198012080000041008", ["age_implausible"]),
        ("000000000000000000", ["birth_date_impossible", "kind_unknown", "sex_unknown", "serial_unknown"]),
    ],
)
def test_a_number_that_cannot_be_true_says_why(number: str, codes: list[str]) -> None:
    assert codes_of(number) == codes


def test_a_leap_day_is_a_birth_date_in_leap_years_only() -> None:
    assert read_employee_number("198002292006041008").birth_date == date(1980, 2, 29)
    assert codes_of("190002291925041008") == ["birth_date_impossible"]


def test_seventeen_must_have_been_reached_within_the_month_of_appointment() -> None:
    assert codes_of("198904302006041008") == []
    assert codes_of("198905012006041008") == ["age_implausible"]


@pytest.mark.parametrize(("retirement_age", "youngest_refused"), [(60, "19460401"), (58, "19480401")])
def test_a_pns_is_appointed_before_the_office_would_retire_them(retirement_age: Literal[58, 60], youngest_refused: str) -> None:
    day_later = f"{int(youngest_refused) + 1}"
    assert codes_of(f"{day_later}2006041008", retirement_age=retirement_age) == []
    assert codes_of(f"{youngest_refused}2006041008", retirement_age=retirement_age) == ["age_implausible"]


def test_sixty_is_the_limit_where_nobody_tells_the_office() -> None:
    assert codes_of("194804012006041008") == []
    assert codes_of("194604012006041008") == ["age_implausible"]


def test_a_pppk_gets_the_benefit_of_the_whole_year() -> None:
    assert codes_of("200412312024211001") == []
    assert codes_of("200501012024211001") == ["age_implausible"]
    assert codes_of("195901012024211001") == ["age_implausible"]
    assert codes_of("195901022024211001") == []


def test_no_pppk_has_a_contract_from_before_there_were_any() -> None:
    assert codes_of("198012082019211008") == []
    assert codes_of("198012082018211008") == ["contract_implausible"]
    assert codes_of("201012082018211008") == ["age_implausible", "contract_implausible"]


def test_an_appointment_to_come_is_a_problem_only_for_who_gives_a_date() -> None:
    assert codes_of("198012082006041008") == []
    assert codes_of("198012082006041008", date(2006, 4, 1)) == []
    assert codes_of("198012082006041008", date(2006, 3, 31)) == ["appointed_later"]
    assert codes_of("198012082024211008", date(2024, 1, 1)) == []
    assert codes_of("198012082024211008", date(2023, 12, 31)) == ["appointed_later"]


def test_an_invalid_number_tells_nothing_but_its_problems() -> None:
    number = read_employee_number("198012082006043008")
    assert (number.kind, number.birth_date, number.appointed) == (None, None, None)


@pytest.mark.parametrize(
    "typed",
    [
        " 19801208\u00a0200604\u202f1\t008\n",
        "19801208-200604-1-008",
        "19801208.200604.1.008",
        "NIP 19801208 200604 1 008",
        "nip. 198012082006041008",
        "NI PPPK 19801208 2006 04 1 008",
        "\u200e19801208\x00200604/1/008\ud800",
    ],
)
def test_a_number_is_one_however_it_is_printed_or_typed(typed: str) -> None:
    assert strip_employee_number(typed) == "198012082006041008"


@pytest.mark.parametrize("typed", ["1980120820060410O8", "\uff11\uff19\uff18\uff10", "Sari"])
def test_letters_and_digits_of_other_scripts_are_never_dropped_to_make_a_number(typed: str) -> None:
    assert strip_employee_number(typed) == typed.upper()


def test_letters_print_a_number_in_its_groups() -> None:
    assert group_employee_number("198012082006041008") == "19801208 200604 1 008"
    assert group_employee_number("200012312024211001") == "20001231 2024 21 1 001"


@pytest.mark.parametrize(
    ("number", "written"),
    [
        ("199305172021221968", "NI PPPK 19930517 2021 22 1 968"),
        ("199303032015021948", "NIP 19930303 201502 1 948"),
        ("198012082006043008", "NIP 19801208 200604 3 008"),  # impossible, but it stands in the records as it is
        ("1980••••", "NIP 1980••••"),
    ],
)
def test_papers_show_the_groups_and_the_name_of_each_kind(number: str, written: str) -> None:
    assert f"{label_employee_number(number)} {group_employee_number(number)}" == written


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("19801208 200604 1 008", "***************008"),
        ("198013082006041008", "***************008"),
        ("19801208", "******************"),
        ("008", "******************"),
        ("1980120820060410081", "******************"),
        ("Sari 1980", "******************"),
    ],
)
def test_a_mask_leaves_only_the_serial_of_a_full_number(number: str, masked: str) -> None:
    assert mask_employee_number(number) == masked


@settings(deadline=None)
@given(st.text(alphabet="0123456789 .-x\u00a0", max_size=24))
def test_masking_never_leaks_birth_date_whatever_was_typed(text: str) -> None:
    masked = mask_employee_number(text)
    assert len(masked) == 18
    assert masked[:15] == "*" * 15
    if masked[15:] != "***":
        assert strip_employee_number(text).endswith(masked[15:])
        assert len(strip_employee_number(text)) == 18


@settings(deadline=None)
@given(st.text(max_size=40))
def test_reading_never_fails_and_its_traces_never_show_the_number(text: str) -> None:
    number = read_employee_number(text)
    assert number.valid is not bool(number.problems)
    assert {problem.sentence for problem in number.problems} <= set(ADVICE.values())


@settings(deadline=None)
@given(
    birth=st.dates(date(1950, 1, 1), date(2000, 12, 31)),
    age=st.integers(18, 59),  # completed within the year of appointment
    month=st.integers(1, 12),
    sex=st.sampled_from("12"),
    serial=st.integers(1, 999),
)
def test_every_number_put_together_by_the_rules_is_read_back_and_survives_printing(
    birth: date, age: int, month: int, sex: str, serial: int
) -> None:
    text = f"{birth:%Y%m%d}{birth.year + age}{month:02}{sex}{serial:03}"
    number = read_employee_number(text)
    assert number.valid, text
    assert (number.birth_date, number.appointed) == (birth, f"{birth.year + age}-{month:02}")
    assert strip_employee_number(group_employee_number(text)) == text
    assert f"{birth:%Y%m%d}" not in repr(number)
    assert repr(birth) not in repr(number)


births = st.dates(date(1930, 1, 1), date(2009, 12, 31))
endings = st.tuples(st.sampled_from("12"), st.integers(1, 999)).map(lambda end: f"{end[0]}{end[1]:03}")


@settings(deadline=None)
@given(birth=births, year=st.integers(1990, 2030), month=st.integers(1, 12), ending=endings, limit=st.sampled_from((58, 60)))
def test_a_pns_is_plausible_exactly_from_seventeen_to_the_day_before_retirement(
    birth: date, year: int, month: int, ending: str, limit: Literal[58, 60]
) -> None:
    codes = codes_of(f"{birth:%Y%m%d}{year}{month:02}{ending}", retirement_age=limit)
    became_seventeen, retires = (birth.year + 17, birth.month), (birth.year + limit, birth.month, birth.day)
    assert codes == ([] if became_seventeen <= (year, month) and (year, month, 1) < retires else ["age_implausible"])


@settings(deadline=None)
@given(birth=births, year=st.integers(2010, 2035), kind=st.integers(21, 29), ending=endings, limit=st.sampled_from((58, 60)))
def test_a_pppk_is_plausible_exactly_from_twenty_and_since_2019_whatever_a_pns_may(
    birth: date, year: int, kind: int, ending: str, limit: Literal[58, 60]
) -> None:
    codes = codes_of(f"{birth:%Y%m%d}{year}{kind}{ending}", retirement_age=limit)
    of_age = birth.year + 20 <= year and (year, 1, 1) < (birth.year + 65, birth.month, birth.day)
    assert ("age_implausible" in codes) is not of_age
    assert ("contract_implausible" in codes) is (year < 2019)


@settings(deadline=None)
@given(birth=births, year=st.integers(1960, 2040), two=st.integers(1, 12) | st.integers(21, 29), ending=endings)
def test_whatever_is_well_formed_is_printed_even_when_it_is_not_plausible(birth: date, year: int, two: int, ending: str) -> None:
    text = f"{birth:%Y%m%d}{year}{two:02}{ending}"
    assert strip_employee_number(group_employee_number(text)) == text
