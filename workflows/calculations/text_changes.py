"""Which words of a text were added and removed: the fewest, as far as they are found in a bounded number of steps.

What both texts begin and end with is the same; between, the shortest way from one to the other is sought (E. Myers, An O(ND) Difference
Algorithm, 1986). Where it is longer than the steps allow, all between was removed, and all there is now added: so the cost grows with the
length of the texts and with nothing else, however they differ.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

MOST_STEPS = 40_000  # about 200 changed words in a text of 2,000
_WORD = re.compile(r"\S+\s*")


class Change(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True)
class Piece:
    """Some words in a row that share what became of them, with the white space behind them."""

    change: Change
    text: str


def compare_texts(before: str, after: str, most_steps: int = MOST_STEPS) -> tuple[Piece, ...]:
    """The pieces of both texts in their order, of a change first what was removed; what only differs in white space is the same."""
    return tuple(_join(compare_lists(_WORD.findall(before.lstrip()), _WORD.findall(after.lstrip()), most_steps)))


def compare_lists(old: Sequence[str], new: Sequence[str], most_steps: int = MOST_STEPS) -> list[tuple[Change, str]]:
    """The entries of both lists in their order, each with what became of it; white space at an entry's end is no change."""
    first, last = _find_common(old, new)
    middle = _Middle([*old[first : len(old) - last]], [*new[first : len(new) - last]])
    pairs = [(Change.SAME, word) for word in new[:first]]
    pairs += middle.list_changes(most_steps)
    return [*pairs, *((Change.SAME, word) for word in new[len(new) - last :])]


def _find_common(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """How many words both begin with, and how many of the others they end with."""
    shortest = min(len(old), len(new))
    first = next((place for place in range(shortest) if old[place].rstrip() != new[place].rstrip()), shortest)
    rest = shortest - first
    return first, next((back for back in range(rest) if old[-1 - back].rstrip() != new[-1 - back].rstrip()), rest)


class _Middle:
    """What lies between the common beginning and the common end."""

    def __init__(self, old: list[str], new: list[str]) -> None:
        self.old, self.new = old, new
        self._old, self._new = [word.rstrip() for word in old], [word.rstrip() for word in new]

    def list_changes(self, most_steps: int) -> list[tuple[Change, str]]:
        """Each word with what became of it."""
        reached = self._reach(most_steps) if self.old and self.new else None
        if reached is None:
            return [*((Change.REMOVED, word) for word in self.old), *((Change.ADDED, word) for word in self.new)]
        return list(self._walk_back(reached))[::-1]

    def _reach(self, most_steps: int) -> list[dict[int, int]] | None:
        """For each number of changes how far each diagonal comes, up to the number that leads to both ends; None beyond the steps."""
        ends, left = (len(self.old), len(self.new)), most_steps
        far, reached = {1: 0}, list[dict[int, int]]()
        for changes in range(sum(ends) + 1):
            reached.append(dict(far))
            for diagonal in range(-changes, changes + 1, 2):
                down = diagonal == -changes or (diagonal != changes and far[diagonal - 1] < far[diagonal + 1])
                begun = x = far[diagonal + 1] if down else far[diagonal - 1] + 1
                while x < ends[0] and x - diagonal < ends[1] and self._old[x] == self._new[x - diagonal]:
                    x += 1
                far[diagonal] = x
                left -= 1 + x - begun
                if x >= ends[0] and x - diagonal >= ends[1]:
                    return reached
                if left < 0:
                    return None
        return None

    def _walk_back(self, reached: list[dict[int, int]]) -> Iterator[tuple[Change, str]]:
        """The words from the last to the first, along the way that was found."""
        x, y = len(self.old), len(self.new)
        for changes in range(len(reached) - 1, -1, -1):
            far, diagonal = reached[changes], x - y
            down = diagonal == -changes or (diagonal != changes and far[diagonal - 1] < far[diagonal + 1])
            before = diagonal + 1 if down else diagonal - 1
            from_x = far[before] if changes else 0
            from_y = from_x - before if changes else 0
            while x > from_x and y > from_y:
                x, y = x - 1, y - 1
                yield Change.SAME, self.new[y]
            if changes and down:
                y -= 1
                yield Change.ADDED, self.new[y]
            elif changes:
                x -= 1
                yield Change.REMOVED, self.old[x]


def _join(pairs: Sequence[tuple[Change, str]]) -> Iterator[Piece]:
    """Words as pieces: of each run of changes all that was removed, then all that was added."""
    for is_same, run in groupby(pairs, key=lambda pair: pair[0] == Change.SAME):
        words = list(run)
        for change in (Change.SAME,) if is_same else (Change.REMOVED, Change.ADDED):
            text = "".join(word for found, word in words if found == change)
            if text:
                yield Piece(change, text)
