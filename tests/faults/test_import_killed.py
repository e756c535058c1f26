"""A process that dies while it imports a file has taken in all of it or nothing, and the same file again finishes the work."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlmodel import col, func, select

from models.people import Person
from tests.building import Town
from tests.serving import ROOT

PEOPLE = 1_000
GAGAS = "from api.cli.main import app; app()"


@pytest.mark.slow
@pytest.mark.timeout(1_200)
def test_whenever_an_import_is_killed_all_of_the_file_is_there_or_nothing(
    either_town: Town, tmp_path: Path, share: Callable[[int], int]
) -> None:
    lasts, luck, taken = time_whole(either_town, write(tmp_path, 0)), Random(13), []
    for number in range(1, share(20) + 1):
        file = write(tmp_path, number)
        process = start(either_town, "import", "people", str(file))
        time.sleep(lasts * luck.uniform(0.3, 1.0))
        process.kill()
        process.wait()
        there = count(either_town, number)
        assert there in (0, PEOPLE), f"{there} of {PEOPLE} people are there after kill {number}"
        taken.append(there)
    print(f"{taken.count(PEOPLE)} of {len(taken)} killed imports had ended before")
    assert taken.count(0) > 0, "no kill came early enough"
    for number in range(1, len(taken) + 1):
        assert start(either_town, "import", "people", str(write(tmp_path, number))).wait() == 0
        assert count(either_town, number) == PEOPLE
    assert start(either_town, "ledger", "verify").wait() == 0


def write(folder: Path, batch: int) -> Path:
    """A file of people whom no other batch holds."""
    file = folder / f"{batch}.csv"
    born = [date(1970, 1, 1) + timedelta(days=place) for place in range(PEOPLE)]
    rows = [f"{day:%Y%m%d}2020031{batch + 1:03};Warga {batch};ANDIR" for day in born]
    file.write_text("\n".join(["NIP;Nama;Unit Kerja", *rows]), "utf-8")
    return file


def time_whole(town: Town, file: Path) -> float:
    begun = time.monotonic()
    assert start(town, "import", "people", str(file)).wait() == 0
    return time.monotonic() - begun


def start(town: Town, *words: str) -> subprocess.Popen[bytes]:
    """The command in a process of its own, on the town's database."""
    known = {**os.environ, "PYTHONPATH": str(ROOT), "GAGAS_DATABASE_URL": town.store.url.render_as_string(hide_password=False)}
    return subprocess.Popen(
        [sys.executable, "-c", GAGAS, *words], cwd=ROOT, env=known, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def count(town: Town, batch: int) -> int:
    return int(town.rows(select(func.count(col(Person.id))).where(Person.name == f"Warga {batch}"))[0])
