"""What a finding claims, shown by a story under a policy that has no other fault: somebody is stuck, or what is spoken of never comes."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from sqlmodel import select

from models.awards import Award
from models.ideas import Gate, GateState
from models.inbox import InboxItem
from models.policy import Policy
from tests.building import POLICY
from tests.workflows.process.officials import BY_HAND as PAIRS_BY_HAND
from tests.workflows.process.officials import LOOSENABLE
from tests.workflows.process.owed import Owed, Stuck
from tests.workflows.process.stories import Company, Course, Story
from tests.workflows.process.test_movers import ALLOWED
from tests.workflows.process.test_ways import written_by_hand
from workflows.process import ways
from workflows.process.check import Finding, check_policy
from workflows.process.duties import must_differ
from workflows.process.refusals import Conflict
from workflows.reward.propose import propose_award

Show = Callable[[Company, dict[str, Any], Finding], None]
LUCK = Random(1)  # aimed stories leave little to it
ORDERED = ("policy_gates_in_circle", "policy_gate_not_before")
BY_HAND = [line for line in written_by_hand() if line["way"] in ("idea", "award")]


def find(policy: dict[str, Any]) -> list[Finding]:
    """What the check finds."""
    return check_policy(Policy.model_validate(policy), ways.IDEA, ways.AWARD, ways.DOCUMENT)


def show(company: Company, policy: dict[str, Any], finding: Finding, found: list[Finding]) -> None:
    """Show one of the findings of a policy; raises AssertionError where no story bears it out."""
    alone = isolate(policy, finding, found)
    same = [each for each in find(alone) if each.code == finding.code]
    assert same, f"{finding} is not found when it stands alone in {alone}"
    SHOWN[finding.code](company, alone, same[0])


def isolate(policy: dict[str, Any], finding: Finding, found: list[Finding]) -> dict[str, Any]:
    """The policy with nothing in it that the finding does not speak of."""
    _, part, *place = finding.path.split(".")
    alone = {**{name: rule for name, rule in policy.items() if name != "quorum"}, "gates": [], "movers": {}, "days": {}, "loosened": []}
    if part == "award_from":
        return {**alone, "award_from": [policy["award_from"][int(place[0])]] if place else policy["award_from"]}
    alone |= {"award_from": ["rolled_out"], "rule_book": POLICY["rule_book"]}
    if part == "movers":
        kept = finding.parameters.get("actions", [place[0]])
        return {**alone, "movers": {name: role for name, role in policy["movers"].items() if name in kept}}
    if part == "loosened":
        return {**alone, "loosened": [policy["loosened"][int(place[0])]]}
    if part == "quorum":
        return {**alone, "quorum": policy["quorum"]}
    if part == "days":
        return {**alone, "days": {place[0]: policy["days"][place[0]]}}
    return {**alone, "gates": _isolate_gates(policy["gates"], finding, int(place[0]), {each.path for each in found})}


def _isolate_gates(gates: list[dict[str, Any]], finding: Finding, number: int, faults: set[str]) -> list[dict[str, Any]]:
    rule = gates[number]
    kept = {rule["name"]}
    if finding.code in ORDERED:
        kept |= {each["name"] for each in gates if each["stage"] == rule["stage"] or finding.code == "policy_gate_not_before"}
    moved = f"policy.gates.{number}.stage" in faults and not finding.path.endswith("stage")
    return [
        {
            **each,
            "stage": "screening" if moved else each["stage"],
            "role": each["role"] if finding.path.endswith("role") else "secretariat",
            "after": [name for name in each["after"] if name in kept] if finding.code in ORDERED else [],
        }
        if finding.code != "policy_gate_unknown"
        else each
        for each in gates
        if each["name"] in kept
    ]


def come_to(company: Company, policy: dict[str, Any], stage: str, *, avoid: str = "", lead: str = "lead") -> tuple[Story, Owed]:
    """A story that goes straight to a stage, as far as the policy lets it."""
    story = Story(company, policy, LUCK, Course(stage, avoid, lead))
    return story, story.go_on(until=stage)


def rule_of(policy: dict[str, Any], finding: Finding) -> dict[str, Any]:
    rule: dict[str, Any] = policy["gates"][int(finding.path.split(".")[2])]
    return rule


def part_of(policy: dict[str, Any], finding: Finding) -> Any:
    """What stands at a finding's place."""
    part: Any = policy
    for name in finding.path.split(".")[1:]:
        part = part[int(name)] if isinstance(part, list) else part[name]
    return part


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
    story = Story(company, policy, LUCK, Course(stage.name))
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
    story = Story(company, policy, LUCK, Course(policy["award_from"][0]))
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
}
