"""Everybody asks whatever the API's description allows, and whatever it forbids: nothing faults, nothing comes that is not described."""

import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from shutil import copytree
from typing import Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from httpx import Response
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.generation import GenerationMode
from schemathesis.generation.case import Case

from api.v1 import PREFIX
from models.settings import settings as settings_of_gagas
from tests.api.test_routes import Scene, scene
from tests.asking import check_problem
from tests.building import Shelf, client, shelf
from tests.described import described

__all__ = ["client", "scene", "shelf"]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_800)]
# one for each role, the proposer of ours, somebody who has no part in anything, and nobody
WHO = (
    *("nobody", "stranger", "lead", "head", "operator", "secretary", "reviewer1"),
    *("chair", "owner", "verifier", "leader", "auditor", "admin"),
)
CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
HASHING = (f"{PREFIX}/tokens", f"{PREFIX}/activation", f"{PREFIX}/me/password")  # a tenth of a second each
EACH = 8  # requests for each operation and person
EACH_HASHING = 40  # requests for each operation that hashes, of two people together


@dataclass(frozen=True)
class Asked:
    """Operations of the API, and how many requests are made of them, all together."""

    operations: list[Any]
    most: int


def list_operations(*, hashing: bool) -> list[Any]:
    """Every operation of the description: those that hash a password, or those that do not."""
    found = [each.ok() for each in schemathesis.openapi.from_dict(described()).get_all_operations()]
    return [each for each in found if each.path.startswith(PREFIX) and (each.path in HASHING) == hashing]


@pytest.mark.parametrize("who", WHO)
def test_no_generated_request_meets_a_fault_or_an_answer_that_is_not_described(
    who: str, scene: Scene, client: TestClient, shelf: Shelf, share: Callable[[int], int]
) -> None:
    operations = list_operations(hashing=False)
    explore(who, Asked(operations, share(EACH * len(operations))), scene, client, shelf)


@pytest.mark.parametrize("who", ["nobody", "lead"])
def test_no_generated_password_code_or_sign_in_meets_a_fault_or_an_answer_that_is_not_described(
    who: str, scene: Scene, client: TestClient, shelf: Shelf, share: Callable[[int], int]
) -> None:
    operations = list_operations(hashing=True)
    assert {each.path for each in operations} == set(HASHING)
    explore(who, Asked(operations, share(EACH_HASHING * len(operations) // 2)), scene, client, shelf)


def explore(who: str, asked: Asked, scene: Scene, client: TestClient, shelf: Shelf) -> None:
    """Make requests of the operations, right and wrong ones, and check every answer."""
    strategies = {(each.label, mode): each.as_strategy(generation_mode=mode) for each in asked.operations for mode in GenerationMode}
    headers = {} if who == "nobody" else scene.town[who].headers
    copytree(f"{scene.town.store.url.database}.files", settings_of_gagas().documents, dirs_exist_ok=True)
    copytree(f"{scene.town.store.url.database}.attached", settings_of_gagas().attachments, dirs_exist_ok=True)
    seen: Counter[int] = Counter()

    @settings(
        max_examples=asked.most,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate,),
    )
    @given(operation=st.sampled_from(asked.operations), mode=st.sampled_from(GenerationMode), data=st.data())
    def ask(operation: Any, mode: GenerationMode, data: st.DataObject) -> None:
        case = data.draw(strategies[operation.label, mode])
        aim(case, scene, data, mode)
        answer = send(client, case, headers)
        seen[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)
        if answer.status_code >= 400:
            check_problem(answer, answer.status_code, answer.json()["type"].rpartition(":")[2], language="en")
        if answer.status_code < 300 and (case.method == "DELETE" or operation.path.endswith(("/closing", "/me/password"))):
            shelf.lay("routes")  # whoever asks may have ended their own session

    ask()
    print(f"{who}: {sum(seen.values())} requests, {dict(sorted(seen.items()))}")
    assert seen.total() > 0


def aim(case: Case, scene: Scene, data: st.DataObject, mode: GenerationMode) -> None:
    """Let a request speak of something that there is, nine times of ten, and carry what every right one carries."""
    for name in list(case.path_parameters):
        known = sorted({found for (_, what, _), found in scene.ids.items() if what == NAMES.get(name, name)})
        if known and data.draw(st.integers(0, 9)):
            case.path_parameters[name] = data.draw(st.sampled_from(known))
    if mode is GenerationMode.POSITIVE or data.draw(st.integers(0, 3)):
        right = {"Idempotency-Key": uuid.uuid4().hex} if case.method == "POST" else {"If-Match": "*"} if case.method == "PUT" else {}
        case.headers.update(right)


NAMES = {"call_id": "call", "name": "gate", "person_id": "person", "code": "unit", "action": "step"}


def send(client: TestClient, case: Case, headers: dict[str, str]) -> Response:
    """The answer to a request."""
    made = case.as_transport_kwargs(base_url="http://testserver", headers={**headers, "Accept-Language": "en"})
    content = {"content": made["data"]} if "data" in made else {"json": made["json"]} if "json" in made else {}
    bytewise = {name: value.encode("latin-1", "replace") for name, value in made["headers"].items()}
    return client.request(made["method"], made["url"], params=made["params"], headers=bytewise, **content)
