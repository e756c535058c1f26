"""Pictures that lie, hide something or ask for too much, and files that are no pictures, papers or sheets at all: a maker for each."""

import gzip
import io
import struct
import tarfile
import zlib
from collections.abc import Callable
from random import Random
from typing import Any

from PIL import Image, PngImagePlugin

from tests.heic import SIDE, box, leaning, one, tiled

Maker = Callable[[], bytes]
MARK = b"JAHAT-7f3a"  # what must not come out again on the other side
SCRIPT = b"<script>" + MARK + b"</script>"
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def photo(kind: str = "JPEG", size: tuple[int, int] = (64, 48), colour: str = "teal", **named: Any) -> bytes:
    """A small picture."""
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, kind, **named)
    return file.getvalue()


def exif(orientation: int = 1, *, place: bool = False) -> Image.Exif:
    """What a camera writes: how it was held, its maker, and where it was."""
    said = Image.Exif()
    said[0x0112], said[0x010F] = orientation, MARK.decode()
    if place:
        where = said.get_ifd(0x8825)
        where[1], where[2], where[3], where[4] = "S", (6.0, 54.0, 47.0), "E", (107.0, 34.0, 31.0)
    return said


def chunk(kind: bytes, content: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack("!I", len(content)) + kind + content + struct.pack("!I", zlib.crc32(kind + content))


def png(size: tuple[int, int], *between: bytes, pixels: bytes | None = None, bits: int = 8, colours: int = 2) -> bytes:
    """A PNG by its parts; without pixels it says a size that it does not have."""
    head = chunk(b"IHDR", struct.pack("!IIBBBBB", *size, bits, colours, 0, 0, 0))
    filled = chunk(b"IDAT", zlib.compress(pixels, 9)) if pixels is not None else b""
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(between) + filled + chunk(b"IEND", b"")


def segment(marker: int, content: bytes) -> bytes:
    """A segment of a JPEG."""
    return struct.pack("!BBH", 0xFF, marker, len(content) + 2) + content


def within_jpeg(*segments: bytes) -> bytes:
    """A photo with further segments behind its beginning."""
    whole = photo()
    return whole[:2] + b"".join(segments) + whole[2:]


def with_size(width: int, height: int) -> bytes:
    """A photo whose frame says another size than it has."""
    whole = photo()
    place = whole.index(b"\xff\xc0") + 5
    return whole[:place] + struct.pack("!HH", height, width) + whole[place + 4 :]


def noted_png(text: bytes) -> bytes:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", text.decode())
    return photo("PNG", pnginfo=notes)


def webp_canvas() -> bytes:
    """A WebP that says it is 16,000 pixels wide and high."""
    side = struct.pack("<I", 15_999)[:3]
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + side + side
    return b"RIFF" + struct.pack("<I", len(body)) + body


def tape() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("../../" + MARK.decode()))
    return file.getvalue()


def nest(depth: int) -> bytes:
    """Boxes that hold each other."""
    inside = b""
    for _ in range(depth):
        inside = box(b"meta", inside, version=0)
    return inside


OF_PHONES: dict[str, Maker] = {
    "a photo of a phone that tells where it was taken": lambda: leaning(6),
    "a photo of a phone with a page behind it": lambda: leaning(1) + b"<html>" + SCRIPT,
}

PICTURES: dict[str, Maker] = {
    "a photo that tells where it was taken": lambda: photo(exif=exif(place=True)),
    "a photo with a page behind it": lambda: photo() + b"<html>" + SCRIPT,
    "a photo with a script as its comment": lambda: photo(comment=b"<?php " + MARK + b" ?>"),
    "a photo with a script in its XMP": lambda: within_jpeg(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + SCRIPT)),
    "a photo with an archive behind it": lambda: photo() + b"PK\x03\x04" + MARK + b"PK\x05\x06" + b"\0" * 18,
    "half a photo": lambda: photo(size=(640, 480))[:900],
    "the first bytes of a photo": lambda: photo()[:20],
    "a photo that says it has four billion pixels": lambda: with_size(65_500, 65_500),
    "a photo without height": lambda: with_size(64, 0),
    "a photo whose notes are broken": lambda: within_jpeg(segment(0xE1, b"Exif\0\0MM\0\x2a\xff\xff\xff\xff" + MARK)),
    "a photo held in a way that there is not": lambda: photo(exif=exif(99)),
    "a photo whose notes point to themselves": lambda: within_jpeg(segment(0xE1, b"Exif\0\0MM\0\x2a\0\0\0\x08\0\0\0\0\0\x08" + MARK)),
    "a photo with a hundred long comments": lambda: within_jpeg(*[segment(0xFE, MARK * 6_000)] * 100),
    "a photo with colours of nonsense": lambda: photo(icc_profile=MARK * 50),
    "a photo that begins like a paper": lambda: within_jpeg(segment(0xFE, b"%PDF-1.7 " + MARK)),
    "a photo of one pixel in a row of sixty thousand": lambda: photo("PNG", (60_000, 1)),
    "a picture of nine hundred million points": lambda: png((30_000, 30_000), pixels=b"\0" * (3_751 * 30_000), bits=1, colours=0),
    "a picture that only says it is large": lambda: png((60_000, 60_000)),
    "a picture with a note that unpacks to a hundred megabytes": lambda: png(
        (8, 8), chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"x" * 100_000_000, 9)), pixels=b"\0" * 25 * 8
    ),
    "a picture with colours that unpack to a hundred megabytes": lambda: png(
        (8, 8), chunk(b"iCCP", b"icc\0\0" + zlib.compress(b"x" * 100_000_000, 9)), pixels=b"\0" * 25 * 8
    ),
    "a picture with a wrong sum": lambda: photo("PNG").replace(b"IDAT", b"IDAU"),
    "half a picture": lambda: photo("PNG", (300, 300))[:120],
    "a picture with a script as its note": lambda: noted_png(SCRIPT),
    "a picture with an archive behind it": lambda: photo("PNG") + b"PK\x03\x04" + MARK,
    "a picture without its colours": lambda: png((8, 8), pixels=b"\0" * 9 * 8, colours=3),
    "a picture without width": lambda: png((0, 8), pixels=b"\0"),
    "a picture whose points unpack to more than it says": lambda: png((8, 8), pixels=b"\0" * 50_000_000),
    "half a WebP": lambda: photo("WEBP", (400, 400))[:40],
    "a WebP that only says it is large": webp_canvas,
    "a WebP with a script in its notes": lambda: photo("WEBP", exif=exif(place=True)),
    **OF_PHONES,
    "half a photo of a phone": lambda: leaning(1)[:600],
    "a photo of a phone without its tile": lambda: one()[:-30],
    "a photo of a phone that says it has four billion pixels": lambda: one(65_535, 65_535),
    "a photo of a phone that says another size than it has": lambda: one(3_000, 3_000),
    "a photo of a phone without height": lambda: one(SIDE, 0),
    "a photo of a phone of two hundred million points": lambda: tiled(255, 200),
    "a photo of a phone that hides sixty million points": lambda: tiled(120, 120, says=(SIDE, SIDE)),
    "a photo of a phone that is made of itself": lambda: tiled(1, 1, parts=[1]),
    "a photo of a phone that is made of nothing": lambda: tiled(2, 2, parts=[9, 9, 9, 9]),
    "a photo of a phone in boxes without end": lambda: one()[:28] + nest(5_000),
    "a row of photos of a phone": lambda: one(brands=(b"hevc", b"msf1", b"heic")),
    "a moving photo of a phone": lambda: one(brands=(b"msf1", b"mif1", b"hevc")),
    "a film in the name of a photo of a phone": lambda: one()[:28] + box(b"moov", box(b"mvhd", MARK * 10, version=0)),
    "a WebP that says another length": lambda: photo("WEBP")[:4] + b"\xff\xff\xff\x7f" + photo("WEBP")[8:],
}

OTHERS: dict[str, Maker] = {
    "nothing": lambda: b"",
    "one byte": lambda: b"\xff",
    "a thousand bytes of chance": lambda: Random(7).randbytes(1_000),
    "a page with a script": lambda: b"<!DOCTYPE html>" + SCRIPT,
    "a drawing with a script": lambda: b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>",
    "a program for Windows": lambda: b"MZ\x90\0" + MARK * 40,
    "a program for Linux": lambda: b"\x7fELF\x02\x01\x01" + MARK * 40,
    "a script of the shell": lambda: b"#!/bin/sh\nrm -rf / # " + MARK,
    "a script of PHP": lambda: b"<?php system($_GET['x']); // " + MARK,
    "the virus that scanners are tried with": lambda: EICAR,
    "a moving picture": lambda: photo("GIF"),
    "a bitmap": lambda: photo("BMP"),
    "a TIFF": lambda: photo("TIFF"),
    "an icon": lambda: photo("ICO"),
    "a page for printers": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n(" + MARK + b") run",
    "a Photoshop file": lambda: b"8BPS\0\x01" + MARK,
    "a photo of a phone that nobody here reads": lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + MARK,
    "a picture of a kind too new": lambda: b"\0\0\0\x1cftypavif\0\0\0\0avifmif1" + MARK,
    "a film": lambda: b"\0\0\0\x18ftypmp42\0\0\0\0isommp42" + MARK,
    "a document of twenty years ago": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + MARK * 60,
    "a document as rich text": lambda: rb"{\rtf1{\object\objdata " + MARK + b"}}",
    "a packed page": lambda: gzip.compress(SCRIPT),
    "an archive of another kind": lambda: b"7z\xbc\xaf\x27\x1c\0\x04" + MARK,
    "a RAR": lambda: b"Rar!\x1a\x07\x01\0" + MARK,
    "a tape with a way out": tape,
    "a table with a formula": lambda: b"=cmd|' /C calc'!A0;" + MARK,
    "a link of Windows": lambda: b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0" + MARK,
    "a class of Java": lambda: b"\xca\xfe\xba\xbe\0\0\0\x34" + MARK,
    "a database": lambda: b"SQLite format 3\0" + MARK,
    "a pickled command": lambda: b"cos\nsystem\n(S'" + MARK + b"'\ntR.",
}
