"""How tests ask over HTTP, and what every problem must be."""

import uuid
from typing import Any

from fastapi.testclient import TestClient
from httpx import Response

from tests.town import TownPerson


def ask(client: TestClient, who: TownPerson | None, wanted: str, body: Any = None, **headers: str | None) -> Response:
    """A request such as `POST /ideas` by somebody, with a key of its own; bytes go out as they are, a header of None is left out."""
    method, path = wanted.split(" ", 1)
    sent: dict[str, str | None] = {"idempotency-key": uuid.uuid4().hex if method == "POST" else None, **(who.headers if who else {})}
    if isinstance(body, bytes):
        sent["content-type"] = "application/json"
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    kept = {name: value for name, value in sent.items() if value is not None}
    content = {"content": body} if isinstance(body, bytes) else {"json": body}
    return client.request(method, f"/api/v1{path}", headers=kept, **content)  # type: ignore[arg-type]


def check_problem(told: Response, status: int, code: str, *, language: str) -> dict[str, Any]:
    """The problem document, which must be whole: RFC 9457's fields, one language, a full sentence."""
    assert told.status_code == status, f"{told.status_code} {told.text[:300]}"
    assert told.headers["content-type"] == "application/problem+json"
    assert told.headers["content-language"] == language
    said: dict[str, Any] = told.json()
    assert said["type"] == f"urn:gagas:problem:{code}", said
    assert (said["status"], said["title"]) == (status, code.replace("_", " "))
    assert len(said["detail"]) > 10
    assert not {"{", "}"} & set(said["detail"]), said["detail"]
    assert said["detail"][0].isupper() or said["detail"][0].isdigit(), said["detail"]
    for error in said.get("errors", ()):
        assert not {"{", "}"} & set(error["detail"]), error
    return said
