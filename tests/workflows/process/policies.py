"""Policies as somebody may write them: drawn at random, most of each right, some of it not."""

from random import Random
from typing import Any

from models.form_rules import FieldKind
from models.policy import Entry, Policy
from tests.answers import FORM
from tests.building import POLICY
from tests.workflows.process.officials import LOOSENABLE
from tests.workflows.process.test_movers import ALLOWED
from tests.workflows.process.test_ways import written_by_hand
from workflows.process.visibility import OVERSEERS

WITHOUT_QUORUM = "no_quorum"  # only luck brings a story there, where reviewers run out: tests/workflows/review/test_quorum.py
BY_HAND = [line for line in written_by_hand("stages") if line["way"] == "idea" and line["stage"] != WITHOUT_QUORUM]
STAGES = [line["stage"] for line in BY_HAND]
WAITING = [line["stage"] for line in BY_HAND if line["kind"] in ("open", "decided")]
OFFICES = [str(role) for role in OVERSEERS]
NO_OFFICES = ["proposer", "operator", "reviewer", "pilot_owner"]
AWAITED = ["permit", "screen", "recommend", "determine", "resume", "plan_pilot", "verify", "approve", "schedule"]
OTHERS = ["assign", "propose", "revoke"]  # given to an office too, though nobody waits for them
NOT_GIVEN = ["score", "measure", "conclude", "submit", "withdraw", "route", "close_review", "expire", "number", "fly", "determination"]
AWARDED = ["rolled_out", "stopped", "determined", "shortlisted", "in_pilot", "deferred", "screening", "nowhere"]
NOT_LOOSENED = [("recommend", "score"), ("own", "verify"), ("propose", "permit"), ("screen", "secretariat"), ("visit", "approve")]
DAYS = ["permission", "screening", "review", "recommendation", "determination", "retention", "deferral"]


def draw_policy(luck: Random) -> dict[str, Any]:
    """A policy of the usual call with much of its own."""
    tiers = [{**tier, "places": luck.choice([1, 3, None])} for tier in POLICY["rule_book"]["tiers"]]
    book = {**POLICY["rule_book"], "results_must_be_verified": luck.random() < 0.3}
    policy = {
        **POLICY,
        "entry": luck.choice(list(Entry)),
        "permission": luck.random() < 0.7,
        "pass_mark": luck.choices([60, 100, 0], [8, 1, 1])[0],
        "reviewers": luck.randint(1, 3),
        "pilot": {"minimum_days": 30, "maximum_days": 3_650},
        "gates": draw_gates(luck),
        "movers": draw_movers(luck),
        "loosened": draw_loosened(luck),
        **draw_form(luck),
        "days": {name: luck.randint(30, 60) for name in luck.sample([*DAYS, "screning"], 2)} if luck.random() < 0.3 else {},
        "rule_book": {**book, "tiers": tiers} if luck.random() < 0.4 else book,
    }
    if luck.random() < 0.1:
        policy["quorum"] = luck.randint(1, 3)
    if luck.random() < 0.3:
        policy["award_from"] = luck.sample(AWARDED, luck.choices([0, 1, 2], [1, 4, 4])[0])
    return policy


def draw_gates(luck: Random) -> list[dict[str, Any]]:
    """Up to five gates, many of them of one stage and after each other."""
    names = [f"gate_{number}" for number in range(luck.choice([0, 1, 1, 2, 3, 5]))]
    stages = luck.sample(WAITING, 2)
    gates: list[dict[str, Any]] = []
    for number, name in enumerate(names):
        stage = luck.choice(STAGES) if luck.random() < 0.05 else luck.choice(stages)
        role = luck.choice(NO_OFFICES) if luck.random() < 0.04 else luck.choice(OFFICES)
        same = [each["name"] for each in gates if each["stage"] == stage]
        after = luck.sample(same, min(len(same), luck.randint(0, 2)))
        if luck.random() < 0.06:
            after = [luck.choice([*names[number:], *names, "gate_x"])]
        labels = {"label": f"Tahapan {number}", "label_en": f"Step {number}"}
        gates.append({"name": name, **labels, "stage": stage, "role": role, "after": after})
    return gates


def draw_form(luck: Random) -> dict[str, Any]:
    """At times a form with short answers, some of it asked only with certain answers."""
    return FORM if luck.random() < 0.3 else {}


def draw_answers(luck: Random, policy: Policy) -> dict[str, str]:
    """Something to answer for every field of a form, whether it is asked or not."""
    written = {FieldKind.FIGURE: "12.5", FieldKind.DAY: "2025-01-31", FieldKind.LINKS: "https://video.contoh.go.id/1"}
    return {field.name: written.get(field.kind) or luck.choice(field.options).name for field in policy.fields}


def draw_loosened(luck: Random) -> list[tuple[str, str]]:
    """Some pairs of duties that one person may have together."""
    pairs = luck.sample(LOOSENABLE, luck.choice([0, 0, 1, len(LOOSENABLE)]))
    return [*pairs, luck.choice(NOT_LOOSENED)] if luck.random() < 0.06 else pairs


def draw_movers(luck: Random) -> dict[str, str]:
    """Up to three actions given to other offices, most of them to such as may have them."""
    movers = {}
    for _ in range(luck.choice([0, 0, 1, 3])):
        action = luck.choice(NOT_GIVEN) if luck.random() < 0.06 else luck.choice([*AWAITED, *OTHERS])
        is_bad = luck.random() < 0.06
        movers[action] = luck.choice([*NO_OFFICES, *OFFICES]) if is_bad else luck.choice(ALLOWED.get(action, OFFICES))
    return movers
