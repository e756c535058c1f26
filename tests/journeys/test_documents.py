"""Every document of the demo, as an archive, a reader and a phone would meet it."""

import hashlib
import json
from pathlib import Path
from typing import Any

import page
import pypdfium2
import pytest
import sqlalchemy as sa
import zxingcpp

from tests.journeys.conftest import Played

pytestmark = [pytest.mark.server, pytest.mark.timeout(1_800), pytest.mark.xdist_group("demo")]

FALSE_ALARMS = {"PDFA3A-STREAM-LENGTH-001"}  # a deflated stream that happens to end in a carriage return (1 in 256)
FOLDERS = {"receipt": "receipts", "rejection": "letters", "certificate": "certificates", "report": "reports"}


def documents(played: Played, kind: str) -> list[tuple[Path, dict[str, Any]]]:
    """The files of a kind with the content frozen for them."""
    with played.connect() as database:
        rows = database.execute(sa.text("SELECT number, content FROM document WHERE kind = :kind"), {"kind": kind}).all()
    read = [(number, json.loads(facts) if isinstance(facts, str) else facts) for number, facts in rows]
    return [(played.out / FOLDERS[kind] / f"{number.replace('/', '-')}.pdf", facts) for number, facts in read]


def words(file: Path) -> str:
    """A file's text with its white space evened out."""
    read = pypdfium2.PdfDocument(file)
    return " ".join(" ".join(each.get_textpage().get_text_range() for each in read).split())


@pytest.mark.parametrize("kind", ["certificate", "receipt", "rejection", "report"])
def test_every_document_is_pdf_a_3(played: Played, kind: str) -> None:
    files = documents(played, kind)
    assert len(files) >= {"certificate": 15, "receipt": 60, "rejection": 5, "report": 2}[kind]
    for file, _ in files:
        verdict = page.validate_pdf_bytes(file.read_bytes(), profile=page.ValidationProfile.PDF_A_3A)
        assert {failure.rule_id for failure in verdict.failures} <= FALSE_ALARMS, file.name


def test_a_certificate_says_exactly_its_facts(played: Played) -> None:
    for file, facts in documents(played, "certificate"):
        text = words(file)
        squeezed = text.replace(" ", "").replace("\xa0", "")
        said = [
            facts[name]
            for name in ("number", "holder_name", "holder_unit", "holder_role", "idea_title", "idea_code", "legal_basis", "place")
        ]
        said += [facts["category"], facts["signatory"]["name"], *facts["letterhead"]["lines"], facts["verify_url"]]
        for fact in said:
            assert fact.replace(" ", "").lower() in squeezed.lower(), (file.name, fact)
        if facts["holder_employee_number"]:
            assert facts["holder_employee_number"] in squeezed
        assert facts["distinction"].replace(" ", "").lower() in squeezed.lower()


def test_a_certificate_code_leads_to_its_verification(played: Played) -> None:
    lines = {line["file"]: line for line in played.manifest["certificates"]}
    assert len(lines) >= 15
    assert {line["state"] for line in lines.values()} == {"issued", "revoked"}
    for name, line in lines.items():
        file = played.out / name
        assert hashlib.sha256(file.read_bytes()).hexdigest() == line["sha256"]
        picture = pypdfium2.PdfDocument(file)[0].render(scale=2).to_pil()
        assert [code.text for code in zxingcpp.read_barcodes(picture)] == [line["verify_url"]]


def test_no_receipt_shows_a_whole_employee_number(played: Played) -> None:
    with played.connect() as database:
        numbers = [number for (number,) in database.execute(sa.text("SELECT number FROM employeenumber"))]
    for file, _ in documents(played, "receipt"):
        squeezed = words(file).replace(" ", "").replace("\xa0", "")
        assert [number for number in numbers if number in squeezed] == []
