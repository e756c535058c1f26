"""How tests ask over HTTP, and what every problem must be."""

import uuid
from typing import Any

from fastapi.testclient import TestClient
from httpx import Response

from tests.described import check_described
from tests.foreign_words import find_foreign_words
from tests.town import TownPerson


def ask(client: TestClient, who: TownPerson | None, wanted: str, body: Any = None, **headers: str | None) -> Response:
    """A request such as `POST /ideas` by somebody, with a key of its own; bytes go out as they are, a header of None is left out.

    The answer must be one that the API's description tells of.
    """
    method, path = wanted.split(" ", 1)
    sent: dict[str, str | None] = {"idempotency-key": uuid.uuid4().hex if method == "POST" else None, **(who.headers if who else {})}
    if isinstance(body, bytes):
        sent["content-type"] = "application/json"
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    kept = {name: value for name, value in sent.items() if value is not None}
    content = {"content": body} if isinstance(body, bytes) else {"json": body}
    answer = client.request(method, f"/api/v1{path}", headers=kept, **content)  # type: ignore[arg-type]
    check_described(answer)
    return answer


def check_problem(answer: Response, status: int, code: str, *, language: str) -> dict[str, Any]:
    """The problem document, which must be whole: RFC 9457's fields, one language, a full sentence."""
    assert answer.status_code == status, f"{answer.status_code} {answer.text[:300]}"
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-language"] == language
    problem: dict[str, Any] = answer.json()
    assert problem["type"] == f"urn:gagas:problem:{code}", problem
    assert (problem["status"], problem["title"]) == (status, code.replace("_", " "))
    assert len(problem["detail"]) > 10
    for part in (problem, *problem.get("errors", ())):
        unfilled = part["detail"]
        for value in part["parameters"].values():  # what somebody typed may hold braces too
            unfilled = unfilled.replace(str(value), "")
        assert not {"{", "}"} & set(unfilled), part["detail"]
    assert problem["detail"][0].isupper() or problem["detail"][0].isdigit(), problem["detail"]
    if language == "id":
        typed = problem["parameters"].get("given") or problem["parameters"].get("character", "")  # what the sender wrote is shown as it is
        details = [each["detail"].replace(typed, "") for each in (problem, *problem.get("errors", ()))]
        assert [word for detail in details for word in find_foreign_words(detail)] == [], problem
    return problem
