"""Books of ideas as tests read them: what a book says, without the seconds that it takes to make one."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from fastapi.testclient import TestClient
from httpx import Response

from api.books import Binding
from tests.described import check_described
from tests.town import TownPerson


def bind_plainly(content: bytes, _seconds: float) -> BinaryIO:
    """The content itself in a book's place."""
    return io.BytesIO(content)


@contextmanager
def bound_by(client: TestClient, binding: Binding) -> Iterator[Binding]:
    """The application's books are made by another binding, meanwhile."""
    state = client.app.state  # type: ignore[attr-defined]
    usual, state.binding = state.binding, binding
    yield binding
    state.binding = usual


def ask_book(client: TestClient, person: TownPerson, idea: str, language: str = "id") -> Response:
    """The answer to somebody who asks for the book of an idea."""
    answer: Response = client.get(f"/api/v1/ideas/{idea}/book", headers={**person.headers, "Accept-Language": language})
    check_described(answer)
    return answer


def read_book_as(client: TestClient, person: TownPerson, idea: str, language: str = "id") -> dict[str, Any]:
    """What the book of an idea says to somebody."""
    answer = ask_book(client, person, idea, language)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = json.loads(answer.content)
    return said
