"""Texts of ideas to be searched, and some of them said otherwise to search by.

`paraphrases.csv` holds 200 ideas, each as two or three civil servants would hand it in. The first of a group stands in the library, and the
others ask for it. What else stands there are other ideas of the same offices (`background.txt`), which speak of the same things in the same
words. Groups of odd numbers may be looked at where words and weights are chosen; what counts is how those of even numbers are found.
"""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

import bm25s

FOLDER = Path(__file__).parent
PARTS = ("matter", "trouble", "means")
SHARED_PARTS = ("people", "result")
TITLES = (
    "{means} untuk {matter}",
    "{matter}: {means}",
    "{matter} bagi {people}",
    "{means} agar {result}",
    "Menata {matter} bersama {people}",
    "{matter} yang lebih baik",
)
BODIES = (
    "Selama ini {trouble}. Dengan gagasan ini {means}, terutama bagi {people}. Harapannya {result}.",
    "Masalah yang dihadapi {people}: {trouble}. Usulan kami menyangkut {matter}. Caranya {means}, dan {result}.",
    "{trouble}, sehingga {people} mengeluh tentang {matter}. Kami mengusulkan agar {means}. Bila berhasil, {result}.",
    "{means}. Hal ini diusulkan karena {trouble}. Yang merasakan manfaatnya {people}, dan {result}.",
    "Tentang {matter}, sering terdengar bahwa {trouble}. Mulai tahun depan {means} bersama {people}, lalu dievaluasi: {result}.",
    "Kami melihat {trouble}. Tanpa anggaran tambahan {means}. {people} dilibatkan sejak awal sehingga {result}.",
)
SENTENCE = re.compile(r"(?:^|(?<=[.] ))[^\W\d_]")

Subject = tuple[str, ...]
Find = Callable[["LibraryText"], list[int]]  # the groups of the texts that are found, best first


@dataclass(frozen=True)
class LibraryText:
    """A text, and the number of the group to which it belongs; what no group holds has a number below 0 of its own."""

    group: int
    title: str
    body: str

    @property
    def whole(self) -> str:
        """Title and body as one text."""
        return f"{self.title}\n{self.body}"


@dataclass(frozen=True)
class Library:
    """Texts, and for some of them the same said otherwise, to search by."""

    texts: tuple[LibraryText, ...]
    asked: tuple[LibraryText, ...]

    def keep_half(self, remainder: int) -> "Library":
        """The same library, asked for the groups of odd numbers (1) or of even ones (0) alone."""
        return Library(self.texts, tuple(text for text in self.asked if text.group % 2 == remainder))


def write_library(number: int, groups: int, seed: int = 1) -> Library:
    """So many texts in the order of a shuffled pack; among them one of each of so many groups, which its other texts ask for."""
    luck = Random(seed)
    chosen = luck.sample(read_groups(), groups)
    texts = [group[0] for group in chosen]
    texts += [_write(-place, subject, luck) for place, subject in enumerate(_draw_subjects(number - groups, luck), 1)]
    luck.shuffle(texts)
    return Library(tuple(texts), tuple(text for group in chosen for text in group[1:]))


def measure_recall(library: Library, find: Find, first: int) -> float:
    """The share of the texts that are found among the first few by the same said otherwise."""
    return sum(asked.group in find(asked)[:first] for asked in library.asked) / len(library.asked)


class PlainRank:
    """BM25 over words as they stand, as Lucene ranks: folded, cut at what is no letter or digit, and nothing else; the yardstick.

    With `read` it ranks by what that makes of a text instead.
    """

    def __init__(self, texts: Sequence[str], read: Callable[[str], list[str]] | None = None) -> None:
        self.read, self.number = read or cut, len(texts)
        self.ranks = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
        self.ranks.index([self.read(text) for text in texts], show_progress=False)

    def find(self, asked: str, most: int) -> list[int]:
        """The places of the texts that rank highest."""
        places, scores = self.ranks.retrieve([self.read(asked)], k=min(most, self.number), show_progress=False)
        return [int(place) for place, score in zip(places[0], scores[0], strict=True) if score > 0]


def find_plainly(library: Library, first: int, read: Callable[[str], list[str]] | None = None) -> Find:
    """Finds by BM25, over the words as they stand or over what `read` makes of them."""
    plain = PlainRank([text.whole for text in library.texts], read)
    return lambda asked: [library.texts[place].group for place in plain.find(asked.whole, first)]


def cut(text: str) -> list[str]:
    """The words of a text as they stand, in small letters."""
    return re.findall(r"[^\W_]+", text.lower())


@cache
def read_groups() -> tuple[tuple[LibraryText, ...], ...]:
    """The groups of texts that say the same, in the order of their numbers."""
    groups: dict[int, list[LibraryText]] = {}
    with (FOLDER / "paraphrases.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            number = int(row["group"])
            groups.setdefault(number, []).append(LibraryText(number, row["title"], row["text"]))
    return tuple(map(tuple, groups.values()))


@cache
def read_sectors() -> tuple[dict[str, tuple[str, ...]], ...]:
    """What other ideas are made of, sector by sector: matters, people, troubles, means and results."""
    shared, sectors = dict[str, tuple[str, ...]](), list[dict[str, tuple[str, ...]]]()
    name = ""
    for line in (FOLDER / "background.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            name = line.strip("[]")
            if name not in SHARED_PARTS:
                sectors.append({})
        elif name in SHARED_PARTS and line:
            shared[name] = (*shared.get(name, ()), *line.split(" | "))
        elif name and line:
            part, _, phrases = line.partition(": ")
            sectors[-1][part] = tuple(phrases.split(" | "))
    return tuple({**sector, **shared} for sector in sectors)


def _draw_subjects(number: int, luck: Random) -> Iterator[dict[str, str]]:
    """Different subjects, in no order."""
    drawn = set[Subject]()
    while len(drawn) < number:
        sector = luck.choice(read_sectors())
        subject = {part: luck.choice(sector[part]) for part in (*PARTS, *SHARED_PARTS)}
        if tuple(subject.values()) not in drawn:
            drawn.add(tuple(subject.values()))
            yield subject


def _write(group: int, subject: dict[str, str], luck: Random) -> LibraryText:
    """A subject as a text."""
    title, body = luck.choice(TITLES).format(**subject), luck.choice(BODIES).format(**subject)
    return LibraryText(group, title[0].upper() + title[1:], SENTENCE.sub(lambda found: found[0].upper(), body))
