"""Every mail in every form and language: whole, in words, escaped, and with a short text that a messenger takes."""

import itertools
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from html.parser import HTMLParser
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import over
from tests.mails import LINKS, REASON, list_mails, list_variants, put_everywhere, reader_of
from workflows.documents import mail_forms
from workflows.documents.mail import Mail, render_mail
from workflows.documents.mail_forms import SHORTEST, WrittenMail, say
from workflows.documents.text import shorten

FOLDERS = sorted(folder.name for folder in files("templates").joinpath("mail").iterdir() if folder.is_dir())
LANGUAGES = ("id", "en")
find_variants = cache(list_variants)  # to be read alone
MAILS = sorted(find_variants("id"))
NAMED = [" ".join(each).strip() for each in MAILS]
# Common words that are said beside the mails: values of policies, long counts, and lines of the calendar.
SAID_ELSEWHERE = {"yes", "no", "more_than", "call_ends"}
# What stands in the one language alone; a mail that has a word of the other was not translated.
WORDS_OF = {
    "id": {
        "yang",
        "untuk",
        "anda",
        "usulan",
        "sudah",
        "dan",
        "dengan",
        "tenggat",
        "surel",
        "tugas",
        "nomor",
        "dokumen",
        "selengkapnya",
        "kode",
    },
    "en": {"the", "you", "your", "of", "and", "for", "has", "been", "is", "are", "mail", "task", "due", "idea", "this", "read", "more"},
}
FAMILY = "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL}"
HOSTILE = [
    '<img src="https://jahat.example/x.gif" onerror="alert(1)">',
    "</p></div><script>alert(1)</script>",
    '"><a href="https://jahat.example">Masuk</a>',
    "{title} {{ mail.code }} {% raw %} %s {0}",
    "\N{RIGHT-TO-LEFT OVERRIDE}gnp.exe",
    "Sari\r\nBcc: semua@contoh.example",
]


class Page(HTMLParser):
    """What a mail programme finds in a mail: its tags with their attributes, and its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._is_shown = True
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._is_shown = tag not in ("style", "title")

    def handle_endtag(self, tag: str) -> None:
        self._is_shown = True

    def handle_data(self, data: str) -> None:
        if self._is_shown:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


def write(told: tuple[str, str], language: str, text: str | None = None) -> WrittenMail:
    mail = find_variants(language)[told]
    return render_mail(told[0], mail if text is None else put_everywhere(mail, text), reader_of(language))


def link_of(mail: Mail) -> str:
    (link,) = [getattr(mail, name) for name in LINKS if hasattr(mail, name)]
    return str(link)


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def spoken(text: str) -> set[str]:
    """The words of a text but those within quotation marks and addresses, which are people's own."""
    own = re.sub(r'"[^"]*"|https?://\S+', " ", text.replace(REASON, " "))
    return set(re.findall(r"[a-z]+", own.lower()))


def test_every_kind_of_mail_is_a_folder_of_four_parts_and_has_its_sample() -> None:
    for name in FOLDERS:
        parts = sorted(part.name for part in files("templates").joinpath("mail", name).iterdir())
        assert parts == ["body.jinja", "short.txt", "subject.txt", "words.toml"], name
    assert sorted(list_mails("id")) == FOLDERS


def test_every_sentence_of_every_kind_is_said_by_some_mail_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that no variant is left out of the tests of this file, nor of the sheet that people look at."""
    said, read = set[tuple[str, str]](), mail_forms._choose

    def choose(name: str, language: str, folder: str, values: Mapping[str, object]) -> str:
        own, single = mail_forms._read_words(folder), f"{name}_one"
        chosen = single if str(values.get("count")) == "1" and single in own else name
        said.add((folder if chosen in own else "", chosen))
        return read(name, language, folder, values)

    monkeypatch.setattr(mail_forms, "_choose", choose)
    for told in MAILS:
        write(told, "en")
    silent = {(folder, name) for folder in ("", *FOLDERS) for name in mail_forms._read_words(folder)} - said
    assert silent == {("", name) for name in SAID_ELSEWHERE}


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_what_happened_to_an_account_alarms_its_holder(language: str) -> None:
    alarm, page = {"id": "ganti kata sandi", "en": "change your password"}[language], "https://gagas.bandung.go.id/penggabungan"
    own, asked = (write(("account", variant), language) for variant in ("", "page"))
    assert [alarm in form for form in (own.text, own.html, own.short)] == [True] * 3
    assert [(alarm in form, page in form) for form in (asked.text, asked.html, asked.short)] == [(False, True)] * 3


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("told", MAILS, ids=NAMED)
def test_a_mail_is_whole_and_in_words_of_its_language_in_every_form(told: tuple[str, str], language: str) -> None:
    written, other = write(told, language), "en" if language == "id" else "id"
    shown = Page(written.html).text
    for form in (written.subject, written.text, shown, written.short):
        assert form.strip()
        assert not re.search(r"[{}]|\b[a-z]+_[a-z_]+\b|None|Undefined", re.sub(r"https?://\S+", "", form)), form
        assert spoken(form) & WORDS_OF[other] == set(), form
    assert "\n" not in written.subject
    assert "\n\n\n" not in written.text
    assert spoken(written.text) & WORDS_OF[language]
    assert f'<html lang="{language}">' in written.html


@pytest.mark.parametrize("told", MAILS, ids=NAMED)
def test_text_and_html_say_the_same(told: tuple[str, str]) -> None:
    written = write(told, "id")
    shown = "".join(Page(written.html).text.split())
    told = [line.strip("- ") for line in written.text.split("\n") if line.strip()]
    missing = [each for line in told for each in re.split(r"\s+: ", line) if "".join(each.split()) not in shown]
    assert [each for each in missing if not each.startswith(("Atur surel", "https://"))] == [], written.html


@pytest.mark.parametrize("told", MAILS, ids=NAMED)
def test_html_fetches_nothing_and_sets_no_colour_that_dark_mode_would_hide(told: tuple[str, str]) -> None:
    written = write(told, "en")
    page = Page(written.html)
    assert {tag for tag, _ in page.tags} <= {
        *("html", "head", "meta", "title", "style", "body", "div", "p", "a", "table", "tr", "td", "strong", "bdi", "ul", "li", "br", "span")
    }
    assert not any(name in ("src", "background") or name.startswith("on") for _, found in page.tags for name in found)
    styles = " ".join(str(found.get("style", "")) for _, found in page.tags)
    assert "url(" not in styles
    assert re.findall(r"(?:background|(?<!-)color):\s*([^;]+)", styles) in ([], ["inherit"] * styles.count("color:inherit"))
    hosts = {str(found["href"]).split("/")[2] for tag, found in page.tags if tag == "a"}
    assert hosts <= {"gagas.bandung.go.id"}


@over({f"{name} {number}": (told, text) for name, told in zip(NAMED, MAILS, strict=True) for number, text in enumerate(HOSTILE)})
def test_what_people_type_is_text_in_html_and_one_line_in_the_subject(case: tuple[tuple[str, str], str]) -> None:
    told, text = case
    plain, written = write(told, "id"), write(told, "id", text)
    allowed = {tag for tag, _ in Page(plain.html).tags}
    page = Page(written.html)
    assert {tag for tag, _ in page.tags} == allowed
    assert {str(found["href"]) for tag, found in page.tags if tag == "a"} == {
        str(found["href"]) for tag, found in Page(plain.html).tags if tag == "a"
    }
    for form in written:
        assert "\r" not in form
        assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in form
    assert "\n" not in written.subject
    assert not any(line.startswith("Bcc:") for line in (*written.text.split("\n"), *written.short.split("\n")))


LONG = ("Antrean Puskesmas lewat Papan RW. " * 9, "\N{GRINNING FACE}" * 500, FAMILY * 90, "e\u0301" * 150, "a" * 300, "المدينة " * 40)
LONGEST = itertools.product(zip(NAMED, MAILS, strict=True), LANGUAGES, enumerate(LONG))


@over({f"{name} {language} {number}": (told, language, text) for (name, told), language, (number, text) in LONGEST})
def test_a_short_text_has_at_most_600_characters_and_its_whole_link(case: tuple[tuple[str, str], str, str]) -> None:
    """With the longest titles and names; as messengers count, to whom an emoji is two."""
    told, language, text = case
    mail = put_everywhere(find_variants(language)[told], text)
    short = render_mail(told[0], mail, reader_of(language)).short
    assert units(short) <= SHORTEST
    assert short.split("\n")[-1] == link_of(mail)
    assert not short.startswith(("\u200d", "\u0301"))


@pytest.mark.parametrize("kind", ["code", "activation"])
def test_no_short_text_tells_a_code(kind: str) -> None:
    assert "K7MP" not in "".join(form.subject + form.short for form in (write((kind, ""), language) for language in LANGUAGES))
    assert "K7MP-3QXR-9TWD" in write((kind, ""), "id").text


def test_one_and_many_are_said_apart() -> None:
    assert say("waiting", "en", "digest", count="1") == "1 task waits for you in Gagas."
    assert say("waiting", "en", "digest", count="12") == "12 tasks wait for you in Gagas."


@given(st.text(max_size=80), st.integers(1, 60))
def test_a_shortened_text_is_short_and_begins_as_it_began(text: str, most: int) -> None:
    cut = shorten(text, most)
    assert units(cut) <= max(most, 1)
    assert cut == text or (cut.endswith("…") and text.startswith(cut.removesuffix("…")))


def test_no_letter_and_no_emoji_is_cut_apart() -> None:
    assert shorten("ab" + FAMILY, 7) == "ab…"
    assert shorten("ae\u0301e\u0301", 4) == "ae\u0301…"
    assert shorten("\N{REGIONAL INDICATOR SYMBOL LETTER I}\N{REGIONAL INDICATOR SYMBOL LETTER D}x", 4) == "…"
    assert unicodedata.normalize("NFC", shorten("a" * 9, 9)) == "a" * 9
