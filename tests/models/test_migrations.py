"""Migrations: they make the schema that the models say, once, on both databases, and what is append-only stays so."""

import threading
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from models.database import Database, append_rows
from models.documents import Document
from models.migrations import migrate
from models.outbox import Message
from models.tables import metadata
from tests.building import Town

pytestmark = pytest.mark.slow


def table_counts(store: Database) -> dict[str, int]:
    with store.reading() as session:
        return {t.name: session.execute(sa.select(sa.func.count()).select_from(t)).scalar_one() for t in metadata.sorted_tables}


def differences(store: Database) -> list[Any]:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": False})
        return compare_metadata(context, metadata)


@pytest.fixture
def store(database_url: str) -> Any:
    made = Database(database_url)
    yield made
    made.close()


def test_the_migrated_schema_is_the_one_the_models_say(store: Database) -> None:
    migrate(store)
    assert differences(store) == []


def test_the_comparison_would_see_a_difference(store: Database) -> None:
    migrate(store)
    with store.unit_of_work() as session:
        session.execute(sa.text("ALTER TABLE unit ADD COLUMN colour VARCHAR(5)"))
    assert len(differences(store)) == 1


def test_unique_and_partial_indexes_are_there(store: Database) -> None:
    migrate(store)
    found = {index["name"] for index in sa.inspect(store.engine).get_indexes("award")}
    assert "ux_award_standing" in found


def test_migrating_again_changes_nothing(either_town: Town) -> None:
    either_town.build_award()
    before = table_counts(either_town.store)
    migrate(either_town.store)
    migrate(either_town.store)
    assert table_counts(either_town.store) == before


def test_the_messages_of_an_older_database_are_kept_and_asked_for_once(store: Database) -> None:
    migrate(store, to="0001")
    messages = [
        {"topic": "intake", "job": "route", "subject_id": f"idea-{n}", "dedupe_key": key} for n, key in enumerate((None, None, "a"))
    ]
    with store.unit_of_work() as session:
        append_rows(session, Message, messages)
    migrate(store)
    assert differences(store) == []
    with store.reading() as session:
        kept = session.exec(select(Message).order_by(col(Message.id))).all()
    assert [(one.id, one.subject_id, one.dedupe_key) for one in kept] == [(1, "idea-0", None), (2, "idea-1", None), (3, "idea-2", "a")]
    with pytest.raises(sa.exc.IntegrityError, match=r"(?i)unique.*dedupe_key"), store.unit_of_work() as session:
        append_rows(session, Message, messages[2:])


def test_two_that_start_at_once_migrate_once(database_url: str) -> None:
    faults: list[BaseException] = []

    def start() -> None:
        own = Database(database_url)
        try:
            migrate(own)
        except BaseException as fault:  # told below, in the test's own thread
            faults.append(fault)
        finally:
            own.close()

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == []
    store = Database(database_url)
    assert differences(store) == []
    assert (table_counts(store)["ledgerhead"], table_counts(store)["clocktick"]) == (1, 1)
    store.close()


@pytest.mark.parametrize("table", ["ledgerentry", "decision"])
@pytest.mark.parametrize("act", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}"])
def test_what_was_recorded_is_neither_changed_nor_deleted(either_town: Town, table: str, act: str) -> None:
    either_town.build_idea()
    before = table_counts(either_town.store)
    column = "hash" if table == "ledgerentry" else "reason"
    with pytest.raises(DBAPIError, match="append-only"), either_town.store.unit_of_work() as session:
        session.execute(sa.text(act.format(table, column)))
    assert table_counts(either_town.store) == before


def test_a_row_of_an_older_database_has_no_salt_until_its_next_step(store: Database) -> None:
    migrate(store, to="0005")
    columns = "id, kind, token, number, series, year, running, state, cause_id, holder_id, content, issued_on, created_at"
    values = "'d', 'report', 't', '1', 's', 2026, 1, 'numbered', 'c', '', '{}', '2026-01-01', '2026-01-01 00:00:00'"
    with store.unit_of_work() as session:
        session.execute(sa.text(f"INSERT INTO document ({columns}) VALUES ({values})"))
    migrate(store)
    with store.reading() as session:
        assert session.exec(select(Document.salt)).all() == [""]
