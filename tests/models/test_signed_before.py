"""Calls of an older database: what is in force counts as signed, what is only planned waits for its signature, and its author is known."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import select

from models.calls import PolicyVersion
from models.database import Database
from models.instants import now
from models.migrations import migrate
from models.units import Unit

pytestmark = pytest.mark.slow

PERSON = sa.table(
    "person",
    *map(sa.column, ("id", "unit_id", "kind", "front_title", "name", "back_title", "grade", "rank_name", "position", "email")),
)
OLD_CALL = sa.table(
    "call",
    *map(sa.column, ("id", "code", "title", "unit_id", "state")),
    *(sa.column(name, sa.DateTime(timezone=True)) for name in ("opens_at", "closes_at")),
)
VERSION = sa.table(
    "policyversion",
    *map(sa.column, ("id", "call_id", "number")),
    sa.column("body", sa.JSON()),
    sa.column("created_at", sa.DateTime(timezone=True)),
)
ENTRY = sa.table(
    "ledgerentry",
    *map(sa.column, ("seq", "kind", "hash")),
    sa.column("payload", sa.JSON()),
    sa.column("at", sa.DateTime(timezone=True)),
)


@pytest.fixture
def store(database_url: str) -> Any:
    made = Database(database_url)
    yield made
    made.close()


def test_what_is_in_force_counts_as_signed_and_who_wrote_what_is_planned_is_read_from_the_ledger(store: Database) -> None:
    migrate(store, to="0006")
    with store.unit_of_work() as session:
        session.execute(sa.insert(Unit).values(id="u", code="KOTA", name="Kota", kind="city", path="u/"))
        empty = dict.fromkeys(("front_title", "back_title", "grade", "rank_name", "position", "email"), "")
        session.execute(sa.insert(PERSON).values(id="p", unit_id="u", kind="pns", name="Ratna", **empty))
        for place, state in enumerate(("open", "closed", "planned"), start=1):
            dates = {"opens_at": now(), "closes_at": now()}
            session.execute(sa.insert(OLD_CALL).values(id=state, code=state, title="Lomba", unit_id="u", state=state, **dates))
            session.execute(sa.insert(VERSION).values(id=state, call_id=state, number=1, body={}, created_at=now()))
            fact = {"kind": "call.plan", "subject": state, "actor": "p" if state != "closed" else "flow:clock", "detail": {"code": state}}
            session.execute(sa.insert(ENTRY).values(seq=place, kind="call.plan", payload=fact, hash="0" * 64, at=now()))
    migrate(store)
    with store.reading() as session:
        versions = {each.id: each for each in session.exec(select(PolicyVersion))}
    assert {name: each.signed_at == each.created_at for name, each in versions.items()} == {"open": True, "closed": True, "planned": False}
    assert {name: each.author_id for name, each in versions.items()} == {"open": "p", "closed": None, "planned": "p"}
    assert {each.signed_by for each in versions.values()} == {None}
