"""The paper itself: its fonts, its drawings, and the same bytes in every process."""

import hashlib
import os
import subprocess
import sys
from io import BytesIO

import pypdf
import pytest

from tests.workflows.documents.rendering import render_certificates, render_receipts, render_rejections, render_report
from workflows.documents import fonts
from workflows.documents.finish import background_operators
from workflows.documents.ornament import certificate_background, letter_background, placed_emblem, read_packaged_emblem, wave_ring
from workflows.documents.qr import draw_qr
from workflows.region.plain_svg import write_plain_svg

pytestmark = pytest.mark.slow
EMBLEM = read_packaged_emblem()

FAMILIES = ("EB-Garamond", "EBGaramond", "Cinzel", "Plus-Jakarta-Sans", "PlusJakartaSans")
PROGRAM = """
import hashlib, sys
from workflows.documents.content import read_content
from workflows.documents.kinds.certificate import CertificateContent
from workflows.documents.render import render_documents
files = render_documents("certificate", [read_content(CertificateContent, sys.stdin.read())])
print(hashlib.sha256(files[0].pdf).hexdigest())
"""


def font_names(pdf):
    names = set()
    for leaf in pypdf.PdfReader(BytesIO(pdf)).pages:
        for font in leaf["/Resources"]["/Font"].values():
            names.add(font.get_object()["/BaseFont"].split("+")[-1].lstrip("/"))
    return names


def test_every_character_the_fonts_have_is_printed_with_them_alone(certificate, receipt, rejection, report, award, member, faults_of):
    single_scripts = frozenset().union(*(frozenset(fonts.advances(file)) for *_, file in fonts.SCRIPTS)) - {0x20, 0xA0}  # test_scripts.py
    characters = "".join(sorted(map(chr, fonts.showable() - single_scripts)))
    pieces = [characters[start : start + 120] for start in range(0, len(characters), 120)]
    files = render_certificates(
        [certificate(holder_name=piece, idea_title=piece, distinction=piece, holder_role=piece, legal_basis=piece) for piece in pieces]
    )
    files += render_receipts([receipt(idea_title=piece, team=(member(piece),)) for piece in pieces])
    files += render_rejections([rejection(what_would_help=" ".join(pieces))])
    files.append(render_report(report(awards=tuple(award(idea_title=piece, unit=piece, state=piece) for piece in pieces))))
    for pdf in files:
        assert faults_of(pdf) == []
        assert all(name.startswith(FAMILIES) for name in font_names(pdf))


def test_the_substitute_itself_can_be_shown():
    assert ord(fonts.SUBSTITUTE) in fonts.showable()


@pytest.mark.parametrize("seed", ["0", "4711"])
def test_another_process_writes_the_same_bytes(certificate, seed):
    from workflows.documents.content import write_content

    here = hashlib.sha256(render_certificates([certificate()])[0]).hexdigest()
    there = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=write_content(certificate()),
        env={**os.environ, "PYTHONHASHSEED": seed, "SOURCE_DATE_EPOCH": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert there.stdout.strip() == here
    assert there.stderr == ""


def test_a_batch_logs_nothing(certificate, receipt, caplog):
    render_certificates([certificate(), certificate()])
    render_receipts([receipt(), receipt()])
    assert [record.getMessage() for record in caplog.records if record.levelname != "INFO"] == []


@pytest.mark.parametrize(("drawing", "upright"), [(certificate_background(EMBLEM), False), (letter_background(EMBLEM), True)])
def test_backgrounds_are_opaque_paths(drawing, upright):
    assert background_operators(drawing, upright)


def test_a_background_with_transparency_is_refused():
    see_through = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9" opacity=".5"/></svg>'
    with pytest.raises(ValueError, match="opaque"):
        background_operators(see_through, upright=False)


def test_an_emblem_of_any_measures_is_centred_in_its_square():
    tall = '<svg viewBox="10 20 50 100"><rect x="10" y="20" width="50" height="100"/></svg>'
    assert placed_emblem(tall, 20, 13, 22).startswith('<g transform="translate(23.300 8.600) scale(0.220000)"><rect')
    with pytest.raises(ValueError, match="viewBox"):
        placed_emblem("<svg><rect/></svg>", 0, 0, 1)
    with pytest.raises(FileNotFoundError):
        read_packaged_emblem("garuda")


def test_a_wave_ring_closes_where_it_began():
    path = wave_ring((10, 20), 5, 1, 8, 0.7)
    assert path.startswith("M" + path.rstrip("Z").split("C")[-1].rsplit(" ", 2)[-2])
    assert path.count("C") == 16


def test_a_code_is_drawn_inside_its_box():
    drawn = draw_qr("https://gagas.contoh.go.id/v/1", 10, 20, 60).decode()
    cells = [[int(number) for number in line.split()[:4]] for line in drawn.splitlines() if line.endswith(" re")]
    side = round(60 / float(drawn.split(" q ")[1].split()[0]))
    assert all(column + width <= side and row < side for column, row, width, _ in cells)
    assert "10.000 20.000 cm" in drawn


def test_what_an_offices_emblem_may_hold_can_be_drawn_behind_a_paper():
    plain = write_plain_svg(
        b'<svg viewBox="0 0 9 9" fill="gold" fill-opacity="1"><defs><g id="a">'
        b'<path d="M0 0L1e-3 .5" style="opacity:1;stroke-opacity:1.0"/></g></defs>'
        b'<use href="#a" stroke="rgb(1,2,3)" stroke-width="2px" stroke-dasharray="1 2"/><ellipse rx="2" ry="3"/></svg>'
    )
    assert background_operators(certificate_background(plain), False)
    assert background_operators(letter_background(write_plain_svg(EMBLEM.encode())), True)
