"""The security and the access log: who signed in, who was refused what, who was given which role, what broke; and never a name or a number.

An inspector asks after an incident: since when did this address try passwords, who gave that role, who was refused, which file was damaged.
A thief of the logs must learn nothing that opens anything.
"""

import json
import os
import re
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import select

from api.app import ROUTERS, create_app
from api.pages.site import PAGES
from api.request_log import ACCOUNTS
from models import logs
from models.documents import Document
from models.logs import SECURITY, note, write_line
from models.people import Account, Role
from models.settings import settings
from models.stages import AwardStage, IdeaStage
from tests.api.pages.browsing import open_browser
from tests.asking import ask
from tests.building import SECTIONS, Town
from workflows.adapters.files import store_file
from workflows.recognition.issue import Rendered, mark_issued
from workflows.recognition.letters import number_certificates
from workflows.region.codes import renew_activation

PASSWORD = "kata sandi yang panjang"


@pytest.fixture
def folder() -> Path:
    return settings().data / "logs"


def read(folder: Path, log: str) -> list[dict[str, Any]]:
    file = folder / f"{log}.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def events(folder: Path) -> list[str]:
    return [line["event"] for line in read(folder, "security")]


def sign_in(client: TestClient, number: str, password: str) -> Any:
    return client.post("/api/v1/tokens", json={"employee_number": number, "password": password})


def test_sign_ins_failures_and_codes_are_in_the_security_log(town: Town, client: TestClient, folder: Path) -> None:
    code = town.do(renew_activation, town["lead"].id, by="admin").code
    body = {"employee_number": town["lead"].number, "code": code, "password": PASSWORD}
    assert [client.post("/api/v1/activation", json=body).status_code for _ in range(2)] == [204, 422]
    assert sign_in(client, town["lead"].number, PASSWORD).status_code == 201
    assert sign_in(client, town["lead"].number, "bukan kata sandi itu").status_code == 401
    assert events(folder) == ["person.renew_activation", "activation", "activation_failed", "sign_in", "sign_in_failed"]
    renewed, *_, signed, failed = read(folder, "security")
    assert (renewed["actor"], renewed["subject"]) == (town["admin"].id, town["lead"].id)
    assert (signed["person"], signed["address"], signed["status"]) == (town["lead"].id, "testclient", 201)
    assert (failed["code"], failed["address"], "person" in failed) == ("sign_in_wrong", "testclient", False)


def test_every_route_of_an_account_is_a_route_that_there_is() -> None:
    known = {(method, route.path) for part in (*ROUTERS, *PAGES) for route in part.router.routes for method in route.methods}  # type: ignore[attr-defined]
    assert set(ACCOUNTS) <= known


def test_a_changed_password_and_an_ended_session_are_written(town: Town, client: TestClient, folder: Path) -> None:
    wrong = {"present_password": "bukan kata sandi itu", "password": PASSWORD}
    assert ask(client, town["lead"], "PUT /me/password", wrong).status_code in (401, 403, 422)
    assert ask(client, town["lead"], "DELETE /me/sessions").status_code == 204
    assert events(folder) == ["password_change_failed", "account.sign_out_everywhere", "sign_out"]


def test_who_was_refused_and_with_which_roles_is_written_on_the_api_and_on_pages(town: Town, client: TestClient, folder: Path) -> None:
    idea = town.build_idea(IdeaStage.SCREENING)
    assert ask(client, town["head"], f"POST /ideas/{idea}/screening", {"outcome": "accepted"}).status_code == 403
    assert ask(client, None, "GET /me", authorization="Bearer x").status_code == 401
    assert open_browser(town, "lead").get("/pegawai").status_code == 403
    refused = read(folder, "security")
    assert [(line["event"], line["code"], line["status"]) for line in refused] == [
        ("refused", "only_secretariat", 403),
        ("refused", "sign_in_needed", 401),
        ("refused", "only_operator", 403),
    ]
    assert (refused[0]["person"], refused[0]["roles"], refused[0]["idea_id"]) == (town["head"].id, ["unit_head"], idea)
    assert refused[2]["person"] == town["lead"].id


def test_a_role_given_is_written_once_it_is_committed_and_never_when_it_is_not(town: Town, client: TestClient, folder: Path) -> None:
    body = {"role": "reviewer", "unit_code": "ANDIR"}
    assert ask(client, town["admin"], f"POST /people/{town['lead'].id}/roles", body).status_code == 201
    (line,) = read(folder, "security")
    assert (line["event"], line["role"], line["unit"]) == ("role.grant", Role.REVIEWER, town.units["ANDIR"][0])
    assert (line["actor"], line["subject"]) == (town["admin"].id, town["lead"].id)
    with pytest.raises(ZeroDivisionError):
        note_and_fail(town)
    assert events(folder) == ["role.grant"]


def note_and_fail(town: Town) -> None:
    with town.store.unit_of_work() as session:
        note(session, "role.grant")
        raise ZeroDivisionError


def test_what_breaks_is_written_by_kind_and_place_and_not_in_its_words(town: Town, folder: Path) -> None:
    app = create_app(town.store)
    break_with(app, f"nobody may read {town['lead'].number}")
    with TestClient(app, raise_server_exceptions=False) as client:
        assert client.get("/api/v1/broken").status_code == 500
    (line,) = read(folder, "security")
    assert (line["event"], line["status"], line["route"]) == ("fault", 500, "/api/v1/broken")
    assert re.fullmatch(r"ValueError at test_logs\.py:\d+", line["fault"])


def break_with(app: FastAPI, words: str) -> None:
    @app.get("/api/v1/broken")
    async def broken() -> None:
        raise ValueError(words)


@pytest.mark.parametrize("harm", ["changed", "gone"])
def test_a_damaged_file_is_written(town: Town, client: TestClient, folder: Path, harm: str) -> None:
    town.do(number_certificates, town.build_award(AwardStage.ANNOUNCED), by="flow:recognition")
    document = town.rows(select(Document))[0]
    digest = store_file(settings().documents, b"%PDF-1.7 certificate", "pdf")
    town.do(mark_issued, document.id, Rendered(digest), by="flow:recognition")
    file = next(settings().documents.glob("*/*.pdf"))
    if harm == "gone":
        file.unlink()
    else:
        file.write_bytes(b"%PDF-1.7 forged")
    assert ask(client, town["auditor"], f"GET /documents/{document.id}/file").status_code == 503
    (line,) = read(folder, "security")
    assert (line["event"], line["document_id"], line["person"]) == ("file_damaged", document.id, town["auditor"].id)


def test_every_request_is_in_the_access_log_by_its_route(town: Town, client: TestClient, folder: Path) -> None:
    idea = town.build_idea(IdeaStage.SUBMITTED)
    ask(client, town["lead"], f"GET /ideas/{idea}")
    ask(client, town["lead"], "GET /ideas?limit=1")
    client.get("/api/v1/health")
    client.get(f"/{town['lead'].number}")
    client.get(f"/v/{town['lead'].number}")
    lines = read(folder, "access")
    assert [(line["route"], line["status"]) for line in lines] == [
        ("/api/v1/ideas/{idea_id}", 200),
        ("/api/v1/ideas", 200),
        ("-", 404),
        ("/v/{token}", 404),
    ]
    assert (lines[0]["idea_id"], lines[0]["person"]) == (idea, town["lead"].id)


def test_no_log_holds_a_name_a_number_a_token_or_a_password(town: Town, client: TestClient, folder: Path) -> None:
    """A whole journey, with numbers put where they do not belong."""
    lead, admin = town["lead"], town["admin"]
    code = ask(client, admin, f"POST /people/{lead.id}/activation").json()["activation_code"]
    client.post("/api/v1/activation", json={"employee_number": lead.number, "code": code, "password": PASSWORD})
    token = sign_in(client, lead.number, PASSWORD).json()["access_token"]
    sign_in(client, lead.number, lead.number)
    browser = open_browser(town)
    browser.post("/masuk", data={"identifier": lead.number, "password": PASSWORD}, headers={"sec-fetch-site": "same-origin"})
    for path in (f"/ideas/{lead.number}", f"/ideas?call_id={lead.number}", f"/verification/{lead.number}", f"/x/{lead.number}/{token}"):
        ask(client, lead, f"GET {path}")
        client.get(f"/usulan/{lead.number}?ok={lead.name}")
    new = {"name": "Bambang Sutrisno", "employee_number": "198001012006041901", "kind": "pns", "unit_code": "ANDIR"}
    registered = ask(client, admin, "POST /people", new)
    ask(client, admin, "POST /people", new)
    ask(client, lead, "POST /ideas", {"call_id": town.call, "title": f"Usulan {lead.name}", "sections": SECTIONS})
    town.build_award(AwardStage.ANNOUNCED)
    written = "".join(file.read_text() for file in folder.iterdir())
    assert len(written.splitlines()) > 20
    secrets = {code, token, PASSWORD, new["name"], new["employee_number"], registered.json()["activation_code"]}
    for one in town.people.values():
        secrets |= {one.number, one.name, one.token, f"form-{one.who}"}
    hashes = {account.password_hash for account in town.rows(select(Account)) if account.password_hash}
    assert [secret for secret in secrets | hashes if secret in written] == []
    assert re.findall(r"\d{18}", written) == []


def test_the_logs_are_their_owners_alone_and_turn_over_when_full(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "MOST_BYTES", 2_000)
    monkeypatch.setattr(logs, "KEPT", 3)
    for number in range(200):
        write_line(SECURITY, "try", number=number)
    names = sorted(file.name for file in folder.glob("security.jsonl*"))
    assert names == ["security.jsonl", "security.jsonl.1", "security.jsonl.2", "security.jsonl.3"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.glob("*.jsonl*")} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    newest = [json.loads(line)["number"] for name in reversed(names) for line in (folder / name).read_text().splitlines()]
    assert newest == list(range(newest[0], 200))


def test_lines_of_many_writers_stand_whole_one_after_the_other(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "MOST_BYTES", 20_000)
    monkeypatch.setattr(logs, "KEPT", 50)
    writers = [threading.Thread(target=lambda: [write_line(SECURITY, "try", number=n) for n in range(200)]) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    lines = [json.loads(line) for file in folder.glob("security.jsonl*") for line in file.read_text().splitlines()]
    assert len(lines) == 1_600


def test_the_logs_may_go_to_standard_output_or_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for chosen in ("-", str(tmp_path / "apart")):
        monkeypatch.setenv("GAGAS_LOGS", chosen)
        settings.cache_clear()
        write_line(SECURITY, "try")
    assert json.loads(capsys.readouterr().out)["event"] == "try"
    assert events(tmp_path / "apart") == ["try"]


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def refuse(*_values: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", refuse)
    yield
    monkeypatch.undo()


@pytest.mark.usefixtures("full_disk")
def test_a_log_that_cannot_be_written_stops_nobody(town: Town, client: TestClient) -> None:
    assert ask(client, town["lead"], "GET /me").status_code == 200


def test_nothing_that_the_api_answers_is_kept_on_the_way(town: Town, client: TestClient) -> None:
    idea = town.build_idea(IdeaStage.SUBMITTED)
    paths = ("/me", "/ideas", f"/ideas/{idea}", f"/ideas/{idea}/history", "/inbox", "/units", "/calls", "/ledger", "/health", "/nothing")
    for who in (town["lead"], None):
        for path in paths:
            assert ask(client, who, f"GET {path}").headers["cache-control"] == "no-store", path
    assert client.get("/api/openapi.json").headers["cache-control"] == "public, no-cache"  # it says the same to everybody
