"""The forms of a mail: subject, text, HTML and a short text to pass on, all from the one folder that tells of its kind.

The words stand in `words.toml`, in both languages side by side; `body.jinja` puts them in order once, and is written out as text by
`text.jinja` and as HTML by `html.jinja`, so that the two never say different things. What people typed is cleaned before it stands
anywhere, and escaped in HTML.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from workflows.documents.text import clean_line, shorten

SHORTEST = 600  # UTF-16 units of a short text at the most, as messengers count them, its link included
SUBJECT = 200  # of a subject: more shows nowhere, and a title of hundreds of emoji makes a header of thousands of bytes
CUTS = (300, 220, 160, 120, 90, 60, 40, 24, 12)  # how long each typed part of a short text may be, tried in turn
LINKS = ("url", "verify_url")  # what is never cut
PLACE = re.compile(r"\{(\w+)\}(\.?)")


@dataclass(frozen=True)
class Reader:
    """For whom a mail is written: the language, and the address at which they choose their mails; empty where there is none."""

    language: str = "id"
    choose_url: str = ""


class WrittenMail(NamedTuple):
    """A mail in every form: a subject of one line, text, HTML, and a short text of at most 600 characters with its link."""

    subject: str
    text: str
    html: str
    short: str


def write_mail(folder: str, mail: Any, reader: Reader) -> WrittenMail:
    """A mail of a folder below templates/mail in every form; `mail` is the dataclass of what it tells."""
    told, subject = _clean(mail), write_subject(folder, mail, reader)
    letter = {part: _write_letter(folder, form, subject, told, reader) for part, form in (("text", "text"), ("html", "html"))}
    text = re.sub(r"\n{3,}", "\n\n", letter["text"]).strip() + "\n"
    return WrittenMail(subject, text, letter["html"].strip() + "\n", write_short(folder, mail, reader))


def write_subject(folder: str, mail: Any, reader: Reader) -> str:
    """The subject alone, on one line."""
    return shorten(" ".join(_render(folder, "subject.txt", _clean(mail), reader).split()), SUBJECT)


def write_short(folder: str, mail: Any, reader: Reader) -> str:
    """The short text alone: at most 600 characters; what people typed is cut until it is short enough, the link stays whole."""
    told, short = _clean(mail), ""
    for cut in CUTS:
        written = _render(folder, "short.txt", _cut(told, cut), reader)
        short = "\n".join(line for line in (line.strip() for line in written.split("\n")) if line)
        if len(short.encode("utf-16-le")) // 2 <= SHORTEST:
            break
    return short


def say(name: str, language: str, folder: str = "", /, **values: object) -> str:
    """A sentence of a kind of mail, or of all of them, with its places filled; KeyError for a name that has none."""
    return str(_fill(_choose(name, language, folder, values), values))


def _choose(name: str, language: str, folder: str, values: Mapping[str, object]) -> str:
    known = {**_read_words(""), **(_read_words(folder) if folder else {})}
    single = f"{name}_one"
    return known[single if str(values.get("count")) == "1" and single in known else name][language]


def _fill(sentence: str, values: Mapping[str, object], *, marked: bool = False) -> str:
    """A sentence with its places filled, in one pass, so that no value is read for places; what ends in a point takes none of the
    sentence's. `marked` for HTML: sentence and values are escaped, and each value keeps its own direction of writing."""

    def put(place: re.Match[str]) -> str:
        value = str(values[place[1]])
        point = "" if value.endswith(".") else place[2]
        return f"<bdi>{escape(value)}</bdi>{point}" if marked else value + point

    return Markup(PLACE.sub(put, str(escape(sentence)))) if marked else PLACE.sub(put, sentence)  # noqa: S704 - escaped part by part


def _write_letter(folder: str, form: str, subject: str, told: Any, reader: Reader) -> str:
    environment = _environment(form)
    macros: Any = environment.get_template(f"{form}.jinja").module
    body = _render(folder, "body.jinja", told, reader, form)
    if form == "html":
        body = Markup(body)  # noqa: S704 - made by the templates of this folder, which escape
    dear, automatic, choose = (_sayer(folder, form, reader)(each, name=told.name) for each in ("dear", "automatic", "choose"))
    return str(macros.letter(subject, reader.language, dear, body, automatic, choose, reader.choose_url))


def _render(folder: str, part: str, told: Any, reader: Reader, form: str = "text") -> str:
    environment = _environment(form)
    macros = environment.get_template(f"{form}.jinja").module
    return environment.get_template(f"{folder}/{part}").render(mail=told, form=macros, say=_sayer(folder, form, reader))


def _sayer(folder: str, form: str, reader: Reader) -> Any:
    """The `say` of a template: sentences of its kind in the reader's language."""

    def said(name: str, /, **values: object) -> str:
        return _fill(_choose(name, reader.language, folder, values), values, marked=form == "html")

    return said


def _clean(mail: Any) -> Any:
    """What a mail tells, each text on one line and without characters that direct or hide others."""
    return replace(mail, **{each.name: _clean_value(getattr(mail, each.name)) for each in fields(mail)})


def _clean_value(value: Any) -> Any:
    if isinstance(value, str):
        return clean_line(value)
    if isinstance(value, list):
        return [_clean_value(each) for each in value]
    return value if isinstance(value, bool) else _clean(value)


def _cut(mail: Any, most: int) -> Any:
    texts = {each.name: getattr(mail, each.name) for each in fields(mail) if each.name not in LINKS}
    return replace(mail, **{name: shorten(value, most) for name, value in texts.items() if isinstance(value, str)})


@cache
def _read_words(folder: str) -> dict[str, dict[str, str]]:
    file = files("templates").joinpath("mail", *([folder] if folder else []), "words.toml")
    words: dict[str, dict[str, str]] = tomllib.loads(file.read_text("utf-8"))
    return words


@cache
def _environment(form: str) -> Environment:
    return Environment(
        loader=PackageLoader("templates", "mail"),
        autoescape=form == "html",  # noqa: S701 - the other form is plain text
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
