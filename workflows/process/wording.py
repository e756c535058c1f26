"""Text from outside, made safe to keep: one line or many, normalised, without what no document can show."""

import unicodedata
from collections.abc import Mapping

from workflows.calculations.printable import find_unprintable
from workflows.process.refusals import Faults, Invalid

_JOINERS = {"\u200c", "\u200d"}
_FORBIDDEN_ANYWHERE = {"Cc", "Cn", "Co", "Cs"}
_BLANK = "\u115f\u1160\u3164\uffa0\u2800"  # letters and signs that are drawn as nothing, though they are no white space
_INVISIBLE = str.maketrans("", "", "\u00ad\u200b\u2060\ufeff" + _BLANK)  # the first are what word processors leave behind
_SHOWN = "LNPS"  # letters, numbers, punctuation and symbols; marks and joiners alone are drawn as nothing


def read_line(field: str, text: str, *, maximum: int, minimum: int = 1) -> str:
    """One line for a title or a name: NFC, single spaces, of characters that papers can show.

    Raises Invalid: `control_characters`, `unprintable_characters` (which names the first), `text_empty`, `text_too_long`.
    """
    if text.isascii() and text.isprintable():  # nothing to normalise, and every font has each letter
        return _sized(field, " ".join(text.split()), minimum, maximum)
    line = " ".join(_normalise(field, text, allowed="").split(" ")).strip()
    line = " ".join(part for part in line.split(" ") if part)
    return _sized(field, require_printable(field, line), minimum, maximum)


def read_lines(faults: Faults, texts: object, lengths: Mapping[str, tuple[int, int]]) -> dict[str, str]:
    """The attributes of `texts` that are lines, each with its fewest and most characters; what is wrong with them is gathered."""
    read = dict[str, str]()
    for field, (minimum, maximum) in lengths.items():
        with faults.gather():
            read[field] = read_line(field, getattr(texts, field), maximum=maximum, minimum=minimum)
    return read


def read_text(field: str, text: str, *, maximum: int = 40_000, minimum: int = 0) -> str:
    """Running text: NFC, line breaks and tabs kept, other control characters refused; lengths in characters."""
    return _sized(field, _normalise(field, text.replace("\r\n", "\n"), allowed="\n\t").strip(), minimum, maximum)


def require_printable(field: str, text: str) -> str:
    """The same text; raises Invalid with its first character that no packaged font has: papers would show a square for it."""
    character = find_unprintable(text)
    if character:
        raise Invalid("unprintable_characters", field, character=f"{character} (U+{ord(character):04X})")
    return text


def count_words(text: str) -> int:
    """Words as a reader counts them: what stands between spaces and has a letter or a digit that is seen."""
    return sum(any(map(str.isalnum, word)) for word in text.translate(_INVISIBLE).split())


def _normalise(field: str, text: str, *, allowed: str) -> str:
    text = text.translate(_INVISIBLE)
    for character in text:
        if character in allowed:
            continue
        category = unicodedata.category(character)
        if category in _FORBIDDEN_ANYWHERE:
            raise Invalid("control_characters", field, character=f"U+{ord(character):04X}")
        if category in ("Cf", "Zl", "Zp") and character not in _JOINERS:
            raise Invalid("control_characters", field, character=f"U+{ord(character):04X}")
    return unicodedata.normalize("NFC", text)


def _sized(field: str, text: str, minimum: int, maximum: int) -> str:
    if not any(unicodedata.category(character)[0] in _SHOWN for character in text):
        text = ""
    if len(text) < minimum:
        raise Invalid("text_empty" if not text else "text_too_short", field, minimum=minimum, length=len(text))
    if len(text) > maximum:
        raise Invalid("text_too_long", field, maximum=maximum, length=len(text))
    return text
