"""A run: load, seeded kills, the end of the faults, a bounded wait for quiet, and the checker's verdict."""

import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlmodel import col, func, select

from models.awards import Award
from models.instants import wall_now
from models.outbox import Message, MessageState
from models.stages import AwardStage
from tests.faults.checker import check
from tests.faults.people import Crowd
from tests.faults.processes import HANG_SECONDS, FaultyProcesses, await_true
from workflows.process import ways

# of twenty kills: fifteen hit a relay at its work, four the API, one the Prefect server
VICTIMS = ("relay1", "relay2") * 7 + ("relay1",) + ("api",) * 4 + ("prefect",)
# what may be delivered once more at any time, since its effect must hold itself to once (a mail may go out twice and is left out)
DELIVERED_AGAIN = ("route", "number_receipt", "assign", "close_review", "draft_recommend", "roll_out", "draft_award", "announce",
                   "number_certificates", "issue_document")  # fmt: skip
PROMISED_SECONDS = 60.0  # until the outbox is drained after a fault, on a machine that does nothing else
DIGEST = ways.JOBS["asked_in_person"].partition(".")[2]  # the job that pauses between two mails to one person


@dataclass
class Tally:
    """What was done to the processes."""

    kills: Counter[str] = field(default_factory=Counter)
    under: Counter[str] = field(default_factory=Counter)  # what was under way when a kill came

    def __str__(self) -> str:
        return f"{self.kills.total()} kills {dict(self.kills)} ({dict(self.under)})"


def count_claimed(processes: FaultyProcesses) -> int:
    """How many messages are claimed under a lease at this moment."""
    claimed = select(func.count()).select_from(Message).where(Message.state == MessageState.CLAIMED, col(Message.lease_until) > wall_now())
    with processes.store.reading() as session:
        return int(session.exec(claimed).one())


def list_victims(chance: random.Random, kills: int) -> list[str]:
    """Whom to kill, in seeded order: each twenty kills are shared out as the table says."""
    rounds = [chance.sample(VICTIMS, len(VICTIMS)) for _ in range(-(-kills // len(VICTIMS)))]
    return [victim for one in rounds for victim in one][:kills]


def kill_at_work(processes: FaultyProcesses, crowd: Crowd, kind: str, chance: random.Random, tally: Tally) -> None:
    """Kill one process while it is at work: the API while a request is open, any other while a lease is held."""
    await_true(lambda: processes.lives(kind), f"{kind} alive")
    busy = (lambda: crowd.history.open) if kind == "api" else (lambda: count_claimed(processes))
    time.sleep(chance.uniform(0.02, 0.25))
    await_true(busy, "something under way")
    time.sleep(chance.uniform(0, 0.02))
    while not busy():
        await_true(busy, "something under way")
    tally.under["request open"] += crowd.history.open > 0
    tally.under["lease held"] += count_claimed(processes) > 0
    await_true(lambda: processes.kill(kind), f"{kind} to kill")
    tally.kills[kind.rstrip("12")] += 1


def skip_pauses(processes: FaultyProcesses) -> None:
    """Let no message wait for its pause to end: those after a fault grow to minutes, that between two digests is hours."""
    later = col(Message.not_before) > wall_now()
    retried = sa.update(Message).where(col(Message.state) == MessageState.WAITING, later)
    told = sa.update(Message).where(col(Message.state) == MessageState.HANDLED, col(Message.job) == DIGEST, later)
    with processes.store.unit_of_work() as session:
        for pauses in (retried, told):
            session.execute(pauses.values(not_before=wall_now()))


def is_quiet(processes: FaultyProcesses) -> bool:
    """Whether nothing waits, nothing is held, and no hour is about to strike."""
    is_open = col(Message.state).in_((MessageState.WAITING, MessageState.CLAIMED))
    is_paused = (col(Message.state) == MessageState.HELD) & (col(Message.job) == DIGEST)
    with processes.store.reading() as session:
        waiting = session.exec(select(func.count()).select_from(Message).where(is_open | is_paused)).one()
        scheduled = session.exec(select(func.count()).select_from(Award).where(Award.stage == AwardStage.SCHEDULED)).one()
    return not waiting and not scheduled


def await_quiet(processes: FaultyProcesses, seconds: float) -> float:
    """Wait until everything is done or the time is up: what then still waits is the checker's to report. Answers the seconds it took."""
    began = time.monotonic()
    while time.monotonic() < began + seconds and not is_quiet(processes):
        skip_pauses(processes)
        time.sleep(0.1)
    return time.monotonic() - began


def seconds_to_drain(processes: FaultyProcesses, crowd: Crowd) -> float:
    """How long it takes until nothing that stands in the outbox now is left; nobody proposes meanwhile and no pause is skipped."""
    with crowd.resting():
        begun, left = time.monotonic(), (MessageState.WAITING, MessageState.CLAIMED)
        with processes.store.reading() as session:
            last = session.exec(select(func.max(Message.id))).one() or 0

        def is_drained() -> bool:
            waiting = select(func.count()).select_from(Message).where(col(Message.id) <= last, col(Message.state).in_(left))
            with processes.store.reading() as session:
                return session.exec(waiting).one() == 0

        await_true(is_drained, "an empty outbox")
        return time.monotonic() - begun


def deliver_again(processes: FaultyProcesses, chance: random.Random, most: int) -> int:
    """Put some handled messages back, as a restored queue would; answers how many."""
    with processes.store.unit_of_work() as session:
        handled = select(Message).where(Message.state == MessageState.HANDLED, col(Message.job).in_(DELIVERED_AGAIN))
        messages = list(session.exec(handled.order_by(col(Message.id))))
        chosen = chance.sample(messages, min(most, len(messages)))
        for message in chosen:
            message.state, message.not_before, message.handled_at = MessageState.WAITING, wall_now(), None
    return len(chosen)


def await_ideas(crowd: Crowd, wanted: int) -> None:
    """Return when so many ideas were acknowledged."""
    await_true(lambda: crowd.ideas >= wanted, f"{wanted} acknowledged ideas")


def settle(processes: FaultyProcesses, crowd: Crowd, chance: random.Random, seconds: float = HANG_SECONDS) -> dict[str, list[str]]:
    """End the faults, let everything come to rest, check, deliver some messages once more, and check again."""
    processes.await_health()
    crowd.stop_proposing()
    until = time.monotonic() + seconds
    while time.monotonic() < until and not crowd.through():
        skip_pauses(processes)
        time.sleep(0.1)
    crowd.stop()
    await_quiet(processes, seconds)
    first = check(processes.store, processes.folder, crowd.history)  # before anything is delivered again, which would mend what was lost
    deliver_again(processes, chance, 60)
    await_quiet(processes, seconds)
    then = check(processes.store, processes.folder, crowd.history)
    return {rule: [*cases, *(case for case in then[rule] if case not in cases)] for rule, cases in first.items()}


def count_in_time(drained: Sequence[float]) -> int:
    """How many of some waits were within what is promised, told where the tests print."""
    in_time = sum(each <= PROMISED_SECONDS for each in drained)
    print(
        f"{in_time} of {len(drained)} times drained within {PROMISED_SECONDS:.0f} s, no pause skipped: {[round(each) for each in drained]}"
    )
    return in_time


def run_under_kills(processes: FaultyProcesses, crowd: Crowd, *, kills: int, seed: int) -> tuple[dict[str, list[str]], Tally]:
    """Load, kills, verdict."""
    chance, tally, began = random.Random(seed), Tally(), time.monotonic()
    crowd.start()
    try:
        for number, victim in enumerate(list_victims(chance, kills), start=1):
            await_ideas(crowd, crowd.load.ideas * number // (kills + 1))
            kill_at_work(processes, crowd, victim, chance, tally)
        processes.await_health()
        count_in_time([seconds_to_drain(processes, crowd)])
        await_ideas(crowd, crowd.load.ideas)
        print(f"{tally} and {crowd.ideas} ideas acknowledged in {time.monotonic() - began:.0f} s")
        return settle(processes, crowd, chance), tally
    finally:
        crowd.stop()
        crowd.history.write(processes.folder / "history.jsonl")
        print(f"over after {time.monotonic() - began:.0f} s")
