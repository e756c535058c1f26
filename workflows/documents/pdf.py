"""HTML to tagged PDF/A-3a and PDF/UA-1: one layout for many documents, one file for each, the same bytes every time."""

import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import TypeVar

import pydyf  # type: ignore[import-untyped, unused-ignore]
from weasyprint import CSS, HTML, Attachment  # type: ignore[import-untyped, unused-ignore]
from weasyprint.css import ColorProfile  # type: ignore[import-untyped, unused-ignore]
from weasyprint.document import Document, DocumentMetadata, Page  # type: ignore[import-untyped, unused-ignore]
from weasyprint.text.fonts import FontConfiguration  # type: ignore[import-untyped, unused-ignore]

from workflows.documents.assets import PackagedAssets, read_asset
from workflows.documents.fonts import font_face_rules, showable_text
from workflows.documents.qr import draw_qr

T = TypeVar("T")
PRODUCT = "Gagas"
POINT = 0.75  # points in a CSS pixel
OPAQUE = re.compile(rb"^/[aA]1(\.0)? gs\n", re.MULTILINE)
OTHER_RESOURCES = re.compile(rb" (gs|Do|scn|SCN|cs|CS|sh|Tf)$", re.MULTILINE)
CHUNK = 40  # pages of one layout: more gains no time and costs memory (pdf.md section 2)
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


class DocumentDoesNotFit(ValueError):
    """A document whose parts do not all stand on their page: it must not be issued."""


@dataclass(frozen=True)
class Sheet:
    """What a file carries beside its words: title, day (its only date), facts as JSON, address of its QR code, drawing behind page one."""

    title: str
    day: date
    facts: str
    verify_url: str
    background: str
    upright: bool


@cache
def font_configuration() -> FontConfiguration:
    """The one font configuration of this process: a new one per document leaks 0.25 MiB (pdf.md section 0)."""
    return FontConfiguration()


@cache
def stylesheet(names: tuple[str, ...]) -> CSS:
    """The packaged style sheets of a kind of document, parsed once per process."""
    rules = font_face_rules() + "".join(read_asset(name).decode() for name in names)
    return CSS(string=rules, font_config=font_configuration(), url_fetcher=PackagedAssets())


@cache
def srgb() -> bytes:
    """WeasyPrint's own sRGB profile, read once: left to itself it opens the file at every write and never closes it."""
    return files("weasyprint.pdf").joinpath("sRGB2014.icc").read_bytes()


def lay_out(html: str, styles: tuple[str, ...]) -> Document:
    """The pages of an HTML text; FatalURLFetchingError when it asks for anything that is not packaged.

    Blocks are numbered (`title-7`) while many documents are laid out together; afterwards each page knows its own by name alone, so that
    a file does not tell the place it had in the batch.
    """
    source = HTML(string=html, url_fetcher=PackagedAssets())
    document = source.render(stylesheets=[stylesheet(styles)], font_config=font_configuration())
    for page in document.pages:
        page.anchors = {name.partition("-")[0]: box for name, box in page.anchors.items()}
    return document


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


def finish(sheet: Sheet, pages: Sequence[Page]) -> Callable[[Document, pydyf.PDF], None]:
    """The last touch before writing: QR code, background of page one, PDF/UA mark, metadata readable without inflating."""

    def apply(document: Document, pdf: pydyf.PDF) -> None:
        for number, page in enumerate(pages):
            if "code" in page.anchors:
                left, _, right, bottom = (POINT * edge for edge in page.anchors["code"])
                code = draw_qr(sheet.verify_url, left, POINT * page.height - bottom, right - left)
                _put_behind(pdf, number, pydyf.Stream([code], compress=True))
        behind = background_operators(sheet.background, sheet.upright)
        _put_behind(pdf, 0, pydyf.Stream([behind], {"Filter": "/FlateDecode"}))
        for item in pdf.objects:
            if isinstance(item, pydyf.Stream) and item.extra.get("Type") == "/Metadata":
                item.compress = False
                item.stream = [b"".join(item.stream).replace(b"</rdf:RDF>", PDF_UA_1 + b"</rdf:RDF>", 1)]

    return apply


def write_file(document: Document, pages: Sequence[Page], sheet: Sheet) -> bytes:
    """One PDF/A-3a of some pages of a layout, dated by the sheet's day only: same facts, same bytes."""
    noon = datetime.combine(sheet.day, time(12), UTC)
    one = document.copy(list(pages))
    one.metadata = DocumentMetadata(
        title=showable_text(sheet.title), lang="id", generator=PRODUCT, created=sheet.day.isoformat(), modified=sheet.day.isoformat()
    )
    facts = Attachment(
        string=sheet.facts,
        name="facts.json",
        description="Fakta dokumen ini",
        relationship="Data",
        created=noon,
        modified=noon,
        url_fetcher=PackagedAssets(),
    )
    one.color_profiles["srgb"] = ColorProfile(BytesIO(srgb()), "sRGB2014.icc", "relative-colorimetric", (["r"], ["g"], ["b"]))
    written: bytes = one.write_pdf(pdf_variant="pdf/a-3a", output_intent="packaged", attachments=[facts], finisher=finish(sheet, pages))
    return written


def in_chunks(facts: Sequence[T]) -> Iterator[Sequence[T]]:
    """Runs of at most CHUNK facts, to be laid out together."""
    return (facts[start : start + CHUNK] for start in range(0, len(facts), CHUNK))


def pages_from(document: Document, first: str) -> list[list[Page]]:
    """The pages of each document of a layout: a new one starts on every page that has the block `first`."""
    runs: list[list[Page]] = []
    for page in document.pages:
        if first in page.anchors or not runs:
            runs.append([])
        runs[-1].append(page)
    return runs


def require_pages(document: Document, exactly: int) -> None:
    """DocumentDoesNotFit unless the layout has exactly so many pages."""
    if len(document.pages) != exactly:
        raise DocumentDoesNotFit(f"{len(document.pages)} pages for {exactly} documents of one page")


def require_most_pages(document: Document, most: int) -> None:
    """DocumentDoesNotFit when a document became longer than anything a person would read."""
    if len(document.pages) > most:
        raise DocumentDoesNotFit(f"{len(document.pages)} pages where at most {most} are allowed")


def require_blocks(pages: Sequence[Page], names: Iterable[str]) -> None:
    """DocumentDoesNotFit unless all named blocks stand on the pages.

    Source: pdf.md section 7; a long title silently drops the signature block.
    """
    missing = set(names) - {name for page in pages for name in page.anchors}
    if missing:
        raise DocumentDoesNotFit(f"lost on the page: {', '.join(sorted(missing))}")


def require_order(page: Page, upper: str, lower: str) -> None:
    """DocumentDoesNotFit when the upper block reaches into the lower one (boxes are x1, y1, x2, y2 in CSS px)."""
    if page.anchors[upper][3] > page.anchors[lower][1] + 0.5:
        raise DocumentDoesNotFit(f"{upper} runs into {lower}")
