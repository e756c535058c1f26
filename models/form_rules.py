"""What a call's proposal form asks: texts whose words are counted, short answers, when either is asked; its files; what is declared."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import Field, SerializerFunctionWrapHandler, field_validator, model_serializer, model_validator
from pydantic_core import PydanticCustomError

from models.policy_parts import Frozen, Identifier, Named

DECLARATION = (
    "Saya menyatakan bahwa isi usulan ini, termasuk perbaikannya kelak, benar dan dapat dipertanggungjawabkan; bahwa gagasan ini hasil "
    "pemikiran tim pengusul; dan bahwa saya memahami penghargaan dapat dicabut bila pernyataan ini ternyata tidak benar."
)
DECLARATION_EN = (
    "I declare that what this idea says, later completions included, is true and can be accounted for; that it was conceived by the "
    "proposing team; and that I understand that an award may be revoked if this declaration proves untrue."
)


class Asked(Named):
    """A part of the form; where it depends on a choice it is asked of those only who gave one of some answers to it."""

    depends_on: Identifier | None = None  # a short answer of the kind `choice` or `choices`
    answers_needed: tuple[Identifier, ...] = Field((), max_length=30)  # names of its options

    @model_validator(mode="after")
    def condition_is_whole(self) -> Self:
        """A choice without the answers that matter would ask nobody, and answers without a choice mean nothing."""
        if bool(self.depends_on) != bool(self.answers_needed):
            raise PydanticCustomError("policy_condition_incomplete", "a condition names both a choice and the answers to it")
        return self


class Section(Asked):
    """A text of the proposal, its words counted on the server."""

    minimum_words: int = Field(0, ge=0, le=5_000)
    maximum_words: int = Field(500, ge=1, le=5_000)

    @model_validator(mode="after")
    def words_are_in_order(self) -> Self:
        """A section can be written."""
        if self.minimum_words > self.maximum_words:
            raise PydanticCustomError("policy_words_out_of_order", "a section asks for more words than it allows")
        return self


OF_TABLES = ("columns", "least_rows", "most_rows")  # what a short answer has of its own where it is a table


class FieldKind(StrEnum):
    """What a short answer is: one of some options, several of them, a figure, a day, addresses of pages and films, or rows of cells."""

    CHOICE = "choice"
    CHOICES = "choices"
    FIGURE = "figure"
    DAY = "day"
    LINKS = "links"
    TABLE = "table"


class ColumnKind(StrEnum):
    """What each cell of a table's column is: one of some options, a figure, a day, or a line of text."""

    CHOICE = "choice"
    FIGURE = "figure"
    DAY = "day"
    TEXT = "text"


class Option(Named):
    """One of the answers to choose from."""


class Column(Named):
    """A column of a table: what each of its rows says in one cell."""

    kind: ColumnKind
    is_required: bool = True  # in each row that says anything
    options: tuple[Option, ...] = Field((), max_length=60)
    unit: str = Field("", max_length=20)  # what its figures count, such as `Rp` or `menit`
    unit_en: str = Field("", max_length=20)  # the same in English, where it is another word
    lowest: Decimal | None = Field(None, max_digits=21, decimal_places=6)  # rupiah have up to 15 digits before the point
    highest: Decimal | None = Field(None, max_digits=21, decimal_places=6)
    earliest: date | None = None
    latest: date | None = None
    longest: int = Field(120, ge=1, le=300)  # characters of a line of text

    @model_validator(mode="after")
    def bounds_fit_the_kind(self) -> Self:
        """Options belong to a choice, a unit and bounds to a figure, and bounds to a day; each can be answered."""
        _require_options(self, is_choice=self.kind == ColumnKind.CHOICE)
        _require_bounds(self, is_figure=self.kind == ColumnKind.FIGURE, is_day=self.kind == ColumnKind.DAY)
        if (self.unit and self.kind != ColumnKind.FIGURE) or (self.unit_en and not self.unit):
            raise PydanticCustomError("policy_unit_does_not_fit", "only figures are counted in something, which has an Indonesian name")
        return self


class FormField(Asked):
    """A short answer of the proposal form."""

    kind: FieldKind
    is_required: bool = True
    options: tuple[Option, ...] = Field((), max_length=60)
    lowest: Decimal | None = Field(None, max_digits=15, decimal_places=6)
    highest: Decimal | None = Field(None, max_digits=15, decimal_places=6)
    earliest: date | None = None
    latest: date | None = None
    columns: tuple[Column, ...] = Field((), max_length=8)
    least_rows: int = Field(1, ge=1, le=50)  # of a table that is answered; one that need not be may have none
    most_rows: int = Field(10, ge=1, le=50)

    @model_validator(mode="after")
    def bounds_fit_the_kind(self) -> Self:
        """Options belong to a choice, bounds to a figure or a day, columns to a table, and each can be answered."""
        _require_options(self, is_choice=self.kind in (FieldKind.CHOICE, FieldKind.CHOICES))
        _require_bounds(self, is_figure=self.kind == FieldKind.FIGURE, is_day=self.kind == FieldKind.DAY)
        is_table, has_rows = self.kind == FieldKind.TABLE, (self.least_rows, self.most_rows) != (1, 10)
        if is_table != bool(self.columns) or (has_rows and not is_table):
            raise PydanticCustomError("policy_columns_do_not_fit", "a table has a column or more, and nothing else has columns or rows")
        if len({column.name for column in self.columns}) < len(self.columns):
            raise PydanticCustomError("policy_names_twice", "two columns have the same name")
        if self.least_rows > self.most_rows:
            raise PydanticCustomError("policy_rows_out_of_order", "a table asks for more rows than it allows")
        return self

    @model_serializer(mode="wrap")
    def write(self, write_all: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """What belongs to tables is written of tables alone: the form of an older policy is written, and hashed, as ever."""
        written: dict[str, Any] = write_all(self)
        return written if self.kind == FieldKind.TABLE else {name: value for name, value in written.items() if name not in OF_TABLES}


def _require_options(part: Column | FormField, *, is_choice: bool) -> None:
    if is_choice != bool(part.options) or (is_choice and len(part.options) < 2):
        raise PydanticCustomError("policy_options_do_not_fit", "a choice has two options or more, and nothing else has any")
    if len({option.name for option in part.options}) < len(part.options):
        raise PydanticCustomError("policy_names_twice", "two options have the same name")


def _require_bounds(part: Column | FormField, *, is_figure: bool, is_day: bool) -> None:
    if not is_figure and (part.lowest, part.highest) != (None, None):
        raise PydanticCustomError("policy_bounds_do_not_fit", "only a figure has a lowest and a highest value")
    if not is_day and (part.earliest, part.latest) != (None, None):
        raise PydanticCustomError("policy_bounds_do_not_fit", "only a day has an earliest and a latest day")
    if part.lowest is not None and part.highest is not None and part.lowest > part.highest:
        raise PydanticCustomError("policy_bounds_out_of_order", "the lowest value is above the highest")
    if part.earliest is not None and part.latest is not None and part.earliest > part.latest:
        raise PydanticCustomError("policy_bounds_out_of_order", "the earliest day is after the latest")


class DeclarationRule(Frozen):
    """What whoever hands an idea in declares to be true; the Indonesian text is the one that is recorded and printed."""

    is_asked: bool = False
    text: str = Field(DECLARATION, min_length=10, max_length=1_000)
    text_en: str = Field(DECLARATION_EN, min_length=10, max_length=1_000)


class Requirement(Named):
    """A yes-or-no question of the screening (PP 38/2017 art. 6)."""


class ScreeningRule(Frozen):
    """How the screening answers; a policy that says nothing takes one reason for the whole."""

    reason_for_each: bool = False  # each criterion that is not met, and each part that is to be completed, takes a reason of its own


MOST_FILES = 20  # of an idea at a time: whatever a policy takes
MOST_MEGABYTES = 25  # of a file, in millions of bytes: whatever a policy takes


class FileKind(StrEnum):
    """The kinds of files that an idea may have beside its words."""

    PHOTO = "photo"
    PDF = "pdf"
    DOCUMENT = "document"
    SPREADSHEET = "spreadsheet"


class AttachmentRule(Frozen):
    """Which files an idea may have; a policy that says nothing takes none, as nobody was told of any when the call was announced."""

    most: int = Field(0, ge=0, le=MOST_FILES)  # files at a time; 0: none are taken
    largest_megabytes: int = Field(10, ge=1, le=MOST_MEGABYTES)  # of each, in millions of bytes
    kinds: tuple[FileKind, ...] = Field((FileKind.PHOTO, FileKind.PDF), min_length=1, max_length=4)
    papers_to_blind: bool = False  # whether reviewers who are not told who proposes read more than photos: a paper names its author easily
    least: dict[FileKind, Annotated[int, Field(ge=1, le=MOST_FILES)]] = Field(default_factory=dict)  # without which none is handed in

    @field_validator("least", mode="before")
    @classmethod
    def kinds_are_known(cls, value: Any) -> Any:
        """Files that must be there are of kinds that there are."""
        if isinstance(value, dict) and any(kind not in set(FileKind) for kind in value):
            raise PydanticCustomError("policy_file_unknown", "a kind of file is unknown")
        return value

    @property
    def largest_bytes(self) -> int:
        """How many bytes one file may have."""
        return self.largest_megabytes * 1_000_000

    @model_serializer(mode="wrap")
    def write(self, write_all: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Which files must be there is written only where any must: an older policy is written, and hashed, as ever."""
        written: dict[str, Any] = write_all(self)
        return written if self.least else {name: value for name, value in written.items() if name != "least"}
