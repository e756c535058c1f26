"""Finds what in a policy would leave an idea or an award without a next step, or speaks of what never comes to pass."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter
from typing import Any

from models.policy import Days, Entry, GateRule, Policy, fewest_scores
from models.stages import IdeaStage
from workflows.calculations.rule_books import FixedTiers, read_rule_book
from workflows.calculations.values import MAXIMUM_RUPIAH
from workflows.process.asked import list_form_contradictions
from workflows.process.clocks import list_clock_contradictions
from workflows.process.duties import LOOSENABLE, STEPS
from workflows.process.guards import is_in_policy
from workflows.process.movers import list_allowed, list_concentrations
from workflows.process.reach import Owing, Reach, list_steps, takes_step, walk
from workflows.process.sealing import PERMIT
from workflows.process.visibility import OVERSEERS
from workflows.process.ways import Kind, Reached, Relation, Transition, Way

UNREACHABLE = "policy_stage_unreachable"
BEFORE_SCREENING = (IdeaStage.SUBMITTED, IdeaStage.AWAITING_PERMISSION)  # in a sealed call gates would be put up here
LONGEST_GATE_NAME = 35  # with `gate:` before it, it is the task of an inbox item, which has 40 characters


@dataclass(frozen=True)
class Finding:
    """A contradiction of a policy: its code, where it stands (`policy.gates.2.role`), and what its sentence says beside."""

    code: str
    path: str
    parameters: dict[str, Any] = field(default_factory=dict)


def check_policy(policy: Policy, idea: Way, award: Way, document: Way) -> list[Finding]:
    """Every contradiction between a policy and the three ways, in the policy's order; none where every idea reaches an end.

    The ways are walked exhaustively: every outcome of every step, whatever the score, each stage's gates in their order; once for each
    category, as the policy holds for its ideas. What contradicts in some of them alone stands at these; a stage that only some reach is
    none the less a stage that the policy may speak of.
    """
    found = [_check_held(each, idea, award, document) for _, each in policy.list_by_category()]
    shared = [finding for finding in found[0] if all(finding in others for others in found)]
    own = [
        replace(finding, path=f"policy.categories.{number}")
        for number, findings in enumerate(found)
        for finding in findings
        if finding not in shared and finding.code != UNREACHABLE
    ]
    return [*shared, *own, *_check_labels(policy)]


def _check_held(policy: Policy, idea: Way, award: Way, document: Way) -> list[Finding]:
    """The contradictions of a policy as it holds for the ideas of one category, or for all."""
    reach = walk(idea, policy)
    others = [walk(way, policy) for way in (award, document)]
    return [
        *_check_gates(reach),
        *_check_eligibility(policy),
        *(Finding(*found) for found in list_form_contradictions(policy)),
        *_check_files(policy),
        *_check_review(policy),
        *_check_days(reach, *others),
        *(Finding(*found) for found in list_clock_contradictions(policy)),
        *_check_movers(reach, *others),
        *_check_loosened(policy),
        *_check_sealed(policy),
        *_check_awards(reach),
        *(finding for each in (reach, *others) for finding in _check_stages(each)),
    ]


def _check_labels(policy: Policy) -> Iterator[Finding]:
    """Two categories that papers name alike could not be told apart, nor two criteria of the screening."""
    titles = [category.title.casefold() for category in policy.categories]
    for number, category in enumerate(policy.categories):
        if category.title.casefold() in titles[:number]:
            yield Finding("policy_category_named_twice", f"policy.categories.{number}.label", {"given": category.label})
    yield from _check_requirements(policy)


def _check_requirements(policy: Policy) -> Iterator[Finding]:
    """A criterion of the screening says something, in both languages, and no other says the same: else nobody knows what was answered."""
    labels = [" ".join(requirement.label.split()).casefold() for requirement in policy.requirements]
    for number, requirement in enumerate(policy.requirements):
        path = f"policy.requirements.{number}"
        for name in ("label", "label_en"):
            if not any(map(str.isalnum, getattr(requirement, name))):
                yield Finding("policy_requirement_blank", f"{path}.{name}")
        if labels[number] in labels[:number]:
            yield Finding("policy_requirement_named_twice", f"{path}.label", {"given": requirement.label})


def _check_gates(reach: Reach) -> Iterator[Finding]:
    for number, rule in enumerate(reach.policy.gates):
        path, named = f"policy.gates.{number}", {"gate": rule.name, "label": rule.label, "label_en": rule.label_en}
        stage = reach.way.stages.get(rule.stage)
        if len(rule.name) > LONGEST_GATE_NAME:
            yield Finding("text_too_long", f"{path}.name", {"maximum": LONGEST_GATE_NAME})
        if stage is None:
            yield Finding("policy_stage_unknown", f"{path}.stage", {"given": rule.stage})
        elif stage.kind == Kind.DRAFT or not any("gates" in each.guards for each in list_steps(reach.way, reach.policy, stage)):
            yield Finding("policy_gate_holds_nothing", f"{path}.stage", {**named, "stage": rule.stage})
        elif rule.stage not in reach.stages:
            yield Finding(UNREACHABLE, f"{path}.stage", {"stage": rule.stage})
        if rule.role not in OVERSEERS:
            yield Finding("policy_role_cannot_act", f"{path}.role", {"role": rule.role, "roles": list(OVERSEERS)})
        yield from _check_order(reach, rule, path, named)
    yield from _check_circles(reach.policy)


def _check_eligibility(policy: Policy) -> Iterator[Finding]:
    """No initiator is listed twice, a new idea is not asked since when it is in use, and years count only where awards do."""
    rule, path = policy.eligibility, "policy.eligibility"
    for place, initiator in enumerate(rule.initiators):
        if initiator in rule.initiators[:place]:
            yield Finding("policy_initiator_twice", f"{path}.initiators.{place}")
    if rule.minimum_months and policy.entry == Entry.NEW:
        yield Finding("policy_new_in_use", f"{path}.minimum_months")
    if rule.earlier_years is not None and rule.earlier_awards is None:
        yield Finding("policy_years_without_awards", f"{path}.earlier_years")


def _check_files(policy: Policy) -> Iterator[Finding]:
    """Only kinds of files that are taken must be there, and no more of all together than there may be."""
    rule, path = policy.attachments, "policy.attachments.least"
    yield from (
        Finding("policy_file_not_taken", f"{path}.{kind}", {"kinds": [kind.value]}) for kind in rule.least if kind not in rule.kinds
    )
    if (total := sum(rule.least.values())) > rule.most:
        yield Finding("policy_files_too_many", path, {"minimum": total, "maximum": rule.most})


def _check_review(policy: Policy) -> Iterator[Finding]:
    """A quorum is more than half of the reviewers, so that no few decide while most are silent, and no more than there are."""
    fewest = fewest_scores(policy.reviewers)
    if policy.quorum > policy.reviewers:
        yield Finding("policy_quorum_too_large", "policy.quorum", {"minimum": policy.quorum, "maximum": policy.reviewers})
    if policy.quorum < fewest:
        yield Finding("policy_quorum_too_small", "policy.quorum", {"minimum": fewest, "maximum": policy.reviewers})


def _check_order(reach: Reach, rule: GateRule, path: str, named: dict[str, Any]) -> Iterator[Finding]:
    """A gate comes after gates of its own stage, or after such as every idea has passed before it comes there."""
    gates = {each.name: each for each in reach.policy.gates}
    for place, name in enumerate(rule.after):
        if name not in gates:
            yield Finding("policy_gate_unknown", f"{path}.after.{place}", {"given": name})
        elif gates[name].stage != rule.stage and not all(name in each.passed for each in reach.at(rule.stage)):
            yield Finding("policy_gate_not_before", f"{path}.after.{place}", {**named, "stage": gates[name].stage})


def _check_circles(policy: Policy) -> Iterator[Finding]:
    """Gates of a stage that wait for each other can none of them be passed; one circle of a stage is found at a time."""
    for stage in dict.fromkeys(rule.stage for rule in policy.gates):
        rules = {rule.name: rule for rule in policy.gates if rule.stage == stage}
        try:
            TopologicalSorter({name: set(rule.after) & set(rules) for name, rule in rules.items()}).prepare()
        except CycleError as circle:
            number, rule = next((number, rule) for number, rule in enumerate(policy.gates) if rule.name in circle.args[1])
            named = {"gate": rule.name, "label": rule.label, "label_en": rule.label_en}
            yield Finding("policy_gates_in_circle", f"policy.gates.{number}.after", named)


def _check_days(*reaches: Reach) -> Iterator[Finding]:
    """Days that no stage has, and stages whose days are missing."""
    given = reaches[0].policy.days.model_extra or {}
    named = {stage.days for reach in reaches for stage in reach.way.stages.values()}
    yield from (Finding("policy_days_unknown", f"policy.days.{name}", {"given": name}) for name in given if name not in named)
    for reach in reaches:
        for stage in (reach.way.stages[name] for name in reach.way.stages if name in reach.stages):
            if stage.days and stage.days not in Days.model_fields and stage.days not in given:
                yield Finding("policy_days_missing", f"policy.days.{stage.days}", {"stage": stage.name})


def _check_movers(*reaches: Reach) -> Iterator[Finding]:
    """Only what an office does is given to another, only to the roles listed for it, and no two steps of a pair come into one role."""
    policy, ways = reaches[0].policy, [reach.way for reach in reaches]
    for action, role in policy.movers.items():
        path = f"policy.movers.{action}"
        steps = [(reach, step) for reach in reaches for step in reach.way.of_action(action)]
        if not steps:
            yield Finding("policy_action_unknown", path, {"given": action})
        elif not (allowed := list_allowed(action, ways)):
            yield Finding("policy_action_without_office", path, {"action": action})
        elif role not in allowed:
            yield Finding("policy_mover_not_allowed", path, {"action": action, "role": role, "roles": list(allowed)})
        elif not any(_happens(reach, step) for reach, step in steps if step.relation == Relation.SCOPE):
            yield Finding("policy_action_unreachable", path, {"action": action})
    for found in list_concentrations(policy, *ways):
        said = {"action": found.moved, "actions": [found.moved, found.other], "role": found.role}
        yield Finding("policy_concentrates", f"policy.movers.{found.moved}", said)


def _happens(reach: Reach, step: Transition) -> bool:
    return is_in_policy(step, reach.policy) and (step.stage is None or step.stage in reach.stages)


def _check_loosened(policy: Policy) -> Iterator[Finding]:
    """Only the pairs of duties that the table leaves to a policy may go to one person."""
    for place, (one, other) in enumerate(policy.loosened):
        path = f"policy.loosened.{place}"
        unknown = next((duty for duty in (one, other) if duty not in STEPS), None)
        if unknown is not None:
            yield Finding("policy_duty_unknown", path, {"given": unknown})
        elif (one, other) not in LOOSENABLE:
            yield Finding("policy_pair_not_loosened", path, {"duty": one, "other_duty": other})


def _check_sealed(policy: Policy) -> Iterator[Finding]:
    """What is sealed is read by nobody but the head who permits it: no other office passes a gate before the seal is broken, or permits."""
    if not policy.closing.is_sealed:
        return
    for number, rule in enumerate(policy.gates):
        if rule.stage in BEFORE_SCREENING:
            named = {"gate": rule.name, "label": rule.label, "label_en": rule.label_en}
            yield Finding("policy_gate_sealed", f"policy.gates.{number}.stage", {**named, "stage": rule.stage})
    if policy.permission and PERMIT in policy.movers:
        yield Finding("policy_permit_sealed", f"policy.movers.{PERMIT}", {"role": policy.movers[PERMIT]})


def _check_awards(reach: Reach) -> Iterator[Finding]:
    policy, book = reach.policy, read_rule_book(reach.policy.rule_book)
    if not policy.award_from:
        yield Finding("policy_award_from_empty", "policy.award_from")
    findings = [finding for number, stage in enumerate(policy.award_from) for finding in _check_award_stage(reach, book, number, stage)]
    yield from findings
    if policy.award_from and not findings and not book.is_ranked and not any(_is_drafted(reach, stage) for stage in policy.award_from):
        yield Finding("policy_award_not_drafted", "policy.award_from")
    raised = 100 + book.team_uplift_percent if book.team_uplift_from <= policy.team_limit else 100
    if any(tier.amount_rupiah * raised // 100 > MAXIMUM_RUPIAH for tier in book.tiers):
        yield Finding("amount_out_of_range", "policy.rule_book.team_uplift_percent", {"maximum": MAXIMUM_RUPIAH})


def _check_award_stage(reach: Reach, book: FixedTiers, number: int, name: str) -> Iterator[Finding]:
    """Whether any award can come from a stage: ideas come there, with a score, and the rule book gives something then."""
    path, stage = f"policy.award_from.{number}", reach.way.stages.get(name)
    if stage is None:
        yield Finding("policy_stage_unknown", path, {"given": name})
    elif name not in reach.stages:
        yield Finding(UNREACHABLE, path, {"stage": name})
    elif all(place.at_mark is None for place in reach.at(name)):
        yield Finding("policy_award_not_scored", path, {"stage": name})
    elif book.results_must_be_verified and stage.reached != Reached.VERIFIED:
        yield Finding("policy_award_not_verified", path, {"stage": name})
    elif book.is_ranked and stage.kind in (Kind.DRAFT, Kind.OPEN):
        yield Finding("policy_award_not_ranked", path, {"stage": name})


def _is_drafted(reach: Reach, stage: str) -> bool:
    return any(takes_step(job, "propose") for place in reach.at(stage) for job in place.jobs)


def _check_stages(reach: Reach) -> Iterator[Finding]:
    """In every stage that is no draft and no end somebody owes the next step, not two at once, and it leads to an end."""
    waiting = {place: reach.owing(place) for place in reach.places if reach.way.stages[place.stage].kind in (Kind.OPEN, Kind.DECIDED)}
    idle = {place.stage for place, owing in waiting.items() if not owing}
    torn = {place.stage for place, owing in waiting.items() if {Owing.ROLE, Owing.JOB} <= owing}
    lost = {place.stage for place in waiting.keys() - reach.leads_to_end()} if not idle else set()
    for code, stages in (("policy_nobody_owes", idle), ("policy_two_owe", torn), ("policy_no_way_to_end", lost)):
        yield from (Finding(code, "policy", {"stage": stage}) for stage in reach.way.stages if stage in stages)
