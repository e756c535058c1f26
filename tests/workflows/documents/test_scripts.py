"""A name in any script is drawn with glyphs of its own, or it is refused where it is entered; no paper shows a box for it.

Who errs: a region whose people are called as they are, and fonts that were made for others.
"""

from io import BytesIO
from typing import Any

import pypdf
import pytest

from tests.workflows.documents.rendering import KINDS, render
from workflows.calculations.printable import find_unprintable
from workflows.documents import fonts
from workflows.documents.kinds.rejection import Reason
from workflows.documents.kinds.report import Tally, UnitLine
from workflows.process.decide import read_reason
from workflows.process.jobs import NUMBERING_JOBS
from workflows.process.refusals import Invalid
from workflows.process.ways import AWARD, IDEA, Transition
from workflows.process.wording import read_line

PAPERS = set(NUMBERING_JOBS.values())
DRAWN = {
    "Javanese": "ꦱꦶꦠꦶ ꦤꦸꦂꦲꦪꦠꦶ",
    "Sundanese": "ᮃᮞᮦᮕ᮪ ᮠᮤᮓᮚᮒ᮪",
    "Balinese": "ᬦᬶ ᬮᬸᬄ ᬲᬭᬶ",
    "Arabic": "محمّد حسن",
    "Vietnamese": "Nguyễn Thị Hằng",
    "letters with marks of their own": "Zoe\u0308 D\u030ca\u0323 Øyvind Łukasz Ğ",
    "signs of measure": "Kolam 20 m² CO₂ ½ ‰ → 3 × 4",
}
REFUSED = {
    "山田太郎": "山",
    "김민수": "김",
    "Siti 😀": "😀",
    "Ольга": "О",
    "สมชาย": "ส",
    "Kadek ✓": "✓",
    "q\u0303\u0303\u0303\u0303": "\u0303",
}


def test_the_table_at_entry_holds_what_the_fonts_hold() -> None:
    assert {point for point in range(0x110000) if chr(point) not in "\n\t" and not find_unprintable(chr(point))} == fonts.showable()


@pytest.mark.parametrize(("name", "character"), REFUSED.items(), ids=map(ascii, REFUSED))
def test_what_cannot_be_drawn_is_refused_at_entry_with_the_character(name: str, character: str) -> None:
    with pytest.raises(Invalid, match="unprintable_characters") as refused:
        read_line("name", name, maximum=120)
    assert refused.value.parameters["character"] == f"{character} (U+{ord(character):04X})"


PRINTED = [each for way in (IDEA, AWARD) for each in way.transitions if each.reason is not None and set(each.jobs) & PAPERS]


@pytest.mark.parametrize("transition", PRINTED, ids=lambda each: f"{each.action} {each.outcome} by {each.who}")
def test_a_reason_that_a_letter_prints_is_refused_at_entry_for_what_cannot_be_drawn(transition: Transition) -> None:
    for text, character in REFUSED.items():
        with pytest.raises(Invalid, match="unprintable_characters") as refused:
            read_reason(transition, f"Belum dapat disetujui,\nalasannya: {text}")
        assert refused.value.field == "reason"
        assert refused.value.parameters["character"] == f"{character} (U+{ord(character):04X})"
    for text in DRAWN.values():
        assert read_reason(transition, f"Belum dapat disetujui,\nalasannya: {text}")


def test_every_refusal_has_a_reason_that_is_printed_and_what_is_only_read_on_screens_may_say_anything() -> None:
    assert {(each.action, each.outcome) for each in PRINTED} == {("permit", "refused"), ("screen", "rejected"), ("determine", "rejected")}
    [recommend] = [each for each in IDEA.of_action("recommend") if each.outcome == "feasible"]
    assert read_reason(recommend, "Layak diterapkan ✓✓") == "Layak diterapkan ✓✓"


CHANGES: dict[str, Any] = {
    "certificate": lambda name: {"holder_name": name, "holder_unit": name, "idea_title": name, "holder_role": name, "distinction": name},
    "receipt": lambda name: {"call_title": name, "idea_title": name, "received_by": name},
    "rejection": lambda name: {
        **dict.fromkeys(("addressee", "addressee_unit", "idea_title", "call_title", "decided_by", "place", "what_would_help"), name),
        "copies_to": (name,),
        "reasons": (Reason("requirements_not_met", name, f"{name}\n{name}"),),
    },
    "report": lambda name: {"call_title": name, "units": (UnitLine(name, 2, 1, 1),), "stages": (Tally(name, 2),)},
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_name_in_a_script_that_is_let_in_has_glyphs_in_every_paper(
    content_of: Any, member: Any, award: Any, kind: str, faults_of: Any
) -> None:
    names = list(DRAWN.values()) if kind == "certificate" else [" · ".join(DRAWN.values())]
    contents = []
    for name in names:
        assert read_line("name", name, maximum=300)
        more = {"team": (member(name),)} if kind == "receipt" else {"awards": (award(team=(name,), unit=name),)} if kind == "report" else {}
        contents.append(content_of(kind, **CHANGES[kind](name), **more))
    for pdf, name in zip(render(kind, contents), names, strict=True):
        assert missing_glyphs(pdf) == []
        assert fonts.SUBSTITUTE not in "".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(pdf)).pages)
        assert [fault for fault in faults_of(pdf) if not fault.endswith("UNICODE-MAPPING-001")] == [], name  # pdf.md section 4


def missing_glyphs(pdf: bytes) -> list[str]:
    """The fonts of a PDF that hold the glyph for what they lack with a drawn shape in use: glyph 0 in any text."""
    found = []
    for page in pypdf.PdfReader(BytesIO(pdf)).pages:
        for operands, operator in page.get_contents().operations:  # type: ignore[union-attr]
            texts = operands[0] if operator == b"TJ" else operands if operator == b"Tj" else []
            for text in texts:
                raw = text.original_bytes if hasattr(text, "original_bytes") else b""
                if any(raw[place : place + 2] == b"\0\0" for place in range(0, len(raw), 2)):
                    found.append(repr(raw))
    return found
