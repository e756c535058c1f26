"""A piagam penghargaan from its content."""

from collections.abc import Sequence
from typing import Any

from weasyprint.document import Document, Page  # type: ignore[import-untyped, unused-ignore]

from workflows.documents import fonts
from workflows.documents.content import write_content
from workflows.documents.finish import FileDetails
from workflows.documents.fit import DocumentDoesNotFit, require_blocks, require_inside, require_order, require_pages
from workflows.documents.kinds import DocumentType
from workflows.documents.kinds.certificate import CertificateContent
from workflows.documents.markup import fill_template
from workflows.documents.ornament import Emblems, certificate_background
from workflows.documents.pdf import in_chunks, lay_out, write_file

STYLES = ("certificate/certificate.css",)
# widths in em that a class holds before the text must become smaller
NAME_SIZES = ((15.4, "xl"), (19.8, "l"), (52.0, "m"), (9999.0, "s"))
DISTINCTION_SIZES = ((24.0, "xl"), (36.0, "m"), (9999.0, "s"))
TITLE_SIZES = ((66.0, "xl"), (80.0, "l"), (140.0, "m"), (9999.0, "s"))
ROOMY, CLOSER = "roomy", ("close", "close raised", "compact raised")


def prepare_certificate(content: CertificateContent, density: str = ROOMY) -> dict[str, Any]:
    """What the template is given for one certificate: its content, and a size for each text of unknown length."""
    return {
        "content": content,
        "density": density,
        "holder_size": fonts.size_class(content.holder_name, fonts.SERIF, NAME_SIZES)
        + (" tall" if fonts.is_tall(content.holder_name) else ""),
        "distinction_size": fonts.size_class(content.distinction.upper(), fonts.DISPLAY, DISTINCTION_SIZES),
        "title_size": fonts.size_class(content.idea_title, fonts.SERIF_ITALIC, TITLE_SIZES),
    }


def render_certificates(kind: DocumentType, certificates: Sequence[CertificateContent], emblems: Emblems) -> list[bytes]:
    """One PDF/A-3a each, in order, the same bytes alone or among others; DocumentDoesNotFit when a block is lost or overrun."""
    return [file for chunk in in_chunks(certificates) for file in _render_chunk(kind, chunk, emblems)]


def _render_chunk(kind: DocumentType, chunk: Sequence[CertificateContent], emblems: Emblems) -> list[bytes]:
    together = _lay_out(kind, chunk, ROOMY)
    files: list[bytes] = []
    for content, page in zip(chunk, together.pages, strict=True):
        document, own = together, page
        try:
            _require_fit(kind, page)
        except DocumentDoesNotFit:
            document = _lay_out_closer(kind, content)
            own = document.pages[0]
        background = certificate_background(emblems(content.letterhead.emblem))
        title, written = kind.title(content), write_content(content)
        details = FileDetails(title, content.issued_on, written, content.verify_url, background, upright=False)
        files.append(write_file(document, [own], details))
    return files


def _lay_out(kind: DocumentType, chunk: Sequence[CertificateContent], density: str) -> Document:
    html = fill_template(kind.template, {"documents": [prepare_certificate(content, density) for content in chunk]})
    document = lay_out(html, STYLES)
    require_pages(document, len(chunk))
    return document


def _lay_out_closer(kind: DocumentType, content: CertificateContent) -> Document:
    """One certificate alone in the first closer setting that holds it; DocumentDoesNotFit when none does."""
    for density in CLOSER:
        document = _lay_out(kind, [content], density)
        try:
            _require_fit(kind, document.pages[0])
        except DocumentDoesNotFit:
            if density == CLOSER[-1]:
                raise
        else:
            break
    return document


def _require_fit(kind: DocumentType, page: Page) -> None:
    require_blocks([page], kind.blocks)
    for upper, lower in (("top", "body"), ("body", "signature"), ("body", "qr")):
        require_order(page, upper, lower)
    require_inside([page])
