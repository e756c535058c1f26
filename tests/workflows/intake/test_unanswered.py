"""What is asked about the teams of ideas waits until a day and no longer: a member on leave holds nothing for ever, and nobody loses by it.

An inspector would ask: does silence give anybody anything? Can an office use it up over a holiday? Can the last word and the end both hold?
"""

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from models.answer_times import AnswerTime
from models.database import LostRace
from models.ideas import Idea
from models.instants import local_day, now, today
from models.merges import IdeaMerge
from models.outbox import Message
from models.people import NoticeKind
from models.stages import IdeaStage
from tests.building import Town
from tests.clock import stopped_clock
from tests.steps import REASON
from tests.workflows.intake.merged import ALL, agree, build_two, merge, open_both, propose, require_whole, terms_of
from tests.workflows.intake.test_agree import team_of
from tests.workflows.intake.waiting_long import after_the_end, facts, propose_as_lead, see, time_of, told_so
from tests.workflows.region.declaring import let_count
from tests.workflows.turns import Clock, clock, own_town, run_clock
from workflows.intake import answering, unanswered
from workflows.intake.merge import answer_merge, confirm_merge, open_merge, share_merge
from workflows.intake.merge_lists import list_waiting_merges
from workflows.intake.separate import undo_merge
from workflows.intake.withdraw import withdraw_idea
from workflows.process.refusals import Conflict

__all__ = ["clock", "own_town"]
pytestmark = pytest.mark.slow


def waiting(town: Town, who: str) -> list[str]:
    with town.store.reading() as session:
        return [each.row.id for each in list_waiting_merges(session, actor=town.actor(session, who))]


def test_a_member_who_never_answers_holds_a_merge_until_its_day_and_no_longer(either_town: Town) -> None:
    town = either_town
    first, second = build_two(town)
    asked = propose(town, first, second)
    open_both(town, asked)
    agree(town, asked, "lead", "mate", "owner")
    teams = team_of(town, first), team_of(town, second)
    with stopped_clock(time_of(town, asked).until - now() - timedelta(seconds=30)):
        see(town, asked)
        assert waiting(town, "walker") == [asked], "the last minute is still theirs"
    with after_the_end(town, asked):
        with pytest.raises(Conflict, match="answer_late") as refused:
            agree(town, asked, "walker")
        assert refused.value.parameters == {"until": local_day(time_of(town, asked).until).isoformat()}
        assert waiting(town, "walker") == [], "nobody is asked for what is over, be the clock as late as it may"
        for _ in range(2):
            see(town, asked)
        with pytest.raises(Conflict, match="answer_late"):
            agree(town, asked, "walker")
        (row,) = town.rows(select(IdeaMerge))
        assert (row.settled_at is not None, row.settled_by, row.is_done, facts(town, "idea.lapse_merge")) == (True, None, False, 1)
        assert told_so(town, NoticeKind.MERGE_ENDED) == dict.fromkeys((*ALL, "secretary"), 1)
        assert (team_of(town, first), team_of(town, second)) == teams
        assert (town.idea(first).stage, town.idea(second).stage) == (IdeaStage.SCREENING, IdeaStage.SCREENING)
        require_whole(town)
        merge(town, first, second)
    assert town.idea(second).stage == IdeaStage.CLOSED, "proposed anew it comes about"
    require_whole(town)


def test_what_is_over_stands_in_nobodys_way_also_where_the_clock_has_not_looked(town: Town) -> None:
    first, second = build_two(town)
    asked = propose(town, first, second)
    with pytest.raises(Conflict, match="merge_waits"):
        propose(town, first, second)
    with after_the_end(town, asked):
        again = propose(town, first, second)
        assert facts(town, "idea.lapse_merge") == 1
        assert told_so(town, NoticeKind.MERGE_ENDED) == {"lead": 1, "owner": 1, "secretary": 1}, "members never heard of it"
        see(town, asked)
    assert (facts(town, "idea.lapse_merge"), waiting(town, "lead")) == (1, [again])
    require_whole(town)


def test_whoever_is_asked_next_or_anew_has_the_whole_of_the_days(town: Town) -> None:
    first, second = build_two(town)
    asked = propose_as_lead(town, first, second)
    ends = [time_of(town, asked).until]

    def later(days: int, act: Any, *values: Any, **named: Any) -> None:
        with stopped_clock(timedelta(days=days)):
            town.do(act, *values, **named)
        ends.append(time_of(town, asked).until)

    later(5, open_merge, asked, by="owner")
    assert ends[-1] - ends[0] == timedelta(days=5), "the members were not asked before"
    later(6, answer_merge, asked, agrees=True, terms=terms_of(town, asked), by="lead")
    assert ends[-1] == ends[-2], "one more word gives nobody more time"
    shares = {town[who].id: share for who, share in {"lead": 3_100, "mate": 1_900, "owner": 3_500, "walker": 1_500}.items()}
    later(10, share_merge, asked, shares, by="owner")
    assert ends[-1] - ends[0] == timedelta(days=10), "all are asked again"
    later(11, share_merge, asked, shares, by="owner")
    assert ends[-1] == ends[-2], "who changes nothing moves no day"
    require_whole(town)


def test_the_silence_of_an_office_that_lacks_alone_ends_nothing(either_town: Town) -> None:
    town = either_town
    first, second = build_two(town)
    asked = propose_as_lead(town, first, second)
    town.do(open_merge, asked, by="owner")
    agree(town, asked, *ALL)
    assert (time_of(town, asked).of_office, time_of(town, asked).is_binding) == (True, False)
    before = told_so(town, NoticeKind.MERGE_ASKED)["secretary"]
    with stopped_clock(time_of(town, asked).next_at - now()):  # type: ignore[operator]
        see(town, asked)
    assert told_so(town, NoticeKind.MERGE_ASKED)["secretary"] == before + 1
    with stopped_clock(timedelta(days=200)):
        for _ in range(2):
            see(town, asked)
        assert time_of(town, asked).next_at == now() + timedelta(days=7), "it is asked again whether it may still come about"
        assert told_so(town, NoticeKind.MERGE_ASKED)["secretary"] == before + 1, "without a word"
        town.do(confirm_merge, asked, confirms=True, by="secretary")
    assert town.idea(second).stage == IdeaStage.CLOSED
    require_whole(town)


def test_taking_a_merge_back_is_asked_until_a_day_and_the_merge_stays(either_town: Town) -> None:
    town = either_town
    first, second = build_two(town)
    asked = merge(town, first, second)
    town.do(undo_merge, asked, reason=REASON, by="mate")
    with after_the_end(town, asked):
        with pytest.raises(Conflict, match="answer_late"):
            town.do(undo_merge, asked, reason="", by="walker")
        for _ in range(2):
            see(town, asked)
        assert (facts(town, "idea.lapse_separation"), waiting(town, "walker")) == (1, [])
        require_whole(town)
        town.do(undo_merge, asked, reason=REASON, by="walker")
        assert waiting(town, "mate") == [asked], "and may be asked anew"
        for who in ("lead", "mate", "owner"):
            town.do(undo_merge, asked, reason="", by=who)
    assert (town.idea(second).stage, len(team_of(town, first))) == (IdeaStage.SCREENING, 2)
    require_whole(town)


def test_those_who_have_not_answered_are_reminded_on_working_days_once_each(own_town: Town, clock: Clock) -> None:
    first, second = build_two(own_town)
    asked = propose(own_town, first, second)
    assert time_of(own_town, asked).until.astimezone(now().tzinfo) == datetime(2026, 12, 1, 16, 59, 59, tzinfo=now().tzinfo)
    open_both(own_town, asked)
    agree(own_town, asked, "lead", "mate")
    asked_first = told_so(own_town, NoticeKind.MERGE_ASKED)
    counts = []
    for instant in ("11-27T07:59", "11-27T08:00", "11-27T09:00", "11-30T08:00", "12-01T23:59"):
        clock.set(f"2026-{instant}:00+07:00")
        for _ in range(2):
            run_clock(own_town)
        more = {who: many - asked_first[who] for who, many in told_so(own_town, NoticeKind.MERGE_ASKED).items()}
        counts.append({who: many for who, many in more.items() if many})
    silent = ("owner", "walker")
    assert counts == [{}, *(dict.fromkeys(silent, many) for many in (1, 1, 2, 2))], "on the third working day and the one before the last"
    assert facts(own_town, "idea.lapse_merge") == 0
    clock.set("2026-12-02T00:00:00+07:00")
    for _ in range(3):
        run_clock(own_town)
    assert (facts(own_town, "idea.lapse_merge"), time_of(own_town, asked).next_at) == (1, None)
    messages = len(own_town.rows(select(Message.id).where(Message.job == "see_to_request")))
    clock.set("2027-02-01T08:00:00+07:00")
    run_clock(own_town)
    assert len(own_town.rows(select(Message.id).where(Message.job == "see_to_request"))) == messages


def test_a_holiday_uses_nobodys_days_up(own_town: Town, clock: Clock) -> None:
    free = [day for ahead in range(1, 11) if (day := today() + timedelta(days=ahead)).weekday() < 5]
    for day in free:  # it is proposed on the eve of a long holiday
        let_count(own_town, day)
    first, second = build_two(own_town)
    asked = propose(own_town, first, second)
    end = local_day(time_of(own_town, asked).until)
    assert end >= free[-1] + timedelta(days=3), "three days on which offices work, though the policy's seven are over by then"
    let_count(own_town, end)
    clock.set(f"{end + timedelta(days=1)}T00:00:00+07:00")
    with pytest.raises(Conflict, match="merge_waits"):
        propose(own_town, first, second)
    own_town.do(open_merge, asked, by="lead")  # though the clock has not looked
    see(own_town, asked)
    assert (facts(own_town, "idea.lapse_merge"), local_day(time_of(own_town, asked).until) > end) == (0, True)


def test_what_an_earlier_release_asked_has_its_days_from_the_upgrade_on(own_town: Town, clock: Clock) -> None:
    first, second = build_two(own_town)
    asked, standing = propose(own_town, first, second), merge(own_town, *build_two(own_town))
    own_town.do(undo_merge, standing, reason=REASON, by="mate")
    with own_town.store.unit_of_work() as session:
        session.execute(sa.delete(AnswerTime))
    clock.set("2027-06-01T10:00:00+07:00")
    assert set(waiting(own_town, "lead")) == {asked, standing}
    for _ in range(2):
        run_clock(own_town)
    ends = {request: local_day(time_of(own_town, request).until) for request in (asked, standing)}
    assert ends == dict.fromkeys(ends, today() + timedelta(days=7))
    assert (facts(own_town, "idea.lapse_merge"), set(waiting(own_town, "lead"))) == (0, {asked, standing})


def test_of_an_idea_that_is_over_meanwhile_nobody_is_told_anything(town: Town) -> None:
    first, second = build_two(town)
    asked = propose(town, first, second)
    town.do(withdraw_idea, second, by="owner")
    before = told_so(town, NoticeKind.MERGE_ASKED)
    with stopped_clock(time_of(town, asked).next_at - now()):  # type: ignore[operator]
        see(town, asked)
    with after_the_end(town, asked):
        see(town, asked)
    assert (told_so(town, NoticeKind.MERGE_ASKED), told_so(town, NoticeKind.MERGE_ENDED)) == (before, {})
    assert town.rows(select(IdeaMerge.id).where(col(IdeaMerge.settled_at).is_(None))) == []
    require_whole(town)


@pytest.mark.parametrize("turn", range(3))
def test_the_last_consent_and_the_end_in_the_same_second_never_both_hold(
    either_town: Town, monkeypatch: pytest.MonkeyPatch, turn: int
) -> None:
    town = either_town
    first, second = build_two(town)
    asked = propose(town, first, second)
    open_both(town, asked)
    agree(town, asked, "lead", "mate", "owner")
    until, terms, ready = time_of(town, asked).until, terms_of(town, asked), threading.Barrier(2)
    clocks = {"agree": until, "see": until + timedelta(seconds=1)}  # of two processes

    def read() -> datetime:
        return clocks.get(threading.current_thread().name) or now()

    monkeypatch.setattr(answering, "now", read)
    monkeypatch.setattr(unanswered, "now", read)
    refused, done = list[Exception](), list[str]()

    def act(do: Any, *values: Any, **named: Any) -> None:
        ready.wait()
        try:
            town.do(do, *values, **named)
            done.append(threading.current_thread().name)
        except (Conflict, LostRace) as fault:
            refused.append(fault)

    threads = [
        threading.Thread(name="agree", target=act, args=(answer_merge, asked), kwargs={"agrees": True, "terms": terms, "by": "walker"}),
        threading.Thread(name="see", target=act, args=(unanswered.see_to_request, asked), kwargs={"by": "flow:intake"}),
    ]
    for thread in threads[:: 1 if turn % 2 else -1]:
        thread.start()
    for thread in threads:
        thread.join()
    with town.store.reading() as session:
        row, stage = session.get_one(IdeaMerge, asked), session.get_one(Idea, second).stage
        held = (row.is_done, stage, len(team_of(town, first)), facts(town, "idea.lapse_merge"))
    assert held in ((True, IdeaStage.CLOSED, 4, 0), (False, IdeaStage.SCREENING, 2, 1)), (held, refused)
    assert ("agree" in done) == row.is_done, refused
    require_whole(town)
