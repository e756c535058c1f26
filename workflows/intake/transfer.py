"""Hand an idea that belongs elsewhere to another agency's call, with its original time of receipt.

Who would cheat gives it to a friend's committee, or throws a rival out of a ranked call. So it goes only from the screening, before
anybody scored; with a reason on record; nobody offers and accepts the same idea, nobody who has part in it does either; and nothing happens
without its team: everybody agrees to that call's rules, its lead last, or one refuses; and the lead may withdraw as before. Rules and text
are those that office and team saw: a version signed meanwhile, or another text, is accepted and agreed to anew.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, select

from models.answer_times import AskedAbout
from models.calls import Call
from models.ideas import Decision, Idea
from models.instants import now
from models.people import NoticeKind
from models.transfers import IdeaTransfer
from workflows.intake.answering import Asking, ask_from_now, lapse_if_over, require_open
from workflows.intake.hand_over import list_gone
from workflows.intake.merging import FLOW, find_duty_beside_screening
from workflows.intake.search_terms import keep_terms_of
from workflows.intake.transferring import (
    SCREEN,
    SHORTEST_REASON,
    enter_call,
    find_not_to_enter,
    find_not_to_transfer,
    first_category,
    hash_terms,
    is_accepted,
    is_concerned,
    is_receiver,
    is_sender,
    list_awaited,
    list_receivers,
    name_category,
    waiting_for,
)
from workflows.process.actors import Actor
from workflows.process.attest.commit import commit_rows
from workflows.process.closing import hold_call
from workflows.process.context import IdeaContext, read_context
from workflows.process.engine import Grounds, permit, take
from workflows.process.journal import record
from workflows.process.permission import PERMIT, needs_permission
from workflows.process.quota import lock_quota
from workflows.process.refusals import Conflict, Faults, Forbidden, Invalid, NotFound
from workflows.process.relations import has_part, role_for
from workflows.process.ways import IDEA
from workflows.process.wording import read_text
from workflows.region.calls import current_policy, get_call
from workflows.region.notices import send_notices

TRANSFER = IDEA.action("transfer")
SHORTEST_END = 10
ASKED = Asking(AskedAbout.TRANSFER)


@dataclass(frozen=True)
class NewTransfer:
    """What is offered: to which call, and why."""

    call_id: str
    reason: str


@dataclass(frozen=True)
class Agreement:
    """What somebody of the team says to another call's rules, by the digest of what they read.

    The lead names the category where several are for their unit, and says that all is true where it asks so.
    """

    terms: str = ""
    category: str = ""
    declares_truth: bool = False


def offer_transfer(session: Session, idea_id: str, new: NewTransfer, *, actor: Actor) -> IdeaTransfer:
    """Offer an idea to another call's office: who screens it may. The lead and that office are told.

    Raises Forbidden for anybody else; Invalid, all faults at once, for no such call and a reason that is too short; Conflict where the
    idea may not be handed there, where that call does not take it, and while another offer waits.
    """
    context = read_context(session, idea_id, actor=actor)
    _require_sender(session, context, actor)
    faults, reason = Faults(), ""
    with faults.gather():
        reason = read_text("reason", new.reason, maximum=1_000, minimum=SHORTEST_REASON)
    if session.get(Call, new.call_id) is None:
        faults.found.append(Invalid("transfer_call_unknown", "call_id"))
    faults.settle()
    to_call = get_call(session, new.call_id)[0]
    context = _hold(session, idea_id)
    for waiting in session.exec(waiting_for(idea_id)).all():
        if not lapse_if_over(session, waiting.id, context):
            raise Conflict("transfer_waits")
        lapse_offer(session, waiting, context, actor=FLOW)
    refusal = find_not_to_transfer(session, context, to_call)
    there = enter_call(session, context, to_call, first_category(session, context, to_call)) if refusal is None else context
    refusal = refusal or find_not_to_enter(session, there)
    if refusal is not None:
        raise refusal
    row = IdeaTransfer(
        idea_id=idea_id,
        from_call_id=context.call.id,
        to_call_id=to_call.id,
        policy_before=context.idea.policy_id,
        reason=reason,
        offered_by=str(actor.person_id),
    )
    session.add(row)
    ask_from_now(session, row.id, context, ASKED)
    _keep(session, "idea.offer_transfer", row, actor)
    told = {context.idea.lead_id, *list_receivers(session, to_call.id)} - {actor.person_id}
    send_notices(session, sorted(str(each) for each in told), NoticeKind.TRANSFER_OFFERED)
    return row


def answer_transfer(session: Session, transfer_id: str, *, accepts: bool, terms: str = "", reason: str = "", actor: Actor) -> IdeaTransfer:
    """Take the idea in as one read it, or return it with a reason: the other call's office; the office that offered it takes it back so.

    Raises Forbidden for who only may know of it; Invalid where no terms are named; Conflict for an offer that is settled or accepted
    already, for terms that are no more those of the idea and the call, and once that call's awards are drafted.
    """
    row, context = _take(session, transfer_id, actor)
    receives = is_receiver(session, context, row, actor)
    if not receives and (accepts or not is_sender(session, context, actor)):
        raise Forbidden("only_receiver")
    if not accepts:
        return _end(session, row, context, read_text("reason", reason, maximum=1_000, minimum=SHORTEST_END), actor)
    to_call = session.get_one(Call, row.to_call_id)
    present = _require_same_terms(session, context, to_call, terms)
    if is_accepted(row, present):
        raise Conflict("transfer_accepted")
    if (refusal := find_not_to_transfer(session, context, to_call)) is not None:
        raise refusal
    if to_call.awards_drafted_at is not None:
        raise Conflict("transfer_call_over")
    row.accepted_by, row.accepted_at, row.accepted_terms = actor.person_id, now(), present
    ask_from_now(session, row.id, context, ASKED)
    _keep(session, "idea.accept_transfer", row, actor)
    send_notices(session, sorted(context.team - list_gone(session, context.team)), NoticeKind.TRANSFER_ACCEPTED)
    return row


def agree_to_transfer(session: Session, transfer_id: str, agreement: Agreement | None, *, reason: str = "", actor: Actor) -> IdeaTransfer:
    """Agree for oneself to the other call's rules as one read them; with the lead's word, the last, the idea stands there with its time of
    receipt. Without an agreement it stays: one of the team who refuses ends it.

    Raises Forbidden for who is not of the team; Invalid where no terms are named, and for the lead who must name a category or misses the
    declaration; Conflict before the other office has accepted what is offered now, for terms that are no more those of the idea and the
    call, for the lead while somebody has not agreed, and where by now the idea may not be handed there or that call does not take it.
    """
    row, context = _take(session, transfer_id, actor)
    if actor.person_id not in context.team:
        raise Forbidden("only_member")
    if agreement is None:
        return _end(session, row, context, read_text("reason", reason, maximum=1_000, minimum=0), actor)
    if row.accepted_at is None:
        raise Conflict("transfer_not_accepted")
    to_call = session.get_one(Call, row.to_call_id)
    hold_call(session, to_call)
    terms = _require_same_terms(session, context, to_call, agreement.terms)
    if not is_accepted(row, terms):
        raise Conflict("transfer_not_accepted")
    if (refusal := find_not_to_transfer(session, context, to_call)) is not None:
        raise refusal
    if context.idea.lead_id != actor.person_id:
        return _agree_as_member(session, row, context, terms, actor)
    if list_awaited(session, row, context, terms):
        raise Conflict("transfer_unanswered")
    there = enter_call(session, context, to_call, agreement.category)
    lock_quota(session, there)
    refusal = find_not_to_enter(session, there)
    if refusal is not None:
        raise refusal
    if there.policy.declaration.is_asked and not agreement.declares_truth:
        raise Invalid("declaration_missing", "declares_truth")
    _carry_out(session, row, there, agreement, actor)
    return row


def end_offers(session: Session, idea_id: str, *, actor: Actor) -> None:
    """End what is offered of an idea that was over meanwhile: it was judged since, which nobody knew who accepted. They are told.

    Whoever calls this holds the idea.
    """
    for row in session.exec(waiting_for(idea_id)).all():
        row.settled_at = now()
        _keep(session, "idea.end_transfer", row, actor)
        _tell_end(session, row, session.get_one(Idea, idea_id).lead_id, actor)


def lapse_offer(session: Session, row: IdeaTransfer, context: IdeaContext, *, is_told: bool = True, actor: Actor) -> None:
    """End an offer that was not answered by everybody in time; the idea stays. Who was asked is told, and who offered it, or nobody."""
    row.settled_at = now()
    _keep(session, "idea.lapse_transfer", row, actor)
    if not is_told:
        return
    asked = set(context.team - list_gone(session, context.team)) if row.accepted_at else list_receivers(session, row.to_call_id)
    told = {context.idea.lead_id, row.offered_by, row.accepted_by, *row.agreed, *asked} - {None}
    send_notices(session, sorted(str(each) for each in told), NoticeKind.TRANSFER_ENDED)


def _require_same_terms(session: Session, context: IdeaContext, to_call: Call, terms: str) -> str:
    """The terms as they are; raises Invalid where none are named, Conflict for those of other rules or of another text or team."""
    if not terms:
        raise Invalid("terms_missing", "terms")
    present = hash_terms(session, context, to_call)
    if terms != present:
        raise Conflict("transfer_changed_since")
    return present


def _agree_as_member(session: Session, row: IdeaTransfer, context: IdeaContext, terms: str, actor: Actor) -> IdeaTransfer:
    """A member's own word; with the last of them the lead is told that theirs is awaited."""
    member = str(actor.person_id)
    if row.agreed.get(member) != terms:
        row.agreed = {**row.agreed, member: terms}
        is_last = not list_awaited(session, row, context, terms)
        if is_last:
            ask_from_now(session, row.id, context, ASKED)
        _keep(session, "idea.agree_transfer", row, actor)
        if is_last:
            send_notices(session, [context.idea.lead_id], NoticeKind.TRANSFER_ACCEPTED)
    return row


def _carry_out(session: Session, row: IdeaTransfer, there: IdeaContext, agreement: Agreement, actor: Actor) -> None:
    """Let the idea stand in the other call, before the office that is awaited there; its time of receipt and its number stay."""
    outcome = "permission" if needs_permission(session, there) and not _was_permitted(session, there) else None
    permitted = permit(session, there, TRANSFER, outcome, actor=FLOW)
    idea, category = there.idea, name_category(session, there, agreement.category)
    idea.call_id, idea.policy_id, idea.category = there.call.id, current_policy(session, there.call.id).id, category
    row.settled_by, row.settled_at, row.is_done = actor.person_id, now(), True
    session.add_all([idea, row])
    send_notices(session, sorted({*there.team, row.offered_by, str(row.accepted_by)}), NoticeKind.TRANSFER_DONE)
    said: dict[str, Any] = {"transfer": row.id, "from_call": row.from_call_id, "to_call": row.to_call_id}
    if there.policy.declaration.is_asked:
        said["declaration"] = hashlib.sha256(there.policy.declaration.text.encode()).hexdigest()
    detail = said | {"category": category, "to_call_title": there.call.title}
    keep_terms_of(session, idea)
    take(session, there, permitted, Grounds(row.reason, detail, said, (row,)), actor=FLOW)


def _was_permitted(session: Session, context: IdeaContext) -> bool:
    granted = select(Decision.id).where(Decision.idea_id == context.idea.id, Decision.action == PERMIT, Decision.outcome == "granted")
    return session.exec(granted.limit(1)).first() is not None


def _require_sender(session: Session, context: IdeaContext, actor: Actor) -> None:
    if is_sender(session, context, actor):
        return
    if (duty := find_duty_beside_screening(session, context, actor)) is not None:
        raise Forbidden("has_other_duty", duty=duty)
    raise Forbidden("conflict_of_interest" if has_part(context, actor) else f"only_{role_for(context, IDEA.of_action(SCREEN)[0])}")


def _hold(session: Session, idea_id: str) -> IdeaContext:
    """The idea, kept from others until the transaction ends, before anything is written."""
    session.exec(select(Idea).where(Idea.id == idea_id).with_for_update().execution_options(populate_existing=True)).one()
    return read_context(session, idea_id, actor=FLOW)


def _take(session: Session, transfer_id: str, actor: Actor) -> tuple[IdeaTransfer, IdeaContext]:
    """An offer that concerns the actor, held, with its idea; NotFound for anybody else, Conflict once it is settled."""
    known = session.get(IdeaTransfer, transfer_id)
    if known is None:
        raise NotFound("transfer_not_found")
    context = _hold(session, known.idea_id)
    row = session.get_one(IdeaTransfer, transfer_id, with_for_update=True, populate_existing=True)
    if not is_concerned(session, row, context, actor):
        raise NotFound("transfer_not_found")
    require_open(session, row, context, "transfer_settled")
    return row, context


def _end(session: Session, row: IdeaTransfer, context: IdeaContext, reason: str, actor: Actor) -> IdeaTransfer:
    row.settled_by, row.settled_at, row.end_reason = actor.person_id, now(), reason
    _keep(session, "idea.end_transfer", row, actor)
    _tell_end(session, row, context.idea.lead_id, actor)
    return row


def _tell_end(session: Session, row: IdeaTransfer, lead_id: str, actor: Actor) -> None:
    told = {lead_id, row.offered_by, row.accepted_by, *row.agreed} - {actor.person_id, None}
    send_notices(session, sorted(str(each) for each in told), NoticeKind.TRANSFER_ENDED)


def _keep(session: Session, kind: str, row: IdeaTransfer, actor: Actor) -> None:
    """Write it down, and commit to it in the ledger, which does not name the other call before the idea stands there."""
    session.add(row)
    session.flush()
    commits = commit_rows(kind, [("ideatransfer", row)])
    record(session, kind, row.idea_id, actor=actor, idea_id=row.idea_id, transfer=row.id, commits=commits)
