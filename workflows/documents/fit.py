"""Does everything that must stand on the paper stand there, and nothing over anything else?"""

from collections.abc import Iterable, Sequence

from weasyprint.document import Document, Page  # type: ignore[import-untyped, unused-ignore]


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
