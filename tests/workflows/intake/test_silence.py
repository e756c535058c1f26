"""What the silence of a unit's head means in a call: said by its policy, done by nobody, and only where somebody could have answered.

Who would cheat: a head who lets their own team's idea permit itself, or wants no name under a refusal. Who falls ill: the only head. What
an inspector expects: an act of nobody with the rule beside it, no duty borne, and a person asked wherever there was nobody to be silent.
"""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from models.documents import Document
from models.ideas import Decision, Idea
from models.inbox import InboxItem
from models.instants import now
from models.ledger import LedgerEntry
from models.outbox import Message
from models.people import Role, RoleGrant
from models.stages import IdeaStage
from tests.building import Town
from tests.workflows.turns import Clock, clock, deliver, open_items, own_town, quiet, run_clock, tick
from workflows.intake.permit import permit_idea
from workflows.intake.silence import end_silence
from workflows.intake.team import MemberShare
from workflows.intake.withdraw import withdraw_idea
from workflows.process.attest.compare import compare_rows
from workflows.process.context import read_context
from workflows.process.duties import list_borne
from workflows.process.engine import permit
from workflows.process.history import list_history
from workflows.process.refusals import Conflict, Forbidden
from workflows.recognition.letters import number_rejection
from workflows.recognition.tell_heads import find_silence_mail
from workflows.recognition.turns import find_turn_mails

__all__ = ["clock", "own_town"]
GRANTS, REFUSES = {"on_silence": "granted"}, {"on_silence": "refused"}
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def heads_in_office(own_town: Town) -> None:
    """Whoever heads a unit has headed it for a year."""
    let_heads_serve(own_town)


def let_heads_serve(town: Town) -> None:
    with town.store.unit_of_work() as session:
        for grant in session.exec(select(RoleGrant).where(RoleGrant.role == Role.UNIT_HEAD)):
            grant.confirmed_at = now() - timedelta(days=365)


def head_unit(town: Town, who: str, unit: str, since: datetime | None = None) -> None:
    with town.store.unit_of_work() as session:
        session.add(RoleGrant(person_id=town[who].id, role=Role.UNIT_HEAD, unit_id=town.units[unit][0], confirmed_at=since or now()))


def end_roles(town: Town, who: str) -> None:
    with town.store.unit_of_work() as session:
        for grant in session.exec(select(RoleGrant).where(RoleGrant.person_id == town[who].id)):
            grant.ended_at = now()


def asked(town: Town, **policy: Any) -> str:
    return town.build_idea(IdeaStage.AWAITING_PERMISSION, call=town.build_call(**policy))


def last_second(town: Town, idea: str) -> datetime:
    (item,) = open_items(town, idea, "permit")
    assert item.due_at is not None
    return item.due_at


def let_pass(town: Town, clock: Clock, idea: str) -> None:
    """The days of the permission pass, and the clock and the flows look, more than once."""
    clock.set(last_second(town, idea) + SECOND)
    for _ in range(3):
        run_clock(town)


def state(town: Town, idea: str) -> tuple[str, str | None]:
    found = town.idea(idea)
    return found.stage, found.reason_code


def settled(town: Town, idea: str) -> list[Decision]:
    return town.rows(select(Decision).where(Decision.idea_id == idea, Decision.action == "expire"))


def test_where_silence_grants_the_idea_goes_on_as_an_act_of_nobody(own_town: Town, clock: Clock) -> None:
    idea = asked(own_town, **GRANTS)
    clock.set(last_second(own_town, idea))
    run_clock(own_town)
    assert state(own_town, idea) == (IdeaStage.AWAITING_PERMISSION, None), "the last second is the head's"
    let_pass(own_town, clock, idea)
    assert state(own_town, idea) == (IdeaStage.SCREENING, None)
    (decision,) = settled(own_town, idea)
    assert (decision.outcome, decision.actor_id, decision.flow) == ("granted", None, "intake")
    assert decision.detail == {"by_rule": "on_silence", "due_on": "2026-12-01"}
    (entry,) = own_town.rows(select(LedgerEntry).where(LedgerEntry.kind == "idea.expire.granted"))
    assert (entry.payload["actor"], entry.payload["detail"]["by_rule"]) == ("flow:intake", "on_silence")
    with own_town.store.reading() as session:
        assert compare_rows(session).differences == []
        assert list_borne(session, idea, own_town["head"].id) == [], "who was silent did nothing"
        told = list_history(
            session, read_context(session, idea, actor=own_town.actor(session, "mate")), actor=own_town.actor(session, "mate")
        )
    assert ("expire", "granted") in [(each.action, each.outcome) for each in told]
    own_town.take(idea, "screen accepted")


def test_the_team_and_the_heads_are_told_once_each(own_town: Town, clock: Clock) -> None:
    head_unit(own_town, "walker", "KOTA", now() - timedelta(days=9))
    idea = asked(own_town, **GRANTS)
    quiet(own_town)
    let_pass(own_town, clock, idea)
    messages = {each.subject_id: each for each in own_town.rows(select(Message).where(Message.job == "tell_head"))}
    assert set(messages) == {own_town["head"].id, own_town["walker"].id}, "the nearest head and the one above, and nobody beyond"
    assert len(own_town.rows(select(Message.id).where(Message.job == "tell_team", Message.subject_id == idea))) == 1
    with own_town.store.reading() as session:
        mail = find_silence_mail(session, messages[own_town["head"].id])
        team = find_turn_mails(session, idea, 1)
    assert mail is not None
    assert "1 Desember 2026" in mail.text
    assert "izin dianggap diberikan" in mail.text
    assert len(team) == 2
    assert all("izin dianggap diberikan" in each.text for each in team)


def test_where_silence_refuses_the_letter_says_that_nobody_answered_and_where_to_object(own_town: Town, clock: Clock) -> None:
    idea = asked(own_town, **REFUSES)
    let_pass(own_town, clock, idea)
    assert state(own_town, idea) == (IdeaStage.CLOSED, "permission_unanswered")
    own_town.do(number_rejection, idea, by="flow:recognition")
    (letter,) = own_town.rows(select(Document).where(Document.kind == "rejection"))
    assert (letter.content["stage"], letter.content["decided_by"]) == ("silence", "Kepala Kecamatan Andir")
    (reason,) = letter.content["reasons"]
    assert reason["code"] == "permission_unanswered"
    assert "Sampai dengan 1 Desember 2026 permintaan tersebut tidak dijawab" in reason["text"]


def test_who_answers_at_the_last_moment_decides(own_town: Town, clock: Clock) -> None:
    idea = asked(own_town, **REFUSES)
    clock.set(last_second(own_town, idea) + SECOND)
    tick(own_town)
    own_town.do(permit_idea, idea, granted=True, by="head")
    deliver(own_town, "intake")
    assert state(own_town, idea) == (IdeaStage.SCREENING, None)
    assert settled(own_town, idea) == []


def test_an_idea_that_was_withdrawn_meanwhile_is_left_alone(own_town: Town, clock: Clock) -> None:
    idea = asked(own_town, **GRANTS)
    clock.set(last_second(own_town, idea) + SECOND)
    tick(own_town)
    own_town.do(withdraw_idea, idea, by="lead")
    deliver(own_town, "intake")
    assert (state(own_town, idea)[0], settled(own_town, idea)) == (IdeaStage.WITHDRAWN, [])


def is_passed_up(town: Town, idea: str) -> bool:
    (item,) = open_items(town, idea, "permit")
    return settled(town, idea) == [] and (item.role, item.unit_path) != (Role.UNIT_HEAD, town.units["MALEBER"][1])


def test_a_head_of_the_team_is_not_silent_but_may_not_answer(own_town: Town, clock: Clock) -> None:
    team = (MemberShare(own_town["lead"].number, 5_000), MemberShare(own_town["head"].number, 5_000))
    idea = own_town.build_idea(IdeaStage.AWAITING_PERMISSION, call=own_town.build_call(**GRANTS), team=team)
    let_pass(own_town, clock, idea)
    assert is_passed_up(own_town, idea)
    clock.set(now() + timedelta(days=30))
    run_clock(own_town)
    assert is_passed_up(own_town, idea), "what was passed up is never decided by silence"


def test_where_nobody_heads_the_unit_nobody_is_silent(own_town: Town, clock: Clock) -> None:
    end_roles(own_town, "head")
    idea = asked(own_town, **REFUSES)
    let_pass(own_town, clock, idea)
    assert is_passed_up(own_town, idea)


def test_a_head_who_came_after_the_idea_had_not_all_the_days(own_town: Town, clock: Clock) -> None:
    end_roles(own_town, "head")
    idea = asked(own_town, **GRANTS)
    clock.set(now() + timedelta(days=6))
    head_unit(own_town, "walker", "MALEBER")
    let_pass(own_town, clock, idea)
    assert is_passed_up(own_town, idea)


def test_a_head_who_leaves_before_the_rule_is_carried_out_leaves_it_to_a_person(own_town: Town, clock: Clock) -> None:
    idea = asked(own_town, **GRANTS)
    clock.set(last_second(own_town, idea) + SECOND)
    tick(own_town)
    end_roles(own_town, "head")
    head_unit(own_town, "walker", "KOTA")
    run_clock(own_town)
    assert is_passed_up(own_town, idea)


def test_a_call_that_says_nothing_of_silence_asks_for_no_job(own_town: Town, clock: Clock) -> None:
    idea = asked(own_town)
    let_pass(own_town, clock, idea)
    assert own_town.rows(select(Message.id).where(Message.job == "end_silence")) == []
    own_town.do(end_silence, idea, by="flow:intake")
    assert settled(own_town, idea) == []


def test_nobody_ends_a_silence_by_hand_or_before_its_day(own_town: Town) -> None:
    idea = asked(own_town, **GRANTS)
    own_town.do(end_silence, idea, by="flow:intake")
    assert state(own_town, idea)[0] == IdeaStage.AWAITING_PERMISSION
    with pytest.raises(Forbidden, match="only_FLOW"):
        own_town.do(_force, idea, by="head")
    with pytest.raises(Conflict, match="not_due_yet"):
        own_town.do(_force, idea, by="flow:intake")


def _force(session: Session, idea_id: str, *, actor: Any) -> None:
    permit(session, read_context(session, idea_id, actor=actor), "expire", "granted", actor=actor)


def test_on_either_database_the_clock_asks_for_it_once(either_town: Town) -> None:
    town = either_town
    let_heads_serve(town)
    calls = [town.build_call(**policy) for policy in (GRANTS, {})]
    ideas = [town.build_idea(IdeaStage.AWAITING_PERMISSION, call=call) for call in calls]
    with town.store.unit_of_work() as session:
        for row in (*session.exec(select(Idea)), *session.exec(select(InboxItem).where(InboxItem.task == "permit"))):
            row.due_at = now() - timedelta(hours=1)
    for _ in range(2):
        tick(town)
    found = town.rows(select(Message.subject_id).where(Message.job == "end_silence"))
    assert found == ideas[:1]
    town.do(end_silence, ideas[0], by="flow:intake")
    assert town.idea(ideas[0]).stage == IdeaStage.SCREENING
    (passed,) = town.rows(select(InboxItem).where(InboxItem.idea_id == ideas[1], col(InboxItem.done_at).is_(None)))
    assert passed.passed_at is not None
