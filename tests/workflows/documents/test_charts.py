"""Charts say what the numbers say, and stay well-formed for any label and any number."""

from xml.etree import ElementTree

import pytest

from workflows.documents.charts import draw_funnel, draw_months, draw_units, fit_label, tightest_step
from workflows.documents.kinds.report import Tally, UnitLine

HOSTILE = "<script>&\"'😀" + "x" * 120


def tallies(*counts, label="Tahap"):
    return tuple(Tally(f"{label} {number}", count) for number, count in enumerate(counts))


@pytest.mark.parametrize("counts", [(), (0,), (0, 0), (5, 5), (312, 238, 84, 0), (3, 10**9)])
@pytest.mark.parametrize("draw", [draw_funnel, draw_months])
def test_any_counts_can_be_drawn(draw, counts):
    drawing = ElementTree.fromstring(draw(tallies(*counts, label=HOSTILE)))
    assert drawing.find("title").text
    assert float(drawing.get("viewBox").split()[3]) > 0
    assert all(0 <= float(bar.get("width")) <= 482 for bar in drawing.iter("rect"))


def test_no_bar_leaves_the_drawing():
    units = tuple(UnitLine(HOSTILE, number * 7, number, 0) for number in range(40))
    drawing = ElementTree.fromstring(draw_units(units))
    for bar in drawing.iter("rect"):
        assert float(bar.get("x")) + float(bar.get("width")) <= 482


def test_units_are_ordered_by_their_ideas_and_the_fullest_named_first():
    spoken = ElementTree.fromstring(draw_units((UnitLine("Sedikit", 1, 0, 0), UnitLine("Banyak", 9, 2, 1)))).find("title").text
    assert (
        spoken
        == "Usulan per unit: Banyak: 9 usulan, 2 ditetapkan, 1 diberi penghargaan; Sedikit: 1 usulan, 0 ditetapkan, 0 diberi penghargaan"
    )


@pytest.mark.parametrize(("counts", "step"), [((10, 9, 3, 2), 2), ((5, 5), None), ((), None), ((4,), None), ((3, 9, 8), 2)])
def test_the_tightest_step_is_where_the_smallest_part_went_on(counts, step):
    assert tightest_step(tallies(*counts)) == step


def test_a_label_is_cut_where_the_room_ends():
    assert fit_label("Kelurahan Dungus Cariang", 40, 8).endswith("…")
    assert fit_label("Andir", 200, 8) == "Andir"
