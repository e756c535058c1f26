"""Categories of a policy: each a valid rule book with a name of its own, within the ceilings together, printed, and never amended.

Who errs: whoever copies a category and forgets its label, misspells a kind of unit, or thinks that a ceiling holds for each category.
"""

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.sentences import sentence
from models.documents import DocumentKind
from models.policy import Policy
from tests.building import POLICY, Town
from tests.workflows.intake.test_category import AGENCY, DISTRICT, OPEN, VILLAGE, category
from tests.workflows.process.policies import draw_policy
from tests.workflows.region.test_amendments import refusal_of
from tests.workflows.region.test_ceilings import ceil
from tests.workflows.region.test_signatures import plan
from tests.workflows.reward.test_rank import book_of, tier
from workflows.documents.render import render_documents
from workflows.process import ways
from workflows.process.check import Finding, check_policy
from workflows.process.refusals import Invalid
from workflows.recognition.specimens import find_faults
from workflows.region.amendments import list_amendable
from workflows.region.signatures import sign_policy
from workflows.region.soundness import digest_print, validate_policy

BOOK = POLICY["rule_book"]
FIRST = tier("first", 80, 10_000_000, 2)
CRITERION = {"name": "reach", "label": "Jangkauan", "label_en": "Reach", "weight": 100}


def policy_of(*categories: dict[str, Any], **changes: Any) -> Policy:
    return Policy.model_validate({**POLICY, **changes, "categories": categories})


def check(policy: Policy) -> list[Finding]:
    return check_policy(policy, ways.IDEA, ways.AWARD, ways.DOCUMENT)


# What a category says


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "tiers that rise": ({"tiers": [tier("a", 60, 1, 1), tier("b", 80, 1, 1)]}, "tiers", "rule_book_invalid"),
    "a tier twice": ({"tiers": [tier("a", 60, 1, 1), tier("a", 50, 1, 1)]}, "tiers", "rule_book_invalid"),
    "no places": ({"tiers": [tier("a", 60, 1, 0)]}, "tiers.0.places", "greater_than_equal"),
    "an unknown rule": ({"tiers": [{**FIRST, "medal": "gold"}]}, "tiers.0.medal", "extra_forbidden"),
    "a criterion twice": ({"rubric": [CRITERION, CRITERION]}, "", "policy_names_twice"),
    "a mark beyond 100": ({"pass_mark": 101}, "pass_mark", "less_than_equal"),
    "an empty scale": ({"rubric": [{**CRITERION, "minimum": 9, "maximum": 9}]}, "rubric.0", "policy_scale_empty"),
}


@pytest.mark.parametrize(("own", "place", "problem"), WRONG.values(), ids=WRONG)
def test_a_category_that_contradicts_itself_is_refused_with_its_place(own: dict[str, Any], place: str, problem: str) -> None:
    with pytest.raises(Invalid, match="policy_invalid") as refused:
        validate_policy({**POLICY, "categories": [OPEN, {**VILLAGE, **own}]})
    assert refused.value.field == f"policy.categories.1.{place}".rstrip(".")
    assert refused.value.parameters["problem"] == problem
    assert "{" not in sentence("policy_invalid", "id", refused.value.parameters)


def test_two_categories_have_two_names() -> None:
    with pytest.raises(Invalid) as refused:
        validate_policy({**POLICY, "categories": [VILLAGE, {**DISTRICT, "name": "village"}]})
    assert refused.value.parameters["problem"] == "policy_names_twice"


def test_two_categories_that_papers_name_alike_are_found() -> None:
    found = check(policy_of(VILLAGE, DISTRICT, {**OPEN, "label": "Kategori kelurahan"}))
    assert [(each.code, each.path) for each in found] == [("policy_category_named_twice", "policy.categories.2.label")]
    assert VILLAGE["label"] == "Kelurahan"


@pytest.mark.parametrize(("label", "title"), [("Kelurahan", "Kategori Kelurahan"), ("Kategori Umum", "Kategori Umum")])
def test_papers_say_that_it_is_a_category(label: str, title: str) -> None:
    assert policy_of({**VILLAGE, "label": label}).categories[0].title == title


# What is checked for each


def test_a_contradiction_of_one_category_stands_at_it_and_one_of_all_at_the_policy() -> None:
    early = {"award_from": ["recommended", "rolled_out"]}
    ranked = {**VILLAGE, "tiers": [FIRST]}
    found = check(policy_of(OPEN, ranked, **early))
    assert [(each.code, each.path) for each in found] == [("policy_award_not_ranked", "policy.categories.1")]
    found = check(policy_of({**OPEN, "tiers": [FIRST]}, ranked, **early))
    assert [(each.code, each.path) for each in found] == [("policy_award_not_ranked", "policy.award_from.0")]
    assert check(policy_of(OPEN, ranked)) == [], "one category may be ranked and another not"


def test_a_stage_that_one_category_alone_reaches_may_be_spoken_of() -> None:
    gate = {"name": "hearing", "label": "Dengar pendapat", "label_en": "Hearing", "stage": "below_mark", "role": "secretariat"}
    never, always = {**VILLAGE, "pass_mark": 0}, {**OPEN, "pass_mark": 50}
    assert check(policy_of(never, always, gates=[gate])) == []
    found = check(policy_of(never, {**always, "pass_mark": 0}, gates=[gate]))
    assert [(each.code, each.path) for each in found] == [("policy_stage_unreachable", "policy.gates.0.stage")]


def test_the_calls_own_tiers_by_which_nobody_is_paid_are_not_held_against_it() -> None:
    endless = {**BOOK, "tiers": [{**BOOK["tiers"][0], "amount_rupiah": 10**15}], "team_uplift_percent": 50}
    found = check(policy_of(OPEN, {**VILLAGE, "tiers": [FIRST]}, rule_book=endless))
    assert [(each.code, each.path) for each in found] == [("amount_out_of_range", "policy.categories.0")]
    assert check(policy_of({**OPEN, "tiers": [FIRST]}, {**VILLAGE, "tiers": [FIRST]}, rule_book=endless)) == []


@given(st.integers(0, 10**6), st.sampled_from([0, 55, 100]), st.sampled_from([None, 1]))
def test_one_category_is_checked_as_a_call_with_its_parts_would_be(seed: int, pass_mark: int, places: int | None) -> None:
    """What the stories of tests/workflows/process/test_policies.py show of policies so holds for each category's."""
    drawn = {**draw_policy(Random(seed)), "categories": []}
    own = {"pass_mark": pass_mark, "tiers": [tier("first", 80, 1, places)]}
    plain = Policy.model_validate({**drawn, "pass_mark": pass_mark, "rule_book": {**drawn["rule_book"], "tiers": own["tiers"]}})
    apart = Policy.model_validate({**drawn, "categories": [{**OPEN, **own}]})
    assert check(apart) == check(plain)


# Ceilings, specimens, signature


def test_the_places_of_all_categories_count_together(town: Town) -> None:
    categories = [{**each, "tiers": [FIRST]} for each in (VILLAGE, DISTRICT, OPEN)]
    call = plan(town, rule_book=book_of([tier("unused", 80, 999_000_000, 9)]), categories=categories)
    ceil(town, 10_000_000, 59_999_999)
    with pytest.raises(Invalid, match="ceiling_places_exceeded") as refused:
        town.do(sign_policy, call, 1, by="chair")
    assert (refused.value.field, refused.value.parameters["amount"]) == ("policy.categories", 60_000_000)
    ceil(town, 10_000_000, 60_000_000)
    town.do(sign_policy, call, 1, by="chair")


DEAR, USUAL = [tier("first", 80, 10_000_001, 1)], [tier("first", 80, 10_000_000, 1)]


@pytest.mark.parametrize(
    ("shared", "categories", "place"),
    [
        (USUAL, [OPEN, {**VILLAGE, "tiers": DEAR}], "policy.categories.1.tiers.0.amount_rupiah"),
        (DEAR, [OPEN, VILLAGE, {**DISTRICT, "tiers": USUAL}], "policy.rule_book.tiers.0.amount_rupiah"),
    ],
    ids=["one of its own", "those that two share, told once"],
)
def test_each_category_is_held_against_the_ceiling_for_an_award(
    town: Town, shared: list[dict[str, Any]], categories: list[dict[str, Any]], place: str
) -> None:
    ceil(town, 10_000_000, 10**9)
    with pytest.raises(Invalid, match="ceiling_tier_exceeded") as refused:
        town.do(sign_policy, plan(town, rule_book=book_of(shared), categories=categories), 1, by="chair")
    assert (refused.value.field, refused.value.parts) == (place, ())


def test_a_category_that_no_unit_of_the_region_is_for_keeps_a_policy_unsigned(town: Town) -> None:
    misspelt = category("schools", "Sekolah", "schol", "scool")
    with pytest.raises(Invalid, match="category_without_units") as refused:
        town.do(sign_policy, plan(town, categories=[AGENCY, misspelt]), 1, by="chair")
    assert (refused.value.field, refused.value.parameters) == ("policy.categories.1.unit_kinds", {"given": "schol, scool"})


def test_of_the_kinds_of_a_category_one_that_the_region_has_is_enough(town: Town) -> None:
    town.do(sign_policy, plan(town, categories=[category("schools", "Sekolah", "school", "agency")]), 1, by="chair")


def test_the_longest_category_is_printed_beside_the_longest_tier_and_told_with_its_place() -> None:
    fits = policy_of(VILLAGE, {**OPEN, "label": "Perangkat Daerah dan Badan Usaha Milik Daerah"})
    assert find_faults(fits, render_documents) == []
    found = find_faults(policy_of(VILLAGE, {**OPEN, "label": "Umum " * 30}), render_documents)
    assert {each["path"] for each in found} == {"policy.categories"}
    assert DocumentKind.REPORT in {each["parameters"]["document"] for each in found if each["code"] == "specimen_refused"}


def test_what_prints_alike_has_one_digest_and_categories_tell_policies_apart() -> None:
    plain = Policy.model_validate(POLICY)
    assert digest_print(plain) == digest_print(policy_of())
    named = {digest_print(each) for each in (plain, policy_of(VILLAGE), policy_of(VILLAGE, DISTRICT), policy_of({**VILLAGE, "label": "A"}))}
    assert len(named) == 3, "the longest of two labels is printed, and the other one is not longer"
    longer = {**VILLAGE, "tiers": [{**FIRST, "label": "Juara Pertama Tingkat Kota"}]}
    assert digest_print(policy_of(longer)) != digest_print(policy_of(VILLAGE))


# Amendments


def test_an_amendment_changes_no_category(town: Town) -> None:
    call = town.build_call(categories=[VILLAGE, OPEN])
    assert not [path for path, _ in list_amendable(policy_of(VILLAGE)) if path.startswith("categories")]
    changes = {"categories": [VILLAGE]}
    assert refusal_of(town, call, changes) == {"policy.categories": "part_not_amendable"}
    assert refusal_of(town, call, {"categories.0.pass_mark": 10}) == {"policy.categories.0.pass_mark": "part_not_amendable"}
