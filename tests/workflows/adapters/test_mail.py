"""Mail, as a real server gets it: one letter to one person, and nothing a name or a title holds becomes a header."""

import email
import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from hypothesis import given
from hypothesis import strategies as st

from workflows.adapters.mail import MailRoute, OutgoingMail, send_mail
from workflows.delivery.processes import free_port
from workflows.documents.mail import DigestLine, DigestMail, DocumentMail, TurnMail, render_mail

HEADERS = {"From", "To", "Subject", "Message-ID", "Auto-Submitted", "Content-Type", "MIME-Version"}
HOSTILE = [
    "Sari\r\nBcc: semua@contoh.example",
    "Sari\nSubject: Anda menang",
    "Sari\r\n\r\nIsi palsu",
    "Sari\u2028Bcc: semua@contoh.example",
    "Sari\x85Bcc: semua@contoh.example",
    "Sari\x0bBcc: a@b\x0cCc: c@d\x1cBcc: e@f",
    "=?utf-8?q?Sari=0D=0ABcc=3A_semua=40contoh.example?=",
    "\N{RIGHT-TO-LEFT OVERRIDE}iraS",
    "a" * 2_000,
]


class Sink:
    """A mail server's other half: keeps what it is handed; refuses what is addressed to `refused@…`."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]) -> str:
        if address.startswith("refused@"):
            return "550 nobody lives here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        self.envelopes.append(envelope)
        return "250 OK"

    @property
    def messages(self) -> list[EmailMessage]:
        parsed = [email.message_from_bytes(envelope.content or b"", policy=default) for envelope in self.envelopes]  # type: ignore[arg-type]
        return [message for message in parsed if isinstance(message, EmailMessage)]


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def route(sink: Sink) -> Iterator[MailRoute]:
    controller = Controller(sink, hostname="127.0.0.1", port=free_port("127.0.0.1"))
    controller.start()
    yield MailRoute("gagas@contoh.example", f"smtp://127.0.0.1:{controller.port}")
    controller.stop()


def letter(number: int = 1, **changes: str) -> OutgoingMail:
    usual = {"to": f"sari{number}@contoh.example", "subject": "Piagam Anda", "text": "Selamat!\n", "message_id": f"<dokumen{number}@gagas>"}
    return OutgoingMail(**{**usual, **changes})


def hostile_mails(text: str) -> list[OutgoingMail]:
    """Each kind of mail, with the text wherever a person may write."""
    line = DigestLine("screen", text, "1 Desember 2026", late=False)
    digest = DigestMail(text, [line], more="", late="", waiting="1", url="http://contoh.example/kotak-masuk")
    turn = TurnMail(text, text, "Ditunda", "Penetapan ditunda", "", "", "http://contoh.example/usulan/1")
    document = DocumentMail(text, "certificate", "PG-0001", text, "http://contoh.example/v/1")
    rendered = render_mail("digest", digest), render_mail("turn", turn), render_mail("document", document)
    return [letter(number, subject=each.subject, text=each.text, html=each.html) for number, each in enumerate(rendered, start=1)]


def test_letters_reach_the_server_with_their_words_and_their_id(route: MailRoute, sink: Sink) -> None:
    send_mail(route, [letter(number, subject="Piagam “Emas”", text="Selamat, dr. Sáti! — Gagas\n") for number in range(3)])
    assert [envelope.rcpt_tos for envelope in sink.envelopes] == [[f"sari{number}@contoh.example"] for number in range(3)]
    assert [message["Message-ID"] for message in sink.messages] == [f"<dokumen{number}@gagas>" for number in range(3)]
    message = sink.messages[0]
    assert (message["Subject"], message["From"], message["Auto-Submitted"]) == ("Piagam “Emas”", "gagas@contoh.example", "auto-generated")
    assert message.get_content().replace("\r\n", "\n") == "Selamat, dr. Sáti! — Gagas\n"


def test_a_mail_of_two_forms_is_text_first_and_then_the_same_as_html(route: MailRoute, sink: Sink) -> None:
    send_mail(route, [letter(text="Selamat, dr. Sáti!\n", html="<p>Selamat, dr. Sáti!</p>\n")])
    (message,) = sink.messages
    assert message.get_content_type() == "multipart/alternative"
    parts = [(part.get_content_type(), part.get_content().replace("\r\n", "\n")) for part in message.iter_parts()]  # type: ignore[union-attr]
    assert parts == [("text/plain", "Selamat, dr. Sáti!\n"), ("text/html", "<p>Selamat, dr. Sáti!</p>\n")]
    assert max(map(len, (sink.envelopes[0].content or b"").split(b"\r\n"))) < 998  # type: ignore[arg-type]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_name_or_title_becomes_a_header_or_a_recipient(route: MailRoute, sink: Sink, text: str) -> None:
    send_mail(route, hostile_mails(text))
    assert [envelope.rcpt_tos for envelope in sink.envelopes] == [
        ["sari1@contoh.example"],
        ["sari2@contoh.example"],
        ["sari3@contoh.example"],
    ]
    for message in sink.messages:
        assert sorted(message.keys()) == sorted(HEADERS)
        assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
        assert message["Subject"].strip().startswith("Gagas:")


@given(st.text(max_size=80))
def test_no_text_at_all_becomes_a_header(text: str) -> None:
    from workflows.adapters.mail import _compose

    for one in hostile_mails(text):
        parsed = email.message_from_bytes(_compose(MailRoute("gagas@contoh.example"), one).as_bytes(), policy=default)
        assert sorted(parsed.keys()) == sorted(HEADERS)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "tanpa alamat",
        "a@contoh.example, b@contoh.example",
        "a@contoh.example\r\nBcc: semua@contoh.example",
        "Sari <a@contoh.example>",
        "=?utf-8?q?x=0D=0ABcc=3A_b?=@contoh.example",
        "=?utf-8?q?x=0D=0ABcc=3A_b=40c?= <a@contoh.example>",
    ],
)
def test_what_is_not_one_plain_address_is_refused_and_not_repeated(route: MailRoute, sink: Sink, address: str) -> None:
    with pytest.raises(ValueError, match="cannot be a mail address") as refused:
        send_mail(route, [letter(1), letter(2, to=address)])
    assert "contoh" not in str(refused.value)
    assert sink.envelopes == []


@pytest.mark.parametrize("field", ["subject", "message_id"])
def test_a_line_break_that_comes_as_far_as_a_header_is_refused_and_nothing_is_sent(route: MailRoute, sink: Sink, field: str) -> None:
    with pytest.raises(ValueError, match="linefeed or carriage return"):
        send_mail(route, [letter(1), letter(2, **{field: "a@contoh.example\r\nBcc: semua@contoh.example"})])
    assert sink.envelopes == []


def test_a_server_that_refuses_or_does_not_answer_is_an_error_the_flow_can_keep(route: MailRoute, sink: Sink) -> None:
    with pytest.raises(smtplib.SMTPException) as refused:
        send_mail(route, [letter(to="refused@contoh.example")])
    assert isinstance(refused.value, OSError)
    with pytest.raises(OSError, match="refused"):
        send_mail(MailRoute("gagas@contoh.example", f"smtp://127.0.0.1:{free_port('127.0.0.1')}"), [letter()])
    assert sink.envelopes == []


def test_nothing_to_send_opens_no_connection() -> None:
    send_mail(MailRoute("gagas@contoh.example", "smtp://127.0.0.1:1"), [])


def test_without_a_server_letters_lie_as_eml_files_and_a_repeated_one_replaces_itself(tmp_path: Path) -> None:
    route = MailRoute("gagas@contoh.example", folder=tmp_path / "mail")
    send_mail(route, [letter(1), letter(2, message_id="<../luar/ruang@gagas>")])
    send_mail(route, [letter(1)])
    assert sorted(file.name for file in route.folder.iterdir()) == [".._luar_ruang@gagas.eml", "dokumen1@gagas.eml"]
    kept = email.message_from_bytes((route.folder / "dokumen1@gagas.eml").read_bytes(), policy=default)
    assert (kept["To"], kept["Subject"]) == ("sari1@contoh.example", "Piagam Anda")
