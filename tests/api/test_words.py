"""Every code that a page or a sentence may show has its word in both languages: no code of the program reaches a reader."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest

import models
from api.pages.texts import Words, texts
from api.problems import catalogue, sentence
from models.clock_rules import Silence
from models.documents import DocumentKind
from models.form_rules import FileKind
from models.offices import Capacity
from models.posts import PostCause
from workflows.calculations.employee_number import ADVICE
from workflows.process.ways import AWARD, DOCUMENT, FLOW, GATE_ACTION, IDEA, KEEP_CODE, Relation

ROOT = Path(__file__).parent.parent.parent
LANGUAGES = ("id", "en")
WORDS = catalogue("words")
TRANSITIONS = [each for way in (IDEA, AWARD, DOCUMENT) for each in way.transitions]


def nodes_of(*rooms: str) -> Iterator[ast.AST]:
    """Every piece of the source below these folders."""
    for room in rooms:
        for file in sorted((ROOT / room).rglob("*.py")):
            yield from ast.walk(ast.parse(file.read_text(encoding="utf-8")))


def texts_in(node: ast.AST) -> set[str]:
    """The texts a value may be: itself, either side of a choice, the values of a table."""
    if isinstance(node, ast.Dict):
        return {code for value in node.values for code in texts_in(value)}
    if isinstance(node, ast.Call):  # {…: "code"}.get(outcome)
        return texts_in(node.func.value) if isinstance(node.func, ast.Attribute) else set()
    parts = [node.body, node.orelse] if isinstance(node, ast.IfExp) else node.values if isinstance(node, ast.BoolOp) else []
    own = {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()
    return own | {code for part in parts for code in texts_in(part)}


def reason_codes() -> set[str]:
    """The codes with which the tables say why an idea ended."""
    return {row.code for row in IDEA.transitions if row.code not in ("", KEEP_CODE)}


def recorded_kinds() -> set[str]:
    """The kinds of facts that the source names in full when it records them."""
    calls = [node for node in nodes_of("workflows") if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("record")]
    return {kind for call in calls if len(call.args) > 1 for kind in texts_in(call.args[1])}


def stored_words() -> set[str]:
    """Every member of every closed set that is stored: stages, roles, kinds, states."""
    modules = [importlib.import_module(f"models.{found.name}") for found in pkgutil.iter_modules(models.__path__) if not found.ispkg]
    kinds = {kind for module in modules for kind in vars(module).values() if isinstance(kind, type) and issubclass(kind, StrEnum)}
    return {str(member) for kind in kinds for member in kind}


def test_every_stage_action_outcome_and_mover_of_the_process_has_a_word() -> None:
    codes = {str(word) for row in TRANSITIONS for word in (row.stage, row.action, row.outcome, row.target, row.who or FLOW) if word}
    assert len(codes) > 60
    assert (codes | {GATE_ACTION} | {f"award_{row.action}" for row in AWARD.transitions}) - set(WORDS) == set()
    assert {f"process.relation_{relation}" for relation in Relation} - set(texts()) == set()
    assert {f"milestone_{row.milestone}" for row in TRANSITIONS if row.milestone} - set(WORDS) == set()


def test_everything_stored_as_one_of_a_closed_set_has_a_word() -> None:
    stored = stored_words()
    assert {"receipt", "pppk_part_time", "lapsed", "dead", "secretariat"} <= stored
    # a kind of document by its record, a capacity (Plt., Plh.) as it is written, a post's cause and a file's kind in their own words
    named_otherwise = {*DocumentKind, *Capacity, *PostCause, *FileKind}
    assert stored - set(WORDS) - named_otherwise == set()
    assert {*(f"post_{cause}" for cause in PostCause), *(f"file_{kind}" for kind in FileKind)} - set(WORDS) == set()
    assert [kind for kind in DocumentKind if not Words("id").word(kind) or Words("id").word(kind) == kind] == []


def test_every_reason_for_which_an_idea_ends_has_a_word() -> None:
    codes = reason_codes()
    assert {"permission_refused", "supplement_unanswered", "deferral_expired"} <= codes
    assert codes - set(WORDS) == set()


def test_everything_that_may_be_wrong_with_an_employee_number_has_a_word() -> None:
    assert set(ADVICE) - set(WORDS) == set()


def test_every_flow_and_every_task_has_a_word() -> None:
    flows = {file.parent.name for file in (ROOT / "workflows").glob("*/flow.py")} | {"clock", "init"}
    assert flows - set(WORDS) == set()
    tasks = {row.action for row in (*IDEA.transitions, *AWARD.transitions) if row.who is not None and row.stage} | {GATE_ACTION, "propose"}
    assert {f"task.{task}" for task in tasks} - set(texts()) == set()


def test_every_job_of_a_late_stage_says_what_it_does_when_nobody_acts() -> None:
    jobs = {stage.late_job.replace(".", "_") for way in (IDEA, AWARD) for stage in way.stages.values() if stage.days and stage.late_job}
    decided = {f"intake_end_silence_{meaning}" for meaning in (Silence.GRANTED, Silence.REFUSED)}
    assert {f"clock.{job}" for job in (jobs - {"intake_end_silence"}) | decided} - set(texts()) == set()


def has_words(kind: str) -> bool:
    """Whether a fact has a text of its own, or a word for its subject, its action and its outcome."""
    subject, action, *outcomes = kind.split(".")
    parts = {f"award_{action}"} if subject == "award" else {subject, action}
    return f"fact.{kind.replace('.', '_')}" in texts() or {*parts, *outcomes} <= set(WORDS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fact_of_the_audit_trail_is_told_in_words(language: str) -> None:
    made = {f"idea.{row.action}" + (f".{row.outcome}" if row.outcome else "") for row in IDEA.transitions if row.stage}
    made |= {
        f"{way.name}.{row.action}" + (f".{row.outcome}" if row.outcome else "") for way in (AWARD, DOCUMENT) for row in way.transitions
    }
    kinds = made | recorded_kinds() | {f"idea.{GATE_ACTION}", "idea.draft"}
    assert {"document.issue", "role.grant", "call.open", "idea.change_team", "office.appoint"} <= kinds
    words = Words(language)
    assert [kind for kind in sorted(kinds) if not has_words(kind)] == []
    told = {kind: words.fact(kind) for kind in kinds}
    assert len(set(told.values())) == len(kinds), "two facts are told in the same words"


def test_an_unknown_fact_is_still_told() -> None:
    assert Words("id").fact("idea.some_step.some_outcome") == "Usulan: some step, some outcome"


def test_codes_in_a_refusal_are_said_in_words() -> None:
    assert "ada tanda selain angka" in sentence("employee_number_impossible", "id", {"problems": ["not_digits"]})
    assert "Ketua tim penilai" in sentence("role_already_held", "id", {"role": "chair"})
    assert "PPPK paruh waktu" in sentence("employee_number_other_kind", "id", {"kind": "pppk_part_time"})
    assert "Seleksi administrasi" in sentence("wrong_stage", "id", {"stage": "screening"})


def test_a_label_in_a_refusal_is_said_in_the_readers_language() -> None:
    gate = {"gate": "presentation", "label": "Presentasi dan wawancara", "label_en": "Presentation and interview"}
    assert sentence("gate_open", "id", gate) == "Selesaikan lebih dahulu: Presentasi dan wawancara."
    assert sentence("gate_open", "en", gate) == "Complete this first: Presentation and interview."


def test_figures_in_a_refusal_have_the_marks_of_the_language() -> None:
    assert sentence("amount_out_of_range", "id", {"maximum": 10**9}).endswith("sampai 1.000.000.000.")
    assert sentence("amount_out_of_range", "en", {"maximum": 10**9}).endswith("to 1,000,000,000.")
    assert "73,25" in sentence("no_tier_reached", "id", {"score": "73.25"})


def test_every_fault_that_a_policy_may_have_has_its_sentence() -> None:
    made = [node for node in nodes_of("models") if isinstance(node, ast.Call) and ast.unparse(node.func) == "PydanticCustomError"]
    codes = {code for node in made for code in texts_in(node.args[0])}
    assert len(codes) == 12
    assert codes - set(catalogue()) == set()
