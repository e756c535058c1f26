"""Policies as somebody may write them: drawn at random, most of each right, some of it not."""

from datetime import date
from random import Random
from typing import Any

from models.form_rules import FieldKind
from models.policy import Entry, Policy
from models.stages import IdeaStage
from tests.answers import FORM, TEXTS
from tests.building import POLICY
from tests.workflows.process.officials import LOOSENABLE
from tests.workflows.process.test_movers import ALLOWED
from tests.workflows.process.test_ways import written_by_hand
from workflows.process.visibility import OVERSEERS

WITHOUT_QUORUM = IdeaStage.NO_QUORUM  # only luck brings a story there, where reviewers run out: tests/workflows/review/test_quorum.py
BY_HAND = [line for line in written_by_hand("stages") if line["way"] == "idea" and line["stage"] != WITHOUT_QUORUM]
STAGES = [line["stage"] for line in BY_HAND]
WAITING = [line["stage"] for line in BY_HAND if line["kind"] in ("open", "decided")]
OFFICES = [str(role) for role in OVERSEERS]
NO_OFFICES = ["proposer", "operator", "reviewer", "pilot_owner"]
AWAITED = ["permit", "screen", "recommend", "determine", "resume", "plan_pilot", "verify", "approve", "schedule"]
OTHERS = ["assign", "propose", "revoke"]  # given to an office too, though nobody waits for them
NOT_GIVEN = ["score", "measure", "conclude", "submit", "withdraw", "route", "close_review", "expire", "number", "fly", "determination"]
AWARDED = ["rolled_out", "stopped", "determined", "shortlisted", "in_pilot", "deferred", "screening", "nowhere"]
EARLY = ["submitted", "awaiting_permission"]  # before what a sealed call waits for
NOT_LOOSENED = [("recommend", "score"), ("own", "verify"), ("propose", "permit"), ("screen", "secretariat"), ("visit", "approve")]
DAYS = ["permission", "screening", "review", "recommendation", "determination", "retention", "deferral"]
SELDOM = 0.2  # how often a part is drawn that most calls say nothing of
WRONG = 0.2  # how often such a part contradicts something
NOT_DRAWN = {  # parts of a policy that hold up no idea, with what tests them
    "attachments": "files are asked for before an idea is handed in: tests/workflows/intake/test_required_files.py",
    "declaration": "given with what hands an idea in: tests/workflows/intake/test_declaration.py",
    "colleagues": "whoever reads and comments owes nothing: tests/workflows/intake/test_commenting.py",
    "requirements": "what the screening answers, with whatever outcome: tests/workflows/intake/test_requirements.py",
    "screening": "what the screening must say beside: tests/workflows/intake/test_requirements.py",
    "rubric": "what a review scores; the mark is drawn: tests/workflows/review/test_review.py",
    "blind": "who is told whose an idea is: tests/workflows/review/test_blind.py",
    "comments": "who reads what reviewers wrote: tests/workflows/review/test_comments.py",
    "team_limit": "how many may be named: tests/workflows/intake/test_team.py",
    "documents": "what stands on paper: tests/workflows/recognition/test_documents.py",
}


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
        "days": draw_days(luck) if luck.random() < 0.3 else {},
        "rule_book": {**book, "tiers": tiers} if luck.random() < 0.4 else book,
    }
    if luck.random() < 0.1:
        policy["quorum"] = luck.randint(1, 3)
    if luck.random() < SELDOM:
        policy["substitutes"] = luck.randint(0, 3)
    for draw in (draw_silence, draw_closing, draw_clocks, draw_categories, draw_eligibility):
        policy |= draw(luck, policy) if luck.random() < SELDOM else {}
    if luck.random() < 0.15:
        policy["award_from"] = luck.sample(AWARDED, luck.choices([0, 1, 2], [1, 4, 4])[0])
    return policy


def draw_days(luck: Random) -> dict[str, Any]:
    """Some waits, in calendar days, working days or months."""
    waits = {name: luck.randint(30, 60) for name in luck.sample([*DAYS, "screning"], 2)}
    spans = ({"amount": luck.randint(30, 60), "unit": "working_days"}, {"amount": luck.randint(2, 4), "unit": "months"})
    return {name: luck.choice(spans) if luck.random() < 0.3 else wait for name, wait in waits.items()}


def draw_silence(luck: Random, policy: dict[str, Any]) -> dict[str, Any]:
    """What a head's silence means, now and then after too few days."""
    too_soon = luck.choice([luck.randint(1, 6), {"amount": luck.randint(1, 4), "unit": "working_days"}])
    soon = {"days": {**policy["days"], "permission": too_soon}} if luck.random() < WRONG else {}
    permit = {"movers": {**policy["movers"], "permit": ALLOWED["permit"][-1]}} if luck.random() < WRONG else {}
    return {"on_silence": luck.choice(["granted", "refused"]), **soon, **permit}


def draw_closing(luck: Random, policy: dict[str, Any]) -> dict[str, Any]:
    """What happens around the end of the call; of some sealed calls an office would pass a gate or permit before it."""
    rule = {"is_sealed": luck.random() < 0.6, "grace_minutes": luck.choice([0, 60]), "late_days": luck.choice([0, 7])}
    gates = [each for each in policy["gates"] if each["stage"] not in EARLY]
    if luck.random() < WRONG:
        gates = [*gates, {"name": "early", "label": "Dini", "label_en": "Early", "stage": luck.choice(EARLY), "role": "chair", "after": []}]
    kept = {each["name"] for each in gates}
    gates = [{**each, "after": [name for name in each["after"] if name in kept]} for each in gates]
    permit = {"permit": luck.choice(ALLOWED["permit"][1:])} if luck.random() < WRONG else {}
    others = {action: role for action, role in policy["movers"].items() if action != "permit"}
    return {"closing": rule, **({"gates": gates, "movers": {**others, **permit}} if rule["is_sealed"] else {})}


def draw_clocks(luck: Random, policy: dict[str, Any]) -> dict[str, Any]:
    """How one or two waits are counted and reminded of, now and then that of a gate, and the cause for which they stand still."""
    known = [name for name in DAYS if name not in policy["days"]]
    gates = [f"gate:{each['name']}" for each in policy["gates"]]
    wrong = [[known[0]] * 2, ["agreement"], ["reviewing"], ["gate:gate_x"], *([each] * 2 for each in gates[:1])]
    right = [luck.choice(gates), luck.choice(known)] if gates and luck.random() < 0.5 else luck.sample(known, 2)
    names = right if luck.random() > WRONG else luck.choice(wrong)
    causes = ["flood"] if luck.random() < 0.4 else []
    begins = ["entered", "call_closed"]
    clocks = [{"wait": name, "begins": luck.choice(begins), "paused_by": [], "remind": _draw_steps(luck, name)} for name in names]
    named = causes if luck.random() > WRONG else luck.choice([["flood", "fire"], ["fire"]])
    clocks[-1]["paused_by"] = named if causes and luck.random() > WRONG else []
    return {"clocks": clocks, "pauses": [{"name": cause, "label": "Banjir", "label_en": "Flood"} for cause in causes]}


def _draw_steps(luck: Random, wait: str) -> list[int]:
    """Days before and after the last, in order; after it none of a wait that ends by itself, and none where nobody is asked."""
    if luck.random() < WRONG:
        return [-3, 1] if wait == "deferral" else luck.choice([[1, -3], [-3, -3], [-60]])
    steps = sorted(luck.sample([-3, -1, 1, 5], luck.randint(0, 3)))
    return [] if wait == "retention" else [step for step in steps if step < 0 or wait not in ("permission", "deferral")]


def draw_categories(luck: Random, policy: dict[str, Any]) -> dict[str, Any]:
    """Two or three categories that fit every unit; the first has nothing of its own."""
    categories: list[dict[str, Any]] = [{"name": name, "label": f"Bidang {name}", "label_en": f"Field {name}"} for name in "abc"]
    if luck.random() < WRONG:
        categories[1]["label"] = categories[0]["label"].upper()
    if luck.random() < 0.5:
        categories[1]["pass_mark"] = luck.choice([0, 60, 100])
    if luck.random() < 0.5:
        categories[-1]["tiers"] = [{**tier, "places": luck.choice([1, 3])} for tier in POLICY["rule_book"]["tiers"]]
    return {"categories": categories[: luck.randint(2, 3)]}


def draw_eligibility(luck: Random, policy: dict[str, Any]) -> dict[str, Any]:
    """Which ideas may enter; now and then what contradicts itself."""
    rule: dict[str, Any] = {"initiators": luck.sample(["council", "the_public", "civil_servant"], luck.randint(0, 3))}
    rule |= {"quota": luck.randint(1, 3)} if luck.random() < 0.5 else {}
    rule |= {"earlier_awards": 1, "earlier_years": luck.choice([None, 5])} if luck.random() < 0.5 else {}
    if policy["entry"] != Entry.NEW or luck.random() < 2 * WRONG:
        rule["minimum_months"] = luck.choice([0, 6])
    if luck.random() < WRONG:
        rule |= luck.choice([{"initiators": ["council", "council"]}, {"earlier_awards": None, "earlier_years": 5}])
    return {"eligibility": rule}


def draw_words(luck: Random, policy: Policy) -> dict[str, Any]:
    """What a proposal says beside the usual: in a form with short answers, for who may enter, and in which category."""
    rule, said = policy.eligibility, dict[str, Any]()
    if policy.fields:
        said |= {"answers": draw_answers(luck, policy), "sections": TEXTS}
    if rule.initiators:
        said["initiator"] = luck.choice(rule.initiators)
    if rule.minimum_months:
        said["in_use_since"] = date(2024, 1, 31)
    return said | ({"category": luck.choice(policy.categories).name} if policy.categories else {})


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
