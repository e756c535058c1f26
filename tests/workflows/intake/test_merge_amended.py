"""A policy is amended while one of its ideas has joined another: let go again, it is held to what all others are held to."""

from models.stages import IdeaStage
from tests.building import Town
from tests.workflows.intake.merged import build_two, merge, require_whole, take_back
from tests.workflows.region.test_amendments import amend


def test_what_is_let_go_again_is_held_to_what_was_amended_meanwhile(town: Town) -> None:
    first, second = build_two(town)
    joined = merge(town, first, second)
    before = town.idea(second).policy_id
    amend(town, town.call)
    assert (town.idea(first).policy_id != before, town.idea(second).policy_id) == (True, before)
    take_back(town, joined)
    assert town.idea(second).policy_id == town.idea(first).policy_id
    assert town.idea(second).stage == IdeaStage.SCREENING
    require_whole(town)
