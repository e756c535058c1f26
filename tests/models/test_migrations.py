"""Migrations: they make the schema that the models say, once, on both databases, and what is append-only stays so."""

import json
import threading
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from models.calls import PolicyVersion
from models.database import Database, append_rows
from models.decrees import Decree
from models.documents import Document, DocumentKind, NumberSeries
from models.ideas import Idea
from models.instants import now
from models.migrations import migrate
from models.outbox import Message
from models.search import INDEX
from models.tables import metadata
from models.units import Unit
from tests.building import Town
from workflows.documents.content import read_content
from workflows.documents.kinds.rejection import RejectionContent

pytestmark = pytest.mark.slow

OLD_SERIES = sa.table("numberseries", *map(sa.column, ("series", "year", "last")))
OLD_CALL = sa.table(
    "call",
    *map(sa.column, ("id", "code", "title", "unit_id", "state")),
    *(sa.column(name, sa.DateTime(timezone=True)) for name in ("opens_at", "closes_at")),
)
OLD_DOCUMENT = sa.table(
    "document",
    *map(sa.column, ("id", "kind", "token", "number", "series", "year", "running", "state", "cause_id", "holder_id")),
    *map(sa.column, ("sha256", "twin_sha256")),
    sa.column("facts", sa.JSON()),
    sa.column("issued_on", sa.Date()),
    sa.column("created_at", sa.DateTime(timezone=True)),
)
OLD_LETTER = {
    "number": "SP-0001/BAPPEDA/IV/2026",
    "verify_url": "http://127.0.0.1:8080/v/1",
    "letterhead": {"lines": ["KOTA CONTOH"], "address": "", "contact": ""},
    "addressee": "Sari Wulandari",
    "addressee_unit": "Kelurahan Maleber",
    "idea_code": "IDE-2026-000001",
    "idea_title": "Antrean daring",
    "call_title": "Lomba 2026",
    "decided_on": "2026-04-20",
    "stage": "screening",
    "reasons": [{"code": "screened_out", "label": "Belum memenuhi", "text": "Belum ada angka awal."}],
    "what_would_help": "",
    "objection_until": None,
    "objection_address": "Loket 3",
    "place": "Contoh",
    "issued_on": "2026-04-21",
    "signatory": {"name": "Joko", "position": "Wali Kota", "capacity": "", "rank": None, "employee_number": None},
}
OLD_ROW = {
    "kind": "refusal",
    "series": "refusal:BAPPEDA",
    "year": 2026,
    "state": "numbered",
    "holder_id": "",
    "facts": OLD_LETTER,
    "issued_on": date(2026, 4, 21),
    "created_at": datetime(2026, 4, 21, tzinfo=UTC),
}
OLD_DOCUMENTS: tuple[dict[str, Any], ...] = (
    {"id": "issued", "token": "1", "number": "1", "running": 1, "cause_id": "i", "state": "issued", "sha256": "a" * 64},
    {"id": "waiting", "token": "2", "number": "2", "running": 2, "cause_id": "j"},
    {
        "id": "report",
        "token": "3",
        "number": "3",
        "running": 1,
        "cause_id": "k",
        "kind": "report",
        "series": "report:BAPPEDA",
        "sha256": "c" * 64,
        "twin_sha256": "b" * 64,
        "facts": {"made_on": "2026-04-21"},
    },
)


def table_counts(store: Database) -> dict[str, int]:
    with store.reading() as session:
        return {t.name: session.execute(sa.select(sa.func.count()).select_from(t)).scalar_one() for t in metadata.sorted_tables}


def is_ours(name: str | None, _kind: str, _parents: object) -> bool:
    """Whether the models say it: the index of texts has no model, being another thing on each database."""
    return not (name or "").startswith(INDEX)


def differences(store: Database) -> list[Any]:
    with store.engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": False, "include_name": is_ours}
        context = MigrationContext.configure(connection, opts=options)
        return compare_metadata(context, metadata)


@pytest.fixture
def store(database_url: str) -> Any:
    made = Database(database_url)
    yield made
    made.close()


def test_the_migrated_schema_is_the_one_the_models_say(migrated: Database) -> None:
    assert differences(migrated) == []


def test_the_comparison_would_see_a_difference(migrated: Database) -> None:
    with migrated.unit_of_work() as session:
        session.execute(sa.text("ALTER TABLE unit ADD COLUMN colour VARCHAR(5)"))
    assert len(differences(migrated)) == 1


def test_unique_and_partial_indexes_are_there(migrated: Database) -> None:
    found = {index["name"] for index in sa.inspect(migrated.engine).get_indexes("award")}
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


def test_an_older_databases_documents_keep_their_content_and_go_on(store: Database) -> None:
    migrate(store, to="0002")
    with store.unit_of_work() as session:
        for row in OLD_DOCUMENTS:
            session.execute(sa.insert(OLD_DOCUMENT).values(**{**OLD_ROW, **row}))
        session.execute(sa.insert(OLD_SERIES).values(series="refusal:BAPPEDA", year=2026, last=2))
        rows = [{"topic": topic, "job": "number_refusal", "subject_id": topic} for topic in ("recognition", "intake")]
        append_rows(session, Message, [{**row, "dedupe_key": None} for row in rows])
    migrate(store)
    assert differences(store) == []
    with store.reading() as session:
        documents = {each.id: each for each in session.exec(select(Document))}
        assert session.exec(select(NumberSeries.series, NumberSeries.last)).all() == [("rejection:BAPPEDA", 2)]
        assert session.exec(select(Message.topic, Message.job).order_by(col(Message.id))).all() == [
            ("recognition", "number_rejection"),
            ("intake", "number_refusal"),
        ]
    assert {name: (each.kind, each.series) for name, each in documents.items()} == {
        "issued": (DocumentKind.REJECTION, "rejection:BAPPEDA"),
        "waiting": (DocumentKind.REJECTION, "rejection:BAPPEDA"),
        "report": (DocumentKind.REPORT, "report:BAPPEDA"),
    }
    assert documents["issued"].content == OLD_LETTER  # its file carries it
    assert (documents["report"].spreadsheet_sha256, documents["issued"].spreadsheet_sha256) == ("b" * 64, None)
    waiting = documents["waiting"].content
    assert read_content(RejectionContent, json.dumps(waiting)).idea_code == "IDE-2026-000001"


def test_an_older_calls_policy_names_its_number_of_rejections(store: Database) -> None:
    migrate(store, to="0002")
    body = {"documents": {"place": "Contoh", "numbers": {"refusal": "SP-{running}/{year}", "report": "LP-{running}/{year}"}}, "gates": []}
    at = {"created_at": now()}
    with store.unit_of_work() as session:
        session.execute(sa.insert(Unit).values(id="u", code="KOTA", name="Kota", kind="city", path="u/"))
        dates = {"opens_at": now(), "closes_at": now()}
        session.execute(sa.insert(OLD_CALL).values(id="c", code="C", title="Lomba", unit_id="u", state="open", **dates))
        session.execute(sa.insert(PolicyVersion).values(id="p", call_id="c", number=1, body=body, **at))
        session.execute(sa.insert(PolicyVersion).values(id="q", call_id="c", number=2, body={"documents": {}}, **at))
    migrate(store)
    with store.reading() as session:
        bodies = {each.id: each.body for each in session.exec(select(PolicyVersion))}
    assert bodies["q"] == {"documents": {}}
    assert bodies["p"] == {
        "documents": {"place": "Contoh", "numbers": {"rejection": "SP-{running}/{year}", "report": "LP-{running}/{year}"}},
        "gates": [],
    }


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


EMPTY: dict[type, Any] = {sa.String: "", sa.Integer: 0, sa.BigInteger: 0, sa.Boolean: False, sa.JSON: {}}
A_DAY = datetime(2026, 4, 20, tzinfo=UTC)
AWARDED = {"100.3/Kep. 7": (20, 20), "100.3/kep.8": (20, 21)}  # by the decree's number: the days of April under which awards name it


def insert_old(session: Session, name: str, **given: Any) -> None:
    """A row as an earlier release may have written it; what is not given is empty."""
    table = sa.Table(name, sa.MetaData(), autoload_with=session.connection())
    needed = [column for column in table.columns if not column.nullable and column.name not in given]
    kinds = {column.name: next((kind for kind in EMPTY if isinstance(column.type, kind)), None) for column in needed}
    values = {column: A_DAY if kind is None else EMPTY[kind] for column, kind in kinds.items()}
    session.execute(sa.insert(table).values({**values, **given}))


def test_the_decrees_of_awards_that_were_approved_before_are_recorded_once(store: Database) -> None:
    """Of a number that stands with two days nobody can say which is right: it is recorded when it is named the next time."""
    migrate(store, to="0011-1")
    with store.unit_of_work() as session:
        insert_old(session, "unit", id="u", code="U", path="u/")
        insert_old(session, "person", id="p", unit_id="u")
        insert_old(session, "call", id="c", code="C", unit_id="u")
        insert_old(session, "policyversion", id="v", call_id="c", body={})
        for number, days in AWARDED.items():
            for place, day in enumerate(days):
                award = f"{number[-1]}{place}"
                insert_old(session, "idea", id=award, call_id="c", policy_id="v", unit_id="u", lead_id="p")
                decree = {"decree_number": number, "decree_on": date(2026, 4, day), "approved_by": "p"}
                insert_old(session, "award", id=award, idea_id=award, call_id="c", stage="approved", **decree)
    migrate(store)
    assert differences(store) == []
    with store.reading() as session:
        found = session.exec(select(Decree)).all()
        said = [(each.kind, each.unit_id, each.number, each.folded_number, each.issued_on, each.recorded_by, each.sha256) for each in found]
    assert said == [("award", "u", "100.3/Kep. 7", "100.3/kep.7", date(2026, 4, 20), "p", None)]


def test_an_idea_of_an_older_database_is_in_no_category(store: Database) -> None:
    migrate(store, to="0022")
    with store.unit_of_work() as session:
        insert_old(session, "unit", id="u", code="U", path="u/")
        insert_old(session, "person", id="p", unit_id="u")
        insert_old(session, "call", id="c", code="C", unit_id="u")
        insert_old(session, "policyversion", id="v", call_id="c", body={})
        insert_old(session, "idea", id="i", call_id="c", policy_id="v", unit_id="u", lead_id="p")
    migrate(store)
    assert differences(store) == []
    with store.reading() as session:
        assert session.exec(select(Idea.category)).all() == [""]
