"""What the clock does about a request for which people are waited: remind those who have not answered, and end it where its time is over.

Each in a transaction of its own, in which the ideas are held first, then the request, as by whoever answers: so of the last answer and the
end one comes first, and the other finds it settled. What is settled already is looked at no more.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
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
from workflows.intake import replacing
from workflows.intake.answering import Asking, ask_from_now, find_until, lapse, set_end, set_next
from workflows.intake.hand_over import list_gone
from workflows.intake.merge import BOTH_TEAMS, OFFICE, end_unsettled
from workflows.intake.merging import FLOW, MERGING, Pair, hash_terms, is_alive, is_opened, keep, list_office_holders, take_merge
from workflows.intake.replace import OFFICE as OFFICE_THAT_CONFIRMS
from workflows.intake.replace import lapse_replacement
from workflows.intake.separate import find_not_to_separate, let_stand, stay_one
from workflows.intake.transfer import ASKED, lapse_offer
from workflows.intake.transferring import hash_terms as hash_offer
from workflows.intake.transferring import is_accepted, list_awaited, list_receivers
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext, read_context
from workflows.process.journal import send
from workflows.region.notices import send_notices

JOB = "intake.see_to_request"
NAME = JOB.partition(".")[2]
LATE_LOOKS = timedelta(days=7)  # how often it is asked of what waits for a late office whether it may still come about

Silent = tuple[set[str], NoticeKind]  # who has not answered, and what they are told


@dataclass(frozen=True)
class Held:
    """A request that waits, held, with its ideas.

    With `is_vain` it cannot come about any more, whoever answers: no office is asked, and at its end it is over, whomever it waits for.
    """

    context: IdeaContext  # whose policy's days count
    asking: Asking  # whom it waits for now, and how long those have whom a former release gave no time
    list_silent: Callable[[AnswerTime, bool], Silent]  # nobody where it can come about no more; the nearest of an office, where so asked
    end: Callable[[], None]
    is_vain: bool = False
    waits_for_others: Callable[[AnswerTime], bool] = lambda _time: False  # than those who were asked, though nobody answered: one left


def ask_to_see(session: Session, limit: int) -> None:
    """Ask for a look at the requests whose hour has struck, the earliest first, at those whose idea came to wait for its silent lead, and
    at those of a release that gave them no time."""
    asked = select(Message.id).where(col(Message.dedupe_key).is_not(None), Message.job == NAME)
    of_time = asked.where(col(Message.subject_id) == col(AnswerTime.subject_id))
    since = of_time.where(col(Message.created_at) >= col(AnswerTime.next_at))
    due = select(AnswerTime.subject_id, AnswerTime.next_at).where(col(AnswerTime.next_at) <= now(), ~since.exists())
    for subject_id, next_at in session.exec(due.order_by(col(AnswerTime.next_at), col(AnswerTime.subject_id)).limit(limit)).all():
        send(session, JOB, subject_id, once=f"{JOB}:{subject_id}:{next_at:%Y%m%d%H%M%S}")
    since = of_time.where(col(Message.created_at) >= col(Idea.stage_since))
    moved = select(AnswerTime.subject_id, Idea.stage_since).join(Replacement, col(Replacement.id) == col(AnswerTime.subject_id))
    moved = moved.join(Idea, col(Idea.id) == col(Replacement.idea_id)).where(col(AnswerTime.next_at) > now(), ~since.exists())
    moved = moved.where(~col(AnswerTime.is_binding), ~col(AnswerTime.of_office), col(Idea.stage_since) > col(AnswerTime.asked_at))
    for subject_id, stage_since in session.exec(moved.limit(limit)).all():
        send(session, JOB, subject_id, once=f"{JOB}:{subject_id}:moved:{stage_since:%Y%m%d%H%M%S}")
    for request_id, waiting in _list_waiting():
        untimed = waiting.where(~select(AnswerTime.subject_id).where(col(AnswerTime.subject_id) == request_id).exists())
        untimed = untimed.where(~asked.where(col(Message.subject_id) == request_id).exists())
        for subject_id in session.exec(untimed.limit(limit)).all():
            send(session, JOB, subject_id, once=f"{JOB}:{subject_id}")


def see_to_request(session: Session, subject_id: str, *, actor: Actor) -> None:
    """Remind those who have not answered a request, or end it where its time is over; one without a time has it from today on.

    Where others are waited for by now, as whoever had not answered left the service, they are asked and have the whole of the days.
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
    else:
        _follow_idea(session, time, held)
        if time.next_at is not None and time.next_at <= now():
            _act(session, time, held)
    session.flush()


def _follow_idea(session: Session, time: AnswerTime, held: Held) -> None:
    """Let whoever would lead wait as long as the silence of others is waited for: shorter, once the idea waits for its lead."""
    until = held.asking.until
    if until is not None and until != time.until and not time.is_binding and not time.of_office:
        set_end(session, time, until)


def _act(session: Session, time: AnswerTime, held: Held) -> None:
    if held.waits_for_others(time):
        time = ask_from_now(session, time.subject_id, held.context, held.asking)
        _send_to(session, held.list_silent(time, False))
    elif now() <= time.until:
        _send_to(session, held.list_silent(time, True))
        set_next(session, time)
    else:
        _end(session, time, held)


def _send_to(session: Session, silent: Silent) -> None:
    people, kind = silent
    told = sorted(people - list_gone(session, frozenset(people)))
    if told:
        send_notices(session, told, kind)


def _end(session: Session, time: AnswerTime, held: Held) -> None:
    until = max(find_until(session, held.context, local_day(time.asked_at)), held.asking.until or time.until)
    if until >= now():
        set_end(session, time, until)
    elif time.is_binding or held.is_vain:
        lapse(session, time)
        held.end()
    else:
        time.next_at = now() + LATE_LOOKS
        session.add(time)


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
    is_vain = not is_alive(pair) or row.terms != hash_terms(pair, parts)
    is_agreed = row.confirmed_by is None and all(each.agreed_at is not None for each in parts)

    def list_silent(time: AnswerTime, nearest: bool) -> Silent:
        if not is_alive(pair) or (time.of_office and is_vain):
            silent = set()
        elif time.of_office:
            silent = set(list_office_holders(session, pair, nearest=nearest))
        elif is_opened(parts):
            silent = {each.person_id for each in parts if each.agreed_at is None}
        else:
            silent = {each.person_id for each in parts if (each.leads_earlier or each.leads_later) and each.opened_at is None}
        return silent, NoticeKind.MERGE_ASKED

    def end() -> None:
        if is_alive(pair):
            end_unsettled(session, "idea.lapse_merge", row, actor=FLOW)
        else:
            row.settled_at = now()
            keep(session, "idea.end_merge", row, parts, FLOW)

    return Held(pair.earlier, OFFICE if is_agreed and not is_vain else BOTH_TEAMS, list_silent, end, is_vain)


def _hold_separation(session: Session, row: IdeaMerge, pair: Pair, parts: list[MergePart]) -> Held:
    """Two ideas that are one and that some members would have two again, which they can until the earlier goes on."""
    is_open = pair.earlier.idea.stage in MERGING
    is_asked = is_open and find_not_to_separate(session, row, pair, parts) is None

    def list_silent(_time: AnswerTime, _nearest: bool) -> Silent:
        return {each.person_id for each in parts if is_asked and each.undo_agreed_at is None}, NoticeKind.MERGE_ASKED

    def end() -> None:
        (stay_one if is_open else let_stand)(session, "idea.lapse_separation", row, parts, actor=FLOW)

    return Held(pair.earlier, Asking(AskedAbout.SEPARATION), list_silent, end)


def _hold_offer(session: Session, row: IdeaTransfer, context: IdeaContext) -> Held:
    """An idea that is offered to another call; while it is being completed nobody is told, and it may still come about afterwards."""
    is_past = context.idea.stage not in MERGING or context.idea.call_id != row.from_call_id
    terms = "" if is_past else hash_offer(session, context, session.get_one(Call, row.to_call_id))

    def list_silent(_time: AnswerTime, nearest: bool) -> Silent:
        if is_past or context.idea.stage != IdeaStage.SCREENING:
            return set(), NoticeKind.TRANSFER_OFFERED
        if not is_accepted(row, terms):
            left_out = {*context.team, row.offered_by}
            return list_receivers(session, row.to_call_id, left_out=left_out, nearest=nearest), NoticeKind.TRANSFER_OFFERED
        return set(list_awaited(session, row, context, terms)) or {context.idea.lead_id}, NoticeKind.TRANSFER_ACCEPTED

    def waits_for_lead(time: AnswerTime) -> bool:
        """The last who had not agreed left the service, and nobody was asked since the office accepted: the lead is next."""
        if is_past or not is_accepted(row, terms) or list_awaited(session, row, context, terms):
            return False
        is_unanswered = any(not each.lead and row.agreed.get(each.person_id) != terms for each in context.members)
        return is_unanswered and row.accepted_at is not None and local_day(time.asked_at) <= local_day(row.accepted_at)

    def end() -> None:
        lapse_offer(session, row, context, is_told=not is_past, actor=FLOW)

    return Held(context, ASKED, list_silent, end, waits_for_others=waits_for_lead)


def _hold_replacement(session: Session, row: Replacement, context: IdeaContext) -> Held:
    """A member, or the lead, who is to be another; of what can come about no more, as the team stands, nobody is told anything."""
    is_past = replacing.is_past(context, row)
    is_vain = is_past or row.terms != replacing.hash_terms(context)
    of_office = replacing.is_office_next(session, context, row) and not is_vain

    def list_silent(time: AnswerTime, nearest: bool) -> Silent:
        if is_vain or replacing.find_standing(context, is_of_lead=row.of_lead) is not None:
            return set(), NoticeKind.TEAM_ASKED
        if time.of_office:
            return set(replacing.list_office_holders(session, context, row, nearest=nearest)), NoticeKind.TEAM_ASKED
        return replacing.list_missing(session, context, row), NoticeKind.TEAM_ASKED

    def waits_for_others(time: AnswerTime) -> bool:
        return not is_vain and of_office != time.of_office

    def end() -> None:
        lapse_replacement(session, context, row, is_told=not is_past, actor=FLOW)

    asking = OFFICE_THAT_CONFIRMS if of_office else replacing.name_asking(session, context, row)
    return Held(context, asking, list_silent, end, is_vain, waits_for_others)
