"""A piagam penghargaan from its facts."""

from collections.abc import Sequence
from typing import Any

from workflows.documents import fonts
from workflows.documents.facts import CertificateFacts, write_facts
from workflows.documents.markup import fill_template
from workflows.documents.ornament import certificate_background
from workflows.documents.pdf import Sheet, in_chunks, lay_out, require_blocks, require_order, require_pages, write_file
from workflows.documents.qr import draw_qr

# widths in em that a class holds before the text must become smaller
NAME_SIZES = ((17.0, "xl"), (22.0, "l"), (56.0, "m"), (999.0, "s"))
DISTINCTION_SIZES = ((26.0, "xl"), (36.0, "m"), (999.0, "s"))
TITLE_SIZES = ((62.0, "xl"), (76.0, "l"), (130.0, "m"), (999.0, "s"))
BLOCKS = ("top", "title", "body", "qr", "signature")


def _values(facts: CertificateFacts) -> dict[str, Any]:
    return {
        "facts": facts,
        "qr": draw_qr(facts.verify_url),
        "holder_size": fonts.size_class(facts.holder_name, fonts.SERIF_BOLD, NAME_SIZES),
        "distinction_size": fonts.size_class(facts.distinction.upper(), fonts.DISPLAY, DISTINCTION_SIZES),
        "title_size": fonts.size_class(facts.idea_title, fonts.SERIF_ITALIC, TITLE_SIZES),
    }


def _render_chunk(chunk: Sequence[CertificateFacts]) -> list[bytes]:
    html = fill_template("certificate/certificate.html", {"sheets": [_values(facts) for facts in chunk]})
    document = lay_out(html, ("certificate/certificate.css",))
    require_pages(document, len(chunk))
    files: list[bytes] = []
    for facts, page in zip(chunk, document.pages, strict=True):
        require_blocks([page], BLOCKS)
        require_order(page, "top", "body")
        require_order(page, "body", "signature")
        title = f"Piagam Penghargaan {facts.number}, {facts.holder_name}"
        sheet = Sheet(title, facts.issued_on, write_facts(facts), certificate_background(), upright=False)
        files.append(write_file(document, [page], sheet))
    return files


def render_certificates(certificates: Sequence[CertificateFacts]) -> list[bytes]:
    """One PDF/A-3a each, in order, the same bytes alone or among others; DocumentDoesNotFit when a block is lost or overrun."""
    return [file for chunk in in_chunks(certificates) for file in _render_chunk(chunk)]
