"""Operations: the inbox, health, the ledger's head, and what the flows still have to do."""

from datetime import datetime
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlmodel import Session, col, select

from api.access import Api, PublicApi
from api.v1 import PREFIX
from api.v1.shapes import After, ListedIdea, RequestBody, ResponseBody, list_lines
from api.v1.totals import CountedPage, show_total
from models.instants import now
from models.ledger import LedgerEntry, LedgerHead
from models.outbox import ClockTick, Message, MessageState
from workflows.process.actors import Actor
from workflows.process.browse import Count
from workflows.process.keyset import Page, Slice
from workflows.process.records import list_facts, read_published_head, readable_messages, require_reader
from workflows.process.reminding import find_next, list_told
from workflows.process.retry import STATE, JobSubject, count_messages, is_stuck, retry_dead
from workflows.process.stranded import count_stranded, list_stranded
from workflows.process.waiting import Awaited, count_waiting, list_waiting
from workflows.process.waits import list_days_left

router = APIRouter(prefix=PREFIX, tags=["operations"])


class InboxOut(ResponseBody):
    """What is asked, since when and until when; `working_days_left` where the policy counts its time in working days.

    `reminded_at` says when whoever is asked was reminded, `remind_at` when they are next.
    """

    id: str
    task: str
    since: datetime
    due_at: datetime | None
    working_days_left: int | None
    overdue: bool
    award_id: str | None
    reminded_at: list[datetime]
    remind_at: datetime | None
    idea: ListedIdea


class InboxPage(CountedPage):
    """`before` asks for the page before."""

    inbox: list[InboxOut]
    before: str | None


class InboxQuery(BaseModel):
    """Which piece of the inbox; `count` asks how much there is."""

    count: bool = False
    after: str | None = Field(default=None, max_length=1_000)
    before: str | None = Field(default=None, max_length=1_000)
    limit: int = Field(default=50, ge=1, le=200)

    @property
    def piece(self) -> Slice:
        """The piece as the list takes it."""
        return Slice(self.after, self.limit, self.before)


class HealthOut(ResponseBody):
    database: str
    instant: datetime


class OutboxOut(ResponseBody):
    """How many messages wait, are under way in runs, wait for a gate to be passed or for the hours between two mails to
    one person, were handled, were given up, will be taken by nobody; the clock."""

    waiting: int
    claimed: int
    held: int
    handled: int
    dead: int
    stuck: int
    ticked_at: datetime | None
    caught_up_to: datetime | None


class MessageOut(ResponseBody):
    """A message; `number` counts those that the asker may read."""

    number: int
    topic: str
    job: str
    idea_id: str | None
    state: str
    attempts: int
    run_id: str | None
    error: str | None


MESSAGE_SHOWN = (  # column by column: a row of which another one is damaged is shown, too
    *(col(Message.topic), col(Message.job), col(Message.idea_id), STATE.label("state")),
    *(sa.cast(col(Message.attempts), sa.Integer).label("attempts"), col(Message.run_id), col(Message.error)),
)


class LedgerOut(ResponseBody):
    """The chain's last hash as it was at an instant."""

    head: str
    at: datetime


class EntryOut(ResponseBody):
    """A fact; `number` counts those that the asker may read."""

    number: int
    at: datetime
    kind: str
    subject: str
    idea_id: str | None
    actor: str
    detail: dict[str, Any]


class RetriedOut(ResponseBody):
    retried: int


class RetryIn(RequestBody):
    """What is to be tried again: one job about one subject, as `GET /operations` names them, or, with neither, everything."""

    job: str = Field(default="", max_length=70)
    subject_id: str = Field(default="", max_length=26)


@router.get("/inbox")
async def show_inbox(request: Api, query: Annotated[InboxQuery, Query()]) -> InboxPage:
    """What waits for the asker, the most urgent first; `after` of one page asks for the next, `before` for the one before."""

    def read_inbox(session: Session, actor: Actor) -> InboxPage:
        total = count_waiting(session, actor=actor) if query.count else None
        return _show_awaited(session, list_waiting(session, query.piece, actor=actor), total, actor)

    return await request.read(read_inbox)


@router.get("/inbox/stranded")
async def show_stranded(request: Api, query: Annotated[InboxQuery, Query()]) -> InboxPage:
    """For the secretariat: what waits by name for somebody who can no longer do it."""

    def read_stranded(session: Session, actor: Actor) -> InboxPage:
        total = count_stranded(session, actor=actor) if query.count else None
        return _show_awaited(session, list_stranded(session, query.piece, actor=actor), total, actor)

    return await request.read(read_stranded)


@router.get("/health")
async def check_health(request: PublicApi) -> HealthOut:
    """Whether the API reaches its database. Anybody may ask."""
    await request.read_publicly(lambda session: session.exec(select(LedgerHead.seq)).one())
    return HealthOut(database="ok", instant=now())


@router.get("/outbox")
async def show_outbox(request: Api) -> OutboxOut:
    """What the flows still have to do for the asker's units; for admins and auditors."""

    def read_counts(session: Session, actor: Actor) -> OutboxOut:
        require_reader(actor)
        counts, tick = count_messages(session, readable_messages(session, actor)), session.get(ClockTick, 1)
        return OutboxOut(**counts, ticked_at=tick.ticked_at if tick else None, caught_up_to=tick.caught_up_to if tick else None)

    return await request.read(read_counts)


@router.get("/outbox/messages")
async def list_messages(request: Api, state: MessageState | None = None, stuck: bool = False, after: After = 0) -> list[MessageOut]:
    """Messages about the asker's units, oldest first, 1,000 at a time, those of a state alone or those that nobody will take.

    Admins and auditors may ask.
    """

    def read_messages(session: Session, actor: Actor) -> list[MessageOut]:
        require_reader(actor)
        query = sa.select(*MESSAGE_SHOWN).where(readable_messages(session, actor)).order_by(col(Message.id)).offset(after).limit(1_000)
        if state is not None:
            query = query.where(col(Message.state) == state)
        if stuck:
            query = query.where(is_stuck())
        return [MessageOut(number=number, **row._mapping) for number, row in enumerate(session.execute(query), start=after + 1)]

    return await request.read(read_messages)


@router.post("/outbox/retries", response_model=RetriedOut)
async def retry_messages(body: RetryIn, request: Api) -> JSONResponse:
    """Try again what was given up, all of it or one job about one subject; an admin may. What was taken up again before counts no more."""
    asked = JobSubject(body.job, body.subject_id) if body.job or body.subject_id else None
    return await request.write(lambda s, a: RetriedOut(retried=retry_dead(s, asked, actor=a)))


@router.get("/ledger")
async def show_ledger(request: PublicApi) -> LedgerOut:
    """The ledger's head as it was when the region's day began, to compare with a copy kept elsewhere. Anybody may ask."""

    def read_head(session: Session) -> LedgerOut:
        head, at = read_published_head(session)
        return LedgerOut(head=head, at=at)

    return await request.read_publicly(read_head)


@router.get("/ledger/entries")
async def list_entries(request: Api, after: After = 0) -> list[EntryOut]:
    """The facts about the asker's units, oldest first, 1,000 at a time; for admins and auditors.

    `after` is the number of the last one read. The chain itself, for `gagas calc ledger`, is given by `gagas ledger export`.
    """

    def read_entries(session: Session, actor: Actor) -> list[EntryOut]:
        require_reader(actor)
        facts = list_facts(session, after, 1_000, actor=actor)
        return [_show_fact(number, fact) for number, fact in enumerate(facts, start=after + 1)]

    return await request.read(read_entries)


def _show_awaited(session: Session, found: Page[Awaited], total: Count | None, actor: Actor) -> InboxPage:
    present, lines = now(), list_lines(session, [each.idea for each in found.rows], actor)
    left = list_days_left(session, [(each.item, each.idea) for each in found.rows])
    shown = [
        InboxOut(
            id=each.item.id,
            task=each.item.task,
            since=each.item.asked_at,
            due_at=each.item.due_at,
            working_days_left=left.get(each.item.id),
            overdue=each.item.due_at is not None and each.item.due_at < present,
            award_id=each.item.award_id,
            reminded_at=list(list_told(each.item)),
            remind_at=find_next(each.item),
            idea=line,
        )
        for each, line in zip(found.rows, lines, strict=True)
    ]
    return InboxPage(inbox=shown, after=found.after, before=found.before, **show_total(total))


def _show_fact(number: int, fact: LedgerEntry) -> EntryOut:
    said = fact.payload
    return EntryOut(
        number=number,
        at=fact.at,
        kind=fact.kind,
        subject=said["subject"],
        idea_id=fact.idea_id,
        actor=said["actor"],
        detail=said["detail"],
    )
