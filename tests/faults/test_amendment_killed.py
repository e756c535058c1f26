"""A process that dies while it signs an amendment has moved all ideas that it is about or none; the same signature again ends the work."""

import time
from collections.abc import Callable
from datetime import datetime
from random import Random

import pytest
from sqlmodel import col, select

from models.calls import CallChange, CallChangeKind, PolicyVersion
from models.ideas import Decision, Idea
from models.inbox import InboxItem
from models.ledger import LedgerEntry
from models.outbox import Message
from models.stages import IdeaStage
from tests.building import Town
from tests.faults.commands import GAGAS, Command, Commands
from tests.workflows.region.test_amendments import LONGER, write

IDEAS = 300
SIGN = """
import sys
from models.database import database
from workflows.process.actors import actor_of
from workflows.region.signatures import sign_policy

call, number, person = sys.argv[1:]
with database().unit_of_work() as session:
    print("begun", flush=True)
    sign_policy(session, call, int(number), actor=actor_of(session, person))
"""


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_whenever_a_signature_is_killed_all_ideas_are_amended_or_none(
    either_town: Town, commands: Commands, share: Callable[[int], int]
) -> None:
    town, luck, outcomes = either_town, Random(22), list[bool]()
    call = town.build_call()
    for _ in range(IDEAS):
        town.build_idea(IdeaStage.SCREENING, call=call)
    newest = write(town, call, {"days.screening": 8})
    lasts = time_whole(sign(town, commands, call, newest))
    newest = write(town, call, LONGER, amends=newest)
    for _ in range(share(20)):
        before = snapshot(town, call)
        process = sign(town, commands, call, newest)
        process.await_begin()
        time.sleep(lasts * luck.uniform(0.0, 1.0))
        process.kill()
        after, is_signed = snapshot(town, call), is_amended(town, call, newest)
        assert is_signed or after == before, "something moved of an amendment that was not signed"
        outcomes.append(is_signed)
        if is_signed:
            assert_whole(town, call, newest)
            days = dict(LONGER, **{"days.screening": 18 + len(outcomes)})
            newest = write(town, call, days, amends=newest)
    print(f"{sum(outcomes)} of {len(outcomes)} killed signatures had ended before")
    assert not all(outcomes), "no kill came early enough"
    time_whole(sign(town, commands, call, newest))
    assert_whole(town, call, newest)
    ended, said = commands.run(GAGAS, "ledger", "verify")
    assert ended == 0, said


def snapshot(town: Town, call: str) -> list[object]:
    """All that an amendment moves, as it stands."""
    ideas: list[tuple[str, str, datetime]] = town.rows(select(Idea.id, Idea.policy_id, Idea.due_at).where(Idea.call_id == call))
    return [
        sorted(ideas),
        sorted(town.rows(select(InboxItem.id, InboxItem.due_at))),
        len(town.rows(select(Decision.id).where(Decision.action == "amend"))),
        len(town.rows(select(LedgerEntry.seq))),
        len(town.rows(select(CallChange.id))),
        len(town.rows(select(Message.id).where(Message.job == "tell_call_change"))),
    ]


def is_amended(town: Town, call: str, number: int) -> bool:
    of_call = select(PolicyVersion.signed_at).where(PolicyVersion.call_id == call, PolicyVersion.number == number)
    return town.rows(of_call) != [None]


def assert_whole(town: Town, call: str, number: int) -> None:
    """Every idea is held to the amendment, which stands once in its history and in the ledger, and is due when its task is."""
    [version] = town.rows(select(PolicyVersion.id).where(PolicyVersion.call_id == call, PolicyVersion.number == number))
    ideas = town.rows(select(Idea).where(Idea.call_id == call))
    assert {idea.policy_id for idea in ideas} == {version}
    due = dict(town.rows(select(InboxItem.idea_id, InboxItem.due_at).where(InboxItem.task == "screen", col(InboxItem.done_at).is_(None))))
    assert {idea.id: idea.due_at for idea in ideas} == due
    told = town.rows(select(Decision.idea_id, Decision.detail).where(Decision.action == "amend"))
    assert len([idea for idea, detail in told if detail["versions"][1] == number]) == IDEAS
    kept = town.rows(select(LedgerEntry.payload).where(LedgerEntry.kind == "idea.amend"))
    assert len([fact for fact in kept if fact["detail"]["policy"] == number]) == IDEAS
    changes = town.rows(select(CallChange.id).where(CallChange.kind == CallChangeKind.AMENDED, CallChange.number == number))
    assert len(changes) == 1


def sign(town: Town, commands: Commands, call: str, number: int) -> Command:
    """The chair's signature in a process of its own, which says when its transaction has begun."""
    return commands.start(SIGN, call, number, town["chair"].id)


def time_whole(signing: Command) -> float:
    """How long a signature takes, from the begin of its transaction to the end of its process."""
    signing.await_begin()
    begun = time.monotonic()
    ended, said = signing.wait()
    lasts = time.monotonic() - begun
    assert ended == 0, said
    return lasts
