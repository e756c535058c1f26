"""One operation in the API's description: what its route reads of a request's head, and every status that it can answer."""

from typing import Any

from fastapi.routing import APIRoute

from api.access import Head, Match
from api.contract.problems import SAYS, list_statuses, name_response
from api.contract.tags import name_operation

TEXT = {"type": "string"}
ETAG = {"ETag": {"schema": TEXT, "description": "The version, as If-Match takes it."}}
LOCATION = {"Location": {"schema": {**TEXT, "format": "uri-reference"}, "description": "Where what was made is read."}}
KEPT = "Stands where this is the kept answer to the same request."
REPLAYED = {"Idempotency-Replayed": {"schema": {**TEXT, "enum": ["true"]}, "description": KEPT}}
SIGN_IN_PAGE = {"303": {"description": "Nobody is signed in: to the page to sign in on.", "headers": {"Location": {"schema": TEXT}}}}
DONE = {
    "200": "Done, or what was asked for.",
    "201": "Made.",
    "204": "Done; there is nothing to say.",
}
FILE_HEADERS = ("IfNoneMatch", "Range")
PARAMETERS: dict[str, dict[str, Any]] = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "description": "A new one for each act: sent again with the same body, it is answered as before and nothing is done twice.",
        "schema": {**TEXT, "minLength": 1, "maxLength": 100, "pattern": "^[!-~]([ -~]*[!-~])?$"},
        "example": "5f0c8f5e-3a53-4c0e-9a57-0d6b3f6f6c11",
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "required": False,
        "description": "The ETag that was read: the change is refused if somebody changed it since.",
        "schema": TEXT,
    },
    "IfMatchRequired": {
        "name": "If-Match",
        "in": "header",
        "required": True,
        "description": "The ETag that was read, or `*`: the change is refused if somebody changed it since.",
        "schema": TEXT,
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "required": False,
        "description": "The ETag of the file that is already there.",
        "schema": TEXT,
    },
    "Range": {"name": "Range", "in": "header", "required": False, "description": "Which part of the file.", "schema": TEXT},
}


def head_of(route: APIRoute) -> Head:
    """What a route reads of a request's head."""
    return next((each.call for each in route.dependant.dependencies if isinstance(each.call, Head)), Head())


def complete(route: APIRoute, method: str, operation: dict[str, Any]) -> None:
    """Add to an operation what FastAPI does not know of it, and take away the refusals that it never answers."""
    head = head_of(route)
    operation["operationId"] = name_operation(route.name, str(route.tags[0]))
    summary, _, more = (route.description or route.name).strip().partition("\n\n")
    operation["summary"], operation["description"] = _title(summary), summary + (f"\n\n{more}" if more else "")
    _add_parameters(operation, [*_named(route, method, head)])
    for content in operation.get("requestBody", {}).get("content", {}).values():
        content["schema"] = _without_null(content["schema"])
    declared = {status: said for status, said in operation["responses"].items() if int(status) < 400}
    for status, response in declared.items():
        _complete_answer(response, status, _headers(route, method, head))
    refused = list_statuses(route, method, head) | {int(status) for status in route.responses if int(status) >= 400}
    if route.tags == ["pages"]:
        operation["security"] = [{"cookie": []}]
        refusals = {**SIGN_IN_PAGE, **{str(status): _page(status) for status in sorted(refused - {401})}}
    else:
        operation["security"] = [] if head.publicly else [{"bearer": []}]
        refusals = {str(status): {"$ref": f"#/components/responses/{name_response(status)}"} for status in sorted(refused)}
    operation["responses"] = {**dict(sorted(declared.items())), **refusals}


def _page(status: int) -> dict[str, Any]:
    return {"description": SAYS[status], "content": {"text/html": {"schema": TEXT}}}


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a body that may be left out: clients that are generated would else have to choose between null and nothing."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    return kinds[0] if len(kinds) == 1 else schema


def _title(sentence: str) -> str:
    first = " ".join(sentence.split())
    for end in (". ", "; "):
        first = first.partition(end)[0]
    return first.rstrip(".")


def _named(route: APIRoute, method: str, head: Head) -> list[str]:
    names = ["IdempotencyKey"] if method == "POST" and not head.publicly else []
    if head.match is not Match.NOT_READ:
        names.append("IfMatchRequired" if head.match is Match.REQUIRED else "IfMatch")
    return [*names, *(FILE_HEADERS if 206 in route.responses else ())]


def _add_parameters(operation: dict[str, Any], names: list[str]) -> None:
    if names:
        operation.setdefault("parameters", []).extend({"$ref": f"#/components/parameters/{name}"} for name in names)


def _headers(route: APIRoute, method: str, head: Head) -> dict[str, Any]:
    fields = getattr(route.response_model, "model_fields", {})
    has_version = "version" in fields or 206 in route.responses
    return {
        **(ETAG if has_version else {}),
        **(LOCATION if head.creates else {}),
        **(REPLAYED if method == "POST" and not head.publicly else {}),
    }


def _complete_answer(response: dict[str, Any], status: str, headers: dict[str, Any]) -> None:
    if response["description"] == "Successful Response":
        response["description"] = DONE[status]
    if headers:
        response["headers"] = headers
