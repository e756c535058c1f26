"""A call's end moves only later, with a reason, by somebody without an idea in it; what is decided may be put away.

Who would cheat: a secretary who sees who is missing, or has a draft of their own; one who ends a call early for others and opens it again
for friends once scores are read. Who errs: who types yesterday. What an inspector expects: the reason, for everybody to read.
"""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from models.calls import Call, CallChange, CallChangeKind, CallState
from models.ideas import Idea
from models.inbox import InboxItem
from models.instants import now
from models.ledger import LedgerEntry
from models.outbox import Message
from models.people import HeadCapacity, Role
from models.stages import IdeaStage
from tests.building import Town
from tests.clock import set_clock
from tests.workflows.region.test_signatures import plan
from workflows.delivery.due import find_due
from workflows.intake.submit import submit_idea
from workflows.process.attest.compare import compare_rows
from workflows.process.refusals import Conflict, Forbidden, Invalid
from workflows.recognition.tell_changes import find_change_mail
from workflows.region.call_life import archive_call, count_ideas, extend_call, restore_call
from workflows.region.calls import close_call, open_call
from workflows.region.grants import give_role
from workflows.region.heads import NewGrant
from workflows.region.signatures import sign_policy

WHY = "Jaringan kantor kecamatan terputus selama tiga hari."


def call_of(town: Town, call_id: str) -> Call:
    found: Call = town.rows(select(Call).where(Call.id == call_id))[0]
    return found


def told(town: Town) -> set[str]:
    """Who of the town is to be told of a change of a call."""
    ids = set(town.rows(select(Message.subject_id).where(Message.job == "tell_call_change")))
    return {one.who for one in town.people.values() if one.id in ids}


def changes(town: Town) -> list[CallChange]:
    return town.rows(select(CallChange).where(CallChange.kind != CallChangeKind.OPENED).order_by(col(CallChange.at)))


def later(town: Town, call_id: str, days: int = 5) -> datetime:
    return call_of(town, call_id).closes_at + timedelta(days=days)


def pass_end(town: Town, call_id: str, folder: Path, patch: pytest.MonkeyPatch, days: int = 1) -> None:
    """It is so many days after the call's end, and the clock has looked."""
    set_clock(patch, folder, call_of(town, call_id).closes_at + timedelta(days=days))
    with town.store.unit_of_work() as session:
        find_due(session)


def test_an_extension_moves_the_end_and_everybody_may_read_why(either_town: Town) -> None:
    town = either_town
    call = town.call
    before, until = call_of(town, call).closes_at, later(town, call)
    town.do(extend_call, call, until, WHY, by="secretary")
    assert call_of(town, call).closes_at == until
    [change] = changes(town)
    assert (change.kind, change.reason, change.closes_before, change.closes_at) == (CallChangeKind.EXTENDED, WHY, before, until)
    assert change.actor_id == town["secretary"].id
    [fact] = town.rows(select(LedgerEntry.payload).where(LedgerEntry.kind == "call.extend"))
    said = {"before": before.isoformat(), "closes_at": until.isoformat(), "reopened": False}
    assert (fact["actor"], fact["detail"]) == (town["secretary"].id, said)


def test_an_idea_is_taken_until_the_new_end(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    call = town.call
    idea, until = town.build_idea(), later(town, call)
    town.do(extend_call, call, until, WHY, by="secretary")
    set_clock(monkeypatch, tmp_path, until - timedelta(minutes=1))
    with town.store.unit_of_work() as session:
        find_due(session)
    assert town.do(submit_idea, idea, by="lead").idea.stage == IdeaStage.SUBMITTED


def test_who_holds_a_draft_is_told_once_and_no_head_learns_by_it_that_somebody_writes(either_town: Town) -> None:
    town = either_town
    town.build_idea()
    town.build_idea()
    town.do(extend_call, town.call, later(town, town.call), WHY, by="secretary")
    assert told(town) == {"lead", "mate"}
    assert len(town.rows(select(Message.id).where(Message.job == "tell_call_change"))) == len(told(town))


@pytest.mark.parametrize("stage", [IdeaStage.AWAITING_PERMISSION, IdeaStage.IN_REVIEW, IdeaStage.RECOMMENDED])
def test_the_head_of_a_unit_with_an_idea_under_way_is_told_and_no_other_head(either_town: Town, stage: IdeaStage) -> None:
    town = either_town
    town.build_idea(stage)
    town.do(extend_call, town.call, later(town, town.call), WHY, by="secretary")
    assert told(town) == {"head"}


@pytest.mark.parametrize("stage", [IdeaStage.REJECTED, IdeaStage.ROLLED_OUT, IdeaStage.WITHDRAWN])
def test_what_is_over_tells_no_head(town: Town, stage: IdeaStage) -> None:
    town.build_idea(stage)
    town.do(extend_call, town.call, later(town, town.call), WHY, by="secretary")
    assert told(town) == set()


def test_the_nearest_head_is_told_and_whoever_acts_for_them_and_not_the_one_above(either_town: Town) -> None:
    town = either_town
    town.give_role("walker", Role.UNIT_HEAD, "MALEBER")
    acting = NewGrant(Role.UNIT_HEAD, "MALEBER", HeadCapacity.DAILY, now().date() + timedelta(days=9))
    town.do(give_role, town["stranger"].id, acting, by="admin")
    town.build_idea(IdeaStage.AWAITING_PERMISSION)
    town.do(extend_call, town.call, later(town, town.call), WHY, by="secretary")
    assert told(town) == {"walker", "stranger"}


def test_an_idea_of_another_call_tells_no_head(town: Town) -> None:
    town.build_idea(IdeaStage.AWAITING_PERMISSION, call=town.build_call(code="LAIN"))
    town.do(extend_call, town.call, later(town, town.call), WHY, by="secretary")
    assert told(town) == set()


def test_the_mail_says_both_ends_and_the_reason_and_names_ones_own_drafts_only(town: Town) -> None:
    call = town.call
    town.build_idea(title="Loket keliling")
    town.build_idea(IdeaStage.AWAITING_PERMISSION, title="Antrean puskesmas")
    town.do(extend_call, call, later(town, call), WHY, by="secretary")
    asked = {message.subject_id: message for message in town.rows(select(Message).where(Message.job == "tell_call_change"))}
    with town.store.reading() as session:
        own, head = (find_change_mail(session, asked[town[who].id]) for who in ("lead", "head"))
    assert own is not None
    assert head is not None
    assert all(each in own.text for each in (WHY, "Loket keliling", "Semula berakhir", "Sekarang berakhir"))
    assert WHY in head.text
    assert not any(each in head.text for each in ("Loket keliling", "Antrean puskesmas"))


def test_who_is_asked_to_join_may_answer_until_the_new_end_where_the_old_one_cut_their_days(
    either_town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = either_town
    call = town.call
    end = call_of(town, call).closes_at
    set_clock(monkeypatch, tmp_path, end - timedelta(days=2))
    idea = town.ask_team()
    due = select(InboxItem.due_at).where(InboxItem.idea_id == idea, InboxItem.task == "agree")
    assert town.rows(due) == [end]
    town.do(extend_call, call, end + timedelta(days=1), WHY, by="secretary")
    assert town.rows(due) == [end + timedelta(days=1)]
    town.do(extend_call, call, end + timedelta(days=60), WHY, by="secretary")
    [moved] = town.rows(due)
    assert end + timedelta(days=4) < moved < end + timedelta(days=6), "the policy's seven days, from when they were asked"


@pytest.mark.parametrize(
    ("days", "reason", "faults"),
    [
        (5, "", {"reason": "text_empty"}),
        (5, "terlambat", {"reason": "text_too_short"}),
        (-1, WHY, {"until": "call_end_not_later"}),
        (0, WHY, {"until": "call_end_not_later"}),
        (-100, "", {"until": "date_in_the_past", "reason": "text_empty"}),
        (400, WHY, {"until": "extension_too_long"}),
    ],
)
def test_an_end_that_comes_earlier_and_a_missing_reason_are_refused_at_once(
    town: Town, days: int, reason: str, faults: dict[str, str]
) -> None:
    call = town.call
    until = later(town, call, days)
    with pytest.raises(Invalid) as refused:
        town.do(extend_call, call, until, reason, by="secretary")
    assert {each.field: each.code for each in refused.value.parts or (refused.value,)} == faults
    assert changes(town) == []


def test_the_end_of_a_planned_call_moves_either_way_but_not_before_its_beginning(town: Town) -> None:
    call = plan(town)
    town.do(extend_call, call, now() + timedelta(days=3), WHY, by="secretary")
    assert told(town) == set()
    opens = call_of(town, call).opens_at
    with pytest.raises(Invalid, match="date_in_the_past"):
        town.do(extend_call, call, opens - timedelta(minutes=1), WHY, by="secretary")


def test_nobody_but_its_keepers_extends_a_call_and_none_of_them_who_proposes_in_it(town: Town) -> None:
    call = town.call
    until = later(town, call)
    for who in town.people.keys() - {"secretary", "admin", "second_admin"}:
        with pytest.raises(Forbidden, match="only_secretariat"):
            town.do(extend_call, call, until, WHY, by=who)
    town.give_role("mate", Role.SECRETARIAT, "KOTA")
    town.do(extend_call, call, until, WHY, by="mate")
    town.ask_team()
    with pytest.raises(Forbidden, match="own_idea_in_call"):
        town.do(extend_call, call, until + timedelta(days=1), WHY, by="mate")


def test_a_closed_call_is_opened_again_once_within_a_week_and_before_any_score(
    either_town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = either_town
    call = town.call
    pass_end(town, call, tmp_path, monkeypatch, days=7)
    assert call_of(town, call).state == CallState.CLOSED
    town.do(extend_call, call, now() + timedelta(days=3), WHY, by="secretary")
    assert call_of(town, call).state == CallState.OPEN
    assert [each.kind for each in changes(town)] == [CallChangeKind.REOPENED]
    pass_end(town, call, tmp_path, monkeypatch)
    with pytest.raises(Conflict, match="call_reopened_before"):
        town.do(extend_call, call, now() + timedelta(days=3), WHY, by="secretary")


def test_a_call_that_closed_long_ago_or_was_scored_stays_closed(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scored, old = town.build_call(), town.build_call()
    town.build_idea(IdeaStage.SHORTLISTED, call=scored)
    pass_end(town, scored, tmp_path, monkeypatch)
    with pytest.raises(Conflict, match="call_judged_already"):
        town.do(extend_call, scored, now() + timedelta(days=3), WHY, by="secretary")
    set_clock(monkeypatch, tmp_path, now() + timedelta(days=8))
    with pytest.raises(Conflict, match="call_over_too_long"):
        town.do(extend_call, old, now() + timedelta(days=3), WHY, by="secretary")


def test_a_call_closed_by_hand_too_early_stands_in_its_story_and_may_be_opened_again(town: Town) -> None:
    call = town.call
    end = call_of(town, call).closes_at
    town.do(close_call, call, by="secretary")
    town.do(extend_call, call, end, WHY, by="secretary")
    assert [each.kind for each in changes(town)] == [CallChangeKind.CLOSED, CallChangeKind.REOPENED]
    assert call_of(town, call).state == CallState.OPEN


def test_opening_a_call_stands_in_its_story(town: Town) -> None:
    call = plan(town)
    town.do(sign_policy, call, 1, by="chair")
    town.do(open_call, call, by="secretary")
    [change] = town.rows(select(CallChange))
    assert (change.kind, change.actor_id) == (CallChangeKind.OPENED, town["secretary"].id)


def test_a_call_is_put_away_only_when_it_is_closed_and_nothing_in_it_is_under_way(
    either_town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = either_town
    call = town.call
    town.build_idea()
    town.build_idea(IdeaStage.SCREENING)
    rejected = town.build_idea(IdeaStage.REJECTED)
    with pytest.raises(Conflict, match="call_not_closed"):
        town.do(archive_call, call, by="secretary")
    town.do(close_call, call, by="secretary")
    with pytest.raises(Conflict, match="call_under_way") as refused:
        town.do(archive_call, call, by="secretary")
    assert refused.value.parameters == {"count": 2}
    [waiting] = ids_in(town, IdeaStage.SCREENING)
    town.take(waiting, "withdraw")
    with pytest.raises(Conflict, match="call_under_way"):
        town.do(archive_call, call, by="secretary")
    set_clock(monkeypatch, tmp_path, town.idea(rejected).stage_since + timedelta(days=31))
    town.do(archive_call, call, by="secretary")
    assert call_of(town, call).archived_at is not None
    with pytest.raises(Conflict, match="call_archived"):
        town.do(archive_call, call, by="secretary")
    town.do(restore_call, call, by="secretary")
    assert call_of(town, call).archived_at is None
    with pytest.raises(Conflict, match="call_not_archived"):
        town.do(restore_call, call, by="secretary")
    with town.store.reading() as session:
        assert compare_rows(session).differences == []


def test_an_award_before_its_hour_is_told_by_no_count_of_its_call(town: Town) -> None:
    idea = town.build_idea(IdeaStage.ROLLED_OUT)
    counted = []
    for build in (lambda: None, lambda: town.build_award(idea=idea)):
        build()
        with town.store.reading() as session:
            counted.append(count_ideas(session, session.get_one(Call, town.call)))
    assert counted[0] == counted[1]
    assert counted[0].under_way == 0


def ids_in(town: Town, stage: IdeaStage) -> list[str]:
    return town.rows(select(Idea.id).where(Idea.stage == stage))


@pytest.mark.parametrize("statement", ["UPDATE callchange SET reason = 'lain'", "DELETE FROM callchange"])
def test_both_databases_keep_what_happened_to_a_call(either_town: Town, statement: str) -> None:
    town = either_town
    town.do(extend_call, town.call, later(town, town.call), WHY, by="secretary")
    with pytest.raises(sa.exc.DBAPIError), town.store.unit_of_work() as session:
        session.execute(sa.text(statement))
    assert [each.reason for each in changes(town)] == [WHY]
