"""The clock looks again, late or in vain: nothing is sent twice, nothing is lost, nothing keeps the rest waiting."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from models.awards import Award
from models.calls import Call, CallState
from models.ideas import Idea
from models.idempotency import KeptAnswer
from models.instants import wall_now
from models.kept_writing import KeptWriting
from models.ledger import LedgerEntry
from models.outbox import ClockTick
from models.people import Role, SignIn
from models.stages import AwardStage, IdeaStage
from tests.attaching import build_draft, put
from tests.building import POLICY, Town
from tests.steps import plan
from tests.workflows.intake.test_keep_writing import keep
from tests.workflows.turns import Clock, clock, contest, count, midnight, own_town, quiet, run_clock, tick
from workflows.delivery import due
from workflows.pilot.start import plan_pilot
from workflows.region.calls import amend_policy
from workflows.region.grants import give_role
from workflows.region.heads import NewGrant
from workflows.reward.announce import schedule_award

pytestmark = pytest.mark.slow

__all__ = ["clock", "own_town"]
SENDS_NOTHING_HERE = (
    *(due.close_calls, due.escalate, due.forget, due.end_pauses, due.wake_scans),
    *(due.remind_asked, due.tell_followers, due.end_requests, due.keep_older_invitations),  # whose own tests run them again
    *(due.end_claims, due.remind_of_tasks, due.see_to_requests),  # likewise
)


def everything(own_town: Town, clock: Clock) -> None:
    """Something for every check, all of it due long ago."""
    for stage in (IdeaStage.SUPPLEMENT_ASKED, IdeaStage.DEFERRED, IdeaStage.REJECTED, IdeaStage.IN_REVIEW, IdeaStage.AWAITING_PERMISSION):
        own_town.build_idea(stage)
    piloted = own_town.build_idea(IdeaStage.DETERMINED)
    first = date(2026, 12, 1)
    own_town.do(plan_pilot, piloted, plan(own_town["owner"].id, starts_on=first, ends_on=first + timedelta(days=40)), by="secretary")
    own_town.do(schedule_award, own_town.build_award(AwardStage.APPROVED), announce_at=midnight(first), by="leader")
    contest(own_town, 1, (90,))
    own_town.do(amend_policy, own_town.call, POLICY, by="secretary")
    own_town.do(give_role, own_town["walker"].id, NewGrant(Role.PILOT_OWNER, "DINKES", last_day=first), by="admin")
    quiet(own_town)
    clock.set("2029-12-31T10:00:00+07:00")


def test_ticks_that_were_missed_for_years_are_caught_up_by_one(own_town: Town, clock: Clock) -> None:
    everything(own_town, clock)
    run_clock(own_town)
    stages = sorted(own_town.rows(select(Idea.stage).where(col(Idea.stage) != IdeaStage.ROLLED_OUT)))
    expected = [
        IdeaStage.AWAITING_PERMISSION,
        IdeaStage.CLOSED,
        IdeaStage.CLOSED,
        IdeaStage.IN_PILOT,
        IdeaStage.IN_REVIEW,
        IdeaStage.SUPPLEMENT_ASKED,  # its lead is told first, and has another day
    ]
    assert stages == expected
    assert own_town.rows(select(Award.stage)).count(AwardStage.ANNOUNCED) == 1
    assert {call.state for call in own_town.rows(select(Call))} == {CallState.CLOSED}
    (at,) = own_town.rows(select(ClockTick))
    assert at.caught_up_to == datetime(2029, 12, 31, 3, tzinfo=UTC)


@pytest.mark.parametrize("check", due.CHECKS, ids=lambda check: check.__name__)
def test_a_check_that_runs_twice_sends_nothing_twice(own_town: Town, clock: Clock, check: Callable[..., None]) -> None:
    if check is due.ask_sweep:
        put(own_town, build_draft(own_town))
    everything(own_town, clock)
    if check is due.rank_calls:
        own_town.do(due.close_calls, by="flow:clock")
        with own_town.store.unit_of_work() as session:
            session.execute(sa.update(Idea).where(col(Idea.stage) != IdeaStage.ROLLED_OUT).values(stage=IdeaStage.CLOSED))
    sent = []
    for _ in range(3):
        with own_town.store.unit_of_work() as session:
            check(session, due.flow_actor("clock"))
        sent.append((count(own_town), len(own_town.rows(select(LedgerEntry.seq)))))
    assert sent[0] == sent[1] == sent[2]
    assert check in SENDS_NOTHING_HERE or sent[0][0] > 0


def test_ideas_that_nothing_can_be_done_for_keep_no_other_waiting(own_town: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due, "AT_ONCE", 2)
    below = [own_town.build_idea(IdeaStage.IN_REVIEW) for _ in range(3)]
    with own_town.store.unit_of_work() as session:
        session.execute(sa.update(Idea).where(col(Idea.id).in_(below)).values(scores_closed_at=wall_now()))
    supplement = own_town.build_idea(IdeaStage.SUPPLEMENT_ASKED)
    for day in (1, 5):  # the first gives the last notice
        clock.set(f"2027-03-0{day}T10:00:00+07:00")
        for _ in range(3):
            run_clock(own_town)
    assert own_town.idea(supplement).stage == IdeaStage.CLOSED


def test_what_is_kept_for_a_time_is_forgotten_after_it(own_town: Town) -> None:
    with own_town.store.unit_of_work() as session:
        session.execute(sa.update(SignIn).where(col(SignIn.form_token) == "form-mate").values(until=wall_now() - timedelta(seconds=1)))
        for days in (29, 31):
            kept = wall_now() - timedelta(days=days)
            kind = {"account_id": own_town["lead"].id, "route": "POST /ideas", "request_sha256": "", "status": 201, "body": {}}
            session.add(KeptAnswer(key=f"key-{days}", created_at=kept, **kind))
    keep(own_town, "", "Belum disimpan")
    with own_town.store.unit_of_work() as session:
        session.execute(sa.update(KeptWriting).values(kept_at=wall_now() - timedelta(days=91)))
    tick(own_town)
    assert own_town.rows(select(KeptWriting.id)) == []
    assert own_town.rows(select(KeptAnswer.key)) == ["key-29"]
    signed_in = own_town.rows(select(SignIn.form_token))
    assert "form-mate" not in signed_in
    assert "form-lead" in signed_in
