"""HTML to tagged PDF/A-3a and PDF/UA-1: one layout for many documents, one file for each, the same bytes every time."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import TypeVar

from weasyprint import CSS, HTML, Attachment  # type: ignore[import-untyped, unused-ignore]
from weasyprint.css import ColorProfile  # type: ignore[import-untyped, unused-ignore]
from weasyprint.document import Document, DocumentMetadata, Page  # type: ignore[import-untyped, unused-ignore]
from weasyprint.text.fonts import FontConfiguration  # type: ignore[import-untyped, unused-ignore]

from workflows.documents.assets import PackagedAssets, read_asset
from workflows.documents.finish import FileDetails, finish
from workflows.documents.fonts import close_stacks, font_face_rules, showable_text

T = TypeVar("T")
PRODUCT = "Gagas"
CHUNK = 40  # pages of one layout: more gains no time and costs memory (pdf.md section 2)


@cache
def font_configuration() -> FontConfiguration:
    """The one font configuration of this process: a new one per document leaks 0.25 MiB (pdf.md section 0)."""
    return FontConfiguration()


@cache
def stylesheet(names: tuple[str, ...]) -> CSS:
    """The packaged style sheets of a kind of document, parsed once per process."""
    rules = font_face_rules() + close_stacks("".join(read_asset(name).decode() for name in names))
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


def write_file(document: Document, pages: Sequence[Page], details: FileDetails) -> bytes:
    """One PDF/A-3a of some pages of a layout, dated by the document's day only: same content, same bytes."""
    noon = datetime.combine(details.day, time(12), UTC)
    one = document.copy(list(pages))
    one.metadata = DocumentMetadata(
        title=showable_text(details.title), lang="id", generator=PRODUCT, created=details.day.isoformat(), modified=details.day.isoformat()
    )
    content = Attachment(
        string=details.content,
        name="content.json",
        description="Isi dokumen ini",
        relationship="Data",
        created=noon,
        modified=noon,
        url_fetcher=PackagedAssets(),
    )
    one.color_profiles["srgb"] = ColorProfile(BytesIO(srgb()), "sRGB2014.icc", "relative-colorimetric", (["r"], ["g"], ["b"]))
    written: bytes = one.write_pdf(pdf_variant="pdf/a-3a", output_intent="packaged", attachments=[content], finisher=finish(details, pages))
    return written


def in_chunks(contents: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """Runs of at most so many documents, to be laid out together."""
    return (contents[start : start + size] for start in range(0, len(contents), size))
