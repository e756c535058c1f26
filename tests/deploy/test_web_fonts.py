"""The pages' fonts: small, under their licence, with every letter that the pages themselves are written in."""

import pytest
from fontTools.ttLib import TTFont

from api.pages.texts import texts
from api.sentences import catalogue
from deploy.web_fonts import FONTS, LETTERS, SHOWN_ON_PAGES


@pytest.mark.parametrize("name", SHOWN_ON_PAGES)
def test_a_font_of_the_pages_holds_what_its_document_font_has_of_these_letters(name: str) -> None:
    web, whole = TTFont(FONTS / f"{name}.woff2"), TTFont(FONTS / f"{name}.ttf")
    assert web.flavor == "woff2"
    assert set(web.getBestCmap()) == set(LETTERS) & set(whole.getBestCmap())
    assert "SIL Open Font License" in str(web["name"].getDebugName(13))


def test_the_pages_own_texts_need_no_other_letter() -> None:
    said = [
        text for each in (texts(), catalogue("words"), catalogue("refusals")) for sentence in each.values() for text in sentence.values()
    ]
    assert sorted({character for text in said for character in text} - set(map(chr, LETTERS))) == []
    assert {"✓", "×", "→", "–", "“", "”", "•"} <= set(map(chr, LETTERS))  # the signs of the templates and of dates and numbers


def test_the_fonts_of_the_pages_are_small() -> None:
    assert sum((FONTS / f"{name}.woff2").stat().st_size for name in SHOWN_ON_PAGES) < 60_000
