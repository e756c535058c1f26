"""`certificates`: ours, many in one layout, against a plain WeasyPrint loop over the same template and assets."""

import time
from collections.abc import Callable, Sequence
from datetime import date

import segno
from weasyprint import CSS, HTML, Attachment  # type: ignore[import-untyped, unused-ignore]
from weasyprint.text.fonts import FontConfiguration  # type: ignore[import-untyped, unused-ignore]

from bench.lines import Line, median
from bench.stand import Stand
from workflows.documents.assets import PackagedAssets, read_asset
from workflows.documents.certificate import prepare_certificate
from workflows.documents.content import Letterhead, Signatory, write_content
from workflows.documents.fonts import font_face_rules
from workflows.documents.kinds.certificate import CertificateContent
from workflows.documents.markup import fill_template
from workflows.documents.ornament import certificate_background, read_packaged_emblem
from workflows.documents.render import render_documents

Renderer = Callable[[Sequence[CertificateContent]], list[bytes]]
BEHIND = "svg.behind{position:absolute;left:0;top:0;width:297mm;height:210mm}.qr svg{display:block;width:23mm;height:23mm}"


def build_contents(number: int) -> list[CertificateContent]:
    """So many certificates, every one of another person, title and address."""
    letterhead = Letterhead(("Pemerintah Kota Contoh", "Kecamatan Contoh"), "Jalan Contoh Nomor 2", "kecamatan@contoh.example")
    signatory = Signatory("Nurhayati Setiawan", "Camat Contoh", "", "Pembina Tingkat I (IV/b)", "197705142003122004")
    return [
        CertificateContent(
            number=f"800.1.12.8/{place:04d}/KEC.CTH/XI/2026",
            verify_url=f"https://gagas.contoh.example/v/{place:04d}-9XME-41TC",
            letterhead=letterhead,
            holder_name=f"Rahmawati Kusumaningrum {place}",
            holder_employee_number=f"19801208200604{place % 10_000:04d}",
            holder_unit="Kelurahan Contoh, Kecamatan Contoh",
            holder_role="Ketua Tim",
            idea_title=f"Antrean Tanpa Kertas {place}: Loket Pelayanan yang Mengingat Warganya",
            idea_code=f"IDE-2026-{place:06d}",
            distinction="Inovasi Terbaik I",
            legal_basis="Keputusan Camat Contoh Nomor 100.3.3.3/27/2026 tanggal 20 November 2026",
            place="Contoh",
            issued_on=date(2026, 11, 24),
            signatory=signatory,
        )
        for place in range(number)
    ]


def render_together(certificates: Sequence[CertificateContent]) -> list[bytes]:
    """Ours, as the flow calls it."""
    return [files.pdf for files in render_documents("certificate", certificates)]


def render_plainly(certificates: Sequence[CertificateContent]) -> list[bytes]:
    """The loop that one writes first: a document, its style sheet and its fonts each time, border and code as SVG in the page."""
    return [_render_one(content) for content in certificates]


def _render_one(content: CertificateContent) -> bytes:
    code = segno.make(content.verify_url, error="m", micro=False).svg_inline(scale=3, dark="#10312f")
    html = fill_template("certificate/certificate.html", {"documents": [prepare_certificate(content)]})
    border = certificate_background(read_packaged_emblem()).replace("<svg ", '<svg class="behind" ', 1)
    html = html.replace('<div class="top"', f'{border}<div class="top"', 1).replace('id="code-0">', f'id="code-0">{code}', 1)
    fonts = FontConfiguration()
    rules = font_face_rules() + read_asset("certificate/certificate.css").decode() + BEHIND
    style = CSS(string=rules, font_config=fonts, url_fetcher=PackagedAssets())
    attached = Attachment(string=write_content(content), name="content.json", relationship="Data", url_fetcher=PackagedAssets())
    document = HTML(string=html, url_fetcher=PackagedAssets())
    written: bytes = document.write_pdf(stylesheets=[style], font_config=fonts, pdf_variant="pdf/a-3a", attachments=[attached])
    return written


def measure(stand: Stand) -> list[Line]:
    """Certificates a second of processor time, so that another process on the machine changes neither; rounds in turn."""
    contents = build_contents(stand.size.certificates)
    ways: dict[str, Renderer] = {"ours": render_together, "plain": render_plainly}
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for render in ways.values():
        render(contents[:2])
    for turn in range(stand.size.rounds):
        for name, render in ways.items():
            stand.say(f"round {turn + 1} of {stand.size.rounds}: {name}")
            begun = time.process_time()
            files = render(contents)
            rates[name].append(len(files) / (time.process_time() - begun))
    stand.numbers["certificates a second and core"] = rates
    stand.numbers["bytes"] = {name: len(render(contents[:1])[0]) for name, render in ways.items()}
    ours, plain = (median(rates[name]) for name in ways)
    return [Line("certificates", "in chunks", ours, plain, "PDF/s and core", 1.5, against="a plain WeasyPrint loop")]
