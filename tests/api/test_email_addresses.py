"""Which e-mail addresses are taken: those that mail can reach, or none; no name server is asked."""

import pytest

from api.pages.forms import Form
from workflows.region.email_address import read_email


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", ""),
        ("nama@bandung.example", "nama@bandung.example"),
        ("Siti.Rohaeni@Bandung.GO.ID", "Siti.Rohaeni@bandung.go.id"),
        ("a+b=c@bandung.go.id", "a+b=c@bandung.go.id"),
    ],
)
def test_an_address_is_taken_whether_or_not_its_domain_answers(typed: str, kept: str) -> None:
    assert read_email(typed) == kept
    form = Form([("email", f" {typed} ")])
    assert (form.email("email"), form.wrong) == (kept, {})


WRONG = [
    "siti",
    "siti@bandung",
    "siti@localhost",
    "siti@@bandung.go.id",
    "a@b.example, c@d.example",
    "Siti <siti@bandung.go.id>",
    "siti@bandung.go.id\r\nBcc: all@bandung.go.id",
    "siti @bandung.go.id",
    "siti@[127.0.0.1]",
    "=?utf-8?q?a?=@bandung.go.id",
    "a\0b@bandung.go.id",
    "a" * 250 + "@bandung.go.id",
]


@pytest.mark.parametrize("typed", WRONG)
def test_what_cannot_be_an_address_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_email(typed)
    form = Form([("email", typed)])
    assert (form.email("email"), form.wrong) == ("", {"email": "email_invalid"})
