"""The same key does a thing once: at once, again, after a restart; and only for whom and where it was used."""

import re
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models.ideas import Idea
from models.idempotency import KeptAnswer
from models.stages import IdeaStage
from tests.asking import ask, check_problem
from tests.building import SECTIONS, Town
from tests.serving import serve

AT_ONCE = 50


def draft(town: Town, title: str = "Kunci yang sama") -> dict[str, Any]:
    return {"call_id": town.call, "title": title, "sections": SECTIONS}


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.xdist_group("served")
def test_the_same_key_fifty_times_at_once_makes_one_idea_and_fifty_equal_answers(
    served_town: tuple[Town, str, Path], share: Callable[[int], int]
) -> None:
    town, address, _log = served_town
    call = town.build_call()
    body = {"call_id": call, "title": "Kunci yang sama", "sections": SECTIONS}
    with httpx.Client(timeout=200, limits=httpx.Limits(max_connections=AT_ONCE)) as client:
        for number in range(share(100)):
            headers = {**town["lead"].headers, "Idempotency-Key": f"key-{number}"}
            with ThreadPoolExecutor(AT_ONCE) as pool:
                told = list(pool.map(lambda _: client.post(f"{address}/ideas", json=body, headers=headers), range(AT_ONCE)))  # noqa: B023
            assert {answer.status_code for answer in told} == {201}, {answer.text for answer in told}
            assert len({answer.text for answer in told}) == 1
            assert len({answer.headers["etag"] for answer in told}) == 1
            assert sum("idempotency-replayed" not in answer.headers for answer in told) == 1
            assert len(town.rows(select(Idea.id).where(Idea.call_id == call))) == number + 1


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_same_key_is_answered_the_same_after_a_restart(town: Town, tmp_path: Path) -> None:
    headers, body = {**town["lead"].headers, "Idempotency-Key": "k"}, draft(town)
    answers = []
    for _ in range(2):
        with serve(town.store, tmp_path) as address:
            answers.append(httpx.post(f"{address}/ideas", json=body, headers=headers, timeout=200))
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["idempotency-replayed"] == "true"
    assert len(town.rows(select(Idea.id))) == 1


def test_the_same_key_with_another_body_is_refused(town: Town, client: TestClient) -> None:
    first = ask(client, town["lead"], "POST /ideas", draft(town), idempotency_key="k")
    answer = ask(client, town["lead"], "POST /ideas", draft(town, "Judul lain"), idempotency_key="k")
    assert first.status_code == 201
    check_problem(answer, 422, "idempotency_key_reused", language="id")
    assert [idea.title for idea in town.rows(select(Idea))] == ["Kunci yang sama"]


def test_a_key_belongs_to_its_account(town: Town, client: TestClient) -> None:
    ids = {ask(client, town[who], "POST /ideas", draft(town), idempotency_key="k").json()["id"] for who in ("lead", "mate", "stranger")}
    assert len(ids) == 3


def test_a_key_belongs_to_its_route(town: Town, client: TestClient) -> None:
    one, other = town.build_idea(), town.build_idea()
    for idea in (one, other):
        answer = ask(client, town["lead"], f"POST /ideas/{idea}/submission", idempotency_key="k")
        assert (answer.status_code, answer.json()["id"]) == (200, idea)
    assert {town.idea(one).stage, town.idea(other).stage} == {IdeaStage.SUBMITTED}


def test_a_failure_is_not_kept(town: Town, client: TestClient) -> None:
    idea = town.build_idea(sections={"background": "satu dua tiga"})
    check_problem(ask(client, town["lead"], f"POST /ideas/{idea}/submission", idempotency_key="k"), 422, "section_too_short", language="id")
    assert town.rows(select(KeptAnswer)) == []
    body = {"title": "Lengkap", "sections": SECTIONS}
    tag = ask(client, town["lead"], f"GET /ideas/{idea}").headers["etag"]
    assert ask(client, town["lead"], f"PUT /ideas/{idea}", body, if_match=tag).status_code == 200
    assert ask(client, town["lead"], f"POST /ideas/{idea}/submission", idempotency_key="k").status_code == 200
    assert len(town.rows(select(KeptAnswer))) == 1


def test_a_repeated_step_is_answered_though_its_stage_is_over(town: Town, client: TestClient) -> None:
    idea = town.build_idea()
    answers = [ask(client, town["lead"], f"POST /ideas/{idea}/submission", idempotency_key="k") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert len({answer.text for answer in answers}) == 1
    assert len({answer.headers["etag"] for answer in answers}) == 1


def test_what_is_kept_tells_no_one_time_code(town: Town, client: TestClient) -> None:
    body = {"name": "Orang Baru", "employee_number": "198505052010011234", "kind": "pns", "unit_code": "MALEBER"}
    first, again = (ask(client, town["operator"], "POST /people", body, idempotency_key="k").json() for _ in range(2))
    assert re.fullmatch(r"\w{4}-\w{4}-\w{4}", first["activation_code"])
    assert again["activation_code"] is None
    assert first["activation_code"] not in str(town.rows(select(KeptAnswer.body)))


def test_a_kept_answer_is_no_way_in_for_somebody_signed_out(town: Town, client: TestClient) -> None:
    key = uuid.uuid4().hex
    assert ask(client, town["mate"], "POST /ideas", draft(town), idempotency_key=key).status_code == 201
    assert ask(client, town["mate"], "DELETE /tokens/current").status_code == 204
    check_problem(ask(client, town["mate"], "POST /ideas", draft(town), idempotency_key=key), 401, "sign_in_needed", language="id")
