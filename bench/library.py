"""Texts of ideas in two wordings: a library to be searched, whose groups say the same in other words.

Every text is about a matter, some people, a trouble and a means, each in one of two wordings (`paraphrases.txt`). The two texts of a group
are of one subject, and say two or three of its parts, title and frame in other words; every other text differs from them in one part at
least, and most share one or two with them, often in the very words.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

PARTS = ("matter", "people", "trouble", "means")
TITLES = ("{means} untuk {matter}", "{matter}: {means}")
BODIES = (
    "Selama ini {trouble}. Dengan gagasan ini {means}, terutama bagi {people}. Hasilnya {matter} menjadi lebih mudah dan terukur.",
    "Masalah yang dihadapi {people}: {trouble}. Usulan kami menyangkut {matter}. Caranya {means}, lalu dievaluasi setiap triwulan.",
)
K1, B = 1.2, 0.75  # BM25's usual parameters

Subject = tuple[int, ...]


@dataclass(frozen=True)
class LibraryText:
    """A text, and the number of the group to which it belongs."""

    group: int
    title: str
    body: str

    @property
    def whole(self) -> str:
        """Title and body as one text."""
        return f"{self.title}\n{self.body}"


@dataclass(frozen=True)
class Library:
    """Texts, and for each of some groups the same said otherwise, to search by."""

    texts: tuple[LibraryText, ...]
    asked: tuple[LibraryText, ...]


def write_library(number: int, groups: int, seed: int = 1) -> Library:
    """So many texts of different subjects, in the order of a shuffled pack; the first `groups` of them are asked for in other words."""
    luck, texts, asked = Random(seed), list[LibraryText](), list[LibraryText]()
    for group, subject in enumerate(_draw_subjects(number, luck)):
        wordings = tuple(luck.randrange(2) for _ in range(len(PARTS) + 2))
        texts.append(_write(group, subject, wordings))
        if group < groups:
            kept = luck.sample(range(len(PARTS)), luck.choice((1, 2)))  # as people who mean the same use some of the same words
            asked.append(_write(group, subject, tuple(each if place in kept else 1 - each for place, each in enumerate(wordings))))
    luck.shuffle(texts)
    return Library(tuple(texts), tuple(asked))


class PlainRank:
    """BM25 over words as they stand: folded, cut at what is no letter or digit, and nothing else; the yardstick."""

    def __init__(self, texts: Sequence[LibraryText]) -> None:
        self.counts = [Counter(_cut(text.whole)) for text in texts]
        self.lengths = [counts.total() for counts in self.counts]
        self.average = sum(self.lengths) / len(self.lengths)
        self.holding: Mapping[str, list[int]] = defaultdict(list)
        for place, counts in enumerate(self.counts):
            for word in counts:
                self.holding[word].append(place)

    def find(self, asked: LibraryText, most: int) -> list[int]:
        """The places of the texts that rank highest."""
        scores = dict[int, float]()
        for word in set(_cut(asked.whole)):
            places = self.holding.get(word, [])
            rarity = math.log(1 + (len(self.counts) - len(places) + 0.5) / (len(places) + 0.5))
            for place in places:
                often, length = self.counts[place][word], self.lengths[place] / self.average
                scores[place] = scores.get(place, 0.0) + rarity * often * (K1 + 1) / (often + K1 * (1 - B + B * length))
        return sorted(scores, key=lambda place: (-scores[place], place))[:most]


def _draw_subjects(number: int, luck: Random) -> Iterator[Subject]:
    """Different subjects, in no order."""
    sizes, drawn = [len(read_wordings()[part]) for part in PARTS], set[Subject]()
    if number > math.prod(sizes):
        raise ValueError(f"there are {math.prod(sizes)} subjects and no more")
    while len(drawn) < number:
        subject = tuple(luck.randrange(size) for size in sizes)
        if subject not in drawn:
            drawn.add(subject)
            yield subject


def _write(group: int, subject: Subject, wordings: Subject) -> LibraryText:
    """A subject in the wordings given for its parts, and then for title and body."""
    said = {part: read_wordings()[part][which][wording] for part, which, wording in zip(PARTS, subject, wordings, strict=False)}
    title, body = TITLES[wordings[-2]].format(**said), BODIES[wordings[-1]].format(**said)
    return LibraryText(group, title[0].upper() + title[1:], body)


@cache
def read_wordings() -> dict[str, list[tuple[str, str]]]:
    """The two wordings of each matter, people, trouble and means."""
    read: dict[str, list[tuple[str, str]]] = {}
    for line in (Path(__file__).parent / "paraphrases.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            part = read.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            one, _, other = line.partition(" | ")
            part.append((one, other))
    return read


def _cut(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())
