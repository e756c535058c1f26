"""A posted form with a file, read as it comes: its few fields are kept, the file goes piece by piece to whoever writes it."""

from dataclasses import dataclass, field
from typing import Protocol

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from api.pages.forms import Form
from api.problems import language_of

MOST_FIELDS, LONGEST_FIELD, LONGEST_HEAD = 20, 4_000, 8_000  # parts; bytes of one that is no file; bytes of a part's head


class Sink(Protocol):
    """What takes a file's bytes."""

    async def write(self, piece: bytes) -> None:
        """Take a piece."""

    async def flush(self) -> None:
        """Take what was not written yet."""


@dataclass
class _Part:
    """One part of the form: its name, the file's name where it is one, and the bytes of a field."""

    name: str = ""
    file_name: str | None = None
    value: bytearray = field(default_factory=bytearray)


class _Reader:
    """What the parser tells, in order: a part begins (`None`), some of its bytes come, it ends."""

    def __init__(self, boundary: bytes) -> None:
        self.told: list[tuple[str, bytes]] = []
        self.part, self.parts, self._head, self._field = _Part(), 0, bytearray(), bytearray()
        self.parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": lambda data, start, end: self._gather(self._field, data[start:end]),
                "on_header_value": lambda data, start, end: self._gather(self._head, data[start:end]),
                "on_header_end": self._end_header,
                "on_headers_finished": lambda: self.told.append(("begin", self._disposition)),
                "on_part_data": lambda data, start, end: self.told.append(("bytes", data[start:end])),
                "on_part_end": lambda: self.told.append(("end", b"")),
                "on_end": self._end,
            },
        )
        self._disposition, self.is_whole = b"", False

    def take(self) -> list[tuple[str, bytes]]:
        """What was told since the last time."""
        told, self.told = self.told, []
        return told

    def _begin(self) -> None:
        self.parts += 1
        if self.parts > MOST_FIELDS:
            raise FormParserError("too many parts")
        self._disposition = b""

    def _end(self) -> None:
        self.is_whole = True

    def _gather(self, place: bytearray, piece: bytes) -> None:
        place += piece
        if len(self._head) + len(self._field) > LONGEST_HEAD:
            raise FormParserError("a part's head is too long")

    def _end_header(self) -> None:
        if self._field.lower() == b"content-disposition":
            self._disposition = bytes(self._head)
        self._field.clear()
        self._head.clear()


async def read_streamed_form(http: Request, sink: Sink) -> tuple[Form, str]:
    """A form's fields, and the name of its file, whose bytes the sink took; "" where none was chosen.

    Raises HTTPException: 415 for a body that is no form in parts, 400 for one that cannot be read, breaks off, or has two files.
    """
    media, options = parse_options_header(http.headers.get("content-type", ""))
    if media != b"multipart/form-data" or not options.get(b"boundary"):
        raise HTTPException(415)
    fields, names = list[tuple[str, str]](), list[str]()
    try:
        reader = _Reader(options[b"boundary"])
        part = _Part()
        async for piece in http.stream():
            if piece:
                reader.parser.write(piece)
            for what, told in reader.take():
                part = await _follow(part, what, told, sink)
                if what == "begin" and part.file_name:
                    names.append(part.file_name)
                elif what == "end" and part.file_name is None:
                    fields.append((part.name, part.value.decode("utf-8", "replace")))
        if not reader.is_whole:
            raise FormParserError("the last part is cut off")
    except (FormParserError, ClientDisconnect):
        raise HTTPException(400) from None
    await sink.flush()
    if len(names) > 1:
        raise HTTPException(400)
    return Form(fields, language=language_of(http)), names[0] if names else ""


async def _follow(part: _Part, what: str, told: bytes, sink: Sink) -> _Part:
    """The part after what was told of it; a file's bytes go on at once."""
    if what == "begin":
        _, options = parse_options_header(told)
        name, file_name = (options.get(key) for key in (b"name", b"filename"))
        if name is None:
            raise FormParserError("a part has no name")
        return _Part(name.decode("utf-8", "replace"), None if file_name is None else file_name.decode("utf-8", "replace"))
    if what == "bytes":
        if part.file_name:
            await sink.write(told)
        elif part.file_name is None:
            part.value += told
            if len(part.value) > LONGEST_FIELD:
                raise FormParserError("a field is too long")
    return part
