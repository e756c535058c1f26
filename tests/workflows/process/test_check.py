"""What a policy contradicts is found by its name and its place, and a policy that contradicts nothing is let through."""

import itertools
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from api.sentences import catalogue, sentence
from models.calls import Call, CallState, PolicyVersion
from models.database import table_of
from models.inbox import InboxItem
from models.instants import now
from models.policy import Entry, Policy
from tests.answers import NEVER, PLANTED_IN_FORMS
from tests.building import POLICY, Town
from tests.tables import FULL_TABLES, PLANTED_IN_TABLES
from workflows.process import tables, ways
from workflows.process.check import LONGEST_GATE_NAME, Finding, check_policy
from workflows.process.refusals import Invalid
from workflows.process.ways import Kind, Way, read_way
from workflows.region.call_files.reading import read_file
from workflows.region.calls import amend_policy, open_call

BOOK = POLICY["rule_book"]
RANKED = {**BOOK, "tiers": [{**BOOK["tiers"][0], "places": 3}]}
VERIFIED = {**BOOK, "results_must_be_verified": True}
ENDLESS = {**BOOK, "tiers": [{**BOOK["tiers"][0], "amount_rupiah": 10**15}], "team_uplift_percent": 50}
SEALED = {"is_sealed": True}
FLOOD = {"name": "flood", "label": "Banjir", "label_en": "Flood"}
FOUR_WORKING_DAYS = {"amount": 4, "unit": "working_days"}
HOLDING = [stage.name for stage in ways.IDEA.stages.values() if stage.kind not in (Kind.DRAFT, Kind.END)]


def gate(name: str = "hearing", stage: str = "screening", role: str = "secretariat", *after: str) -> dict[str, Any]:
    return {"name": name, "label": "Dengar pendapat", "label_en": "Hearing", "stage": stage, "role": role, "after": after}


def category(name: str, label: str = "Kecamatan") -> dict[str, Any]:
    return {"name": name, "label": label, "label_en": name}


def requirement(name: str, **changes: str) -> dict[str, Any]:
    return {"name": name, "label": "Bermanfaat", "label_en": "Is of benefit", **changes}


def check(way: Way | None = None, **changes: Any) -> list[Finding]:
    """What is found in the usual policy with some parts replaced, on the idea's way or another."""
    return check_policy(Policy.model_validate({**POLICY, **changes}), way or ways.IDEA, ways.AWARD, ways.DOCUMENT)


CHAIN = [gate("a", "screening", "chair", "c", "first"), gate("b", "screening", "chair", "a"), gate("c", "screening", "chair", "b")]
PLANTED: list[tuple[str, str, dict[str, Any]]] = [
    ("policy_stage_unknown", "gates.1.stage", {"gates": [gate(), gate("visit", "screning")]}),
    ("policy_stage_unknown", "award_from.1", {"award_from": ["rolled_out", "rolledout"]}),
    ("policy_stage_unreachable", "gates.0.stage", {"gates": [gate(stage="awaiting_permission")], "permission": False}),
    ("policy_stage_unreachable", "gates.0.stage", {"gates": [gate(stage="in_pilot")], "entry": "in_use"}),
    ("policy_stage_unreachable", "gates.0.stage", {"gates": [gate(stage="below_mark")], "pass_mark": 0}),
    ("policy_stage_unreachable", "award_from.0", {"award_from": ["stopped", "rolled_out"], "entry": "in_use"}),
    ("policy_gate_holds_nothing", "gates.0.stage", {"gates": [gate(stage="draft")]}),
    ("policy_gate_holds_nothing", "gates.0.stage", {"gates": [gate(stage="rolled_out")]}),
    ("policy_role_cannot_act", "gates.0.role", {"gates": [gate(role="proposer")]}),
    ("policy_role_cannot_act", "gates.2.role", {"gates": [gate("a"), gate("b"), gate(role="reviewer")]}),
    ("policy_mover_not_allowed", "movers.determine", {"movers": {"determine": "proposer"}}),
    ("policy_mover_not_allowed", "movers.verify", {"movers": {"verify": "pilot_owner"}}),
    ("policy_concentrates", "movers.determine", {"movers": {"determine": "chair"}}),
    ("policy_gate_unknown", "gates.0.after.1", {"gates": [gate("a", "screening", "chair", "b", "c"), gate("b")]}),
    ("policy_gate_not_before", "gates.0.after.0", {"gates": [gate("a", "screening", "chair", "b"), gate("b", "shortlisted")]}),
    ("policy_gate_not_before", "gates.1.after.0", {"gates": [gate("a", "awaiting_permission"), gate("b", "screening", "chair", "a")]}),
    ("policy_gates_in_circle", "gates.0.after", {"gates": [gate("a", "screening", "chair", "a")]}),
    ("policy_gates_in_circle", "gates.1.after", {"gates": [gate("first"), *CHAIN]}),
    ("text_too_long", "gates.0.name", {"gates": [gate("x" * 36)]}),
    ("policy_action_unknown", "movers.determination", {"movers": {"determination": "chair"}}),
    ("policy_action_without_office", "movers.measure", {"movers": {"measure": "chair"}}),
    ("policy_action_without_office", "movers.submit", {"movers": {"submit": "chair"}}),
    ("policy_action_without_office", "movers.close_review", {"movers": {"close_review": "chair"}}),
    ("policy_action_without_office", "movers.number", {"movers": {"number": "chair"}}),
    ("policy_action_unreachable", "movers.plan_pilot", {"movers": {"plan_pilot": "unit_head"}, "entry": "in_use"}),
    ("policy_quorum_too_large", "quorum", {"reviewers": 3, "quorum": 4}),
    ("policy_quorum_too_small", "quorum", {"reviewers": 4, "quorum": 1}),
    ("policy_quorum_too_small", "quorum", {"reviewers": 4, "quorum": 2}),
    ("policy_quorum_too_small", "quorum", {"reviewers": 3, "quorum": 1}),
    ("policy_pair_not_loosened", "loosened.0", {"loosened": [("screen", "score"), ("permit", "screen")]}),
    ("policy_pair_not_loosened", "loosened.1", {"loosened": [("permit", "screen"), ("approve", "propose_award")]}),
    ("policy_pair_not_loosened", "loosened.0", {"loosened": [("determine", "determine")]}),
    ("policy_duty_unknown", "loosened.0", {"loosened": [("permit", "screening")]}),
    ("policy_days_unknown", "days.screning", {"days": {"screning": 9}}),
    ("policy_silence_of_nobody", "on_silence", {"on_silence": "granted", "permission": False}),
    ("policy_silence_of_office", "on_silence", {"on_silence": "refused", "movers": {"permit": "secretariat", "propose": "chair"}}),
    ("policy_silence_too_soon", "days.permission", {"on_silence": "granted", "days": {"permission": 6}}),
    ("policy_silence_too_soon", "days.permission", {"on_silence": "refused", "days": {"permission": FOUR_WORKING_DAYS}}),
    ("policy_clock_unknown", "clocks.0.wait", {"clocks": [{"wait": "agreement"}]}),
    ("policy_clock_unknown", "clocks.1.wait", {"clocks": [{"wait": "review"}, {"wait": "reviewing"}]}),
    ("policy_clock_unknown", "clocks.0.wait", {"clocks": [{"wait": "gate:talk"}], "gates": [gate("visit")]}),
    ("policy_clock_unknown", "clocks.0.wait", {"clocks": [{"wait": "visit"}], "gates": [gate("visit")]}),
    ("policy_clock_twice", "clocks.1.wait", {"clocks": [{"wait": "review"}, {"wait": "review"}]}),
    ("policy_clock_twice", "clocks.1.wait", {"clocks": [{"wait": "gate:visit"}] * 2, "gates": [gate("visit")]}),
    ("policy_cause_unknown", "clocks.0.paused_by.1", {"clocks": [{"wait": "review", "paused_by": ["flood", "fire"]}], "pauses": [FLOOD]}),
    ("policy_cause_unused", "pauses.0", {"pauses": [FLOOD]}),
    ("policy_steps_out_of_order", "clocks.0.remind", {"clocks": [{"wait": "screening", "remind": [1, -3]}]}),
    ("policy_steps_out_of_order", "clocks.0.remind", {"clocks": [{"wait": "screening", "remind": [-3, -3]}]}),
    ("policy_step_of_nobody", "clocks.0.remind.0", {"clocks": [{"wait": "retention", "remind": [-3]}]}),
    ("policy_step_too_early", "clocks.0.remind.0", {"clocks": [{"wait": "screening", "remind": [-7, 1]}]}),
    ("policy_step_too_early", "clocks.0.remind.0", {"clocks": [{"wait": "gate:visit", "remind": [-14, 1]}], "gates": [gate("visit")]}),
    ("policy_steps_out_of_order", "clocks.0.remind", {"clocks": [{"wait": "gate:visit", "remind": [1, -3]}], "gates": [gate("visit")]}),
    ("policy_step_too_late", "clocks.0.remind.1", {"clocks": [{"wait": "supplement", "remind": [-3, 1]}]}),
    ("policy_step_too_late", "clocks.0.remind.0", {"clocks": [{"wait": "permission", "remind": [2]}], "on_silence": "granted"}),
    ("policy_gate_sealed", "gates.1.stage", {"gates": [gate("a"), gate(stage="awaiting_permission")], "closing": SEALED}),
    ("policy_permit_sealed", "movers.permit", {"movers": {"permit": "secretariat", "propose": "chair"}, "closing": SEALED}),
    ("policy_award_from_empty", "award_from", {"award_from": []}),
    ("policy_award_not_scored", "award_from.0", {"award_from": ["screening", "rolled_out"]}),
    ("policy_award_not_drafted", "award_from", {"award_from": ["determined"]}),
    ("policy_award_not_verified", "award_from.1", {"award_from": ["rolled_out", "determined"], "rule_book": VERIFIED}),
    ("policy_award_not_ranked", "award_from.0", {"award_from": ["recommended", "rolled_out"], "rule_book": RANKED}),
    ("amount_out_of_range", "rule_book.team_uplift_percent", {"rule_book": ENDLESS}),
    ("policy_initiator_twice", "eligibility.initiators.2", {"eligibility": {"initiators": ["council", "the_public", "council"]}}),
    ("policy_new_in_use", "eligibility.minimum_months", {"eligibility": {"minimum_months": 1}}),
    ("policy_years_without_awards", "eligibility.earlier_years", {"eligibility": {"earlier_years": 2}}),
    *PLANTED_IN_FORMS,
    *PLANTED_IN_TABLES,
    ("policy_requirement_blank", "requirements.1.label", {"requirements": [requirement("a"), requirement("b", label=" ? ")]}),
    ("policy_requirement_blank", "requirements.0.label_en", {"requirements": [requirement("a", label_en="\u3000")]}),
    ("policy_requirement_named_twice", "requirements.1.label", {"requirements": [requirement("a"), requirement("b", label="bermanfaat ")]}),
    ("policy_category_named_twice", "categories.1.label", {"categories": [category("a"), category("b"), category("c", "Kelurahan")]}),
]
SOUND: dict[str, dict[str, Any]] = {
    "nothing of its own": {},
    "two gates in order": {"gates": [gate("a", "screening", "chair", "b"), gate("b")]},
    "a gate after one that every idea has passed": {"gates": [gate("a", "screening"), gate("b", "shortlisted", "chair", "a")]},
    "an office for every step": {
        "movers": {"permit": "secretariat", "propose": "chair", "recommend": "verifier", "determine": "chair", "verify": "auditor"}
    },
    "as many files that must be there as may be": {"attachments": {"most": 3, "least": {"photo": 2, "pdf": 1}}},
    "tables with as many cells as a page can send": {"fields": FULL_TABLES},
    "a ranking of those whose pilot stopped too": {"award_from": ["rolled_out", "stopped"], "rule_book": RANKED},
    "verified results at the end": {"rule_book": VERIFIED},
    "an amount that no team is large enough to raise": {"rule_book": ENDLESS, "team_limit": 2},
    "every pair that a policy may loosen, whichever duty is named first": {
        "loosened": [("permit", "screen"), ("determine", "permit"), ("permit", "approve"), ("approve", "determine")]
    },
    "a seal, a grace and late permits": {"closing": {**SEALED, "grace_minutes": 60, "late_days": 7}, "gates": [gate()]},
    "clocks that stand still, are reminded of and count from the end of the call": {
        "pauses": [FLOOD],
        "clocks": [
            {"wait": "permission", "paused_by": ["flood"], "remind": [-3, 1, 5]},
            {"wait": "screening", "begins": "call_closed", "remind": [-6, 0]},
        ],
    },
    "clocks of gates, of which one has the name of a wait": {
        "pauses": [FLOOD],
        "gates": [gate("review"), gate("visit", "supplement_asked"), gate("hearing", "deferred")],
        "clocks": [
            {"wait": "gate:review", "paused_by": ["flood"], "remind": [-13, 0, 60]},
            {"wait": "review", "begins": "call_closed"},
            {"wait": "gate:visit", "begins": "call_closed", "remind": [-1, 1]},
            {"wait": "gate:hearing", "remind": [1]},
        ],
    },
    "reminders of those who are late with what no job does for them": {
        "clocks": [{"wait": wait, "remind": [-3, 1]} for wait in ("review", "pilot_plan")]
    },
    "a silence that grants after a week": {"on_silence": "granted", "days": {"permission": 7}},
    "a silence that refuses after a month": {"on_silence": "refused", "days": {"permission": {"amount": 1, "unit": "months"}}},
    "the smallest quorum of four": {"reviewers": 4, "quorum": 3},
    "all rules of who may enter": {
        "entry": "in_trial",
        "eligibility": {"initiators": ["council"], "quota": 1, "minimum_months": 120, "earlier_awards": 1, "earlier_years": 30},
    },
    "the longest name of a gate": {"gates": [gate("x" * LONGEST_GATE_NAME)]},
}


@pytest.mark.parametrize(("code", "path", "changes"), PLANTED, ids=[f"{code} at {path}" for code, path, _ in PLANTED])
def test_a_planted_fault_is_found_by_its_name_and_place_and_nothing_else_is(code: str, path: str, changes: dict[str, Any]) -> None:
    assert [(finding.code, finding.path) for finding in check(**changes)] == [(code, f"policy.{path}")]


@pytest.mark.parametrize("changes", SOUND.values(), ids=SOUND)
def test_a_policy_without_contradiction_is_let_through(changes: dict[str, Any]) -> None:
    assert check(**changes) == []


@pytest.mark.parametrize(("entry", "permission"), list(itertools.product(Entry, (True, False))))
def test_a_gate_may_stand_wherever_ideas_come_and_wait(entry: Entry, permission: bool) -> None:
    never = {"in_pilot", "pilot_reported"} if entry == Entry.IN_USE else set()
    never |= set() if permission else {"awaiting_permission"}
    gates = [gate(f"gate_{number}", stage) for number, stage in enumerate(HOLDING)]
    found = check(entry=entry, permission=permission, gates=gates)
    assert {(finding.code, finding.parameters["stage"]) for finding in found} == {("policy_stage_unreachable", stage) for stage in never}


@pytest.mark.parametrize("file", sorted(Path("examples/calls").glob("*.yaml")), ids=lambda file: file.stem)
def test_the_sample_calls_contradict_nothing(file: Path) -> None:
    policy = Policy.model_validate(read_file(file.read_bytes()).body["policy"])
    assert check_policy(policy, ways.IDEA, ways.AWARD, ways.DOCUMENT) == []


def test_several_faults_are_all_found() -> None:
    found = check(gates=[gate("a", "nowhere", "operator", "b")], movers={"fly": "chair"}, award_from=["draft"], days={"x": 1})
    assert [finding.path.removeprefix("policy.") for finding in found] == [
        *("gates.0.stage", "gates.0.role", "gates.0.after.0"),
        *("days.x", "movers.fly", "award_from.0"),
    ]


def test_every_finding_has_its_sentence_with_everything_it_says() -> None:
    found = [finding for _, _, changes in PLANTED for finding in check(**changes)]
    found += [finding for way in ALTERED.values() for finding in check(way.way, **way.changes)]
    found += check(**NEVER)
    known = {code for code in catalogue() if code.startswith("policy_")} - {"policy_invalid", *OF_THE_MODEL}
    assert {finding.code for finding in found} - {"text_too_long", "amount_out_of_range", "date_out_of_range"} == known
    for finding in found:
        for language in ("id", "en"):
            assert "{" not in sentence(finding.code, language, finding.parameters), finding


OF_MODELS = (
    *("policy_names", "policy_scale", "policy_words", "policy_pilot", "policy_condition", "policy_options", "policy_bounds"),
    *("policy_columns_do", "policy_rows", "policy_unit", "policy_file_unknown"),
)
OF_THE_MODEL = {code for code in catalogue() if code.startswith(OF_MODELS)}


def test_a_gates_name_fits_into_the_task_of_an_inbox_item() -> None:
    assert len("gate:") + LONGEST_GATE_NAME == table_of(InboxItem).c.task.type.length  # type: ignore[attr-defined]


# Tables that are at fault themselves: what a new row must not forget


class Altered:
    """The idea's way with one word of a row replaced, or the row left out, and the policy under which that is a fault."""

    def __init__(self, code: str, stage: str, row: str, words: tuple[str, str] | None, **changes: Any) -> None:
        self.code, self.stage, self.changes = code, stage, changes
        self.way = read_way("idea", *(self._alter(table, row.split(), words) for table in (tables.IDEA_STAGES, tables.IDEA_TRANSITIONS)))

    @staticmethod
    def _alter(table: str, row: list[str], words: tuple[str, str] | None) -> str:
        lines = table.splitlines()
        chosen = [line for line in lines if line.split()[: len(row)] == row]
        return "\n".join((line.replace(*words, 1) if words else "") if line in chosen else line for line in lines if line)


ALTERED = {
    "a job forgotten": Altered("policy_nobody_owes", "submitted", "draft submit", ("intake.route,", "")),
    "a job forgotten under one policy": Altered(
        "policy_nobody_owes", "determined", "recommended determine adopted", ("pilot.roll_out,", ""), entry="in_use"
    ),
    "a date forgotten": Altered("policy_nobody_owes", "rejected", "rejected -", ("retention", "-")),
    "two at once": Altered("policy_two_owe", "determined", "determined roll_out", ("has_no_pilot,", "")),
    "a loop": Altered("policy_no_way_to_end", "in_pilot", "in_pilot conclude", ("pilot_reported", "in_pilot")),
    "days that no policy has": Altered("policy_days_missing", "screening", "screening screen", ("screening       -", "visit -")),
}


@pytest.mark.parametrize("altered", ALTERED.values(), ids=ALTERED)
def test_a_fault_of_the_tables_is_found_under_the_policy_that_meets_it(altered: Altered) -> None:
    assert (altered.code, altered.stage) in [(each.code, each.parameters.get("stage")) for each in check(altered.way, **altered.changes)]


def test_a_job_forgotten_for_one_kind_of_call_hurts_no_other() -> None:
    assert check(ALTERED["a job forgotten under one policy"].way) == []


# Calls


@pytest.fixture
def planned(town: Town) -> str:
    """A call that an earlier release planned with a policy that contradicts itself."""
    call = town.build_call()
    policy = Policy.model_validate({**POLICY, "gates": [gate("a", "screening", "proposer", "a")]})
    with town.store.unit_of_work() as session:
        session.get_one(Call, call).state = CallState.PLANNED
        signed = {"signed_by": town["chair"].id, "signed_at": now()}
        session.add(PolicyVersion(call_id=call, number=2, body=policy.model_dump(mode="json"), **signed))
    return call


def test_a_call_whose_policy_contradicts_itself_is_not_opened(town: Town, planned: str) -> None:
    with pytest.raises(Invalid, match="policy_role_cannot_act") as refused:
        town.do(open_call, planned, by="secretary")
    assert refused.value.field == "policy.gates.0.role"
    assert [part.code for part in refused.value.parts] == ["policy_role_cannot_act", "policy_gates_in_circle"]
    assert town.rows(select(Call.state).where(Call.id == planned)) == [CallState.PLANNED]
    town.amend(planned)
    town.do(open_call, planned, by="secretary")
    assert town.rows(select(Call.state).where(Call.id == planned)) == [CallState.OPEN]


def test_no_policy_that_contradicts_itself_is_planned_or_amended(town: Town) -> None:
    with pytest.raises(Invalid, match="policy_award_from_empty"):
        town.build_call(award_from=[])
    with pytest.raises(Invalid, match="policy_award_from_empty"):
        town.do(amend_policy, town.call, {**POLICY, "award_from": []}, by="secretary")
    assert town.rows(select(PolicyVersion.number)) == [1]
