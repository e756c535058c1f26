"""What an operator sees of the outbox: what waits, what was given up, and what no flow will ever take."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from api.cli.doctor import State
from api.cli.doctor.delivery import check_outbox
from models.outbox import Message
from models.settings import settings
from tests.api.either import client
from tests.asking import ask
from tests.building import Town
from workflows.process.journal import send

__all__ = ["client"]
pytestmark = pytest.mark.slow


def read(client: TestClient, town: Town, path: str) -> Any:
    answer = ask(client, town["auditor"], f"GET {path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def write(town: Town, statement: str) -> None:
    with town.store.unit_of_work() as session:
        session.connection().exec_driver_sql(statement)


def test_a_message_of_an_unknown_topic_or_state_is_shown_as_stuck_and_hides_no_other(either_town: Town, client: TestClient) -> None:
    """A release taken back leaves topics that the older one has no flow for; nobody should find out from a missing certificate."""
    town = either_town
    with town.store.unit_of_work() as session:
        for job in ("intake.route", "tomorrow.celebrate", "review.assign"):
            send(session, job, "idea-1")
    write(town, "UPDATE message SET state = 'wating' WHERE job = 'assign'")
    seen = read(client, town, "/outbox")
    assert (seen["waiting"], seen["stuck"]) == (2, 2)
    assert [one["job"] for one in read(client, town, "/outbox/messages?stuck=true")] == ["celebrate", "assign"]
    assert {one["state"] for one in read(client, town, "/outbox/messages")} == {"waiting", "wating"}
    (finding,) = check_outbox(settings())
    assert (finding.state, finding.sentence) == (State.WARN, "2 of its messages will be taken by no flow.")


def test_an_operators_retry_takes_up_every_other_message_beside_one_that_cannot_be_read(either_town: Town, client: TestClient) -> None:
    town = either_town
    with town.store.unit_of_work() as session:
        for subject in ("idea-1", "idea-2"):
            send(session, "intake.route", subject)
    damage = "damaged" if town.store.is_sqlite else "infinity"
    write(town, f"UPDATE message SET state = 'dead', created_at = CASE subject_id WHEN 'idea-1' THEN '{damage}' ELSE created_at END")
    assert [one["state"] for one in read(client, town, "/outbox/messages?state=dead")] == ["dead", "dead"]
    assert ask(client, town["admin"], "POST /outbox/retries", {}).json() == {"retried": 2}
    assert town.rows(select(Message.state)) == ["waiting", "waiting"]
