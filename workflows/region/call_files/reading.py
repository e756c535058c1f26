"""A call's file as values, with the place of each and the comments beside it."""

import re
from dataclasses import dataclass, field
from typing import Any

from workflows.region.call_files.comments import Comment, find_comments
from workflows.region.call_files.events import END, LIST, MAPPING, SCALAR, Event, read_events
from workflows.region.call_files.faults import FileFault, Place, Unreadable

LARGEST = 128 * 1024  # bytes; the longest policy that is of use has a tenth
DEEPEST, MOST_VALUES = 12, 10_000
MOST_FAULTS = 100
NAME = re.compile(r"[A-Za-z0-9_-]{1,60}")
WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,15})")  # 16 digits hold the largest sum of money; an employee number has 18 and stays text
CONSTANTS: dict[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}


@dataclass(frozen=True)
class FileValue:
    """A value as it stands in the file: where it begins, and whether it is text for certain because it is quoted."""

    place: Place
    is_quoted: bool = False


@dataclass
class ReadFile:
    """What a file says: its values, where the value of each path stands, its comments, and what is wrong so far."""

    text: str
    body: Any = None
    values: dict[str, FileValue] = field(default_factory=dict)
    comments: dict[str, Comment] = field(default_factory=dict)
    faults: list[FileFault] = field(default_factory=list)

    def find_place(self, path: str) -> Place:
        """The place of a path's value; of what is missing, that of the nearest part around it."""
        while path and path not in self.values:
            path = path.rpartition(".")[0]
        return self.values[path].place if path in self.values else Place()


def read_file(content: bytes) -> ReadFile:
    """Read YAML or JSON in UTF-8; raises Unreadable where no values can be read, and notes what is wrong with single ones."""
    read = ReadFile(_decode(content))
    built = _Builder(read)
    for event in read_events(read.text):
        built.take(event)
    if not built.is_begun:
        raise Unreadable("call_file_empty", Place())
    read.comments = find_comments(read.text, built.begins, built.ends)
    return read


def read_plain(text: str) -> bool | int | str | None:
    """The value of unquoted text: nothing, yes or no, a whole number of up to 16 digits; all else is text as it is written."""
    if text in CONSTANTS:
        return CONSTANTS[text]
    return int(text) if WHOLE.fullmatch(text) else text


def _decode(content: bytes) -> str:
    if len(content) > LARGEST:
        raise Unreadable("call_file_too_large", Place(), maximum=LARGEST // 1024)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        before = content[: wrong.start]
        place = Place(before.count(b"\n") + 1, wrong.start - before.rfind(b"\n"))
        raise Unreadable("call_file_not_utf8", place) from wrong
    return text.replace("\r\n", "\n")


@dataclass
class _Open:
    """A mapping or list that is being read."""

    path: str
    values: dict[str, Any] | list[Any]
    key: str | None = None


class _Builder:
    """Puts events together to values, depth and number limited."""

    def __init__(self, read: ReadFile) -> None:
        self.read, self.open, self.count, self.is_begun = read, list[_Open](), 0, False
        self.begins: dict[str, Place] = {}  # of each path the place at which its line of the file begins: its name or its dash
        self.ends: list[tuple[Place, Place, str]] = []  # of each scalar, with the path it belongs to

    def take(self, event: Event) -> None:
        if event.kind == END:
            self.open.pop()
            return
        self.count += 1
        if len(self.open) >= DEEPEST or self.count > MOST_VALUES:
            raise Unreadable("call_file_too_deep", event.place)
        around = self.open[-1] if self.open else None
        if event.trick:
            self._note(event.trick, event.place, self._path(around))
        if around is not None and isinstance(around.values, dict) and around.key is None:
            self._take_name(around, event)
            return
        path = self._path(around)
        self._put(around, path, event)

    def _take_name(self, around: _Open, event: Event) -> None:
        if event.kind != SCALAR or not NAME.fullmatch(event.text):
            raise Unreadable("call_file_name_unreadable", event.place, around.path)
        around.key = event.text
        path = self._path(around)
        if path in self.read.values:
            self._note("call_file_name_twice", event.place, path, row=self.read.values[path].place.line)
        self.begins[path] = event.place
        self.ends.append((event.place, event.until, path))
        self.read.values[path] = FileValue(event.place)

    def _put(self, around: _Open | None, path: str, event: Event) -> None:
        self.is_begun = True
        value: Any = (
            {} if event.kind == MAPPING else [] if event.kind == LIST else event.text if event.is_quoted else read_plain(event.text)
        )
        if around is None:
            self.read.body = value
        elif isinstance(around.values, dict):
            around.values[str(around.key)], around.key = value, None
        else:
            around.values.append(value)
            if event.kind != MAPPING:  # of which the first name stands on the same line
                self.begins[path] = event.place
        named = self.read.values.get(path)
        self.read.values[path] = FileValue(named.place if named else event.place, event.is_quoted)
        if event.kind == SCALAR:
            self.ends.append((event.place, event.until, path))
        else:
            self.open.append(_Open(path, value))

    def _path(self, around: _Open | None) -> str:
        if around is None:
            return ""
        own = around.key if isinstance(around.values, dict) else str(len(around.values))
        return around.path if own is None else f"{around.path}.{own}" if around.path else own

    def _note(self, code: str, place: Place, path: str, **parameters: int) -> None:
        if len(self.read.faults) < MOST_FAULTS:
            self.read.faults.append(FileFault(code, path, place, dict(parameters)))
