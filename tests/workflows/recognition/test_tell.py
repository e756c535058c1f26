"""The mails about an account: what happened to it, and the codes, which are drawn where they are mailed."""

import re
from email import message_from_bytes, policy

from sqlmodel import select

from models.people import MailCode, Person
from models.settings import settings
from tests.building import Town
from tests.workflows.turns import Clock, clock, deliver, own_town, text_of
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
