"""The mails about an account: what happened to it, and the codes, which are drawn where they are mailed."""

import re
from email import message_from_bytes, policy

from sqlmodel import select

from models.people import EmploymentKind, MailCode, NoticeKind, Person
from models.settings import settings
from tests.building import Town
from tests.workflows.turns import Clock, clock, deliver, own_town, text_of
from workflows.recognition.tell import find_page
from workflows.region.mail_codes import NewAddress, ask_email, confirm_email

__all__ = ["clock", "own_town"]
NEW = "baru@contoh.example"


def mails(to: str) -> list[str]:
    sent = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in (settings().data / "mail").glob("*.eml")]
    return [str(text_of(mail)) for mail in sent if mail["To"] == to]


def test_the_flow_mails_the_codes_of_a_new_address_and_keeps_their_hashes_alone(own_town: Town, clock: Clock) -> None:
    (old,) = own_town.rows(select(Person.email).where(Person.id == own_town["lead"].id))
    with own_town.store.unit_of_work() as session:
        session.get_one(Person, own_town["lead"].id).email = old = old or "lama@contoh.example"
    own_town.do(ask_email, NEW, by="lead")
    assert own_town.rows(select(MailCode.code_hash)) == [None, None]
    deliver(own_town, "recognition")
    texts = {address: "".join(text for text in mails(address) if "Kode sekali pakai" in text) for address in (NEW, old)}
    codes = {address: re.findall(r"\b\w{4}-\w{4}-\w{4}\b", text) for address, text in texts.items()}
    assert [len(found) for found in codes.values()] == [1, 1]
    assert "konfirmasi alamat surel ini" in texts[NEW]
    assert "menyetujui penggantian alamat surel" in texts[old]
    assert own_town["lead"].number not in "".join(texts.values())
    assert not any(code in str(own_town.rows(select(MailCode))) for found in codes.values() for code in found)
    own_town.do(confirm_email, NewAddress(codes[NEW][0], codes[old][0]), by="lead")
    deliver(own_town, "recognition")
    assert "dikonfirmasi" in "".join(mails(NEW))


# What somebody else may have done with the account, or in its holder's name: by hand, as an inspector would list it.
ALARMING = {
    *(
        "code_asked",
        "code_made",
        "code_mailed",
        "password_cleared",
        "password_changed",
        "role_held",
        "role_ended",
        "account_closed",
        "account_reopened",
    ),
    *("person_moved", "unit_moved", "details_changed", "person_retired", "person_restored", "call_planned", "number_changed"),
    *("double_merged", "sign_in_name_changed", "email_asked", "email_changed", "email_dropped"),
}


def test_what_happened_to_an_account_leads_there_and_everything_else_to_its_own_page() -> None:
    person = Person(name="Sari", kind=EmploymentKind.PNS, unit_id="x")
    pages = {kind: find_page(kind, person) for kind in NoticeKind}
    assert {kind for kind, page in pages.items() if page == "/akun"} == ALARMING
    asked = (NoticeKind.MERGE_ASKED, NoticeKind.TRANSFER_OFFERED, NoticeKind.CLAIM_FILED, NoticeKind.TEAM_ASKED)
    assert [pages[kind] for kind in asked] == ["/penggabungan", "/pengalihan", "/klaim", "/pergantian"]


def test_a_mentorship_leads_its_mentor_to_their_own_pages_and_the_lead_to_the_ideas() -> None:
    found = [find_page(NoticeKind.MENTOR_ENDED, Person(name="Sari", kind=kind, unit_id="x")) for kind in EmploymentKind]
    assert set(found) == {"/usulan", "/bimbingan"}
    assert find_page(NoticeKind.MENTOR_ENDED, Person(name="Sari", kind=EmploymentKind.PNS, unit_id="x")) == "/usulan"
