"""A late permit: one named person, one idea, until an instant, given by one person and confirmed by another; on record for everybody.

Who would cheat: a secretary who lets in a friend, a team-mate or themselves; two who agree on it; who passes a permit on, or uses it
twice. Who falls ill: whoever the permit is for. What an inspector expects: who let whom in, when, why, and what came of it.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from models.awards import Award
from models.calls import CallChange, CallChangeKind
from models.database import LostRace
from models.ideas import Decision
from models.instants import now
from models.late_permits import LatePermit
from models.ledger import LedgerEntry
from models.outbox import Message
from models.people import AccountNotice, Role
from models.stages import IdeaStage
from tests.building import POLICY, Town
from tests.clock import set_clock
from tests.workflows.intake.test_grace import find_what_is_due, late_of
from tests.workflows.region.test_call_life import WHY, call_of
from workflows.intake.draft import draft_idea
from workflows.intake.submit import submit_idea
from workflows.intake.team import MemberShare
from workflows.process.entry import find_permit, may_still_enter
from workflows.process.refusals import Conflict, Forbidden, Invalid, NotFound
from workflows.region.accounts import close_account
from workflows.region.call_life import archive_call, extend_call
from workflows.region.calls import close_call
from workflows.region.confirmations import confirm, list_confirmations, refuse
from workflows.region.late_permits import (
    NewPermit,
    confirm_late_permit,
    count_permits,
    end_late_permit,
    give_late_permit,
    list_permits,
)
from workflows.region.people import move_person
from workflows.region.retirement import Leaving, retire_person
from workflows.reward.propose import draft_ranked_awards, propose_award

LATE = {"late_days": 7}
RANKED = {**POLICY["rule_book"], "tiers": [{**tier, "places": 1} for tier in POLICY["rule_book"]["tiers"]]}
Passing = Callable[[datetime], None]


@pytest.fixture
def pass_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Passing:
    """Lets it be an instant."""
    return lambda instant: set_clock(monkeypatch, tmp_path, instant)


def build(town: Town, pass_to: Passing, **policy: Any) -> tuple[str, datetime]:
    """A call that lets people in late for a week, an hour after its end, which the clock has seen; and its end."""
    call = town.build_call(**{"closing": LATE, **policy})
    return call, over(town, call, pass_to)


def over(town: Town, call: str, pass_to: Passing) -> datetime:
    end = call_of(town, call).closes_at
    pass_to(end + timedelta(hours=1))
    find_what_is_due(town)
    return end


def give(town: Town, call: str, who: str = "lead", *, days: int = 2, by: str = "secretary", reason: str = WHY) -> LatePermit:
    new = NewPermit(town[who].number, now() + timedelta(days=days), reason)
    permit: LatePermit = town.do(give_late_permit, call, new, by=by)
    return permit


def let_in(town: Town, call: str, who: str = "lead", **named: Any) -> str:
    """A permit that counts."""
    permit = give(town, call, who, **named)
    town.do(confirm, permit.id, by="admin" if named.get("by") == "second_admin" else "second_admin")
    return permit.id


def permit_of(town: Town, permit_id: str) -> LatePermit:
    found: LatePermit = town.rows(select(LatePermit).where(LatePermit.id == permit_id))[0]
    return found


def counts(town: Town, call: str) -> tuple[int, int]:
    with town.store.reading() as session:
        found = count_permits(session, call)
        return found.given, found.used


# What it lets in


def test_whoever_has_a_permit_submits_one_idea_marked_with_it(either_town: Town, pass_to: Passing) -> None:
    town = either_town
    call = town.build_call(closing=LATE)
    idea, second = town.build_idea(call=call), town.build_idea(call=call, title="Gagasan kedua")
    end = over(town, call, pass_to)
    with pytest.raises(Conflict, match="call_closed"):
        town.do(submit_idea, idea, by="lead")
    permit = let_in(town, call)
    town.do(submit_idea, idea, by="lead")
    assert late_of(town, idea) == {"minutes": 60, "permit": permit}
    used = permit_of(town, permit)
    assert (used.idea_id, used.used_at) == (idea, end + timedelta(hours=1))
    with pytest.raises(Conflict, match="call_closed"):
        town.do(submit_idea, second, by="lead")
    assert counts(town, call) == (1, 1)


def test_who_had_no_draft_writes_one_under_the_permit(town: Town, pass_to: Passing) -> None:
    call, _end = build(town, pass_to)
    with pytest.raises(Conflict, match="call_not_open"):
        town.do(draft_idea, call, town.proposal(), by="lead")
    let_in(town, call)
    idea = town.do(draft_idea, call, town.proposal(), by="lead").idea.id
    town.join(idea)
    assert town.do(submit_idea, idea, by="lead").idea.stage == IdeaStage.SUBMITTED
    with pytest.raises(Conflict, match="call_not_open"):
        town.do(draft_idea, call, town.proposal(), by="lead")


def test_a_permit_cannot_be_passed_on(town: Town, pass_to: Passing) -> None:
    call = town.build_call(closing=LATE)
    idea = town.build_idea(call=call)
    over(town, call, pass_to)
    let_in(town, call, "mate")
    with pytest.raises(Conflict, match="call_closed"):
        town.do(submit_idea, idea, by="lead")


def test_a_permit_that_nobody_confirmed_lets_nobody_in(town: Town, pass_to: Passing) -> None:
    call = town.build_call(closing=LATE)
    idea = town.build_idea(call=call)
    over(town, call, pass_to)
    give(town, call)
    with pytest.raises(Conflict, match="call_closed"):
        town.do(submit_idea, idea, by="lead")
    assert counts(town, call) == (0, 0)


def test_the_last_instant_of_a_permit_is_too_late(town: Town, pass_to: Passing) -> None:
    call = town.build_call(closing=LATE)
    idea = town.build_idea(call=call)
    over(town, call, pass_to)
    until = permit_of(town, let_in(town, call)).until
    pass_to(until)
    with pytest.raises(Conflict, match="call_closed"):
        town.do(submit_idea, idea, by="lead")
    pass_to(until - timedelta(microseconds=1))
    town.do(submit_idea, idea, by="lead")


def test_a_permit_in_the_grace_is_kept_for_after_it(town: Town, pass_to: Passing) -> None:
    call = town.build_call(closing={"late_days": 7, "grace_minutes": 120})
    idea = town.build_idea(call=call)
    over(town, call, pass_to)
    permit = let_in(town, call)
    town.do(submit_idea, idea, by="lead")
    assert late_of(town, idea) == {"minutes": 60}
    assert permit_of(town, permit).used_at is None


def test_after_a_call_closed_early_the_days_count_from_then(town: Town) -> None:
    call = town.build_call(closing=LATE)
    idea = town.build_idea(call=call)
    town.do(close_call, call, by="secretary")
    with pytest.raises(Invalid, match="late_permit_too_long"):
        give(town, call, days=8)
    let_in(town, call, days=6)
    town.do(submit_idea, idea, by="lead")


# Who gives it, and who confirms


def test_only_the_secretariat_or_an_admin_over_the_call_gives_one(town: Town, pass_to: Passing) -> None:
    call, _end = build(town, pass_to)
    for who in town.people.keys() - {"secretary", "admin", "second_admin"}:
        with pytest.raises(Forbidden, match="only_secretariat"):
            give(town, call, "mate", by=who)
    with pytest.raises(Forbidden, match="only_secretariat"):
        give(town, call, "mate", by="flow:terminal")


def test_nobody_lets_themselves_in(town: Town, pass_to: Passing) -> None:
    call, _end = build(town, pass_to)
    town.give_role("mate", Role.SECRETARIAT, "KOTA")
    town.give_role("stranger", Role.LEADER, "KOTA")
    with pytest.raises(Forbidden, match="own_late_permit"):
        give(town, call, "mate", by="mate")
    permit = give(town, call, "stranger")
    with pytest.raises(Forbidden, match="own_confirmation"):
        town.do(confirm, permit.id, by="stranger")


def test_whoever_gave_it_does_not_confirm_it(town: Town, pass_to: Passing) -> None:
    call, _end = build(town, pass_to)
    permit = give(town, call, by="admin")
    with pytest.raises(Forbidden, match="own_confirmation"):
        town.do(confirm, permit.id, by="admin")
    for who in ("secretary", "chair", "verifier", "auditor", "lead"):
        with pytest.raises(Forbidden, match="only_second"):
            town.do(confirm, permit.id, by=who)
    town.do(confirm, permit.id, by="leader")
    assert permit_of(town, permit.id).confirmed_by == town["leader"].id
    with pytest.raises(Conflict, match="confirmation_settled"):
        town.do(confirm_late_permit, permit.id, by="second_admin")


@pytest.mark.parametrize("part", ["leads", "joined", "asked"])
def test_who_proposes_in_the_call_neither_gives_nor_confirms_nor_takes_back(town: Town, pass_to: Passing, part: str) -> None:
    town.give_role("mate", Role.SECRETARIAT, "KOTA")
    town.give_role("mate", Role.LEADER, "KOTA")
    call = town.build_call(closing=LATE)
    if part == "leads":
        town.build_idea(call=call, lead="mate")
    else:
        idea = str(town.do(draft_idea, call, town.proposal(), by="lead").idea.id)
        if part == "joined":
            town.join(idea)
    over(town, call, pass_to)
    with pytest.raises(Forbidden, match="own_idea_in_call"):
        give(town, call, "stranger", by="mate")
    permit = give(town, call, "lead")
    for act in (confirm, refuse):
        with pytest.raises(Forbidden, match="own_idea_in_call"):
            town.do(act, permit.id, by="mate")
    with town.store.reading() as session:
        assert list_confirmations(session, actor=town.actor(session, "mate")) == []


@pytest.mark.parametrize("who", ["secretary", "second_admin"])
def test_who_let_somebody_in_does_not_join_their_team_afterwards(town: Town, pass_to: Passing, who: str) -> None:
    call, _end = build(town, pass_to)
    let_in(town, call)
    team = (MemberShare(town["lead"].number, 6_000), MemberShare(town[who].number, 4_000))
    idea = town.do(draft_idea, call, town.proposal(team=team), by="lead").idea.id
    with pytest.raises(Conflict, match="late_permit_own_team"):
        town.do(submit_idea, idea, by="lead")
    town.join(idea)
    with pytest.raises(Conflict, match="late_permit_own_team"):
        town.do(submit_idea, idea, by="lead")


# What it must say


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"reason": "telat"}, {"reason": "text_too_short"}),
        ({"number": "198505052010011234"}, {"employee_number": "late_person_unknown"}),
        ({"number": "bukan nomor"}, {"employee_number": "late_person_unknown"}),
        ({"until": timedelta(days=7)}, {"until": "late_permit_too_long"}),
        ({"until": timedelta(0)}, {"until": "date_in_the_past"}),
        (
            {"number": "", "until": timedelta(days=-1), "reason": ""},
            {"employee_number": "late_person_unknown", "until": "date_in_the_past", "reason": "text_empty"},
        ),
    ],
)
def test_all_that_is_wrong_is_said_at_once(town: Town, pass_to: Passing, changes: dict[str, Any], faults: dict[str, str]) -> None:
    call, _end = build(town, pass_to)
    new = NewPermit(changes.get("number", town["lead"].number), now() + changes.get("until", timedelta(days=2)), changes.get("reason", WHY))
    with pytest.raises(Invalid) as refused:
        town.do(give_late_permit, call, new, by="secretary")
    assert {each.field: each.code for each in refused.value.parts or (refused.value,)} == faults


def test_a_permit_ends_at_most_so_many_days_after_the_end(town: Town, pass_to: Passing) -> None:
    call, end = build(town, pass_to)
    last = end + timedelta(days=7)
    with pytest.raises(Invalid, match="late_permit_too_long"):
        town.do(give_late_permit, call, NewPermit(town["lead"].number, last + timedelta(microseconds=1), WHY), by="secretary")
    town.do(give_late_permit, call, NewPermit(town["lead"].number, last, WHY), by="secretary")


def test_nobody_is_promised_lateness_before_the_end_nor_where_the_policy_knows_none(town: Town, pass_to: Passing) -> None:
    strict, open_call = town.build_call(), town.build_call(closing=LATE)
    with pytest.raises(Conflict, match="call_not_over"):
        give(town, open_call)
    over(town, strict, pass_to)
    with pytest.raises(Conflict, match="call_takes_nobody_late"):
        give(town, strict)


def test_nobody_has_two_permits_at_a_time(town: Town, pass_to: Passing) -> None:
    call, _end = build(town, pass_to)
    first = give(town, call)
    with pytest.raises(Conflict, match="late_permit_given"):
        give(town, call, by="admin")
    town.do(end_late_permit, first.id, by="secretary")
    let_in(town, call)


# What becomes of it


def test_a_permit_is_taken_back_until_it_is_used(town: Town, pass_to: Passing) -> None:
    call = town.build_call(closing=LATE)
    idea = town.build_idea(call=call)
    over(town, call, pass_to)
    permit = let_in(town, call)
    for who in ("chair", "lead", "auditor"):
        with pytest.raises(Forbidden):
            town.do(end_late_permit, permit, by=who)
    with pytest.raises(NotFound, match="late_permit_not_found"):
        town.do(end_late_permit, permit, call_id=town.call, by="secretary")
    town.do(end_late_permit, permit, call_id=call, by="secretary")
    with pytest.raises(Conflict, match="call_closed"):
        town.do(submit_idea, idea, by="lead")
    with pytest.raises(Conflict, match="late_permit_settled"):
        town.do(end_late_permit, permit, by="secretary")
    again = let_in(town, call)
    town.do(submit_idea, idea, by="lead")
    with pytest.raises(Conflict, match="late_permit_settled"):
        town.do(end_late_permit, again, by="secretary")
    assert counts(town, call) == (2, 1)


def test_a_permit_is_refused_by_who_might_confirm_it(town: Town, pass_to: Passing) -> None:
    call, _end = build(town, pass_to)
    permit = give(town, call)
    town.do(refuse, permit.id, by="leader")
    with pytest.raises(Conflict, match="confirmation_settled"):
        town.do(confirm, permit.id, by="second_admin")


def test_who_retired_meanwhile_is_let_in_no_more(town: Town, pass_to: Passing) -> None:
    call, _end = build(town, pass_to)
    permit = give(town, call, "stranger")
    town.do(retire_person, town["stranger"].id, Leaving(now().date() - timedelta(days=1), WHY), by="admin")
    with pytest.raises(Conflict, match="account_closed"):
        town.do(confirm, permit.id, by="second_admin")
    town.do(close_account, town["walker"].id, by="admin")
    with pytest.raises(Invalid, match="late_person_unknown"):
        give(town, call, "walker")


def test_who_moved_keeps_the_permit_and_proposes_for_their_new_unit(town: Town, pass_to: Passing) -> None:
    call, _end = build(town, pass_to)
    let_in(town, call, "stranger")
    town.do(move_person, town["stranger"].id, "CIROYOM", by="admin")
    idea = town.do(draft_idea, call, town.proposal(team=()), by="stranger").idea.id
    town.do(submit_idea, idea, by="stranger")
    assert town.idea(idea).unit_id == town.units["CIROYOM"][0]


def test_two_devices_at_once_let_in_one_idea(either_town: Town, pass_to: Passing) -> None:
    town = either_town
    call = town.build_call(closing=LATE)
    ideas = [town.build_idea(call=call, title=f"Gagasan {number}") for number in range(4)]
    over(town, call, pass_to)
    let_in(town, call)
    came = at_once([lambda idea=idea: town.do(submit_idea, idea, by="lead") for idea in ideas])
    assert sorted(came) == ["done", "refused", "refused", "refused"]
    assert [town.idea(idea).stage for idea in ideas].count(IdeaStage.SUBMITTED) == 1
    assert counts(town, call) == (1, 1)


def test_a_permit_taken_back_while_it_is_used_is_either(either_town: Town, pass_to: Passing) -> None:
    town = either_town
    call = town.build_call(closing=LATE)
    idea = town.build_idea(call=call)
    over(town, call, pass_to)
    permit = let_in(town, call)
    came = at_once([lambda: town.do(submit_idea, idea, by="lead"), lambda: town.do(end_late_permit, permit, by="secretary")])
    assert sorted(came) == ["done", "refused"]
    assert (permit_of(town, permit).ended_at is None) == (town.idea(idea).stage == IdeaStage.SUBMITTED)


def test_two_who_give_at_once_give_one_permit(either_town: Town, pass_to: Passing) -> None:
    town = either_town
    call, _end = build(town, pass_to)
    assert sorted(at_once([lambda who=who: give(town, call, by=who) for who in ("secretary", "admin")])) == ["done", "refused"]


def at_once(acts: list[Callable[[], object]]) -> list[str]:
    """What comes of acts that begin at the same time."""
    gate, came = Barrier(len(acts)), list[str]()

    def run(act: Callable[[], object]) -> None:
        gate.wait()
        try:
            act()
            came.append("done")
        except (Conflict, LostRace):
            came.append("refused")

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return came


# What everybody reads


def test_the_reason_stands_in_the_calls_story_without_a_name_once_it_is_confirmed(town: Town, pass_to: Passing) -> None:
    call, _end = build(town, pass_to)
    story = select(CallChange).where(CallChange.call_id == call, CallChange.kind == CallChangeKind.LATE_PERMITTED)
    permit = give(town, call)
    assert town.rows(story) == []
    town.do(confirm, permit.id, by="second_admin")
    [change] = town.rows(story)
    assert (change.reason, change.closes_at) == (WHY, permit_of(town, permit.id).until)


def test_who_gave_confirmed_and_took_back_stands_in_the_ledger(town: Town, pass_to: Passing) -> None:
    call, _end = build(town, pass_to)
    permit = let_in(town, call)
    town.do(end_late_permit, permit, by="admin")
    facts = town.rows(select(LedgerEntry).where(col(LedgerEntry.kind).like("call.%late%")).order_by(col(LedgerEntry.seq)))
    told = [(fact.kind, fact.payload["actor"], fact.payload["detail"]["permit"], fact.payload["detail"]["person"]) for fact in facts]
    lead = town["lead"].id
    assert told == [
        ("call.permit_late", town["secretary"].id, permit, lead),
        ("call.confirm_late", town["second_admin"].id, permit, lead),
        ("call.end_late", town["admin"].id, permit, lead),
    ]
    assert WHY not in str([fact.payload for fact in facts])


def test_the_person_is_told_by_page_and_mail(town: Town, pass_to: Passing) -> None:
    call, _end = build(town, pass_to)
    permit = give(town, call)
    notices = select(AccountNotice.kind).where(AccountNotice.person_id == town["lead"].id).order_by(col(AccountNotice.at))
    assert "late_permitted" not in town.rows(notices)
    town.do(confirm, permit.id, by="second_admin")
    town.do(end_late_permit, permit.id, by="secretary")
    assert town.rows(notices)[-2:] == ["late_permitted", "late_ended"]
    assert len(town.rows(select(Message.id).where(Message.job == "tell_holder"))) >= 2


def test_of_whom_a_permit_is_only_those_who_work_on_the_call_and_the_person_read(town: Town, pass_to: Passing) -> None:
    call, _end = build(town, pass_to)
    give(town, call, "stranger")
    let_in(town, call)

    def told(who: str) -> set[str]:
        with town.store.reading() as session:
            return {line.permit.person_id for line in list_permits(session, call, actor=town.actor(session, who))}

    both = {town["lead"].id, town["stranger"].id}
    assert all(told(who) == both for who in ("secretary", "admin", "chair", "leader", "auditor"))
    assert told("lead") == {town["lead"].id}
    assert all(told(who) == set() for who in ("stranger", "mate", "head", "reviewer1")), "who waits for it is not told before it counts"


@pytest.mark.parametrize("statement", ["DELETE FROM latepermit"])
def test_both_databases_keep_a_permit_on_record(either_town: Town, pass_to: Passing, statement: str) -> None:
    town = either_town
    call, _end = build(town, pass_to)
    permit = give(town, call)
    with pytest.raises(sa.exc.DBAPIError), town.store.unit_of_work() as session:
        session.execute(sa.text(statement))
    assert permit_of(town, permit.id).reason == WHY


# What follows from the end waits for whoever may still come in


def test_places_are_given_only_when_nobody_may_come_in_any_more(town: Town, pass_to: Passing) -> None:
    call = town.build_call(closing=LATE, rule_book=RANKED)
    early, late = town.build_idea(IdeaStage.ROLLED_OUT, call=call, points=70), town.build_idea(call=call, title="Gagasan yang terlambat")
    end = over(town, call, pass_to)
    let_in(town, call, days=6)
    find_what_is_due(town)
    town.do(draft_ranked_awards, call, by="flow:reward")
    with pytest.raises(Conflict, match="entry_not_over") as refused:
        town.do(propose_award, early, by="secretary")
    assert refused.value.parameters == {"closes_at": (end + timedelta(days=7)).isoformat()}
    assert town.rows(select(Award.id)) == []
    pass_to(end + timedelta(days=5))
    town.take(late, "submit", "route")
    pass_to(end + timedelta(days=8))
    find_what_is_due(town)
    town.do(draft_ranked_awards, call, by="flow:reward")
    assert town.rows(select(Award.id)) == [], "an idea that came in late is still on its way"
    steps = "permit granted, screen accepted, assign, score, close_review, draft_recommend, recommend feasible, determine adopted"
    town.take(late, *steps.split(", "), "plan_pilot", "start_pilot", "measure", "conclude", "compute_result", "verify roll_out", points=95)
    find_what_is_due(town)
    town.do(draft_ranked_awards, call, by="flow:reward")
    assert dict(town.rows(select(Award.idea_id, Award.tier))) == {late: "gold", early: "silver"}
    assert call_of(town, call).awards_drafted_at is not None


def test_after_awards_were_drafted_nobody_is_let_in(town: Town, pass_to: Passing) -> None:
    call, end = build(town, pass_to, rule_book=RANKED)
    pass_to(end + timedelta(days=7))
    find_what_is_due(town)
    town.do(draft_ranked_awards, call, by="flow:reward")
    assert call_of(town, call).awards_drafted_at is not None
    with pytest.raises(Invalid, match="late_permit_too_long"):
        give(town, call, days=1)


def test_an_unranked_call_awards_as_it_goes(town: Town, pass_to: Passing) -> None:
    """No place is taken from whoever comes in late: each award rests on the idea alone."""
    call = town.build_call(closing=LATE)
    idea = town.build_idea(IdeaStage.ROLLED_OUT, call=call)
    over(town, call, pass_to)
    with town.store.reading() as session:
        assert may_still_enter(session, call_of(town, call))
    town.take(idea, "propose")
    assert town.rows(select(Award.idea_id)) == [idea]


def test_a_call_is_not_put_away_while_somebody_may_still_come_in_by_a_permit(town: Town, pass_to: Passing) -> None:
    call, end = build(town, pass_to)
    give(town, call)
    with pytest.raises(Conflict, match="call_has_late_permits"):
        town.do(archive_call, call, by="secretary")
    pass_to(end + timedelta(days=3))
    town.do(archive_call, call, by="secretary")
    with pytest.raises(Conflict, match="call_archived"):
        give(town, call)


def test_a_permit_of_a_call_that_was_opened_again_is_not_needed_and_stays(town: Town, pass_to: Passing) -> None:
    call = town.build_call(closing=LATE)
    idea = town.build_idea(call=call)
    over(town, call, pass_to)
    permit = let_in(town, call)
    town.do(extend_call, call, now() + timedelta(days=1), WHY, by="secretary")
    town.do(submit_idea, idea, by="lead")
    assert late_of(town, idea) is None
    with town.store.reading() as session:
        found = find_permit(session, call_of(town, call), town["lead"].id)
        assert found is not None
        assert found.id == permit


def test_the_decision_of_a_late_submission_names_no_person(town: Town, pass_to: Passing) -> None:
    call = town.build_call(closing=LATE)
    idea = town.build_idea(call=call)
    over(town, call, pass_to)
    let_in(town, call)
    town.do(submit_idea, idea, by="lead")
    [detail] = town.rows(select(Decision.detail).where(Decision.idea_id == idea, Decision.action == "submit"))
    assert set(detail) == {"late"}
    assert set(detail["late"]) == {"minutes", "permit"}
