"""Requests for a mentor of a database whose release told nobody of a last day."""

from datetime import UTC, datetime

import pytest
from sqlmodel import select

from models.database import Database
from models.mentors import Mentorship
from models.migrations import migrate
from tests.models.test_migrations import insert_old, store

__all__ = ["store"]
pytestmark = pytest.mark.slow


def test_a_request_for_a_mentor_that_waits_has_its_days_from_the_migration(store: Database) -> None:
    migrate(store, to="0040")
    with store.unit_of_work() as session:
        insert_old(session, "unit", id="u", code="U", path="u/")
        insert_old(session, "person", id="p", unit_id="u")
        insert_old(session, "call", id="c", code="C", unit_id="u")
        insert_old(session, "policyversion", id="v", call_id="c", body={})
        insert_old(session, "idea", id="i", call_id="c", policy_id="v", unit_id="u", lead_id="p")
        insert_old(session, "mentor", id="m", call_id="c", person_id="p", set_by="p")
        for state in ("requested", "turned_down"):
            insert_old(session, "mentorship", id=state, state=state, idea_id="i", mentor_id="m", person_id="p", asked_by="p")
    began = datetime.now(UTC)
    migrate(store)
    with store.reading() as session:
        counted = dict(session.exec(select(Mentorship.id, Mentorship.counted_from)).all())
    assert counted["turned_down"] is None
    assert counted["requested"] is not None
    assert began <= counted["requested"] <= datetime.now(UTC)
