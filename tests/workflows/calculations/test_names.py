"""The words of a name are those that others type for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.calculations.names import LONGEST_WORD, split_name


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Sari Dewi Anggraini", ("sari", "dewi", "anggraini")),
        ("  SARI   sari ", ("sari",)),
        ("M. Ma'ruf Al-Amin", ("m", "maruf", "al", "amin")),
        ("Nur\u2019aini Sa\u02bfdiyah", ("nuraini", "sadiyah")),
        ("M.Yusuf,S.", ("m", "yusuf", "s")),
        ("Rosari \u00c9lodie E\u0301", ("rosari", "elodie", "e")),
        ("\uff33\uff41\uff52\uff49 Stra\u00dfe", ("sari", "strasse")),
        ("100% Sari_Ayu", ("100", "sari", "ayu")),
        ("'", ()),
        ("", ()),
    ],
)
def test_a_name_is_split_into_its_words(name: str, words: tuple[str, ...]) -> None:
    assert split_name(name) == words


@given(st.text(max_size=200))
def test_words_are_whole_short_and_split_into_themselves(name: str) -> None:
    words = split_name(name)
    assert all(0 < len(word) <= LONGEST_WORD for word in words)
    assert split_name(" ".join(words)) == words
    assert split_name(name.swapcase() if name.isascii() else name) == words
