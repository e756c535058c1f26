"""The drawn part of the paper: kawung border, guilloche rosettes and the emblem, as SVG in millimetres."""

import re
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from math import cos, pi, sin

from workflows.documents.content import SAMPLE_EMBLEM

TEAL, GOLD, LIGHT_GOLD, PAPER, MIST = "#0f4c47", "#b08d3c", "#d9bd74", "#fffdf7", "#f3ecda"
SHEET = (297.0, 210.0)
Emblems = Callable[[str], str]  # an emblem's name in, its drawing out


def wave_ring(centre: tuple[float, float], radius: float, depth: float, waves: int, phase: float) -> str:
    """A closed curve around a centre whose radius swings `waves` times by `depth`, as cubic Bézier path text."""
    x, y = centre
    steps = waves * 2  # from crest to trough: one cubic follows half a wave within a hundredth of its depth
    turn = 2 * pi / steps

    def point(angle: float) -> tuple[float, float, float, float]:
        r = radius + depth * cos(waves * angle + phase)
        slope = -depth * waves * sin(waves * angle + phase)
        return (x + r * cos(angle), y + r * sin(angle), slope * cos(angle) - r * sin(angle), slope * sin(angle) + r * cos(angle))

    path: list[str] = []
    for step in range(steps):
        ax, ay, adx, ady = point(step * turn - phase / waves)
        bx, by, bdx, bdy = point((step + 1) * turn - phase / waves)
        third = turn / 3
        if not path:
            path.append(f"M{ax:.2f} {ay:.2f}")
        path.append(f"C{ax + adx * third:.2f} {ay + ady * third:.2f} {bx - bdx * third:.2f} {by - bdy * third:.2f} {bx:.2f} {by:.2f}")
    return "".join(path) + "Z"


def rosette(x: float, y: float, rings: tuple[tuple[float, float, int, int], ...], stroke: str, width: float) -> str:
    """Interlaced wave rings (radius, depth, waves, strands) around one centre, as one stroked path."""
    path = "".join(
        wave_ring((x, y), radius, depth, waves, 2 * pi * strand / strands)
        for radius, depth, waves, strands in rings
        for strand in range(strands)
    )
    return f'<path d="{path}" fill="none" stroke="{stroke}" stroke-width="{width}"/>'


def petals(x: float, y: float, width: float, height: float) -> str:
    """The four petals of one kawung tile, from its centre to its corners."""
    path: list[str] = []
    for sx, sy in ((1, 1), (-1, 1), (-1, -1), (1, -1)):
        dx, dy = sx * width / 2, sy * height / 2

        def at(along: float, aside: float, dx: float = dx, dy: float = dy) -> str:
            return f"{x + dx * along - dy * aside:.2f} {y + dy * along + dx * aside:.2f}"

        path.append(f"M{at(0.1, 0)}C{at(0.24, 0.3)} {at(0.7, 0.3)} {at(0.92, 0)}C{at(0.7, -0.3)} {at(0.24, -0.3)} {at(0.1, 0)}Z")
    return "".join(path)


def kawung_frame(margin: float, band: float) -> str:
    """A frame of kawung tiles on a teal band around the sheet, hairlines on both sides."""
    width, height = SHEET[0] - 2 * margin, SHEET[1] - 2 * margin
    across, down = round(width / band), round(height / band) - 2
    tile, rise = width / across, (height - 2 * band) / down
    near, far_x, far_y = margin + band / 2, SHEET[0] - margin - band / 2, SHEET[1] - margin - band / 2
    tiles = [(margin + tile * (i + 0.5), y, tile, band) for i in range(across) for y in (near, far_y)]
    tiles += [(x, margin + band + rise * (i + 0.5), band, rise) for i in range(down) for x in (near, far_x)]
    shapes = "".join(petals(*one) for one in tiles)
    dots = "".join(f'<circle cx="{x:.2f}" cy="{y:.2f}" r="0.42"/>' for x, y, _, _ in tiles)
    return (
        f'<rect x="{near}" y="{near}" width="{width - band}" height="{height - band}" fill="{PAPER}" '
        f'stroke="{TEAL}" stroke-width="{band}"/><path d="{shapes}" fill="{LIGHT_GOLD}"/><g fill="{PAPER}">{dots}</g>'
    )


def corner(x: float, y: float) -> str:
    """A guilloche rosette over a corner of the frame, a kawung tile in its eye."""
    return (
        f'<circle cx="{x}" cy="{y}" r="11.5" fill="{PAPER}" stroke="{TEAL}" stroke-width="0.3"/>'
        + rosette(x, y, ((9.4, 1.7, 20, 4), (6.2, 1.5, 14, 4)), GOLD, 0.15)
        + f'<circle cx="{x}" cy="{y}" r="3.9" fill="{TEAL}"/><path d="{petals(x, y, 5, 5)}" fill="{LIGHT_GOLD}"/>'
    )


def hairline(inset: float, stroke: str, width: float) -> str:
    """A rectangle `inset` millimetres inside the sheet."""
    return (
        f'<rect x="{inset}" y="{inset}" width="{SHEET[0] - 2 * inset}" height="{SHEET[1] - 2 * inset}" '
        f'fill="none" stroke="{stroke}" stroke-width="{width}"/>'
    )


def read_packaged_emblem(name: str = SAMPLE_EMBLEM) -> str:
    """The drawing of the packaged emblem, a sample until a region has its own; FileNotFoundError for any other name."""
    if name != SAMPLE_EMBLEM:
        raise FileNotFoundError(f"no emblem is packaged as {name!r}")
    return files("templates").joinpath("static", "emblem.svg").read_text(encoding="utf-8")


def placed_emblem(drawing: str, x: float, y: float, size: float) -> str:
    """An emblem's drawing as large as fits a square of `size` millimetres with its upper left corner at (x, y), centred in it.

    ValueError when it has no viewBox: its own measures would be unknown.
    """
    root = drawing[drawing.index("<svg") : drawing.index(">", drawing.index("<svg"))]
    box = re.search(r'viewBox="([^"]+)"', root)
    if box is None:
        raise ValueError("an emblem needs a viewBox")
    left, top, width, height = (float(number) for number in box[1].replace(",", " ").split())
    scale = size / max(width, height)
    x, y = x + (size - width * scale) / 2 - left * scale, y + (size - height * scale) / 2 - top * scale
    inner = drawing[drawing.index(">", drawing.index("<svg")) + 1 : drawing.rindex("</svg>")]
    return f'<g transform="translate({x:.3f} {y:.3f}) scale({scale:.6f})">{inner}</g>'


@cache
def certificate_background(emblem: str) -> str:
    """The whole background of a certificate: frame, corner rosettes, a pale rosette behind the name, the emblem's drawing on top."""
    mid_x, mid_y = SHEET[0] / 2, SHEET[1] / 2
    watermark = rosette(mid_x, mid_y + 4, ((58, 5, 36, 4), (44, 8, 24, 4), (27, 7, 18, 4), (12, 6, 12, 4)), MIST, 0.22)
    corners = "".join(corner(x, y) for x in (16.0, SHEET[0] - 16.0) for y in (16.0, SHEET[1] - 16.0))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SHEET[0]} {SHEET[1]}">'
        + kawung_frame(8, 6)
        + watermark
        + hairline(15.4, GOLD, 0.5)
        + hairline(16.4, TEAL, 0.15)
        + corners
        + placed_emblem(emblem, mid_x - 8.5, 20.5, 17)
        + "</svg>"
    )


@cache
def letter_background(emblem: str) -> str:
    """The first page of a letter or report, A4 upright: the emblem's drawing at the left of the letterhead."""
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 210 297">{placed_emblem(emblem, 20, 13, 22)}</svg>'
