"""Problem documents in the API's description: their one schema, their types with the sentence of each, and the statuses of a route."""

from typing import Any

from fastapi.routing import APIRoute

from api.access import Head, Match
from api.problems import MEDIA_TYPE, name_problem
from api.sentences import catalogue, sentence
from workflows.process.refusals import Refusal

TEXT = {"type": "string"}
TYPE = {"$ref": "#/components/schemas/ProblemType"}
PARAMETERS = {"type": "object", "additionalProperties": True, "description": "The figures and names that the sentence holds."}
WHAT_TO_MEND = "The input to mend, as a path such as `team.0.share_hundredths`, or a header's name."
SAYS = {
    400: "The body is no JSON, or the Idempotency-Key is missing or unreadable.",
    401: "Nobody is signed in, or the token is over.",
    403: "The asker may see it but not do this.",
    404: "There is no such thing, or the asker may not know of it.",
    408: "The body came too slowly.",
    409: "The wrong stage, or somebody else was faster; of a file, that it is not the one that was issued.",
    412: "If-Match names another version than the present one.",
    413: "The body is too large.",
    415: "The body is not sent as JSON.",
    416: "The range lies outside the file.",
    422: "The content cannot be taken as it is, or the Idempotency-Key was used for another body.",
    428: "If-Match is needed and was not sent.",
    429: "Too many tries; Retry-After says when to try again.",
    503: "The service is busy or cannot reach its storage; Retry-After says when to try again.",
}
RETRY = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}}
HEADERS: dict[int, dict[str, Any]] = {
    401: {"WWW-Authenticate": {"schema": TEXT, "description": "`Bearer`"}},
    416: {"Content-Range": {"schema": TEXT, "description": "The file's size, as `bytes */42`."}},
    429: RETRY,
    503: RETRY,
}
EXAMPLES = {
    400: Refusal("idempotency_key_missing", "Idempotency-Key"),
    401: Refusal("sign_in_needed"),
    403: Refusal("only_proposer"),
    404: Refusal("idea_not_found"),
    408: Refusal("body_too_slow"),
    409: Refusal("lost_race"),
    412: Refusal("version_stale", "If-Match", version="0f3c6c2d9be14d5f8a7e1b2c3d4e5f60"),
    413: Refusal("body_too_large", maximum=1_000_000),
    415: Refusal("media_type_unsupported"),
    416: Refusal("range_outside_file"),
    422: Refusal("field_missing", "title"),
    428: Refusal("match_missing", "If-Match"),
    429: Refusal("too_many_sign_ins", minutes=15),
    503: Refusal("unavailable"),
}


def list_statuses(route: APIRoute, method: str, head: Head) -> set[int]:
    """The statuses with which a route can refuse, by what it reads of a request."""
    has_body, has_key = route.body_field is not None, method == "POST" and not head.publicly
    reads_body, has_fields = method in ("POST", "PUT"), has_body or bool(route.dependant.path_params or route.dependant.query_params)
    compares = any(each.name == "sha256" for each in route.dependant.query_params)
    answers = {
        400: has_body or has_key,
        401: not head.publicly,
        403: not head.publicly,
        404: bool(route.dependant.path_params) or head.looks_up,
        408: reads_body,
        409: method != "GET" or (head.looks_up and compares),
        412: head.match is not Match.NOT_READ,
        413: reads_body,
        415: has_body,
        422: has_fields or has_key,
        428: head.match in (Match.REQUIRED, Match.ONCE_SET),
        429: head.throttled or head.looks_up,
        503: True,
    }
    return {status for status, can in answers.items() if can}


def problem_schemas() -> dict[str, Any]:
    """The schema of a problem document, of one of its parts, and of the types there are."""
    types = {name_problem(code): sentences for code, sentences in sorted(catalogue().items())}
    own = {"type": TYPE, "title": TEXT, "status": {"type": "integer"}, "detail": {**TEXT, "description": "What is wrong and what to do."}}
    fault = {"type": TYPE, "code": TEXT, "field": {**TEXT, "description": WHAT_TO_MEND}, "detail": TEXT, "parameters": PARAMETERS}
    field = {"type": ["string", "null"], "description": WHAT_TO_MEND}
    errors = {"type": "array", "items": {"$ref": "#/components/schemas/ProblemPart"}, "description": "All faults, where there are several."}
    return {
        "ProblemType": {
            "type": "string",
            "title": "ProblemType",
            "description": "What is wrong, for programs: it does not change with the language.",
            "enum": list(types),
            "x-enumDescriptions": {name: said["en"] for name, said in types.items()},
            "x-enumDescriptions-id": {name: said["id"] for name, said in types.items()},
        },
        "ProblemPart": {"type": "object", "title": "ProblemPart", "properties": fault, "required": list(fault)},
        "Problem": {
            "type": "object",
            "title": "Problem",
            "description": "A refusal (RFC 9457). `detail` is in the language of the answer's Content-Language.",
            "properties": {**own, "field": field, "parameters": PARAMETERS, "errors": errors},
            "required": [*own, "field", "parameters"],
        },
    }


def problem_responses() -> dict[str, Any]:
    """The response to each status with which a route may refuse, by its name among the components."""
    language = {"Content-Language": {"schema": {**TEXT, "enum": ["id", "en"]}, "description": "The language of `detail`."}}
    return {
        name_response(status): {
            "description": says,
            "headers": {**language, **HEADERS.get(status, {})},
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": _show(status)}},
        }
        for status, says in SAYS.items()
    }


def name_response(status: int) -> str:
    """A refusing response's name among the components."""
    return f"Refused{status}"


def _show(status: int) -> dict[str, Any]:
    refusal = EXAMPLES[status]
    said = {"type": name_problem(refusal.code), "title": refusal.code.replace("_", " "), "status": status}
    detail = sentence(refusal.code, "en", refusal.parameters)
    return {**said, "detail": detail, "field": refusal.field, "parameters": refusal.parameters}
