"""Titles that look the same are the same, however they are typed; titles that read otherwise are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.calculations.titles import CYRILLIC, GREEK, LATIN, fold_title

TITLE = "Antrean daring kelurahan"


@pytest.mark.parametrize(
    "typed",
    [
        "ANTREAN DARING KELURAHAN",
        "  antrean   daring\u00a0kelurahan. ",
        "Antrean-Daring-Kelurahan!",
        "Antrean Daring Ke\u200blurahan",
        "\u0410ntr\u0435an d\u0430ring kelur\u0430han",  # Cyrillic A, e, a
        "Antrean dar\u0456ng kelurahan",  # Ukrainian i
        "\u0391ntrean darlng kelurahan",  # Greek A; an l for an i
        "Antrean dar1ng ke1urahan",
        "Ántrean däring kelurahan",
        "\uff21ntrean daring kelurahan",  # full width
    ],
)
def test_the_same_title_typed_otherwise_is_the_same(typed: str) -> None:
    assert fold_title(typed) == fold_title(TITLE)


@pytest.mark.parametrize(
    "other", ["Antrean daring", "Antrean daring kelurahan 2", "Antrian daring kelurahan", "", "Kelurahan daring antrean"]
)
def test_another_title_is_another(other: str) -> None:
    assert fold_title(other) != fold_title(TITLE)


@pytest.mark.parametrize("empty", ["", "  ", "!?—…"])
def test_a_title_without_letters_and_digits_is_no_title(empty: str) -> None:
    assert fold_title(empty) == ""


def test_every_look_alike_becomes_one_small_latin_letter() -> None:
    for signs, letters in (CYRILLIC, GREEK, LATIN):
        assert len(signs) == len(letters) == len(set(signs))
        assert [fold_title(sign) for sign in signs] == list(letters)


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing_more_and_capitals_and_spaces_none(title: str) -> None:
    folded = fold_title(title)
    assert fold_title(folded) == folded
    assert fold_title(f" {title}\t") == folded


@given(st.text(alphabet=st.characters(max_codepoint=0x24F), max_size=60))
def test_capitals_of_latin_letters_tell_no_titles_apart(title: str) -> None:
    assert fold_title(title.upper()) == fold_title(title.lower()) == fold_title(title.swapcase())
