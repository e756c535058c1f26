"""What a file of people says: its columns by the heads of HR exports, and one row of it read into a person's values.

Civil servants are found by employee number, everybody else by sign-in name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from models.instants import today
from models.people import EmploymentKind
from workflows.calculations.employee_number import EmployeeNumberKind, read_employee_number, strip_employee_number
from workflows.process.refusals import Faults, Invalid
from workflows.process.wording import read_line
from workflows.region.email_address import read_email
from workflows.region.import_report import RowFault, tell_fault
from workflows.region.people import NAMED, Proof, read_proof
from workflows.region.sheet_dates import read_day
from workflows.region.sheets import compare_head, has_lost_digits, list_formulas

# heads as SIASN, SIMPEG and Excel lists have them; the column's own name is one of them, and case, spaces and signs do not count
HEADS = {
    "employee_number": ("NIP", "NIP Baru", "NIP/NI PPPK", "NIP/NIPPPK", "Nomor Induk Pegawai"),
    "sign_in_name": ("Nama Masuk", "Nama Pengguna", "Username"),
    "name": ("Nama", "Nama Lengkap", "Nama Pegawai", "Nama Tanpa Gelar"),
    "front_title": ("Gelar Depan",),
    "back_title": ("Gelar Belakang",),
    "kind": ("Jenis Pegawai", "Jenis Kepegawaian", "Status Pegawai", "Status Kepegawaian"),
    "grade": ("Gol", "Golongan", "Gol. Ruang", "Golongan Ruang", "Gol Akhir", "Gol Akhir Nama"),
    "rank_name": ("Pangkat", "Nama Pangkat"),
    "position": ("Jabatan", "Nama Jabatan", "Jabatan Nama"),
    "unit_code": ("Kode Unit", "Kode Unor", "Kode OPD", "Unit", "Unit Kerja", "Unor Nama", "Perangkat Daerah"),
    "valid_from": ("TMT", "TMT Jabatan", "TMT Unit Kerja", "TMT Unor", "TMT Mutasi", "Berlaku Sejak"),
    "email": ("Email", "E-mail", "Surel", "Alamat Surel"),
}
KEYS = ("employee_number", "sign_in_name")
REQUIRED = (KEYS, ("name",), ("unit_code",))
WORDS = {**NAMED, "position": (0, 120), "email": (0, 254)}
KINDS = {
    "pns": EmploymentKind.PNS,
    "cpns": EmploymentKind.PNS,
    "pppk": EmploymentKind.PPPK,
    "p3k": EmploymentKind.PPPK,
    "pppkparuhwaktu": EmploymentKind.PPPK_PART_TIME,
    "pppkparttime": EmploymentKind.PPPK_PART_TIME,
    "kepaladaerah": EmploymentKind.ELECTED_HEAD,
    "wakilkepaladaerah": EmploymentKind.ELECTED_HEAD,
    "kepaladaerahatauwakilkepaladaerah": EmploymentKind.ELECTED_HEAD,
    "electedhead": EmploymentKind.ELECTED_HEAD,
    "anggotadprd": EmploymentKind.COUNCIL_MEMBER,
    "dprd": EmploymentKind.COUNCIL_MEMBER,
    "councilmember": EmploymentKind.COUNCIL_MEMBER,
    "akademisi": EmploymentKind.ACADEMIC,
    "academic": EmploymentKind.ACADEMIC,
    "juriluar": EmploymentKind.OUTSIDE_JUROR,
    "outsidejuror": EmploymentKind.OUTSIDE_JUROR,
    "pendamping": EmploymentKind.MENTOR,
    "mentor": EmploymentKind.MENTOR,
}


@dataclass(frozen=True)
class PersonRow:
    """A person as a row of a file describes them; `said` is what it says beside those, and an empty cell says nothing."""

    row: int
    proof: Proof
    kind: EmploymentKind | None
    unit_id: str
    said: dict[str, str]
    valid_from: date | None = None  # since when the post is held; None: since today


def read_person_row(row: int, cells: Mapping[str, str], find_unit: "UnitFinder") -> PersonRow | list[RowFault]:
    """What a row says, or all that is wrong with it."""
    if formulas := list_formulas(cells):
        return [tell_fault(row, fault) for fault in formulas]
    faults, proof, kind, unit_id, said, day = Faults(), Proof(), None, "", dict[str, str](), None
    with faults.gather():
        proof, kind = _read_proof(cells)
    with faults.gather():
        unit_id = find_unit(cells.get("unit_code", ""))
    with faults.gather():
        day = _read_first_day(cells.get("valid_from", ""))
    for name, (minimum, maximum) in WORDS.items():
        if name in cells or minimum:
            with faults.gather():
                said[name] = read_line(name, cells.get(name, ""), maximum=maximum, minimum=minimum)
    if said.get("name") and not any(sign.isalpha() for sign in said["name"]):
        faults.found.append(Invalid("name_without_letter", "name", given=said["name"][:40]))
    try:
        said["email"] = read_email(said.get("email", ""))
    except ValueError:
        faults.found.append(Invalid("email_invalid", "email"))
    if faults.found:
        return [tell_fault(row, fault) for fault in faults.found]
    return PersonRow(row, proof, kind, unit_id, said, day)


def says_same(cells: Mapping[str, str], person: Any, find_unit: "UnitFinder") -> bool:
    """Whether a row says nothing that is not known of a person: most rows of a file that comes every year."""
    if cells.get("sign_in_name") and cells.get("employee_number"):
        return False
    if (
        find_unit.find(cells.get("unit_code", "")) != [person.unit_id]
        or KINDS.get(compare_head(cells.get("kind", person.kind))) != person.kind
    ):
        return False
    told = (name for name in WORDS if name in cells and not (name == "email" and person.email))
    return "name" in cells and all(cells[name] == getattr(person, name) for name in told)


def find_key(cells: Mapping[str, str]) -> tuple[str, str]:
    """By what a row's person is known: the column, and the digits of the number or the sign-in name, empty where the row has neither."""
    digits, name = strip_employee_number(cells.get("employee_number", "")), cells.get("sign_in_name", "")
    return ("sign_in_name", name.lower()) if name and not digits else ("employee_number", digits)


def _read_proof(cells: Mapping[str, str]) -> tuple[Proof, EmploymentKind]:
    """The number or sign-in name and the kind of employment, which the number tells where no column does; raises Invalid."""
    number, name = cells.get("employee_number", ""), cells.get("sign_in_name", "")
    said = _read_kind(cells.get("kind", ""))
    if said is not None and (not said.has_number or name):
        return read_proof(number, name, said), said
    if name and not number:
        raise Invalid("kind_missing_without_number", "kind")
    digits, kind = _read_number(number, said)
    if name:
        raise Invalid("sign_in_name_beside_number", "sign_in_name", kind=kind)
    return Proof(number=digits), kind


def _read_first_day(written: str) -> date | None:
    """Since when a post is held, where the file says so; raises Invalid for a day that is none, and for one that is yet to come."""
    day = read_day(written, "valid_from") if written else None
    if day is not None and day > today():
        raise Invalid("post_not_yet", "valid_from")
    return day


def _read_number(written: str, said: EmploymentKind | None) -> tuple[str, EmploymentKind]:
    """The digits and the kind of employment, which the number tells where no column does; raises Invalid."""
    if has_lost_digits(written):
        raise Invalid("number_lost_digits", "employee_number")
    read = read_employee_number(written, on=today())
    if not read.valid:
        raise Invalid("employee_number_impossible", "employee_number", problems=[problem.code for problem in read.problems])
    told = EmploymentKind.PNS if read.kind == EmployeeNumberKind.PNS else EmploymentKind.PPPK
    kind = said or told
    if (kind == EmploymentKind.PNS) != (told == EmploymentKind.PNS):
        raise Invalid("employee_number_other_kind", "kind", kind=kind)
    return strip_employee_number(written), kind


def _read_kind(written: str) -> EmploymentKind | None:
    if not written:
        return None
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
