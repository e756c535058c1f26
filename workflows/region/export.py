"""Give units or people out as a table that the import reads back without a change: those of one unit and everything below it."""

from collections.abc import Iterator
from enum import StrEnum
from typing import BinaryIO

from sqlmodel import Session, col, select

from models.people import EmploymentKind, Role
from models.statements.directory import stream_people
from models.units import Unit
from workflows.process.actors import Actor
from workflows.process.journal import record
from workflows.process.refusals import Conflict
from workflows.region.import_units import KINDS as UNIT_KINDS
from workflows.region.people import get_unit
from workflows.region.sheet_writing import Kind, write_csv, write_xlsx


class Exported(StrEnum):
    """What is given out."""

    PEOPLE = "people"
    UNITS = "units"


HEADS = {
    Exported.PEOPLE: (
        *("NIP/NI PPPK", "Nama Masuk", "Nama", "Gelar Depan", "Gelar Belakang", "Jenis Pegawai", "Golongan", "Pangkat", "Jabatan"),
        *("Kode Unit", "Surel"),
    ),
    Exported.UNITS: ("Kode", "Nama", "Jenis", "Induk"),
}
KNOWN_AS = {
    EmploymentKind.PNS: "PNS",
    EmploymentKind.PPPK: "PPPK",
    EmploymentKind.PPPK_PART_TIME: "PPPK Paruh Waktu",
    EmploymentKind.ELECTED_HEAD: "Kepala Daerah atau Wakil Kepala Daerah",
    EmploymentKind.COUNCIL_MEMBER: "Anggota DPRD",
    EmploymentKind.ACADEMIC: "Akademisi",
    EmploymentKind.OUTSIDE_JUROR: "Juri Luar",
    EmploymentKind.MENTOR: "Pendamping",
}
KIND_WORDS = {kind: word for word, kind in reversed(UNIT_KINDS.items())}


def begin_export(session: Session, what: Exported, unit_code: str, kind: Kind, *, actor: Actor) -> Unit:
    """Note that units or people leave the house as a file, before any of it is read: a fact, and a line of the security log for people.

    An admin over the unit may, and a flow for whoever runs the server; an empty code means the whole region. Answers the unit. Raises
    Invalid for an unknown unit, Forbidden, and Conflict where there is no region.
    """
    if unit_code:
        unit = get_unit(session, unit_code)
    else:
        root = session.exec(select(Unit).where(col(Unit.parent_id).is_(None))).first()
        if root is None:
            raise Conflict("region_missing")
        unit = root
    if not actor.flow:
        actor.require(Role.ADMIN, unit.path)
    subject = "person" if what == Exported.PEOPLE else "unit"
    record(session, f"{subject}.export", unit.id, actor=actor, unit=unit.id, format=kind)
    return unit


def write_export(session: Session, what: Exported, unit: Unit, kind: Kind, file: BinaryIO) -> int:
    """Write the table of a unit and everything below it into a file, and answer its rows; so many are in memory at once as a page holds.

    Whoever retired is left out.
    """
    rows = _list_people(session, unit) if what == Exported.PEOPLE else _list_units(session, unit)
    numbers = (0,) if what == Exported.PEOPLE else ()
    return write_csv(file, HEADS[what], rows, numbers) if kind == Kind.CSV else write_xlsx(file, HEADS[what], rows)


def _list_people(session: Session, unit: Unit) -> Iterator[tuple[str, ...]]:
    for row in stream_people(session, unit.path):
        known_by, named = (row.number or "", row.sign_in_name or ""), (row.name, row.front_title, row.back_title)
        yield *known_by, *named, KNOWN_AS[EmploymentKind(row.kind)], row.grade, row.rank_name, row.position, row.code, row.email


def _list_units(session: Session, unit: Unit) -> Iterator[tuple[str, ...]]:
    """From the top down, so that a parent comes before what hangs below it."""
    codes = dict(session.exec(select(Unit.id, Unit.code)).all())
    for each in session.exec(select(Unit).where(col(Unit.path).startswith(unit.path)).order_by(col(Unit.path))):
        yield each.code, each.name, KIND_WORDS.get(each.kind, each.kind), codes.get(each.parent_id or "", "")
