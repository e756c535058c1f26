"""What a book of an idea says, as frozen values in the words of its reader's language; whoever writes them has left out what the reader
may not see."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, TypeAdapter
from pydantic.dataclasses import dataclass

from workflows.documents.content import FROZEN, Address, Code, Line, cleaned
from workflows.documents.text import clean_line

Text = Annotated[str, cleaned(clean_line), StringConstraints(max_length=20_000)]
Fragment = Annotated[str, StringConstraints(max_length=20_000_000)]  # of HTML, escaped by whoever wrote it; the binder cleans it
FilePath = Annotated[str, StringConstraints(max_length=4_000)]


@dataclass(frozen=True, config=FROZEN)
class Fact:
    """Something said of an idea or of a file, with its name."""

    label: Line
    text: Text


@dataclass(frozen=True, config=FROZEN)
class Chapter:
    """A part of the book that is worded already."""

    title: Line
    html: Fragment


@dataclass(frozen=True, config=FROZEN)
class BookFile:
    """A file of the idea: `bound` says as what it is to be in the book, with the path of the copy that the reader may open.

    `apart` is why it is not in it; empty for what is.
    """

    title: Text
    name: Text
    facts: tuple[Fact, ...]
    bound: Literal["photo", "pdf", "not"] = "not"
    path: FilePath = ""
    apart: Text = ""


@dataclass(frozen=True, config=FROZEN)
class BookWords:
    """The few words that the binder needs itself; places in them are `{name}`, `{page}`, `{pages}` and `{count}`."""

    contents: Line
    files: Line
    cover: Line
    number: Line
    file: Line
    where: Line
    leaf: Line
    leaf_alt: Line
    photo: Line
    photo_alt: Line
    too_many: Line
    too_large: Line
    unreadable: Line


@dataclass(frozen=True, config=FROZEN, kw_only=True)
class BookContent:
    """An idea and its files as one reader may see them at one moment; `address` is what its links lead to."""

    language: Literal["id", "en"]
    spoken: Literal["id", "en"]  # the language in which the region's people write
    address: Address
    title: Text
    code: Code
    call_title: Text
    facts: Annotated[tuple[Fact, ...], Field(max_length=30)]
    made: Text
    notice: Text
    made_on: date
    chapters: tuple[Chapter, ...]
    files: Annotated[tuple[BookFile, ...], Field(max_length=50)]
    words: BookWords


def write_book(book: BookContent) -> bytes:
    """The content as JSON, as the binder reads it."""
    return TypeAdapter(BookContent).dump_json(book)
