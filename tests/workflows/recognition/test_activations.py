"""The mail with a code of activation: it may go out twice and fail, and what arrives opens the account.

Who errs: a process that dies between the mail server's answer and its own note, a mail server that is down, a secret's file that was cut
off.
"""

import re
from email import message_from_bytes, policy

import pytest
from sqlmodel import col, select, update

from api.signing_in import CodeTry, activate, find_activation
from models.instants import wall_now
from models.outbox import Message, MessageState
from models.people import MailCode
from models.private import is_open, read_own_secret
from models.settings import settings
from tests.building import Town
from tests.workflows.turns import Clock, clock, deliver, own_town, text_of
from workflows.adapters.mail import OutgoingMail
from workflows.recognition import activations
from workflows.region.code_mails import mail_unit_codes

__all__ = ["clock", "own_town"]
ASKED = select(Message).where(Message.job == "mail_activation")


def read_mails() -> list[tuple[str, str, str]]:
    """Each mail that went out: to whom, under which id, and its text."""
    sent = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in (settings().data / "mail").glob("*.eml")]
    return [(str(mail["To"]), str(mail["Message-ID"]), str(text_of(mail))) for mail in sent]


def code_of(text: str) -> str:
    (code,) = re.findall(r"\b\w{4}-\w{4}-\w{4}\b", text)
    return str(code)


def states(town: Town) -> list[MessageState]:
    return [row.state for row in town.rows(ASKED)]


def wake(town: Town) -> None:
    """Let the message be tried again now, as one whose lease is over or whose pause has passed."""
    with town.store.unit_of_work() as session:
        of_mail = update(Message).where(col(Message.job) == "mail_activation")
        session.execute(of_mail.values(state=MessageState.WAITING, not_before=wall_now(), lease_token=None, lease_until=None))


def test_the_mail_brings_the_same_code_however_often_it_goes_out(own_town: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    own_town.do(mail_unit_codes, "MALEBER", by="operator")
    with monkeypatch.context() as patch:
        patch.setattr(activations, "send_safely", lambda mails: OSError("no mail server"))
        deliver(own_town, "recognition")
    assert states(own_town) == [MessageState.WAITING]
    assert read_mails() == []
    sent = []
    for _ in range(2):
        wake(own_town)
        deliver(own_town, "recognition")
        sent += read_mails()
    assert len(set(sent)) == 1
    (to, _message_id, text), _again = sent
    assert to == "lead@contoh.example"
    assert own_town["lead"].name in text
    assert own_town["lead"].number not in text
    with own_town.store.unit_of_work() as session:
        activate(session, CodeTry(own_town["lead"].number, code_of(text)), "hash")
    for file in (settings().data / "mail").glob("*.eml"):
        file.unlink()
    wake(own_town)
    deliver(own_town, "recognition")
    assert states(own_town) == [MessageState.HANDLED]
    assert read_mails() == [], "there is nothing left to open"


def test_the_code_counts_before_its_mail_is_sent(own_town: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is quicker than our note of the sending is not turned away, nor is who has the mail of a process that died then."""
    own_town.do(mail_unit_codes, "MALEBER", by="operator")
    opened = list[str]()

    def arrive(mails: list[OutgoingMail]) -> None:
        with own_town.store.reading() as session:
            opened.append(find_activation(session, CodeTry(own_town["lead"].number, code_of(mails[0].text))))

    monkeypatch.setattr(activations, "send_safely", arrive)
    deliver(own_town, "recognition")
    assert opened == [own_town["lead"].id]


def test_no_part_of_a_code_stands_in_the_outbox_the_database_or_the_folder_of_keys(own_town: Town, clock: Clock) -> None:
    own_town.do(mail_unit_codes, "MALEBER", by="operator")
    deliver(own_town, "recognition")
    ((_to, _id, text),) = read_mails()
    kept = str([row.model_dump() for row in (*own_town.rows(select(MailCode)), *own_town.rows(ASKED))])
    assert code_of(text) not in kept
    secret = settings().mail_secret
    assert not is_open(secret)
    assert secret.parent == settings().data, "backups take the folder of keys, and not what lies beside it"
    assert len(read_own_secret(secret)) == 32


def test_a_secret_that_was_cut_off_sends_nothing(own_town: Town, clock: Clock) -> None:
    settings().data.mkdir(exist_ok=True)
    settings().mail_secret.write_bytes(b"short")
    own_town.do(mail_unit_codes, "MALEBER", by="operator")
    deliver(own_town, "recognition")
    assert states(own_town) == [MessageState.WAITING]
    assert read_mails() == []
    (asked,) = own_town.rows(ASKED)
    assert asked.error.startswith("OSError")
