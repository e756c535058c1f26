"""What a file of people says: its columns by the heads of HR exports, and one row of it read into a person's values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.instants import today
from models.people import EmploymentKind
from workflows.calculations.employee_number import EmployeeNumberKind, read_employee_number, strip_employee_number
from workflows.process.refusals import Faults, Invalid
from workflows.process.wording import read_line
from workflows.region.email_address import read_email
from workflows.region.import_report import RowFault, tell_fault
from workflows.region.people import NAMED
from workflows.region.sheets import compare_head, has_lost_digits

# heads as SIASN, SIMPEG and Excel lists have them; the column's own name is one of them, and case, spaces and signs do not count
HEADS = {
    "employee_number": ("NIP", "NIP Baru", "NIP/NI PPPK", "NIP/NIPPPK", "Nomor Induk Pegawai"),
    "name": ("Nama", "Nama Lengkap", "Nama Pegawai", "Nama Tanpa Gelar"),
    "front_title": ("Gelar Depan",),
    "back_title": ("Gelar Belakang",),
    "kind": ("Jenis Pegawai", "Jenis Kepegawaian", "Status Pegawai", "Status Kepegawaian"),
    "grade": ("Gol", "Golongan", "Gol. Ruang", "Golongan Ruang", "Gol Akhir", "Gol Akhir Nama"),
    "rank_name": ("Pangkat", "Nama Pangkat"),
    "position": ("Jabatan", "Nama Jabatan", "Jabatan Nama"),
    "unit_code": ("Kode Unit", "Kode Unor", "Kode OPD", "Unit", "Unit Kerja", "Unor Nama", "Perangkat Daerah"),
    "email": ("Email", "E-mail", "Surel", "Alamat Surel"),
}
REQUIRED = ("employee_number", "name", "unit_code")
WORDS = {**NAMED, "position": (0, 120), "email": (0, 254)}
KINDS = {
    "pns": EmploymentKind.PNS,
    "cpns": EmploymentKind.PNS,
    "pppk": EmploymentKind.PPPK,
    "p3k": EmploymentKind.PPPK,
    "pppkparuhwaktu": EmploymentKind.PPPK_PART_TIME,
    "pppkparttime": EmploymentKind.PPPK_PART_TIME,
}


@dataclass(frozen=True)
class PersonRow:
    """A person as a row of a file describes them; `said` is what it says beside number, kind and unit, and an empty cell says nothing."""

    row: int
    number: str
    kind: EmploymentKind | None
    unit_id: str
    said: dict[str, str]


def read_person_row(row: int, cells: Mapping[str, str], find_unit: "UnitFinder") -> PersonRow | list[RowFault]:
    """What a row says, or all that is wrong with it."""
    faults, number, kind, unit_id, said = Faults(), "", None, "", dict[str, str]()
    with faults.gather():
        number, kind = _read_number(cells)
    with faults.gather():
        unit_id = find_unit(cells.get("unit_code", ""))
    for name, (minimum, maximum) in WORDS.items():
        if name in cells or minimum:
            with faults.gather():
                said[name] = read_line(name, cells.get(name, ""), maximum=maximum, minimum=minimum)
    try:
        said["email"] = read_email(said.get("email", ""))
    except ValueError:
        faults.found.append(Invalid("email_invalid", "email"))
    if faults.found:
        return [tell_fault(row, fault) for fault in faults.found]
    return PersonRow(row, number, kind, unit_id, said)


def says_same(cells: Mapping[str, str], person: Any, find_unit: "UnitFinder") -> bool:
    """Whether a row says nothing that is not known of a person: most rows of a file that comes every year."""
    if (
        find_unit.find(cells.get("unit_code", "")) != [person.unit_id]
        or KINDS.get(compare_head(cells.get("kind", person.kind))) != person.kind
    ):
        return False
    told = (name for name in WORDS if name in cells and not (name == "email" and person.email))
    return "name" in cells and all(cells[name] == getattr(person, name) for name in told)


def _read_number(cells: Mapping[str, str]) -> tuple[str, EmploymentKind]:
    """The digits and the kind of employment, which the number tells where no column does; raises Invalid."""
    written = cells.get("employee_number", "")
    if has_lost_digits(written):
        raise Invalid("number_lost_digits", "employee_number")
    read = read_employee_number(written, on=today())
    if not read.valid:
        raise Invalid("employee_number_impossible", "employee_number", problems=[problem.code for problem in read.problems])
    told = EmploymentKind.PNS if read.kind == EmployeeNumberKind.PNS else EmploymentKind.PPPK
    kind = _read_kind(cells.get("kind", ""), told)
    if (kind == EmploymentKind.PNS) != (told == EmploymentKind.PNS):
        raise Invalid("employee_number_other_kind", "kind", kind=kind)
    return strip_employee_number(written), kind


def _read_kind(written: str, told: EmploymentKind) -> EmploymentKind:
    if not written:
        return told
    kind = KINDS.get(compare_head(written))
    if kind is None:
        raise Invalid("employment_unknown", "kind", given=written[:40])
    return kind


class UnitFinder:
    """Finds a unit's id by its code, or by its name where only one has it."""

    def __init__(self, units: Mapping[str, tuple[str, str]]) -> None:
        """`units` are code and name by id."""
        self.by_code = {code.casefold(): unit_id for unit_id, (code, _name) in units.items()}
        self.found: dict[str, list[str]] = {}  # by what was written
        self.by_name: dict[str, list[str]] = {}
        for unit_id, (_code, name) in units.items():
            self.by_name.setdefault(compare_head(name), []).append(unit_id)

    def __call__(self, written: str) -> str:
        """The unit's id; raises Invalid for an unknown one, and for a name that several have."""
        found = self.find(written)
        if len(found) != 1:
            raise Invalid("unit_ambiguous" if found else "unit_unknown", "unit_code", given=written[:60])
        return found[0]

    def find(self, written: str) -> list[str]:
        """The ids of the units that may be meant."""
        if written not in self.found:
            coded = self.by_code.get(written.casefold())
            self.found[written] = [coded] if coded else self.by_name.get(compare_head(written), []) if written else []
        return self.found[written]
