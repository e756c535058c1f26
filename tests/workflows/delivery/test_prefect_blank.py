"""The blank database that Prefect's server begins anew with: kept while it is new, copied whole, and never in the way."""

import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from tests.workflows.delivery.prefect_server import PrefectServer, prefect_server
from workflows.delivery.prefect_blank import DRAFT, begin_with_blank, blank_in, keep_blank
from workflows.delivery.prefect_server import FILES, is_sound
from workflows.delivery.prefect_watch import FAILED_STARTS, PrefectWatch
from workflows.delivery.processes import Child, free_port

__all__ = ["prefect_server"]
GARBAGE = b"no database at all " * 500


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Prefect's folder with a database as its migrations leave it, and the blank one kept of it."""
    home = tmp_path / "prefect"
    home.mkdir()
    write(home, "CREATE TABLE flow (id INTEGER PRIMARY KEY, name TEXT)", "CREATE TABLE flow_run (id INTEGER PRIMARY KEY)")
    keep_blank(home / FILES[0])
    return home


def write(home: Path, *statements: str) -> None:
    with closing(sqlite3.connect(home / FILES[0])) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def read(file: Path, question: str = "SELECT name FROM flow") -> list[str]:
    with closing(sqlite3.connect(file)) as connection:
        return [row[0] for row in connection.execute(question)]


def use(home: Path) -> None:
    write(home, "INSERT INTO flow (name) VALUES ('intake')")


def remove(home: Path) -> None:
    for name in FILES:
        (home / name).unlink(missing_ok=True)


def test_a_missing_database_is_begun_with_a_blank_one_that_is_its_owners_alone(home: Path) -> None:
    use(home)
    remove(home)
    begin_with_blank(home)
    assert read(home / FILES[0]) == []
    assert {stat.S_IMODE(file.stat().st_mode) for file in (home / FILES[0], blank_in(home))} == {0o600}
    assert not (home / DRAFT).exists()


def test_a_database_that_is_there_stays(home: Path) -> None:
    use(home)
    begin_with_blank(home)
    assert read(home / FILES[0]) == ["intake"]


def test_one_that_was_used_is_never_kept_as_a_blank_one(home: Path) -> None:
    blank_in(home).unlink()
    use(home)
    keep_blank(home / FILES[0])
    assert [file.name for file in home.glob("blank*")] == []


def test_what_is_kept_is_not_kept_again(home: Path) -> None:
    write(home, "CREATE TABLE later (id INTEGER PRIMARY KEY)")
    keep_blank(home / FILES[0])
    assert "later" not in read(blank_in(home), "SELECT name FROM sqlite_master")


def test_the_log_of_the_one_that_went_is_not_read_into_the_copy(home: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(home / FILES[0])) as connection:  # its end would write the log into the file
        connection.execute("INSERT INTO flow (name) VALUES ('intake')")
        connection.commit()
        kept = tmp_path / "kept"
        kept.mkdir()
        for name in FILES[1:]:
            shutil.copyfile(home / name, kept / name)
    remove(home)
    shutil.copytree(kept, home, dirs_exist_ok=True)
    assert (home / FILES[1]).stat().st_size > 0
    begin_with_blank(home)
    assert read(home / FILES[0]) == []
    assert is_sound(home / FILES[0])


@pytest.mark.parametrize("end", [100, 5_000], ids=["cut off soon", "cut off late"])
def test_a_damaged_blank_one_is_thrown_away_and_the_migrations_run(home: Path, end: int) -> None:
    remove(home)
    blank_in(home).write_bytes(blank_in(home).read_bytes()[:end])
    begin_with_blank(home)
    assert list(home.glob("*.db")) == []


def test_garbage_and_a_folder_in_its_place_are_in_nobodys_way(home: Path) -> None:
    remove(home)
    blank_in(home).write_bytes(GARBAGE)
    begin_with_blank(home)
    assert list(home.glob("*.db")) == []
    blank_in(home).mkdir()
    begin_with_blank(home)
    assert not (home / FILES[0]).exists()


def test_one_of_another_release_is_not_begun_with_and_goes_when_one_of_this_is_kept(home: Path) -> None:
    other = blank_in(home).rename(home / "blank-3.0.0.db")
    database = (home / FILES[0]).rename(home / "aside")
    begin_with_blank(home)
    assert not (home / FILES[0]).exists()
    keep_blank(database.rename(home / FILES[0]))
    assert not other.exists()
    assert blank_in(home).exists()


def test_a_damaged_database_is_followed_by_a_blank_one_and_one_that_never_serves_by_none(home: Path) -> None:
    watching = PrefectWatch(home.parent, f"http://127.0.0.1:{free_port('127.0.0.1')}/api", Child("Prefect", []), print)
    use(home)
    (home / FILES[0]).write_bytes(GARBAGE)
    watching.prepare_start()
    assert read(home / FILES[0]) == []
    for _ in range(FAILED_STARTS):
        watching.prepare_start()
    assert not (home / FILES[0]).exists(), "the copy with which the server never came up is set aside"
    assert not blank_in(home).exists(), "and what it was copied from is not tried again"


@pytest.mark.server
@pytest.mark.xdist_group("prefect")
@pytest.mark.timeout(600)
def test_a_real_server_keeps_what_its_migrations_made_before_anybody_asks_for_anything(prefect_server: PrefectServer) -> None:
    home = prefect_server.folder / "prefect"
    revision = "SELECT version_num FROM alembic_version"
    assert read(blank_in(home), revision) == read(home / FILES[0], revision)
    assert read(blank_in(home)) == []
    assert is_sound(blank_in(home))
