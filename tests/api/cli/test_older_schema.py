"""A process that answers or relays refuses to start on a database of another release, and says what to do.

Somebody upgrades the code and forgets `gagas migrate`, or starts the old code once more: either would write rows that nobody reads.
"""

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.app import create_app
from api.cli.main import app
from models.database import Database
from models.migrations import OtherSchema, migrate, require_newest_schema


@pytest.fixture
def older(database_url: str) -> Database:
    """A database of a release before, once on each kind."""
    store = Database(database_url)
    migrate(store, to="0004")
    return store


@pytest.mark.parametrize("command", ["api", "relay"])
def test_a_process_refuses_an_older_schema_and_names_the_command(older: Database, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    refused = CliRunner().invoke(app, [command])
    assert (refused.exit_code, "gagas migrate" in refused.output) == (1, True)
    older.close()


def test_the_application_itself_refuses_it_however_it_is_started(older: Database) -> None:
    with pytest.raises(OtherSchema, match="older"), TestClient(create_app(older)):
        pass
    migrate(older)
    with TestClient(create_app(older)) as client:
        assert client.get("/api/v1/health").status_code == 200
    older.close()


def test_an_empty_and_a_newer_database_are_refused_too(database_url: str) -> None:
    store = Database(database_url)
    with pytest.raises(OtherSchema, match="gagas migrate"):
        require_newest_schema(store)
    migrate(store)
    with store.unit_of_work() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(OtherSchema, match="newer"):
        require_newest_schema(store)
    store.close()
