"""The demo tells the whole story, and everything it says can be checked against what it left behind."""

import sqlite3
from collections import Counter

import pytest
import sqlalchemy as sa

from tests.journeys.conftest import Played, gagas

pytestmark = [pytest.mark.server, pytest.mark.timeout(1_800), pytest.mark.xdist_group("demo")]


def test_every_end_of_an_idea_occurs(played: Played) -> None:
    ends = Counter((idea["stage"], idea["reason_code"]) for idea in played.manifest["ideas"])
    stages = Counter(idea["stage"] for idea in played.manifest["ideas"])
    assert len(played.manifest["ideas"]) >= 60
    assert ends["closed", "permission_refused"]
    assert ends["closed", "supplement_unanswered"]
    assert ends["closed", "duplicate"]
    assert ends["rejected", "requirements_not_met"]
    assert ends["rejected", "determined_rejected"]
    assert stages["deferred"]
    assert stages["withdrawn"]
    assert stages["stopped"]
    assert stages["rolled_out"]
    assert stages["in_pilot"]
    awarded = {award["idea"] for award in played.manifest["awards"] if award["state"] == "announced"}
    assert [idea for idea in played.manifest["ideas"] if idea["stage"] == "rolled_out" and idea["code"] not in awarded]


def test_awards_go_to_one_and_to_teams_and_one_is_revoked(played: Played) -> None:
    states = Counter(award["state"] for award in played.manifest["awards"])
    assert states["announced"] >= 15
    assert states["revoked"] >= 1
    with played.connect() as database:
        sizes = [count for (count,) in database.execute(sa.text("SELECT count(*) FROM awardshare GROUP BY award_id"))]
        wrong = database.execute(
            sa.text(
                "SELECT award.id FROM award JOIN awardshare ON awardshare.award_id = award.id "
                "GROUP BY award.id, award.amount_rupiah HAVING sum(awardshare.amount_rupiah) <> award.amount_rupiah"
            )
        ).all()
    assert 1 in sizes
    assert max(sizes) > 1
    assert wrong == []


def test_a_returned_idea_came_back_and_an_extended_pilot_ended_well(played: Played) -> None:
    with played.connect() as database:
        actions = Counter(
            f"{action} {outcome}".strip() for action, outcome in database.execute(sa.text("SELECT action, outcome FROM decision"))
        )
    for told in (
        "screen returned",
        "supplement",
        "recuse",
        "resume passed",
        "verify extend",
        "verify stop",
        "award_approve declined",
        "pass_gate field_visit",
    ):
        assert actions[told], told


def test_every_handled_message_names_a_completed_run_and_every_submitted_idea_has_one(played: Played) -> None:
    with played.connect() as database:
        messages = database.execute(sa.text("SELECT state, run_id, idea_id FROM message")).all()
        submitted = {idea_id for (idea_id,) in database.execute(sa.text("SELECT id FROM idea WHERE submitted_at IS NOT NULL"))}
    with sqlite3.connect(played.out / "prefect" / "prefect.db") as prefect:
        completed = {run_id.replace("-", "") for (run_id,) in prefect.execute("SELECT id FROM flow_run WHERE state_type = 'COMPLETED'")}
    assert {state for state, _, _ in messages} == {"handled"}
    assert [run_id for _, run_id, _ in messages if run_id is None or run_id.replace("-", "") not in completed] == []
    assert submitted <= {idea_id for _, _, idea_id in messages}
    assert played.manifest["prefect"]["failed"] == 0
    assert played.manifest["prefect"]["flow_runs"] > 50


def test_numbers_have_no_gap_and_the_ledger_holds(played: Played) -> None:
    with played.connect() as database:
        series: dict[tuple[str, int], list[int]] = {}
        for name, year, running in database.execute(sa.text("SELECT series, year, running FROM document")):
            series.setdefault((name, year), []).append(running)
    assert series
    for numbers in series.values():
        assert sorted(numbers) == list(range(1, len(numbers) + 1))
    environment = {"GAGAS_DATA": str(played.out), "GAGAS_DATABASE_URL": played.database_url}
    verified = gagas("ledger", "verify", **environment)
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_it_leaves_a_journal_accounts_and_a_table_a_person_can_read(played: Played) -> None:
    assert "Penganugerahan" in (played.out / "journal.md").read_text()
    assert (played.out / "accounts.csv").read_text().count("\n") > 80
    assert "Certificates" in played.printed
    assert "0 failed" in played.printed


def test_prefect_was_told_no_name_number_or_title(played: Played) -> None:
    with sqlite3.connect(played.out / "prefect" / "prefect.db") as prefect:
        told = "\n".join(prefect.iterdump())
    with played.connect() as database:
        names = [name for (name,) in database.execute(sa.text("SELECT name FROM person"))]
        numbers = [number for (number,) in database.execute(sa.text("SELECT number FROM employeenumber"))]
        titles = [title for (title,) in database.execute(sa.text("SELECT title FROM idea"))]
    assert [secret for secret in names + numbers + titles if secret in told] == []
