"""The same in other words is found at least as often as BM25 finds it, on either database, whether all or some are compared."""

from collections.abc import Callable
from functools import cache

import pytest

from bench.library import Library, PlainRank, find_plainly, measure_recall, read_groups, read_sectors, write_library
from bench.similar import FIRST, add_library, find_among_ideas, list_terms
from tests.building import Town
from workflows.intake import similar

pytestmark = pytest.mark.slow
LEAST_ASKED = 40


def test_two_hundred_ideas_are_each_said_in_two_or_three_ways() -> None:
    groups = read_groups()
    assert [group[0].group for group in groups] == list(range(1, 201))
    assert {len(group) for group in groups} == {2, 3}
    texts = [text for group in groups for text in group]
    assert len({text.title for text in texts}) == len({text.body for text in texts}) == len(texts)
    assert all(15 <= len(text.body.split()) <= 80 for text in texts)
    for first, *others in groups:
        for other in others:
            said, again = (set(text.body.lower().split()) for text in (first, other))
            assert len(said & again) < len(said | again) / 3, f"{first.group}: the same words once more"


def test_a_library_is_of_different_texts_and_the_same_each_time() -> None:
    library = write_library(300, 50)
    assert len({text.group for text in library.texts}) == len({text.whole for text in library.texts}) == 300
    assert {text.group for text in library.asked} == {text.group for text in library.texts if text.group > 0}
    assert write_library(300, 50) == library
    halves = [library.keep_half(remainder).asked for remainder in (0, 1)]
    assert sorted(text.title for half in halves for text in half) == sorted(text.title for text in library.asked)
    assert all(set(sector) == {"matter", "trouble", "means", "people", "result"} for sector in read_sectors())


def test_the_yardstick_finds_each_text_by_itself() -> None:
    texts = write_library(200, 50).texts
    plain = PlainRank([text.whole for text in texts])
    assert all(plain.find(text.whole, 1) == [place] for place, text in enumerate(texts))


def test_the_same_in_other_words_is_found_as_often_as_by_bm25(
    either_town: Town, share: Callable[[int], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a small share the sample is a third, so that the index is asked as well; no word was chosen by groups of even numbers."""
    library = write_library(share(10_000), max(share(200), LEAST_ASKED))
    groups = add_library(either_town, library.texts)
    monkeypatch.setattr(similar, "SAMPLE", similar.SAMPLE // 3 if len(library.texts) < 1_000 else similar.SAMPLE)
    with either_town.store.reading() as session:
        find = cache(find_among_ideas(session, either_town, groups))
        for part, name in ((library, "all"), (library.keep_half(0), "unseen while tuning")):
            told = {"ours": measure_recall(part, find, FIRST), **_measure_rivals(part)}
            print(f"recall@{FIRST}, {name}: {told}")
            assert told["ours"] >= told["BM25"]


@cache
def _measure_rivals(library: Library) -> dict[str, float]:
    """What the yardsticks find, whatever the database."""
    plain, with_our_terms = find_plainly(library, FIRST), find_plainly(library, FIRST, list_terms)
    rivals = {"BM25": plain, "BM25 over our terms": with_our_terms}
    return {name: measure_recall(library, rival, FIRST) for name, rival in rivals.items()}
