"""A refusal's sentence is wholly Indonesian or wholly English: whatever its parameters are, no code word and no library's English."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic_core._pydantic_core import list_all_errors

from api.pages.texts import Words
from api.problems import refuse_calculation
from api.sentences import SHOWN, VALIDATION, catalogue, find_code, read_limits, sentence
from models.calls import CallState
from models.documents import DocumentKind
from models.form_rules import FileKind
from models.people import EmploymentKind, Role
from models.stages import AwardStage, IdeaStage
from tests.api.test_catalogue import PLACEHOLDER, kinds_of
from tests.each import over
from tests.foreign_words import find_foreign_words
from workflows.calculations.employee_number import ADVICE
from workflows.calculations.refusals import CalculationRefusal, InvalidPayload
from workflows.process.duties import BESIDE, CLAIM, FORMER, STEPS
from workflows.process.ways import AWARD, IDEA

STAGES = [*IdeaStage, *AwardStage, *CallState]
ACTIONS = sorted({transition.action for transition in IDEA.transitions + AWARD.transitions})
PROBLEMS = sorted({error["type"] for error in list_all_errors()} | {kind.code for kind in kinds_of(CalculationRefusal)})
LIMITS: dict[str, dict[str, Any]] = {error["type"]: error["example_context"] or {} for error in list_all_errors()}
FIGURES = (
    "version",
    "amount",
    "approved",
    "ceiling",
    "minimum",
    "maximum",
    "limit",
    "minutes",
    "seconds",
    "words",
    "total",
    "whole",
    "shapes",
    "waiting",
)
TYPED: dict[str, list[Any]] = {  # what somebody wrote, shown as it is
    "given": ["BAPPEDA-1"],
    "character": ["山 (U+5C71)"],
    "tier": ["Juara I"],
    "indicator": ["Lama antre"],
    "file": ["kota-contoh.svg"],
    "part": ["<filter>"],
    "heads": ["NIP, Nama"],
}
GIVEN: dict[str, list[Any]] = {
    **TYPED,
    **{name: [0, 9_999] for name in (*FIGURES, "waiting", "count", "row")},
    **{name: ["2026-11-24T02:05:00+00:00"] for name in ("opens_at", "closes_at")},
    **{name: ["2026-11-24"] for name in ("first", "last", "until", "day")},
    "stage": STAGES,
    "action": ACTIONS,
    "actions": [ACTIONS],
    "outcome": ["below_mark", "not_feasible"],
    "document": list(DocumentKind),
    "role": list(Role),
    "roles": [list(Role)],
    "kind": list(EmploymentKind),
    "kinds": [list(FileKind)],
    "problems": [[code] for code in ADVICE] + [list(ADVICE)],
    "problem": PROBLEMS,
    "score": ["87.50"],
    "gate": ["site_visit"],
    "duty": [*STEPS, *BESIDE, FORMER, CLAIM],
    "other_duty": list(STEPS),
}


def fillings(code: str) -> Iterator[dict[str, Any]]:
    """Parameters of a sentence: each value that a place may hold, beside a usual value in the other places."""
    places = set(PLACEHOLDER.findall(catalogue()[code]["id"]))
    usual = {name: GIVEN[name][0] for name in places - {"problem"}} | ({"problem": "missing"} if "problem" in places else {})
    yield usual
    for name in places:
        yield from (usual | {name: value} | (LIMITS.get(value, {}) if name == "problem" else {}) for value in GIVEN[name])


@over(sorted(catalogue()))
def test_no_parameter_brings_a_code_word_or_english_into_an_indonesian_sentence(code: str) -> None:
    for given in fillings(code):
        for said in (sentence(code, "id", given), Words("id").refusal(code, given)):
            assert find_foreign_words(said) == [], (said, given)
            assert "{" not in said, (said, given)


def test_every_place_in_a_sentence_is_shown_by_a_rule_or_as_it_was_typed() -> None:
    places = {name for said in catalogue().values() for name in PLACEHOLDER.findall(said["id"])}
    assert places - set(SHOWN) == {*TYPED, "problem", "gate"}


@pytest.mark.parametrize("error", list_all_errors(), ids=lambda error: error["type"])
def test_every_fault_that_pydantic_finds_in_a_policy_is_said_in_both_languages(error: dict[str, Any]) -> None:
    given = {"problem": error["type"], **(error["example_context"] or {})}
    said = {language: sentence("policy_invalid", language, given) for language in ("id", "en")}
    assert find_foreign_words(said["id"]) == []
    assert said["id"] != said["en"]
    assert not [text for text in said.values() if "{" in text], said


@pytest.mark.parametrize("kind", kinds_of(CalculationRefusal), ids=lambda kind: kind.__name__)
def test_a_calculations_own_english_reaches_no_reader(kind: type[CalculationRefusal]) -> None:
    english = "Give every tier a name of its own."
    problems = [{"code": "greater_than_equal", "field": "x", "detail": english}]
    refusal = InvalidPayload(problems, {"ge": 1}) if kind is InvalidPayload else kind("x", english)  # type: ignore[arg-type]
    shown = refuse_calculation(refusal)
    said = sentence(shown.code, "id", shown.parameters)
    assert find_foreign_words(said) == []
    assert "{" not in said
    assert english not in str(shown.parameters)


@pytest.mark.parametrize(
    ("code", "given", "indonesian", "english"),
    [
        ("wrong_stage", {"stage": "awaiting_permission"}, "(Menunggu izin)", "(Awaiting permission)"),
        ("has_other_duty", {"duty": "claim"}, "sudah terlibat dalam klaim atas usulan ini.", "already taken part in a claim on this idea."),
        ("has_other_duty", {"duty": "left_team"}, "sudah pernah menjadi anggota tim usulan ini.", "already been in the team of this idea."),
        ("role_already_held", {"role": "pilot_owner"}, "peran Penanggung jawab uji coba", "role Pilot owner"),
        ("shares_do_not_sum", {"whole": 10_000, "total": 9_999}, "tepat 100%; sekarang 99,99%.", "exactly 100%; they sum to 99.99%."),
        ("no_tier_reached", {"score": "57.50"}, "Nilai 57,5 ", "score 57.5 "),
        ("measured_outside_pilot", {"first": "2026-01-02", "last": "2026-11-24"}, "2 Januari 2026 dan", "2 January 2026 and"),
        ("call_closed", {"closes_at": "2026-11-24T02:05:00+00:00"}, "24 November 2026 pukul 09.05 WIB", "24 November 2026, 09:05 WIB"),
        ("body_too_large", {"maximum": 1_000_000}, "1.000.000 bita", "1,000,000 bytes"),
        (
            "employee_number_impossible",
            {"problems": ["not_digits"]},
            "benar: ada tanda selain angka.",
            "right: there are signs other than digits.",
        ),
        ("emblem_too_large", {"file": "kota.svg", "maximum": 200, "shapes": 4_000}, "200 kB dan 4.000 bentuk", "200 kB and 4,000 shapes"),
        ("policy_invalid", {"problem": "less_than_equal", "le": 365}, "melampaui batas 365.", "beyond the limit of 365."),
        ("gate_open", {"gate": "visit", "label": "Kunjungan", "label_en": "Visit"}, "dahulu: Kunjungan.", "this first: Visit."),
    ],
)
def test_words_days_and_figures_are_written_as_readers_of_each_language_expect(
    code: str, given: dict[str, Any], indonesian: str, english: str
) -> None:
    assert indonesian in sentence(code, "id", given)
    assert english in sentence(code, "en", given)


def test_what_pydantic_says_of_limits_is_given_in_our_words() -> None:
    assert read_limits({"ge": 1}) == {"minimum": 1, "limit": 1}
    assert read_limits({"max_length": 3, "actual_length": 5, "field_type": "List"}) == {"maximum": 3, "limit": 3}
    assert read_limits({"expected": "'granted' or 'refused'"}) == {"expected": ["granted", "refused"]}
    assert read_limits({}) == {}


def test_an_unknown_fault_is_a_value_of_the_wrong_type_and_a_code_of_ours_stays_itself() -> None:
    assert find_code("int_from_float") == "field_wrong_type"
    assert find_code("policy_names_twice") == "policy_names_twice"
    assert [find_code(fault) for fault in VALIDATION] == list(VALIDATION.values())


def test_the_search_itself_finds_code_words_and_english() -> None:
    assert find_foreign_words("Selesaikan dahulu: site_visit.") == ["site_visit"]
    assert find_foreign_words("Kebijakan tidak sah: Input should be greater than 1") == ["Input", "should", "be", "greater", "than"]
    assert find_foreign_words("Peran Admin sudah dipegang.") == []
    assert re.findall(r"\w+", " ".join(find_foreign_words("Give points from 0 to 100."))) == ["Give", "points", "from", "to"]
