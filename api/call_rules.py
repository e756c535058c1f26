"""What each rule of a call's file does, in words: as the file's comments and as its JSON Schema."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api.pages.texts import texts
from models.clock_rules import ClockRule, PauseCause
from models.entry_rules import Category, ClosingRule, ColleagueRule, EligibilityRule, RubricCriterion
from models.form_rules import AttachmentRule, Column, DeclarationRule, FormField, Option, Requirement, ScreeningRule, Section
from models.policy import Days, DocumentRule, GateRule, LetterheadRule, PilotRule, Policy, SignatoryRule
from workflows.calculations.rule_books import FixedTiers, Tier
from workflows.region.call_files.call import CallFile
from workflows.region.call_files.comments import Comment
from workflows.region.call_files.writing import wrap_comment

# the rooms of `templates/sentences/rules.toml`, by the path at which their rules stand; `*` is any place of a list
ROOMS: dict[str, tuple[str, type[BaseModel]]] = {
    "": ("call", CallFile),
    "policy": ("policy", Policy),
    "policy.eligibility": ("eligibility", EligibilityRule),
    "policy.closing": ("closing", ClosingRule),
    "policy.attachments": ("attachments", AttachmentRule),
    "policy.categories.*": ("category", Category),
    "policy.categories.*.rubric.*": ("criterion", RubricCriterion),
    "policy.categories.*.tiers.*": ("tier", Tier),
    "policy.fields.*": ("field", FormField),
    "policy.fields.*.options.*": ("option", Option),
    "policy.fields.*.columns.*": ("column", Column),
    "policy.fields.*.columns.*.options.*": ("option", Option),
    "policy.sections.*": ("section", Section),
    "policy.declaration": ("declaration", DeclarationRule),
    "policy.colleagues": ("colleagues", ColleagueRule),
    "policy.requirements.*": ("requirement", Requirement),
    "policy.screening": ("screening", ScreeningRule),
    "policy.rubric.*": ("criterion", RubricCriterion),
    "policy.gates.*": ("gate", GateRule),
    "policy.days": ("days", Days),
    "policy.pauses.*": ("pause", PauseCause),
    "policy.clocks.*": ("clock", ClockRule),
    "policy.pilot": ("pilot", PilotRule),
    "policy.rule_book": ("rule_book", FixedTiers),
    "policy.rule_book.tiers.*": ("tier", Tier),
    "policy.documents": ("documents", DocumentRule),
    "policy.documents.letterhead": ("letterhead", LetterheadRule),
    "policy.documents.signatory": ("signatory", SignatoryRule),
}
SCHEMA = "https://json-schema.org/draft/2020-12/schema"
DAY_OR_INSTANT = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?([+-]\d{2}:\d{2}|Z)?)?$"


@lru_cache
def list_rules() -> dict[str, dict[str, str]]:
    """The sentence of each rule by its path, in both languages."""
    said = read_rooms()
    return {f"{path}.{name}".lstrip("."): text for path, (room, _) in ROOMS.items() for name, text in said[room].items()}


@lru_cache
def read_rooms() -> dict[str, dict[str, dict[str, str]]]:
    """The sentences of `templates/sentences/rules.toml` by their room."""
    return tomllib.loads(files("templates").joinpath("sentences", "rules.toml").read_text("utf-8"))


def find_rule(path: str) -> Mapping[str, str]:
    """The sentence of the rule at a path (`policy.gates.2.role`), by language; nothing where the path has none."""
    return list_rules().get(".".join("*" if part.isdigit() else part for part in path.split(".")), {})


def explain(body: Mapping[str, Any], language: str) -> dict[str, Comment]:
    """The comments of a file: what each rule does, said where it first stands."""
    return {path: wrap_comment(said[language], path) for path in _list_paths(body) if (said := find_rule(path))}


def _list_paths(body: Any, path: str = "") -> Iterator[str]:
    """The paths of all values; of a list only its first entry's."""
    if isinstance(body, Mapping):
        for name, value in body.items():
            inner = f"{path}.{name}" if path else name
            yield inner
            yield from _list_paths(value, inner)
    elif isinstance(body, list | tuple) and body:
        yield from _list_paths(body[0], f"{path}.0")


def make_schema() -> dict[str, Any]:
    """The JSON Schema of a call's file: what an editor needs to complete it and to say what each rule does."""
    models = {model for _, model in ROOMS.values()}
    _, made = models_json_schema([(model, "validation") for model in sorted(models, key=lambda model: model.__name__)])
    parts: dict[str, Any] = made["$defs"]
    for room, model in ROOMS.values():
        _describe(parts[model.__name__], room)
    parts["Policy"]["properties"]["rule_book"] |= {"$ref": "#/$defs/FixedTiers"}
    parts["Category"]["properties"]["tiers"]["items"] |= {"$ref": "#/$defs/Tier"}
    head = parts.pop("CallFile")
    head["properties"]["policy"] |= {"$ref": "#/$defs/Policy"}
    for name in ("opens_at", "closes_at"):
        head["properties"][name] |= {"type": "string", "pattern": DAY_OR_INSTANT}
        head["properties"][name].pop("format", None)
    return {"$schema": SCHEMA, **_tidy(head), "title": "Gagas: a call and its policy", "$defs": _tidy(parts)}


def _describe(schema: dict[str, Any], room: str) -> None:
    """Give each property its sentence and its Indonesian title."""
    said, part = read_rooms()[room], "head" if room == "call" else "part"
    for name, shown in schema["properties"].items():
        shown["description"] = said[name]["en"]
        shown["title"] = texts()[f"{part}.{name}"]["id"]


def _tidy(schema: Any) -> Any:
    """A schema without what only a program knows: bounds of generic objects in the policy's place, and docstrings of the models."""
    if isinstance(schema, dict):
        generic = ("additionalProperties", "type") if "$ref" in schema else ()
        return {name: _tidy(value) for name, value in schema.items() if name not in generic}
    return [_tidy(each) for each in schema] if isinstance(schema, list) else schema
