"""The builders themselves: any stage, by real actions, fast."""

import statistics
import time

import pytest

from models.stages import AwardStage, IdeaStage
from tests.building import Town, either_town, shelf, town
from tests.requests import REQUESTS
from tests.steps import STEPS
from workflows.process.ways import AWARD, IDEA

pytestmark = pytest.mark.slow

__all__ = ["either_town", "shelf", "town"]


@pytest.mark.parametrize("stage", IdeaStage)
def test_an_idea_comes_to_any_stage(town: Town, stage: IdeaStage) -> None:
    assert town.idea(town.build_idea(stage)).stage == stage


@pytest.mark.parametrize("stage", AwardStage)
def test_an_award_comes_to_any_stage(town: Town, stage: AwardStage) -> None:
    assert town.award(town.build_award(stage)).stage == stage


@pytest.mark.parametrize("stage", [IdeaStage.ROLLED_OUT, IdeaStage.DEFERRED])
def test_the_builders_work_on_both_databases(either_town: Town, stage: IdeaStage) -> None:
    assert either_town.idea(either_town.build_idea(stage)).stage == stage
    assert either_town.award(either_town.build_award(AwardStage.REVOKED)).stage == AwardStage.REVOKED


def test_every_step_of_the_process_is_among_the_tests_steps_and_every_persons_step_can_be_sent() -> None:
    every = IDEA.transitions + AWARD.transitions
    asked = {f"{each.action} {each.outcome or ''}".strip() for each in every if each.who is not None}
    moved = {each.action for each in every if each.who is None}
    begun, with_another = {"draft"}, {"leave_out"}  # an idea begins with the one, the other goes with what hands it in
    by_what_changed = {"supplement permission", "resume unscored"}  # outcomes that the same request has elsewhere
    assert asked - {request.name for request in REQUESTS} == begun | with_another | by_what_changed
    answered = {"agree joined", "agree not_joined"}  # by whoever is asked: the town's `join` and `answer_invitation`
    assert {request.name for request in REQUESTS} - set(STEPS) == answered
    long_after, no_longer_held, reviewers_lacking, sealed = {"expire", "close"}, {"return"}, {"seek_reviewers", "prolong"}, {"unseal"}
    late = {"tell_late", "postpone"}
    merged = {"merge", "regroup", "separate", "transfer"}  # by whoever gives the last word
    assert moved - set(STEPS) == long_after | no_longer_held | reviewers_lacking | sealed | merged | late


def test_building_is_fast_enough_to_be_done_in_every_test(town: Town) -> None:
    town.build_idea(IdeaStage.ROLLED_OUT)
    times = []
    for _ in range(5):
        began = time.process_time()
        town.build_idea(IdeaStage.ROLLED_OUT)
        times.append(time.process_time() - began)
    assert statistics.median(times) < 1, times
