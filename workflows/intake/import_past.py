"""Put ideas of earlier years on record from a sheet, as they ended: all of a file, or nothing; to be known of, and for nothing else.

They come into no call and before nobody: no receipt, award, certificate or task follows from one, and its day is the file's word. Who
would cheat is whoever tells of an idea that never was, to defeat another's. So the file says of ended years alone, names who answers for
it, and counts once a second person has read it (`region/past_files.py`); what it told is never changed, and when it came stands beside it.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

from sqlmodel import Session, col, select

from models.ids import new_id
from models.instants import today
from models.past_ideas import PastFile, PastIdea, PastOutcome
from models.statements.directory import list_by_number
from models.statements.past_ideas import keep_past_terms, list_lagging_past
from models.units import Unit
from workflows.calculations.employee_number import strip_employee_number
from workflows.calculations.words import EDITION
from workflows.intake.dictate import TYPING
from workflows.intake.import_ideas import find_author
from workflows.intake.search_terms import SearchedText, write_terms
from workflows.process.actors import Actor
from workflows.process.attest.commit import Commitments, commit_rows
from workflows.process.journal import record, record_each
from workflows.process.refusals import Conflict, Faults, Invalid, Refusal
from workflows.process.wording import read_line, read_text
from workflows.region.import_report import Advance, ImportReport, RowFault
from workflows.region.past_files import IMPORT, TELL
from workflows.region.people_columns import UnitFinder
from workflows.region.sheet_dates import read_day
from workflows.region.sheets import compare_head, has_lost_digits, list_formulas, open_sheet

HEADS = {
    "unit": ("Unit Kerja", "Unit", "Kode Unit", "Unit Pengusul", "Perangkat Daerah", "OPD"),
    "title": ("Judul", "Judul Inovasi", "Judul Usulan", "Nama Inovasi"),
    "summary": ("Ringkasan", "Uraian", "Uraian Singkat", "Deskripsi", "Gambaran Umum"),
    "received_on": ("Tanggal Terima", "Tanggal Diterima", "Diterima", "Tanggal Usulan", "Tanggal"),
    "outcome": ("Hasil", "Status", "Status Akhir", "Keputusan"),
    "programme": ("Kegiatan", "Lomba", "Program", "Nama Lomba"),
    "holder": ("Penyelenggara", "Unit Penyelenggara"),
    "code": ("Nomor Usulan", "Kode Usulan", "Nomor"),
    "employee_number": ("NIP", "NIP/NI PPPK", "NIP Pengusul", "NIP Inisiator"),
    "initiator": ("Pengusul", "Inisiator", "Nama Pengusul", "Nama Inisiator"),
}
REQUIRED = (("unit",), ("title",), ("summary",), ("received_on",), ("outcome",))
OUTCOMES = {
    PastOutcome.ADOPTED: ("adopted", "ditetapkan", "diterima", "diadopsi", "disahkan"),
    PastOutcome.RUNNING: ("running", "berjalan", "sedang berjalan", "diterapkan", "sudah diterapkan"),
    PastOutcome.REJECTED: ("rejected", "ditolak", "tidak ditetapkan", "tidak diterima", "tidak lolos"),
}
MEANT = {compare_head(written): outcome for outcome, each in OUTCOMES.items() for written in each}
TOLD = ("summary", "outcome", "programme", "code", "initiator", "person_id", "holder_id")  # what makes two rows of one idea say the same
LENGTHS = {"title": (5, 300), "programme": (0, 300), "code": (0, 100), "initiator": (0, 200)}
SHORTEST_SUMMARY, LONGEST_SUMMARY = 20, 10_000
NUMBER = re.compile(r"\d{8} ?\d{6} ?\d ?\d{3}", re.ASCII)  # an employee number, as it is stored or printed
MOST_ROWS, AT_ONCE = 5_000, 500

Cells = Mapping[str, str]
Key = tuple[str, date, str]  # unit, day and title: of one idea


@dataclass(frozen=True)
class NamedFile:
    """What a file of ideas is called, and who answers for it, by their employee number."""

    name: str
    author_number: str


@dataclass
class _Reading:
    """What is known while a file is read: its name, who answers for it, where units lie, and the rows so far, by their idea."""

    name: str
    author: Actor
    paths: dict[str, str]
    find_unit: UnitFinder
    file_id: str = field(default_factory=new_id)
    seen: dict[Key, int] = field(default_factory=dict)
    new: list[PastIdea] = field(default_factory=list)


def check_past(session: Session, content: bytes, named: NamedFile, *, actor: Actor, advance: Advance = lambda rows: None) -> ImportReport:
    """What a file would put on record, and all that is wrong with it; nothing is written. Raises Invalid for an unknown author."""
    return _go_through(session, content, named, advance)[0]


def import_past(session: Session, content: bytes, named: NamedFile, *, actor: Actor, advance: Advance = lambda rows: None) -> ImportReport:
    """Put the ideas of a file on record, which count once a second person confirms it; whoever runs the server may, in the author's name.

    File and ideas are committed to in the ledger. Raises Conflict `import_refused` with the number of faults where there is any.
    """
    done, read = _go_through(session, content, named, advance)
    if done.wrong:
        raise Conflict("import_refused", "file", count=done.wrong)
    if not read.new:
        return done
    digest = hashlib.sha256(content).hexdigest()
    file = PastFile(id=read.file_id, name=read.name, sha256=digest, count=len(read.new), author_id=str(read.author.person_id))
    session.add(file)
    session.flush()
    session.add_all(read.new)
    session.flush()
    for start in range(0, len(read.new), AT_ONCE):
        some = read.new[start : start + AT_ONCE]
        keep_past_terms(session, EDITION, {each.id: write_terms(SearchedText(each.title, each.summary)) for each in some})
    record(session, IMPORT, file.id, actor=actor, author=file.author_id, sha256=digest, count=file.count, commits=_commit("pastfile", file))
    record_each(session, TELL, {each.id: {"file": file.id, "commits": _commit("pastidea", each)} for each in read.new}, actor=actor)
    return done


def index_lagging_past(session: Session, limit: int) -> int:
    """Make the terms of some ideas of earlier years anew whose terms are missing or of another edition; answers of how many."""
    lagging = list_lagging_past(session, EDITION, limit)
    keep_past_terms(session, EDITION, {past_id: write_terms(SearchedText(title, summary)) for past_id, title, summary in lagging})
    return len(lagging)


def _go_through(session: Session, content: bytes, named: NamedFile, advance: Advance) -> tuple[ImportReport, _Reading]:
    units = {unit.id: unit for unit in session.exec(select(Unit))}
    finder = UnitFinder({unit.id: (unit.code, unit.name) for unit in units.values()})
    name, author = read_line("file", named.name[-200:], maximum=200), find_author(session, named.author_number)
    read = _Reading(name, author, {unit.id: unit.path for unit in units.values()}, finder)
    done, rows = ImportReport(of="past_"), open_sheet(content, HEADS, REQUIRED).rows
    while some := list(islice(rows, AT_ONCE)):
        done.rows += len(some)
        if done.rows > MOST_ROWS:
            raise Invalid("sheet_too_long", "file", maximum=MOST_ROWS)
        _compare(session, list(_read_rows(session, some, read, done)), read, done)
        advance(len(some))
    return done, read


def _read_rows(session: Session, rows: Sequence[tuple[int, dict[str, str]]], read: _Reading, done: ImportReport) -> Iterator[PastIdea]:
    """The idea of each row that is right, once; what is wrong is told."""
    people = list_by_number(session, sorted({strip_employee_number(cells.get("employee_number", "")) for _row, cells in rows} - {""}))
    for row, cells in rows:
        try:
            idea = _read_row(row, cells, people, read)
        except Refusal as refused:
            for fault in refused.parts or (refused,):
                done.add_fault(RowFault(row, name_column(fault.field or ""), fault.code, fault.parameters))
            continue
        key = (idea.unit_id, idea.received_on, idea.title_key)
        if key in read.seen:
            done.add_fault(RowFault(row, name_column("title"), "past_row_twice", {"row": read.seen[key]}))
            continue
        read.seen[key] = row
        yield idea


def _read_row(row: int, cells: Cells, people: Mapping[str, Any], read: _Reading) -> PastIdea:
    """What a row tells; raises Invalid with all that is wrong with it, such as a unit that its author does not look after."""
    faults, told = Faults([*list_formulas(cells), *_list_numbers(cells)]), dict[str, Any]()
    for column, (shortest, longest) in LENGTHS.items():
        with faults.gather():
            told[column] = read_line(column, cells.get(column, ""), minimum=shortest, maximum=longest)
    with faults.gather():
        told["summary"] = read_text("summary", cells.get("summary", ""), minimum=SHORTEST_SUMMARY, maximum=LONGEST_SUMMARY)
    with faults.gather():
        told["unit_id"] = _find_unit(cells.get("unit", ""), read)
    with faults.gather():
        told["holder_id"] = _find_holder(cells.get("holder", ""), read)
    with faults.gather():
        told["received_on"] = _read_past_day(cells.get("received_on", ""))
    with faults.gather():
        told["outcome"] = _read_outcome(cells.get("outcome", ""))
    with faults.gather():
        told["person_id"] = _find_person(cells.get("employee_number", ""), people)
    faults.settle()
    if told["person_id"] is not None:
        told["initiator"] = ""  # whom the directory names is named by it
    return PastIdea(file_id=read.file_id, row=row, title_key=fold_title(told["title"]), **told)


def _compare(session: Session, ideas: Sequence[PastIdea], read: _Reading, done: ImportReport) -> None:
    """Keep what is new; a row that was told before and says the same changes nothing, and one that says otherwise is a fault."""
    keys = [idea.title_key for idea in ideas]
    standing = select(PastIdea).where(col(PastIdea.title_key).in_(keys), col(PastIdea.ended_at).is_(None))
    known = {(each.unit_id, each.received_on, each.title_key): each for each in session.exec(standing)}
    for idea in ideas:
        before = known.get((idea.unit_id, idea.received_on, idea.title_key))
        if before is None:
            read.new.append(idea)
            done.registered += 1
        elif other := next((name for name in TOLD if getattr(before, name) != getattr(idea, name)), None):
            column = {"person_id": "employee_number", "holder_id": "holder"}.get(other, other)
            done.add_fault(RowFault(idea.row, name_column(column), "past_told_otherwise", {}))
        else:
            done.unchanged += 1


def name_column(column: str) -> str:
    """A column as the sheet heads it; the number by the name under which every import tells of it."""
    return column if column == "employee_number" else HEADS.get(column, (column,))[0]


def fold_title(title: str) -> str:
    """What two titles have in common that are one, whatever their case and signs: the SHA-256 of their words."""
    words = "".join(sign if sign.isalnum() else " " for sign in title.casefold()).split()
    return hashlib.sha256((" ".join(words) or title).encode()).hexdigest()


def _find_unit(written: str, read: _Reading) -> str:
    unit_id = read.find_unit(written)
    if not any(read.author.holds(role, read.paths[unit_id]) for role in TYPING):
        raise Invalid("past_unit_beyond_reach", "unit", given=written[:60])
    return unit_id


def _find_holder(written: str, read: _Reading) -> str | None:
    """The agency that held the programme, where the row names one."""
    try:
        return read.find_unit(written) if written else None
    except Invalid as unknown:
        raise Invalid(unknown.code, "holder", **unknown.parameters) from unknown


def _read_past_day(written: str) -> date:
    """The day that a row tells, in a year that is over: of this year's ideas the process tells itself."""
    day = read_day(written, "received_on")
    if day.year >= today().year:
        raise Invalid("past_year_not_over", "received_on", given=written[:40])
    return day


def _read_outcome(written: str) -> PastOutcome:
    outcome = MEANT.get(compare_head(written))
    if outcome is None:
        raise Invalid("past_outcome_unknown", "outcome", given=written[:40])
    return outcome


def _find_person(written: str, people: Mapping[str, Any]) -> str | None:
    """Who has or had a number; None for nobody, whose number is kept nowhere. Raises Invalid for one that lost its digits."""
    if has_lost_digits(written):
        raise Invalid("number_lost_digits", "employee_number")
    found = people.get(strip_employee_number(written))
    return None if found is None else str(found.id)


def _list_numbers(cells: Cells) -> list[Invalid]:
    """The columns that tell an employee number, which shows a day of birth, to whoever reads of the idea."""
    return [Invalid("past_number_told", column) for column, cell in cells.items() if column != "employee_number" and NUMBER.search(cell)]


def _commit(table: str, row: Any) -> Commitments:
    return commit_rows(IMPORT if table == "pastfile" else TELL, [(table, row)])
