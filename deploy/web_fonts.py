"""Cuts the pages' WOFF2 fonts out of the documents' TTF files, all of them under templates/fonts: `python deploy/web_fonts.py`."""

from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

FONTS = Path(__file__).parents[1] / "templates" / "fonts"
SHOWN_ON_PAGES = ("PlusJakartaSans-Regular", "PlusJakartaSans-SemiBold", "EBGaramond-SemiBold", "Cinzel-SemiBold")
# Indonesian and English, the letters of Western European names, and the signs of the pages; all else is drawn by a font of the reader's.
LETTERS = [*range(0x20, 0x7F), *range(0xA0, 0x100), *map(ord, "‐‑–—‘’‚“”„†•…′″‹›€™←→−×✓")]
FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl", "liga", "lnum", "tnum"]  # those that the style sheets ask for


def cut(name: str) -> Path:
    """One font with the pages' letters alone, compressed; answers the file."""
    options = subset.Options()
    options.layout_features = FEATURES
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 3, 4, 6, 13, 14]  # 0, 13, 14: copyright, licence and its address stay in the file
    font = TTFont(FONTS / f"{name}.ttf")
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=LETTERS)
    subsetter.subset(font)
    font.flavor = "woff2"
    target = FONTS / f"{name}.woff2"
    font.save(target)
    return target


if __name__ == "__main__":
    for each in SHOWN_ON_PAGES:
        made = cut(each)
        print(f"{made.name}: {made.stat().st_size:,} bytes")
