"""The public face of this room: facts in, finished files out."""

from workflows.documents.certificate import render_certificates
from workflows.documents.fit import DocumentDoesNotFit
from workflows.documents.letters import render_receipts, render_refusals
from workflows.documents.report import render_report
from workflows.documents.spreadsheet import write_report_spreadsheet

__all__ = [
    "DocumentDoesNotFit",
    "render_certificates",
    "render_receipts",
    "render_refusals",
    "render_report",
    "write_report_spreadsheet",
]
