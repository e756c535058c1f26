"""Which texts of a corpus are like a text, how much, and by which words.

A text is a vector of its terms (`words.py`): each counts by how often it is said, a word of the title twice, with less for each further
time (as in BM25), and by how rare it is among the texts of the corpus (the same logarithm as BM25's). Likeness is the cosine of two such
vectors, in percent: 100 for a text and itself, and never more, which BM25 cannot promise. Nothing but the texts that are given has a part
in it, so a likeness tells of no other.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache

from pydantic import Field

from workflows.calculations.values import ShortText, Value
from workflows.calculations.words import ReadText, read_text_terms

TITLE_WEIGHT = 2
SATURATION = 1.2  # BM25's k1: how soon a further time counts for less
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
    """How often the terms of a text count, its title's beside the others'; `written` is what a term looks like in it."""

    title: Mapping[str, int]
    body: Mapping[str, int]
    written: Mapping[str, str] = field(default_factory=dict)

    @property
    def weights(self) -> dict[str, float]:
        """Each term's weight, before its rarity."""
        counts = Counter(self.body)
        for term, number in self.title.items():
            counts[term] += TITLE_WEIGHT * number
        return {term: number * (SATURATION + 1) / (number + SATURATION) for term, number in counts.items()}


@dataclass(frozen=True)
class Entry:
    """A text of a corpus with its terms."""

    id: str
    receipt: str
    terms: Terms


@dataclass(frozen=True)
class Frequencies:
    """Of how many texts which terms are known to be; of a term that is not named, `otherwise`."""

    texts: int
    holding: Mapping[str, int]
    otherwise: int = 0

    def rarity(self, term: str) -> float:
        """What a term says of a text: BM25's inverse document frequency, always above 0."""
        holding = min(self.holding.get(term, self.otherwise), self.texts)
        return math.log(1 + (self.texts - holding + 0.5) / (holding + 0.5))


def calculate_similar(question: SimilarQuestion) -> SimilarResult:
    """The texts of the corpus that are most like the asked one."""
    entries = [Entry(each.id, each.receipt, read_terms(each.title, each.text)) for each in question.corpus]
    asked = read_terms(question.title, question.text)
    return SimilarResult(matches=tuple(rank(asked, entries, count_frequencies(entries), question.most)))


def read_terms(title: str, text: str) -> Terms:
    """The terms of a title and of the text below it."""
    above, below = read_text_terms(title), read_text_terms(text)
    return Terms(above.counts, below.counts, _join_written(above, below))


def count_frequencies(entries: Iterable[Entry]) -> Frequencies:
    """How many of some texts hold each term."""
    holding, number = Counter[str](), 0
    for entry in entries:
        holding.update(entry.terms.title.keys() | entry.terms.body.keys())
        number += 1
    return Frequencies(number, holding)


def rank(asked: Terms, entries: Iterable[Entry], frequencies: Frequencies, most: int) -> list[Match]:
    """The entries most like what is asked, at most so many, whatever their order; among equals by receipt, then by id."""
    rarity = cache(frequencies.rarity)
    vector = Vector(asked.weights, rarity)
    found = []
    for entry in entries:
        match = _compare(asked, vector, entry, rarity)
        if match is not None:
            found.append((-match.likeness, entry.receipt, entry.id, match))
    return [match for *_, match in sorted(found, key=lambda each: each[:3])[:most]]


class Vector:
    """The weights of a text's terms, and the square of their length in the space that rarity spans."""

    def __init__(self, weights: Mapping[str, float], rarity: Callable[[str], float]) -> None:
        self.weights = weights
        self.square = math.fsum(weight * weight * rarity(term) for term, weight in weights.items())


def _compare(asked: Terms, vector: Vector, entry: Entry, rarity: Callable[[str], float]) -> Match | None:
    """How like an entry is; None where no term is shared. Sums are exact, so that no order of terms decides on a tie."""
    other = Vector(entry.terms.weights, rarity)
    parts = {term: weight * other.weights[term] * rarity(term) for term, weight in vector.weights.items() if term in other.weights}
    if not parts:
        return None
    shared = math.fsum(parts.values())
    cosine = shared / math.sqrt(vector.square * other.square)
    likeness = Decimal(min(cosine, 1.0) * 100).quantize(HUNDREDTH)
    return Match(id=entry.id, likeness=likeness, shared=tuple(_list_reasons(asked, parts, shared)))


def _list_reasons(asked: Terms, parts: Mapping[str, float], shared: float) -> Iterator[SharedWord]:
    """The words that weigh most, the heaviest first; what an acronym stands for counts with the acronym."""
    of_word: dict[str, list[float]] = {}
    for term, part in parts.items():
        of_word.setdefault(asked.written.get(term, term), []).append(part)
    percents = {word: round(math.fsum(found) / shared * 100) for word, found in of_word.items()}
    for word in sorted(percents, key=lambda word: (-percents[word], word))[:MOST_REASONS]:
        yield SharedWord(word=word, percent=percents[word])


def _join_written(above: ReadText, below: ReadText) -> dict[str, str]:
    return {**below.added, **above.added, **below.written, **above.written}
