"""Content is frozen, cleaned when made, and comes back from JSON as it was."""

import subprocess
import sys
from dataclasses import FrozenInstanceError

import pytest
from pydantic import ValidationError

from tests.workflows.documents.rendering import KINDS
from workflows.documents.content import Letterhead, Signatory, read_content, write_content
from workflows.documents.kinds import get_document_type


@pytest.mark.parametrize("kind", KINDS)
def test_content_comes_back_from_json_as_they_were(content_of, kind):
    content = content_of(kind)
    assert read_content(get_document_type(kind).content, write_content(content)) == content
    assert write_content(read_content(get_document_type(kind).content, write_content(content))) == write_content(content)


def test_content_cannot_be_changed(certificate):
    with pytest.raises(FrozenInstanceError):
        certificate().holder_name = "Orang Lain"


def test_control_and_direction_characters_never_enter_the_content(certificate):
    content = certificate(holder_name="Siti\u202e\x00 \ufeffAisyah\u200b", idea_title="a\tb\nc\ue000")
    assert content.holder_name == "Siti Aisyah"
    assert content.idea_title == "a b c"


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("holder_name", ""),
        ("holder_name", "\u202e\x00"),
        ("idea_title", "x" * 301),
        ("verify_url", "javascript:alert(1)"),
        ("verify_url", "https://contoh.go.id/a b"),
        ("issued_on", "24 November 2026"),
        ("unknown", "x"),
    ],
)
def test_content_that_no_paper_could_carry_are_refused(certificate, field, wrong):
    with pytest.raises(ValidationError):
        certificate(**{field: wrong})


def test_a_lone_surrogate_is_left_out(certificate):
    assert certificate(holder_name="Siti \ud800Aisyah").holder_name == "Siti Aisyah"


def test_an_unknown_capacity_is_refused():
    with pytest.raises(ValidationError):
        Signatory("Siti", "Camat", "Ketua")


def test_shares_must_add_up(receipt, member):
    with pytest.raises(ValidationError, match="10,000"):
        receipt(team=(member("A", 5000), member("B", 4999)))


def test_a_naive_instant_is_refused(receipt):
    with pytest.raises(ValidationError, match="timezone"):
        receipt(received_at="2026-03-12T09:05:07")


@pytest.mark.parametrize("name", ["../../etc/passwd", "Gagas", "", "a" * 41])
def test_an_emblem_has_a_plain_name(name):
    with pytest.raises(ValidationError):
        Letterhead(("Kecamatan Andir",), "", "", name)


def test_content_loads_no_renderer():
    heavy = ("weasyprint", "pydyf", "xlsxwriter", "jinja2")
    code = f"import sys, workflows.documents.kinds.report; sys.exit(any(m in sys.modules for m in {heavy}))"
    subprocess.run([sys.executable, "-c", code], check=True)
