"""A sealed call: until it is over an idea is read by its team and the head who permits it, and by nobody else; then all go on at once.

Who would cheat: a secretary who reads the others' ideas and tells a friend, closes early to read them and opens again; a head above who
puts a gate in the way. Who errs: a flow that is killed half way, or a head who permits while the call is closed. What an inspector expects:
that no office read anything, and that no idea was lost or lost days by the seal.
"""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models.calls import Call, CallState
from models.inbox import InboxItem
from models.instants import now
from models.people import Role
from models.policy import Policy
from models.stages import IdeaStage
from tests.asking import ask
from tests.building import POLICY, Town
from tests.specimens import take_as_printed
from tests.steps import MET, REASON
from tests.workflows.intake.test_grace import find_what_is_due
from tests.workflows.process.sealed import GATE, OFFICES, REVIEWERS, SEALED, pass_to, sees, who_sees
from tests.workflows.region.test_call_life import WHY, call_of
from workflows.intake.permit import permit_idea
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.process import ways
from workflows.process.check import check_policy
from workflows.process.keyset import Slice
from workflows.process.refusals import Conflict, Invalid
from workflows.process.waiting import count_waiting, list_inbox
from workflows.recognition.letters import number_receipt
from workflows.recognition.opening import WantedDocuments, list_documents
from workflows.recognition.report import ask_report
from workflows.region.amendments import NewAmendment, amend_running
from workflows.region.call_life import count_ideas, extend_call, may_reopen
from workflows.region.calls import NewCall, close_call, plan_call
from workflows.region.soundness import validate_policy

__all__ = ["pass_to"]


# Who reads


@pytest.mark.parametrize("stage", [IdeaStage.SUBMITTED, IdeaStage.AWAITING_PERMISSION, IdeaStage.SCREENING])
def test_until_the_end_only_the_team_and_the_head_who_permits_read_an_idea(either_town: Town, stage: IdeaStage) -> None:
    town = either_town
    idea = town.build_idea(stage, call=town.build_call(closing=SEALED))
    heads = set() if stage == IdeaStage.SUBMITTED else {"head"}
    assert who_sees(town, idea) == {"lead", "mate"} | heads
    with town.store.reading() as session:
        for who in (*OFFICES, *REVIEWERS):
            actor = town.actor(session, who)
            assert list_documents(session, WantedDocuments(), Slice(), actor=actor).rows == []
            assert (list_inbox(session, actor=actor), count_waiting(session, actor=actor).number) == ([], 0)


def test_where_no_permission_is_asked_for_no_head_reads_it(town: Town) -> None:
    idea = town.build_idea(call=town.build_call(closing=SEALED, permission=False))
    town.take(idea, "submit", "route")
    assert town.idea(idea).stage == IdeaStage.SCREENING
    assert who_sees(town, idea) == {"lead", "mate"}


def test_once_the_call_is_over_all_offices_read_it(either_town: Town) -> None:
    town = either_town
    call, open_call = town.build_call(closing=SEALED), town.build_call()
    sealed, usual = town.build_idea(IdeaStage.SCREENING, call=call), town.build_idea(IdeaStage.SCREENING, call=open_call)
    assert "secretary" in who_sees(town, usual)
    town.do(close_call, call, by="secretary")
    assert who_sees(town, sealed) == who_sees(town, usual)


def test_whoever_stands_in_for_silent_heads_reads_what_they_are_asked_to_permit(either_town: Town) -> None:
    town = either_town
    call = town.build_call(closing=SEALED)
    idea, other = (town.build_idea(IdeaStage.AWAITING_PERMISSION, call=call, title=title) for title in ("Satu", "Dua"))
    with town.store.unit_of_work() as session:
        item = session.exec(select(InboxItem).where(InboxItem.idea_id == idea, InboxItem.task == "permit")).one()
        item.role, item.unit_path = Role.ADMIN, town.units["BAPPEDA"][1]
    assert who_sees(town, idea) == {"lead", "mate", "head", "admin", "second_admin"}
    assert who_sees(town, other) == {"lead", "mate", "head"}
    town.do(permit_idea, idea, granted=True, by="admin")
    assert "admin" in who_sees(town, idea), "they have read it"


def test_a_stand_in_screens_nothing_before_the_end(town: Town) -> None:
    call = town.build_call(closing=SEALED, loosened=[("permit", "screen")])
    idea = town.build_idea(IdeaStage.AWAITING_PERMISSION, call=call)
    with town.store.unit_of_work() as session:
        item = session.exec(select(InboxItem).where(InboxItem.idea_id == idea, InboxItem.task == "permit")).one()
        item.role, item.unit_path = Role.SECRETARIAT, town.units["BAPPEDA"][1]
    town.do(permit_idea, idea, granted=True, by="secretary")
    assert sees(town, idea, "secretary")
    with pytest.raises(Conflict, match="call_sealed"):
        town.do(screen_idea, idea, Screening.ACCEPTED, Findings(MET), by="secretary")


def test_what_nobody_sees_is_found_by_nobody(town: Town, client: TestClient) -> None:
    """By id, by search, in history, in files, in the ledger, in the outbox and in counts."""
    call = town.build_call(closing=SEALED)
    idea = town.build_idea(IdeaStage.SCREENING, call=call, title="Gagasan yang tertutup")
    town.do(number_receipt, idea, by="flow:recognition")
    code = town.idea(idea).code
    lists = ("/ideas", "/ideas?q=tertutup", f"/ideas?q={code}", f"/ideas?call_id={call}&count=true", "/documents", "/inbox")
    for who in OFFICES:
        for path in (f"/ideas/{idea}", f"/ideas/{idea}/history"):
            assert ask(client, town[who], f"GET {path}").status_code == 404, (who, path)
        paths = (*lists, *(("/ledger/entries", "/outbox/messages") if who in ("admin", "auditor") else ()))
        for path in paths:
            text = ask(client, town[who], f"GET {path}").text
            assert idea not in text, (who, path)
            assert "tertutup" not in text, (who, path)
    for body in ({"outcome": "accepted", "answers": MET}, {"outcome": "duplicate", "reason": REASON, "duplicate_of": code}):
        assert ask(client, town["secretary"], f"POST /ideas/{idea}/screening", body).status_code == 404


def test_a_sealed_idea_is_no_duplicate_that_could_be_asked_about(town: Town) -> None:
    sealed = town.build_idea(IdeaStage.SCREENING, call=town.build_call(closing=SEALED))
    later = town.build_idea(IdeaStage.SCREENING)
    for code in (str(town.idea(sealed).code), "IDE-2020-000001"):
        with pytest.raises(Invalid, match="duplicate_unknown"):
            town.do(screen_idea, later, Screening.DUPLICATE, Findings(reason=REASON, duplicate_of=code), by="secretary")


def test_nothing_of_a_sealed_call_is_counted_reported_or_amended(town: Town) -> None:
    call = town.build_call(closing=SEALED)
    town.build_idea(IdeaStage.SCREENING, call=call)
    with town.store.reading() as session:
        counts = count_ideas(session, call_of(town, call))
    assert (counts.is_known, counts.drafts, counts.submitted, counts.under_way) == (False, 0, 0, 0)
    for who in ("secretary", "leader", "auditor", "admin"):
        with pytest.raises(Conflict, match="call_sealed"):
            town.do(ask_report, call, by=who)
    with pytest.raises(Conflict, match="call_sealed"):
        town.do(amend_running, call, NewAmendment(1, {"days.review": 20}, WHY), by="secretary")


# Closed early, extended, opened again


def test_what_was_readable_once_is_never_sealed_again(town: Town) -> None:
    call = town.build_call(closing=SEALED)
    town.do(close_call, call, by="secretary")
    with pytest.raises(Conflict, match="call_was_sealed"):
        town.do(extend_call, call, now() + timedelta(days=40), WHY, by="secretary")
    with town.store.reading() as session:
        assert not may_reopen(session, call_of(town, call))
    assert call_of(town, call).state == CallState.CLOSED


def test_an_extension_keeps_a_call_sealed_longer(town: Town, pass_to: Any) -> None:
    call = town.build_call(closing=SEALED)
    idea = town.build_idea(IdeaStage.SCREENING, call=call)
    end = call_of(town, call).closes_at
    town.do(extend_call, call, end + timedelta(days=3), WHY, by="secretary")
    pass_to(end + timedelta(days=1))
    find_what_is_due(town)
    assert not sees(town, idea, "secretary")
    pass_to(end + timedelta(days=3))
    find_what_is_due(town)
    assert sees(town, idea, "secretary")


def test_an_end_that_the_clock_has_not_seen_yet_unseals_nothing(town: Town, pass_to: Any) -> None:
    call = town.build_call(closing=SEALED)
    idea = town.build_idea(IdeaStage.SCREENING, call=call)
    pass_to(call_of(town, call).closes_at + timedelta(days=1))
    assert not sees(town, idea, "secretary")
    town.do(extend_call, call, now() + timedelta(days=1), WHY, by="secretary")
    assert (call_of(town, call).state, call_of(town, call).is_sealed) == (CallState.OPEN, True)


# What a policy may say


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"gates": [GATE]}, []),
        ({"gates": [{**GATE, "stage": "submitted"}]}, [("policy_gate_sealed", "policy.gates.0.stage")]),
        ({"gates": [{**GATE, "stage": "awaiting_permission"}]}, [("policy_gate_sealed", "policy.gates.0.stage")]),
        ({"movers": {"permit": "secretariat", "propose": "chair"}}, [("policy_permit_sealed", "policy.movers.permit")]),
    ],
)
def test_a_policy_that_lets_another_office_act_before_the_end_contradicts_its_seal(
    changes: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    for closing, found in ((SEALED, expected), ({}, [])):
        policy = Policy.model_validate({**POLICY, **changes, "closing": closing})
        assert [(each.code, each.path) for each in check_policy(policy, ways.IDEA, ways.AWARD, ways.DOCUMENT)] == found


@pytest.mark.parametrize(("days", "fits"), [(366, True), (367, False)])
def test_a_call_that_stands_for_years_is_not_sealed(town: Town, days: int, fits: bool) -> None:
    body = {**POLICY, "closing": SEALED}
    first = now()
    new = NewCall("TERTUTUP", "Lomba", "BAPPEDA", first, first + timedelta(days=days), body)
    with town.store.unit_of_work() as session:
        take_as_printed(session, validate_policy(body))
    if fits:
        town.do(plan_call, new, by="secretary")
        return
    with pytest.raises(Invalid, match="sealed_too_long"):
        town.do(plan_call, new, by="secretary")


def test_a_call_that_is_not_sealed_is_never_marked_so(town: Town) -> None:
    calls = town.build_call(), town.build_call(closing={"grace_minutes": 5, "late_days": 2})
    assert [town.rows(select(Call.is_sealed).where(Call.id == call)) for call in calls] == [[False], [False]]
