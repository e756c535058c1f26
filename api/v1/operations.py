"""Operations: the inbox, health, the ledger's head, and what the flows still have to do."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlmodel import Session, col, func, select

from api.access import Api
from api.v1 import PREFIX
from api.v1.shapes import After, IdeaLine, RequestBody, ResponseBody, show_line
from models.instants import now
from models.ledger import LedgerEntry, LedgerHead
from models.outbox import ClockTick, Message, MessageState
from models.people import Role
from workflows.process.actors import Actor
from workflows.process.inbox import Awaited, list_inbox
from workflows.process.retry import retry_dead
from workflows.process.stranded import list_stranded

router = APIRouter(prefix=PREFIX, tags=["operations"])


class InboxOut(ResponseBody):
    id: str
    task: str
    due_at: datetime | None
    overdue: bool
    award_id: str | None
    idea: IdeaLine


class HealthOut(ResponseBody):
    database: str
    instant: datetime


class OutboxOut(ResponseBody):
    """How many messages wait, are under way in runs, wait for a gate to be passed, were handled, were given up; the clock."""

    waiting: int
    claimed: int
    held: int
    handled: int
    dead: int
    ticked_at: datetime | None
    caught_up_to: datetime | None


class MessageOut(ResponseBody):
    id: int
    topic: str
    job: str
    idea_id: str | None
    state: MessageState
    attempts: int
    run_id: str | None
    error: str | None


class LedgerOut(ResponseBody):
    size: int
    head: str


class EntryOut(ResponseBody):
    seq: int
    payload: dict[str, Any]
    hash: str


class RetriedOut(ResponseBody):
    retried: int


class NothingIn(RequestBody):
    pass


@router.get("/inbox")
async def show_inbox(request: Api) -> list[InboxOut]:
    """What waits for the asker, the most urgent first."""

    return await request.read(lambda session, actor: [_show_awaited(each) for each in list_inbox(session, actor=actor)])


@router.get("/inbox/stranded")
async def show_stranded(request: Api) -> list[InboxOut]:
    """For the secretariat: what waits by name for somebody who can no longer do it."""
    return await request.read(lambda session, actor: [_show_awaited(each) for each in list_stranded(session, actor=actor)])


@router.get("/health")
async def health(request: Api) -> HealthOut:
    """Whether the API reaches its database. Anybody may ask."""
    await request.read_publicly(lambda session: session.exec(select(LedgerHead.seq)).one())
    return HealthOut(database="ok", instant=now())


@router.get("/outbox")
async def show_outbox(request: Api) -> OutboxOut:
    """What the flows still have to do; for admins and auditors."""

    def read_counts(session: Session, actor: Actor) -> OutboxOut:
        _require_operator(actor)
        counts = dict(session.exec(select(Message.state, func.count()).group_by(col(Message.state))).all())
        tick = session.get(ClockTick, 1)
        states = {state.value: counts.get(state, 0) for state in MessageState}
        return OutboxOut(**states, ticked_at=tick.ticked_at if tick else None, caught_up_to=tick.caught_up_to if tick else None)

    return await request.read(read_counts)


@router.get("/outbox/messages")
async def list_messages(request: Api, state: MessageState | None = None, after: After = 0) -> list[MessageOut]:
    """Messages by number, 1,000 at a time; for admins and auditors."""

    def read_messages(session: Session, actor: Actor) -> list[MessageOut]:
        _require_operator(actor)
        query = select(Message).where(col(Message.id) > after).order_by(col(Message.id)).limit(1_000)
        if state is not None:
            query = query.where(Message.state == state)
        return [MessageOut.model_validate(message, from_attributes=True) for message in session.exec(query)]

    return await request.read(read_messages)


@router.post("/outbox/retries", response_model=RetriedOut)
async def retry(body: NothingIn, request: Api) -> JSONResponse:
    """Try again what was given up; an admin may."""
    return await request.write(lambda s, a: RetriedOut(retried=retry_dead(s, actor=a)))


@router.get("/ledger")
async def show_ledger(request: Api) -> LedgerOut:
    """The ledger's size and head, to compare with a checkpoint published elsewhere. Anybody may ask."""

    def read_head(session: Session) -> LedgerOut:
        head = session.exec(select(LedgerHead)).one()
        return LedgerOut(size=head.seq, head=head.hash)

    return await request.read_publicly(read_head)


@router.get("/ledger/entries")
async def list_entries(request: Api, after: After = 0) -> list[EntryOut]:
    """The ledger's entries, 1,000 at a time, as `gagas calc ledger` takes them; for admins and auditors."""

    def read_entries(session: Session, actor: Actor) -> list[EntryOut]:
        _require_operator(actor)
        entries = session.exec(select(LedgerEntry).where(col(LedgerEntry.seq) > after).order_by(col(LedgerEntry.seq)).limit(1_000))
        return [EntryOut(seq=entry.seq, payload=entry.payload, hash=entry.hash) for entry in entries]

    return await request.read(read_entries)


def _require_operator(actor: Actor) -> None:
    if not actor.holds(Role.AUDITOR):
        actor.require(Role.ADMIN)


def _show_awaited(awaited: Awaited) -> InboxOut:
    item = awaited.item
    overdue = item.due_at is not None and item.due_at < now()
    return InboxOut(id=item.id, task=item.task, due_at=item.due_at, overdue=overdue, award_id=item.award_id, idea=show_line(awaited.idea))
