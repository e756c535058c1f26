"""The pages' words, days and sums, bound to the reader's language."""

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Any

from api.formats import (
    show_count,
    show_day,
    show_hour,
    show_moment,
    show_month,
    show_number,
    show_percent,
    show_rupiah,
    show_share,
    show_short_day,
    show_weekday,
)
from api.sentences import fill, read_parameters, sentence, show_parameter, show_word
from api.written_numbers import write_plain
from api.written_waits import write_wait
from models.documents import DocumentKind
from models.entry_rules import Circle
from models.form_rules import Asked, AttachmentRule, Column, ColumnKind, FieldKind, FileKind, FormField, Section
from models.instants import local_day, now, region_zone
from models.policy import Policy
from models.waits import Wait
from workflows.calculations.text_changes import Change
from workflows.documents.kinds import get_document_type
from workflows.intake.table_answers import open_rows, read_cell
from workflows.process.jobs import NUMBERING_JOBS
from workflows.process.refusals import Invalid
from workflows.process.wording import count_words

KINDS = frozenset(DocumentKind)
MEGABYTE, TENTH = 1_000_000, Decimal("0.1")
FILES = (
    *("pages.toml", "tasks.toml", "offices.toml", "policies.toml", "desk.toml"),
    *("imports.toml", "staff.toml", "condition.toml", "life.toml", "call_form.toml", "eligibility.toml", "answers.toml"),
    *("calendar.toml", "attachments.toml", "similar.toml", "messages.toml", "screening.toml", "colleagues.toml", "mentoring.toml"),
    *("teams.toml", "book.toml", "claims.toml", "merges.toml", "transfers.toml", "clocks.toml", "keeping.toml", "past.toml"),
)


@lru_cache
def texts() -> dict[str, dict[str, str]]:
    """Every text of the pages as `section.name`, by language."""
    sentences = files("templates").joinpath("sentences")
    read = [tomllib.loads(sentences.joinpath(file).read_text("utf-8")) for file in FILES]
    said = {f"{room}.{name}": text for rooms in read for room, named in rooms.items() for name, text in named.items()}
    return said | {name_job(job): _name_numbering(said["job.number"], kind) for kind, job in NUMBERING_JOBS.items()}


def name_job(job: str) -> str:
    """Under which name the texts say what a job does."""
    return f"job.{job.replace('.', '_')}"


def _name_numbering(said: dict[str, str], kind: DocumentKind) -> dict[str, str]:
    """What the job that numbers a kind of document does: the kind's record has its names."""
    record = get_document_type(kind)
    return {"id": fill(said["id"], "document", record.name), "en": fill(said["en"], "document", record.name_en)}


class Words:
    """What a page says, in one language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def text(self, name: str, /, **values: object) -> str:
        """A text with its places filled; an unknown name is a defect and raises KeyError."""
        said = texts()[name][self.language]
        for place, value in values.items():
            said = fill(said, place, str(value))
        return said

    def word(self, code: str | None) -> str:
        """A stage, role, task, action or outcome as people read it; an unknown one without its underscores."""
        if code and code in KINDS:
            kind = get_document_type(code)
            return kind.name if self.language == "id" else kind.name_en
        return show_word(code or "", self.language)

    def task(self, action: str) -> str:
        """What somebody is asked to do; an action without a text of its own is named by its word."""
        return self.text(f"task.{action}") if f"task.{action}" in texts() else self.word(action)

    def fact(self, kind: str) -> str:
        """What a record of the audit trail tells: `idea.screen.accepted` as `Usulan: Seleksi administrasi, Memenuhi syarat`."""
        named = f"fact.{kind.replace('.', '_')}"
        if named in texts():
            return self.text(named)
        subject, _, step = kind.partition(".")
        action, *outcomes = step.split(".")
        done = self.word(f"award_{action}") if subject == "award" else f"{self.word(subject)}: {self.word(action)}"
        return ", ".join([done, *map(self.word, outcomes)])

    def label(self, part: Any) -> str:
        """The label of a policy's section, requirement, criterion or gate."""
        return str(part.label if self.language == "id" else part.label_en)

    def answer(self, field: FormField, answer: str) -> str:
        """A short answer, as it is kept, as people read it: the options' labels, a figure, a day."""
        match field.kind:
            case FieldKind.FIGURE:
                return self.number(answer)
            case FieldKind.DAY:
                return self.written_day(answer)
            case FieldKind.LINKS:
                return ", ".join(answer.split("\n"))
            case FieldKind.TABLE:
                return "; ".join(", ".join(filter(None, cells)) for _, cells in self.rows(field, answer))
        return "; ".join(self.label(option) for option in field.options if option.name in answer.split(","))

    def rows(self, field: FormField, answer: str, mark: Change = Change.SAME) -> list[tuple[Change, list[str]]]:
        """The rows of a table, as it is kept, as people read them: their cells in the columns' order, and what became of the row."""
        return [(mark, [self.cell(column, row.get(column.name, "")) for column in field.columns]) for row in open_rows(answer)]

    def cell(self, column: Column, text: str) -> str:
        """A cell, as it is kept, as people read it; what its column could not have now stands as it is."""
        try:
            kept = read_cell(column, "", text) if text else ""
        except Invalid:
            return text
        if not kept or column.kind == ColumnKind.TEXT:
            return kept
        if column.kind == ColumnKind.CHOICE:
            return next(self.label(option) for option in column.options if option.name == kept)
        return self.number(kept) if column.kind == ColumnKind.FIGURE else self.written_day(kept)

    def column(self, column: Column) -> str:
        """The head of a table's column, with what its figures count."""
        unit = column.unit if self.language == "id" else column.unit_en or column.unit
        return self.text("answer.in_unit", label=self.label(column), unit=unit) if unit else self.label(column)

    def file_limits(self, rule: AttachmentRule) -> dict[str, str]:
        """How many files, how large and of which kinds a call takes, by the places of a sentence."""
        kinds = ", ".join(self.word(f"file_{kind}") for kind in rule.kinds)
        return {"most": self.count(rule.most), "size": self.count(rule.largest_megabytes), "kinds": kinds}

    def files_required(self, rule: AttachmentRule) -> str:
        """Which files must be there when an idea is handed in; nothing where none must."""
        named = [(self.word(f"file_{kind}"), rule.least[kind]) for kind in FileKind if kind in rule.least]
        lines = [self.text("files.required_kind", kind=kind, least=self.count(least)) for kind, least in named]
        return self.text("files.required", needed="; ".join(lines)) if lines else ""

    def opened(self, policy: Policy) -> str:
        """To which colleagues ideas are opened, and when; nothing where to none."""
        if policy.colleagues.open_to == Circle.NOBODY:
            return ""
        circle = "agency" if policy.colleagues.open_to == Circle.WHOLE_AGENCY else "region"
        said = self.text(f"colleague.opened_{'blind_' if policy.blind else ''}{circle}")
        return f"{said} {self.text('colleague.opened_comments')}" if policy.colleagues.takes_comments else said

    def size(self, size: int) -> str:
        """A file's size: `2,4 MB`, `310 kB`."""
        if size >= MEGABYTE:
            return self.text("files.size", size=self.number((Decimal(size) / MEGABYTE).quantize(TENTH)))
        return self.text("files.size_small", size=self.count(-(-size // 1_000)))

    def bounds(self, field: FormField | Column) -> str:
        """What a figure or a day may be, as a hint beside its field; nothing where there is no bound."""
        figures = {"lowest": field.lowest, "highest": field.highest}
        days = {"earliest": field.earliest, "latest": field.latest}
        said = [self.text(f"answer.{name}", figure=self.number(figure)) for name, figure in figures.items() if figure is not None]
        said += [self.text(f"answer.{name}", day=self.day(day)) for name, day in days.items() if day is not None]
        return " ".join(said)

    def condition(self, policy: Policy, part: Asked) -> str:
        """With which answers to which choice a part of the form is asked; nothing where it always is."""
        field = next((field for field in policy.fields if field.name == part.depends_on), None)
        if field is None:
            return ""
        labels = [self.label(option) for option in field.options if option.name in part.answers_needed]
        answers = f" {self.text('answer.or')} ".join(labels)
        return self.text("answer.only_if", field=self.label(field), answers=answers)

    def words_left(self, section: Section, typed: str) -> str:
        """How many words a section's text has, as they are counted when it is handed in, and how many are left, missing or too many."""
        count = count_words(typed)
        name, number = "left", section.maximum_words - count
        if count < section.minimum_words:
            name, number = "short", section.minimum_words - count
        elif number < 0:
            name, number = "over", -number
        left = self.text(f"write.words_{name}", count=self.count(number))
        return self.text("write.words_now", count=self.count(count), left=left)

    def refusal(self, code: str, parameters: dict[str, Any]) -> str:
        """A refusal's sentence: the pages' own where they have one, else the API's."""
        if f"refusal.{code}" not in texts():
            return sentence(code, self.language, parameters)
        given = read_parameters(parameters)
        return self.text(f"refusal.{code}", **{name: show_parameter(name, given, self.language) for name in given})

    def reason(self, entry: Any) -> str:
        """The reason of a decision; what a flow wrote from figures is said in the reader's language."""
        if entry.action != "draft_recommend" or "score" not in entry.detail:
            return str(entry.reason)
        return self.text("recommend.by_score", **{name: self.number(entry.detail[name]) for name in ("score", "mark")})

    def day(self, day: date) -> str:
        """`24 November 2026`."""
        return show_day(day, self.language)

    def month(self, day: date) -> str:
        """The month of a day: `November 2026`."""
        return show_month(day, self.language)

    def weekday(self, day: date) -> str:
        """A day with its name, without the year: `Selasa, 24 November`."""
        return show_weekday(day, self.language)

    def written_day(self, day: str) -> str:
        """A day that was kept as text, `2026-11-24`, as people read it."""
        return self.day(date.fromisoformat(day))

    def short_day(self, instant: datetime) -> str:
        """The region's day of an instant, as short as a table needs it: `24 Nov 2026`."""
        return show_short_day(local_day(instant), self.language)

    def moment(self, instant: datetime) -> str:
        """`24 November 2026, 09.05 WIB`, in the region's zone."""
        return show_moment(instant, self.language)

    def hour(self, instant: datetime) -> str:
        """`09.05` or `09:05`."""
        return show_hour(instant, self.language)

    def typed(self, name: str, value: str) -> str:
        """What was typed into a form as people read it: days and hours in words where they can be read, everything else as it is."""
        try:
            if name in ("announce_at", "until"):
                return self.moment(datetime.fromisoformat(value).replace(tzinfo=region_zone()))
            return self.day(date.fromisoformat(value)) if name in ("decree_on", "last_day") else value
        except ValueError:
            return value

    def number(self, number: Decimal | str) -> str:
        """A decimal without trailing zeros: `87,2` in Indonesian, `87.2` in English."""
        return show_number(number, self.language)

    def plain(self, number: Decimal | str) -> str:
        """A decimal as a form's field holds it, without grouped thousands: `1240,5` in Indonesian, `1240.5` in English."""
        return write_plain(Decimal(number), self.language)

    def count(self, count: int) -> str:
        """An integer with its thousands grouped: `12.500.000` in Indonesian, `12,500,000` in English."""
        return show_count(count, self.language)

    def wait(self, wait: Wait | Mapping[str, Any]) -> str:
        """How long somebody has: `14 hari`, `5 hari kerja`, `2 bulan`."""
        return write_wait(wait, self.language)

    def percent(self, percent: Decimal | str) -> str:
        """A percentage without trailing zeros: `81,3%` in Indonesian, `81.3%` in English."""
        return show_percent(percent, self.language)

    def rupiah(self, rupiah: int) -> str:
        """Integer rupiah: `Rp38.500.000` in Indonesian, `Rp38,500,000` in English."""
        return show_rupiah(rupiah, self.language)

    def share(self, hundredths: int) -> str:
        """Hundredths of a percent: `33,33%` in Indonesian, `33.33%` in English."""
        return show_share(hundredths, self.language)

    def due(self, instant: datetime, working_days: int | None = None) -> str:
        """How far a due date is, in days: `5 hari lagi`, `hari ini`, `lewat 2 hari`; `3 hari kerja lagi` where those are given."""
        if working_days:
            return self.text("due.working", days=working_days)
        days = (local_day(instant) - local_day(now())).days
        if instant < now():
            return self.text("due.late", days=-days) if days < 0 else self.text("due.late_today")
        return self.text("due.today") if days == 0 else self.text("due.tomorrow") if days == 1 else self.text("due.ahead", days=days)
