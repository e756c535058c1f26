"""Import ideas from a sheet, such as last year's: typed in their proposers' names, who confirm their own; all of a file, or nothing.

No idea comes to be by it, as nobody proposes by standing in a list: each row becomes a dictated idea of an open call, in the name of an
operator or admin who answers for the sheet. A file that was imported changes nothing the second time.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session, select

from models.calls import Call
from models.form_rules import FieldKind
from models.ideas import Idea
from models.policy import Policy
from models.statements.directory import list_by_number
from workflows.calculations.employee_number import strip_employee_number
from workflows.intake.content import Proposal
from workflows.intake.dictate import TYPING, dictate_idea, prepare_dictation, waits_already
from workflows.intake.table_answers import read_sheet_cell
from workflows.process.actors import Actor, actor_of
from workflows.process.context import read_policy
from workflows.process.journal import record
from workflows.process.refusals import Conflict, Forbidden, Invalid, Refusal
from workflows.region.calls import current_policy
from workflows.region.import_report import Advance, ImportReport, RowFault
from workflows.region.sheets import has_lost_digits, list_formulas, open_sheet

HEADS = {
    "employee_number": ("NIP", "NIP Baru", "NIP/NI PPPK", "NIP Pengusul", "Nomor Induk Pegawai"),
    "title": ("Judul", "Judul Inovasi", "Judul Usulan", "Nama Inovasi"),
    "theme": ("Tema", "Tematik"),
}
REQUIRED = (("employee_number",), ("title",))
SECTION, ANSWER = "sections.", "answers."
MOST_ROWS = 5_000


@dataclass(frozen=True)
class NamedSheet:
    """For which call a sheet is, by its code, and who answers for it, by their employee number."""

    call_code: str
    author_number: str


def check_ideas(session: Session, content: bytes, named: NamedSheet, *, actor: Actor, advance: Advance = lambda rows: None) -> ImportReport:
    """What a sheet would bring, and all that is wrong with it; nothing is written. Raises Invalid for an unknown call or author."""
    return _go_through(session, content, named, advance, is_kept=False)


def import_ideas(
    session: Session, content: bytes, named: NamedSheet, *, actor: Actor, advance: Advance = lambda rows: None
) -> ImportReport:
    """Keep the ideas of a sheet as dictated ones; whoever runs the server may, in the author's name.

    The sheet is a fact, by its SHA-256. Raises Conflict `import_refused` with the number of faults where there is any.
    """
    done = _go_through(session, content, named, advance, is_kept=True)
    if done.wrong:
        raise Conflict("import_refused", "file", count=done.wrong)
    if done.registered:
        call, author = _find_named(session, named)
        digest = hashlib.sha256(content).hexdigest()
        record(session, "call.import_ideas", call.id, actor=actor, author=author.person_id, sha256=digest, count=done.registered)
    return done


def _go_through(session: Session, content: bytes, named: NamedSheet, advance: Advance, *, is_kept: bool) -> ImportReport:
    call, author = _find_named(session, named)
    policy = read_policy(current_policy(session, call.id))
    done, seen = ImportReport(of="ideas_"), dict[tuple[str, str], int]()
    for number, cells in open_sheet(content, name_columns(policy), REQUIRED).rows:
        done.rows += 1
        if done.rows > MOST_ROWS:
            raise Invalid("sheet_too_long", "file", maximum=MOST_ROWS)
        faults, is_new = _take_row(session, (call, author, policy), cells, is_kept=is_kept)
        for fault in faults:
            done.add_fault(RowFault(number, _name_column(policy, fault.field or ""), fault.code, fault.parameters))
        key = strip_employee_number(cells.get("employee_number", "")), cells.get("title", "")
        if key in seen:
            done.add_fault(RowFault(number, _name_column(policy, "title"), "idea_row_twice", {"row": seen[key]}))
        seen.setdefault(key, number)
        done.registered += is_new
        done.unchanged += not (faults or is_new)
        advance(1)
    return done


def _take_row(session: Session, of: tuple[Call, Actor, Policy], cells: Mapping[str, str], *, is_kept: bool) -> tuple[list[Refusal], bool]:
    """What is wrong with a row, and whether it brings an idea, kept where it is to be; `of` are the sheet's call, author and policy."""
    (call, author, policy), number = of, cells.get("employee_number", "")
    if formulas := list_formulas(cells):
        return [*formulas], False
    try:
        if has_lost_digits(number):
            raise Invalid("number_lost_digits", "employee_number")
        proposal = _read_proposal(policy, cells)
        row = prepare_dictation(session, call.id, number, proposal, actor=author)
        is_new = not waits_already(session, row) and not _has_idea(session, call, row.person_id, row.title)
        if is_kept and is_new:
            dictate_idea(session, call.id, number, proposal, actor=author)
    except Refusal as refused:
        return [*(refused.parts or (refused,))], False
    return [], is_new


def _has_idea(session: Session, call: Call, person_id: str, title: str) -> bool:
    """Whether the person has an idea of this title in the call, be it a draft: the row was theirs before."""
    same = select(Idea.id).where(Idea.call_id == call.id, Idea.lead_id == person_id, Idea.title == title)
    return session.exec(same).first() is not None


def _read_proposal(policy: Policy, cells: Mapping[str, str]) -> Proposal:
    """A row as a proposal; a table stands in one cell, `Januari | 120; Februari | 95`."""
    sections, answers = ({name[len(part) :]: text for name, text in cells.items() if name.startswith(part)} for part in (SECTION, ANSWER))
    for field in (field for field in policy.fields if field.kind == FieldKind.TABLE and answers.get(field.name, "").strip()):
        answers[field.name] = read_sheet_cell(field, ANSWER + field.name, answers[field.name])
    return Proposal(title=cells.get("title", ""), theme=cells.get("theme", ""), sections=sections, answers=answers)


def name_columns(policy: Policy) -> dict[str, tuple[str, ...]]:
    """The columns of a sheet for a call, each with the heads it may have: those of the call's form have its labels."""
    sections = {SECTION + part.name: (part.label, part.label_en, part.name) for part in policy.sections}
    answers = {ANSWER + part.name: (part.label, part.label_en, part.name) for part in policy.fields}
    return {**sections, **answers, **HEADS}


def _name_column(policy: Policy, field: str) -> str:
    """A column as the sheet heads it, of a table with the place within; the number by the name under which every import tells of it."""
    part, _, cell = field.removeprefix(ANSWER).partition(".")
    table = next((each for each in policy.fields if each.columns and field.startswith(ANSWER) and each.name == part), None)
    if table is not None and cell:
        row, _, name = cell.partition(".")
        label = next((column.label for column in table.columns if column.name == name), name)
        return f"{table.label} ({int(row) + 1}: {label})"
    return field if field == "employee_number" else name_columns(policy).get(field, (field,))[0]


def _find_named(session: Session, named: NamedSheet) -> tuple[Call, Actor]:
    """The call and the author of a sheet; raises Invalid for unknown ones, Forbidden for an author who looks after no unit."""
    call = session.exec(select(Call).where(Call.code == named.call_code)).first()
    if call is None:
        raise Invalid("import_call_unknown", "call", given=named.call_code[:60])
    return call, find_author(session, named.author_number)


def find_author(session: Session, number: str) -> Actor:
    """Who answers for a sheet, by their employee number; raises Invalid for nobody's, Forbidden for who looks after no unit."""
    found = list_by_number(session, [strip_employee_number(number)])
    author = next((person for person in found.values() if person.ended is None), None)
    if author is None:
        raise Invalid("person_unknown", "author")
    actor = actor_of(session, author.id)
    if not any(actor.holds(role) for role in TYPING):
        raise Forbidden("only_operator")
    return actor
