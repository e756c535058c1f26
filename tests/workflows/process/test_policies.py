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

from models.database import database
from models.settings import settings
from tests.building import Shelf
from tests.databases import Pattern
from tests.workflows.process.owed import Owed
from tests.workflows.process.policies import draw_policy
from tests.workflows.process.shown import SHOWN, find, show
from tests.workflows.process.stories import Company, Course, Story
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
            finding = luck.choice(found)
            show(company, policy, finding, found)
            seen[finding.code] += 1
        else:
            story = Story(company, policy, luck, Course(lead=luck.choice(["lead", "lead", "head"])))
            owed = story.go_on()
            assert owed.award is not None or not is_awarded(policy, story, owed), story.visited
            ends[owed.stage] += 1
    print(f"{ends.total()} pass and end at {dict(ends)}; {seen.total()} fail with {dict(seen)}")
    assert min(ends.total(), seen.total()) > number_of_policies / 5
    if number_of_policies == POLICIES:
        assert set(seen) == set(SHOWN)


def describe(policy: dict[str, Any]) -> dict[str, Any]:
    """What is the policy's own."""
    return {name: policy[name] for name in ("entry", "permission", "pass_mark", "gates", "movers", "days", "award_from") if name in policy}


def is_awarded(policy: dict[str, Any], story: Story, owed: Owed) -> bool:
    """Whether a job drafts an award for an idea that has come to this end: it is scored, and reaches a tier.

    A ranking does not wait for what is deferred: an idea that comes back after it is left to those who propose by hand.
    """
    tiers = policy["rule_book"]["tiers"]
    is_ranked = any(tier.get("places") for tier in tiers)
    reached = owed.score is not None and owed.score >= min(Decimal(tier["minimum_score"]) for tier in tiers)
    drafted = "deferred" not in story.visited if is_ranked else owed.stage == "rolled_out"
    return reached and drafted and owed.stage in policy.get("award_from", ["rolled_out"])
