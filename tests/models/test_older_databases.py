"""Older databases with work in flight: they migrate, nothing is lost, and the work is finished.

What they held, and how it was made, stands in tests/models/older/README.md.
"""

import json
import os
import signal
from collections import Counter, defaultdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlmodel import col, select
from typer.testing import CliRunner

from api.cli.folder import make_key
from api.cli.main import app as gagas
from models.awards import Award
from models.database import Database
from models.documents import Document, DocumentState
from models.ideas import Idea
from models.inbox import InboxItem
from models.outbox import Message, MessageState
from models.people import Role, RoleGrant, SignIn
from models.settings import settings
from models.stages import AwardStage, IdeaStage
from tests.conftest import ALL
from tests.models.conftest import REVISIONS, Older
from tests.models.finishing import ENDED_AWARDS, ENDED_IDEAS, Workers, list_asked, name_more_officials
from tests.models.older.loading import KEPT_AT, load_older
from tests.models.test_migrations import differences
from tests.workflows.delivery.test_processes import Served, answers, await_true
from workflows.process.retry import retry_dead
from workflows.region.grants import grant_role

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("older")]  # four databases to bring up, once

# what a migration changes in a row that there was; everything else stays as it is
CHANGED = {
    "idea": {"stage", "due_at"},
    "award": {"stage", "revoked_at", "revoke_reason"},
    "document": {"kind", "series", "facts", "twin_sha256"},
    "inboxitem": {"role", "unit_path", "done_at", "reminded_at"},
    "message": {"job", "state", "attempts", "error"},
    "numberseries": {"series"},
    "policyversion": {"body"},
}
FRESH_REVIEWERS = ("walker", "stranger", "auditor", "operator")  # some ideas had asked all four


def read_rows(store: Database, name: str) -> list[dict[str, Any]]:
    """A table's rows now, written as the kept rows are."""
    with store.reading() as session:
        table = sa.Table(name, sa.MetaData(), autoload_with=session.connection())
        return [{key: write_plainly(value) for key, value in row._mapping.items()} for row in session.execute(sa.select(table))]


def write_plainly(value: Any) -> Any:
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value).replace(tzinfo=None).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def without(rows: list[dict[str, Any]], columns: set[str]) -> list[str]:
    """Rows as sorted text, without some of their columns."""
    return sorted(json.dumps({name: value for name, value in row.items() if name not in columns}, sort_keys=True) for row in rows)


def assert_the_ledger_is_whole() -> None:
    """What `gagas ledger verify` says of the process' own database."""
    done = CliRunner().invoke(gagas, ["ledger", "verify"])
    assert done.exit_code == 0, done.output


def test_an_older_database_gets_todays_schema_and_keeps_every_row(older: Older) -> None:
    assert differences(older.store) == []
    for name, before in older.rows.items():
        now, columns = read_rows(older.store, name), CHANGED.get(name, set())
        if name == "inboxitem":  # and those whom a flow would have asked
            assert len(now) > len(before)
            now = [row for row in now if row["id"] in {row["id"] for row in before}]
        old_columns = set(before[0]) if before else set()
        now = [{key: value for key, value in row.items() if key in old_columns} for row in now]
        assert without(now, columns) == without(before, columns), name
    assert_the_ledger_is_whole()


def test_every_idea_and_award_stands_where_it_stood_or_in_the_stage_that_is_new(older: Older) -> None:
    closed = {row["id"] for row in older.rows["idea"] if row["stage"] == "in_review" and row["scores_closed_at"]}
    expected = {row["id"]: "below_mark" if row["id"] in closed else row["stage"] for row in older.rows["idea"]}
    assert dict(older.town.rows(select(Idea.id, Idea.stage))) == expected
    declined = {row["id"] for row in older.rows["award"] if row["stage"] == "revoked" and row["approved_by"] is None}
    expected = {row["id"]: "declined" if row["id"] in declined else row["stage"] for row in older.rows["award"]}
    assert dict(older.town.rows(select(Award.id, Award.stage))) == expected
    assert len(closed) >= 5
    assert len(declined) >= 2
    assert set(expected.values()) == set(AwardStage)
    assert set(older.town.rows(select(Idea.stage))) == set(IdeaStage) - {IdeaStage.NO_QUORUM}  # which is younger than they are


def test_documents_keep_their_numbers_and_what_was_issued_its_content(older: Older) -> None:
    renamed = {"refusal": "rejection"}
    now = {row["id"]: row for row in read_rows(older.store, "document")}
    for before in older.rows["document"]:
        after = now[before["id"]]
        for name in ("number", "token", "year", "running", "holder_id", "sha256", "state", "cause_id", "award_id"):
            assert after[name] == before[name]
        assert after["kind"] == renamed.get(before["kind"], before["kind"])
        kind, _, unit = before["series"].partition(":")
        assert after["series"] == f"{renamed.get(kind, kind)}:{unit}"
        if before["sha256"]:
            assert after["content"] == before["facts"]
    unrendered = Counter(row["kind"] for row in now.values() if row["sha256"] is None)
    assert unrendered == {"receipt": 4, "rejection": 3, "certificate": 4, "report": 1}


def test_below_the_mark_the_one_who_recommends_is_asked_exactly_once(older: Older) -> None:
    below = older.town.rows(select(Idea.id).where(Idea.stage == IdeaStage.BELOW_MARK))
    asked = select(InboxItem.idea_id, InboxItem.role).where(InboxItem.task == "recommend", col(InboxItem.done_at).is_(None))
    found = older.town.rows(asked.where(col(InboxItem.idea_id).in_(below)))
    assert sorted(idea for idea, _ in found) == sorted(below)
    assert {role for _, role in found} == {Role.CHAIR, Role.VERIFIER}  # one call gives it to the verifier


def test_every_inbox_item_is_offered_to_whom_it_is_asked(older: Older) -> None:
    assert len(list_asked(name_more_officials(older.town))) > 50


def test_what_died_at_a_gate_waits_again_and_the_rest_as_it_was(older: Older) -> None:
    states = dict(older.town.rows(select(Message.id, Message.state)))
    before = {row["id"]: row for row in older.rows["message"]}
    at_gate = {number for number, row in before.items() if "gate_open" in (row["error"] or "")}
    assert {before[number]["job"] for number in at_gate} == {"close_review", "start_pilot", "route", "roll_out"}
    assert states == {number: "waiting" if number in at_gate else row["state"] for number, row in before.items()}
    assert older.town.rows(select(Message.id).where(Message.job == "number_refusal")) == []


def wake_sign_ins(store: Database) -> None:
    """Let the kept sign-ins be used again: they rested for longer than any may."""
    with store.unit_of_work() as session:
        session.execute(sa.update(SignIn).values(seen_at=SignIn.until))
    store.close()


def test_roles_of_before_are_held_and_confirmed_by_nobody_known(older: Older) -> None:
    """Whoever was chair yesterday is chair today; the record does not pretend to know who gave it."""
    rows = older.town.rows(select(RoleGrant))
    assert {row.id for row in rows} == {row["id"] for row in older.rows["rolegrant"]}
    assert all(row.confirmed_at is not None and row.ended_at is None for row in rows)
    assert {(row.granted_by, row.granted_at, row.confirmed_by) for row in rows} == {(None, None, None)}
    with older.store.reading() as session:
        assert older.town.actor(session, "chair").holds(Role.CHAIR)


def test_a_kept_answer_is_given_again(older: Older) -> None:
    (kept,) = (row for row in older.rows["keptanswer"] if row["route"].endswith("/submission"))
    wake_sign_ins(older.store)
    with TestClient(older.town.app) as client:
        headers = {**older.town["lead"].headers, "Idempotency-Key": kept["key"]}
        answer = client.post(kept["route"].removeprefix("POST "), headers=headers)
    assert (answer.status_code, answer.headers["Idempotency-Replayed"]) == (kept["status"], "true")
    assert answer.json() == kept["body"]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("older", REVISIONS if ALL else REVISIONS[:1], indirect=True)
def test_the_work_of_an_older_database_is_finished(older: Older) -> None:
    town = name_more_officials(older.town)
    for who in FRESH_REVIEWERS:
        town.do(grant_role, town[who].id, Role.REVIEWER, "KOTA", by="admin")
    town.do(grant_role, town["owner"].id, Role.PILOT_OWNER, "KOTA", by="admin")  # one idea is of another district
    town.do(retry_dead, by="admin")
    workers = Workers(town, older.clock)
    if older.store.is_sqlite:
        workers.press_numbered()
    workers.finish()
    assert set(town.rows(select(Message.state))) == {MessageState.HANDLED}
    assert town.rows(select(InboxItem.task).where(col(InboxItem.done_at).is_(None))) == []
    assert set(town.rows(select(Idea.stage))) <= set(ENDED_IDEAS)
    assert set(town.rows(select(Award.stage))) == set(ENDED_AWARDS)
    assert set(town.rows(select(Document.state))) == {DocumentState.ISSUED, DocumentState.REVOKED}
    assert_numbers_have_no_gap(town.rows(select(Document.series, Document.year, Document.running)))
    assert_everybody_was_written_to(older)
    assert_the_ledger_is_whole()


def assert_numbers_have_no_gap(numbers: list[Any]) -> None:
    series = defaultdict(list)
    for name, year, running in numbers:
        series[name, year].append(running)
    assert all(sorted(found) == list(range(1, len(found) + 1)) for found in series.values())


def assert_everybody_was_written_to(older: Older) -> None:
    """A receipt for what was submitted, a letter for what was rejected, a certificate for each of the team of an announced award."""
    held = set(older.town.rows(select(Document.kind, Document.cause_id)))
    submitted = older.town.rows(select(Idea.id).where(col(Idea.submitted_at).is_not(None)))
    assert {("receipt", idea) for idea in submitted} <= held
    refused = ("permission_refused", "requirements_not_met", "determined_rejected")
    assert {("rejection", idea) for idea in older.town.rows(select(Idea.id).where(col(Idea.reason_code).in_(refused)))} <= held
    assert {("certificate", award) for award in older.town.rows(select(Award.id).where(Award.stage == "announced"))} <= held


@pytest.mark.server
@pytest.mark.timeout(900)
def test_gagas_migrates_examines_and_serves_an_older_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (tmp_path / "clock").write_text(KEPT_AT)
    environment = {"GAGAS_DATA": str(folder), "GAGAS_CLOCK": f"test:{tmp_path / 'clock'}", "GAGAS_PORT": "0", "GAGAS_PREFECT_PORT": "0"}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    store = Database(f"sqlite:///{folder / 'gagas.db'}")
    load_older(store, "0001")
    store.close()
    settings.cache_clear()
    make_key()
    for command in ("migrate", "doctor"):
        done = CliRunner().invoke(gagas, [command], env=dict(os.environ))
        assert done.exit_code == 0, done.output
    wake_sign_ins(Database(f"sqlite:///{folder / 'gagas.db'}"))
    served = Served(folder, **environment)
    try:
        api = served.address("API")
        await_true(lambda: answers(f"{api}/health"), "an answer")
        told = httpx.get(f"{api}/inbox", headers={"Authorization": "Bearer token-of-chair"}, timeout=30).json()
        assert {item["task"] for item in told["inbox"]} >= {"recommend", "assign"}
    finally:
        served.process.send_signal(signal.SIGTERM)
        ended = served.ends()
    assert ended == 0
