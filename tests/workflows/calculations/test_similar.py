"""Likeness of texts: a text is most like itself, no order of the corpus matters, equals come by receipt, reasons are shared words."""

from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.calculations.registry import calculate
from workflows.calculations.similar import (
    MOST_REASONS,
    CorpusText,
    Match,
    SimilarQuestion,
    calculate_similar,
)

WORDS = [
    "antrean",
    "loket",
    "puskesmas",
    "sampah",
    "pajak",
    "daring",
    "ponsel",
    "lansia",
    "izin",
    "lampu",
    "pasar",
    "arsip",
    "sekolah",
    "banjir",
    "warga",
]
TITLES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)
CORPUS = st.lists(st.tuples(TITLES, TITLES), min_size=1, max_size=8)


def matches(title: str, text: str, corpus: list[CorpusText], most: int = 20) -> tuple[Match, ...]:
    return calculate_similar(SimilarQuestion(title=title, text=text, corpus=tuple(corpus), most=most)).matches


def number(texts: list[tuple[str, str]]) -> list[CorpusText]:
    return [CorpusText(id=str(place), title=title, text=text, receipt=f"{place:03}") for place, (title, text) in enumerate(texts)]


@given(CORPUS)
def test_a_text_is_most_like_itself(texts: list[tuple[str, str]]) -> None:
    corpus = number(texts)
    for own in corpus:
        found = matches(own.title, own.text, corpus)
        assert found[0].likeness == 100
        assert own.id in {each.id for each in found if each.likeness == 100}
        assert all(0 < each.likeness <= 100 for each in found)


@given(CORPUS, st.randoms(use_true_random=False))
def test_the_order_of_the_corpus_does_not_matter(texts: list[tuple[str, str]], luck: Random) -> None:
    corpus = number(texts)
    told = matches("antrean puskesmas", "loket warga pajak", corpus)
    luck.shuffle(corpus)
    assert matches("antrean puskesmas", "loket warga pajak", corpus) == told


@given(CORPUS)
def test_the_reasons_are_words_of_both_texts_and_make_up_no_more_than_the_whole(texts: list[tuple[str, str]]) -> None:
    corpus = {each.id: each for each in number(texts)}
    for match in matches("antrean puskesmas", "loket pajak", list(corpus.values())):
        assert 0 < len(match.shared) <= MOST_REASONS
        assert sum(each.percent for each in match.shared) <= 100 + MOST_REASONS
        said = f"{corpus[match.id].title} {corpus[match.id].text}"
        assert {each.word for each in match.shared} <= set(said.split()) & {"antrean", "puskesmas", "loket", "pajak", "warga"} | {
            "puskesmas"
        }


def test_equals_come_by_their_receipt() -> None:
    corpus = [CorpusText(id=name, title="Bank sampah", receipt=receipt) for name, receipt in (("a", "3"), ("b", "1"), ("c", "2"))]
    assert [match.id for match in matches("Bank sampah", "", corpus)] == ["b", "c", "a"]


def test_a_text_in_other_words_comes_before_one_that_shares_the_usual_ones() -> None:
    corpus = number(
        [
            ("Bank sampah", "Warga menabung sampah yang dipilah di kelurahan."),
            ("Nomor antrian online di Pusat Kesehatan Masyarakat", "Masyarakat tidak lagi mengantri."),
            ("Lampu gang", "Warga merawat lampu gang di kelurahan."),
        ]
    )
    found = matches("Antrean daring puskesmas", "Warga kelurahan mengantre dari rumah.", corpus)
    assert found[0].id == "1"
    assert {each.word for each in found[0].shared} >= {"antrean", "daring", "puskesmas"}


def test_a_word_that_is_said_again_counts_for_more_and_in_a_long_text_for_less() -> None:
    corpus = number([("Antrean", "loket sekolah pasar arsip lampu"), ("Antrean", ""), ("Antrean", "antrean loket sekolah pasar arsip")])
    said_twice, once_in_a_long_text = (matches("antrean loket", "antrean", corpus)[place].id for place in (0, 1))
    assert (said_twice, once_in_a_long_text) == ("2", "0")
    assert matches("antrean", "", corpus)[0].id == "1"


def test_a_long_text_says_more_of_a_short_one_than_the_short_one_of_it() -> None:
    short, long = ("Antrean loket", "puskesmas"), ("Antrean loket", "puskesmas sampah pajak daring ponsel lansia izin lampu")
    [of_short] = matches(*short, number([long]))
    [of_long] = matches(*long, number([short]))
    assert 100 > of_short.likeness > of_long.likeness


@pytest.mark.parametrize("text", ["", "yang dan di", "😀 \0 %", '" OR NEAR(', "山"])
def test_what_shares_no_term_with_the_corpus_is_like_none(text: str) -> None:
    assert matches(text, text, number([("Antrean loket", "puskesmas")])) == ()


def test_a_corpus_of_monsters_is_compared() -> None:
    corpus = number([("a" * 2_000, "kata " * 40_000), ("kata", "yang " * 40_000), ("\0", "")])
    assert {match.id for match in matches("kata", "kata", corpus)} == {"1", "0"}


def test_the_command_tells_matches_with_their_reasons() -> None:
    corpus = [{"id": "x", "title": "Loket keliling"}, {"id": "y", "title": "Bank sampah"}]
    told = calculate("similar", {"title": "loket keliling", "corpus": corpus})
    assert [(each["id"], Decimal(each["likeness"])) for each in told["matches"]] == [("x", 100)]
    assert [each["word"] for each in told["matches"][0]["shared"]] == ["keliling", "loket"]
