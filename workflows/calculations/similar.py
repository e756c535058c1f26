"""Which texts of a corpus are like a text, how much, and by which words.

Each term of a text (`words.py`) counts as in BM25: by how often it is said, with less for each further time and less in a long text, and
by how rare it is among the texts of the corpus. Likeness is how much of what the asked text says the other says too, so counted, in
percent: 100 for a text and itself, and never more, which BM25 cannot promise. It is asked from one side: a long text may say all of what a
short one says, and the short one half of what the long one says. Nothing but the texts that are given has a part in it.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from pydantic import Field

from workflows.calculations.values import ShortText, Value
from workflows.calculations.words import read_text_terms

SATURATION = 1.2  # BM25's k1: how soon a further time counts for less
LENGTH = 0.75  # BM25's b: how much less a term counts in a text that is longer than others
USUAL_LENGTH = 100.0  # terms of a text, where no other texts tell it
MOST_REASONS = 5  # words that a match names
HUNDREDTH = Decimal("0.01")


class CorpusText(Value):
    """A text to compare with; of two that are equally like, the one with the lower receipt comes first."""

    id: ShortText
    title: str = Field(max_length=2_000)
    text: str = Field("", max_length=200_000)
    receipt: str = Field("", max_length=40)


class SimilarQuestion(Value):
    """What is asked: the text, the corpus, and how many of the most similar."""

    title: str = Field("", max_length=2_000)
    text: str = Field("", max_length=200_000)
    corpus: tuple[CorpusText, ...] = Field(max_length=20_000)
    most: int = Field(5, ge=1, le=100)


class SharedWord(Value):
    """A word of both texts, as the asked text writes it, and its part in their likeness, in whole percent."""

    word: str
    percent: int


class Match(Value):
    """A text of the corpus: how like it is, in percent, and the shared words that weigh most."""

    id: str
    likeness: Decimal
    shared: tuple[SharedWord, ...]


class SimilarResult(Value):
    """The matches, the most similar first; a text that shares no term is none."""

    matches: tuple[Match, ...]


@dataclass(frozen=True)
class Terms:
    """How often the terms of a text are said; `written` is what a term looks like in it."""

    counts: Mapping[str, int]
    written: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def length(self) -> int:
        """How many terms the text has."""
        return sum(self.counts.values())

    def weigh(self, term: str, average: float) -> float:
        """A term's weight in this text, before its rarity; `average` is the usual length of a text."""
        number = self.counts[term]
        return number * (SATURATION + 1) / (number + SATURATION * (1 - LENGTH + LENGTH * self.length / average))


@dataclass(frozen=True)
class IndexedText:
    """A text of a corpus with its terms."""

    id: str
    receipt: str
    terms: Terms


@dataclass(frozen=True)
class Frequencies:
    """Of how many texts which terms are known to be, and how many terms a text has on average; of a term that is not named, `otherwise`."""

    texts: int
    holding: Mapping[str, int]
    length: float = USUAL_LENGTH
    otherwise: int = 0

    def rarity(self, term: str) -> float:
        """What a term says of a text: BM25's inverse document frequency, always above 0."""
        holding = min(self.holding.get(term, self.otherwise), self.texts)
        return math.log(1 + (self.texts - holding + 0.5) / (holding + 0.5))


def calculate_similar(question: SimilarQuestion) -> SimilarResult:
    """The texts of the corpus that are most like the asked one."""
    entries = [IndexedText(each.id, each.receipt, read_terms(each.title, each.text)) for each in question.corpus]
    asked = read_terms(question.title, question.text)
    return SimilarResult(matches=tuple(rank(asked, entries, count_frequencies(entries), question.most)))


def read_terms(title: str, text: str) -> Terms:
    """The terms of a title and of the text below it."""
    above, below = read_text_terms(title), read_text_terms(text)
    return Terms(above.counts + below.counts, {**below.added, **above.added, **below.written, **above.written})


def count_frequencies(entries: Iterable[IndexedText]) -> Frequencies:
    """How many of some texts hold each term, and how long they are."""
    holding, texts, terms = Counter[str](), 0, 0
    for entry in entries:
        holding.update(entry.terms.counts.keys())
        texts, terms = texts + 1, terms + entry.terms.length
    return Frequencies(texts, holding, terms / texts if terms else USUAL_LENGTH)


def weigh_all(asked: Terms, frequencies: Frequencies) -> dict[str, float]:
    """How much each term of a text says, by how often it is said and by how rare it is."""
    return {term: asked.weigh(term, frequencies.length) * frequencies.rarity(term) for term in asked.counts}


def rank(asked: Terms, entries: Iterable[IndexedText], frequencies: Frequencies, most: int) -> list[Match]:
    """The entries most like what is asked, at most so many, whatever their order; among equals by receipt, then by id."""
    rarity = {term: frequencies.rarity(term) for term in asked.counts}
    said = weigh_all(asked, frequencies)
    whole, found = math.fsum(said.values()), []
    for entry in entries:
        shared = said.keys() & entry.terms.counts.keys()
        parts = {term: min(said[term], entry.terms.weigh(term, frequencies.length) * rarity[term]) for term in shared}
        if parts:
            found.append((-_measure(parts, whole), entry.receipt, entry.id, parts))
    return [
        Match(id=entry_id, likeness=-likeness, shared=tuple(_list_reasons(asked, parts)))
        for likeness, _, entry_id, parts in sorted(found, key=lambda each: each[:3])[:most]
    ]


def _measure(parts: Mapping[str, float], whole: float) -> Decimal:
    """How much of what is said is shared, in percent; sums are exact, so that no order of terms decides on a tie."""
    return Decimal(min(math.fsum(parts.values()) / whole, 1.0) * 100).quantize(HUNDREDTH)


def _list_reasons(asked: Terms, parts: Mapping[str, float]) -> Iterator[SharedWord]:
    """The words that weigh most, the heaviest first; what an acronym stands for counts with the acronym."""
    shared = math.fsum(parts.values())
    of_word: dict[str, list[float]] = {}
    for term, part in parts.items():
        of_word.setdefault(asked.written.get(term, term), []).append(part)
    percents = {word: round(math.fsum(found) / shared * 100) for word, found in of_word.items()}
    for word in sorted(percents, key=lambda word: (-percents[word], word))[:MOST_REASONS]:
        yield SharedWord(word=word, percent=percents[word])
