"""Whatever a policy says: where the check finds nothing, an idea has one next step until its end; what it finds, a story shows."""

import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlmodel import select

from models.database import database
from models.ideas import Idea
from models.policy import Policy
from models.settings import settings
from tests.building import POLICY, Shelf
from tests.databases import Pattern
from tests.workflows.process.isolated import find, list_showable
from tests.workflows.process.owed import Owed
from tests.workflows.process.policies import NOT_DRAWN, draw_policy
from tests.workflows.process.shown import NOT_SHOWN, SHOWN, show
from tests.workflows.process.stories import Company, Course, Story
from tests.workflows.process.test_check import PLANTED
from tests.workflows.turns import Clock, clock

__all__ = ["clock"]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(7_200)]  # ten times what 2,000 policies take on two cores

SEED = int(os.environ.get("GAGAS_TEST_SEED", random.SystemRandom().randrange(10**6)))
POLICIES = 2_000


@pytest.fixture
def company(tmp_path: Path, settled_pattern: Pattern, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    """The town of the stories, on a shelf of its own, as this process' own database."""
    (tmp_path / "shelf").mkdir()
    shelf = Shelf(tmp_path / "shelf", settled_pattern.sqlite())
    monkeypatch.setenv("GAGAS_DATABASE_URL", shelf.store.url.render_as_string(hide_password=False))
    settings.cache_clear()
    database.cache_clear()
    yield Company(shelf, clock)
    database().close()
    shelf.store.close()


def test_a_policy_that_passes_leaves_nobody_without_one_next_step_and_one_that_fails_is_shown_to(
    company: Company, share: Callable[[int], int]
) -> None:
    number_of_policies, seen, ends = share(POLICIES), Counter[str](), Counter[str]()
    for number in range(number_of_policies):
        luck = Random(f"{SEED}-{number}")
        policy = draw_policy(luck)
        found = find(policy)
        print(f"GAGAS_TEST_SEED={SEED}, policy {number}: {describe(policy)} {[(each.code, each.path) for each in found]}")
        if found:
            finding = luck.choice(list_showable(found))
            show(company, policy, finding, found)
            seen[finding.code] += 1
        else:
            story = Story(company, policy, luck, Course(lead=luck.choice(["lead", "lead", "head"])))
            owed = story.go_on()
            assert owed.award is not None or not is_awarded(policy, story, owed), story.visited
            ends[owed.stage] += 1
    print(f"{ends.total()} pass and end at {dict(ends)}; {seen.total()} fail with {dict(seen)}")
    assert min(ends.total(), seen.total()) > number_of_policies / 10
    if number_of_policies == POLICIES:
        assert set(seen) == set(SHOWN)


def describe(policy: dict[str, Any]) -> dict[str, Any]:
    """What is the policy's own."""
    return {name: rule for name, rule in policy.items() if name not in ("fields", "sections") and rule != POLICY.get(name)}


def test_every_part_of_a_policy_is_drawn_or_left_out_for_a_reason() -> None:
    usual = Policy.model_validate(POLICY).model_dump()
    drawn = [Policy.model_validate(draw_policy(Random(number))).model_dump() for number in range(300)]
    assert {name for name in usual if any(policy[name] != usual[name] for policy in drawn)} == usual.keys() - NOT_DRAWN.keys()
    for reason in NOT_DRAWN.values():
        assert Path(reason.partition(": ")[2]).is_file(), reason


def test_every_finding_is_shown_by_a_story_or_has_a_reason_why_not() -> None:
    planted = {code for code, _, _ in PLANTED}
    assert planted - SHOWN.keys() == NOT_SHOWN.keys()
    assert SHOWN.keys() <= planted


def is_awarded(policy: dict[str, Any], story: Story, owed: Owed) -> bool:
    """Whether a job drafts an award for an idea that has come to this end: it is scored, and reaches a tier.

    A ranking does not wait for what is deferred: an idea that comes back after it is left to those who propose by hand.
    """
    (category,) = story.town.rows(select(Idea.category))
    tiers = Policy.model_validate(policy).for_category(category).rule_book["tiers"]
    is_ranked = any(tier.get("places") for tier in tiers)
    reached = owed.score is not None and owed.score >= min(Decimal(tier["minimum_score"]) for tier in tiers)
    drafted = "deferred" not in story.visited if is_ranked else owed.stage == "rolled_out"
    return reached and drafted and owed.stage in policy.get("award_from", ["rolled_out"])
