"""Pages of other PDFs as pictures in ours: each page becomes a drawing, with nothing of the paper but what its page shows.

Links, forms, scripts, files and whatever else hangs on a page or on its paper stay behind; what was typed into a form, or noted on a
page, is drawn first. Layers that the paper keeps hidden stay hidden.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Matrix, Name, Pdf

SMALLEST, LARGEST = Decimal(1), Decimal(20_000)  # points of a side; a page beyond is no page
Box = tuple[Decimal, Decimal, Decimal, Decimal]


class Unbindable(ValueError):
    """A paper whose pages cannot be drawn."""


@dataclass(frozen=True)
class Leaf:
    """A page as a drawing, with its sides in points."""

    drawing: pikepdf.Object
    width: float
    height: float

    @property
    def is_lying(self) -> bool:
        """Whether it is wider than high."""
        return self.width > self.height


def open_paper(path: Path) -> Pdf:
    """A PDF whose pages are to be drawn; stays open until the book is written. Raises Unbindable."""
    try:
        return pikepdf.open(path, attempt_recovery=False, suppress_warnings=True)
    except MemoryError:
        raise
    except Exception as wrong:  # whatever is said of it: it cannot be read
        raise Unbindable(path.name) from wrong


def draw_leaves(paper: Pdf) -> list[Leaf]:
    """Each page of a PDF as a drawing; raises Unbindable where one cannot be drawn."""
    try:
        _require_layers(paper)
        if "/AcroForm" in paper.Root or any("/Annots" in page for page in paper.pages):
            paper.generate_appearance_streams()
            paper.flatten_annotations("screen")
        return [_draw(page) for page in paper.pages]
    except MemoryError:
        raise
    except Exception as wrong:
        raise Unbindable("a page cannot be drawn") from wrong


def _draw(page: pikepdf.Page) -> Leaf:
    """The drawing fills a square of one point, as a picture does, whatever its own size, place and turn are."""
    drawing, (left, lower, right, upper) = page.as_form_xobject(), _read_box(page)
    drawing.BBox = Array([left, lower, right, upper])
    turned = Matrix(drawing.get("/Matrix", Array([1, 0, 0, 1, 0, 0])))
    corners = [turned.transform((float(x), float(y))) for x in (left, right) for y in (lower, upper)]
    (x0, x1), (y0, y1) = ((min(each), max(each)) for each in zip(*corners, strict=True))
    width, height = x1 - x0, y1 - y0
    if not all(SMALLEST <= side <= LARGEST for side in (width, height)):
        raise ValueError("a page without size")
    a, b, c, d, e, f = turned.shorthand
    drawing.Matrix = Array([a / width, b / height, c / width, d / height, (e - x0) / width, (f - y0) / height])
    return Leaf(drawing, width, height)


def _read_box(page: pikepdf.Page) -> Box:
    """What a viewer shows of a page: the part of its medium that is not cut off."""
    (l1, b1, r1, t1), (l2, b2, r2, t2) = (_sort_box(each) for each in (page.mediabox, page.cropbox))
    return max(l1, l2), max(b1, b2), min(r1, r2), min(t1, t2)


def _sort_box(given: Any) -> Box:
    left, lower, right, upper = (Decimal(str(each)) for each in given)
    return min(left, right), min(lower, upper), max(left, right), max(lower, upper)


def put_leaves(book: Pdf, leaves: Mapping[str, Leaf]) -> None:
    """Put each drawing into a book in the place of the picture of that name."""
    done = set[tuple[int, int]]()
    for page in book.pages:
        resources = page.obj.get("/Resources", Dictionary())
        if resources.is_indirect and resources.objgen in done:  # pages share them
            continue
        done.add(resources.objgen)
        pictures = resources.get("/XObject", Dictionary())
        for name in [each for each in pictures.keys() if each in leaves and pictures[each].get("/Subtype") == Name.Image]:  # noqa: SIM118
            pictures[name] = book.copy_foreign(leaves[name].drawing)


def carry_layers(book: Pdf, papers: Sequence[Pdf]) -> None:
    """Let a book hide the layers that its papers hide; each paper's are its own, and copied once."""
    groups, hidden, events = list[Any](), list[Any](), list[Any]()
    for paper in papers:
        if "/OCProperties" in paper.Root:
            copied = book.copy_foreign(paper.make_indirect(paper.Root.OCProperties))
            for all_of_them, own in zip((groups, hidden, events), _read_layers(copied), strict=True):
                all_of_them += own
    if groups:
        book.Root.OCProperties = Dictionary(OCGs=Array(groups), D=Dictionary(OFF=Array(hidden), AS=Array(events)))


def _require_layers(paper: Pdf) -> None:
    """Raise where a paper's layers cannot be read."""
    if "/OCProperties" in paper.Root:
        groups, hidden, _ = _read_layers(paper.Root.OCProperties)
        if not all(each.is_indirect for each in (*groups, *hidden)):
            raise ValueError("a layer that nothing can name")


def _read_layers(layers: Any) -> tuple[list[Any], list[Any], list[Any]]:
    """A paper's layers, those that it hides at first, and when a viewer is to change that by itself."""
    usual, own = layers.get("/D", Dictionary()), list(layers.get("/OCGs", Array()))
    shown = {each.objgen for each in usual.get("/ON", Array())}
    starts_hidden = usual.get("/BaseState") == Name.OFF
    hidden = [each for each in own if each.objgen not in shown] if starts_hidden else list(usual.get("/OFF", Array()))
    return own, hidden, list(usual.get("/AS", Array()))
