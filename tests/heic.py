"""Photos as phones take them (HEIC), put together box by box around what a real encoder made: a photo and a tile.

The photo is 128 by 96 pixels with a red left half as the camera held it, and tells its camera and its place.
"""

import struct
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "workflows" / "adapters" / "heic"
SIDE, WIDTH, HEIGHT = 64, 128, 96  # pixels of the tile and of the photo
TURNS = {1: 0, 3: 2, 6: 3, 8: 1}  # by how a camera was held: quarters to the left that bring it upright
STILL = (b"heic", b"mif1", b"heic", b"miaf")


@cache
def coded(name: str) -> tuple[bytes, bytes, list[bytes]]:
    """How a picture is coded and coloured, as two boxes, and the contents of its items, the picture first."""
    whole = (FOLDER / f"{name}.heic").read_bytes()
    boxes = [whole[at - 4 : at - 4 + int.from_bytes(whole[at - 4 : at])] for at in (whole.index(kind) for kind in (b"hvcC", b"colr"))]
    places = whole[whole.index(b"iloc") + 10 :]  # version 0, all sizes four bytes, one extent an item
    found = [struct.unpack("!HHIHII", places[2 + 18 * each : 20 + 18 * each]) for each in range(int.from_bytes(places[:2]))]
    return boxes[0], boxes[1], [whole[base + offset :][:length] for _, _, base, _, offset, length in found]


def tile() -> tuple[list[bytes], bytes]:
    """The properties of a tile but for its size, and the tile."""
    how, colours, contents = coded("tile")
    return [how, colours], contents[0]


def leaning(orientation: int) -> bytes:
    """A photo whose left half is red as the camera held it; like a phone's it says so twice, as its own turn and in the camera's notes."""
    how, colours, contents = coded("leaning")
    said = [how, colours, extents(WIDTH, HEIGHT), box(b"irot", bytes([TURNS[orientation]]))]
    notes = contents[1].replace(b"\x01\x12\x00\x03\x00\x00\x00\x01\x00\x01", b"\x01\x12\x00\x03\x00\x00\x00\x01\x00" + bytes([orientation]))
    return heic([(b"hvc1", contents[0]), (b"Exif", notes)], said, {1: [1, 2, 3, 4]})


def box(kind: bytes, *content: bytes, version: int | None = None, flags: int = 0) -> bytes:
    """A box, with version and flags where it is a full one."""
    head = b"" if version is None else struct.pack("!I", version << 24 | flags)
    inside = head + b"".join(content)
    return struct.pack("!I", len(inside) + 8) + kind + inside


def extents(width: int, height: int) -> bytes:
    """What a file says of a picture's size."""
    return box(b"ispe", struct.pack("!II", width, height), version=0)


def grid(rows: int, columns: int, width: int, height: int) -> bytes:
    """How tiles lie in a picture."""
    return struct.pack("!BBBBII", 0, 1, rows - 1, columns - 1, width, height)


def heic(
    items: Sequence[tuple[bytes, bytes]],
    properties: Sequence[bytes],
    said_of: Mapping[int, Sequence[int]],
    made_of: Mapping[int, Sequence[int]] | None = None,
    brands: Sequence[bytes] = STILL,
) -> bytes:
    """A file of items (kind and content), numbered from one, the first of them its picture.

    `said_of` gives each item the numbers of its properties, `made_of` the items that a grid is made of.
    """
    begin = box(b"ftyp", brands[0], b"\0\0\0\0", *brands[1:])
    described = [box(b"infe", struct.pack("!HH", number, 0), kind, b"\0", version=2) for number, (kind, _) in enumerate(items, 1)]
    associated = [struct.pack("!HB", number, len(said)) + bytes(each | 0x80 for each in said) for number, said in said_of.items()]
    references = [
        box(b"dimg", struct.pack("!HH", number, len(parts)), *(struct.pack("!H", each) for each in parts))
        for number, parts in (made_of or {}).items()
    ]

    def meta(start: int) -> bytes:
        places, at = list[bytes](), start
        for number, (_, content) in enumerate(items, 1):
            places.append(struct.pack("!HHHII", number, 0, 1, at, len(content)))
            at += len(content)
        return box(
            b"meta",
            box(b"hdlr", b"\0\0\0\0pict", bytes(13), version=0),
            box(b"pitm", struct.pack("!H", 1), version=0),
            box(b"iloc", b"\x44\0", struct.pack("!H", len(items)), *places, version=0),
            box(b"iinf", struct.pack("!H", len(items)), *described, version=0),
            box(b"iprp", box(b"ipco", *properties), box(b"ipma", struct.pack("!I", len(associated)), *associated, version=0)),
            *([box(b"iref", *references, version=0)] if references else []),
            version=0,
        )

    start = len(begin) + len(meta(0)) + 8
    return begin + meta(start) + box(b"mdat", *(content for _, content in items))


def one(width: int = SIDE, height: int = SIDE, brands: Sequence[bytes] = STILL) -> bytes:
    """A photo of one tile that says so many pixels of itself."""
    said, content = tile()
    return heic([(b"hvc1", content)], [*said, extents(width, height)], {1: [1, 2, 3]}, brands=brands)


def tiled(rows: int, columns: int, *, says: tuple[int, int] = (0, 0), parts: Sequence[int] = ()) -> bytes:
    """A photo of many tiles, all the same one; `says` is another size than it has, `parts` other items than the tile."""
    said, content = tile()
    width, height = columns * SIDE, rows * SIDE
    return heic(
        [(b"grid", grid(rows, columns, width, height)), (b"hvc1", content)],
        [*said, extents(SIDE, SIDE), extents(*(says if any(says) else (width, height)))],
        {1: [4], 2: [1, 2, 3]},
        {1: parts or [2] * (rows * columns)},
    )
