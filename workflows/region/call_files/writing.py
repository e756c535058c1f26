"""Values as the YAML of a call's file, with comments: what is written is read again as it was."""

import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from workflows.region.call_files.comments import HEAD, Comment

WIDTH = 120
IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
PLAIN = re.compile(r"[^\W\d_][\w ,.()/&;–’'+-]*")  # begins with a letter; nothing in it has a meaning in YAML
DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?([+-]\d{2}:\d{2}|Z)?)?", re.ASCII)
NOT_TEXT = frozenset(("null", "true", "false", "yes", "no", "on", "off", "y", "n"))  # other readers take them for something else
UNPRINTABLE = re.compile("[^\t\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


def write_file(body: Mapping[str, Any], comments: Mapping[str, Comment]) -> str:
    """The file of a call, as text; comments by the path of their value."""
    head = [_comment(line) for line in comments.get(HEAD, Comment()).above]
    return "\n".join([*head, *([""] if head else []), *_Writer(comments).mapping(body, "", "")]) + "\n"


@dataclass(frozen=True)
class _Writer:
    """Writes line by line, each part below its indentation."""

    comments: Mapping[str, Comment]

    def mapping(self, values: Mapping[str, Any], path: str, indent: str) -> Iterator[str]:
        for number, (name, value) in enumerate(values.items()):
            inner = f"{path}.{name}" if path else name
            if number and (inner.count(".") == 1 or inner == "policy"):
                yield ""
            yield from self._above(inner, indent)
            yield from self._entry(f"{indent}{name}:", value, inner, indent)

    def _entry(self, start: str, value: Any, path: str, indent: str) -> Iterator[str]:
        if isinstance(value, Mapping) and value:
            yield self._line(start, path)
            yield from self.mapping(value, path, indent + "  ")
        elif is_list(value) and value and not _is_flat(value):
            yield self._line(start, path)
            yield from self._items(value, path, indent + "  ")
        else:
            yield self._line(f"{start} {write_value(value)}", path)

    def _items(self, values: Sequence[Any], path: str, indent: str) -> Iterator[str]:
        for number, value in enumerate(values):
            inner = f"{path}.{number}"
            if isinstance(value, Mapping) and value:
                lines = list(self.mapping(value, inner, indent + "  "))
                first = next(place for place, line in enumerate(lines) if not line.lstrip().startswith("#"))
                yield from (line[2:] for line in lines[:first])
                yield f"{indent}- {lines[first][len(indent) + 2 :]}"
                yield from lines[first + 1 :]
            else:
                yield from self._above(inner, indent)
                yield self._line(f"{indent}- {write_value(value)}", inner)

    def _above(self, path: str, indent: str) -> Iterator[str]:
        yield from (f"{indent}{_comment(line)}" for line in self.comments.get(path, Comment()).above)

    def _line(self, line: str, path: str) -> str:
        behind = self.comments.get(path, Comment()).behind
        return f"{line}  {_comment(behind)}" if behind else line


def write_value(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {write_value(each)}" for name, each in value.items()) + "}"
    if is_list(value):
        return "[" + ", ".join(write_value(each) for each in value) + "]"
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | Decimal):
        return format(value, "f" if isinstance(value, Decimal) else "d")
    return _write_text(str(value))


def is_list(value: object) -> bool:
    """Whether a value is a list or a tuple."""
    return isinstance(value, list | tuple)


def wrap_comment(text: str, path: str) -> Comment:
    """A comment above the value of a path, in lines of a width that can be read."""
    depth = sum(2 + (2 if part.isdigit() else 0) for part in path.split(".")) - 2
    return Comment(tuple(textwrap.wrap(text, WIDTH - depth, break_long_words=False, break_on_hyphens=False)))


def _is_flat(values: Sequence[Any]) -> bool:
    """Whether a list is short enough for one line: of names only, or of lists of names."""
    return all(IDENTIFIER.fullmatch(str(each)) if isinstance(each, str) else is_list(each) and _is_flat(each) for each in values)


def _write_text(text: str) -> str:
    if DATE.fullmatch(text):
        return text
    if PLAIN.fullmatch(text) and text.lower() not in NOT_TEXT and not text.endswith(" ") and not UNPRINTABLE.search(text):
        return text
    return UNPRINTABLE.sub(lambda found: _escape(found[0]), json.dumps(text, ensure_ascii=False))


def _escape(character: str) -> str:
    return f"\\u{ord(character):04x}" if ord(character) < 0x10000 else f"\\U{ord(character):08x}"


def _comment(line: str) -> str:
    return f"# {line}" if line else "#"
