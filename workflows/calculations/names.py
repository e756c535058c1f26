"""The words of somebody's name as others type them: without case, accents and apostrophes."""

import unicodedata

LONGEST_WORD = 40
_ACCENTS = range(0x300, 0x370)
_APOSTROPHES = str.maketrans("", "", "'`´‘’ʹʻʼʾʿ")  # typed, or as word processors and transliterations write them


def split_name(name: str) -> tuple[str, ...]:
    """The words of a name, each once: an apostrophe parts none (`Ma'ruf` is `maruf`), any other sign does (`Al-Amin` is `al`, `amin`)."""
    plain = drop_accents(drop_accents(name.translate(_APOSTROPHES)).casefold())
    kept = "".join(sign if sign.isalnum() or unicodedata.category(sign).startswith("M") else " " for sign in plain)
    return tuple(dict.fromkeys(word[:LONGEST_WORD] for word in kept.split()))


def drop_accents(text: str) -> str:
    """A text without the accents of its letters."""
    if text.isascii():
        return text
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if ord(sign) not in _ACCENTS)
