"""Whether two titles are the same to a reader's eye, however they are typed."""

import unicodedata

from workflows.calculations.names import drop_accents

# signs of other alphabets, and digits, that look like a Latin letter, small or capital; i, l and 1 are one sign to the eye
CYRILLIC = ("авекмнорстухіјѕԁһӏԛԝү", "abekmhopctyxljsdhlqwy")
GREEK = ("αβεζηικμνορτυχϳ", "abezhlkmnoptyxj")
LATIN = ("iıłøđħŧɑɡ01", "lllodhtagol")
_ALIKE = {ord(sign): letter for signs, letters in (CYRILLIC, GREEK, LATIN) for sign, letter in zip(signs, letters, strict=True)}


def fold_title(title: str) -> str:
    """A title without case, spaces, punctuation and accents, look-alike signs as one: two that fold alike are the same title.

    Empty where it has neither letter nor digit.
    """
    plain = drop_accents(drop_accents(title).casefold()).casefold()
    return "".join(sign for sign in plain.translate(_ALIKE) if sign.isalnum() or unicodedata.category(sign).startswith("M"))
