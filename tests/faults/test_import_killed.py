"""A process that dies while it imports a file has taken in all of it or nothing, and the same file again finishes the work."""

import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlmodel import col, func, select

from models.past_ideas import PastIdea
from models.people import Person
from models.units import Unit
from tests.building import Town
from tests.faults.commands import GAGAS, Commands
from workflows.region.import_people import AT_ONCE

PEOPLE, UNITS, PAST = 2 * AT_ONCE + 1_000, 1_500, 600  # people come in three parts of a file, all in one transaction
IMPORT = """
import sys
from pathlib import Path
from models.database import database
from workflows.process.actors import flow_actor
from workflows.intake.import_past import NamedFile, import_past
from workflows.region.import_people import import_people
from workflows.region.import_units import import_units

kind, file, *named = sys.argv[1:]
content, more = Path(file).read_bytes(), [NamedFile(Path(file).name, named[1])] if named else []
with database().unit_of_work() as session:
    print("begun", flush=True)
    write = {"people": import_people, "units": import_units, "past-ideas": import_past}[kind]
    write(session, content, *more, actor=flow_actor("import"))
"""


@pytest.mark.slow
@pytest.mark.timeout(2_400)
@pytest.mark.parametrize("kind", ["people", "units", "past-ideas"])
def test_whenever_an_import_is_killed_all_of_the_file_is_there_or_nothing(
    either_town: Town, commands: Commands, tmp_path: Path, share: Callable[[int], int], kind: str
) -> None:
    town, luck, taken = either_town, Random(13), list[bool]()
    lasts = time_whole(town, commands, kind, write(tmp_path, kind, 0))
    for number in range(1, share(20) + 1):
        process = commands.start(IMPORT, kind, write(tmp_path, kind, number), *author(town, kind))
        process.await_begin()
        time.sleep(lasts * luck.uniform(0.0, 1.0))
        process.kill()
        there = count(town, kind, number)
        assert there in (0, SIZES[kind]), f"{there} of {SIZES[kind]} {kind} are there after kill {number}"
        taken.append(there > 0)
    print(f"{taken.count(True)} of {len(taken)} killed imports had ended before")
    assert not all(taken), "no kill came early enough"
    for number in range(1, len(taken) + 1):
        ended, said = commands.run(GAGAS, "import", kind, write(tmp_path, kind, number), *author(town, kind))
        assert (ended, count(town, kind, number)) == (0, SIZES[kind]), said
    ended, said = commands.run(GAGAS, "ledger", "verify")
    assert ended == 0, said


def write(folder: Path, kind: str, batch: int) -> Path:
    """A file of people, units or ideas whom no other batch holds."""
    rows = {"people": people_of, "units": units_of, "past-ideas": past_of}
    file = folder / f"{batch}.csv"
    file.write_text("\n".join(rows[kind](batch)), "utf-8")
    return file


def people_of(batch: int) -> list[str]:
    born = [date(1965, 1, 1) + timedelta(days=place) for place in range(PEOPLE)]
    return ["NIP;Nama;Unit Kerja", *(f"{day:%Y%m%d}2020031{batch + 1:03};Warga {batch};ANDIR" for day in born)]


def units_of(batch: int) -> list[str]:
    return ["Kode;Nama;Induk", *(f"U{batch}-{place};Satuan {batch};KOTA" for place in range(UNITS))]


def past_of(batch: int) -> list[str]:
    said = "Warga memilah sampah dalam karung yang diambil petugas setiap pekan."
    return [
        "Unit Kerja;Judul;Ringkasan;Tanggal Terima;Hasil",
        *(f"ANDIR;Karung {batch} baris {place};{said};2024-03-05;Ditolak" for place in range(PAST)),
    ]


SIZES = {"people": PEOPLE, "units": UNITS, "past-ideas": PAST}


def author(town: Town, kind: str) -> tuple[str, ...]:
    """Who answers for a file, as an option of the command, where it has to be said."""
    return ("--author", town["operator"].number) if kind == "past-ideas" else ()


def count(town: Town, kind: str, batch: int) -> int:
    of_people = select(func.count(col(Person.id))).where(Person.name == f"Warga {batch}")
    of_units = select(func.count(col(Unit.id))).where(Unit.name == f"Satuan {batch}")
    of_past = select(func.count(col(PastIdea.id))).where(col(PastIdea.title).startswith(f"Karung {batch} "))
    return int(town.rows({"people": of_people, "units": of_units, "past-ideas": of_past}[kind])[0])


def time_whole(town: Town, commands: Commands, kind: str, file: Path) -> float:
    """How long an import takes, from the begin of its transaction to the end of its process."""
    process = commands.start(IMPORT, kind, file, *author(town, kind))
    process.await_begin()
    begun = time.monotonic()
    ended, said = process.wait()
    lasts = time.monotonic() - begun
    assert (ended, count(town, kind, 0)) == (0, SIZES[kind]), said
    return lasts
