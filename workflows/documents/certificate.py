"""A piagam penghargaan from its facts."""

from collections.abc import Sequence
from typing import Any

from weasyprint.document import Document, Page  # type: ignore[import-untyped, unused-ignore]

from workflows.documents import fonts
from workflows.documents.content import CertificateContent, write_content
from workflows.documents.finish import Sheet
from workflows.documents.fit import DocumentDoesNotFit, require_blocks, require_order, require_pages
from workflows.documents.markup import fill_template
from workflows.documents.ornament import certificate_background
from workflows.documents.pdf import in_chunks, lay_out, write_file

# widths in em that a class holds before the text must become smaller
NAME_SIZES = ((15.4, "xl"), (19.8, "l"), (52.0, "m"), (9999.0, "s"))
DISTINCTION_SIZES = ((24.0, "xl"), (36.0, "m"), (9999.0, "s"))
TITLE_SIZES = ((66.0, "xl"), (80.0, "l"), (140.0, "m"), (9999.0, "s"))
ROOMY, CLOSER = "roomy", ("close", "compact")
BLOCKS = ("top", "title", "body", "qr", "code", "signature")


def _values(facts: CertificateContent, density: str) -> dict[str, Any]:
    return {
        "facts": facts,
        "density": density,
        "holder_size": fonts.size_class(facts.holder_name, fonts.SERIF, NAME_SIZES),
        "distinction_size": fonts.size_class(facts.distinction.upper(), fonts.DISPLAY, DISTINCTION_SIZES),
        "title_size": fonts.size_class(facts.idea_title, fonts.SERIF_ITALIC, TITLE_SIZES),
    }


def _lay_out(chunk: Sequence[CertificateContent], density: str) -> Document:
    html = fill_template("certificate/certificate.html", {"sheets": [_values(facts, density) for facts in chunk]})
    document = lay_out(html, ("certificate/certificate.css",))
    require_pages(document, len(chunk))
    return document


def _require_fit(page: Page) -> None:
    require_blocks([page], BLOCKS)
    for upper, lower in (("top", "body"), ("body", "signature"), ("body", "qr")):
        require_order(page, upper, lower)


def _closer(facts: CertificateContent) -> Document:
    """One certificate alone in the first closer setting that holds it; DocumentDoesNotFit when none does."""
    for density in CLOSER:
        document = _lay_out([facts], density)
        try:
            _require_fit(document.pages[0])
        except DocumentDoesNotFit:
            if density == CLOSER[-1]:
                raise
        else:
            break
    return document


def _render_chunk(chunk: Sequence[CertificateContent]) -> list[bytes]:
    together = _lay_out(chunk, ROOMY)
    files: list[bytes] = []
    for facts, page in zip(chunk, together.pages, strict=True):
        document, own = together, page
        try:
            _require_fit(page)
        except DocumentDoesNotFit:
            document = _closer(facts)
            own = document.pages[0]
        title = f"Piagam Penghargaan {facts.number}, {facts.holder_name}"
        sheet = Sheet(title, facts.issued_on, write_content(facts), facts.verify_url, certificate_background(), upright=False)
        files.append(write_file(document, [own], sheet))
    return files


def render_certificates(certificates: Sequence[CertificateContent]) -> list[bytes]:
    """One PDF/A-3a each, in order, the same bytes alone or among others; DocumentDoesNotFit when a block is lost or overrun."""
    return [file for chunk in in_chunks(certificates) for file in _render_chunk(chunk)]
