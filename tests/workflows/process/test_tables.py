"""The process' two tables are sound, and they are what a person wrote down by hand elsewhere."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.people import Role
from models.stages import AwardStage, IdeaStage
from workflows.process.tables import (
    AWARD_TRANSITIONS,
    FLOW,
    IDEA_TRANSITIONS,
    Relation,
    Transition,
    outcomes_of,
    read_table,
    transitions_for,
)

FINAL = {IdeaStage.ROLLED_OUT, IdeaStage.STOPPED, IdeaStage.WITHDRAWN, IdeaStage.CLOSED, AwardStage.REVOKED}
BOTH = pytest.mark.parametrize(("transitions", "stages"), [(IDEA_TRANSITIONS, IdeaStage), (AWARD_TRANSITIONS, AwardStage)], ids=["idea", "award"])


def written_by_hand() -> list[dict[str, str]]:
    with (Path(__file__).parent / "transitions.csv").open() as file:
        return list(csv.DictReader(file))


def expand(way: str, transitions: tuple[Transition, ...]) -> Iterator[tuple[str, ...]]:
    """A cell as the lines of the handwritten table: a committee's role may lie over the idea's unit or over its call."""
    for transition in transitions:
        target = transition.target or transition.stage or "draft"
        relations = {
            Relation.LEAD: [("any", "lead")],
            Relation.ASSIGNED: [("any", "reviews_it" if transition.mover == Role.REVIEWER else "owns_pilot")],
            Relation.SCOPE: [
                (str(transition.mover), over) for over in ("over_unit", "over_call")[: 1 if transition.mover == Role.UNIT_HEAD else 2]
            ],
            Relation.ANY: [(FLOW if transition.mover == FLOW else "any", "any")],
        }
        for role, relation in relations[transition.relation]:
            yield way, transition.stage or "-", transition.action, transition.outcome or "-", role, relation, target


def test_the_tables_permit_what_was_written_by_hand_and_nothing_else() -> None:
    lines = [tuple(line.values()) for line in written_by_hand()]
    assert len(lines) == len(set(lines))
    assert set(lines) == {*expand("idea", IDEA_TRANSITIONS), *expand("award", AWARD_TRANSITIONS)}


@BOTH
def test_every_stage_can_be_reached(transitions: tuple[Transition, ...], stages: type[IdeaStage] | type[AwardStage]) -> None:
    reached: set[str | None] = {None}
    first = {transition.target or "draft" for transition in transitions if transition.stage is None}
    while first - reached:
        reached |= first
        first = {transition.target for transition in transitions if transition.stage in reached and transition.target}
    assert reached - {None} == set(stages)


@BOTH
def test_every_stage_that_is_not_an_end_has_a_way_out(
    transitions: tuple[Transition, ...], stages: type[IdeaStage] | type[AwardStage]
) -> None:
    for stage in stages:
        leaves = [transition for transition in transitions if transition.stage == stage and transition.target not in (None, stage)]
        assert bool(leaves) == (stage not in FINAL), stage


@BOTH
def test_every_stage_stands_in_the_table(transitions: tuple[Transition, ...], stages: type[IdeaStage] | type[AwardStage]) -> None:
    named = {transition.stage for transition in transitions} | {transition.target for transition in transitions}
    assert {stage.value for stage in stages} <= named | {"draft"}


def test_no_step_of_an_idea_has_two_targets() -> None:
    steps = [(transition.stage, transition.action, transition.outcome, transition.mover) for transition in IDEA_TRANSITIONS]
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
    assert {transition.refusal for transition in transitions_for(IDEA_TRANSITIONS, "assign")} == {"only_secretariat", "only_FLOW"}


def test_outcomes_come_in_the_tables_order() -> None:
    assert outcomes_of(IDEA_TRANSITIONS, "recommend", IdeaStage.SHORTLISTED) == ("feasible", "not_feasible", "deferred")
    assert outcomes_of(IDEA_TRANSITIONS, "recommend", IdeaStage.IN_REVIEW) == ("not_feasible", "deferred")
    assert outcomes_of(IDEA_TRANSITIONS, "recommend", IdeaStage.DRAFT) == ()
