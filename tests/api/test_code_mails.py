"""Codes of activation by mail, as they are asked for on page and API: to whom they go, and no code in any answer."""

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models.people import MailCode
from tests.api.pages.browsing import fields_of, open_browser, send
from tests.asking import ask, check_problem
from tests.building import Town
from workflows.region.code_mails import make_mailed_code

SECRET = b"no database holds this secret :-)"


@pytest.fixture
def client(town: Town) -> TestClient:
    return TestClient(town.app, raise_server_exceptions=False)


def draw(town: Town) -> str:
    with town.store.unit_of_work() as session:
        made = make_mailed_code(session, session.exec(select(MailCode.id)).one(), SECRET)
        assert made is not None
        return made[1]


def test_the_api_tells_to_whom_codes_go_and_a_mailed_code_opens_the_account(client: TestClient, town: Town) -> None:
    told = ask(client, town["operator"], "POST /activation-mails", {"unit_code": "MALEBER"})
    assert told.status_code == 200
    (to,) = told.json()["mailed"]
    assert to == {"person_id": town["lead"].id, "name": town["lead"].name, "email_masked": "l•••@contoh.example"}
    body = {"identifier": town["lead"].number, "code": draw(town), "password": "tujuh kuda nil menari"}
    assert client.post("/api/v1/activation", json=body).status_code == 204
    again = ask(client, town["operator"], f"POST /people/{town['lead'].id}/activation-mail")
    check_problem(again, 409, "account_activated", language="id")
    none = ask(client, town["operator"], "POST /activation-mails", {"unit_code": "MALEBER"})
    check_problem(none, 409, "mail_without_people", language="id")


def test_an_operator_mails_a_units_codes_and_reads_who_is_left_out(town: Town) -> None:
    operator = open_browser(town, "operator")
    fields = fields_of(operator.get("/pegawai").text, "/pegawai/surel-kode") | {"unit_code": "CIROYOM"}
    first, again = (operator.post("/pegawai/surel-kode", data=fields) for _ in range(2))
    assert first.status_code == 200
    for said in ("Kode dikirim kepada 1 pegawai", town["mate"].name, "m•••@contoh.example", town["owner"].name, "Memegang peran"):
        assert said in first.text, said
    assert "mate@contoh.example" not in first.text
    assert "Kode dikirim kepada 1 pegawai" in again.text, "one form, one mailing"
    assert len(town.rows(select(MailCode))) == 1
    assert send(operator, "/pegawai", "/pegawai/surel-kode", unit_code="DAGO").status_code == 403


def test_a_lost_mail_is_sent_again_from_the_persons_page(town: Town) -> None:
    operator, page = open_browser(town, "operator"), f"/pegawai/{town['mate'].id}"
    sent = send(operator, page, f"{page}/surel-kode")
    assert sent.headers["location"] == f"{page}?ok=code_sent"
    shown = operator.get(sent.headers["location"]).text
    assert "sedang dikirim" in shown
    assert "m•••@contoh.example" in shown
    assert "belum dipakai" in shown
    admin = open_browser(town, "admin")
    refused = send(admin, page, f"{page}/surel-kode")
    assert refused.status_code == 403
    assert "Anda sendiri yang mengisikan" in refused.text
