"""Which mentor is asked: by theme, free places and id, whatever the order in which they are given; nobody without a free place."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.calculations.mentors import MentorPlaces, MentorsQuestion, calculate_mentors, find_fitting

THEMES = ("Kesehatan", "Kesehatan ibu dan anak", "Pendidikan", "Tata kota", "Usaha mikro")
MENTORS = st.lists(
    st.builds(
        MentorPlaces,
        id=st.integers(0, 99).map("m{:02}".format),
        themes=st.lists(st.sampled_from(THEMES), max_size=3).map(tuple),
        capacity=st.integers(0, 4),
        load=st.integers(0, 5),
    ),
    max_size=8,
    unique_by=lambda each: each.id,
)


@given(mentors=MENTORS, theme=st.sampled_from([*THEMES, "", "dan"]), luck=st.randoms(use_true_random=False))
def test_the_order_is_that_of_theme_free_places_and_id_and_nobody_full_is_in_it(
    mentors: list[MentorPlaces], theme: str, luck: Random
) -> None:
    found = calculate_mentors(MentorsQuestion(theme=theme, mentors=tuple(mentors)))
    shuffled = luck.sample(mentors, len(mentors))
    assert calculate_mentors(MentorsQuestion(theme=theme, mentors=tuple(shuffled))) == found
    free = {each.id: each.capacity - each.load for each in mentors if each.load < each.capacity}
    assert {each.id: each.free for each in found.ranked} == free
    assert set(found.full) == {each.id for each in mentors} - free.keys()
    fitting = {each.id for each in mentors if find_fitting(theme, each.themes)}
    assert [each.id for each in found.ranked] == sorted(free, key=lambda one: (one not in fitting, -free[one], one))
    assert len(found.trace) == len(mentors) + 2


@pytest.mark.parametrize(
    ("theme", "other", "fits"),
    [
        ("Kesehatan ibu dan anak", "Kesehatan", True),
        ("kesehatan", "Kesehatan ibu dan anak", True),
        ("Kesehatan lansia", "Kesehatan ibu", False),
        ("UMKM", "Usaha mikro, kecil, dan menengah", True),
        ("Pengelolaan sampah", "sampah", True),
        ("", "Kesehatan", False),
        ("dan", "Kesehatan", False),
        ("Kesehatan", "dan", False),
    ],
)
def test_a_theme_fits_where_all_of_one_is_said_by_the_other(theme: str, other: str, fits: bool) -> None:
    assert find_fitting(theme, [other]) == (other if fits else None)


def test_the_trace_says_who_was_left_out_and_who_is_asked() -> None:
    mentors = (MentorPlaces(id="a", themes=("Kesehatan",), capacity=1, load=1), MentorPlaces(id="b", themes=("Tata kota",), capacity=3))
    found = calculate_mentors(MentorsQuestion(theme="Kesehatan", mentors=mentors))
    assert [line.code for line in found.trace] == ["theme", "full", "other_theme", "first"]
    assert found.trace[-1].text.startswith("Yang ditanya: b;")
    assert [line.code for line in calculate_mentors(MentorsQuestion(theme=" ", mentors=())).trace] == ["no_theme", "nobody"]
