"""A mayor who has no NIP: registered, let in, put in office by two, deciding and signing; and no paper has an empty line for a number."""

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pypdfium2
from fastapi.testclient import TestClient
from sqlmodel import col, select

from models.documents import Document, DocumentKind
from models.instants import today
from models.people import EmployeeNumber
from models.stages import AwardStage, IdeaStage
from tests.api.test_own_email import open_mailbox
from tests.asking import ask, check_problem
from tests.building import Town, either_town, shelf
from tests.steps import REASON
from tests.town import TownPerson
from tests.workflows.region.appointing import KOTA
from workflows.documents.content import read_content
from workflows.documents.kinds import get_document_type
from workflows.documents.render import render_documents
from workflows.recognition.letters import number_certificates, number_receipt, number_rejection
from workflows.region.offices import set_office

__all__ = ["either_town", "shelf"]

NAME, MAIL = "walikota.contoh", "walikota@contoh.example"
FIRST, SECOND = "tujuh kuda nil menari", "delapan kuda nil menyanyi"
MAYOR = {"name": "Erwin Suryakancana", "kind": "elected_head", "unit_code": "KOTA", "position": "Wali Kota", "sign_in_name": NAME}
FLOW = "flow:recognition"


@dataclass(frozen=True)
class Entered(TownPerson):
    """Somebody whose token is the one that signing in gave."""

    secret: str

    @property
    def token(self) -> str:
        return self.secret


def enter(client: TestClient, identifier: str, password: str) -> str:
    answer = client.post("/api/v1/tokens", json={"identifier": identifier, "password": password})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["access_token"])


def activate(client: TestClient, code: str, password: str) -> None:
    body = {"identifier": NAME, "code": code, "password": password}
    assert client.post("/api/v1/activation", json=body).status_code == 204


def confirm(client: TestClient, town: Town, asked: str) -> Any:
    """What an admin alone began is confirmed by the other one, and not by the first."""
    check_problem(ask(client, town["admin"], f"POST /confirmations/{asked}/approval"), 403, "own_confirmation", language="id")
    answer = ask(client, town["second_admin"], f"POST /confirmations/{asked}/approval")
    assert answer.status_code == 200, answer.text
    return answer.json()


def list_lines(document: Document, out: Path) -> list[str]:
    """The lines of text of a document as it is rendered; its picture is kept beside for who wants to look."""
    content = read_content(get_document_type(document.kind).content, json.dumps(document.content))
    (files,) = render_documents(document.kind, [content])
    out.mkdir(parents=True, exist_ok=True)
    read = pypdfium2.PdfDocument(files.pdf)
    lines = list[str]()
    for place, each in enumerate(read):
        each.render(scale=1.5).to_pil().save(out / f"{document.kind}-{document.running}-{place}.png")
        lines += each.get_textpage().get_text_range().splitlines()
    return lines


def test_a_mayor_without_number_is_let_in_put_in_office_decides_and_signs(either_town: Town, tmp_path: Path) -> None:
    town, idea, award = either_town, either_town.build_idea(IdeaStage.RECOMMENDED), either_town.build_award(AwardStage.ANNOUNCED)
    town.do(set_office, "KOTA", KOTA, by="admin")
    client = TestClient(town.app, raise_server_exceptions=False)

    # Registered by an admin, let in by the code, by name and, once the mailbox answered, by address.
    registered = ask(client, town["admin"], "POST /people", {**MAYOR, "email": MAIL}).json()
    activate(client, registered["activation_code"], FIRST)
    mayor = Entered("mayor", registered["id"], registered["name"], "", enter(client, NAME, FIRST))
    assert ask(client, mayor, "PUT /me/email", {"email": MAIL, "present_password": FIRST}).status_code == 204
    assert ask(client, mayor, "PUT /me/email/confirmation", {"new_code": open_mailbox(town)[MAIL]}).status_code == 204
    assert enter(client, MAIL.upper(), FIRST)
    check_problem(ask(client, mayor, f"GET /ideas/{idea}"), 404, "idea_not_found", language="id")

    # Leader by two people: what one of them may know of the account ends with it.
    granted = ask(client, town["admin"], f"POST /people/{mayor.id}/roles", {"role": "leader", "unit_code": "KOTA"}).json()
    assert granted["held"] is False
    activate(client, confirm(client, town, granted["id"])["activation_code"], SECOND)
    check_problem(client.post("/api/v1/tokens", json={"identifier": NAME, "password": FIRST}), 401, "sign_in_wrong", language="id")
    mayor = replace(mayor, secret=enter(client, MAIL, SECOND))
    holder = {"person_id": mayor.id, "valid_from": (today() - timedelta(days=30)).isoformat(), "capacity": ""}
    appointed = ask(client, town["admin"], "POST /units/KOTA/office/holders", holder).json()
    assert confirm(client, town, appointed["holders"][0]["id"])["activation_code"] is None  # not the first office

    # Decides, and signs what follows.
    shown = ask(client, mayor, f"GET /ideas/{idea}")
    decided = ask(
        client, mayor, f"POST /ideas/{idea}/determination", {"outcome": "rejected", "reason": REASON}, if_match=shown.headers["etag"]
    )
    assert (decided.status_code, decided.json()["stage"]) == (200, "rejected"), decided.text
    town.do(number_rejection, idea, by=FLOW)
    without_number(town, "mate")
    town.do(number_receipt, idea, by=FLOW)
    town.do(number_certificates, award, by=FLOW)
    documents = town.rows(select(Document).order_by(col(Document.kind), col(Document.running)))
    assert [document.kind for document in documents].count(DocumentKind.CERTIFICATE) == 2
    for document in documents:
        lines = list_lines(document, tmp_path)
        numbers = [line.strip() for line in lines if line.strip().startswith(("NIP", "NI PPPK"))]
        if document.kind == DocumentKind.CERTIFICATE:
            assert "Erwin Suryakancana" in " ".join(lines)
            expected = 0 if document.holder_id == town["mate"].id else 1  # the holder's own, and none of who signs
            assert len(numbers) == expected, lines
        elif document.kind == DocumentKind.RECEIPT:
            assert sum("***" in line for line in lines) == 1  # the lead's, and a dash for the other
        elif document.kind == DocumentKind.REJECTION:
            assert "Erwin Suryakancana" in " ".join(lines)
            assert numbers == [], lines


def without_number(town: Town, who: str) -> None:
    """A member of a team whose number nobody knows any more."""
    with town.store.unit_of_work() as session:
        for held in session.exec(select(EmployeeNumber).where(EmployeeNumber.person_id == town[who].id)).all():
            session.delete(held)
