"""The flow of intake."""

from functools import partial
from typing import Any

from prefect import flow
from sqlmodel import Session, col, select

from models.attachments import Attachment, AttachmentState
from models.database import database
from models.outbox import Message
from models.settings import settings
from workflows.adapters.files import find_file
from workflows.adapters.inspection import MEDIA
from workflows.adapters.scanner import ScannerAway, scan_file
from workflows.delivery.effects import Later, Outcome, apply_effects, handle_messages
from workflows.delivery.job import Job, job
from workflows.intake.attach import settle_scan
from workflows.intake.route import expire_supplement, route_idea, unseal_idea
from workflows.intake.silence import end_silence
from workflows.intake.sweep import sweep_attachments
from workflows.intake.unanswered import see_to_request
from workflows.intake.watch import watch_adopted
from workflows.process.actors import flow_actor

ACTOR = flow_actor("intake")


def scan_attachments(token: str, ids: list[int]) -> Outcome:
    """Show the files of a chunk to the scanner outside any transaction, and write what it said of each with its acknowledgement.

    While it does not answer they wait, and no try is counted; the clock wakes them.
    """
    with database().reading() as session:
        asked = select(Message.id, Attachment).where(col(Message.id).in_(ids), col(Attachment.id) == col(Message.subject_id))
        waiting = {number: row for number, row in session.exec(asked) if row.state == AttachmentState.WAITING}
    effects: dict[int, Any] = dict.fromkeys(ids, _nothing)
    return apply_effects(database(), token, effects | {int(number or 0): _scan(row) for number, row in waiting.items()})


def watch_ideas(token: str, ids: list[int]) -> Outcome:
    """Look for the rejected ideas that are near a chunk's determined ones; no step of any idea follows.

    Each in a transaction of its own: it holds ideas before the ledger's chain, and the one before it has the chain.
    """
    return sum((handle_messages(database(), token, [number], watch_adopted, actor=ACTOR) for number in ids), Outcome())


def see_to_requests(token: str, ids: list[int]) -> Outcome:
    """See to what members and offices were asked and have not answered, each in a transaction of its own, as for `watch_ideas`."""
    return sum((handle_messages(database(), token, [number], see_to_request, actor=ACTOR) for number in ids), Outcome())


def sweep_files(token: str, ids: list[int]) -> Outcome:
    """Take from the store what no idea needs; a file that cannot be removed makes the day's sweep fail, to be tried again."""
    try:
        sweep_attachments(database())
        effect: Any = _nothing
    except OSError as fault:
        effect = fault
    return apply_effects(database(), token, dict.fromkeys(ids, effect))


route = job("intake", "route", route_idea)
unseal = job("intake", "unseal", unseal_idea)
close_unanswered = job("intake", "expire_supplement", expire_supplement)
watch = Job("watch", watch_ideas)
settle_silent = job("intake", "end_silence", end_silence)
see = Job("see_to_request", see_to_requests)
scan = Job("scan_attachment", scan_attachments)
sweep = Job("sweep_attachments", sweep_files)


@flow(name="intake", persist_result=False)
async def intake(batch: dict[str, Any]) -> None:
    """What was submitted goes to the head of its unit, or past them where no permission is needed;
    what was sealed goes to its office once the call is over; what was asked to be completed and never was is closed,
    and where the call says what a head's silence means, that is done.
    Once an idea is determined, whoever had a near one that was rejected is told.
    Whoever has not answered what was asked about their team is reminded, and at the end of their days it did not come about.
    Files are shown to the virus scanner last, since that may take its time, and once a day what no idea needs is taken from their store."""
    await route(batch)
    await unseal(batch)
    await close_unanswered(batch)
    await settle_silent(batch)
    await watch(batch)
    await see(batch)
    await scan(batch)
    await sweep(batch)


def _scan(row: Attachment) -> Any:
    """What becomes of one file: the scanner's word, another try, or a fault; where none is set any more, a file still waits for one."""
    if not settings().scanner:
        return _wait
    try:
        is_clean = scan_file(settings().scanner, find_file(settings().attachments, row.sha256, MEDIA[row.media_type]))
    except ScannerAway:
        return _wait
    except OSError as fault:
        return fault
    return partial(_settle, row.id, is_clean)


def _settle(attachment_id: str, is_clean: bool, session: Session) -> None:
    settle_scan(session, attachment_id, is_clean=is_clean, actor=ACTOR)


def _wait(_session: Session) -> None:
    raise Later


def _nothing(_session: Session) -> None:
    """There is nothing left to do for this message."""
