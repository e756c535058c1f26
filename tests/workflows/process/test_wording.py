"""A text of nothing that anybody sees is no text, whatever it is made of; letters of every script are.

Who would cheat fills a section, a title or a reason with signs that are drawn as nothing, so that it is long enough and says nothing.
"""

import pytest

from workflows.process.refusals import Invalid
from workflows.process.wording import count_words, read_line, read_text

NOTHING = {
    "spaces": "\u00a0\u3000 \u2003",
    "zero width": "\u200b\u2060\ufeff\u00ad",
    "joiners": "\u200d\u200c",
    "fillers of Hangul": "\u3164\u115f\u1160\uffa0",
    "empty Braille": "\u2800",
    "marks on nothing": "\u034f\ufe0f\u17b4",
}


@pytest.mark.parametrize("signs", NOTHING.values(), ids=NOTHING)
def test_what_nobody_sees_is_no_title_no_reason_and_no_word(signs: str) -> None:
    text = " ".join([signs * 3] * 12)
    assert count_words(text) == 0
    with pytest.raises(Invalid) as refused:
        read_text("reason", text, minimum=10)
    assert refused.value.code == "text_empty"
    with pytest.raises(Invalid) as refused:
        read_line("title", text, maximum=300)
    assert refused.value.code in ("text_empty", "unprintable_characters")
    assert read_text("sections.idea", text) == ""


def test_signs_that_nobody_sees_are_left_out_of_a_text_that_says_something() -> None:
    assert read_text("text", "Antrean\u3164\u200b daring\u2800.") == "Antrean daring."
    assert count_words("Antrean \u3164 daring \u2800 \u200b.") == 2


@pytest.mark.parametrize("text", ["Antrean", "42", "?", "ꦒꦒꦱ꧀", "مدينة", "가나다", "❤\ufe0f", "नमस्ते", "\U0001f468\u200d\U0001f469"])
def test_what_is_seen_is_kept_as_it_was_typed(text: str) -> None:
    assert read_text("text", text, minimum=1) == text
