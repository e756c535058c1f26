"""What a finding about clocks, silence, seals and who may enter claims, shown by a story, or by the policy's words where none could."""

import itertools
from datetime import timedelta
from typing import Any

from sqlmodel import select

from models.calls import Call
from models.instants import local_day, now
from models.policy import Entry
from tests.workflows.process.aimed import come_to, part_of
from tests.workflows.process.stories import Company
from tests.workflows.process.test_ways import written_by_hand
from workflows.process.check import Finding

PERMISSION = "awaiting_permission"
A_WEEK, TWO_YEARS = 7, 800  # days
STAGES = [line for line in written_by_hand("stages") if line["way"] == "idea"]


def rule_of(policy: dict[str, Any], finding: Finding) -> dict[str, Any]:
    """The clock that a finding is about."""
    rule: dict[str, Any] = policy["clocks"][int(finding.path.split(".")[2])]
    return rule


def stage_of(wait: str) -> str:
    """A stage that has a wait; that of the gates which are left beside a clock."""
    return "screening" if wait.startswith("gate:") else next(line["stage"] for line in STAGES if line["days"] == wait)


def no_head_is_asked(company: Company, policy: dict[str, Any], _finding: Finding) -> None:
    story, _ = come_to(company, policy, "screening")
    assert PERMISSION not in story.visited


def silence_decides_nothing(company: Company, policy: dict[str, Any], _finding: Finding) -> None:
    story, _ = come_to(company, policy, PERMISSION)
    story.pass_days(TWO_YEARS)
    assert story.read().stage == PERMISSION


def silence_decides_within_a_week(company: Company, policy: dict[str, Any], _finding: Finding) -> None:
    story, owed = come_to(company, policy, PERMISSION)
    assert owed.stage == PERMISSION
    if any(rule["begins"] == "call_closed" for rule in policy.get("clocks", ()) if rule["wait"] == "permission"):
        (closes_at,) = story.town.rows(select(Call.closes_at))
        story.pass_days((closes_at - now()).days)
    story.pass_days(A_WEEK)
    left = story.read()
    assert left.stage != PERMISSION, left


def clock_is_of_no_stage(_company: Company, policy: dict[str, Any], finding: Finding) -> None:
    gates = [f"gate:{each['name']}" for each in policy["gates"]]
    assert part_of(policy, finding) not in [*gates, *(line["days"] for line in written_by_hand("stages"))]


def clock_is_ruled_before(_company: Company, policy: dict[str, Any], finding: Finding) -> None:
    number = int(finding.path.split(".")[2])
    assert part_of(policy, finding) in [each["wait"] for each in policy["clocks"][:number]]


def cause_is_not_named(_company: Company, policy: dict[str, Any], finding: Finding) -> None:
    assert part_of(policy, finding) not in [each["name"] for each in policy["pauses"]]


def cause_stops_nothing(_company: Company, policy: dict[str, Any], finding: Finding) -> None:
    cause = part_of(policy, finding)["name"]
    assert not any(cause in each["paused_by"] for each in policy["clocks"])


def steps_go_back(_company: Company, policy: dict[str, Any], finding: Finding) -> None:
    steps = part_of(policy, finding)
    assert any(later <= earlier for earlier, later in itertools.pairwise(steps))


def nobody_is_asked_to_be_reminded(company: Company, policy: dict[str, Any], finding: Finding) -> None:
    stage = stage_of(rule_of(policy, finding)["wait"])
    _, owed = come_to(company, policy, stage)
    assert (owed.stage, owed.items) == (stage, [])


def step_lies_before_the_task(company: Company, policy: dict[str, Any], finding: Finding) -> None:
    stage = stage_of(rule_of(policy, finding)["wait"])
    story, owed = come_to(company, policy, stage)
    if owed.stage != stage:
        assert stage not in story.visited  # it never comes to that task at all
        return
    wait = rule_of(policy, finding)["wait"]
    item = next(each for each in owed.items if each.task == wait or not wait.startswith("gate:"))
    assert item.due_at is not None
    assert local_day(item.due_at) + timedelta(days=part_of(policy, finding)) <= local_day(item.created_at)


def task_has_ended_by_then(company: Company, policy: dict[str, Any], finding: Finding) -> None:
    stage = stage_of(rule_of(policy, finding)["wait"])
    story, owed = come_to(company, policy, stage)
    assert owed.stage == stage
    for _ in range(2):  # who is told late is given another day
        story.pass_days(TWO_YEARS)
        left = story.read().items
    assert not {each.id for each in owed.items} & {each.id for each in left}


def office_reads_what_is_sealed(company: Company, policy: dict[str, Any], finding: Finding) -> None:
    """Nobody is stuck: whoever is asked for a permission reads the idea, and while a call is sealed that is to be its head alone."""
    story, owed = come_to(company, policy, PERMISSION)
    (item,) = owed.items
    assert (item.task, item.role) == ("permit", part_of(policy, finding))
    assert "secretary" in story.doers(item)
    assert story.town.rows(select(Call.is_sealed)) == [True]


def initiator_is_listed_before(_company: Company, policy: dict[str, Any], finding: Finding) -> None:
    listed = policy["eligibility"]["initiators"]
    assert listed.index(part_of(policy, finding)) < int(finding.path.split(".")[-1])


def new_idea_is_in_use(_company: Company, policy: dict[str, Any], finding: Finding) -> None:
    assert (policy["entry"], part_of(policy, finding) > 0) == (Entry.NEW, True)


def years_count_no_awards(_company: Company, policy: dict[str, Any], finding: Finding) -> None:
    assert part_of(policy, finding)
    assert policy["eligibility"].get("earlier_awards") is None


def category_is_named_before(_company: Company, policy: dict[str, Any], finding: Finding) -> None:
    labels = [each["label"].casefold() for each in policy["categories"]]
    assert labels.index(part_of(policy, finding).casefold()) < int(finding.path.split(".")[2])
