"""What an emblem's file may hold: opaque shapes, and nothing that asks, hides, writes or repeats itself without end."""

from importlib.resources import files

import pytest

from workflows.region.plain_svg import MOST_SHAPES, NotPlain, NoViewBox, TooComplex, UnreadableDrawing, write_plain_svg

SHAPE = '<path d="M0 0H2V3Z"/>'
OUTSIDE = 'xmlns:xlink="http://www.w3.org/1999/xlink"'
BOMB = '<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
FILE = '<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def svg(inner: str, box: str = "0 0 10 10", more: str = "", before: str = "") -> bytes:
    return f'{before}<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" {more}>{inner}</svg>'.encode()


@pytest.mark.parametrize(
    "inner",
    [
        "<script>alert(1)</script>",
        "<style>@import url(https://example.com/x.css)</style>",
        '<image href="https://example.com/a.png"/>',
        '<image href="data:image/png;base64,AAAA"/>',
        "<text>WALI KOTA</text>",
        "<g>WALI KOTA</g>",
        "<foreignObject><p>x</p></foreignObject>",
        '<a href="https://example.com"><path d="M0 0H2"/></a>',
        '<linearGradient id="g"/>',
        "<filter/>",
        '<animate attributeName="d"/>',
        '<svg viewBox="0 0 1 1"/>',
        '<html xmlns="http://www.w3.org/1999/xhtml"/>',
        '<path onclick="alert(1)" d="M0 0"/>',
        '<path class="a" d="M0 0"/>',
        '<path fill="url(#g)" d="M0 0"/>',
        '<path style="fill:url(https://example.com/a)" d="M0 0"/>',
        '<path style="fill:red;background:url(x)" d="M0 0"/>',
        '<path opacity="0.5" d="M0 0"/>',
        '<path style="fill-opacity:.4" d="M0 0"/>',
        '<path fill="#11223344" d="M0 0"/>',
        '<path fill="rgb(1,2,3,0.5)" d="M0 0"/>',
        '<path fill="rgba(1,2,3,0.5)" d="M0 0"/>',
        '<path fill="transparent" d="M0 0"/>',
        '<path d="M0 0L1e300 5"/>',
        '<path d="M0 0L99999999 5"/>',
        '<path d="M0 0;alert(1)"/>',
        '<rect width="1e400" height="1"/>',
        '<rect width="100%" height="1"/>',
        '<g transform="rotate(1) url(x)"/>',
        '<use href="https://example.com/a.svg#b"/>',
        '<use href="file:///etc/passwd"/>',
        '<use href="#nothing"/>',
        '<g id="a"><use href="#a"/></g>',
        '<g id="a"><use href="#b"/></g><use id="b" href="#a"/>',
        f'<use {OUTSIDE} xlink:href="//example.com/a"/>',
    ],
)
def test_what_papers_cannot_draw_is_refused_and_named(inner: str) -> None:
    with pytest.raises(NotPlain) as refused:
        write_plain_svg(svg(SHAPE + inner))
    assert str(refused.value).strip("<>")[:4] in inner.replace(">WALI", "> WALI")


@pytest.mark.parametrize("box", ["", "0 0 10", "0 0 0 10", "0 0 10 -1", "a b c d", "0 0 1e9 1", "0 0 nan 1"])
def test_a_drawing_says_how_large_it_is(box: str) -> None:
    with pytest.raises(NoViewBox):
        write_plain_svg(svg(SHAPE, box))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x89PNG\r\n",
        b"<svg",
        b"<html/>",
        svg(""),
        svg("<title>Kosong</title>"),
        svg(SHAPE, before=BOMB),
        svg(SHAPE, before=FILE),
        svg("&a;", before=FILE),
        svg(SHAPE, before='<!DOCTYPE svg SYSTEM "https://example.com/a.dtd">'),
        svg(SHAPE, before='<?xml version="1.0" encoding="utf-9"?>'),
    ],
)
def test_what_is_no_svg_or_brings_entities_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableDrawing):
        write_plain_svg(content)


@pytest.mark.parametrize(
    "inner",
    [
        SHAPE * (MOST_SHAPES + 1),
        f'<g id="a">{SHAPE * 100}</g>' + '<use href="#a"/>' * 40,
        "<g>" * 40 + SHAPE + "</g>" * 40,
    ],
)
def test_a_drawing_has_an_end(inner: str) -> None:
    with pytest.raises(TooComplex):
        write_plain_svg(svg(inner))


def test_a_plain_drawing_keeps_its_shapes_and_nothing_that_only_tells_about_it() -> None:
    drawn = write_plain_svg(
        svg(
            "<title>Lambang</title><!-- <script> --><desc>d</desc><defs><path id='p' d='M0 0L1e-3 .5'/></defs>"
            f"<use {OUTSIDE} xlink:href='#p' style='fill: #0f4c47; opacity:1'/>"
            "<g transform='rotate(-26 100 110)'><rect width='2px' height='3'/></g>",
            more='width="40mm" fill="gold"',
        )
    )
    assert drawn == (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><g fill="gold"><defs><path id="p" d="M0 0L1e-3 .5"></path></defs>'
        '<use fill="#0f4c47" opacity="1" href="#p"></use>'
        '<g transform="rotate(-26 100 110)"><rect width="2px" height="3"></rect></g></g></svg>'
    )
    assert write_plain_svg(drawn.encode()).count("<path") == 1


def test_the_packaged_emblem_is_as_plain_as_a_regions_own_must_be() -> None:
    assert "<use" in write_plain_svg(files("templates").joinpath("static", "emblem.svg").read_bytes())
