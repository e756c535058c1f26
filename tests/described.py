"""Whether an answer of the API is one that its description tells of: its status, its media type, its headers and its body."""

import json
import re
from functools import cache, lru_cache
from typing import Any

import jsonschema_rs
from fastapi.routing import APIRoute
from httpx import Response

from api.app import ROUTERS
from api.contract.description import describe
from api.pages.recognition import files
from api.v1 import PREFIX

PLACE = re.compile(r"\{\w+\}")
REFERENCE = re.compile(r'"#/components/schemas/([^"]+)"')


@lru_cache(maxsize=1)
def described() -> dict[str, Any]:
    """The API's description, as it is given out."""
    return describe([route for part in (*ROUTERS,) for route in part.router.routes if isinstance(route, APIRoute)] + files.routes)  # type: ignore[operator]


@lru_cache(maxsize=1)
def _operations() -> list[tuple[str, re.Pattern[str], dict[str, Any]]]:
    return [
        (method.upper(), re.compile(PLACE.sub("[^/]+", path)), operation)
        for path, operations in described()["paths"].items()
        for method, operation in operations.items()
    ]


def find_operation(method: str, path: str) -> dict[str, Any] | None:
    """The operation that a request asks for, the first that fits, as the application tries them; None where there is none."""
    asked = "GET" if method == "HEAD" else method
    return next((operation for name, pattern, operation in _operations() if name == asked and pattern.fullmatch(path)), None)


def resolve(part: dict[str, Any]) -> dict[str, Any]:
    """A part of the description, or what it refers to."""
    if "$ref" not in part:
        return part
    found: Any = described()
    for name in part["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return resolve(found)


def check_described(answer: Response) -> None:
    """Fail for an answer that the description does not tell of; what no operation answers is looked past."""
    request = answer.request
    path = request.url.path
    operation = find_operation(request.method, path)
    if operation is None or not path.startswith(PREFIX):
        return
    where = f"{request.method} {path}: {answer.status_code}"
    assert str(answer.status_code) in operation["responses"], f"{where} is not described: {answer.text[:300]}"
    response = resolve(operation["responses"][str(answer.status_code)])
    missing = {name for name in response.get("headers", {}) if name not in answer.headers} - {"Idempotency-Replayed"}
    assert not missing, f"{where} lacks {missing}"
    media = answer.headers.get("content-type", "").partition(";")[0]
    assert media in (response.get("content") or {""}), f"{where} is {media!r}"
    if media.endswith("json") and request.method != "HEAD":
        validator = _validator(json.dumps(response["content"][media]["schema"], sort_keys=True))
        fault = next(validator.iter_errors(answer.json()), None)
        assert fault is None, f"{where}: {fault}"


@cache
def _validator(written: str) -> Any:
    """What says whether a body is as a schema has it; it knows no more schemas than that one refers to, so that it is soon made."""
    schemas, found, waiting = described()["components"]["schemas"], dict[str, Any](), [written]
    while waiting:
        for name in set(REFERENCE.findall(waiting.pop())) - found.keys():
            found[name] = schemas[name]
            waiting.append(json.dumps(schemas[name]))
    return jsonschema_rs.Draft202012Validator({**json.loads(written), "components": {"schemas": found}})
