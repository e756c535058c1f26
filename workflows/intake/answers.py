"""The short answers of a form: read into one written form each, and what is still missing of a form before it is handed in."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from models.form_rules import FieldKind, FormField
from models.policy import Policy
from workflows.intake.plain_answers import list_bound_faults, read_day, read_figure, read_options
from workflows.intake.table_answers import list_table_faults, read_table
from workflows.process.asked import list_asked, list_form
from workflows.process.refusals import Faults, Invalid
from workflows.process.wording import count_words

ANSWERS = "answers."  # before a field's name: the part that it is, and where it stands in a proposal
MOST_LINKS, LONGEST_LINK = 10, 240
HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]", re.ASCII)
UNSAFE = re.compile(r"[\s\x00-\x20\x7f<>\"'`\\^{|}]")


@dataclass(frozen=True)
class FormContent:
    """What a form says: its sections and its short answers, each by its name."""

    sections: Mapping[str, str]
    answers: Mapping[str, str]


def read_answers(faults: Faults, policy: Policy, given: Mapping[str, str]) -> dict[str, str]:
    """The answers as they are kept, empty ones left out; an unknown field and what cannot be read is gathered."""
    fields, read = {field.name: field for field in policy.fields}, dict[str, str]()
    for name, text in given.items():
        with faults.gather():
            if name not in fields:
                raise Invalid("answer_unknown", f"{ANSWERS}{name[:40]}", known=[*fields])
            if text.strip() and (answer := read_answer(fields[name], text)):
                read[name] = answer
    return read


def read_answer(field: FormField, text: str) -> str:
    """An answer as it is kept: an option's name; options' names in the form's order, with commas; a plain decimal; a day, `2026-11-24`;
    addresses, one a line; a table as canonical JSON, and nothing where none of its rows says anything.

    Raises Invalid: `option_unknown`, `figure_unreadable`, `number_too_long`, `day_unreadable`, `date_out_of_range`, `link_unreadable`,
    `links_too_many`, and what `read_table` raises.
    """
    given, path = text.strip(), ANSWERS + field.name
    match field.kind:
        case FieldKind.FIGURE:
            return read_figure(path, given)
        case FieldKind.DAY:
            return read_day(path, given)
        case FieldKind.LINKS:
            return _read_links(path, given)
        case FieldKind.TABLE:
            return read_table(field, path, given)
    return read_options(path, field, {part.strip() for part in given.split(",")} if field.kind == FieldKind.CHOICES else {given})


def _read_links(path: str, given: str) -> str:
    links = dict.fromkeys(read_link(path, line.strip()) for line in given.splitlines() if line.strip())
    if len(links) > MOST_LINKS:
        raise Invalid("links_too_many", path, maximum=MOST_LINKS)
    return "\n".join(links)


def read_link(path: str, given: str) -> str:
    """An address over TLS, of a host with a name, in letters that look like no others; nobody's password stands in it."""
    try:
        parts = urlsplit(given)
        host = (parts.hostname or "").encode("idna").decode("ascii").lower()
        port = f":{parts.port}" if parts.port not in (None, 443) else ""
    except ValueError:
        raise Invalid("link_unreadable", path) from None
    is_plain = parts.scheme.lower() == "https" and "@" not in parts.netloc and not UNSAFE.search(given)
    is_plain = is_plain and (parts.path + parts.query + parts.fragment).isascii()  # as browsers copy it
    if not is_plain or len(given) > LONGEST_LINK or not HOST.fullmatch(host):
        raise Invalid("link_unreadable", path)
    return urlunsplit(("https", host + port, parts.path, parts.query, parts.fragment))


def list_form_faults(policy: Policy, said: FormContent) -> Iterator[Invalid]:
    """A refusal for each part that is asked and is missing, out of bounds, too short or too long, in the form's order.

    What cannot be read is told of where it is read, not here.
    """
    asked = list_asked(policy, said.answers)
    for field in (field for field in policy.fields if field.name in asked):
        yield from _list_answer_faults(field, said.answers.get(field.name, ""))
    for section in (section for section in policy.sections if section.name in asked):
        words, path = count_words(said.sections.get(section.name, "")), f"sections.{section.name}"
        if words < section.minimum_words:
            yield Invalid("section_too_short", path, minimum=section.minimum_words, words=words)
        elif words > section.maximum_words:
            yield Invalid("section_too_long", path, maximum=section.maximum_words, words=words)


def _list_answer_faults(field: FormField, text: str) -> Iterator[Invalid]:
    path = ANSWERS + field.name
    if field.kind == FieldKind.TABLE:
        yield from list_table_faults(field, path, text)
        return
    if not text.strip():
        if field.is_required:
            yield Invalid("answer_missing", path)
        return
    try:
        answer = read_answer(field, text)
    except Invalid:
        return
    yield from list_bound_faults(path, field, answer)


def leave_unasked_out(policy: Policy, said: FormContent) -> FormContent:
    """What a form says without what nobody was asked for, such as a text written before a choice was changed."""
    unasked = {part.name for part in list_form(policy)} - list_asked(policy, said.answers)
    return FormContent(*({name: text for name, text in part.items() if name not in unasked} for part in (said.sections, said.answers)))
