"""The public face of this room: a kind and contents in, finished files out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from workflows.documents.certificate import render_certificates
from workflows.documents.fit import DocumentDoesNotFit
from workflows.documents.kinds import DocumentType, get_document_type
from workflows.documents.letters import render_letters
from workflows.documents.ornament import Emblems, read_packaged_emblem
from workflows.documents.report import render_reports
from workflows.documents.spreadsheet import write_report_spreadsheet

__all__ = ["DocumentDoesNotFit", "RenderedFiles", "read_packaged_emblem", "render_documents", "write_report_spreadsheet"]

RENDERERS: dict[str, Callable[[DocumentType, Sequence[Any], Emblems], list[bytes]]] = {
    "letter": render_letters,
    "certificate": render_certificates,
    "report": render_reports,
}


@dataclass(frozen=True)
class RenderedFiles:
    """A document as PDF/A-3a, and as an XLSX where its kind has one."""

    pdf: bytes
    spreadsheet: bytes | None = None


def render_documents(kind: str, contents: Sequence[Any], emblems: Emblems = read_packaged_emblem) -> list[RenderedFiles]:
    """The files of documents of one kind, in order, the same bytes every time; DocumentDoesNotFit when one cannot be issued as it is.

    `emblems` finds the drawing of the emblem a letterhead names.
    """
    record = get_document_type(kind)
    pdfs = RENDERERS[record.renderer](record, contents, emblems)
    spreadsheets = [write_report_spreadsheet(content) if record.spreadsheet else None for content in contents]
    return [RenderedFiles(*files) for files in zip(pdfs, spreadsheets, strict=True)]
