"""What falls due: on its instant and not a second before, once, however often and however late the clock looks."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from models.awards import Award
from models.calls import Call, CallState
from models.ideas import Idea
from models.ledger import LedgerEntry
from models.outbox import Message
from models.people import Role
from models.reviews import Review, ReviewState
from models.settings import settings
from models.stages import AwardStage, IdeaStage
from tests.building import Town
from tests.steps import plan
from tests.workflows.turns import Clock, clock, contest, deliver, midnight, open_items, own_town, quiet, run_clock, tick
from workflows.pilot.start import plan_pilot
from workflows.region.calls import close_call
from workflows.review.determine import resume_idea
from workflows.review.score import score_idea
from workflows.reward.announce import schedule_award

__all__ = ["clock", "own_town"]

ZONES = ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"]
POINTS = {"novelty": 90, "impact": 90}


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("stage", "days", "target", "reason"),
    [
        (IdeaStage.DEFERRED, 180, IdeaStage.CLOSED, "deferral_expired"),
        (IdeaStage.REJECTED, 730, IdeaStage.CLOSED, "determined_rejected"),
    ],
)
def test_a_wait_ends_with_the_last_second_of_the_regions_day(
    own_town: Town, clock: Clock, zone: str, stage: IdeaStage, days: int, target: IdeaStage, reason: str
) -> None:
    clock.move_to(zone)
    idea_id = own_town.build_idea(stage)
    after = midnight(date(2026, 11, 24) + timedelta(days=days + 1), zone)
    clock.set(after - timedelta(seconds=1))
    run_clock(own_town)
    assert own_town.idea(idea_id).stage == stage
    clock.set(after)
    run_clock(own_town)
    assert (own_town.idea(idea_id).stage, own_town.idea(idea_id).reason_code) == (target, reason)


def test_a_review_closes_by_date_with_the_scores_that_are_in(own_town: Town, clock: Clock) -> None:
    idea_id = own_town.build_idea(IdeaStage.IN_REVIEW)
    reviews = own_town.rows(select(Review).where(Review.idea_id == idea_id))
    for review in reviews[:2]:
        who = next(one.who for one in own_town.people.values() if one.id == review.reviewer_id)
        own_town.do(score_idea, idea_id, POINTS, by=who)
    clock.set(midnight(date(2026, 12, 9)) - timedelta(seconds=1))
    run_clock(own_town)
    assert own_town.idea(idea_id).stage == IdeaStage.IN_REVIEW
    clock.set(midnight(date(2026, 12, 9)))
    run_clock(own_town)
    assert (own_town.idea(idea_id).stage, own_town.idea(idea_id).score) == (IdeaStage.SHORTLISTED, 90)
    states = sorted(own_town.rows(select(Review.state).where(Review.idea_id == idea_id)))
    assert states == [ReviewState.LAPSED, ReviewState.SCORED, ReviewState.SCORED]


def test_where_nobody_scored_in_time_the_secretariat_is_asked_once(own_town: Town, clock: Clock) -> None:
    idea_id = own_town.build_idea(IdeaStage.IN_REVIEW)
    clock.set(midnight(date(2026, 12, 9)))
    for _ in range(3):
        run_clock(own_town)
    assert own_town.idea(idea_id).stage == IdeaStage.IN_REVIEW
    assert [item.role for item in open_items(own_town, idea_id, "assign")] == [Role.SECRETARIAT]


@pytest.mark.parametrize("zone", ZONES)
def test_a_pilot_starts_with_the_first_second_of_its_day_in_the_regions_zone(own_town: Town, clock: Clock, zone: str) -> None:
    clock.move_to(zone)
    idea_id = own_town.build_idea(IdeaStage.DETERMINED)
    first = date(2026, 12, 1)
    own_town.do(plan_pilot, idea_id, plan(own_town["owner"].id, starts_on=first, ends_on=first + timedelta(days=40)), by="secretary")
    clock.set(midnight(first, zone) - timedelta(seconds=1))
    run_clock(own_town)
    assert own_town.idea(idea_id).stage == IdeaStage.DETERMINED
    clock.set(midnight(first, zone))
    run_clock(own_town)
    assert own_town.idea(idea_id).stage == IdeaStage.IN_PILOT
    (item,) = open_items(own_town, idea_id, "measure")
    assert item.due_at == midnight(first + timedelta(days=41), zone) - timedelta(seconds=1)


def test_an_award_is_announced_at_its_hour_and_not_a_second_earlier(own_town: Town, clock: Clock) -> None:
    award_id = own_town.build_award(AwardStage.APPROVED)
    hour = datetime(2026, 12, 17, 9, 0, tzinfo=ZoneInfo(ZONES[0]))
    own_town.do(schedule_award, award_id, announce_at=hour, by="leader")
    clock.set(hour - timedelta(seconds=1))
    run_clock(own_town)
    assert own_town.award(award_id).stage == AwardStage.SCHEDULED
    clock.set(hour)
    run_clock(own_town)
    assert (own_town.award(award_id).stage, own_town.award(award_id).announced_at) == (AwardStage.ANNOUNCED, hour)


def test_an_hour_that_was_moved_is_announced_at_the_later_one(own_town: Town, clock: Clock) -> None:
    award_id = own_town.build_award(AwardStage.APPROVED)
    hour = datetime(2026, 12, 17, 2, 0, tzinfo=UTC)
    own_town.do(schedule_award, award_id, announce_at=hour, by="leader")
    clock.set(hour)
    tick(own_town)
    own_town.do(schedule_award, award_id, announce_at=hour + timedelta(hours=1), by="leader")
    deliver(own_town, "reward")
    assert own_town.award(award_id).stage == AwardStage.SCHEDULED
    clock.set(hour + timedelta(hours=1))
    run_clock(own_town)
    assert own_town.award(award_id).stage == AwardStage.ANNOUNCED


def test_a_call_closes_with_its_last_instant_and_once(own_town: Town, clock: Clock) -> None:
    call_id = own_town.call

    def call() -> Call:
        return own_town.rows(select(Call).where(Call.id == call_id))[0]

    clock.set(call().closes_at - timedelta(seconds=1))
    run_clock(own_town)
    assert call().state == CallState.OPEN
    clock.set(call().closes_at)
    run_clock(own_town)
    run_clock(own_town)
    assert call().state == CallState.CLOSED
    assert len(own_town.rows(select(LedgerEntry).where(LedgerEntry.kind == "call.close"))) == 1


def test_a_contest_is_ranked_once_when_it_is_closed_and_all_are_decided(own_town: Town, clock: Clock) -> None:
    call_id, ideas = contest(own_town, 2, (70, 90, 80))
    deferred = own_town.build_idea(IdeaStage.RECOMMENDED, call=call_id)
    own_town.do(close_call, call_id, by="secretary")
    run_clock(own_town)
    assert own_town.rows(select(Award.idea_id)) == []
    with own_town.store.unit_of_work() as session:
        session.execute(sa.update(Idea).where(col(Idea.id) == deferred).values(stage=IdeaStage.CLOSED))
    for _ in range(3):
        run_clock(own_town)
    assert sorted(own_town.rows(select(Award.idea_id))) == sorted(ideas[1:])


def test_an_idea_that_came_back_while_the_ranking_was_asked_for_only_delays_it(own_town: Town, clock: Clock) -> None:
    call_id, ideas = contest(own_town, 1, (90,))
    deferred = own_town.build_idea(IdeaStage.DEFERRED, call=call_id)
    own_town.do(close_call, call_id, by="secretary")
    tick(own_town)
    clock.set("2026-11-25T10:00:00+07:00")
    own_town.do(resume_idea, deferred, reason="Anggaran sudah ada.", by="secretary")
    run_clock(own_town)
    assert own_town.rows(select(Award.idea_id)) == []
    clock.set("2026-11-26T10:00:00+07:00")
    with own_town.store.unit_of_work() as session:
        values = {"stage": IdeaStage.CLOSED, "stage_since": datetime(2026, 11, 26, 3, tzinfo=UTC)}
        session.execute(sa.update(Idea).where(col(Idea.id) == deferred).values(**values))
    run_clock(own_town)
    run_clock(own_town)
    assert own_town.rows(select(Award.idea_id)) == ideas


def mails() -> list[str]:
    return sorted(file.name for file in (settings().data / "mail").glob("digest*.eml"))


def test_a_digest_goes_out_once_on_each_morning_on_which_something_is_new_near_or_late(own_town: Town, clock: Clock) -> None:
    """Who errs: whoever tells people about each of two hundred items, so that they stop reading."""
    ideas = [own_town.build_idea(IdeaStage.SCREENING) for _ in range(3)]
    quiet(own_town)
    (item, *_) = (open_items(own_town, idea, "screen")[0] for idea in ideas)
    assert item.due_at is not None
    last = item.due_at.astimezone(ZoneInfo("Asia/Jakarta")).date()
    morning = {days: midnight(last + timedelta(days=days)) + timedelta(hours=7) for days in (-2, -1, 0, 1, 2)}
    for instant, sent in (
        (morning[-2], 0),
        (morning[-1] - timedelta(seconds=1), 0),
        (morning[-1], 1),
        (morning[-1] + timedelta(hours=9), 1),
        (morning[0], 2),
        (morning[1], 3),
        (morning[2], 4),
    ):
        clock.set(instant)
        for _ in range(2):
            tick(own_town)
            deliver(own_town, "recognition")
        assert len(mails()) == sent, instant


def test_what_became_overdue_while_nobody_looked_is_told_in_one_mail(own_town: Town, clock: Clock) -> None:
    own_town.build_idea(IdeaStage.SCREENING)
    own_town.build_idea(IdeaStage.SCREENING)
    quiet(own_town)
    clock.set("2027-03-01T10:00:00+07:00")
    tick(own_town)
    tick(own_town)
    asked = own_town.rows(select(Message.subject_id).where(Message.job == "send_digest", col(Message.dedupe_key).is_not(None)))
    assert len(asked) == len(set(asked))
    assert own_town["secretary"].id in asked
    deliver(own_town, "recognition")
    (mail,) = (settings().data / "mail").glob("digest*.eml")
    assert "2 tugas melewati tenggat" in mail.read_text()


def test_a_heads_silence_passes_the_permission_to_the_head_above_once(own_town: Town, clock: Clock) -> None:
    idea_id = own_town.build_idea(IdeaStage.AWAITING_PERMISSION)
    quiet(own_town)
    (before,) = open_items(own_town, idea_id, "permit")
    assert before.unit_path == own_town.units["MALEBER"][1]
    clock.set(before.due_at)  # type: ignore[arg-type]
    tick(own_town)
    assert open_items(own_town, idea_id, "permit")[0].unit_path == before.unit_path
    for days in (0, 1, 7):
        clock.set(midnight(date(2026, 12, 2)) + timedelta(days=days))
        tick(own_town)
        assert open_items(own_town, idea_id, "permit")[0].unit_path == own_town.units["ANDIR"][1]
    assert len(own_town.rows(select(LedgerEntry).where(LedgerEntry.kind == "inbox.escalate"))) == 1
