"""Indonesian text as the terms by which texts are compared and found: the same on every database, since no database has a say in it.

Letters are folded (Unicode NFKC, case), stop words are left out, and affixes are cut off by the Indonesian stemmer of Snowball (Asian and
others 2005, Tala 2003), which `vocabulary/` corrects: spellings that are one word, roots that an affix swallows, words that have none.
A word that is said twice (`anak-anak`) counts once. An acronym is kept and brings what it stands for, and the other way about.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import Field

from workflows.calculations.values import Value
from workflows.calculations.vocabulary import Phrase, read_acronyms, read_list, read_same_words

EDITION = 3  # of all that decides which terms an idea is found by; what was kept under another edition is read anew
LONGEST_WORD = 40  # characters; of a longer word only so many count
MOST_WORDS, MOST_LETTERS = 6_000, 100_000  # of a text; words behind them count for nothing, and no index refuses what is left
MOST_REPEATS = 3  # how often a term is kept of one text: a fourth says nothing that the third did not
WRITTEN = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
SWALLOWED = re.compile(r"(me|pe)n(?=[aiueo])")  # as in `menabung`: the root begins with a t, since one with a vowel takes `meng`
SHORTEST_SWALLOWING = 7  # letters; shorter words are roots themselves: `penuh`, `menang`
CLITIC = re.compile(r"(?:nya|lah|kah|pun)$")
TWICE = re.compile(r"([^\W\d_]{3,})2")  # `anak2`, as people write `anak-anak` on a phone


class WordsQuestion(Value):
    """The text that is read."""

    text: str = Field(max_length=2_000_000)


class WordsReading(Value):
    """The terms of a text in its order, those that acronyms brought, and the stop words that were left out."""

    terms: tuple[str, ...]
    by_acronym: tuple[str, ...]
    left_out: tuple[str, ...]
    edition: int = EDITION


@dataclass(frozen=True)
class ReadText:
    """A text as its terms: `stems` in its order, with the first written word behind each; `added`, with the acronym behind each."""

    stems: tuple[str, ...]
    written: dict[str, str]
    added: dict[str, str]
    left_out: tuple[str, ...]

    @property
    def terms(self) -> tuple[str, ...]:
        """All terms."""
        return (*self.stems, *self.added)

    @property
    def counts(self) -> Counter[str]:
        """How often each term counts, up to MOST_REPEATS."""
        return Counter({term: min(number, MOST_REPEATS) for term, number in Counter(self.terms).items()})


def calculate_words(question: WordsQuestion) -> WordsReading:
    """The terms of a text."""
    read = read_text_terms(question.text)
    return WordsReading(terms=read.stems, by_acronym=tuple(read.added), left_out=read.left_out)


def read_text_terms(text: str, most_letters: int = MOST_LETTERS) -> ReadText:
    """A text as its terms, of so many letters at most; never refuses, whatever the text holds."""
    stop_words = read_list("stop_words")
    stems, left_out, written = list[str](), list[str](), dict[str, str]()
    for group in _read_groups(text, most_letters):
        left_out += [word for word in group if word in stop_words]
        said = [(reduce_word(word), word) for word in group if word not in stop_words]
        for place, (stem, word) in enumerate(said):
            if place == 0 or stem != said[place - 1][0]:  # a word said twice
                stems.append(stem)
                written.setdefault(stem, word)
    return ReadText(tuple(stems), written, dict(_list_added(stems)), tuple(left_out))


def list_written(text: str, most_letters: int = MOST_LETTERS) -> list[str]:
    """The words of a text as they are written, stop words too, each once, in alphabetical order: for a search by how words begin."""
    return sorted({word for group in _read_groups(text, most_letters) for word in group})


@lru_cache(maxsize=60_000)
def reduce_word(word: str) -> str:
    """The term of one folded word."""
    same = read_same_words()
    for form in (word, CLITIC.sub("", word)):
        if form in same:
            return same[form]
        if form in read_list("kept_words") or form in _acronyms():
            return form
    if not word.isascii() or not word.isalpha():
        return word
    whole = SWALLOWED.sub(r"\1nt", word, count=1) if SWALLOWED.match(word) and len(word) >= SHORTEST_SWALLOWING else word
    stem = str(_new_stemmer().stemWord(whole)) or word
    return same.get(stem, stem)


def _read_groups(text: str, most_letters: int) -> Iterator[tuple[str, ...]]:
    """The words of a text, folded, as many as count; those that a hyphen joins together."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    words = letters = 0
    for found in WRITTEN.finditer(folded):
        twice = TWICE.fullmatch(found[0])
        group = tuple(word[:LONGEST_WORD] for word in (twice[1] if twice else found[0]).split("-", MOST_WORDS)[:MOST_WORDS])
        words, letters = words + len(group), letters + sum(map(len, group))
        if words > MOST_WORDS or letters > most_letters:
            return
        yield group


def _list_added(stems: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What acronyms stand for, and the acronyms of what is written out; each once, with the acronym."""
    known, said = set(stems), [(stem, stem) for stem in dict.fromkeys(stems)]
    for term, acronym in said:  # grows while it is read: one acronym may stand for words that hold another
        for meant in _meanings().get(term, ()):
            if meant not in known:
                known.add(meant)
                said.append((meant, acronym))
                yield meant, acronym
    for place in range(len(stems)):
        for phrase, acronym in _phrases().get(stems[place], ()):
            if acronym not in known and tuple(stems[place : place + len(phrase)]) == phrase:
                known.add(acronym)
                yield acronym, acronym


def _new_stemmer() -> Any:
    """One for each word, as a stemmer keeps the word that it is at and threads share none. The library is loaded with the first word: it
    reads its 36 languages at once, which takes half a second and 14 MiB."""
    import snowballstemmer  # type: ignore[import-untyped]

    return snowballstemmer.stemmer("indonesian")


@lru_cache
def _acronyms() -> frozenset[str]:
    return frozenset(acronym for acronym, _ in read_acronyms())


@lru_cache
def _meanings() -> dict[str, Phrase]:
    """The terms of what an acronym stands for, where it means one thing."""
    found: dict[str, list[Phrase]] = {}
    for acronym, words in read_acronyms():
        found.setdefault(acronym, []).append(_reduce_all(words))
    return {acronym: phrases[0] for acronym, phrases in found.items() if len(phrases) == 1}


@lru_cache
def _phrases() -> dict[str, list[tuple[Phrase, str]]]:
    """What acronyms stand for, by its first term."""
    found: dict[str, list[tuple[Phrase, str]]] = {}
    for acronym, words in read_acronyms():
        phrase = _reduce_all(words)
        found.setdefault(phrase[0], []).append((phrase, acronym))
    return found


def _reduce_all(words: Iterable[str]) -> Phrase:
    return tuple(reduce_word(word) for word in words if word not in read_list("stop_words"))
