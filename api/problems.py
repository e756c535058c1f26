"""Refusals as RFC 9457 problems: one table of statuses, sentences from the catalogue in the reader's language."""

import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from api.signing_in import TooMany, Unauthenticated
from models.database import LostRace
from models.settings import settings
from workflows.calculations.refusals import CalculationRefusal
from workflows.process.refusals import Conflict, Forbidden, Invalid, NotFound, Refusal


class Stale(Refusal):
    """If-Match names a version that is not the present one."""


class MatchMissing(Refusal):
    """If-Match is required and was not sent."""


class BadRequest(Refusal):
    """A header is missing or cannot be read."""


STATUS: dict[type[Exception], int] = {
    BadRequest: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Stale: 412,
    Invalid: 422,
    MatchMissing: 428,
    TooMany: 429,
}

STATUS_HEADERS: dict[int, dict[str, str]] = {
    401: {"WWW-Authenticate": "Bearer"},
    429: {"Retry-After": "900"},
    503: {"Retry-After": "2"},
}

# pydantic's error types -> our stable codes
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
    "greater_than": "number_out_of_range",
    "greater_than_equal": "number_out_of_range",
    "less_than": "number_out_of_range",
    "less_than_equal": "number_out_of_range",
    "int_parsing_size": "number_out_of_range",
    "too_long": "list_too_long",
    "too_short": "list_too_short",
    "timezone_aware": "instant_without_zone",
    "date_out_of_range": "date_out_of_range",
}
# a refusal's parameters that are codes with a word in `words.toml`, and those that are figures
CODED = ("stage", "action", "outcome", "role", "kind", "problems")
FIGURES = ("score", "limit", "maximum", "minimum", "total", "whole", "words", "minutes", "length")
INDONESIAN_MARKS = str.maketrans(",.", ".,")
NUMBER = re.compile(r"-?\d{1,20}(\.\d{1,10})?", re.ASCII)
HTTP_CODES = {400: "body_not_json", 404: "address_unknown", 405: "method_not_allowed", 413: "body_too_large", 415: "media_type_unsupported"}


@lru_cache
def catalogue(name: str = "refusals") -> dict[str, dict[str, str]]:
    """Sentences by code and language, from `templates/sentences/`."""
    return tomllib.loads(files("templates").joinpath("sentences", f"{name}.toml").read_text("utf-8"))


def language_of(request: Request) -> str:
    """The reader's language: the page's choice, else the first of Accept-Language that we speak, else the region's."""
    chosen = request.cookies.get("language", "")
    for word in [chosen, *request.headers.get("accept-language", "").split(",")]:
        tag = word.split(";")[0].strip().lower()[:2]
        if tag in ("id", "en"):
            return tag
    return settings().language


def sentence(code: str, language: str, parameters: dict[str, Any] | None = None) -> str:
    """What to do, in the reader's language; an unknown code is a defect that a test finds."""
    text = catalogue()[code][language]
    for name, value in (parameters or {}).items():
        if "{" + name + "}" in text:
            shown = _say_problem(str(value), language, parameters or {}) if name == "problem" else say_parameter(name, value, language)
            text = text.replace("{" + name + "}", shown)
    return text


def say_parameter(name: str, value: Any, language: str) -> str:
    """A refusal's parameter as people read it: codes as words, labels in the reader's language, figures with its marks."""
    if isinstance(value, list | tuple):
        return ", ".join(say_parameter(name, each, language) for each in value)
    if isinstance(value, Mapping):
        return str(value[language])
    if name in CODED:
        return catalogue("words").get(str(value), {language: str(value)})[language]
    if name in FIGURES and NUMBER.fullmatch(str(value)):
        return write_figure(Decimal(str(value)), language)
    return str(value)


def write_figure(number: Decimal, language: str) -> str:
    """A number with its marks: `1.087,2` in Indonesian, `1,087.2` in English."""
    figure = f"{number:,f}"
    return figure.translate(INDONESIAN_MARKS) if language == "id" else figure


def _say_problem(code: str, language: str, parameters: dict[str, Any]) -> str:
    """What is wrong with a part of a policy, by pydantic's type or our own code of it."""
    known = code if code in catalogue() else VALIDATION.get(code, "field_wrong_type")
    return sentence(known, language, _limits({"ctx": parameters}) | parameters)


def problem(request: Request, refusal: Refusal, errors: list[dict[str, Any]] | None = None) -> JSONResponse:
    """A refusal as `application/problem+json`, with the status of its kind."""
    status = next(STATUS[kind] for kind in type(refusal).__mro__ if kind in STATUS)
    return problem_response(request, status, refusal, errors)


def problem_response(request: Request, status: int, refusal: Refusal, errors: list[dict[str, Any]] | None = None) -> JSONResponse:
    """A problem document: stable type, the field, and a sentence that says what to do."""
    language = language_of(request)
    body: dict[str, Any] = {
        "type": f"urn:gagas:problem:{refusal.code}",
        "title": refusal.code.replace("_", " "),
        "status": status,
        "detail": sentence(refusal.code, language, refusal.parameters),
        "field": None if refusal.field is None else show_field(refusal.field),
        "parameters": {name: value for name, value in refusal.parameters.items() if value is not None},
    }
    if errors:
        body["errors"] = errors
    headers = {"Content-Language": language, "Cache-Control": "no-store", **STATUS_HEADERS.get(status, {})}
    return JSONResponse(body, status, headers=headers, media_type="application/problem+json")


def show_field(path: str) -> str:
    """A field's path as it can be sent back: parts may be the sender's own words, broken or endless."""
    return path[:200].encode("utf-8", "replace").decode("utf-8")


def refuse_calculation(refusal: CalculationRefusal) -> Invalid:
    """A calculation's refusal as one of ours: the sentence is the catalogue's, the calculation's own goes along."""
    code = refusal.code if refusal.code in catalogue() else "calculation_refused"
    return Invalid(code, refusal.field, problem=refusal.sentence)


def _validation(request: Request, wrong: RequestValidationError) -> JSONResponse:
    if not _is_json(request) and any(each["type"] == "model_attributes_type" and each["loc"] == ("body",) for each in wrong.errors()):
        return problem_response(request, 415, Refusal("media_type_unsupported"))
    language = language_of(request)
    errors = []
    for each in wrong.errors():
        code = VALIDATION.get(each["type"], "field_wrong_type")
        path = show_field(".".join(str(part) for part in each["loc"] if part not in ("body", "query", "path")))
        errors.append({"type": f"urn:gagas:problem:{code}", "field": path, "detail": sentence(code, language, _limits(each)), "code": code})
    first = errors[0]
    status, field = (400, None) if first["code"] == "body_not_json" else (422, first["field"] or None)
    return problem_response(request, status, Refusal(first["code"], field, **_limits(wrong.errors()[0])), errors)


def _is_json(request: Request) -> bool:
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return media == "application/json" or media.endswith("+json")


def _limits(error: dict[str, Any]) -> dict[str, str]:
    context = error.get("ctx", {})
    limit = next((context[name] for name in ("max_length", "min_length", "le", "ge", "lt", "gt") if name in context), "")
    expected = str(context.get("expected", "")).replace(" or ", ", ")
    return {"maximum": str(limit), "minimum": str(limit), "limit": str(limit), "expected": expected}


def install(app: FastAPI) -> None:
    """Answer every refusal of the app with a problem."""

    @app.exception_handler(Refusal)
    async def refused(request: Request, refusal: Refusal) -> Response:
        return problem(request, refusal)

    @app.exception_handler(CalculationRefusal)
    async def calculation_refused(request: Request, refusal: CalculationRefusal) -> Response:
        return problem(request, refuse_calculation(refusal))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, wrong: RequestValidationError) -> Response:
        return _validation(request, wrong)

    @app.exception_handler(LostRace)
    @app.exception_handler(IntegrityError)
    async def lost(request: Request, _race: Exception) -> Response:
        return problem_response(request, 409, Refusal("lost_race"))

    @app.exception_handler(DataError)
    async def unstorable(request: Request, _fault: Exception) -> Response:
        return problem_response(request, 422, Refusal("field_wrong_type"))

    @app.exception_handler(DBAPIError)
    @app.exception_handler(PoolTimeout)
    @app.exception_handler(OSError)
    async def unavailable(request: Request, _fault: Exception) -> Response:
        return problem_response(request, 503, Refusal("unavailable"))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        known = HTTP_CODES.get(error.status_code) if error.status_code != 400 or _is_json(request) else None
        return problem_response(request, error.status_code, Refusal(known or "request_refused"))
