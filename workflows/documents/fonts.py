"""The three packaged families: their style rules, what they can show, and how wide a text is in them."""

from functools import cache
from importlib.resources import files
from io import BytesIO

from workflows.documents.text import JOINERS

# family, weight, style, file: the serif closes every font stack, so it decides what can be shown
FACES = (
    ("EB Garamond", 400, "normal", "EBGaramond-Regular.ttf"),
    ("EB Garamond", 400, "italic", "EBGaramond-Italic.ttf"),
    ("EB Garamond", 600, "normal", "EBGaramond-SemiBold.ttf"),
    ("Cinzel", 600, "normal", "Cinzel-SemiBold.ttf"),
    ("Plus Jakarta Sans", 400, "normal", "PlusJakartaSans-Regular.ttf"),
    ("Plus Jakarta Sans", 400, "italic", "PlusJakartaSans-Italic.ttf"),
    ("Plus Jakarta Sans", 600, "normal", "PlusJakartaSans-SemiBold.ttf"),
)
SERIF, SERIF_ITALIC, SERIF_BOLD = "EBGaramond-Regular.ttf", "EBGaramond-Italic.ttf", "EBGaramond-SemiBold.ttf"
DISPLAY, SANS, SANS_BOLD = "Cinzel-SemiBold.ttf", "PlusJakartaSans-Regular.ttf", "PlusJakartaSans-SemiBold.ttf"
SUBSTITUTE = "\N{WHITE SQUARE}"


def font_face_rules() -> str:
    """The @font-face rules of all packaged faces."""
    return "\n".join(
        f'@font-face{{font-family:"{family}";font-weight:{weight};font-style:{style};src:url(app:fonts/{file})}}'
        for family, weight, style, file in FACES
    )


@cache
def advances(file: str) -> dict[int, float]:
    """Width in em of every character a packaged face has, by code point."""
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped, unused-ignore]

    font = TTFont(BytesIO(files("templates").joinpath("fonts", file).read_bytes()))
    widths, em = font["hmtx"].metrics, font["head"].unitsPerEm
    return {point: widths[glyph][0] / em for point, glyph in font.getBestCmap().items()}


@cache
def showable() -> frozenset[int]:
    """The code points that every face of the closing serif family has, as they are and as capitals (titles are set in capitals)."""
    had = frozenset.intersection(*(frozenset(advances(file)) for file in (SERIF, SERIF_ITALIC, SERIF_BOLD)))
    return frozenset(point for point in had if had.issuperset(map(ord, chr(point).upper())))


def showable_text(text: str) -> str:
    """The text with each run of characters the fonts lack as one `□`: a missing glyph would break PDF/A (6.2.11.8)."""
    shown: list[str] = []
    for character in text:
        after_square = bool(shown) and shown[-1] == SUBSTITUTE
        if character in JOINERS and after_square:
            continue
        if character == "\n" or ord(character) in showable():
            shown.append(character)
        elif not after_square:
            shown.append(SUBSTITUTE)
    return "".join(shown)


def width_in_em(text: str, file: str) -> float:
    """The unkerned width of a text in em of a face; unknown characters count as a square."""
    widths = advances(file)
    return sum(widths.get(ord(character), 1.0) for character in text)


def size_class(text: str, file: str, ladder: tuple[tuple[float, str], ...]) -> str:
    """The first class of a ladder of (greatest width in em, class) that holds the text, else the last class."""
    width = width_in_em(text, file)
    return next((name for greatest, name in ladder if width <= greatest), ladder[-1][1])
