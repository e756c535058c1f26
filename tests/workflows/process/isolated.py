"""What the check finds in a policy, and the policy with nothing in it but what one finding speaks of."""

from typing import Any

from models.policy import Policy
from tests.building import POLICY
from workflows.process import ways
from workflows.process.check import Finding, check_policy

OWN_PARTS = ("on_silence", "closing", "clocks", "pauses", "categories", "eligibility")
ALONG = {"clocks": ("pauses", "on_silence"), "pauses": ("clocks",), "eligibility": ("entry",)}  # what such a part is judged with
KEPT_WITH = {  # as above, by what is found
    "policy_silence_of_office": ("movers",),
    "policy_silence_too_soon": ("on_silence",),
    "policy_permit_sealed": ("closing",),
}
ORDERED = ("policy_gates_in_circle", "policy_gate_not_before")


def find(policy: dict[str, Any]) -> list[Finding]:
    """What the check finds."""
    return check_policy(Policy.model_validate(policy), ways.IDEA, ways.AWARD, ways.DOCUMENT)


def list_showable(found: list[Finding]) -> list[Finding]:
    """Those that a story can show by themselves: what else is wrong with a gate follows where no idea waits in its stage."""
    nowhere = {each.path for each in found if each.path.endswith(".stage") and each.code != "policy_gate_sealed"}
    follows = ("policy_gate_not_before", "policy_gate_sealed")
    return [each for each in found if each.code not in follows or ".".join((*each.path.split(".")[:3], "stage")) not in nowhere]


def isolate(policy: dict[str, Any], finding: Finding, found: list[Finding]) -> dict[str, Any]:
    """The policy with nothing in it that the finding does not speak of."""
    _, part, *place = finding.path.split(".")
    if part == "categories" and finding.code != "policy_category_named_twice":
        held = hold_for(policy, int(place[0]))
        same = find(held)
        return isolate(held, next(each for each in same if each.code == finding.code), same)
    alone = {name: rule for name, rule in policy.items() if name not in ("quorum", "substitutes", *OWN_PARTS)}
    alone |= {"gates": [], "movers": {}, "days": {}, "loosened": []}
    if part == "clocks":
        alone["gates"] = _list_counted(policy)
    if part in OWN_PARTS or finding.code in KEPT_WITH:
        return {**alone, **{name: policy[name] for name in (part, *KEPT_WITH.get(finding.code, ALONG.get(part, ()))) if name in policy}}
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
    alone |= {"closing": policy["closing"]} if finding.code == "policy_gate_sealed" else {}
    return {**alone, "gates": _isolate_gates(policy["gates"], finding, int(place[0]), {each.path for each in found})}


def hold_for(policy: dict[str, Any], number: int) -> dict[str, Any]:
    """The policy as it holds for one of its categories, as a policy without any."""
    category = policy["categories"][number]
    own = {name: category[name] for name in ("rubric", "pass_mark") if name in category}
    if "tiers" in category:
        own["rule_book"] = {**policy["rule_book"], "tiers": category["tiers"]}
    return {**policy, **own, "categories": []}


def _list_counted(policy: dict[str, Any]) -> list[dict[str, Any]]:
    """The gates that clocks are about, each as it can be passed: its clock is the same wherever it stands."""
    counted = [rule["wait"] for rule in policy["clocks"]]
    found = [each for each in policy["gates"] if f"gate:{each['name']}" in counted]
    return [{**each, "stage": "screening", "role": "secretariat", "after": []} for each in found]


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
