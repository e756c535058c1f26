"""What all documents say alike, as frozen values that are stored with the issued document and rendered later."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Literal, Protocol, TypeVar

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints, TypeAdapter
from pydantic.dataclasses import dataclass

from workflows.documents.text import clean_line, clean_paragraphs

FROZEN = ConfigDict(extra="forbid")
MOST_RUPIAH = 10**15
SAMPLE_EMBLEM = "gagas"  # drawn where an office has no emblem of its own, and marked on the paper as a sample


def cleaned(clean: Callable[[str], str]) -> BeforeValidator:
    """A validator that cleans text before its length is counted and leaves other values to be refused."""
    return BeforeValidator(lambda text: clean(text) if isinstance(text, str) else text)


Line = Annotated[str, cleaned(clean_line), StringConstraints(min_length=1, max_length=300)]
Name = Annotated[str, cleaned(clean_line), StringConstraints(min_length=1, max_length=150)]
LONGEST_FULL_NAME = 223  # a name with both titles, as long as each may be entered, and what stands between them
FullName = Annotated[str, cleaned(clean_line), StringConstraints(min_length=1, max_length=LONGEST_FULL_NAME)]
Code = Annotated[str, cleaned(clean_line), StringConstraints(min_length=1, max_length=80)]
Note = Annotated[str, cleaned(clean_line), StringConstraints(max_length=300)]
Prose = Annotated[str, cleaned(clean_paragraphs), StringConstraints(max_length=4000)]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Address = Annotated[str, StringConstraints(pattern=r"^https?://[!-~]+$", max_length=300)]
EmblemName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
Count = Annotated[int, Field(ge=0)]
Rupiah = Annotated[int, Field(ge=0, le=MOST_RUPIAH)]


@dataclass(frozen=True, config=FROZEN)
class Letterhead:
    """The kop: the agency's lines from region down to unit, its address, how to reach it, and the emblem beside it."""

    lines: Annotated[tuple[Name, ...], Field(min_length=1, max_length=4)]
    address: Note
    contact: Note
    emblem: EmblemName = SAMPLE_EMBLEM

    @property
    def has_sample_emblem(self) -> bool:
        """Whether the paper must say that its emblem is nobody's."""
        return self.emblem == SAMPLE_EMBLEM


@dataclass(frozen=True, config=FROZEN)
class Signatory:
    """Who signs: rank and number None for a regional head, deputy, secretary; `on_behalf_of` is the superior's position (`a.n.`).

    The name stands without academic titles on a piagam, with them on letters and reports (Permendagri 1/2023 art. 44).
    """

    name: FullName
    position: Name
    capacity: Literal["", "Plt.", "Plh.", "Pj.", "Pjs."] = ""
    rank: Name | None = None
    employee_number: Code | None = None
    on_behalf_of: Name | None = None


class DocumentContent(Protocol):
    """What every document says: its number, where it can be verified, whose paper it is, where and when it was issued."""

    @property
    def number(self) -> str: ...
    @property
    def verify_url(self) -> str: ...
    @property
    def letterhead(self) -> Letterhead: ...
    @property
    def place(self) -> str: ...
    @property
    def issued_on(self) -> date: ...


C = TypeVar("C")


def write_content(content: DocumentContent) -> str:
    """The content as JSON, as it is stored with the issued document and attached to it."""
    return TypeAdapter(type(content)).dump_json(content).decode()


def read_content(kind: type[C], text: str | bytes) -> C:
    """Content of a class from its JSON; ValidationError when it is not exactly that."""
    return TypeAdapter(kind).validate_json(text)
