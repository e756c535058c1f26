"""The packaged families: their style rules, what they can show, and how wide a text is in them."""

from functools import cache
from importlib.resources import files
from io import BytesIO

from workflows.documents.text import JOINERS

# family, weight, style, file: the serif closes every font stack, and behind it stand those for single scripts
FACES = (
    ("EB Garamond", 400, "normal", "EBGaramond-Regular.ttf"),
    ("EB Garamond", 400, "italic", "EBGaramond-Italic.ttf"),
    ("EB Garamond", 600, "normal", "EBGaramond-SemiBold.ttf"),
    ("Cinzel", 600, "normal", "Cinzel-SemiBold.ttf"),
    ("Plus Jakarta Sans", 400, "normal", "PlusJakartaSans-Regular.ttf"),
    ("Plus Jakarta Sans", 400, "italic", "PlusJakartaSans-Italic.ttf"),
    ("Plus Jakarta Sans", 600, "normal", "PlusJakartaSans-SemiBold.ttf"),
    ("Noto Sans Javanese", 400, "normal", "NotoSansJavanese-Regular.ttf"),
    ("Noto Sans Sundanese", 400, "normal", "NotoSansSundanese-Regular.ttf"),
    ("Noto Sans Balinese", 400, "normal", "NotoSansBalinese-Regular.ttf"),
    ("Noto Naskh Arabic", 400, "normal", "NotoNaskhArabic-Regular.ttf"),
)
SCRIPTS = FACES[-4:]  # in their own weight only, whatever the words around them have
SERIF, SERIF_ITALIC, SERIF_BOLD = "EBGaramond-Regular.ttf", "EBGaramond-Italic.ttf", "EBGaramond-SemiBold.ttf"
DISPLAY = "Cinzel-SemiBold.ttf"
SANS, SANS_ITALIC, SANS_BOLD = "PlusJakartaSans-Regular.ttf", "PlusJakartaSans-Italic.ttf", "PlusJakartaSans-SemiBold.ttf"
DOTTED_CIRCLE = 0x25CC  # what a lone sign of a script is shown on
SUBSTITUTE = "\N{WHITE SQUARE}"


def font_face_rules() -> str:
    """The @font-face rules of all packaged faces."""
    return "\n".join(
        f'@font-face{{font-family:"{family}";font-weight:{weight};font-style:{style};src:url(app:fonts/{file})}}'
        for family, weight, style, file in FACES
    )


def close_stacks(rules: str) -> str:
    """Style rules with the sans and the families of single scripts behind the serif, wherever it closes a stack."""
    return rules.replace(
        '"EB Garamond"', ", ".join(f'"{family}"' for family in ("EB Garamond", "Plus Jakarta Sans", *(face[0] for face in SCRIPTS)))
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
    """The code points that can be shown: in each style by serif or sans, as they are and as capitals; and those of single scripts."""
    styles = ((SERIF, SANS), (SERIF_ITALIC, SANS_ITALIC), (SERIF_BOLD, SANS_BOLD))
    had = frozenset.intersection(*(frozenset(advances(serif)) | frozenset(advances(sans)) for serif, sans in styles))
    latin = {point for point in had if had.issuperset(map(ord, chr(point).upper()))}
    return frozenset(latin).union(point for *_, file in SCRIPTS for point in advances(file) if point != DOTTED_CIRCLE)


def is_tall(text: str) -> bool:
    """Whether a text has letters of a script that reaches far above and below its line."""
    return any(ord(character) > 0x600 and character.isalpha() and ord(character) not in advances(SERIF) for character in text)


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
    """The unkerned width of a text in em of a face, or of its script's own; unknown characters count as a square."""
    widths = [advances(each) for each in (file, SERIF, SANS, *(face[3] for face in SCRIPTS))]
    return sum(next((known[ord(character)] for known in widths if ord(character) in known), 1.0) for character in text)


def size_class(text: str, file: str, ladder: tuple[tuple[float, str], ...]) -> str:
    """The first class of a ladder of (greatest width in em, class) that holds the text, else the last class."""
    width = width_in_em(text, file)
    return next((name for greatest, name in ladder if width <= greatest), ladder[-1][1])
