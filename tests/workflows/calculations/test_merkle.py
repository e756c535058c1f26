"""The tree over the ledger: its root is that of RFC 6962, and a way leads to it from its own entry alone."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from workflows.calculations.merkle import LEAF_MARK, LONGEST_WAY, NODE_MARK, NOTHING, Tree, climb, root_over

HASHES = st.lists(st.binary(min_size=32, max_size=32), max_size=40, unique=True)


def slow_root(hashes: list[bytes]) -> bytes:
    """As RFC 6962 defines it: split at the largest power of two below the length."""
    if not hashes:
        return NOTHING
    if len(hashes) == 1:
        return hashlib.sha256(LEAF_MARK + hashes[0]).digest()
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return hashlib.sha256(NODE_MARK + slow_root(hashes[:split]) + slow_root(hashes[split:])).digest()


def grow(hashes: list[bytes], *watched: int) -> Tree:
    tree = Tree(frozenset(watched))
    for each in hashes:
        tree.add(each)
    return tree


@given(HASHES)
def test_the_root_is_that_of_the_definition(hashes: list[bytes]) -> None:
    assert root_over(hashes) == slow_root(hashes)


@given(HASHES.filter(bool), st.data())
def test_a_way_leads_to_the_root_from_its_own_entry_and_place_alone(hashes: list[bytes], data: st.DataObject) -> None:
    size = len(hashes)
    number = data.draw(st.integers(1, size))
    root, ways = grow(hashes, *range(1, size + 1)).read()
    assert climb(hashes[number - 1], number, size, ways[number]) == root
    for other in range(1, size + 1):
        if other != number:
            assert climb(hashes[other - 1], number, size, ways[number]) != root
            assert climb(hashes[number - 1], other, size, ways[number]) != root
    assert len(ways[number]) <= (size - 1).bit_length()


@given(HASHES.filter(bool), st.integers(-3, 60), st.lists(st.binary(min_size=32, max_size=32), max_size=8))
def test_no_invented_way_leads_anywhere(hashes: list[bytes], number: int, invented: list[bytes]) -> None:
    found = climb(hashes[0], number, len(hashes), invented)
    assert found is None or found != root_over(hashes) or (number == 1 and invented == grow(hashes, 1).read()[1][1])


def test_a_tree_may_be_read_while_it_grows() -> None:
    hashes = [bytes([each]) * 32 for each in range(9)]
    tree = grow(hashes[:5], 2, 9)
    root, ways = tree.read()
    assert (root, set(ways)) == (slow_root(hashes[:5]), {2})
    for each in hashes[5:]:
        tree.add(each)
    root, ways = tree.read()
    assert root == slow_root(hashes)
    assert all(climb(hashes[number - 1], number, 9, ways[number]) == root for number in (2, 9))


def test_a_way_longer_than_any_is_not_walked() -> None:
    assert climb(bytes(32), 1, 2**70, [bytes(32)] * (LONGEST_WAY + 1)) is None
    assert climb(bytes(32), 0, 1, []) is None
    assert climb(bytes(32), 1, 1, [bytes(32)]) is None
    assert climb(bytes(32), 1, 2, [bytes(31)]) is None
