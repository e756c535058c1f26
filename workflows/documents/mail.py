"""The words of mails about documents and waiting tasks: facts in, subject and text out."""

from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined


@dataclass(frozen=True)
class DocumentMail:
    """A document its holder is told of."""

    name: str
    kind: str
    number: str
    title: str
    verify_url: str


@dataclass(frozen=True)
class ReminderMail:
    """A task that waits for somebody."""

    name: str
    task: str
    title: str
    due: str
    url: str
    overdue: bool


def render_mail(template: str, facts: DocumentMail | ReminderMail) -> tuple[str, str]:
    """Subject (the template's first line) and text (the rest)."""
    text = _environment().get_template(f"{template}.txt").render(mail=facts)
    subject, _, body = text.partition("\n")
    return " ".join(subject.split()), body.strip() + "\n"


@cache
def _environment() -> Environment:
    loader = PackageLoader("templates", "mail")
    return Environment(loader=loader, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)  # noqa: S701 - plain text
