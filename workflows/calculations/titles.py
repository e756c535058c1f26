"""Whether two titles are the same to a reader's eye, however they are typed."""

import unicodedata

# signs of other alphabets, and digits, that look like a Latin letter, small or capital; i, l and 1 are one sign to the eye
CYRILLIC = ("авекмнорстухіјѕԁһӏԛԝү", "abekmhopctyxljsdhlqwy")
GREEK = ("αβεζηικμνορτυχϳ", "abezhlkmnoptyxj")
LATIN = ("iıłøđħŧɑɡ01", "lllodhtagol")
_ALIKE = {ord(sign): letter for signs, letters in (CYRILLIC, GREEK, LATIN) for sign, letter in zip(signs, letters, strict=True)}
_ACCENTS = range(0x300, 0x370)


def fold_title(title: str) -> str:
    """A title without case, spaces, punctuation and accents, look-alike signs as one: two that fold alike are the same title.

    Empty where it has neither letter nor digit.
    """
    plain = _spread(_spread(title).casefold()).casefold()
    return "".join(sign for sign in plain.translate(_ALIKE) if sign.isalnum() or unicodedata.category(sign).startswith("M"))


def _spread(text: str) -> str:
    """Letters apart from their accents, which are left out."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if ord(sign) not in _ACCENTS)
