"""What somebody sends about things that they may not know of: to every address with their ids, what a right request says.

What is hidden is not found, whatever is sent about it; so nothing of this changes anything. Nor does a text that is typed into the form of
a new idea: the form is shown anew, with the ideas that are like it.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from fastapi.testclient import TestClient
from httpx import Response

from api.app import ROUTERS
from api.contract.examples import EXAMPLES, REASON
from api.pages.site import PAGES
from tests.building import SECTIONS

CHANGING = {"POST", "PUT", "PATCH", "DELETE"}
NEW = "/usulan/baru"
TYPED = {"title": "Antrean daring kelurahan", **{f"sections.{name}": text for name, text in SECTIONS.items()}}


@dataclass(frozen=True)
class Sender:
    """Who sends, and their own session."""

    client: TestClient
    who: str
    token: str

    def send(self, method: str, address: str, body: Any) -> Response:
        """The answer to what is sent: JSON or a file to the API, a form to a page."""
        key = hashlib.sha256(f"{method} {address}".encode()).hexdigest()[:26]  # of each address another, of both worlds the same
        headers = {"Accept-Encoding": "identity", "Sec-Fetch-Site": "same-origin", "Cookie": f"gagas_session={self.token}"}
        if not address.startswith("/api/"):
            fields = {"form_token": f"form-{self.who}", "form_key": key, "reason": REASON, **(body or {})}
            return self.client.request(method, address, headers=headers, data=fields, follow_redirects=False)
        headers |= {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key, "If-Match": '"x"'}
        if isinstance(body, bytes):
            headers["Content-Type"] = "application/octet-stream"
            return self.client.request(method, address, headers=headers, content=body)
        return self.client.request(method, address, headers=headers, json=body)

    def type(self, call_id: str) -> Response:
        """The form of a new idea, shown anew with what was typed."""
        return self.send("POST", NEW, {"call": call_id, "do": "refresh", **TYPED})


def list_sent(client: TestClient, names: set[str]) -> list[tuple[str, str, Any]]:
    """What changes something whose id has one of these names: by method and address, with names in braces, what is sent there."""
    described, found = read_description(client), list[tuple[str, str, Any]]()
    for part in (*ROUTERS, *PAGES):
        for route in part.router.routes:
            path = getattr(route, "path", "")
            for method in sorted(CHANGING & set(getattr(route, "methods", None) or ())):
                if any("{" + name + "}" in path for name in names):
                    found.append((method, path, find_body(described.get(path, {}).get(method.lower(), {}))))
    return sorted(found, key=lambda each: (each[1], each[0]))


@cache
def read_description(client: TestClient) -> dict[str, Any]:
    """The paths that the API describes."""
    paths: dict[str, Any] = client.get("/api/openapi.json").json()["paths"]
    return paths


def find_body(described: dict[str, Any]) -> Any:
    """The example of what an operation takes; nothing where it takes nothing."""
    content = described.get("requestBody", {}).get("content", {})
    if "application/octet-stream" in content:
        return b"%PDF-1.7"
    named = list(find_names(content.get("application/json", {})))
    return EXAMPLES[named[0]] if named else None


def find_names(schema: Any) -> Iterator[str]:
    """The models that a schema refers to."""
    if isinstance(schema, dict):
        for name, value in schema.items():
            if name == "$ref":
                yield value.rpartition("/")[2]
            else:
                yield from find_names(value)
    elif isinstance(schema, list):
        for each in schema:
            yield from find_names(each)
