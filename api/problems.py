"""Refusals as RFC 9457 problems: one table of statuses, and the answers to every kind of fault."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.routing import Match, Route

from api.hashing import Busy
from api.request_log import LOST_FILES, describe_fault, known_of
from api.sentences import catalogue, find_code, read_limits, read_parameters, sentence
from api.signing_in import Unauthenticated
from api.tries import TooMany
from models.database import LostRace
from models.settings import settings
from workflows.calculations.refusals import CalculationRefusal, InvalidPayload
from workflows.process.refusals import Conflict, Forbidden, Invalid, NotFound, Refusal

MEDIA_TYPE = "application/problem+json"


class Stale(Refusal):
    """If-Match names a version that is not the present one."""


class MatchMissing(Refusal):
    """If-Match is required and was not sent."""


class BadRequest(Refusal):
    """A header is missing or cannot be read."""


class TooLarge(Refusal):
    """A body is larger than anything that its route takes."""


class TooSlow(Refusal):
    """A body comes too slowly to have an end."""


class WrongMedia(Refusal):
    """A body is sent as something that its route does not read."""


STATUS: dict[type[Exception], int] = {
    BadRequest: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    TooSlow: 408,
    Conflict: 409,
    Stale: 412,
    TooLarge: 413,
    WrongMedia: 415,
    Invalid: 422,
    MatchMissing: 428,
    TooMany: 429,
    Busy: 503,
}

STATUS_HEADERS: dict[int, dict[str, str]] = {
    401: {"WWW-Authenticate": "Bearer"},
    429: {"Retry-After": "900"},
    503: {"Retry-After": "2"},
}

HTTP_CODES = {
    400: "body_not_json",
    404: "address_unknown",
    405: "method_not_allowed",
    413: "body_too_large",
    415: "media_type_unsupported",
    416: "range_outside_file",
}


def language_of(request: Request) -> str:
    """The reader's language: the page's choice (be it made with this very form), else the first of Accept-Language that we speak, else
    the region's.
    """
    chosen = getattr(request.state, "language", "") or request.cookies.get("language", "")
    for word in [chosen, *request.headers.get("accept-language", "").split(",")]:
        tag = word.split(";")[0].strip().lower()[:2]
        if tag in ("id", "en"):
            return tag
    return settings().language


def problem(request: Request, refusal: Refusal, errors: list[dict[str, Any]] | None = None) -> JSONResponse:
    """A refusal as `application/problem+json`, with the status of its kind."""
    status = next(STATUS[kind] for kind in type(refusal).__mro__ if kind in STATUS)
    return problem_response(request, status, refusal, errors or [_show_part(each, language_of(request)) for each in refusal.parts])


def problem_response(request: Request, status: int, refusal: Refusal, errors: list[dict[str, Any]] | None = None) -> JSONResponse:
    """A problem document: stable type, the field, and a sentence that says what to do."""
    language = language_of(request)
    known_of(request).code = refusal.code
    body: dict[str, Any] = {
        "type": name_problem(refusal.code),
        "title": refusal.code.replace("_", " "),
        "status": status,
        "detail": sentence(refusal.code, language, refusal.parameters),
        "field": None if refusal.field is None else show_field(refusal.field),
        "parameters": read_parameters(refusal.parameters),
    }
    if errors:
        body["errors"] = errors
    headers = {"Content-Language": language, "Cache-Control": "no-store", **STATUS_HEADERS.get(status, {})}
    if status == 429 and "seconds" in refusal.parameters:
        headers["Retry-After"] = str(refusal.parameters["seconds"])
    return JSONResponse(body, status, headers=headers, media_type=MEDIA_TYPE)


def name_problem(code: str) -> str:
    """The type of a problem: what a refusal's code is called outside."""
    return f"urn:gagas:problem:{code}"


def show_field(path: str) -> str:
    """A field's path as it can be sent back: parts may be the sender's own words, broken or endless."""
    return path[:200].encode("utf-8", "replace").decode("utf-8")


def refuse_calculation(refusal: CalculationRefusal) -> Invalid:
    """A calculation's refusal as one of ours: its own sentence is English, so the catalogue's is taken by its code."""
    if isinstance(refusal, InvalidPayload):
        return Invalid(find_code(refusal.problems[0]["code"]), refusal.field, **read_limits(refusal.limits))
    return Invalid(refusal.code if refusal.code in catalogue() else "calculation_refused", refusal.field)


def _validation(request: Request, wrong: RequestValidationError) -> JSONResponse:
    if not _is_json(request) and any(each["type"] == "model_attributes_type" and each["loc"] == ("body",) for each in wrong.errors()):
        return problem_response(request, 415, Refusal("media_type_unsupported"))
    language = language_of(request)
    refusals = [_read_error(each) for each in wrong.errors()]
    errors = [_show_part(each, language) for each in refusals]
    first = refusals[0]
    status, field = (400, None) if first.code == "body_not_json" else (422, first.field or None)
    return problem_response(request, status, Refusal(first.code, field, **first.parameters), errors)


def _show_part(refusal: Refusal, language: str) -> dict[str, Any]:
    """One of several faults, as it stands under `errors`."""
    return {
        "type": name_problem(refusal.code),
        "field": show_field(refusal.field or ""),
        "detail": sentence(refusal.code, language, refusal.parameters),
        "code": refusal.code,
        "parameters": read_parameters(refusal.parameters),
    }


def _read_error(error: dict[str, Any]) -> Refusal:
    """One of pydantic's errors as a refusal of ours."""
    path = ".".join(str(part) for part in error["loc"] if part not in ("body", "query", "path"))
    return Refusal(find_code(error["type"]), path, **read_limits(error.get("ctx", {})))


def _is_json(request: Request) -> bool:
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return media == "application/json" or media.endswith("+json")


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
    async def unavailable(request: Request, fault: Exception) -> Response:
        known_of(request).fault = describe_fault(fault)
        is_lost = type(fault).__name__ in LOST_FILES
        return problem_response(request, 503, Refusal("file_unreadable" if is_lost else "unavailable"))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        known = HTTP_CODES.get(error.status_code) if error.status_code != 400 or _is_json(request) else None
        answer = problem_response(request, error.status_code, Refusal(known or "request_refused"))
        answer.headers.update(error.headers or {})
        if error.status_code == 405:
            answer.headers["Allow"] = ", ".join(sorted(list_methods(request)))
        return answer


def list_methods(request: Request) -> set[str]:
    """The methods that an address answers, of whichever routes."""
    routes = [route for route in request.app.routes if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE]
    return {method for route in routes for method in route.methods or ()}
