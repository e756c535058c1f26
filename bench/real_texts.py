"""What is found among real texts, which the project does not ship: `python -m bench.real_texts FOLDER` tells of those files that are there.

`inovasi.csv` and `inovasi_pairs.csv` are Indonesian innovations and pairs of them that somebody judged; `decide_madrid.csv` are proposals
in Spanish, some handed in twice, which show what rules for Indonesian do to another language. Everything is compared with everything, as
for somebody who may see few ideas.
"""

import argparse
import csv
import html
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from rich.console import Console
from rich.table import Table

from bench.library import PlainRank, cut
from workflows.calculations.similar import IndexedText, Terms, count_frequencies, rank, read_terms
from workflows.calculations.words import WRITTEN, reduce_word

FIRST = 5
ALIKE = ("sama", "serupa")  # as pairs are judged: the same, similar; the others are of one theme, or different
FEWEST_LETTERS = 12  # of a title or text that two proposals share; `Propuesta` says nothing
MARK = re.compile(r"<[^>]*>")

Read = Callable[[str, str], Terms]
Row = tuple[str, ...]


@dataclass(frozen=True)
class Text:
    """A real text."""

    title: str
    body: str


class Corpus:
    """Texts to be found among, by our likeness or by BM25."""

    def __init__(self, texts: Sequence[Text], read: Read = read_terms) -> None:
        self.read = read
        self.entries = [IndexedText(str(place), f"{place:06}", read(text.title, text.body)) for place, text in enumerate(texts)]
        self.frequencies = count_frequencies(self.entries)
        self.plain = PlainRank([f"{text.title}\n{text.body}" for text in texts])

    def find(self, asked: Text, but: int) -> list[int]:
        """The places of the most similar texts, leaving one out."""
        found = rank(self.read(asked.title, asked.body), self.entries, self.frequencies, FIRST + 1)
        return [place for place in (int(match.id) for match in found) if place != but][:FIRST]

    def find_plainly(self, asked: Text, but: int) -> list[int]:
        """The same by BM25 over words as they stand."""
        found = self.plain.find(f"{asked.title}\n{asked.body}", FIRST + 1)
        return [place for place in found if place != but][:FIRST]

    def measure_likeness(self, one: int, other: int) -> float:
        """How like two texts are, in percent."""
        found = rank(self.entries[one].terms, [self.entries[other]], self.frequencies, 1)
        return float(found[0].likeness) if found else 0.0


def read_as_it_stands(title: str, body: str) -> Terms:
    """Terms without stemmer, lists and acronyms."""
    return Terms(Counter(cut(f"{title}\n{body}")))


def tell_innovations(folder: Path) -> Iterator[Row]:
    """How often the other of a judged pair is found, and how like pairs are by judgement."""
    texts = [Text(row["title"], row["summary"]) for row in read_rows(folder / "inovasi.csv")]
    places = {(text.title, text.body): place for place, text in enumerate(texts)}
    pairs, corpus = list[tuple[int, int, str]](), Corpus(texts)
    for row in read_rows(folder / "inovasi_pairs.csv"):
        known = [places.get((row[f"title_{end}"], row[f"summary_{end}"])) for end in "ab"]
        if known[0] is not None and known[1] is not None:
            pairs.append((known[0], known[1], row["label"]))
    asked = [way for one, other, label in pairs if label in ALIKE for way in ((one, other), (other, one))]
    yield _compare(
        "inovasi_pairs: the other of a similar pair, title and text", corpus, [(texts[one], one, {other}) for one, other in asked]
    )
    by_label: dict[str, list[float]] = defaultdict(list)
    for one, other, label in pairs:
        by_label[label].append(corpus.measure_likeness(one, other))
    for label, likeness in by_label.items():
        yield f"inovasi_pairs: likeness of {len(likeness)} pairs judged {label}", f"{mean(likeness):.0f} %", "", ""
    alike = [each for label in ALIKE for each in by_label[label]]
    others = [each for label, found in by_label.items() if label not in ALIKE for each in found]
    right = mean(float(one > other) for one in alike for other in others) if alike and others else 0.0
    yield "inovasi_pairs: a similar pair is liker than one that is not", f"{right:.2f}", "", ""


def tell_proposals(folder: Path) -> Iterator[Row]:
    """How often proposals of one title are found by their text, and those of one text by their title; and what the stemmer did."""
    texts = [Text(clean(row["title"]), clean(row["description"])) for row in read_rows(folder / "decide_madrid.csv")]
    ours, unstemmed = Corpus(texts), Corpus(texts, read_as_it_stands)
    by_title, by_text = (_find_groups(texts, part) for part in ("title", "body"))
    for name, asked in (
        ("of one title, by the text alone", [(Text("", texts[place].body), place, others) for place, others in by_title]),
        ("of one text, by the title alone", [(Text(texts[place].title, ""), place, others) for place, others in by_text]),
    ):
        yield _compare(f"decide_madrid: another proposal {name}", ours, asked, unstemmed)
    words = {word for text in texts for word in cut(f"{text.title} {text.body}")}
    reduced = {word: reduce_word(word) for word in words}
    changed = sum(word != term for word, term in reduced.items())
    yield f"decide_madrid: of {len(words):,} words the stemmer changes", f"{changed / len(words):.0%}", "", ""
    yield "decide_madrid: different terms that are left of 100 words", f"{len(set(reduced.values())) / len(words):.0%}", "", ""


def read_rows(file: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def clean(text: str) -> str:
    """A text without marks of HTML."""
    return " ".join(html.unescape(MARK.sub(" ", text)).split())


def _find_groups(texts: Sequence[Text], part: str) -> list[tuple[int, set[int]]]:
    """Each text that shares a part with others, letters aside, and the places of these."""
    groups: dict[str, set[int]] = defaultdict(set)
    for place, text in enumerate(texts):
        said = " ".join(WRITTEN.findall(getattr(text, part).casefold()))
        if len(said) >= FEWEST_LETTERS and text.title and text.body:
            groups[said].add(place)
    return [(place, group - {place}) for group in groups.values() if len(group) > 1 for place in sorted(group)]


def _compare(name: str, corpus: Corpus, asked: Sequence[tuple[Text, int, set[int]]], unstemmed: Corpus | None = None) -> Row:
    """How many of the asked find one of those that they should, among the first five: ours, BM25, ours without the stemmer."""

    def count(find: Callable[[Text, int], list[int]]) -> str:
        return f"{sum(bool(wanted & set(find(text, place))) for text, place, wanted in asked)} of {len(asked)}"

    return name, count(corpus.find), count(corpus.find_plainly), count(unstemmed.find) if unstemmed else ""


def tell_all(folder: Path) -> Iterator[Row]:
    """A row for each figure, of those files that are in the folder."""
    if (folder / "inovasi.csv").is_file() and (folder / "inovasi_pairs.csv").is_file():
        yield from tell_innovations(folder)
    if (folder / "decide_madrid.csv").is_file():
        yield from tell_proposals(folder)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; 1 where none of the files is there."""
    parser = argparse.ArgumentParser(prog="python -m bench.real_texts", description=__doc__)
    parser.add_argument("folder", type=Path)
    rows = list(tell_all(parser.parse_args(arguments).folder))
    table = Table("what", f"ours, first {FIRST}", "BM25", "ours, no stemmer")
    for row in rows:
        table.add_row(*row)
    Console(width=140).print(table if rows else "none of the files is there")
    return 0 if rows else 1


if __name__ == "__main__":
    raise SystemExit(main())
