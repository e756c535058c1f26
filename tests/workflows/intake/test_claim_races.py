"""The clock and the watch never wait for an idea while they hold the ledger's chain: whoever changes that idea would wait for the chain."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.claims import AdoptionClaim, ClaimState
from models.ideas import Idea
from models.stages import IdeaStage
from models.statements.counters import lock_last_link
from tests.building import Town
from tests.clock import stopped_clock
from tests.workflows.intake.claiming import FIRST, NEAR, build_filed, build_told, require_whole, watch
from tests.workflows.intake.test_watch import near_to
from workflows.delivery.due import end_claims
from workflows.process.actors import flow_actor

LONG_ENOUGH = sa.text("SET LOCAL lock_timeout = '4s'")  # to see a lock that nobody gives back


@pytest.fixture
def town(either_town: Town) -> Town:
    """The town on PostgreSQL: on SQLite nobody changes anything while the clock looks."""
    if either_town.store.is_sqlite:
        pytest.skip("writers of SQLite come one after the other")
    return either_town


@contextmanager
def somebody_holds(town: Town, row: type[Idea] | type[AdoptionClaim], row_id: str) -> Iterator[Session]:
    """Somebody is just changing a row."""
    with Session(town.store.writing) as other:
        other.execute(LONG_ENOUGH)
        other.exec(select(row.id).where(row.id == row_id).with_for_update()).one()
        yield other
        other.rollback()


def tick(town: Town) -> None:
    """The clock looks at claims after it closed a call: it has the chain."""
    with town.store.unit_of_work() as session:
        session.execute(LONG_ENOUGH)
        lock_last_link(session)
        end_claims(session, flow_actor("clock"))


def lapsed(town: Town) -> set[str]:
    return set(town.rows(select(AdoptionClaim.idea_id).where(AdoptionClaim.state == ClaimState.LAPSED)))


def test_a_claim_whose_idea_somebody_is_changing_lapses_the_next_time_and_the_others_now(town: Town) -> None:
    busy, other = build_told(town)[0], build_told(town)[0]
    with stopped_clock(timedelta(days=90)):
        with somebody_holds(town, Idea, busy):
            tick(town)
        assert lapsed(town) == {other}
        tick(town)
    assert lapsed(town) == {busy, other}
    require_whole(town)


def test_a_claim_that_somebody_is_deciding_is_nobody_reminded_of(town: Town) -> None:
    *_ideas, claim = build_filed(town)
    reminded = select(AdoptionClaim.reminded_at).where(AdoptionClaim.id == claim)
    with stopped_clock(timedelta(days=90)) as at:
        with somebody_holds(town, AdoptionClaim, claim):
            tick(town)
        assert town.rows(reminded) == [None]
        tick(town)
        assert town.rows(reminded) == [at]


def test_the_watch_waits_for_an_idea_before_it_has_the_chain(town: Town) -> None:
    ideas = {town.build_idea(IdeaStage.REJECTED, lead="operator", **FIRST) for _ in range(2)}
    adopted = town.build_idea(IdeaStage.DETERMINED, **NEAR)
    last = near_to(town, adopted)[-1][0]
    with somebody_holds(town, Idea, last) as other:
        watching = threading.Thread(target=watch, args=(town, adopted))
        watching.start()
        while not town.rows(sa.text("SELECT 1 FROM pg_locks WHERE NOT granted")):
            time.sleep(0.01)
        lock_last_link(other)
        other.commit()
        watching.join()
    assert set(town.rows(select(AdoptionClaim.idea_id).where(col(AdoptionClaim.adopted_id) == adopted))) == ideas
    require_whole(town)
