"""Numbers as people write them: each rendering of a number, in either language, is that number or asks which it is; never another."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.formats import show_count, show_number, show_rupiah, show_share
from api.pages.forms import Form, show_figure
from api.written_numbers import read_number, read_whole, write_plain

LANGUAGES = ("id", "en")
NUMBERS = st.decimals(min_value=-(10**9), max_value=10**9, places=3).map(lambda number: number.normalize() + 0)


def renderings(number: Decimal) -> Iterator[str]:
    """A number with grouped thousands and without, as either language writes it, with spaces, and with further decimals."""
    for language in LANGUAGES:
        shown = show_number(number, language)
        yield from (shown, f" {shown} ", write_plain(number, language))
        mark = {"id": ",", "en": "."}[language]
        yield f"{write_plain(number, language)}{'' if mark in write_plain(number, language) else mark}0"
        whole, _, decimals = shown.partition(mark)
        yield whole.replace("." if language == "id" else ",", "\u202f") + (mark + decimals if decimals else "")


@given(NUMBERS)
def test_every_rendering_of_a_number_is_that_number_or_asks_back(number: Decimal) -> None:
    for language in LANGUAGES:
        for typed in renderings(number):
            found = read_number(typed, language)
            assert number in found, (typed, language)
            assert len(found) == 1 or sorted(found, key=abs)[1] == sorted(found, key=abs)[0] * 1_000, (typed, language)


@given(NUMBERS)
def test_only_a_number_with_three_places_behind_one_mark_asks_back_and_its_answer_is_taken(number: Decimal) -> None:
    for language in LANGUAGES:
        for typed in renderings(number):
            asked = Form([("value", typed)], language=language)
            read = asked.decimal("value")
            if "value" not in asked.wrong:
                assert read == number, (typed, language)
                continue
            assert asked.wrong == {"value": "number_ambiguous"}
            assert sum(typed.count(mark) for mark in ",.") == 1, typed
            answered = Form([("value", typed), ("meant.value", format(number, "f"))], language=language)
            assert (answered.decimal("value"), answered.wrong) == (number, {})


@given(NUMBERS)
def test_a_stored_number_that_is_sent_again_unchanged_stays_the_same(number: Decimal) -> None:
    for language in LANGUAGES:
        form = Form(list(show_figure("value", number, language).items()), language=language)
        assert (form.decimal("value"), form.wrong) == (number, {})


@given(st.integers(min_value=0, max_value=10**15))
def test_rupiah_are_read_in_every_rendering_of_both_languages(rupiah: int) -> None:
    for language in LANGUAGES:
        for shown in LANGUAGES:
            written = [show_rupiah(rupiah, shown), show_count(rupiah, shown), str(rupiah), f"Rp {show_count(rupiah, shown)}"]
            written += [f"Rp. {show_count(rupiah, shown)}{',00' if shown == 'id' else '.00'}", f"{show_count(rupiah, shown)},-"]
            for typed in written:
                form = Form([("budget", typed)], language=language)
                assert (form.rupiah("budget"), form.wrong) == (rupiah, {}), (typed, language)


@given(st.integers(min_value=0, max_value=10_000))
def test_a_share_is_read_in_both_languages(hundredths: int) -> None:
    for language in LANGUAGES:
        for shown in LANGUAGES:
            form = Form([("share", show_share(hundredths, shown))], language=language)
            assert (form.percent("share"), form.wrong) == (hundredths, {})


@pytest.mark.parametrize(
    ("typed", "language", "found"),
    [
        ("1.240", "id", ["1240", "1.24"]),
        ("1.240", "en", ["1.24", "1240"]),
        ("1,24", "id", ["1.24"]),
        ("1.24", "id", ["1.24"]),
        ("1.240.000", "en", ["1240000"]),
        ("1,240.5", "id", ["1240.5"]),
        ("0.500", "id", ["0.5"]),
        ("1 240,5", "id", ["1240.5"]),
        ("\u22123,5", "id", ["-3.5"]),
    ],
)
def test_what_one_mark_means_is_what_the_language_says_and_then_the_other(typed: str, language: str, found: list[str]) -> None:
    assert [format(number, "f") for number in read_number(typed, language)] == found


@pytest.mark.parametrize(
    "typed", ["", "-", "1.2.3", "1 24", "1e3", "1_000", "١٢", ".5", "5.", "1.500.00", "12 000 00", "satu", "0x10", "9" * 61]
)
def test_what_is_no_number_is_none(typed: str) -> None:
    assert [read_number(typed, language) for language in LANGUAGES] == [(), ()]
    assert [read_whole(typed, language) for language in LANGUAGES] == [None, None]


@pytest.mark.parametrize(
    ("typed", "rupiah"), [("1.240", 1_240), ("1,240", 1_240), ("Rp 1.500.000", 1_500_000), ("1500000", 1_500_000), ("1,500,000", 1_500_000)]
)
def test_in_rupiah_a_mark_before_three_digits_groups_thousands(typed: str, rupiah: int) -> None:
    assert [Form([("budget", typed)], language=language).rupiah("budget") for language in LANGUAGES] == [rupiah, rupiah]
