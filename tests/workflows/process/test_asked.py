"""A part of a form is asked of those who gave certain answers before it, and a form that could never ask it is told of."""

from typing import Any

import pytest
from pydantic import ValidationError

from api.sentences import sentence
from models.policy import Policy
from tests.answers import ADDRESS, ANY_DAY, CHANNELS, FORM, NEVER, PEOPLE, REACHED, depends, named, sections
from tests.building import POLICY
from tests.workflows.process.test_check import check
from workflows.process.asked import list_asked, list_steering

ALWAYS = {"reached", "channels", "people", "background", "idea"}
SITE = named("site", "Jenis situs", "Kind of site", kind="choice", depends_on="channels", answers_needed=["website"], is_required=False)
SITE["options"] = [named("own", "Sendiri", "Own"), named("shared", "Bersama", "Shared")]
OWNER = named("owner", "Pemilik situs", "Owner", depends_on="site", answers_needed=["own"])


@pytest.mark.parametrize(
    ("answers", "more"),
    [
        ({}, set()),
        ({"reached": "trial"}, set()),
        ({"reached": "applied"}, {"applied_on"}),
        ({"reached": "applied", "channels": "counter,chat"}, {"applied_on"}),
        ({"channels": "counter,website"}, {"address"}),
        ({"channels": "websites"}, set()),
        ({"reached": "website", "channels": "applied"}, set()),
        ({"reached": "", "applied_on": "applied"}, set()),
    ],
)
def test_a_part_is_asked_with_any_of_the_answers_it_names_and_no_other(answers: dict[str, str], more: set[str]) -> None:
    policy = Policy.model_validate(POLICY | FORM)
    assert list_asked(policy, answers) == ALWAYS | more
    assert list_steering(policy) == {"reached", "channels"}


def test_what_hangs_on_a_choice_that_is_not_asked_is_not_asked_whatever_that_answer_says() -> None:
    policy = Policy.model_validate({**POLICY, "fields": [CHANNELS, SITE], "sections": [*POLICY["sections"], OWNER]})
    assert "owner" in list_asked(policy, {"channels": "website", "site": "own"})
    assert {"site", "owner"}.isdisjoint(list_asked(policy, {"channels": "counter", "site": "own"}))


def test_a_form_without_conditions_asks_all_of_everybody() -> None:
    policy = Policy.model_validate(POLICY)
    assert list_asked(policy, {}) == {"background", "idea"}


def test_two_choices_that_wait_for_each_other_are_found_as_one_looks_ahead() -> None:
    circle = [depends(REACHED, "channels", "chat"), depends(CHANNELS, "reached", "trial")]
    assert [each.code for each in check(fields=circle)] == ["policy_choice_not_before", "policy_never_asked"]


def test_a_chain_that_hangs_on_a_broken_condition_is_told_of_along_its_length() -> None:
    found = [(each.code, each.path) for each in check(**NEVER, sections=sections(depends(ADDRESS, "reached", "trial")))]
    assert found == [
        ("policy_choice_unknown", "policy.fields.0.depends_on"),
        ("policy_never_asked", "policy.fields.1.depends_on"),
        ("policy_never_asked", "policy.sections.2.depends_on"),
    ]
    sound = [REACHED, depends(CHANNELS, "reached", "website"), depends(PEOPLE, "channels", "chat")]
    assert [each.code for each in check(fields=sound)] == ["policy_option_unknown", "policy_never_asked"]


def test_a_field_and_a_section_of_one_name_are_refused() -> None:
    with pytest.raises(ValidationError, match="policy_names_twice"):
        Policy.model_validate({**POLICY, "fields": [{**PEOPLE, "name": "idea"}]})


@pytest.mark.parametrize(
    ("code", "field"),
    [
        ("policy_condition_incomplete", {**PEOPLE, "depends_on": "reached"}),
        ("policy_condition_incomplete", {**PEOPLE, "answers_needed": ["applied"]}),
        ("policy_options_do_not_fit", {**REACHED, "options": REACHED["options"][:1]}),
        ("policy_options_do_not_fit", {**PEOPLE, "options": REACHED["options"]}),
        ("policy_names_twice", {**REACHED, "options": [REACHED["options"][0]] * 2}),
        ("policy_bounds_do_not_fit", {**REACHED, "lowest": 1}),
        ("policy_bounds_do_not_fit", {**PEOPLE, "latest": "2026-01-01"}),
        ("policy_bounds_out_of_order", {**PEOPLE, "lowest": 2, "highest": 1}),
        ("policy_bounds_out_of_order", {**ANY_DAY, "earliest": "2026-01-02", "latest": "2026-01-01"}),
    ],
)
def test_a_field_that_contradicts_itself_is_refused_with_a_sentence(code: str, field: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        Policy.model_validate({**POLICY, "fields": [field]})
    assert [error["type"] for error in refused.value.errors() if error["type"] != "default_factory_not_called"] == [code]
    assert all(sentence(code, language) for language in ("id", "en"))
