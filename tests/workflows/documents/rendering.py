"""The public face of rendering, a function a kind, as tests name them."""

from workflows.documents.kinds.report import ReportContent
from workflows.documents.render import render_documents

KINDS = ("certificate", "receipt", "rejection", "report")


def render(kind, contents):
    return [files.pdf for files in render_documents(kind, contents)]


def render_certificates(contents):
    return render("certificate", contents)


def render_receipts(contents):
    return render("receipt", contents)


def render_rejections(contents):
    return render("rejection", contents)


def render_report(report: ReportContent):
    return render("report", [report])[0]
