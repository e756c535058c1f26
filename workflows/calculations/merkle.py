"""A tree of hashes over the ledger's entries: its root stands for all of them, and a short way leads to it from any one (RFC 6962).

A chain shows that nothing was changed only to whoever has all of it. From one entry and some twenty hashes anybody can work out the root,
and learns nothing of the entries beside it.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

LEAF_MARK, NODE_MARK = b"\x02", b"\x03"  # other marks than an entry and a commitment have, so that none can pass for another
NOTHING = hashlib.sha256(b"").digest()  # the root over no entry
LONGEST_WAY = 64  # hashes: more than any chain's length needs


@dataclass
class _Part:
    """A full part of the tree, with those of the watched entries that lie in it."""

    height: int
    hash: bytes
    watched: tuple[int, ...]


@dataclass
class Tree:
    """A tree that grows by an entry's hash at a time; it keeps the hashes of its full parts, and the ways of the entries that are watched.

    `watched` are numbers of entries, counted from 1.
    """

    watched: frozenset[int] = frozenset()
    size: int = 0
    _parts: list[_Part] = field(default_factory=list)
    _ways: dict[int, list[bytes]] = field(default_factory=dict)

    def add(self, entry_hash: bytes) -> None:
        """The next entry."""
        self.size += 1
        part = _Part(0, _leaf(entry_hash), (self.size,) if self.size in self.watched else ())
        while self._parts and self._parts[-1].height == part.height:
            part = _join(self._parts.pop(), part, self._ways)
        self._parts.append(part)

    def read(self) -> tuple[bytes, dict[int, list[bytes]]]:
        """The root over all entries so far, and from each watched entry among them the hashes that lead to it, the nearest first."""
        ways = {number: [*self._ways.get(number, [])] for number in self.watched if number <= self.size}
        if not self._parts:
            return NOTHING, ways
        *before, last = self._parts
        for part in reversed(before):
            last = _join(part, last, ways)
        return last.hash, ways


def climb(entry_hash: bytes, number: int, size: int, way: Sequence[bytes]) -> bytes | None:
    """The root to which a way leads from an entry, by its number, in a tree over so many; None where no such way can be.

    Source: RFC 9162, 2.1.3.2.
    """
    if not 1 <= number <= size or len(way) > LONGEST_WAY or any(len(beside) != len(NOTHING) for beside in way):
        return None
    place, last, found = number - 1, size - 1, _leaf(entry_hash)
    for beside in way:
        if last == 0:
            return None
        if place & 1 or place == last:
            found = _node(beside, found)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found = _node(found, beside)
        place, last = place >> 1, last >> 1
    return found if last == 0 else None


def root_over(hashes: Iterable[bytes]) -> bytes:
    """The root over some entries' hashes, in their order."""
    tree = Tree()
    for entry_hash in hashes:
        tree.add(entry_hash)
    return tree.read()[0]


def _join(left: _Part, right: _Part, ways: dict[int, list[bytes]]) -> _Part:
    """The part over two that stand side by side; whoever is watched in one needs the other's hash."""
    for numbers, beside in ((left.watched, right.hash), (right.watched, left.hash)):
        for number in numbers:
            ways.setdefault(number, []).append(beside)
    return _Part(left.height + 1, _node(left.hash, right.hash), left.watched + right.watched)


def _leaf(entry_hash: bytes) -> bytes:
    return hashlib.sha256(LEAF_MARK + entry_hash).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(NODE_MARK + left + right).digest()
