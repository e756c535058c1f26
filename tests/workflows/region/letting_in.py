"""Calls that let people in late, and the permits with which they do."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlmodel import select

from models.database import LostRace
from models.instants import now
from models.late_permits import LatePermit
from tests.building import POLICY, Town
from tests.clock import set_clock
from tests.workflows.intake.test_grace import find_what_is_due
from tests.workflows.region.test_call_life import WHY, call_of
from workflows.process.refusals import Conflict
from workflows.region.confirmations import confirm
from workflows.region.late_permits import (
    NewPermit,
    count_permits,
    give_late_permit,
)

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
    """It is an hour after the call's end, and the clock has looked; answers the end."""
    end = call_of(town, call).closes_at
    pass_to(end + timedelta(hours=1))
    find_what_is_due(town)
    return end


def give(town: Town, call: str, who: str = "lead", *, days: int = 2, by: str = "secretary") -> LatePermit:
    """A permit that waits for its confirmation."""
    new = NewPermit(town[who].number, now() + timedelta(days=days), WHY)
    permit: LatePermit = town.do(give_late_permit, call, new, by=by)
    return permit


def let_in(town: Town, call: str, who: str = "lead", **named: Any) -> str:
    """A permit that counts."""
    permit = give(town, call, who, **named)
    town.do(confirm, permit.id, by="admin" if named.get("by") == "second_admin" else "second_admin")
    return permit.id


def permit_of(town: Town, permit_id: str) -> LatePermit:
    """A permit as it stands."""
    found: LatePermit = town.rows(select(LatePermit).where(LatePermit.id == permit_id))[0]
    return found


def counts(town: Town, call: str) -> tuple[int, int]:
    """How many permits of a call were given and used."""
    with town.store.reading() as session:
        found = count_permits(session, call)
        return found.given, found.used


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
