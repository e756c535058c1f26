"""The same in other words is found at least as often as plain BM25 finds it, on either database, whether all or some are compared."""

from collections.abc import Callable

import pytest

from bench.library import PlainRank, write_library
from bench.similar import add_library, find_among_ideas, find_plainly, measure_recall
from tests.building import Town
from workflows.intake import similar

pytestmark = pytest.mark.slow


def test_a_library_has_the_same_in_two_wordings() -> None:
    library = write_library(200, 20)
    by_group = {text.group: text for text in library.texts}
    assert len(by_group) == len(library.texts) == 200
    for asked in library.asked:
        assert by_group[asked.group].title != asked.title
        assert by_group[asked.group].body != asked.body
    plain = PlainRank(library.texts)
    assert all(place in plain.find(text, 3) for place, text in enumerate(library.texts))


def test_the_same_in_other_words_is_found_as_often_as_by_plain_words(
    either_town: Town, share: Callable[[int], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    library = write_library(share(10_000), max(share(200), 20))
    groups = add_library(either_town, library.texts)
    plain = measure_recall(library, find_plainly(library))
    monkeypatch.setattr(similar, "SAMPLE", similar.SAMPLE // 3)  # so that a small share is looked for by the index as well
    with either_town.store.reading() as session:
        ours = measure_recall(library, find_among_ideas(session, either_town, groups))
    print(f"recall@5 {ours:.3f}, plain BM25 {plain:.3f}")
    assert ours >= plain
