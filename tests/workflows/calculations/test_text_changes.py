"""Of two texts the words that were removed and added: both can be put together again, the fewest are named, and the steps are bounded."""

from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from workflows.calculations import text_changes
from workflows.calculations.text_changes import Change, Piece, compare_texts

WORDS = st.lists(st.sampled_from(["a", "b", "c", "<b>"]), max_size=12)
SPACE = st.sampled_from([" ", "\n\n", "  ", "\t"])


def words_of(pieces: tuple[Piece, ...], left_out: Change) -> list[str]:
    return " ".join(piece.text for piece in pieces if piece.change != left_out).split()


def count_fewest(old: list[str], new: list[str]) -> int:
    """By the longest common row of words, looked for in every way."""
    longest = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for x, one in enumerate(old, 1):
        for y, other in enumerate(new, 1):
            longest[x][y] = longest[x - 1][y - 1] + 1 if one == other else max(longest[x - 1][y], longest[x][y - 1])
    return len(old) + len(new) - 2 * longest[-1][-1]


@given(old=WORDS, new=WORDS, space=SPACE)
@example(old=[], new=[], space=" ")
def test_both_texts_stand_in_the_pieces_with_the_fewest_changes(old: list[str], new: list[str], space: str) -> None:
    pieces = compare_texts(space.join(old), f" {space.join(new)}")
    assert (words_of(pieces, Change.ADDED), words_of(pieces, Change.REMOVED)) == (old, new)
    changed = sum(len(piece.text.split()) for piece in pieces if piece.change != Change.SAME)
    assert changed == count_fewest(old, new)
    assert all(one.change != other.change for one, other in pairwise(pieces))


@given(old=WORDS, new=WORDS, steps=st.integers(0, 30))
def test_beyond_the_steps_all_between_was_replaced_and_nothing_is_lost(old: list[str], new: list[str], steps: int) -> None:
    pieces = compare_texts(" ".join(old), " ".join(new), steps)
    assert (words_of(pieces, Change.ADDED), words_of(pieces, Change.REMOVED)) == (old, new)


def test_a_changed_word_stands_between_the_ones_that_stayed() -> None:
    assert compare_texts("Warga menunggu lama di loket.", "Warga  menunggu\nsebentar di loket.") == (
        Piece(Change.SAME, "Warga  menunggu\n"),
        Piece(Change.REMOVED, "lama "),
        Piece(Change.ADDED, "sebentar "),
        Piece(Change.SAME, "di loket."),
    )


def test_texts_that_differ_everywhere_cost_no_more_steps_than_are_given() -> None:
    """Counted and not timed: each step looks at one word."""
    looked = 0

    class Counting(str):
        def __eq__(self, other: object) -> bool:
            nonlocal looked
            looked += 1
            return str.__eq__(self, str(other))

        __hash__ = str.__hash__

    middle = text_changes._Middle([f"a{n % 7}" for n in range(20_000)], [f"a{n % 5}" for n in range(20_000)])
    middle._old = [Counting(word) for word in middle._old]
    changes = middle.list_changes(text_changes.MOST_STEPS)
    assert looked <= 3 * text_changes.MOST_STEPS
    assert len(changes) == 40_000
