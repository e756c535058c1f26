"""An SVG from outside rewritten as opaque shapes and nothing else, so that it can be drawn behind any paper."""

import re
from xml.etree.ElementTree import Element, ParseError  # names only: what reads is defusedxml

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from markupsafe import escape

MOST_SHAPES, DEEPEST = 4_000, 30
SVG, LINKS = "{http://www.w3.org/2000/svg}", ("href", "{http://www.w3.org/1999/xlink}href")
SHAPES = {"path", "rect", "circle", "ellipse", "line", "polyline", "polygon"}
DRAWN = SHAPES | {"svg", "g", "defs", "use"}
SILENT = {"title", "desc"}  # tell about a drawing and are not drawn
ROOT_ONLY = {"width", "height", "version", "baseProfile", "preserveAspectRatio", "{http://www.w3.org/XML/1998/namespace}space"}

_NUMBER = r"[-+]?(\d{1,6}(\.\d*)?|\.\d+)"
_NUMBERS = r"((?!(?<![\d.])\d{7})[\d\s,.+-]|e-\d)*"  # none so large that a PDF could not hold it
_OUTLINE = r"((?!(?<![\d.])\d{7})[mzlhvcsqta\d\s,.+-]|e-\d)*"
_COLOUR = r"(?!transparent|currentcolor|context)[a-z]+|#[\da-f]{3}|#[\da-f]{6}|rgb\(\s*[\d.]+%?\s*,\s*[\d.]+%?\s*,\s*[\d.]+%?\s*\)"
_SAID = {
    **dict.fromkeys(("x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "width", "height"), f"{_NUMBER}(px)?"),
    **dict.fromkeys(("stroke-width", "stroke-miterlimit", "stroke-dashoffset"), f"{_NUMBER}(px)?"),
    **dict.fromkeys(("fill", "stroke", "color"), _COLOUR),
    **dict.fromkeys(("opacity", "fill-opacity", "stroke-opacity"), r"1(\.0*)?|100%"),
    **dict.fromkeys(("fill-rule", "clip-rule"), "nonzero|evenodd"),
    **dict.fromkeys(("stroke-linecap", "stroke-linejoin"), "butt|round|square|miter|bevel"),
    "stroke-dasharray": f"none|{_NUMBERS}",
    "points": _NUMBERS,
    "d": _OUTLINE,
    "transform": rf"\s*((matrix|translate|scale|rotate|skewx|skewy)\s*\({_NUMBERS}\)[\s,]*)*",
    "id": r"[a-z_][\w.-]*",
}
_ALLOWED = {name: re.compile(form, re.IGNORECASE | re.ASCII) for name, form in _SAID.items()}


class NotPlain(ValueError):
    """What stands in an SVG and cannot be drawn on papers; its text names it as the file does."""


class NoViewBox(ValueError):
    """An SVG that does not say how large it is."""


class TooComplex(ValueError):
    """An SVG of more shapes, or with groups deeper in one another, than a paper should carry."""


class UnreadableDrawing(ValueError):
    """No SVG at all, one that shows nothing, or one with a document type or entities of its own."""


def write_plain_svg(content: bytes) -> str:
    """The same drawing without names, comments and texts about it; raises UnreadableDrawing, NoViewBox, TooComplex, NotPlain."""
    try:
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as fault:
        raise UnreadableDrawing from fault
    if _tag(root) != "svg":
        raise UnreadableDrawing
    box = root.attrib.pop("viewBox", "").replace(",", " ").split()
    if len(box) != 4 or not all(re.fullmatch(_NUMBER, part) for part in box) or min(float(box[2]), float(box[3])) <= 0:
        raise NoViewBox
    for name in ROOT_ONLY & set(root.attrib):
        del root.attrib[name]
    drawn = _write(root, 0)
    _require_drawable_uses(root)
    return f'<svg xmlns="{SVG[1:-1]}" viewBox="{" ".join(box)}">{drawn}</svg>'


def _tag(element: Element) -> str:
    """A tag without SVG's own namespace; another's stays, and is found nowhere."""
    return element.tag.removeprefix(SVG)


def _write(element: Element, depth: int) -> str:
    tag = _tag(element)
    if tag in SILENT:
        return ""
    if tag not in DRAWN or (tag == "svg" and depth):
        raise NotPlain(f"<{tag.rpartition('}')[2]}>")
    if depth > DEEPEST:
        raise TooComplex
    for words in (element.text, *(child.tail for child in element)):
        if words and words.strip():
            raise NotPlain(words.strip()[:40])
    said = "".join(f' {name}="{escape(value)}"' for name, value in _read_attributes(element, tag).items())
    inner = "".join(_write(child, depth + 1) for child in element)
    tag = "g" if tag == "svg" else tag
    return f"<{tag}{said}>{inner}</{tag}>"


def _read_attributes(element: Element, tag: str) -> dict[str, str]:
    said = dict(element.attrib)
    styles = [style.partition(":") for style in said.pop("style", "").split(";") if style.strip()]
    said |= {name.strip(): value.strip() for name, _, value in styles}
    link = next((said.pop(name) for name in LINKS if name in said), None) if tag == "use" else None
    for name, value in said.items():
        if name not in _ALLOWED or not _ALLOWED[name].fullmatch(value.strip()):
            raise NotPlain(f'{name.rpartition("}")[2]}="{value[:40]}"')
    return said if link is None else {**said, "href": link}


def _require_drawable_uses(root: Element) -> None:
    """Every `use` shows a part of this file that shows no other part, and all of them together are not too many."""
    named = {element.get("id"): element for element in root.iter() if element.get("id")}
    count = _count_shapes(root)
    for use in (element for element in root.iter() if _tag(element) == "use"):
        link = next((use.attrib[name] for name in LINKS if name in use.attrib), "")
        target = named.get(link[1:]) if link.startswith("#") else None
        if target is None or any(_tag(part) == "use" for part in target.iter()):
            raise NotPlain(f'<use href="{link[:40]}">')
        count += _count_shapes(target)
        if count > MOST_SHAPES:
            raise TooComplex
    if count > MOST_SHAPES:
        raise TooComplex
    if not count:
        raise UnreadableDrawing


def _count_shapes(element: Element) -> int:
    return sum(_tag(part) in SHAPES for part in element.iter())
