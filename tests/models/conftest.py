"""The town that these tests live in, and databases of older revisions, brought to the newest."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from models.database import Database, database
from models.migrations import migrate
from tests.building import Town, client, either_town, shelf, town
from tests.databases import Pattern
from tests.models.older.loading import KEPT_AT, Rows, load_older, read_kept_rows
from tests.workflows.turns import Clock, clock

__all__ = ["Older", "client", "clock", "either_town", "older", "older_patterns", "shelf", "town"]

REVISIONS = ("0001", "0002")


@dataclass(frozen=True)
class Older:
    """A migrated database, its town, what it held before, and the clock that stands where it stood then."""

    town: Town
    rows: Rows
    clock: Clock

    @property
    def store(self) -> Database:
        """The database."""
        return self.town.store


@pytest.fixture(scope="session")
def older_patterns(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pattern]:
    """A database of each older revision with work in flight, migrated to the newest."""

    def age(revision: str) -> Pattern:
        def fill(store: Database) -> None:
            load_older(store, revision)
            migrate(store)

        return Pattern(tmp_path_factory.mktemp(f"from-{revision}"), fill)

    return {revision: age(revision) for revision in REVISIONS}


@pytest.fixture
def migrated(migrated_url: str) -> Iterator[Database]:
    """A copy of a database that was migrated while it was empty."""
    made = Database(migrated_url)
    yield made
    made.close()


@pytest.fixture(params=REVISIONS)
def older(
    request: pytest.FixtureRequest, own_database: Callable[[Pattern], str], older_patterns: dict[str, Pattern], clock: Clock
) -> Iterator[Older]:
    """A database of an older revision with work in flight, migrated, on SQLite and on PostgreSQL, as this process' own."""
    clock.set(KEPT_AT)
    own_database(older_patterns[request.param])
    yield Older(Town(database()), read_kept_rows(), clock)
    database().close()
