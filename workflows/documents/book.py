"""A book of an idea from its content: a cover, its contents with page numbers, chapters, and the files bound behind them.

Photos are scaled down to what paper shows, and each page of a PDF stands scaled on a page of the book, below its name. What cannot be
bound, or would make the book too long, is named with the reason; no file makes the book fail.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from hashlib import md5
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from markupsafe import Markup
from pikepdf import Pdf
from PIL import Image
from weasyprint import HTML  # type: ignore[import-untyped, unused-ignore]
from weasyprint.document import DocumentMetadata  # type: ignore[import-untyped, unused-ignore]
from weasyprint.urls import URLFetcherResponse  # type: ignore[import-untyped, unused-ignore]

from workflows.documents.assets import PackagedAssets
from workflows.documents.book_content import BookContent, BookFile
from workflows.documents.fonts import showable_text
from workflows.documents.leaves import Leaf, Unbindable, carry_layers, draw_leaves, open_paper, put_leaves
from workflows.documents.markup import fill_template
from workflows.documents.pdf import PRODUCT, font_configuration, stylesheet
from workflows.documents.text import clean_paragraphs, shorten

STYLES = ("book/book.css",)
MOST_LEAVES, MOST_BYTES = 400, 80_000_000  # pages of PDFs, and bytes of all files, that one book binds
PHOTO_SIDE, PHOTO_QUALITY = 1_800, 82  # pixels: some 260 to an inch of the page
ROOM, FIRST_ROOM, LYING_ROOM, FIRST_LYING_ROOM = (481.0, 680.0), (481.0, 580.0), (725.0, 430.0), (725.0, 330.0)  # points beside a name
LONGEST_HEAD = 60  # letters of the title above each page
PHOTOS, LEAVES = "app:photo/", "app:leaf/"


@dataclass(frozen=True)
class BoundLeaf:
    """A page of a PDF on a page of the book: where its drawing is asked for, its number, and its size there in points."""

    leaf: Leaf
    url: str
    number: int
    width: float
    height: float


@dataclass
class BoundFile:
    """A file as it stands in the book: with its photo, or its pages, or the reason why neither."""

    file: BookFile
    number: int
    photo: bytes = b""
    leaves: list[BoundLeaf] = field(default_factory=list)
    apart: str = ""

    @property
    def photo_url(self) -> str:
        """Where the photo is asked for."""
        return f"{PHOTOS}{self.number}"


class BookAssets(PackagedAssets):
    """The packaged files, the photos of one book, and an empty picture in the place of each page."""

    def __init__(self, files: Sequence[BoundFile]) -> None:
        super().__init__()
        self.photos = {each.photo_url: each.photo for each in files if each.photo}
        blank = BytesIO()
        Image.new("RGB", (1, 1), "white").save(blank, "PNG")
        self.blank = blank.getvalue()

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        if url in self.photos:
            return URLFetcherResponse(url, self.photos[url], {"Content-Type": "image/jpeg"})
        if url.startswith(LEAVES):
            return URLFetcherResponse(url, self.blank, {"Content-Type": "image/png"})
        return super().fetch(url, headers)


@dataclass
class Binder:
    """What was bound so far, so that a book has its bounds; keeps each paper open until the book is written."""

    book: BookContent
    papers: ExitStack
    opened: list[Pdf] = field(default_factory=list)
    leaves: int = 0
    size: int = 0

    def bind(self, number: int, file: BookFile) -> BoundFile:
        """A file as it is to stand in the book."""
        bound = BoundFile(file, number, apart=file.apart)
        if file.bound == "not" or file.apart:
            return bound
        try:
            self.size += (size := Path(file.path).stat().st_size)
            if self.size > MOST_BYTES:
                self.size -= size
                bound.apart = self.book.words.too_large.replace("{count}", str(MOST_BYTES // 1_000_000))
            elif file.bound == "photo":
                bound.photo = shrink_photo(Path(file.path))
            else:
                self._bind_paper(bound)
        except (Unbindable, OSError):
            bound.apart = self.book.words.unreadable
        return bound

    def _bind_paper(self, bound: BoundFile) -> None:
        paper = self.papers.enter_context(open_paper(Path(bound.file.path)))
        if self.leaves + len(paper.pages) > MOST_LEAVES:
            bound.apart = self.book.words.too_many.replace("{count}", str(MOST_LEAVES))
            return
        drawn = draw_leaves(paper)
        self.opened.append(paper)
        self.leaves += len(drawn)
        for place, leaf in enumerate(drawn, 1):
            room = (FIRST_LYING_ROOM if place == 1 else LYING_ROOM) if leaf.is_lying else FIRST_ROOM if place == 1 else ROOM
            scale = min(1.0, room[0] / leaf.width, room[1] / leaf.height)
            url = f"{LEAVES}{bound.number}-{place}"
            bound.leaves.append(BoundLeaf(leaf, url, place, round(leaf.width * scale, 2), round(leaf.height * scale, 2)))


def shrink_photo(path: Path) -> bytes:
    """The shown copy of a photo in the size that paper shows; raises Unbindable."""
    try:
        with Image.open(path, formats=["JPEG"]) as photo:
            photo.draft("RGB", (PHOTO_SIDE, PHOTO_SIDE))
            small = photo.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as wrong:
        raise Unbindable(path.name) from wrong
    small.thumbnail((PHOTO_SIDE, PHOTO_SIDE), Image.Resampling.LANCZOS)
    written = BytesIO()
    small.save(written, "JPEG", quality=PHOTO_QUALITY)
    return written.getvalue()


def render_book(book: BookContent, target: BinaryIO) -> None:
    """Write the book as a tagged PDF, the same bytes for the same content and files; `target` is a file that can be sought in."""
    with ExitStack() as papers:
        binder = Binder(book, papers)
        files = [binder.bind(number, file) for number, file in enumerate(book.files, 1)]
        laid_out = BytesIO(_lay_out(book, files))
        pdf = papers.enter_context(Pdf.open(laid_out))
        put_leaves(pdf, {name_picture(each.url): each.leaf for file in files for each in file.leaves})
        carry_layers(pdf, binder.opened)
        pdf.save(target, deterministic_id=True)


def name_picture(url: str) -> str:
    """What WeasyPrint calls a picture among a page's resources, by its address; `1` says that it may be smoothed."""
    return f"/i{md5(url.encode(), usedforsecurity=False).hexdigest()}1"


def _lay_out(book: BookContent, files: Sequence[BoundFile]) -> bytes:
    escaped = [showable_text(clean_paragraphs(each.html)) for each in book.chapters]
    chapters = [{"title": each.title, "html": Markup(html)} for each, html in zip(book.chapters, escaped, strict=True)]  # noqa: S704
    head = f"{book.code} · {_shorten_title(book.title)}"
    html = fill_template("book/book.html", {"book": book, "chapters": chapters, "files": files, "head": head, "words": book.words})
    source = HTML(string=html, base_url=book.address, url_fetcher=BookAssets(files))
    document = source.render(stylesheets=[stylesheet(STYLES)], font_config=font_configuration())
    day = book.made_on.isoformat()
    named: dict[str, Any] = {"title": showable_text(f"{book.words.cover}: {head}"), "lang": book.language, "generator": PRODUCT}
    document.metadata = DocumentMetadata(**named, description=showable_text(book.call_title), created=day, modified=day)
    written: bytes = document.write_pdf(pdf_tags=True)
    return written


def _shorten_title(title: str) -> str:
    """As much of a title as stands above each page, cut between words."""
    if len(title) <= LONGEST_HEAD:
        return title
    whole = title[:LONGEST_HEAD].rpartition(" ")[0]
    return f"{whole} \N{HORIZONTAL ELLIPSIS}" if whole else shorten(title, LONGEST_HEAD)
