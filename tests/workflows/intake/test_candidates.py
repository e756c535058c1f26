"""What is worth comparing with a text: a bounded number of questions finds whoever holds a rare word of it, or two of its usual ones."""

from collections import Counter
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from workflows.calculations.similar import Frequencies, IndexedText, Terms, count_frequencies
from workflows.intake.candidates import ALONE, COMMON, HELD, PAIRS, RANKED, TOGETHER, Groups, find_candidates

WORDS = [f"k{number}" for number in range(40)]
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12, unique=True)
WORLDS = st.tuples(TEXTS, st.lists(TEXTS, min_size=20, max_size=HELD - 1))
SOME = 20  # of a world's ideas its newest are the sample


class Index:
    """Ideas by their terms, the last the newest; it keeps what it was asked."""

    def __init__(self, texts: list[list[str]]) -> None:
        self.texts = {f"i{place:05}": set(text) for place, text in enumerate(texts)}
        self.asked: list[Groups] = []

    def ask(self, groups: Groups) -> list[str]:
        self.asked.append([list(group) for group in groups])
        return [name for name in reversed(self.texts) if all(self.texts[name] & set(group) for group in groups)][:HELD]


def read(words: list[str]) -> Terms:
    return Terms(Counter(words))


def sample_of(texts: list[list[str]]) -> Frequencies:
    return count_frequencies(IndexedText(str(place), "", read(text)) for place, text in enumerate(texts[-SOME:]))


@given(WORLDS)
def test_who_holds_a_rare_word_or_two_usual_ones_is_found(world: tuple[list[str], list[list[str]]]) -> None:
    asked, texts = world
    index, sample = Index(texts), sample_of(texts)
    found = set(find_candidates(read(asked), sample, index.ask).ids)
    telling = [word for word in asked if sample.holding.get(word, 0) <= COMMON * SOME]
    alone = {word for word in telling if word not in sample.holding}
    together = [word for word in telling if word not in alone]
    expected = {name for name, words in index.texts.items() if words & alone}
    if len(together) > 8:  # more pairs than are asked for
        assert found >= expected
    else:
        assert found == expected | {
            name for name, words in index.texts.items() if any({*pair} <= words for pair in combinations(together, 2))
        }


@given(WORLDS)
def test_neither_the_order_of_words_nor_how_often_one_asks_changes_an_answer(world: tuple[list[str], list[list[str]]]) -> None:
    asked, texts = world
    sample = sample_of(texts)
    told = find_candidates(read(asked), sample, Index(texts).ask)
    assert find_candidates(read(asked[::-1]), sample, Index(texts).ask) == told


def test_the_questions_are_few_and_the_candidates_bounded_however_long_the_text_and_many_the_ideas() -> None:
    words = [f"w{number}" for number in range(300)]
    texts = [words[number % 50 :: 50] for number in range(5_000)]
    index = Index(texts)
    found = find_candidates(read(words), sample_of(texts), index.ask)
    assert len(found.ids) == RANKED
    assert ALONE < len(index.asked) <= ALONE + 2 * PAIRS
    assert max(len(groups) for groups in index.asked) == 3
    assert max(len(group) for groups in index.asked for group in groups) <= TOGETHER


def test_a_word_that_few_hold_is_as_rare_as_it_is_and_a_full_answer_is_more_than_that() -> None:
    texts = [["langka", "biasa"], *[["biasa", "sering"]] * (HELD + 10), *[["lain"]] * SOME]
    frequencies = find_candidates(read(["langka", "biasa"]), sample_of(texts), Index(texts).ask).frequencies
    assert frequencies.holding["langka"] == 1
    assert frequencies.holding["biasa"] == HELD
    assert frequencies.rarity("langka") > frequencies.rarity("biasa")


def test_where_more_hold_two_words_than_are_found_a_third_one_tells() -> None:
    """The oldest idea holds all three; each two of them stand in more ideas than one answer names."""
    wanted = ["antre", "loket", "subuh"]
    texts = [
        wanted,
        *([*pair] for pair in combinations(wanted, 2) for _ in range(HELD + 5)),
        *([word] for word in wanted),
        *[["lain"]] * 17,
    ]
    index = Index(texts)
    assert "i00000" in find_candidates(read(wanted), sample_of(texts), index.ask).ids
    assert all("i00000" not in index.ask([[one], [other]]) for one, other in combinations(wanted, 2))
