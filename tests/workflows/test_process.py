"""The process' two tables are sound, and they are what a person wrote down by hand elsewhere."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.people import Role
from models.stages import AwardStage, IdeaStage
from workflows.process import AWARD_CELLS, FLOW, IDEA_CELLS, Cell, Relation, cells_for, outcomes_of, read_table

FINAL = {IdeaStage.ROLLED_OUT, IdeaStage.STOPPED, IdeaStage.WITHDRAWN, IdeaStage.CLOSED, AwardStage.REVOKED}
BOTH = pytest.mark.parametrize(("cells", "stages"), [(IDEA_CELLS, IdeaStage), (AWARD_CELLS, AwardStage)], ids=["idea", "award"])


def written_by_hand() -> list[dict[str, str]]:
    with (Path(__file__).parent / "process_cells.csv").open() as file:
        return list(csv.DictReader(file))


def expand(way: str, cells: tuple[Cell, ...]) -> Iterator[tuple[str, ...]]:
    """A cell as the lines of the handwritten table: a committee's role may lie over the idea's unit or over its call."""
    for cell in cells:
        target = cell.target or cell.stage or "draft"
        relations = {
            Relation.LEAD: [("any", "lead")],
            Relation.ASSIGNED: [("any", "reviews_it" if cell.mover == Role.REVIEWER else "owns_pilot")],
            Relation.SCOPE: [(str(cell.mover), over) for over in ("over_unit", "over_call")[: 1 if cell.mover == Role.UNIT_HEAD else 2]],
            Relation.ANY: [(FLOW if cell.mover == FLOW else "any", "any")],
        }
        for role, relation in relations[cell.relation]:
            yield way, cell.stage or "-", cell.action, cell.outcome or "-", role, relation, target


def test_the_tables_permit_what_was_written_by_hand_and_nothing_else() -> None:
    lines = [tuple(line.values()) for line in written_by_hand()]
    assert len(lines) == len(set(lines))
    assert set(lines) == {*expand("idea", IDEA_CELLS), *expand("award", AWARD_CELLS)}


@BOTH
def test_every_stage_can_be_reached(cells: tuple[Cell, ...], stages: type[IdeaStage] | type[AwardStage]) -> None:
    reached: set[str | None] = {None}
    first = {cell.target or "draft" for cell in cells if cell.stage is None}
    while first - reached:
        reached |= first
        first = {cell.target for cell in cells if cell.stage in reached and cell.target}
    assert reached - {None} == set(stages)


@BOTH
def test_every_stage_that_is_not_an_end_has_a_way_out(cells: tuple[Cell, ...], stages: type[IdeaStage] | type[AwardStage]) -> None:
    for stage in stages:
        leaves = [cell for cell in cells if cell.stage == stage and cell.target not in (None, stage)]
        assert bool(leaves) == (stage not in FINAL), stage


@BOTH
def test_every_stage_stands_in_the_table(cells: tuple[Cell, ...], stages: type[IdeaStage] | type[AwardStage]) -> None:
    named = {cell.stage for cell in cells} | {cell.target for cell in cells}
    assert {stage.value for stage in stages} <= named | {"draft"}


def test_no_step_of_an_idea_has_two_targets() -> None:
    steps = [(cell.stage, cell.action, cell.outcome, cell.mover) for cell in IDEA_CELLS]
    assert len(steps) == len(set(steps))


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("drft withdraw - withdrawn proposer lead", "drft"),
        ("draft withdraw - withdrwn proposer lead", "withdrwn"),
        ("draft withdraw - withdrawn propser lead", "propser"),
        ("draft withdraw - withdrawn proposer leed", "leed"),
        ("draft withdraw - withdrawn proposer", "unpack"),
    ],
)
def test_a_slip_of_the_pen_stops_the_program_at_its_start(line: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        read_table(f"stage action outcome target mover relation\n{line}", IdeaStage)


def test_a_cell_tells_who_may_instead() -> None:
    assert {cell.refusal for cell in cells_for(IDEA_CELLS, "assign")} == {"only_secretariat", "only_FLOW"}


def test_outcomes_come_in_the_tables_order() -> None:
    assert outcomes_of(IDEA_CELLS, "recommend", IdeaStage.SHORTLISTED) == ("feasible", "not_feasible", "deferred")
    assert outcomes_of(IDEA_CELLS, "recommend", IdeaStage.IN_REVIEW) == ("not_feasible", "deferred")
    assert outcomes_of(IDEA_CELLS, "recommend", IdeaStage.DRAFT) == ()
