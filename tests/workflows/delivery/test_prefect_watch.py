"""Prefect's server under watch: what is taken for damage, what is set aside and kept, and when it is ended or started again."""

import socket
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from workflows.delivery import prefect_watch
from workflows.delivery.prefect_server import is_damaged, move_damaged, password_file, prefect_environment, read_password, renew_password
from workflows.delivery.prefect_watch import FAILED_STARTS, PrefectWatch
from workflows.delivery.processes import Child, free_port

HANG_SECONDS = 60
GARBAGE = b"no database at all " * 500


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database as Prefect leaves it, in its folder."""
    (tmp_path / "prefect").mkdir()
    file = tmp_path / "prefect" / "prefect.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE flow (id INTEGER PRIMARY KEY, name TEXT)")
        connection.executemany("INSERT INTO flow (name) VALUES (?)", [("intake" * 100,)] * 200)
        connection.commit()
    return file


@pytest.fixture
def server() -> Iterator[Child]:
    """A process that lives and answers nothing."""
    child = Child("Prefect", [sys.executable, "-c", "import time; time.sleep(600)"])
    child.process = subprocess.Popen(child.command)
    yield child
    child.kill()
    child.process.wait(HANG_SECONDS)


def watch(folder: Path, server: Child, told: list[str], port: int = 0) -> PrefectWatch:
    return PrefectWatch(folder, f"http://127.0.0.1:{port or free_port('127.0.0.1')}/api", server, told.append)


def test_a_database_that_sqlite_reads_is_well_and_so_is_one_that_is_missing_or_in_use(tmp_path: Path, file: Path) -> None:
    assert not is_damaged(tmp_path)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert not is_damaged(tmp_path)
    file.unlink()
    assert not is_damaged(tmp_path)
    assert not is_damaged(tmp_path / "never served")


def damage_all(file: Path) -> None:
    file.write_bytes(GARBAGE)


def damage_the_middle(file: Path) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole[:8192] + b"\xff" * 8192 + whole[16384:])


def cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:9000])


def put_a_folder_in_its_place(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize("harm", [damage_all, damage_the_middle, cut_short, put_a_folder_in_its_place])
def test_a_damaged_database_is_set_aside_and_kept_before_the_server_starts(tmp_path: Path, file: Path, server: Child, harm: object) -> None:
    harm(file)  # type: ignore[operator]
    left = file.read_bytes() if file.is_file() else None
    told: list[str] = []
    watch(tmp_path, server, told).prepare_start()
    assert not file.exists()
    (kept,) = tmp_path.glob("prefect-damaged-*")
    assert left is None or (kept / "prefect.db").read_bytes() == left
    assert told == [f"Prefect's database is damaged: it lies in {kept} now, and Prefect begins anew"]


def test_a_file_in_place_of_prefects_folder_is_set_aside_too(tmp_path: Path, server: Child) -> None:
    (tmp_path / "prefect").write_bytes(GARBAGE)
    watch(tmp_path, server, []).prepare_start()
    assert (tmp_path / "prefect").is_dir()


def test_two_damaged_databases_are_both_kept(tmp_path: Path, file: Path) -> None:
    first = move_damaged(tmp_path)
    file.write_bytes(GARBAGE)
    second = move_damaged(tmp_path)
    assert {(kept / "prefect.db").exists() for kept in (first, second)} == {True}
    assert first != second


def test_a_database_with_which_the_server_never_comes_up_is_set_aside_once(tmp_path: Path, file: Path, server: Child) -> None:
    """SQLite reads it, yet Prefect does not: tables of another release, or half of a migration."""
    told: list[str] = []
    watching = watch(tmp_path, server, told)
    for _ in range(FAILED_STARTS):
        watching.prepare_start()
        assert file.exists()
    watching.prepare_start()
    assert not file.exists()
    file.write_bytes(b"")
    for _ in range(FAILED_STARTS * 2):
        watching.prepare_start()
    assert len(list(tmp_path.glob("prefect-damaged-*"))) == 1, "a fault that lies elsewhere does not fill the disk"


def test_where_somebody_else_listens_on_its_port_the_database_is_not_to_blame(tmp_path: Path, file: Path, server: Child) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        watching = watch(tmp_path, server, [], taken.getsockname()[1])
        for _ in range(FAILED_STARTS * 2):
            watching.prepare_start()
    assert file.exists()


def test_a_server_that_lives_and_answers_nothing_is_ended(
    tmp_path: Path, file: Path, server: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prefect_watch, "LOOK_SECONDS", 0.01)
    told: list[str] = []
    watching = watch(tmp_path, server, told)
    watching.start()
    until = time.monotonic() + HANG_SECONDS
    while not server.has_ended and time.monotonic() < until:
        time.sleep(0.05)
    watching.stop()
    assert server.has_ended
    assert told == ["Prefect answers no question; ending it, so that it starts again"]


def test_the_pause_before_a_start_grows_to_its_longest_and_a_long_life_ends_that() -> None:
    child = Child("Prefect", [], longest_pause=15.0)
    child.began = time.monotonic()
    assert [child.put_off() for _ in range(9)] == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 15.0, 15.0]
    child.began = time.monotonic() - 3_600
    assert child.put_off() == 0.2


def test_the_password_is_its_owners_alone_and_another_at_each_start(tmp_path: Path) -> None:
    first = read_password(tmp_path)
    assert len(first) > 40
    assert read_password(tmp_path) == first
    assert stat.S_IMODE(password_file(tmp_path).stat().st_mode) == 0o600
    told = prefect_environment(tmp_path)
    assert told["PREFECT_SERVER_API_AUTH_STRING"] == told["PREFECT_API_AUTH_STRING"] == f"gagas:{first}"
    assert told["PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS"] == ""
    renew_password(tmp_path)
    assert read_password(tmp_path) not in ("", first)
