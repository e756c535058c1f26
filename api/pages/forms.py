"""Posted forms: their fields, read leniently as people type numbers and days, and what could not be read."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from api.problems import language_of
from api.v1.shapes import is_within_calendar
from api.written_numbers import read_number, read_whole, write_plain
from models.ids import new_id
from models.instants import region_zone
from models.settings import settings
from workflows.region.email_address import LONGEST, read_email

MOST_FIELDS = 4_000  # a proposal with every option of as many choices as a policy may have, its fullest tables, and the largest team
OWN_FIELDS = ("form_token", "form_key", "form_version", "do", "origin", "confirmed", "kept", "kept_page")
SWITCH = "switch_language"
MEANT = "meant."  # before a field's name: which of two numbers its text means, as a decimal string with a point


@dataclass
class Form:
    """The fields and the file of one posted form, in the language in which it was shown.

    `wrong` gathers what could not be read, by field, as codes of `refusal.*` texts; `meanings` the two numbers that a text may mean.
    """

    fields: list[tuple[str, str]] = field(default_factory=list)
    wrong: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    language: str = "id"
    meanings: dict[str, tuple[Decimal, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.values = dict(self.fields)

    def replace(self, name: str, value: str) -> None:
        """Let a field hold another value, as if it had been typed."""
        self.fields = [(field, typed) for field, typed in self.fields if field != name] + [(name, value)]
        self.values = dict(self.fields)

    @property
    def key(self) -> str:
        """The one-time key under which sending the form twice acts once."""
        return self.values.get("form_key", "")

    def choose_language(self) -> str:
        """The language in which the form is only to be shown again, taken out of its fields; empty where it is to be acted on."""
        chosen = self.values.pop(SWITCH, "")
        self.fields = [(name, value) for name, value in self.fields if name != SWITCH]
        return chosen if chosen in ("id", "en") else ""

    def text(self, name: str, most: int = 40_000) -> str:
        """What was typed, cut off after `most` characters and one more, so that the action still refuses it as too long."""
        return self.values.get(name, "").replace("\r\n", "\n")[: most + 1]

    def under(self, prefix: str) -> dict[str, str]:
        """The fields below a prefix, by the rest of their names: `sections.background` as `background`."""
        return {name[len(prefix) + 1 :]: self.text(name) for name in self.values if name.startswith(f"{prefix}.")}

    def require(self, *names: str) -> None:
        """Note as missing which of these fields are empty."""
        self.wrong |= {name: "field_missing" for name in names if not self.values.get(name, "").strip() and name not in self.wrong}

    def percent(self, name: str) -> int:
        """`33,33`, `33.33 %` or `50` in hundredths of a percent; 0 where it cannot be read."""
        typed = self.text(name, 40).replace("%", "").strip()
        read = self._number(name, typed, "percent_unreadable", 2, lambda number: 0 <= number < 1_000)
        return int(read * 100)

    def rupiah(self, name: str) -> int:
        """`Rp 12.500.000`, `12,500,000`, `12.500.000,00` or `12500000` in whole rupiah; empty is 0."""
        typed = re.sub(r"(?i)^rp\.?", "", self.text(name, 60).strip()).strip()
        whole = read_whole(typed, self.language) if typed else 0
        if whole is None:
            self.wrong[name] = "rupiah_unreadable"
        return whole or 0

    def decimal(self, name: str, places: int = 6) -> Decimal:
        """`82,5` or `82.5`; 0 where it cannot be read. Of a text that may mean two numbers the form asks which, before anything is done."""
        return self._number(name, self.text(name, 60).strip(), "decimal_unreadable", places)

    def _number(self, name: str, typed: str, unreadable: str, places: int, fits: Callable[[Decimal], bool] = lambda _: True) -> Decimal:
        found = tuple(number for number in read_number(typed, self.language, places=places) if fits(number))
        meant = [number for number in found if len(found) == 1 or format(number, "f") == self.values.get(MEANT + name)]
        if meant:
            return meant[0]
        self.wrong[name] = "number_ambiguous" if found else unreadable if typed else "field_missing"
        if found:
            self.meanings[name] = found
        return Decimal(0)

    def day(self, name: str, *, required: bool = True) -> date | None:
        """A day as the browser sends it, or as `24-11-2026`."""
        typed = self.text(name, 40).strip()
        turned = re.fullmatch(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", typed, re.ASCII)
        if turned:
            typed = f"{turned[3]}-{turned[2]:0>2}-{turned[1]:0>2}"
        try:
            day = date.fromisoformat(typed)
        except ValueError:
            if typed or required:
                self.wrong[name] = "day_unreadable" if typed else "field_missing"
            return None
        if not is_within_calendar(day):
            self.wrong[name] = "date_out_of_range"
            return None
        return day

    def instant(self, name: str) -> datetime | None:
        """A day and an hour in the region's zone."""
        typed = self.text(name, 40).strip()
        try:
            return datetime.fromisoformat(typed).replace(tzinfo=region_zone())
        except ValueError:
            self.wrong[name] = "instant_unreadable" if typed else "field_missing"
            return None

    def email(self, name: str) -> str:
        """An e-mail address or nothing."""
        try:
            return read_email(self.text(name, LONGEST).strip())
        except ValueError:
            self.wrong[name] = "email_invalid"
            return ""

    def choice(self, name: str, allowed: Mapping[str, object] | tuple[str, ...]) -> str:
        """One of the allowed values; empty where none was picked."""
        picked = self.values.get(name, "")
        if picked not in allowed:
            self.wrong[name] = "choice_missing"
            return ""
        return picked


async def read_form(http: Request, *, with_file: bool = False) -> Form:
    """The fields of a URL-encoded body in the order sent; raises 415 for any other body and 400 for more than MOST_FIELDS.

    A form `with_file` may be sent in parts as well, one of them a file.
    """
    media = http.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/x-www-form-urlencoded" and not (with_file and media == "multipart/form-data"):
        raise HTTPException(415)
    await http.body()  # kept by the request: its digest stands beside the form's key
    sent = await http.form(max_fields=MOST_FIELDS, max_files=1, max_part_size=settings().body_limit)
    parts = sent.multi_items()
    files = {name: await part.read() for name, part in parts if isinstance(part, UploadFile)}
    await sent.close()
    fields = [(name, part) for name, part in parts if isinstance(part, str)]
    return Form(fields, files={name: read for name, read in files.items() if read}, language=language_of(http))


@dataclass
class FormView:
    """A form as a page shows it: its fields' values and errors, the version it was made from, and its one-time key."""

    name: str
    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    version: str | int | None = None
    key: str = field(default_factory=new_id)
    meanings: Mapping[str, tuple[Decimal, ...]] = field(default_factory=dict)

    def meant(self, name: str) -> str:
        """Which of two numbers a field's text means, where that was said already."""
        return "" if name in self.meanings else self.values.get(MEANT + name, "")

    def value(self, name: str, otherwise: object = "") -> str:
        """What stands in a field."""
        return self.values.get(name, str(otherwise))

    def error(self, name: str) -> str:
        """What is wrong with a field, or nothing."""
        return self.errors.get(name, "")

    def place(self, name: str) -> str:
        """The field's id on the page."""
        return f"{self.name}-{name}".replace(".", "-")


def show_figure(name: str, figure: Decimal, language: str) -> dict[str, str]:
    """A stored number as its field shows it to be changed; sent again unchanged it is the same number, whatever its text may mean."""
    plain = write_plain(figure, language)
    meant = {} if len(read_number(plain, language)) == 1 else {MEANT + name: format(figure.normalize(), "f")}
    return {name: plain} | meant


def fields_to_keep(fields: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """What a person typed, to be sent again: everything but the form token, which is renewed, and passwords."""
    return [(name, value) for name, value in fields if name != "form_token" and "password" not in name]
