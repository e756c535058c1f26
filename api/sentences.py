"""The sentence of a refusal in the reader's language: words, days and numbers in it as people read them, never a code."""

import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any

from api.formats import show_count, show_day, show_moment, show_number, show_rupiah, show_share
from workflows.calculations.values import MAXIMUM_RUPIAH

# pydantic's error types -> our stable codes; a code of ours stays itself, everything else is a value of the wrong type
VALIDATION: dict[str, str] = {
    "missing": "field_missing",
    "extra_forbidden": "field_unknown",
    "json_invalid": "body_not_json",
    "string_too_long": "text_too_long",
    "string_too_short": "text_too_short",
    "string_pattern_mismatch": "text_pattern",
    "string_unicode": "control_characters",
    "enum": "choice_unknown",
    "literal_error": "choice_unknown",
    "union_tag_invalid": "choice_unknown",
    "union_tag_not_found": "field_missing",
    "greater_than": "number_out_of_range",
    "greater_than_equal": "number_out_of_range",
    "less_than": "number_out_of_range",
    "less_than_equal": "number_out_of_range",
    "int_parsing_size": "number_too_long",
    "number_format": "number_format",
    "decimal_max_digits": "number_too_long",
    "decimal_max_places": "number_too_long",
    "decimal_whole_digits": "number_too_long",
    "too_long": "list_too_long",
    "too_short": "list_too_short",
    "timezone_aware": "instant_without_zone",
    "date_out_of_range": "date_out_of_range",
}
MAXIMA = ("max_length", "le", "lt", "max_digits", "decimal_places", "whole_digits")
MINIMA = ("min_length", "ge", "gt")
ALWAYS: dict[str, dict[str, Any]] = {"amount_out_of_range": {"maximum": MAXIMUM_RUPIAH}}  # calculations do not say their limit
PARTS = {
    "refusals": (
        *("refusals", "refusals_region", "refusals_calls", "refusals_forms"),
        *("refusals_mentoring", "refusals_teams", "refusals_claims", "refusals_past", "call_files"),
    ),
    "words": ("words", "words_mentoring", "words_teams", "words_claims", "words_clocks", "words_forms", "words_past", "words_codes"),
}  # the files of a catalogue that has several
BETWEEN_QUOTES = re.compile(r"'([^']*)'")


@lru_cache
def catalogue(name: str = "refusals") -> dict[str, dict[str, str]]:
    """Sentences by code and language, from `templates/sentences/`."""
    sentences = files("templates").joinpath("sentences")
    read = [tomllib.loads(sentences.joinpath(f"{part}.toml").read_text("utf-8")) for part in PARTS.get(name, (name,))]
    return {code: said for part in read for code, said in part.items()}


def show_word(code: object, language: str) -> str:
    """A stage, role, kind, action or outcome as people read it; an unknown one without its underscores."""
    return catalogue("words").get(str(code), {}).get(language) or str(code).replace("_", " ")


def find_code(problem: str) -> str:
    """The code of the sentence for a pydantic error type or a calculation's refusal."""
    code = VALIDATION.get(problem, problem)
    return code if code in catalogue() else "field_wrong_type"


def read_limits(context: Mapping[str, Any]) -> dict[str, Any]:
    """What a pydantic error says of the limits that were broken, as parameters of our sentences; absent limits are left out."""
    most, least = (next((context[name] for name in names if name in context), None) for names in (MAXIMA, MINIMA))
    limits = {"maximum": most, "minimum": least, "limit": least if most is None else most}
    shown: dict[str, Any] = {name: value if isinstance(value, int) else str(value) for name, value in limits.items() if value is not None}
    expected = BETWEEN_QUOTES.findall(str(context.get("expected", context.get("expected_tags", ""))))
    return shown | ({"expected": expected} if expected else {})


def sentence(code: str, language: str, parameters: Mapping[str, Any] | None = None) -> str:
    """What is wrong and what to do, in the reader's language; raises KeyError for a code without a sentence."""
    text, given = catalogue()[code][language], {**ALWAYS.get(code, {}), **read_parameters(parameters or {})}
    for name in given:
        if "{" + name + "}" in text:
            text = fill(text, name, show_parameter(name, given, language))
    return text


def fill(text: str, place: str, value: str) -> str:
    """A text with a place filled; what ends in a point (`M.M.`) takes none of the sentence's."""
    marked = "{" + place + "}"
    return (text.replace(f"{marked}.", marked) if value.endswith(".") else text).replace(marked, value)


def read_parameters(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """A refusal's parameters, with pydantic's names for a problem and its limits replaced by ours."""
    if "problem" not in parameters:
        return {name: value for name, value in parameters.items() if value is not None}
    return {"problem": find_code(parameters["problem"]), **read_limits(parameters)}


def show_parameter(name: str, parameters: Mapping[str, Any], language: str) -> str:
    """A refusal's parameter as its sentence shows it, by the parameter's name."""
    value = parameters[name]
    if name == "problem":
        return sentence(value, language, {other: given for other, given in parameters.items() if other != name})
    if name == "gate":
        return str(parameters.get("label" if language == "id" else "label_en") or show_word(value, language))
    show = SHOWN.get(name)
    return str(value) if show is None else show(value, language)


def _show_words(codes: Any, language: str) -> str:
    return ", ".join(show_word(code, language) for code in codes)


def _show_kinds(kinds: Any, language: str) -> str:
    return ", ".join(show_word(f"file_{kind}", language) for kind in kinds)


def _show_figure(value: Any, language: str) -> str:
    if isinstance(value, int):
        return show_count(value, language)
    return show_number(value, language)


def _show_day(value: Any, language: str) -> str:
    return show_day(value if isinstance(value, date) else date.fromisoformat(value), language)


def _show_moment(value: Any, language: str) -> str:
    return show_moment(value if isinstance(value, datetime) else datetime.fromisoformat(value), language)


def _show_duty(duty: Any, language: str) -> str:
    return show_word(f"duty_{duty}", language)


# How a parameter is shown; one that stands nowhere here is what somebody typed and is shown as it is.
SHOWN: dict[str, Callable[[Any, str], str]] = {
    **dict.fromkeys(("stage", "action", "outcome", "role", "kind"), show_word),
    **dict.fromkeys(("amount", "approved", "ceiling"), show_rupiah),
    "document": show_word,
    "kinds": _show_kinds,
    **dict.fromkeys(("duty", "other_duty"), _show_duty),
    **dict.fromkeys(("problems", "roles", "actions"), _show_words),
    **dict.fromkeys(("minimum", "maximum", "limit", "minutes", "seconds", "words", "shapes", "score", "version", "waiting"), _show_figure),
    **dict.fromkeys(("count", "row"), _show_figure),
    **dict.fromkeys(("total", "whole"), show_share),
    **dict.fromkeys(("first", "last", "until", "day"), _show_day),
    **dict.fromkeys(("opens_at", "closes_at"), _show_moment),
}
