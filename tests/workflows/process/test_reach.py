"""What the walk takes for granted of the jobs is true: each takes the step that it is said to take, and none is unknown."""

import ast
import inspect
from collections.abc import Iterator
from types import FunctionType, ModuleType

import pytest

from models.policy import Policy
from tests.building import POLICY
from tests.workflows.turns import FLOW_MODULES, STAGES
from workflows.process import jobs as known_jobs
from workflows.process import ways
from workflows.process.reach import SCORES, SCORING, ReachedPlace, takes_step, walk

ACTIONS = {transition.action for transition in (*ways.IDEA.transitions, *ways.AWARD.transitions)}


def jobs_of(topic: str, module: ModuleType) -> Iterator[tuple[str, str]]:
    """Each job of a flow, as `topic.job`, with the name of the function that it calls."""
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "job":
            of_topic, name, function = node.args
            assert isinstance(of_topic, ast.Constant)
            assert isinstance(name, ast.Constant)
            assert isinstance(function, ast.Name)
            assert of_topic.value == topic
            yield f"{topic}.{name.value}", function.id


JOBS = [(job, function, FLOW_MODULES[topic]) for topic in STAGES for job, function in jobs_of(topic, FLOW_MODULES[topic])]


def permitted_in(function: FunctionType) -> set[str]:
    """The actions for which a function of a room asks permission, itself or by another function of the room that it calls."""
    found, ahead, seen = set[str](), [function], set[FunctionType]()
    while ahead:
        seen.add(each := ahead.pop())
        for call in ast.walk(ast.parse(inspect.getsource(each))):
            called = call.func.id if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) else ""
            if called == "permit" and isinstance(call, ast.Call) and isinstance(call.args[2], ast.Name):
                found.add(str(each.__globals__[call.args[2].id]))
            known = each.__globals__.get(called)
            if isinstance(known, FunctionType) and known not in seen and room(known) == room(function):
                ahead.append(known)
    return found


EITHER_OF_TWO = {  # it announces, or takes back what no longer holds; closes or prolongs; assigns, or asks for it; closes, or tells first
    "reward.announce",
    "review.close_review",
    "review.assign",
    "intake.expire_supplement",
}


def room(function: FunctionType) -> str:
    """The package that a function is in."""
    return function.__module__.rpartition(".")[0]


@pytest.mark.parametrize(("job", "function", "module"), JOBS, ids=[job for job, _, _ in JOBS])
def test_a_job_takes_the_one_step_that_the_walk_expects_of_it(job: str, function: str, module: ModuleType) -> None:
    expected = {action for action in ACTIONS if takes_step(job, action)}
    assert expected == permitted_in(getattr(module, function)) != set()
    assert len(expected) == 1 or job in EITHER_OF_TWO


def test_every_job_of_the_tables_is_a_job_of_a_flow() -> None:
    asked = {job for way in (ways.IDEA, ways.AWARD) for each in way.transitions for job in each.jobs}
    asked |= {stage.late_job for way in (ways.IDEA, ways.AWARD) for stage in way.stages.values() if stage.late_job}
    watching = {"intake.watch"}  # it looks for ideas near a determined one, and moves none
    assert {job for job in asked if not job.startswith("recognition.")} - watching <= {job for job, _, _ in JOBS}
    assert {job for job in watching if known_jobs.JOB_STEPS[job]} == set()
    taking = {job for job, steps in known_jobs.JOB_STEPS.items() if steps}  # others change nothing of an idea's way
    assert {job for job in taking if not job.startswith("recognition.")} == {job for job, _, _ in JOBS}


def test_the_scoring_step_and_its_outcomes_are_those_of_the_table() -> None:
    assert {each.outcome for each in ways.IDEA.of_action(SCORING)} == set(SCORES)


def test_a_place_tells_apart_what_was_passed_and_how_it_was_scored() -> None:
    gates = [{"name": "hearing", "label": "Dengar", "label_en": "Hearing", "stage": "supplement_asked", "role": "chair"}]
    reach = walk(ways.IDEA, Policy.model_validate({**POLICY, "gates": gates}))
    assert {(place.passed, place.at_mark) for place in reach.at("shortlisted")} == {
        (frozenset(), True),
        (frozenset({"hearing"}), True),
    }
    assert {place.at_mark for place in reach.at("below_mark")} == {False}
    assert {place.at_mark for place in reach.at("no_quorum")} == {None}
    assert reach.at("draft") == [ReachedPlace("draft")]
    assert reach.stages == set(ways.IDEA.stages)
