"""The last touch before a PDF is written: what is drawn behind the words, and what its metadata promise."""

import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import pydyf  # type: ignore[import-untyped, unused-ignore]
from weasyprint import HTML  # type: ignore[import-untyped, unused-ignore]
from weasyprint.document import Document, Page  # type: ignore[import-untyped, unused-ignore]

from workflows.documents.assets import PackagedAssets
from workflows.documents.qr import draw_qr

POINT = 0.75  # points in a CSS pixel
OPAQUE = re.compile(rb"^/[aA]1(\.0)? gs\n", re.MULTILINE)
OTHER_RESOURCES = re.compile(rb" (gs|Do|scn|SCN|cs|CS|sh|Tf)$", re.MULTILINE)
PDF_UA_1 = (
    b'<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><pdfuaid:part>1</pdfuaid:part></rdf:Description>'
    b'<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"'
    b' xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">'
    b'<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">'
    b"<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>"
    b"<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI><pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>"
    b'<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name>'
    b"<pdfaProperty:valueType>Integer</pdfaProperty:valueType><pdfaProperty:category>internal</pdfaProperty:category>"
    b"<pdfaProperty:description>Part of PDF/UA</pdfaProperty:description></rdf:li></rdf:Seq></pdfaSchema:property>"
    b"</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"
)


@dataclass(frozen=True)
class FileDetails:
    """What a file carries beside its words: title, day (its only date), content as JSON, address of its code, drawing behind page one."""

    title: str
    day: date
    content: str
    verify_url: str
    background: str
    upright: bool


@cache
def background_operators(drawing: str, upright: bool) -> bytes:
    """The drawing as deflated PDF operators, an artifact for screen readers; drawn once per process.

    ValueError when it needs more than opaque paths: the page it goes behind has no resources for it.
    """
    width, height = ("210mm", "297mm") if upright else ("297mm", "210mm")
    style = f"@page{{size:{width} {height};margin:0}}body{{margin:0}}svg{{display:block;width:{width};height:{height}}}"
    operators: list[bytes] = []

    def take(document: Document, pdf: pydyf.PDF) -> None:
        page = pdf.objects[pdf.pages["Kids"][0]]
        stream = pdf.objects[int(page["Contents"].split()[0])]
        operators.extend(item if isinstance(item, bytes) else item.data for item in stream.stream)

    HTML(string=f"<style>{style}</style>{drawing}", url_fetcher=PackagedAssets()).write_pdf(finisher=take, uncompressed_pdf=True)
    plain = OPAQUE.sub(b"", b"\n".join(operators))
    if OTHER_RESOURCES.search(plain):
        raise ValueError("a background may use opaque paths only")
    return zlib.compress(b"/Artifact BMC q\n" + plain + b"\nQ EMC\n", 9)


def _put_behind(pdf: pydyf.PDF, page_number: int, drawing: pydyf.Stream) -> None:
    page = pdf.objects[pdf.pages["Kids"][3 * page_number]]
    pdf.add_object(drawing)
    contents = page["Contents"]
    page["Contents"] = pydyf.Array([drawing.reference, *(contents if isinstance(contents, pydyf.Array) else [contents])])


def finish(details: FileDetails, pages: Sequence[Page]) -> Callable[[Document, pydyf.PDF], None]:
    """The last touch before writing: QR code, background of page one, PDF/UA mark, metadata readable without inflating."""

    def apply(document: Document, pdf: pydyf.PDF) -> None:
        for number, page in enumerate(pages):
            if "code" in page.anchors:
                left, _, right, bottom = (POINT * edge for edge in page.anchors["code"])
                code = draw_qr(details.verify_url, left, POINT * page.height - bottom, right - left)
                _put_behind(pdf, number, pydyf.Stream([code], compress=True))
        behind = background_operators(details.background, details.upright)
        _put_behind(pdf, 0, pydyf.Stream([behind], {"Filter": "/FlateDecode"}))
        for item in pdf.objects:
            if isinstance(item, pydyf.Stream) and item.extra.get("Type") == "/Metadata":
                item.compress = False
                item.stream = [b"".join(item.stream).replace(b"</rdf:RDF>", PDF_UA_1 + b"</rdf:RDF>", 1)]

    return apply
