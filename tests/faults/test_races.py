"""Many processes want the same thing at once: one gets it, the others are told so, and no number is lost on the way."""

import os
import random
import signal
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlmodel import col, select

from api.v1.shapes import show_idea
from models.documents import Document
from models.ideas import Decision
from models.outbox import Message, MessageState
from models.stages import IdeaStage
from tests.building import Town
from tests.faults.checker import broken
from tests.faults.conftest import Start
from tests.faults.people import Crowd, Load
from tests.faults.processes import FaultyProcesses, Launcher, await_true
from tests.faults.racer import Racers
from tests.faults.run import count_claimed, settle
from tests.steps import REASON

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.timeout(3_600), pytest.mark.xdist_group("faults")]
SEED = 20261124
OUTCOMES = ("feasible", "not_feasible", "deferred")
LEASE_SECONDS, LONG_ENOUGH = 3, 4  # so long after a lease the other relay has taken over what it can
StartRacers = Callable[[int], Racers]


@pytest.fixture
def start_racers(launcher: Launcher, either_town: Town, tmp_path: Path) -> Iterator[StartRacers]:
    """Starts so many processes, each with connections of its own to the town's database."""
    started: list[Racers] = []

    def start_some(size: int) -> Racers:
        url = either_town.store.url.render_as_string(hide_password=False)
        started.append(Racers(launcher, size, GAGAS_DATA=str(tmp_path), GAGAS_DATABASE_URL=url))
        return started[-1]

    yield start_some
    for racers in started:
        racers.close()


def test_of_eight_processes_that_decide_on_one_idea_one_wins_and_the_others_are_told(
    start_racers: StartRacers, either_town: Town, share: Callable[[int], int]
) -> None:
    racers, decisions, statuses = start_racers(8), share(200), Counter[int]()
    for _ in range(decisions):
        idea = either_town.build_idea(IdeaStage.SHORTLISTED)
        path, headers = f"/api/v1/ideas/{idea}/recommendation", either_town["chair"].headers
        outcomes = [OUTCOMES[place % len(OUTCOMES)] for place in range(8)]
        orders = [
            {
                "order": "ask",
                "path": path,
                "body": {"outcome": outcome, "reason": f"{REASON} {place}"},
                "headers": {**headers, "Idempotency-Key": uuid.uuid4().hex},
            }
            for place, outcome in enumerate(outcomes)
        ]
        ended = racers.run(orders)
        statuses.update(one["status"] for one in ended)
        (winner,) = [place for place, one in enumerate(ended) if one["status"] == 200]
        assert {one["status"] for one in ended} == {200, 409}, ended
        (stands,) = either_town.rows(select(Decision).where(Decision.idea_id == idea, Decision.action == "recommend"))
        assert (stands.outcome, stands.reason) == (outcomes[winner], f"{REASON} {winner}")
        with either_town.store.reading() as session:
            shown = show_idea(session, idea, either_town.actor(session, "chair"))
        assert shown.version == ended[winner]["answer"]["version"]
    print(f"{decisions} decisions by eight processes each: {dict(statuses)}; 0 lost updates, 0 locked")
    assert statuses == {200: decisions, 409: 7 * decisions}


def test_sixty_four_processes_that_ask_for_numbers_get_each_a_different_one_and_leave_no_gap(
    start_racers: StartRacers, either_town: Town, share: Callable[[int], int]
) -> None:
    racers, rounds = start_racers(64), share(20)
    for _ in range(rounds):
        ideas = [either_town.build_idea(IdeaStage.SUBMITTED) for _ in range(64)]
        ended = racers.run([{"order": "number", "idea": idea} for idea in ideas])
        assert None not in [one["running"] for one in ended]
    wanted_by_all = either_town.build_idea(IdeaStage.SUBMITTED)
    ended = racers.run([{"order": "number", "idea": wanted_by_all}] * 64)
    assert {one["running"] for one in ended} <= {64 * rounds + 1, None}
    given = either_town.rows(select(Document.running).order_by(col(Document.running)))
    print(f"{len(given)} numbers to 64 processes")
    assert given == list(range(1, 64 * rounds + 2))


def test_a_relay_that_was_stopped_beyond_its_lease_and_goes_on_puts_nothing_in_place(
    start: Start, either_town: Town, share: Callable[[int], int]
) -> None:
    processes = start(GAGAS_LEASE_SECONDS=str(LEASE_SECONDS), GAGAS_BATCH_SIZE="5")
    crowd = Crowd(processes.api, either_town, Load(ideas=20, submit_every=1, walked=1))
    crowd.start()
    overtaken, wanted = 0, share(40)
    while overtaken < wanted:
        overtaken += overtake(processes)
    found = settle(processes, crowd, random.Random(SEED))
    print(f"{overtaken} messages overtaken while their holder still believed in its lease; {found}")
    assert broken(found) == {}


def overtake(processes: FaultyProcesses) -> int:
    """Stop the first relay while a lease is held, let the other take over what it held, and let it go on; answers how much that was.

    Where it stopped inside a transaction nobody can take over before it goes on: then nothing.
    """
    await_true(lambda: count_claimed(processes), "a lease held")
    pid = processes.all["relay1"].pid
    os.kill(pid, signal.SIGSTOP)
    try:
        held = {message.id: message.attempts for message in list_claimed(processes)}
        until = time.monotonic() + LEASE_SECONDS + LONG_ENOUGH
        while still_claimed(processes, held) and time.monotonic() < until:
            time.sleep(0.05)
        with processes.store.reading() as session:
            after = session.exec(select(Message).where(col(Message.id).in_(held))).all()
        return sum(message.attempts > held[message.id] for message in after)
    finally:
        os.kill(pid, signal.SIGCONT)


def list_claimed(processes: FaultyProcesses) -> list[Message]:
    """What is claimed at this moment, by whomever."""
    with processes.store.reading() as session:
        return list(session.exec(select(Message).where(Message.state == MessageState.CLAIMED)))


def still_claimed(processes: FaultyProcesses, held: dict[int | None, int]) -> bool:
    """Whether any of these messages is still with the holder it had."""
    return any(message.id in held and message.attempts == held[message.id] for message in list_claimed(processes))
