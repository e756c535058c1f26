"""What the walk takes for granted of the jobs is true: each takes the step that it is said to take, and none is unknown."""

import ast
import inspect
from collections.abc import Iterator
from types import ModuleType

import pytest

from models.policy import Policy
from tests.building import POLICY
from tests.workflows.turns import FLOW_MODULES, STAGES
from workflows.process import ways
from workflows.process.reach import SCORES, SCORING, TAKES, Place, takes_step, walk

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


def permitted_in(module: ModuleType, function: str) -> set[str]:
    """The actions for which a function of a flow asks permission."""
    calls = ast.walk(ast.parse(inspect.getsource(getattr(module, function))))
    named = [each.args[2] for each in calls if isinstance(each, ast.Call) and getattr(each.func, "id", "") == "permit"]
    return {str(each.value) for each in named if isinstance(each, ast.Constant)}


@pytest.mark.parametrize(("job", "function", "module"), JOBS, ids=[job for job, _, _ in JOBS])
def test_a_job_takes_the_one_step_that_the_walk_expects_of_it(job: str, function: str, module: ModuleType) -> None:
    assert {action for action in ACTIONS if takes_step(job, action)} == permitted_in(module, function) != set()


def test_every_job_of_the_tables_is_a_job_of_a_flow() -> None:
    asked = {job for way in (ways.IDEA, ways.AWARD) for each in way.transitions for job in each.jobs}
    asked |= {stage.late_job for way in (ways.IDEA, ways.AWARD) for stage in way.stages.values() if stage.late_job}
    assert {job for job in asked if not job.startswith("recognition.")} <= {job for job, _, _ in JOBS}
    assert {job for job in TAKES if not job.startswith("recognition.")} <= {job for job, _, _ in JOBS}


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
    assert reach.at("draft") == [Place("draft")]
    assert reach.stages == set(ways.IDEA.stages)
