"""Import people from a file of the HR office: register who is new, move and change who is known; all of a file, or nothing.

Whoever stands in no row stays as they are: nobody retires by being left out. A file that was imported changes nothing the second time.
Nobody gets a code or a password by it, and no mail address that a person has is replaced: both would hand an account to somebody else.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import islice
from typing import Any

from sqlmodel import Session, select

from models.database import append_rows
from models.ids import new_id
from models.instants import now, today
from models.people import EmployeeNumber, NoticeKind, Person, SignInName
from models.posts import PostCause
from models.statements.directory import DETAILS, change_people, list_by_number, list_by_sign_in_name, list_present_posts
from models.units import Unit
from workflows.process.actors import Actor
from workflows.process.journal import record, record_each
from workflows.process.refusals import Conflict
from workflows.region.import_reach import ImportReach, RowChange, require_importer
from workflows.region.import_report import Advance, ImportReport, RowFault, tell_fault
from workflows.region.name_words import index_names
from workflows.region.notices import send_notices
from workflows.region.people_columns import HEADS, KEYS, REQUIRED, PersonRow, UnitFinder, find_key, read_person_row, says_same
from workflows.region.posts import MOST_DAYS_BACK, PostEntry, begin_dated_posts, begin_first_posts, begin_posts
from workflows.region.sheets import open_sheet
from workflows.region.sign_in_names import is_sign_in_name_held, liken

AT_ONCE = 2_000  # rows looked up and written together


Row = tuple[int, dict[str, str]]
Key = tuple[str, str]  # a column and what stands there
Seen = dict[Key, int]  # in which row


def check_people(session: Session, content: bytes, *, actor: Actor, advance: Advance = lambda rows: None) -> ImportReport:
    """What a file would change, and all that is wrong with it; nothing is written. Whoever may import may look.

    Raises Invalid for what is no table of people.
    """
    require_importer(actor)
    return _go_through(session, content, actor, advance, lambda pairs: None)


def import_people(session: Session, content: bytes, *, actor: Actor, advance: Advance = lambda rows: None) -> ImportReport:
    """Register, move and change the people of a file; an operator or admin over their units may, and a flow for whoever runs the server.

    What somebody may not do by hand is a fault of its row (`import_reach.py`).

    Each is a fact, and so is the file, by its SHA-256. Raises Conflict `import_refused` with the number of faults where there is any: its
    transaction ends without a change, and `check_people` tells them.
    """
    require_importer(actor)
    done = _go_through(session, content, actor, advance, lambda pairs: _write(session, pairs, actor))
    if done.wrong:
        raise Conflict("import_refused", "file", count=done.wrong)
    if done.counts:
        record(session, "region.import_people", hashlib.sha256(content).hexdigest(), actor=actor, counts=done.counts)
    return done


def _go_through(
    session: Session, content: bytes, actor: Actor, advance: Advance, write: Callable[[Sequence[RowChange]], None]
) -> ImportReport:
    """Read and compare all rows; `write` gets those that change something, some at once, as long as nothing was wrong."""
    done, seen = ImportReport(), Seen()
    units = session.exec(select(Unit)).all()
    find_unit, reach = UnitFinder({unit.id: (unit.code, unit.name) for unit in units}), ImportReach(units, actor)
    rows = open_sheet(content, HEADS, REQUIRED).rows
    while some := list(islice(rows, AT_ONCE)):
        pairs = list(_allow(session, _pair(session, some, (find_unit, reach), seen, done), reach, done))
        _check_days(session, pairs, done)
        _count(pairs, done)
        if not done.wrong:
            write(pairs)
        done.rows += len(some)
        advance(len(some))
    return done


def _pair(
    session: Session, rows: Sequence[Row], known: tuple[UnitFinder, ImportReach], seen: Seen, done: ImportReport
) -> Iterator[RowChange]:
    """Each row that changes something, with its person, found by number or sign-in name; what is wrong and what is alike is counted."""
    find_unit, reach = known
    keys = [find_key(cells) for _row, cells in rows]
    people = _find_people(session, keys)
    for (number, cells), key in zip(rows, keys, strict=True):
        person, column = people.get(key), key[0]
        if key[1] and key in seen:
            done.add_fault(RowFault(number, column, "row_twice", {"row": seen[key]}))
            continue
        seen[key] = number
        if not reach.knows(person):
            done.add_fault(RowFault(number, column, "import_beyond_reach"))
            continue
        if person is not None and person.ended is None and says_same(cells, person, find_unit):
            done.unchanged += 1
            continue
        read = read_person_row(number, cells, find_unit)
        if isinstance(read, list):
            for fault in read:
                done.add_fault(fault)
        elif person is not None and person.ended is not None:
            done.add_fault(RowFault(number, column, "employee_number_former" if read.proof.number else "sign_in_name_former"))
        elif person is None and not _is_free(session, read.proof.name, seen):
            done.add_fault(RowFault(number, column, "sign_in_name_taken"))
        else:
            pair = RowChange(read, person, _merge(read, person))
            if person is not None and person.retired_on is not None and pair.differs:
                done.add_fault(RowFault(number, column, "person_retired", {"day": person.retired_on.isoformat()}))
            else:
                yield pair


def _find_people(session: Session, keys: Sequence[Key]) -> dict[Key, Any]:
    written = {column: [value for of, value in keys if of == column and value] for column in KEYS}
    found = list_by_number(session, written["employee_number"]), list_by_sign_in_name(session, written["sign_in_name"])
    return {(column, value): person for column, each in zip(KEYS, found, strict=True) for value, person in each.items()}


def _is_free(session: Session, name: str, seen: Seen) -> bool:
    """Whether a new name looks like nobody's, in the file and beside it; no name at all is free."""
    like = ("likeness", liken(name))
    if name and (like in seen or is_sign_in_name_held(session, name)):
        return False
    seen[like] = 0
    return True


def _merge(row: PersonRow, person: Any) -> dict[str, Any]:
    """A person's values after a row: what it says, over what is known; an address stays the person's own."""
    new = {name: getattr(person, name) if person is not None else "" for name in DETAILS}
    new |= {name: said for name, said in row.said.items() if said}
    if person is not None and person.email:
        new["email"] = person.email
    return {**new, "kind": row.kind, "unit_id": row.unit_id}


def _allow(session: Session, pairs: Iterator[RowChange], reach: ImportReach, done: ImportReport) -> Iterator[RowChange]:
    """Those that the actor may import."""
    for pair in pairs:
        faults = [tell_fault(pair.row.row, fault) for fault in reach.list_faults(session, pair)]
        for fault in faults:
            done.add_fault(fault)
        if not faults:
            yield pair


def _check_days(session: Session, pairs: Sequence[RowChange], done: ImportReport) -> None:
    """Tell of posts that would begin before the present ones did, or so long ago that the year must be wrong, as for one by hand."""
    dated = {pair.person.id: pair.row for pair in pairs if pair.changes_post and pair.row.valid_from is not None}
    began = list_present_posts(session, list(dated))
    for of, row in dated.items():
        day, since = row.valid_from or today(), began.get(of)
        if since is not None and day < since:
            done.add_fault(RowFault(row.row, "valid_from", "post_before_last", {"day": since.isoformat()}))
        elif day < today() - timedelta(days=MOST_DAYS_BACK):
            done.add_fault(RowFault(row.row, "valid_from", "post_long_ago", {"maximum": MOST_DAYS_BACK}))


def _by_day(pairs: Mapping[str, RowChange]) -> dict[date, dict[str, RowChange]]:
    """People by the first day of the posts that they begin."""
    days: dict[date, dict[str, RowChange]] = {}
    for of, pair in pairs.items():
        days.setdefault(pair.row.valid_from or today(), {})[of] = pair
    return days


def _count(pairs: Sequence[RowChange], done: ImportReport) -> None:
    for pair in pairs:
        if pair.person is None:
            done.registered += 1
        elif not pair.differs:
            done.unchanged += 1
        else:
            done.moved += "unit_id" in pair.differs
            done.changed += pair.differs != ["unit_id"]


def _write(session: Session, pairs: Sequence[RowChange], actor: Actor) -> None:
    new = {new_id(): pair for pair in pairs if pair.person is None}
    append_rows(session, Person, [{"id": person_id, **pair.new} for person_id, pair in new.items()])
    numbers = [(of, pair.row.proof.number) for of, pair in new.items() if pair.row.proof.number]
    held = {"valid_from": today(), "valid_until": None}
    append_rows(session, EmployeeNumber, [{"id": new_id(), "person_id": of, "number": number, **held} for of, number in numbers])
    names = [(of, pair.row.proof.name) for of, pair in new.items() if pair.row.proof.name]
    given = {"given_at": now(), "ended_at": None}
    append_rows(
        session, SignInName, [{"id": new_id(), "person_id": of, "name": name, "likeness": liken(name), **given} for of, name in names]
    )
    since = {of: pair.row.valid_from for of, pair in new.items() if pair.row.valid_from is not None}
    begin_first_posts(session, new.keys() - since.keys(), PostEntry(PostCause.FILE, today()), actor=actor)
    begin_dated_posts(session, {of: new[of].new for of in since}, since, PostCause.FILE, actor=actor)
    facts = {of: {"unit": pair.new["unit_id"], "employment": pair.new["kind"]} for of, pair in new.items()}
    record_each(session, "person.register", facts, actor=actor)
    known = [pair for pair in pairs if pair.differs]
    change_people(session, {pair.person.id: pair.new for pair in known})
    index_names(session, [*new, *(pair.person.id for pair in known if {*pair.differs} & {"name", "unit_id"})])
    for day, begun in _by_day({pair.person.id: pair for pair in known if pair.changes_post}).items():
        begin_posts(session, {of: pair.new for of, pair in begun.items()}, PostEntry(PostCause.FILE, day), actor=actor)
    others = {pair.person.id: [name for name in pair.differs if name != "unit_id"] for pair in known}
    changed = {person_id: {"fields": names} for person_id, names in others.items() if names}
    record_each(session, "person.change", changed, actor=actor)
    moved = {pair.person.id: pair for pair in known if "unit_id" in pair.differs}
    facts = {of: {"unit": pair.new["unit_id"], "previous": pair.person.unit_id, **_say_since(pair)} for of, pair in moved.items()}
    record_each(session, "person.move", facts, actor=actor)
    send_notices(session, moved, NoticeKind.PERSON_MOVED)
    send_notices(session, changed, NoticeKind.DETAILS_CHANGED)


def _say_since(pair: RowChange) -> dict[str, str]:
    return {"valid_from": pair.row.valid_from.isoformat()} if pair.row.valid_from is not None else {}
