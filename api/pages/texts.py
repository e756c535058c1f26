"""The pages' words, days and sums, bound to the reader's language."""

import tomllib
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Any

from api.problems import catalogue, sentence
from models.documents import DocumentKind
from models.instants import local_day, now, region_zone
from workflows.documents.kinds import get_document_type
from workflows.documents.text import ZONES, format_date

ENGLISH_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

KINDS = frozenset(DocumentKind)
FILES = ("pages.toml", "tasks.toml", "offices.toml")


@lru_cache
def texts() -> dict[str, dict[str, str]]:
    """Every text of the pages as `section.name`, by language."""
    sentences = files("templates").joinpath("sentences")
    read = [tomllib.loads(sentences.joinpath(file).read_text("utf-8")) for file in FILES]
    return {f"{room}.{name}": text for rooms in read for room, named in rooms.items() for name, text in named.items()}


class Words:
    """What a page says, in one language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def text(self, name: str, /, **values: object) -> str:
        """A text with its places filled; an unknown name is a defect and raises KeyError."""
        said = texts()[name][self.language]
        for place, value in values.items():
            said = said.replace("{" + place + "}", str(value))
        return said

    def word(self, code: str | None) -> str:
        """A stage, role, task, action or outcome as people read it; an unknown one is shown as it is."""
        if code and code in KINDS:
            kind = get_document_type(code)
            return kind.name if self.language == "id" else kind.name_en
        return catalogue("words").get(code or "", {}).get(self.language, (code or "").replace("_", " "))

    def label(self, part: Any) -> str:
        """The label of a policy's section, requirement, criterion or gate."""
        return str(part.label if self.language == "id" else part.label_en)

    def refusal(self, code: str, parameters: dict[str, Any]) -> str:
        """A refusal's sentence; instants in it are written as people read them."""
        told = {name: self._instant(value) for name, value in parameters.items()}
        if f"refusal.{code}" in texts():
            return self.text(f"refusal.{code}", **told)
        return sentence(code, self.language, told)

    def day(self, day: date) -> str:
        """`24 November 2026`."""
        return format_date(day) if self.language == "id" else f"{day.day} {ENGLISH_MONTHS[day.month - 1]} {day.year}"

    def moment(self, instant: datetime) -> str:
        """`24 November 2026, 09.05 WIB`, in the region's zone."""
        local = instant.astimezone(region_zone())
        zone = ZONES.get(local.utcoffset() or local - local, "")
        clock = f"{local:%H.%M}" if self.language == "id" else f"{local:%H:%M}"
        return f"{self.day(local.date())}, {clock} {zone}".strip()

    def number(self, number: Decimal | str) -> str:
        """A decimal without idle zeros: `87,2` in Indonesian, `87.2` in English."""
        plain = format(Decimal(number).normalize(), "f")
        return plain.replace(".", ",") if self.language == "id" else plain

    def due(self, instant: datetime) -> str:
        """How far a due date is, in days: `5 hari lagi`, `hari ini`, `lewat 2 hari`."""
        days = (local_day(instant) - local_day(now())).days
        if instant < now():
            return self.text("due.late", days=-days) if days < 0 else self.text("due.late_today")
        return self.text("due.today") if days == 0 else self.text("due.tomorrow") if days == 1 else self.text("due.ahead", days=days)

    def _instant(self, value: Any) -> Any:
        if isinstance(value, str) and len(value) in (10, 25, 32) and value[:4].isdigit() and value[4:5] == "-":
            try:
                return self.day(date.fromisoformat(value)) if len(value) == 10 else self.moment(datetime.fromisoformat(value))
            except ValueError:
                return value
        return value
