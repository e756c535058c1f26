"""Requests about teams that some do not answer, and what tests ask about their time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlmodel import select

from models.answer_times import AnswerTime
from models.instants import now
from models.ledger import LedgerEntry
from models.people import AccountNotice, NoticeKind, Role
from tests.building import Town
from tests.clock import stopped_clock
from tests.workflows.intake.merged import propose
from workflows.intake.unanswered import see_to_request


def time_of(town: Town, request: str) -> AnswerTime:
    """How long a request waits."""
    with town.store.reading() as session:
        return session.get_one(AnswerTime, request)


def see(town: Town, request: str) -> None:
    """The flow looks at a request."""
    town.do(see_to_request, request, by="flow:intake")


@contextmanager
def after_the_end(town: Town, request: str) -> Iterator[datetime]:
    """A second after the time of a request, which the clock has not looked at."""
    with stopped_clock(time_of(town, request).until - now() + timedelta(seconds=1)) as instant:
        yield instant


def facts(town: Town, kind: str) -> int:
    """How many facts of a kind the ledger has."""
    return len(town.rows(select(LedgerEntry.seq).where(LedgerEntry.kind == kind)))


def told_so(town: Town, kind: NoticeKind) -> dict[str, int]:
    """Who of the town was told so, and how often."""
    told = town.rows(select(AccountNotice.person_id).where(AccountNotice.kind == kind))
    return {one.who: told.count(one.id) for one in town.people.values() if one.id in told}


def propose_as_lead(town: Town, first: str, second: str) -> str:
    """A merge that the lead of the first idea proposes, who is a head and so sees the other one: no office has said a word yet."""
    town.give_role("lead", Role.UNIT_HEAD, "CIROYOM")
    return propose(town, first, second, by="lead")
