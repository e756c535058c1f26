"""What the clock does about a request for which people are waited: remind those who have not answered, and end it where its time is over.

Each in a transaction of its own, in which the ideas are held first, then the request, as by whoever answers: so of the last answer and the
end one comes first, and the other finds it settled. What is settled already is looked at no more.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, literal, select

from models.answer_times import AnswerTime, AskedAbout
from models.calls import Call
from models.ideas import Idea
from models.instants import local_day, now
from models.merges import IdeaMerge, MergePart
from models.outbox import Message
from models.people import NoticeKind
from models.replacements import Replacement
from models.stages import IdeaStage
from models.transfers import IdeaTransfer
from workflows.intake.answering import Asking, ask_from_now, find_until, lapse_if_over, set_end, set_next
from workflows.intake.hand_over import list_gone
from workflows.intake.merge import BOTH_TEAMS, OFFICE, end_unsettled
from workflows.intake.merging import FLOW, MERGING, Pair, is_alive, is_opened, keep, list_office_holders, take_merge
from workflows.intake.replace import ask_office, lapse_replacement
from workflows.intake.replacing import find_standing, is_office_next, list_missing, name_asking
from workflows.intake.replacing import list_office_holders as list_confirming
from workflows.intake.separate import stay_one
from workflows.intake.transfer import ASKED, lapse_offer
from workflows.intake.transferring import hash_terms, is_accepted, list_awaited, list_receivers
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext, read_context
from workflows.process.journal import send
from workflows.region.notices import send_notices

JOB = "intake.see_to_request"
NAME = JOB.partition(".")[2]

Silent = tuple[set[str], NoticeKind]  # who has not answered, and what they are told


@dataclass(frozen=True)
class Held:
    """A request that waits, held, with its ideas."""

    context: IdeaContext  # whose policy's days count
    asking: Asking  # how long those asked have whom a former release gave no time
    list_silent: Callable[[AnswerTime], Silent]  # nobody where it can come about no more
    lapse: Callable[[], None]
    go_on: Callable[[], None] = lambda: None  # once nobody's silence is waited for any more, where it ends nothing


def ask_to_see(session: Session, limit: int) -> None:
    """Ask for a look at the requests whose hour has struck, the earliest first, and at those of a release that gave them no time."""
    asked = select(Message.id).where(col(Message.dedupe_key).is_not(None), Message.job == NAME)
    since = asked.where(col(Message.subject_id) == col(AnswerTime.subject_id), col(Message.created_at) >= col(AnswerTime.next_at))
    due = select(AnswerTime.subject_id, AnswerTime.next_at).where(col(AnswerTime.next_at) <= now(), ~since.exists())
    for subject_id, next_at in session.exec(due.order_by(col(AnswerTime.next_at), col(AnswerTime.subject_id)).limit(limit)).all():
        send(session, JOB, subject_id, once=f"{JOB}:{subject_id}:{next_at:%Y%m%d%H%M%S}")
    for request_id, waiting in _list_waiting():
        untimed = waiting.where(~select(AnswerTime.subject_id).where(col(AnswerTime.subject_id) == request_id).exists())
        untimed = untimed.where(~asked.where(col(Message.subject_id) == request_id).exists())
        for subject_id in session.exec(untimed.limit(limit)).all():
            send(session, JOB, subject_id, once=f"{JOB}:{subject_id}")


def see_to_request(session: Session, subject_id: str, *, actor: Actor) -> None:
    """Remind those who have not answered a request, or end it where its time is over; one without a time has it from today on.

    Done again it finds nothing due. Where the calendar gave those asked more days since, it waits until then.
    """
    held = _hold(session, subject_id)
    time = session.get(AnswerTime, subject_id, populate_existing=True)
    if held is None:
        if time is not None and time.lapsed_at is None:
            session.delete(time)
        return
    if time is None or time.about != held.asking.about:
        ask_from_now(session, subject_id, held.context, held.asking)
    elif time.next_at is not None and time.next_at <= now():
        if now() <= time.until:
            _remind(session, time, held)
        else:
            _end(session, time, held)
    session.flush()


def _remind(session: Session, time: AnswerTime, held: Held) -> None:
    silent, kind = held.list_silent(time)
    told = sorted(silent - list_gone(session, frozenset(silent)))
    if told:
        time.reminders += 1
        send_notices(session, told, kind)
    set_next(session, time)


def _end(session: Session, time: AnswerTime, held: Held) -> None:
    until = max(find_until(session, held.context, local_day(time.asked_at)), held.asking.until or time.until)
    if until >= now():
        set_end(session, time, until)
    elif lapse_if_over(session, time.subject_id):
        held.lapse()
    else:
        time.next_at = None
        session.add(time)
        if not time.of_office:
            held.go_on()


def _list_waiting() -> Iterator[tuple[Any, Any]]:
    """The requests of each kind that wait, by their ids, in the words of the indexes over them."""
    undoing = col(IdeaMerge.is_done), col(IdeaMerge.undone_at).is_(None), col(IdeaMerge.undo_reason) != literal("", literal_execute=True)
    yield col(IdeaMerge.id), select(IdeaMerge.id).where(*undoing)
    for table in (IdeaMerge, IdeaTransfer, Replacement):
        yield col(table.id), select(table.id).where(col(table.settled_at).is_(None))


def _hold(session: Session, subject_id: str) -> Held | None:
    """The request, held after its ideas, whichever it is; None for one that waits no more."""
    if session.get(IdeaMerge, subject_id) is not None:
        row, pair, parts = take_merge(session, subject_id)
        if row.settled_at is None:
            return _hold_merge(session, row, pair, parts)
        return _hold_separation(session, row, pair, parts) if row.is_done and row.undone_at is None and row.undo_reason else None
    if (offer := session.get(IdeaTransfer, subject_id)) is not None:
        context = _hold_idea(session, offer.idea_id)
        offer = session.get_one(IdeaTransfer, subject_id, with_for_update=True, populate_existing=True)
        return _hold_offer(session, offer, context) if offer.settled_at is None else None
    if (request := session.get(Replacement, subject_id)) is not None:
        context = _hold_idea(session, request.idea_id)
        request = session.get_one(Replacement, subject_id, with_for_update=True, populate_existing=True)
        return _hold_replacement(session, request, context) if request.settled_at is None else None
    return None


def _hold_idea(session: Session, idea_id: str) -> IdeaContext:
    session.exec(select(Idea).where(Idea.id == idea_id).with_for_update().execution_options(populate_existing=True)).one()
    return read_context(session, idea_id, actor=FLOW)


def _hold_merge(session: Session, row: IdeaMerge, pair: Pair, parts: list[MergePart]) -> Held:
    """Two ideas that are to be one; of what went on or is over meanwhile nobody is told anything, as with `merge.ask_merge`."""

    def list_silent(time: AnswerTime) -> Silent:
        if not is_alive(pair):
            silent = set()
        elif time.of_office:
            silent = set(list_office_holders(session, pair))
        elif is_opened(parts):
            silent = {each.person_id for each in parts if each.agreed_at is None}
        else:
            silent = {each.person_id for each in parts if (each.leads_earlier or each.leads_later) and each.opened_at is None}
        return silent, NoticeKind.MERGE_ASKED

    def lapse() -> None:
        if is_alive(pair):
            end_unsettled(session, "idea.lapse_merge", row, actor=FLOW)
        else:
            row.settled_at = now()
            keep(session, "idea.end_merge", row, parts, FLOW)

    is_agreed = row.confirmed_by is None and all(each.agreed_at is not None for each in parts)
    return Held(pair.earlier, OFFICE if is_agreed else BOTH_TEAMS, list_silent, lapse)


def _hold_separation(session: Session, row: IdeaMerge, pair: Pair, parts: list[MergePart]) -> Held:
    """Two ideas that are one and that some members would have two again."""

    def list_silent(_time: AnswerTime) -> Silent:
        is_open = pair.earlier.idea.stage in MERGING
        return {each.person_id for each in parts if is_open and each.undo_agreed_at is None}, NoticeKind.MERGE_ASKED

    return Held(
        pair.earlier,
        Asking(AskedAbout.SEPARATION),
        list_silent,
        lambda: stay_one(session, "idea.lapse_separation", row, parts, actor=FLOW),
    )


def _hold_offer(session: Session, row: IdeaTransfer, context: IdeaContext) -> Held:
    """An idea that is to be handed to another call."""

    def list_silent(_time: AnswerTime) -> Silent:
        if context.idea.stage != IdeaStage.SCREENING or context.idea.call_id != row.from_call_id:
            return set(), NoticeKind.TRANSFER_OFFERED
        terms = hash_terms(session, context, session.get_one(Call, row.to_call_id))
        if not is_accepted(row, terms):
            return list_receivers(session, row.to_call_id) - context.team - {row.offered_by}, NoticeKind.TRANSFER_OFFERED
        return set(list_awaited(session, row, context, terms)) or {context.idea.lead_id}, NoticeKind.TRANSFER_ACCEPTED

    return Held(context, ASKED, list_silent, lambda: lapse_offer(session, row, context, actor=FLOW))


def _hold_replacement(session: Session, row: Replacement, context: IdeaContext) -> Held:
    """A member, or the lead, who is to be another."""

    def list_silent(time: AnswerTime) -> Silent:
        if find_standing(context, is_of_lead=row.of_lead) is not None:
            return set(), NoticeKind.TEAM_ASKED
        asked = set(list_confirming(session, context, row)) if time.of_office else list_missing(session, context, row)
        return asked, NoticeKind.TEAM_ASKED

    def go_on() -> None:
        if is_office_next(session, context, row):
            ask_office(session, context, row)

    asking = Asking(AskedAbout.REPLACEMENT, of_office=True) if is_office_next(session, context, row) else name_asking(session, context, row)
    return Held(context, asking, list_silent, lambda: lapse_replacement(session, context, row, actor=FLOW), go_on)
