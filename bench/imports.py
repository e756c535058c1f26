"""`imports`: a city's people from the HR office's spreadsheet, against one executemany of the same rows; the same file again; and memory.

The city has the 226 units of Kota Bandung. Memory is that of `gagas import people` in a process of its own, for the most people there are.
"""

import io
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import BinaryIO

from sqlmodel import func, select
from xlsxwriter import Workbook  # type: ignore[import-untyped, unused-ignore]

from bench.lines import Line, median
from bench.stand import Stand, surroundings
from bench.village import ADMINS, settle_city
from models.database import Database, append_rows
from models.ids import new_id
from models.instants import today
from models.people import EmployeeNumber, EmploymentKind, Person
from workflows.process.actors import flow_actor
from workflows.region.import_people import import_people

HEADS = ("NIP", "Nama", "Gelar Belakang", "Gol", "Pangkat", "Jabatan", "Kode Unit", "Surel")
FIRST, AGAIN = 10, 3
MEBIBYTES = 300
BIRTHDAYS, SERIALS = 9_000, 900
IMPORT = """
from pathlib import Path
from api.cli.main import app
try:
    app()
finally:  # the most that this process ever held
    print(next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")))
"""


def measure(stand: Stand) -> list[Line]:
    """Both databases; each kind of import against the floor of the same round, and what the largest one holds in memory."""
    lines = []
    for kind, _few, many in stand.open_pairs():
        spent: dict[str, list[float]] = {"floor": [], "first": [], "again": []}
        units = settle_city(many)
        for number in range(stand.size.rounds):
            stand.say(f"{kind}, round {number + 1}")
            for what, seconds in _measure_round(stand, kind, number):
                spent[what].append(seconds)
        floor = median(spent["floor"])
        for what, name, most in (("first", "new", FIRST), ("again", "unchanged", AGAIN)):
            caption = f"{stand.size.people:,} people in {len(units)} units, all {name}, {kind}"
            lines.append(Line("imports", caption, median(spent[what]), floor, "s", most, most=True, against="one executemany"))
        stand.say(f"{kind}: {stand.size.directory:,} people")
        held = _measure_memory(stand, many, sorted(units))
        lines.append(
            Line("imports", f"memory for {stand.size.directory:,} people, {kind}", held, MEBIBYTES, "MiB", 1, True, against="limit")
        )
        stand.numbers[kind] = {**spent, "mebibytes": held}
    return lines


def _measure_round(stand: Stand, kind: str, number: int) -> Iterator[tuple[str, float]]:
    def open_city(name: str) -> Database | None:
        return stand.open_sqlite(f"{name}{number}") if kind == "SQLite" else stand.open_postgres()

    plain, ours = open_city("plain"), open_city("ours")
    if plain is None or ours is None:
        return
    units = settle_city(plain)
    settle_city(ours)
    rows, book = list(_write_rows(stand.size.people, sorted(units))), io.BytesIO()
    _write_book(book, rows)
    yield "floor", _time(lambda: _insert_plainly(plain, rows, units))
    for what in ("first", "again"):
        yield what, _time(lambda: _import(ours, book.getvalue()))


def _measure_memory(stand: Stand, store: Database, codes: list[str]) -> float:
    """The most MiB that the command ever held while it looked through a file of new people and then took all of them in."""
    file = stand.folder / f"people-{store.url.get_backend_name()}.xlsx"
    with file.open("wb") as opened:
        _write_book(opened, _write_rows(stand.size.directory, codes))
    command = ["-c", IMPORT, "import", "people", str(file)]
    process = stand.start(command, surroundings(stand.folder, store), stdout=subprocess.PIPE)
    told, _ = process.communicate()
    with store.reading() as session:
        taken = session.exec(select(func.count()).select_from(Person)).one() - len(ADMINS)
    if process.returncode or taken != stand.size.directory:
        raise RuntimeError(f"{taken:,} people were taken in, and the import ended with {process.returncode}: {told}")
    return int(told.split("VmHWM:")[1].split()[0]) / 1_024


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


def _write_book(file: BinaryIO, rows: Iterable[tuple[str, ...]]) -> None:
    with Workbook(file, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADS)
        for number, row in enumerate(rows, 1):
            sheet.write_row(number, 0, row)


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
