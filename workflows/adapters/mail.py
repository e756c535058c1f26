"""The mail: over SMTP, or as .eml files where no server is named."""

import smtplib
import ssl
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True)
class MailRoute:
    """Where mail goes: an `smtp://user:password@host:port` address (`smtps://` for TLS from the start), or a folder."""

    sender: str
    smtp_url: str = ""
    folder: Path = Path("mail")


@dataclass(frozen=True)
class OutgoingMail:
    """A mail of plain text and, where there is any, the same as HTML; the message id makes a repeated sending recognisable."""

    to: str
    subject: str
    text: str
    message_id: str
    html: str = ""


def send_mail(route: MailRoute, mails: list[OutgoingMail]) -> None:
    """Send mails over one connection; raises OSError when the server cannot be reached or refuses.

    Raises ValueError for an address or a header that cannot be one; then nothing is sent.
    """
    messages = [_compose(route, mail) for mail in mails]
    if not messages:
        return
    if not route.smtp_url:
        route.folder.mkdir(parents=True, exist_ok=True)
        for mail, message in zip(mails, messages, strict=True):
            (route.folder / f"{mail.message_id.strip('<>').replace('/', '_')}.eml").write_bytes(message.as_bytes())
        return
    with _connect(route.smtp_url) as server:
        for message in messages:
            server.send_message(message)


def _compose(route: MailRoute, mail: OutgoingMail) -> EmailMessage:
    message = EmailMessage()
    subject = mail.subject.replace("=?", "= ?")  # an encoded word would be decoded here, line breaks and all
    message["From"], message["To"], message["Subject"] = route.sender, _address(mail.to), subject
    message["Message-ID"], message["Auto-Submitted"] = mail.message_id, "auto-generated"
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    return message


def _address(text: str) -> Address:
    try:
        return Address(addr_spec=text)
    except (ValueError, IndexError, MessageError):
        raise ValueError("this cannot be a mail address") from None


def _connect(url: str) -> smtplib.SMTP:
    parts = urlsplit(url)
    host, secure = parts.hostname or "localhost", parts.scheme == "smtps"
    context = ssl.create_default_context()
    server: smtplib.SMTP
    if secure:
        server = smtplib.SMTP_SSL(host, parts.port or 465, timeout=20, context=context)
    else:
        server = smtplib.SMTP(host, parts.port or 25, timeout=20)
    if parts.username:
        if not secure:
            server.starttls(context=context)
        server.login(unquote(parts.username), unquote(parts.password or ""))
    return server
