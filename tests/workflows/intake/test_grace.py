"""Around a call's last instant: in time, late within the grace, too late; to the microsecond, and only for what was begun before.

Who would cheat: who begins a draft once others are shut out; a keeper who cuts the announced grace short. Who errs: whose network is slow
in the last minute. What an inspector expects: that whoever came late is marked, and that nothing was ranked before the last could come.
"""

import time
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, col, select

from models.calls import Call, CallState
from models.ideas import Decision
from models.ledger import LedgerEntry
from models.outbox import Message
from models.stages import IdeaStage
from tests.asking import ask
from tests.building import POLICY, Town
from tests.clock import set_clock
from tests.workflows.region.test_call_life import WHY, call_of
from workflows.delivery.due import find_due
from workflows.intake import submit
from workflows.intake.draft import draft_idea, revise_idea
from workflows.intake.submit import submit_idea
from workflows.process import closing
from workflows.process.actors import Actor
from workflows.process.attest.compare import compare_rows
from workflows.process.refusals import Conflict, Invalid
from workflows.region.amendments import NewAmendment, amend_running, find_rule
from workflows.region.call_life import extend_call
from workflows.region.calls import amend_policy, close_call

GRACE = {"grace_minutes": 60}
INSTANT = timedelta(microseconds=1)


def call_with(town: Town, **closing: Any) -> tuple[str, datetime]:
    """A call with these rules of closing, and its end."""
    call = town.build_call(closing=closing)
    return call, call_of(town, call).closes_at


def find_what_is_due(town: Town) -> None:
    with town.store.unit_of_work() as session:
        find_due(session)


def late_of(town: Town, idea: str) -> Any:
    """What the decision keeps of an idea's lateness, and what the ledger does."""
    [decided] = town.rows(select(Decision.detail).where(Decision.idea_id == idea, Decision.action == "submit"))
    [fact] = town.rows(select(LedgerEntry.payload).where(LedgerEntry.idea_id == idea, LedgerEntry.kind == "idea.submit"))
    assert decided.get("late") == fact["detail"].get("late")
    return decided.get("late")


@pytest.mark.parametrize(
    ("after", "late"),
    [
        (-INSTANT, None),
        (timedelta(0), {"minutes": 1}),
        (timedelta(minutes=1), {"minutes": 1}),
        (timedelta(minutes=1) + INSTANT, {"minutes": 2}),
        (timedelta(minutes=60) - INSTANT, {"minutes": 60}),
    ],
)
def test_what_comes_in_within_the_grace_is_marked_as_late_from_the_last_instant_on(
    either_town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: timedelta, late: dict[str, int] | None
) -> None:
    town = either_town
    call, end = call_with(town, **GRACE)
    idea = town.build_idea(call=call)
    set_clock(monkeypatch, tmp_path, end + after)
    find_what_is_due(town)
    town.do(submit_idea, idea, by="lead")
    assert (town.idea(idea).stage, town.idea(idea).submitted_at) == (IdeaStage.SUBMITTED, end + after)
    assert late_of(town, idea) == late
    with town.store.reading() as session:
        assert compare_rows(session).differences == []


def test_the_end_of_the_grace_itself_is_too_late_whether_the_clock_has_looked_or_not(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call, end = call_with(town, **GRACE)
    idea = town.build_idea(call=call)
    set_clock(monkeypatch, tmp_path, end + timedelta(hours=1))
    for _ in range(2):
        with pytest.raises(Conflict, match="call_closed") as refused:
            town.do(submit_idea, idea, by="lead")
        assert refused.value.parameters == {"closes_at": (end + timedelta(hours=1)).isoformat()}
        find_what_is_due(town)
    assert call_of(town, call).state == CallState.CLOSED


def test_without_a_grace_the_last_instant_shuts_the_call_as_ever(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    call, end = call_with(town)
    idea = town.build_idea(call=call)
    set_clock(monkeypatch, tmp_path, end)
    with pytest.raises(Conflict, match="call_closed"):
        town.do(submit_idea, idea, by="lead")


def test_the_mark_and_the_time_of_receipt_are_of_one_instant(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked in time, stamped late: the server's clock passes the end between the engine's question and the stamp."""
    call, end = call_with(town, **GRACE)
    idea = town.build_idea(call=call)
    monkeypatch.setattr(closing, "now", lambda: end - INSTANT)
    monkeypatch.setattr(submit, "now", lambda: end)
    town.do(submit_idea, idea, by="lead")
    assert (town.idea(idea).submitted_at, late_of(town, idea)) == (end, {"minutes": 1})


def test_a_call_without_grace_that_ends_between_the_question_and_the_stamp_refuses(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    call, end = call_with(town)
    idea = town.build_idea(call=call)
    monkeypatch.setattr(closing, "now", lambda: end - INSTANT)
    monkeypatch.setattr(submit, "now", lambda: end)
    with pytest.raises(Conflict, match="call_closed"):
        town.do(submit_idea, idea, by="lead")
    assert town.idea(idea).stage == IdeaStage.DRAFT


def test_no_draft_is_begun_after_the_end(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    call, end = call_with(town, **GRACE)
    kept = town.build_idea(call=call)
    set_clock(monkeypatch, tmp_path, end)
    with pytest.raises(Conflict, match="call_closed"):
        town.do(draft_idea, call, town.proposal(team=()), by="stranger")
    town.do(revise_idea, kept, town.proposal(title="Antrean yang ditulis ulang"), by="lead")
    town.join(kept)
    town.do(submit_idea, kept, by="lead")


def test_a_draft_that_was_begun_after_the_end_comes_in_by_no_grace(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It could only come into being around the engine; the guard of the submission asks for itself."""
    call, end = call_with(town, **GRACE)
    idea = town.build_idea(call=call)
    with town.store.unit_of_work() as session:
        session.connection().exec_driver_sql("UPDATE idea SET created_at = '2099-01-01 00:00:00.000000'")
    set_clock(monkeypatch, tmp_path, end + timedelta(minutes=1))
    with pytest.raises(Conflict, match="call_closed"):
        town.do(submit_idea, idea, by="lead")


def test_nobody_cuts_an_announced_grace_short(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    call, end = call_with(town, **GRACE)
    set_clock(monkeypatch, tmp_path, end + timedelta(minutes=5))
    for who in ("secretary", "admin", "flow:terminal"):
        with pytest.raises(Conflict, match="call_in_grace") as refused:
            town.do(close_call, call, by=who)
        assert refused.value.parameters == {"closes_at": (end + timedelta(hours=1)).isoformat()}
    assert call_of(town, call).state == CallState.OPEN


def test_a_call_closed_early_has_no_grace(town: Town) -> None:
    call, _end = call_with(town, **GRACE)
    idea = town.build_idea(call=call)
    town.do(close_call, call, by="secretary")
    with pytest.raises(Conflict, match="call_closed"):
        town.do(submit_idea, idea, by="lead")


def test_a_call_extended_in_its_grace_takes_ideas_in_time_again(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    call, end = call_with(town, **GRACE)
    idea = town.build_idea(call=call)
    set_clock(monkeypatch, tmp_path, end + timedelta(minutes=5))
    town.do(extend_call, call, end + timedelta(days=1), WHY, by="secretary")
    town.do(submit_idea, idea, by="lead")
    assert late_of(town, idea) is None


# What follows from the end waits for the grace


def test_nothing_is_ranked_before_the_grace_is_over(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    call, end = call_with(town, **GRACE)
    ranked = select(Message.id).where(Message.job == "draft_ranked_awards", Message.subject_id == call)
    set_clock(monkeypatch, tmp_path, end + timedelta(minutes=59))
    find_what_is_due(town)
    assert (call_of(town, call).state, town.rows(ranked)) == (CallState.OPEN, [])
    set_clock(monkeypatch, tmp_path, end + timedelta(minutes=60))
    find_what_is_due(town)
    assert (call_of(town, call).state, len(town.rows(ranked))) == (CallState.CLOSED, 1)


def test_whoever_closes_the_call_waits_for_who_is_just_coming_in(
    either_town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An idea stamped in the last instant and committed after it is among those that the ranking waits for."""
    town = either_town
    call, end = call_with(town)
    idea, stamped = town.build_idea(call=call), Event()
    set_clock(monkeypatch, tmp_path, end - INSTANT)

    def come_in(session: Session, *, actor: Actor) -> None:
        submit_idea(session, idea, actor=actor)
        set_clock(monkeypatch, tmp_path, end)
        stamped.set()
        time.sleep(0.5)

    thread = Thread(target=lambda: town.do(come_in, by="lead"))
    thread.start()
    assert stamped.wait(20)
    find_what_is_due(town)
    thread.join()
    assert (call_of(town, call).state, town.idea(idea).stage) == (CallState.CLOSED, IdeaStage.SUBMITTED)
    assert town.rows(select(Message.id).where(Message.job == "draft_ranked_awards")) == []


def test_a_late_idea_goes_its_usual_way(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    call, end = call_with(town, **GRACE)
    idea = town.build_idea(call=call)
    set_clock(monkeypatch, tmp_path, end + timedelta(minutes=30))
    town.take(idea, "submit")
    set_clock(monkeypatch, tmp_path, end + timedelta(minutes=90))
    find_what_is_due(town)
    town.take(idea, "route", "permit granted", "screen accepted", "assign", "score", "close_review", "draft_recommend")
    assert town.idea(idea).stage == IdeaStage.SHORTLISTED


def test_the_history_tells_that_it_was_late(town: Town, client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    call, end = call_with(town, **GRACE)
    idea = town.build_idea(call=call)
    set_clock(monkeypatch, tmp_path, end + timedelta(minutes=12))
    assert ask(client, town["lead"], f"POST /ideas/{idea}/submission").status_code == 200
    told = {each["action"]: each["detail"] for each in ask(client, town["secretary"], f"GET /ideas/{idea}/history").json()}
    assert told["submit"]["late"] == {"minutes": 12}


# The rules of the closing are fixed once the call is open


@pytest.mark.parametrize("changed", [{"grace_minutes": 61}, {"late_days": 3}, {"is_sealed": True}])
def test_no_new_version_and_no_amendment_changes_how_an_open_call_closes(town: Town, changed: dict[str, Any]) -> None:
    call, _end = call_with(town, **GRACE)
    [name] = changed
    with pytest.raises(Invalid, match="call_closing_fixed") as refused:
        town.do(amend_policy, call, {**POLICY, "closing": {**GRACE, **changed}}, by="secretary")
    assert refused.value.field == f"policy.closing.{name}"
    with pytest.raises(Invalid, match="part_not_amendable"):
        town.do(amend_running, call, NewAmendment(1, {f"closing.{name}": 99}, WHY), by="secretary")
    assert find_rule(f"closing.{name}") == "fixed"
    assert town.amend(call, closing=GRACE, pass_mark=70) == 2


def test_a_version_stored_before_there_were_such_rules_closes_as_it_did(town: Town) -> None:
    call, _end = call_with(town)
    with town.store.reading() as session:
        assert closing_of(session, call) == (0, 0, False)


def closing_of(session: Session, call: str) -> tuple[int, int, bool]:
    rule = closing.read_closing(session, session.exec(select(Call.id).where(col(Call.id) == call)).one())
    return rule.grace_minutes, rule.late_days, rule.is_sealed
