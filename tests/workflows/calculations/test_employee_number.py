"""Employee numbers: what they say, when they cannot be true, and that showing them gives nobody away."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.calculations.employee_number import (
    ADVICE,
    EmployeeNumberKind,
    EmployeeNumberRefused,
    group_employee_number,
    label_employee_number,
    mask_employee_number,
    print_employee_number,
    read_employee_number,
    strip_employee_number,
)


def codes_of(number: str, on: date | None = None) -> list[str]:
    return [problem.code for problem in read_employee_number(number, on).problems]


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
        ("19801208-200604-1-008", ["not_digits"]),
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


def test_sixty_five_must_not_have_been_reached_when_the_month_of_appointment_began() -> None:
    assert codes_of("194104022006041008") == []
    assert codes_of("194104012006041008") == ["age_implausible"]


def test_a_pppk_gets_the_benefit_of_the_whole_year() -> None:
    assert codes_of("200712312024211001") == []
    assert codes_of("200801012024211001") == ["age_implausible"]


def test_an_appointment_to_come_is_a_problem_only_for_who_gives_a_date() -> None:
    assert codes_of("198012082006041008") == []
    assert codes_of("198012082006041008", date(2006, 4, 1)) == []
    assert codes_of("198012082006041008", date(2006, 3, 31)) == ["appointed_later"]
    assert codes_of("198012082024211008", date(2024, 1, 1)) == []
    assert codes_of("198012082024211008", date(2023, 12, 31)) == ["appointed_later"]


def test_an_invalid_number_tells_nothing_but_its_problems() -> None:
    number = read_employee_number("198012082006043008")
    assert (number.kind, number.birth_date, number.appointed) == (None, None, None)


def test_spaces_of_every_kind_are_printing_only() -> None:
    assert strip_employee_number(" 19801208\u00a0200604\u202f1\t008\n") == "198012082006041008"


def test_letters_print_a_number_in_its_groups() -> None:
    assert print_employee_number("198012082006041008") == "19801208 200604 1 008"
    assert print_employee_number("200012312024211001") == "20001231 2024 21 1 001"


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


def test_an_invalid_number_is_not_printed_and_not_repeated_in_the_refusal() -> None:
    with pytest.raises(EmployeeNumberRefused) as refused:
        print_employee_number("198013082006041008")
    assert "19801308" not in str(refused.value)


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
    age=st.integers(18, 59),
    month=st.integers(1, 12),
    sex=st.sampled_from("12"),
    serial=st.integers(1, 999),
)
def test_every_number_put_together_by_the_rules_is_read_back_and_survives_printing(
    birth: date, age: int, month: int, sex: str, serial: int
) -> None:
    text = f"{birth:%Y%m%d}{birth.year + age}{month:02}{sex}{serial:03}"
    number = read_employee_number(text)
    assert number.valid
    assert (number.birth_date, number.appointed) == (birth, f"{birth.year + age}-{month:02}")
    assert strip_employee_number(print_employee_number(text)) == text
    assert f"{birth:%Y%m%d}" not in repr(number)
    assert repr(birth) not in repr(number)
