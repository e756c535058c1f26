"""The demo, played once for all journeys of a worker."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.conftest import ALL

ROOT = Path(__file__).parents[2]
HANG = 1_500  # seconds; a demo takes about a hundred on two idle cores


@dataclass(frozen=True)
class Played:
    """A demo's folder, its manifest, its database and what it printed."""

    out: Path
    manifest: dict[str, Any]
    database_url: str
    printed: str

    def connect(self) -> sa.Connection:
        """A connection to its database, for a `with`."""
        return sa.create_engine(self.database_url, poolclass=sa.NullPool).connect()


def gagas(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The program, as a person types it."""
    command = [sys.executable, "-c", "from api.cli.main import app; app()", *words]
    surroundings = {**os.environ, "COLUMNS": "120", **environment}
    return subprocess.run(command, cwd=ROOT, env=surroundings, text=True, capture_output=True, timeout=HANG, check=False)


def play(out: Path, database_url: str, *words: str) -> Played:
    """Play the demo into a folder."""
    environment = {"GAGAS_DATABASE_URL": database_url} if database_url else {}
    done = gagas("demo", "--out", str(out), *words, **environment)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return Played(out, json.loads((out / "manifest.json").read_text()), database_url or f"sqlite:///{out / 'gagas.db'}", done.stdout)


DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)] if ALL else ["sqlite"]


@pytest.fixture(scope="session", params=DATABASES)
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Played:
    """The whole demo; on PostgreSQL too where everything is run (`make test-all`)."""
    out = tmp_path_factory.mktemp("demo") / "demo"
    if request.param == "postgres":
        create: Callable[[], str] = request.getfixturevalue("new_postgres")
        return play(out, create())
    return play(out, "")
