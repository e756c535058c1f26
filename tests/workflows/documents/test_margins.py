"""Every text of every paper lies within its margins, whatever people are called and however much is paid; else nothing is issued.

Who errs: nobody; names, units, titles and sums are as long as they are. The places of letters are read from the finished file.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pypdfium2
import pytest

from tests.conftest import ALL
from tests.workflows.documents.rendering import KINDS, render
from workflows.documents.content import Letterhead, Signatory
from workflows.documents.fit import DocumentDoesNotFit, require_inside
from workflows.documents.kinds.receipt import ShareChange, TeamLine, TeamRevision
from workflows.documents.kinds.rejection import Reason
from workflows.documents.kinds.report import Tally, UnitLine
from workflows.documents.pdf import lay_out

pytestmark = pytest.mark.slow

MILLIMETRE = 72 / 25.4
MARGINS = {"certificate": 17.0, "receipt": 19.5, "rejection": 19.5, "report": 19.5}  # left and right: the frame, or the paper's margin
FEET = {"certificate": 17.0, "receipt": 5.0, "rejection": 5.0, "report": 5.0}  # above and below: the page's number stands in the margin
SOLID = "Wirasantosakusumawardhaningrat" * 4  # a name without a space
WIDE = "W" * 300
REVISED = datetime(2026, 3, 20, 3, tzinfo=UTC)
WORDS = "Penyelenggaraan Pelayanan Administrasi Kependudukan bagi Seluruh Warga " * 5


@dataclass(frozen=True)
class Length:
    """How long the texts of a paper are."""

    name: str
    line: str
    sum: int
    count: int


LENGTHS = {
    "a hundred letters without a space": Length(SOLID[:100], SOLID[:100], 999_999_999_999, 99_999),
    "a hundred and fifty letters without a space": Length((SOLID * 2)[:150], (SOLID * 3)[:300], 1_234_567_890, 999_999),
    "the widest letter": Length(WIDE[:80], WIDE[:150], 10**15, 100_000),
    "titles of two hundred characters": Length(WORDS[:100].strip(), WORDS[:200].strip(), 1_234_567_890, 12),
    "the longest lines there may be": Length(WORDS[:150].strip(), WORDS[:300].strip(), 10**15, 999_999),
}


def lengthen(length: Length) -> dict[str, dict[str, Any]]:
    """What changes in the usual content of each kind of paper."""
    name, line = length.name, length.line
    members = tuple(TeamLine(name, "1991•••• •••••• • •11", line, name[:100], share) for share in (6_667, 3_333))
    revision = TeamRevision(REVISED, name, (ShareChange(name, 10_000, None), ShareChange(name, None, 10_000)))
    stages = (Tally(name, length.count), Tally(name, length.count // 2), Tally(name, 1))
    units = tuple(UnitLine(line, count, count // 2, count // 3) for count in (length.count, length.count - 1, 3))
    return {
        "certificate": {
            "holder_name": name,
            "holder_rank": name[:60],
            "holder_position": name,
            "holder_unit": line[:200],
            "holder_role": "Ketua Tim Pengusul",
            "idea_title": line[:200],
            "legal_basis": line[:200],
            "place": name[:40],
        },
        "receipt": {"idea_title": line, "call_title": line, "team": members, "received_by": line, "team_revisions": (revision,)},
        "rejection": {
            "addressee": name,
            "addressee_unit": line,
            "idea_title": line,
            "call_title": line,
            "decided_by": line,
            "reasons": (Reason("x", line, line), Reason("y", line, line * 3)),
            "what_would_help": line,
            "copies_to": (line,),
        },
        "report": {
            "call_title": line,
            **dict.fromkeys(("submitted", "adopted", "piloted", "awarded"), length.count),
            "stages": stages,
            "units": units,
            "region_units": length.count,
            "months": tuple(Tally(f"Agu {year}", length.count) for year in (2025, 2026)),
            "savings_rupiah": length.sum,
        },
    }


def list_outside(kind: str, pdf: bytes) -> list[str]:
    """The letters that reach over a margin, with their page and place in millimetres."""
    found = []
    for number, page in enumerate(pypdfium2.PdfDocument(pdf), start=1):
        (width, height), text = page.get_size(), page.get_textpage()
        for index in range(text.count_chars()):
            left, bottom, right, top = (edge / MILLIMETRE for edge in text.get_charbox(index))
            letter = text.get_text_range(index, 1)
            aside = left < MARGINS[kind] or right > width / MILLIMETRE - MARGINS[kind]
            if letter.strip() and (aside or bottom < FEET[kind] or top > height / MILLIMETRE - FEET[kind]):
                found.append(f"page {number}: {letter} at {left:.0f}, {bottom:.0f}")
    return found


def build(content_of: Any, award: Any, kind: str, length: Length) -> Any:
    """The content of a paper whose every text is so long."""
    name, line = length.name, length.line
    office = Letterhead((name[:60], name[:80]), name, name)
    signed = {} if kind == "receipt" else {"signatory": Signatory(name[:80], name[:80], "Plt.", name[:60], None, "Wali Kota")}
    changes = lengthen(length)[kind] | {"letterhead": office, **signed}
    if kind == "report":
        told = {"idea_title": line, "unit": line, "team": (name,) * 3, "decree": line, "amount_rupiah": length.sum}
        changes["awards"] = (award(**told), award(**told, stands=False, state="Dicabut", note=line))
    return content_of(kind, **changes)


USUAL = ("a hundred letters without a space", "titles of two hundred characters", "the longest lines there may be")


@pytest.mark.parametrize("length", [LENGTHS[name] for name in (LENGTHS if ALL else USUAL)], ids=LENGTHS if ALL else USUAL)
@pytest.mark.parametrize("kind", KINDS)
def test_every_text_lies_within_its_margins_or_nothing_is_issued(content_of: Any, award: Any, kind: str, length: Length) -> None:
    content = build(content_of, award, kind, length)
    if (kind, length) == ("certificate", LENGTHS["the widest letter"]):
        with pytest.raises(DocumentDoesNotFit):
            render(kind, [content])
    else:
        (pdf,) = render(kind, [content])
        assert list_outside(kind, pdf) == []


@pytest.mark.parametrize(
    "html",
    [
        "<p style='white-space:nowrap'>" + "Rp1.234.567.890 " * 20,
        "<table style='table-layout:fixed;width:100%'><tr><td style='width:20mm;white-space:nowrap'>Rp1.234.567.890<td>x</table>",
        "<p style='position:absolute;left:150mm;white-space:nowrap'>Rp1.234.567.890",
        "<p style='margin-top:-40mm'>x",
        "<p style='position:absolute;top:300mm'>x",
    ],
)
def test_a_text_that_runs_out_of_its_place_is_found(html: str) -> None:
    with pytest.raises(DocumentDoesNotFit):
        require_inside(lay_out(html, ("letterhead/upright.css",)).pages)
