"""Letters to proposers from their facts: the receipt of an idea and the refusal of one."""

from collections.abc import Sequence
from typing import Any

from workflows.documents import fonts
from workflows.documents.content import ReceiptContent, RejectionContent, write_content
from workflows.documents.finish import Sheet
from workflows.documents.fit import pages_from, require_blocks, require_most_pages
from workflows.documents.markup import fill_template
from workflows.documents.ornament import letter_background
from workflows.documents.pdf import in_chunks, lay_out, write_file

STYLES = ("letterhead/upright.css", "letter/letter.css")
TEAM_SIZES = ((160.0, "roomy"), (9999.0, "dense"))  # em of all names, units and roles together
RECEIPT_BLOCKS = ("title", "team", "qr", "code", "signature")
REFUSAL_BLOCKS = ("title", "reasons", "qr", "code", "signature")
MOST_REFUSAL_PAGES = 40
SUBJECTS = {
    "permission": ("Izin tertulis atas usulan inovasi tidak diberikan", "Izin tertulis atas usulan ini tidak diberikan"),
    "screening": ("Hasil seleksi administrasi usulan inovasi", "Usulan ini tidak lolos seleksi administrasi"),
    "determination": ("Hasil penetapan usulan inovasi", "Usulan ini diputuskan tidak diterima"),
}


def _receipt_values(facts: ReceiptContent) -> dict[str, Any]:
    words = facts.idea_title + "".join(member.name + member.unit + member.role for member in facts.team)
    return {"facts": facts, "density": fonts.size_class(words, fonts.SANS, TEAM_SIZES)}


def _render_receipts(chunk: Sequence[ReceiptContent]) -> list[bytes]:
    document = lay_out(fill_template("letter/receipt.html", {"sheets": [_receipt_values(facts) for facts in chunk]}), STYLES)
    files: list[bytes] = []
    for facts, pages in zip(chunk, pages_from(document, "title"), strict=True):
        require_blocks(pages, RECEIPT_BLOCKS)
        sheet = Sheet(
            f"Tanda Terima {facts.number}", facts.issued_on, write_content(facts), facts.verify_url, letter_background(), upright=True
        )
        files.append(write_file(document, pages, sheet))
    return files


def render_receipts(receipts: Sequence[ReceiptContent]) -> list[bytes]:
    """One PDF/A-3a each, in order, one page unless the team is very large; DocumentDoesNotFit when a block is lost."""
    return [file for chunk in in_chunks(receipts) for file in _render_receipts(chunk)]


def _render_refusal(facts: RejectionContent) -> bytes:
    subject, outcome = SUBJECTS[facts.stage]
    values = {"facts": facts, "subject": subject, "outcome": outcome}
    document = lay_out(fill_template("letter/refusal.html", values), STYLES)
    require_most_pages(document, MOST_REFUSAL_PAGES)
    require_blocks(document.pages, REFUSAL_BLOCKS)
    sheet = Sheet(
        f"{subject} {facts.idea_code}", facts.issued_on, write_content(facts), facts.verify_url, letter_background(), upright=True
    )
    return write_file(document, document.pages, sheet)


def render_refusals(refusals: Sequence[RejectionContent]) -> list[bytes]:
    """One PDF/A-3a letter each, in order, as many pages as its reasons need; DocumentDoesNotFit when a block is lost."""
    return [_render_refusal(facts) for facts in refusals]
