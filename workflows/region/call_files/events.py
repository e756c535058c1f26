"""YAML or JSON as one stream of events with their places; whatever could make a reader do more than read is refused."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

import yaml  # type: ignore[import-untyped]

from workflows.region.call_files.faults import Place, Unreadable

MAPPING, LIST, END, SCALAR = "mapping", "list", "end", "scalar"
LEXEME = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+')

START = Place()


@dataclass(frozen=True)
class Event:
    """A mapping or list that begins or ends, or a scalar: its text, whether it was quoted, and where its text ends.

    `trick` names what is refused of it: a tag, an anchor or an alias.
    """

    kind: str
    place: Place
    text: str = ""
    is_quoted: bool = False
    until: Place = START
    trick: str = ""


def read_events(text: str) -> Iterator[Event]:
    """The events of a file's one document; a file that begins with a brace or bracket is JSON. Raises Unreadable with the place."""
    yield from _read_json(text) if text.lstrip()[:1] in ("{", "[") else _read_yaml(text)


def _read_yaml(text: str) -> Iterator[Event]:
    documents, last = 0, START
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            last = _place(event.end_mark)
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise Unreadable("call_file_two_documents", _place(event.start_mark))
            elif isinstance(event, yaml.NodeEvent):
                yield _read_node(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                yield Event(END, _place(event.start_mark))
    except (ValueError, OverflowError) as wrong:  # the parser's own: an escape beyond Unicode, a directive's number of many digits
        raise Unreadable("call_file_malformed", last) from wrong
    except yaml.MarkedYAMLError as wrong:
        raise Unreadable(*_read_error(text, wrong)) from wrong
    except yaml.reader.ReaderError as wrong:
        raise Unreadable(
            "call_file_control_character", find_place(text, wrong.position), character=f"U+{ord(text[wrong.position]):04X}"
        ) from wrong


def _read_node(event: yaml.NodeEvent) -> Event:
    place = _place(event.start_mark)
    if isinstance(event, yaml.AliasEvent):
        return Event(SCALAR, place, until=_place(event.end_mark), trick="call_file_alias")
    trick = "call_file_tag" if event.tag else "call_file_alias" if event.anchor else ""
    if isinstance(event, yaml.ScalarEvent):
        return Event(SCALAR, place, event.value, event.style is not None, _place(event.end_mark), trick)
    return Event(MAPPING if isinstance(event, yaml.MappingStartEvent) else LIST, place, trick=trick)


def _read_error(text: str, wrong: yaml.MarkedYAMLError) -> tuple[str, Place]:
    mark = wrong.problem_mark or wrong.context_mark
    at = text[mark.index : mark.index + 1]
    if at == "\t":
        return "call_file_tab", _place(mark)
    quoted = wrong.context == "while scanning a quoted scalar" and wrong.context_mark
    return ("call_file_quote_open", _place(wrong.context_mark)) if quoted else ("call_file_malformed", _place(mark))


def _place(mark: yaml.Mark) -> Place:
    return Place(mark.line + 1, mark.column + 1)


def _read_json(text: str) -> Iterator[Event]:
    """The events of JSON, once the whole is known to be well formed."""
    try:
        json.loads(text, parse_int=str, parse_float=str, parse_constant=lambda given: _refuse_constant(text, given))
    except json.JSONDecodeError as wrong:
        two = wrong.msg == "Extra data" and wrong.doc[wrong.pos] in "{["
        raise Unreadable("call_file_two_documents" if two else "call_file_malformed", Place(wrong.lineno, wrong.colno)) from wrong
    except RecursionError as wrong:
        raise Unreadable("call_file_too_deep", Place()) from wrong
    line, start = 1, 0
    counted = 0
    for match in LEXEME.finditer(text):
        breaks = text.count("\n", counted, match.start())
        line, counted = line + breaks, match.start()
        start = text.rfind("\n", 0, counted) + 1 if breaks else start
        lexeme, place = match[0], Place(line, counted - start + 1)
        if lexeme in "{[":
            yield Event(MAPPING if lexeme == "{" else LIST, place)
        elif lexeme in "}]":
            yield Event(END, place)
        elif lexeme not in ":,":
            quoted = lexeme[0] == '"'
            until = Place(line, place.column + len(lexeme))
            yield Event(SCALAR, place, json.loads(lexeme) if quoted else lexeme, quoted, until)


def _refuse_constant(text: str, given: str) -> NoReturn:
    raise Unreadable("call_file_no_number", find_place(text, text.find(given)), given=given)


def find_place(text: str, position: int) -> Place:
    """The place of a character by its position."""
    return Place(text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position))
