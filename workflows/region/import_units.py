"""Import a region's units from a file: register what is new, rename, and move units with everything below them; all of a file, or nothing.

A unit is known by its code. One that stands in no row stays as it is. Units may come in any order, their parents in the same file or known
before.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session, select

from models.database import is_among
from models.ids import new_id
from models.people import NoticeKind, Role, RoleGrant, is_held
from models.statements.directory import move_paths
from models.units import Unit
from workflows.process.actors import Actor
from workflows.process.journal import record, record_each
from workflows.process.refusals import Conflict, Faults, Invalid
from workflows.process.wording import read_line
from workflows.region.import_report import Advance, ImportReport, RowFault, tell_fault
from workflows.region.notices import send_notices
from workflows.region.sheets import compare_head, list_formulas, open_sheet

HEADS = {
    "code": ("Kode", "Kode Unit", "Kode Unor", "Kode OPD"),
    "name": ("Nama", "Nama Unit", "Nama Unor", "Unit Kerja", "Perangkat Daerah"),
    "kind": ("Jenis", "Jenis Unit", "Kind"),
    "parent_code": ("Induk", "Kode Induk", "Kode Atasan", "Unit Induk", "Kode Unor Atasan"),
}
REQUIRED = (("code",), ("name",))
KINDS = {
    "pemerintahkota": "city",
    "kota": "city",
    "pemerintahkabupaten": "regency",
    "kabupaten": "regency",
    "sekretariat": "secretariat",
    "sekretariatdprd": "council_secretariat",
    "inspektorat": "inspectorate",
    "satuan": "public_order_unit",
    "satpolpp": "public_order_unit",
    "dinas": "office",
    "badan": "agency",
    "bagian": "section",
    "kecamatan": "district",
    "kelurahan": "urban_village",
    "desa": "village",
    "puskesmas": "health_centre",
    "rumahsakit": "hospital",
    "sekolah": "school",
    "upt": "technical_unit",
}
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*", re.ASCII)
KIND = re.compile(r"[a-z_]{1,40}", re.ASCII)


@dataclass(frozen=True)
class UnitRow:
    """A unit as a row describes it; nothing for what the row does not say."""

    row: int
    code: str
    name: str
    kind: str | None
    parent_code: str | None


def check_units(session: Session, content: bytes, *, actor: Actor, advance: Advance = lambda rows: None) -> ImportReport:
    """What a file would change, and all that is wrong with it; nothing is written. Whoever may import may look.

    Raises Invalid for what is no table of units.
    """
    _require_importer(actor)
    done, _tree, _rows = _plan(session, content, actor)
    advance(done.rows)
    return done


def import_units(session: Session, content: bytes, *, actor: Actor, advance: Advance = lambda rows: None) -> ImportReport:
    """Register, rename and move the units of a file; an admin over them may, and a flow for whoever runs the server.

    Each is a fact, and so is the file, by its SHA-256. What waits for an office goes with its unit. Raises Conflict `import_refused` with
    the number of faults where there is any: its transaction ends without a change, and `check_units` tells them.
    """
    _require_importer(actor)
    session.exec(select(Unit).with_for_update()).all()  # the tree is compared and moved as one
    done, tree, rows = _plan(session, content, actor)
    if done.wrong:
        raise Conflict("import_refused", "file", count=done.wrong)
    if done.counts:
        _write(session, tree, rows, actor)
        record(session, "region.import_units", hashlib.sha256(content).hexdigest(), actor=actor, counts=done.counts)
    advance(done.rows)
    return done


def _require_importer(actor: Actor) -> None:
    if not actor.flow:
        actor.require(Role.ADMIN)


class _Tree:
    """The units as they are and as they will be, by code."""

    def __init__(self, units: list[Unit]) -> None:
        self.known = {unit.code.casefold(): unit for unit in units}
        self.codes = {unit.id: unit.code.casefold() for unit in units}
        self.parents = {code: self.codes.get(unit.parent_id or "") for code, unit in self.known.items()}
        self.ids = {code: unit.id for code, unit in self.known.items()}

    def add(self, row: UnitRow) -> None:
        """Let a row say where its unit hangs."""
        code = row.code.casefold()
        self.ids.setdefault(code, new_id())
        if row.parent_code is not None or code not in self.parents:
            self.parents[code] = row.parent_code.casefold() if row.parent_code else None

    def path(self, code: str) -> str:
        """The ids from the root down; nothing for a unit that hangs in a circle or from nothing."""
        ids, seen, at = list[str](), set[str](), code
        while at not in seen and at in self.parents:
            seen.add(at)
            ids.append(self.ids[at])
            above = self.parents[at]
            if above is None:
                return "".join(f"{unit_id}/" for unit_id in reversed(ids))
            at = above
        return ""


def _plan(session: Session, content: bytes, actor: Actor) -> tuple[ImportReport, _Tree, list[UnitRow]]:
    done, rows, seen = ImportReport(), list[UnitRow](), dict[str, int]()
    tree = _Tree(list(session.exec(select(Unit))))
    for number, cells in open_sheet(content, HEADS, REQUIRED).rows:
        done.rows += 1
        row = _read(number, cells, done)
        if row is not None and row.code.casefold() in seen:
            done.add_fault(RowFault(number, "code", "unit_row_twice", {"row": seen[row.code.casefold()]}))
        elif row is not None:
            seen[row.code.casefold()] = number
            rows.append(row)
            tree.add(row)
    for row in rows:
        fault = _find_fault(tree, row, actor)
        if fault is not None:
            done.add_fault(tell_fault(row.row, fault))
        else:
            _count(tree, row, done)
    return done, tree, rows


def _read(number: int, cells: Mapping[str, str], done: ImportReport) -> UnitRow | None:
    faults, code, name, kind = Faults(list_formulas(cells)), "", "", None
    with faults.gather():
        code = read_line("code", cells.get("code", ""), maximum=60)
    if code and not CODE.fullmatch(code):
        faults.found.append(Invalid("unit_code_impossible", "code", given=code[:60]))
    with faults.gather():
        name = read_line("name", cells.get("name", ""), maximum=200)
    if "kind" in cells:
        kind = KINDS.get(compare_head(cells["kind"]), cells["kind"])
        if not KIND.fullmatch(kind):
            faults.found.append(Invalid("unit_kind_unknown", "kind", given=kind[:40]))
    for fault in faults.found:
        done.add_fault(tell_fault(number, fault))
    return None if faults.found else UnitRow(number, code, name, kind, cells.get("parent_code"))


def _find_fault(tree: _Tree, row: UnitRow, actor: Actor) -> Invalid | None:
    """What is wrong with where a row's unit hangs, or that the actor may not change it so; who changes nothing needs no reach."""
    code = row.code.casefold()
    parent, unit, path = tree.parents[code], tree.known.get(code), tree.path(code)
    fault: Invalid | None = None
    if parent is None and (unit is None or unit.parent_id is not None):
        fault = Invalid("unit_without_parent", "parent_code")
    elif parent is not None and parent not in tree.parents:
        fault = Invalid("unit_unknown", "parent_code", given=(row.parent_code or "")[:60])
    elif not path or (unit is not None and unit.parent_id is None and parent is not None):
        fault = Invalid("unit_in_a_circle", "parent_code")
    elif not actor.flow and (unit is None or _moves(tree, row) or _differs(unit, row)):
        above = [tree.path(parent)] if parent else [path]
        reached = [*above, *([unit.path] if unit is not None else [])]
        if not all(actor.holds(Role.ADMIN, each) for each in reached):
            fault = Invalid("import_beyond_reach", "code")
    return fault


def _count(tree: _Tree, row: UnitRow, done: ImportReport) -> None:
    unit = tree.known.get(row.code.casefold())
    if unit is None:
        done.registered += 1
        return
    moves, changes = _moves(tree, row), _differs(unit, row)
    done.moved += moves
    done.changed += changes
    done.unchanged += not (moves or changes)


def _moves(tree: _Tree, row: UnitRow) -> bool:
    code = row.code.casefold()
    return tree.codes.get(tree.known[code].parent_id or "") != tree.parents[code]


def _differs(unit: Unit, row: UnitRow) -> bool:
    return (unit.name, unit.kind) != (row.name, row.kind or unit.kind)


def _write(session: Session, tree: _Tree, rows: list[UnitRow], actor: Actor) -> None:
    """New units from the top down, then names and kinds, then every path that is another now; whose role goes with it is told."""
    paths = {code: tree.path(code) for code in tree.parents}
    new = sorted((row for row in rows if row.code.casefold() not in tree.known), key=lambda row: paths[row.code.casefold()].count("/"))
    registered, renamed, moved = dict[str, dict[str, str]](), dict[str, dict[str, str]](), dict[str, dict[str, str]]()
    for row in new:
        code = row.code.casefold()
        unit_id, parent_id = tree.ids[code], tree.ids[str(tree.parents[code])]
        session.add(Unit(id=unit_id, code=row.code, name=row.name, kind=row.kind or "unit", parent_id=parent_id, path=paths[code]))
        registered[unit_id] = {"code": row.code, "parent": parent_id}
    for row in rows:
        unit = tree.known.get(row.code.casefold())
        if unit is not None and _differs(unit, row):
            unit.name, unit.kind = row.name, row.kind or unit.kind
            renamed[unit.id] = {"code": unit.code}
    for code, unit in tree.known.items():
        parent = tree.parents[code]
        if tree.codes.get(unit.parent_id or "") != parent:
            moved[unit.id] = {"unit": unit.id, "previous": str(unit.parent_id), "parent": tree.ids[str(parent)]}
            unit.parent_id = tree.ids[str(parent)]
    session.flush()
    rerouted = {unit.id: (unit.path, paths[code]) for code, unit in tree.known.items() if unit.path != paths[code]}
    move_paths(session, dict(rerouted.values()))
    over = select(RoleGrant.person_id).where(is_among(session, RoleGrant.unit_id, rerouted), is_held()).distinct()
    send_notices(session, session.exec(over).all(), NoticeKind.UNIT_MOVED)
    for kind, facts in (("unit.register", registered), ("unit.change", renamed), ("unit.move", moved)):
        record_each(session, kind, facts, actor=actor)
