"""The demo's scores: an idea gets the same ones whoever is asked to review it, so that the same awards are announced in every run."""

from types import SimpleNamespace
from typing import Any

import pytest

from examples.demo.acts import points, read_fates

RUBRIC = [{"name": name} for name in ("novelty", "impact", "reach")]


@pytest.mark.parametrize("key", ["akta-lewat-posyandu", "jemput-berkas-lansia"])
def test_an_ideas_points_hang_on_the_idea_and_the_place_of_the_score_alone(key: str) -> None:
    story: Any = SimpleNamespace(call={"policy": {"rubric": RUBRIC}})
    tale: Any = SimpleNamespace(idea={"key": key}, fate=read_fates()["district"][key])
    given = [points(story, tale, nth) for nth in (1, 2, 3)]
    assert given == [points(story, tale, nth) for nth in (1, 2, 3)]
    assert len({tuple(each.values()) for each in given}) == 3, "a little stricter or milder"
    assert all(abs(point - tale.fate["score"]) <= 2 for each in given for point in each.values())
