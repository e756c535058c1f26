"""Which of many ideas are worth comparing with a text: those that hold a rare word of it, or two of its usual words together.

A usual word alone is held by more ideas than can be compared, and which of them are the newest says nothing; two of them are held by few.
So what is asked of the index is bounded, and what it answers as well, however many ideas there are.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations

from workflows.calculations.similar import Frequencies, Terms, weigh_all

REFERENCE = 10_000  # texts among which words of a sample are taken to be
HELD = 50  # ideas that are found by each question
RARE, COMMON = 0.01, 0.2  # parts of a sample: up to the first a word is asked for alone, from the second on it tells too little
ALONE, TOGETHER, PAIRS = 16, 10, 30  # words that are asked for alone, those of which two are asked for together, and how many such pairs
RANKED = 150  # ideas, of all that were found

Groups = Sequence[Sequence[str]]  # one term of each
Ask = Callable[[Groups], list[str]]  # the newest ideas that hold such terms, at most HELD


@dataclass(frozen=True)
class Candidates:
    """The ideas that hold words of a text, the most promising first, and how rare each word is, as far as was found out."""

    ids: tuple[str, ...]
    frequencies: Frequencies


def find_candidates(asked: Terms, sample: Frequencies, ask: Ask) -> Candidates:
    """The ideas worth comparing; a word that the sample knows nothing of may be in no idea, or in a few that all are found."""
    said = weigh_all(asked, sample)
    telling = [term for term in sorted(said, key=lambda term: (-said[term], term)) if _share(sample, term) <= COMMON]
    rare = [term for term in telling if _share(sample, term) <= RARE]
    held = {term: ask([[term]]) for term in rare[:ALONE]}
    full = {term for term, ids in held.items() if len(ids) >= HELD}
    together = [term for term in telling if term in full or term not in rare][:TOGETHER]
    found: dict[str, set[str]] = {}
    for terms, ids in chain((((term,), ids) for term, ids in held.items()), _ask_for_pairs(together, said, ask)):
        for idea_id in ids:
            found.setdefault(idea_id, set()).update(terms)
    frequencies = _count_again(sample, {term: len(ids) for term, ids in held.items()})
    said = weigh_all(asked, frequencies)
    promise = {idea_id: math.fsum(said[term] for term in terms) for idea_id, terms in found.items()}
    return Candidates(tuple(sorted(promise, key=lambda each: (-promise[each], each))[:RANKED]), frequencies)


def _ask_for_pairs(terms: Sequence[str], said: Mapping[str, float], ask: Ask) -> Iterator[tuple[tuple[str, str], list[str]]]:
    """The ideas that hold two of some words, those first which say most; of more than are found, those too that hold a third."""
    pairs = sorted(combinations(terms, 2), key=lambda pair: -(said[pair[0]] + said[pair[1]]))
    for pair in pairs[:PAIRS]:
        one, other = pair
        ids, others = ask([[one], [other]]), [term for term in terms if term not in pair]
        yield pair, ids
        if len(ids) >= HELD and others:
            yield pair, ask([[one], [other], others])


def _count_again(sample: Frequencies, held: Mapping[str, int]) -> Frequencies:
    """How rare words are among many: by the sample, and exactly where all ideas with a word were found."""
    scale = REFERENCE / sample.texts
    holding = {term: round(number * scale) for term, number in sample.holding.items()}
    holding |= {term: number if number < HELD else max(holding.get(term, 0), HELD) for term, number in held.items()}
    return Frequencies(REFERENCE, holding, sample.length, otherwise=round(scale / 2))


def _share(sample: Frequencies, term: str) -> float:
    return sample.holding.get(term, 0) / sample.texts
