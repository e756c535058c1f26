"""What a finding claims, shown by a story under a policy that has no other fault: somebody is stuck, or what is spoken of never comes."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select

from models.awards import Award
from models.ideas import Gate, GateState
from models.inbox import InboxItem
from models.policy import Policy
from tests.workflows.process.aimed import AIMED, come_to, part_of
from tests.workflows.process.isolated import find, isolate
from tests.workflows.process.officials import BY_HAND as PAIRS_BY_HAND
from tests.workflows.process.officials import LOOSENABLE
from tests.workflows.process.owed import Stuck
from tests.workflows.process.shown_parts import (
    category_is_named_before,
    cause_is_not_named,
    cause_stops_nothing,
    clock_is_of_no_stage,
    clock_is_ruled_before,
    initiator_is_listed_before,
    new_idea_is_in_use,
    no_head_is_asked,
    nobody_is_asked_to_be_reminded,
    office_reads_what_is_sealed,
    silence_decides_nothing,
    silence_decides_within_a_week,
    step_lies_before_the_task,
    steps_go_back,
    task_has_ended_by_then,
    years_count_no_awards,
)
from tests.workflows.process.stories import Company, Course, Story
from tests.workflows.process.test_movers import ALLOWED
from tests.workflows.process.test_ways import written_by_hand
from workflows.process import ways
from workflows.process.check import Finding
from workflows.process.duties import must_differ
from workflows.process.refusals import Conflict
from workflows.reward.propose import propose_award

Show = Callable[[Company, dict[str, Any], Finding], None]
BY_HAND = [line for line in written_by_hand() if line["way"] in ("idea", "award")]


def show(company: Company, policy: dict[str, Any], finding: Finding, found: list[Finding]) -> None:
    """Show one of the findings of a policy; raises AssertionError where no story bears it out."""
    alone = isolate(policy, finding, found)
    same = [each for each in find(alone) if each.code == finding.code]
    assert same, f"{finding} is not found when it stands alone in {alone}"
    SHOWN[finding.code](company, alone, same[0])


def rule_of(policy: dict[str, Any], finding: Finding) -> dict[str, Any]:
    rule: dict[str, Any] = policy["gates"][int(finding.path.split(".")[2])]
    return rule


def stage_is_never_reached(company: Company, policy: dict[str, Any], finding: Finding) -> None:
    stage = part_of(policy, finding)
    story, _ = come_to(company, {**policy, "gates": []}, stage)
    assert stage not in story.visited


def stage_is_unknown(_company: Company, policy: dict[str, Any], finding: Finding) -> None:
    assert part_of(policy, finding) not in [line["stage"] for line in written_by_hand("stages")]


def gate_is_never_waited_for(company: Company, policy: dict[str, Any], finding: Finding) -> None:
    stage = part_of(policy, finding)
    if stage == "draft":
        story, _ = come_to(company, policy, "screening")
        assert story.town.rows(select(Gate)) == []
        return
    story, _ = come_to(company, policy, stage)
    if stage in story.visited:
        with pytest.raises(Stuck, match="asked for something at the end"):
            story.go_on()


def holder_waits_in_vain(company: Company, policy: dict[str, Any], finding: Finding) -> None:
    rule = rule_of(policy, finding)
    story, owed = come_to(company, policy, rule["stage"])
    (item,) = [each for each in owed.items if each.task == f"gate:{rule['name']}"]
    asked, seen = set(story.asked(item)), set(story.doers(item))
    assert not asked or asked - seen, f"all of {asked} see {item.task}"
    if not seen:
        with pytest.raises(Stuck):
            story.go_on()


def gate_is_passed_before_the_other(company: Company, policy: dict[str, Any], finding: Finding) -> None:
    rule, other = rule_of(policy, finding), part_of(policy, finding)
    elsewhere = next(each["stage"] for each in policy["gates"] if each["name"] == other)
    lead = "head" if elsewhere == "awaiting_permission" else "lead"
    story, owed = come_to(company, policy, rule["stage"], avoid=elsewhere, lead=lead)
    assert owed.stage == rule["stage"]
    passed = story.town.rows(select(Gate.name).where(Gate.state == GateState.PASSED))
    assert other not in passed


def gates_are_never_passed(company: Company, policy: dict[str, Any], finding: Finding) -> None:
    rule = rule_of(policy, finding)
    story, owed = come_to(company, policy, rule["stage"])
    assert owed.stage == rule["stage"]
    with pytest.raises(Stuck):
        story.go_on()
    assert rule["name"] in story.town.rows(select(Gate.name).where(Gate.state == GateState.OPEN))


def gate_is_unknown(_company: Company, policy: dict[str, Any], finding: Finding) -> None:
    assert part_of(policy, finding) not in [each["name"] for each in policy["gates"]]


def action_is_unknown(_company: Company, _policy: dict[str, Any], finding: Finding) -> None:
    assert finding.path.split(".")[2] not in [line["action"] for line in written_by_hand()]


def action_is_no_offices(_company: Company, _policy: dict[str, Any], finding: Finding) -> None:
    action = finding.path.split(".")[2]
    assert not [line for line in BY_HAND if line["action"] == action and line["relation"].startswith("over_")]


def action_is_never_asked_for(company: Company, policy: dict[str, Any], finding: Finding) -> None:
    action = finding.path.split(".")[2]
    stage = ways.IDEA.awaiting(action)
    assert stage is not None
    story = Story(company, policy, AIMED, Course(stage.name))
    story.go_on()
    assert story.town.rows(select(InboxItem).where(InboxItem.task == action)) == []


def role_is_not_on_the_list(_company: Company, policy: dict[str, Any], finding: Finding) -> None:
    assert part_of(policy, finding) not in ALLOWED[finding.path.split(".")[2]]


def one_role_takes_both(_company: Company, policy: dict[str, Any], finding: Finding) -> None:
    roles = {policy["movers"].get(action) or ALLOWED[action][0] for action in finding.parameters["actions"]}
    assert len(roles) == 1


def days_are_no_stages(_company: Company, _policy: dict[str, Any], finding: Finding) -> None:
    assert finding.path.split(".")[2] not in [line["days"] for line in written_by_hand("stages")]


def award_is_refused(code: str) -> Show:
    """Whoever may propose awards is refused one at the stage, for this reason."""

    def refused(company: Company, policy: dict[str, Any], finding: Finding) -> None:
        story, owed = come_to(company, policy, policy["award_from"][0] if policy["award_from"] else "rolled_out")
        if owed.stage == story.course.aim:  # innovations in use do not stay where they are determined
            with pytest.raises(Conflict, match=code):
                story.town.do(propose_award, story.idea, by="secretary")
        story.go_on()
        assert story.town.rows(select(Award)) == []

    return refused


def award_is_not_drafted(company: Company, policy: dict[str, Any], finding: Finding) -> None:
    story = Story(company, policy, AIMED, Course(policy["award_from"][0]))
    story.go_on()
    assert story.town.rows(select(Award)) == []


def pair_is_never_loosened(_company: Company, policy: dict[str, Any], finding: Finding) -> None:
    """No story could show it: whoever has both duties is refused all the same (tests/workflows/process/test_duties.py)."""
    pair = part_of(policy, finding)
    assert set(pair) not in [set(each) for each in LOOSENABLE]
    assert must_differ(*pair, Policy.model_validate(policy))


def duty_is_unknown(_company: Company, policy: dict[str, Any], finding: Finding) -> None:
    assert not all(any(duty in (line["one"], line["other"]) for line in PAIRS_BY_HAND) for duty in part_of(policy, finding))


def quorum_is_no_majority(_company: Company, policy: dict[str, Any], _finding: Finding) -> None:
    assert policy["reviewers"] - policy["quorum"] >= policy["quorum"], "as many may be silent as score"


def quorum_is_never_reached(_company: Company, policy: dict[str, Any], _finding: Finding) -> None:
    assert policy["quorum"] > policy["reviewers"]


OF_FORMS = "a form is drawn whole, and asks or does not ask: tests/workflows/intake/test_parts_asked.py"
OF_FILES = "no file is drawn: tests/workflows/intake/test_required_files.py, and the page of what is asked"
OF_TABLES = "a form is drawn without tables: tests/workflows/intake/test_table_answers.py"
OF_SCREENING = "a criterion that nobody can read stops no idea: tests/workflows/intake/test_requirements.py"
SHOWN: dict[str, Show] = {
    "policy_quorum_too_large": quorum_is_never_reached,
    "policy_quorum_too_small": quorum_is_no_majority,
    "policy_pair_not_loosened": pair_is_never_loosened,
    "policy_duty_unknown": duty_is_unknown,
    "policy_stage_unreachable": stage_is_never_reached,
    "policy_stage_unknown": stage_is_unknown,
    "policy_gate_holds_nothing": gate_is_never_waited_for,
    "policy_role_cannot_act": holder_waits_in_vain,
    "policy_gate_not_before": gate_is_passed_before_the_other,
    "policy_gates_in_circle": gates_are_never_passed,
    "policy_gate_unknown": gate_is_unknown,
    "policy_action_unknown": action_is_unknown,
    "policy_action_without_office": action_is_no_offices,
    "policy_action_unreachable": action_is_never_asked_for,
    "policy_mover_not_allowed": role_is_not_on_the_list,
    "policy_concentrates": one_role_takes_both,
    "policy_days_unknown": days_are_no_stages,
    "policy_award_from_empty": award_is_refused("stage_not_awarded"),
    "policy_award_not_scored": award_is_refused("idea_not_scored"),
    "policy_award_not_verified": award_is_refused("no_tier_reached"),
    "policy_award_not_ranked": award_is_not_drafted,
    "policy_award_not_drafted": award_is_not_drafted,
    "policy_silence_of_nobody": no_head_is_asked,
    "policy_silence_of_office": silence_decides_nothing,
    "policy_silence_too_soon": silence_decides_within_a_week,
    "policy_clock_unknown": clock_is_of_no_stage,
    "policy_clock_twice": clock_is_ruled_before,
    "policy_cause_unknown": cause_is_not_named,
    "policy_cause_unused": cause_stops_nothing,
    "policy_steps_out_of_order": steps_go_back,
    "policy_step_of_nobody": nobody_is_asked_to_be_reminded,
    "policy_step_too_early": step_lies_before_the_task,
    "policy_step_too_late": task_has_ended_by_then,
    "policy_gate_sealed": holder_waits_in_vain,
    "policy_permit_sealed": office_reads_what_is_sealed,
    "policy_initiator_twice": initiator_is_listed_before,
    "policy_new_in_use": new_idea_is_in_use,
    "policy_years_without_awards": years_count_no_awards,
    "policy_category_named_twice": category_is_named_before,
}
NOT_SHOWN = {  # what the check finds beside, and why no story is told of it here
    "text_too_long": "the name of a gate that is drawn is short: tests/workflows/process/test_check.py holds it against the column",
    "amount_out_of_range": "the rule book pays what no draw alters: tests/workflows/calculations/test_values.py",
    "date_out_of_range": OF_FORMS,
    "policy_choice_unknown": OF_FORMS,
    "policy_not_a_choice": OF_FORMS,
    "policy_choice_not_before": OF_FORMS,
    "policy_option_unknown": OF_FORMS,
    "policy_column_named_twice": OF_TABLES,
    "policy_cells_too_many": OF_TABLES,
    "policy_file_not_taken": OF_FILES,
    "policy_files_too_many": OF_FILES,
    "policy_requirement_blank": OF_SCREENING,
    "policy_requirement_named_twice": OF_SCREENING,
}
