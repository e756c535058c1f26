"""Stories that go straight to a stage, and what stands at the place of a finding."""

from random import Random
from typing import Any

from tests.workflows.process.owed import Owed
from tests.workflows.process.stories import Company, Course, Story
from workflows.process.check import Finding

AIMED = Random(1)  # their luck: they leave little to it


def come_to(company: Company, policy: dict[str, Any], stage: str, *, avoid: str = "", lead: str = "lead") -> tuple[Story, Owed]:
    """A story that goes straight to a stage, as far as the policy lets it."""
    story = Story(company, policy, AIMED, Course(stage, avoid, lead))
    return story, story.go_on(until=stage)


def part_of(policy: dict[str, Any], finding: Finding) -> Any:
    """What stands at a finding's place."""
    part: Any = policy
    for name in finding.path.split(".")[1:]:
        part = part[int(name)] if isinstance(part, list) else part[name]
    return part
