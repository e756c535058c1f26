"""`imports`: a region's people from a spreadsheet of the HR office, against one executemany of the same rows; and the same file again."""

import io
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from sqlmodel import select
from xlsxwriter import Workbook  # type: ignore[import-untyped, unused-ignore]

from bench.lines import Line, median
from bench.stand import Stand
from bench.village import settle
from models.database import Database, append_rows
from models.ids import new_id
from models.instants import today
from models.people import EmployeeNumber, EmploymentKind, Person
from models.units import Unit
from workflows.process.actors import flow_actor
from workflows.region.import_people import import_people

HEADS = ("NIP", "Nama", "Gelar Belakang", "Gol", "Pangkat", "Jabatan", "Kode Unit", "Surel")
FIRST, AGAIN = 10, 3
BIRTHDAYS, SERIALS = 9_000, 900


def measure(stand: Stand) -> list[Line]:
    """Both databases; each kind of import against the floor of the same round."""
    lines = []
    for kind, _few, _many in stand.open_pairs():
        spent: dict[str, list[float]] = {"floor": [], "first": [], "again": []}
        for number in range(stand.size.rounds):
            stand.say(f"{kind}, round {number + 1}")
            for what, seconds in _measure_round(stand, kind, number):
                spent[what].append(seconds)
        stand.numbers[kind] = spent
        floor = median(spent["floor"])
        for what, name, most in (("first", "new", FIRST), ("again", "unchanged", AGAIN)):
            caption = f"{stand.size.people:,} people of a spreadsheet, all {name}, {kind}"
            lines.append(Line("imports", caption, median(spent[what]), floor, "s", most, most=True, against="one executemany"))
    return lines


def _measure_round(stand: Stand, kind: str, number: int) -> Iterator[tuple[str, float]]:
    def open_town(name: str) -> Database | None:
        return stand.open_sqlite(f"{name}{number}") if kind == "SQLite" else stand.open_postgres()

    plain, ours = open_town("plain"), open_town("ours")
    if plain is None or ours is None:
        return
    settle(plain)
    settle(ours)
    with plain.reading() as session:
        units = {unit.code: unit.id for unit in session.exec(select(Unit))}
    rows = list(_write_rows(stand.size.people, sorted(units)))
    book = _write_book(rows)
    yield "floor", _time(lambda: _insert_plainly(plain, rows, units))
    for what in ("first", "again"):
        yield what, _time(lambda: _import(ours, book))


def _write_rows(people: int, codes: list[str]) -> Iterator[tuple[str, ...]]:
    for place in range(people):
        born = date(1970, 1, 1) + timedelta(days=place // 2 % BIRTHDAYS)
        number = f"{born:%Y%m%d}202003{1 + place % 2}{place // (2 * BIRTHDAYS) % SERIALS + 1:03}"
        unit = codes[place % len(codes)]
        yield (
            number,
            f"Warga Contoh {place}",
            "S.E.",
            "III/a",
            "Penata Muda",
            "Analis Kebijakan Ahli Muda",
            unit,
            f"w{place}@contoh.example",
        )


def _write_book(rows: list[tuple[str, ...]]) -> bytes:
    file = io.BytesIO()
    with Workbook(file, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([HEADS, *rows]):
            sheet.write_row(number, 0, row)
    return file.getvalue()


def _insert_plainly(store: Database, rows: list[tuple[str, ...]], units: dict[str, str]) -> None:
    """The floor: both tables' rows as they will stand, one executemany each."""
    people, numbers = [], []
    for number, name, title, grade, rank, position, unit, email in rows:
        person = {"id": new_id(), "front_title": "", "name": name, "back_title": title, "unit_id": units[unit], "kind": EmploymentKind.PNS}
        people.append({**person, "grade": grade, "rank_name": rank, "position": position, "email": email})
        numbers.append({"id": new_id(), "person_id": person["id"], "number": number, "valid_from": today(), "valid_until": None})
    with store.unit_of_work() as session:
        append_rows(session, Person, people)
        append_rows(session, EmployeeNumber, numbers)


def _import(store: Database, book: bytes) -> None:
    with store.unit_of_work() as session:
        import_people(session, book, actor=flow_actor("import"))


def _time(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
