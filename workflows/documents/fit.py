"""Does everything that must stand on the paper stand there, within its margins, and nothing over anything else?"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from weasyprint.document import Document, Page  # type: ignore[import-untyped, unused-ignore]
from weasyprint.formatting_structure import boxes  # type: ignore[import-untyped, unused-ignore]

SLACK = 2.5  # CSS px: the space behind a line's last letter where letters are set apart


class DocumentDoesNotFit(ValueError):
    """A document whose parts do not all stand on their page: it must not be issued."""


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


def require_inside(pages: Iterable[Page]) -> None:
    """DocumentDoesNotFit when a text reaches out of its block, its table cell or the page's margins.

    Nothing warns of it otherwise: a sum that may not be broken runs over its neighbour, or off the sheet. The texts of drawings are
    kept inside by whoever draws (`charts.py`). The boxes of the layout are WeasyPrint's own, as there is no public way to them.
    """
    for page in pages:
        sheet = page._page_box
        top, bottom = sheet.content_box_y(), sheet.content_box_y() + sheet.height
        for text, block in _list_texts(sheet, sheet):
            left, right = block.content_box_x(), block.content_box_x() + block.width
            if text.position_x < left - SLACK or text.position_x + text.width > right + SLACK:
                raise DocumentDoesNotFit(f"runs out of its place: {text.text[:40]!r}")
            in_margin = isinstance(block, boxes.MarginBox)
            if not in_margin and (text.position_y < top - SLACK or text.position_y + text.height > bottom + SLACK):
                raise DocumentDoesNotFit(f"runs off the page: {text.text[:40]!r}")


def _list_texts(box: Any, block: Any) -> Iterator[tuple[Any, Any]]:
    """Every text below a box that shows anything, with the block it stands in."""
    if isinstance(box, boxes.TextBox):
        if box.text.strip():
            yield box, block
        return
    inside = box if isinstance(box, boxes.BlockContainerBox) else block
    for child in getattr(box, "children", ()):
        yield from _list_texts(child, inside)
