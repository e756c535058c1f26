"""Until when a call takes ideas: its end, the grace behind it, and the permits that let a named person in after it.

Every instant is asked of the server's clock, to the microsecond: the end itself is late already.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from models.calls import Call, CallChange, CallChangeKind, CallState, PolicyVersion
from models.entry_rules import ClosingRule
from models.instants import now
from models.late_permits import LatePermit
from workflows.calculations.rule_books import read_rule_book
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext, read_policy
from workflows.process.refusals import Conflict, NotFound, Refusal

NEAR = timedelta(minutes=1)  # before its end, from when on whoever submits and whoever closes the call wait for each other


@dataclass(frozen=True)
class Lateness:
    """How an idea comes in after the end: by the grace, or by a permit; and how many minutes late."""

    minutes: int
    permit_id: str | None = None

    def write_down(self) -> dict[str, object]:
        """What the decision and the ledger keep of it: no name."""
        return {"minutes": self.minutes} | ({"permit": self.permit_id} if self.permit_id else {})


def read_closing(session: Session, call_id: str) -> ClosingRule:
    """What happens around a call's end: by its newest signed version, or while none is signed by its newest.

    Every signed version says the same once the call is open (`require_same_closing`).
    """
    versions = select(PolicyVersion).where(PolicyVersion.call_id == call_id).order_by(col(PolicyVersion.number).desc())
    signed = versions.where(col(PolicyVersion.signed_at).is_not(None))
    found = session.exec(signed.limit(1)).first() or session.exec(versions.limit(1)).first()
    if found is None:
        raise NotFound("call_not_found")
    return read_policy(found).closing


def end_of_grace(call: Call, rule: ClosingRule) -> datetime:
    """Until when drafts still come in, unless the call is closed before its end."""
    return call.closes_at + timedelta(minutes=rule.grace_minutes)


def find_end(session: Session, call: Call) -> datetime:
    """When submission ended or will end: the announced instant, or the one at which the call was closed before it."""
    return find_ends(session, [call])[call.id]


def find_ends(session: Session, calls: Collection[Call]) -> dict[str, datetime]:
    """When submission ended or will end in each of some calls, by their ids; asked at once."""
    ending = (CallChangeKind.CLOSED, CallChangeKind.REOPENED)
    changes = select(CallChange).where(col(CallChange.call_id).in_([each.id for each in calls]), col(CallChange.kind).in_(ending))
    last = {each.call_id: each for each in session.exec(changes.order_by(col(CallChange.at), col(CallChange.id)))}
    early = {call_id: each.at for call_id, each in last.items() if each.kind == CallChangeKind.CLOSED}
    return {each.id: early.get(each.id, each.closes_at) for each in calls}


def last_entry(session: Session, call: Call, rule: ClosingRule) -> datetime:
    """The instant after which nobody can come in any more, whatever permit they have."""
    late = find_end(session, call) + timedelta(days=rule.late_days)
    return late if call.state == CallState.CLOSED else max(late, end_of_grace(call, rule))


def may_still_enter(session: Session, call: Call) -> bool:
    """Whether an idea may still come in, be it by a permit that is yet to be given: what rests on all ideas waits for that."""
    if call.state != CallState.CLOSED:
        return True
    rule = read_closing(session, call.id)
    return bool(rule.late_days) and now() < last_entry(session, call, rule)


def find_permit(session: Session, call: Call, person_id: str | None) -> LatePermit | None:
    """The permit by which somebody may come in now: confirmed, not used, not taken back, not run out; the one that lasts longest."""
    if person_id is None or call.archived_at is not None:
        return None
    held = select(LatePermit).where(LatePermit.call_id == call.id, LatePermit.person_id == person_id)
    held = held.where(col(LatePermit.confirmed_at).is_not(None), col(LatePermit.ended_at).is_(None), col(LatePermit.idea_id).is_(None))
    return session.exec(held.where(col(LatePermit.until) > now()).order_by(col(LatePermit.until).desc(), col(LatePermit.id))).first()


def list_own_permits(session: Session, person_id: str | None) -> list[tuple[LatePermit, Call]]:
    """Somebody's permits that may be used now, each with its call; the first to run out first."""
    held = select(LatePermit, Call).join(Call, col(Call.id) == col(LatePermit.call_id)).where(LatePermit.person_id == person_id)
    held = held.where(col(LatePermit.confirmed_at).is_not(None), col(LatePermit.ended_at).is_(None), col(LatePermit.idea_id).is_(None))
    held = held.where(col(LatePermit.until) > now(), col(Call.archived_at).is_(None))
    return list(session.exec(held.order_by(col(LatePermit.until), col(LatePermit.id))).all())


def count_open_permits(session: Session, call_id: str) -> int:
    """How many permits of a call may still be used, or wait for their confirmation."""
    waiting = select(func.count()).select_from(LatePermit).where(LatePermit.call_id == call_id, col(LatePermit.until) > now())
    return session.exec(waiting.where(col(LatePermit.ended_at).is_(None), col(LatePermit.idea_id).is_(None))).one()


def judge_entry(session: Session, context: IdeaContext, at: datetime) -> Lateness | Refusal | None:
    """How an idea comes in at an instant: in time (None), late, or not at all."""
    call, rule = context.call, context.policy.closing
    if call.state == CallState.OPEN and at < call.closes_at:
        return Conflict("call_not_yet_open", opens_at=call.opens_at.isoformat()) if at < call.opens_at else None
    if call.state == CallState.OPEN and at < end_of_grace(call, rule) and context.idea.created_at < call.closes_at:
        return Lateness(_minutes(call.closes_at, at))
    permit = find_permit(session, call, context.idea.lead_id) if rule.late_days and call.state != CallState.PLANNED else None
    if permit is None:
        return _say_closed(session, call, rule)
    if any(person_id in context.team or context.is_invited(person_id) for person_id in (permit.given_by, permit.confirmed_by)):
        return Conflict("late_permit_own_team")  # whoever let somebody in joined their team afterwards
    return Lateness(_minutes(find_end(session, call), at), permit.id)


def find_shut(session: Session, context: IdeaContext) -> Refusal | None:
    """The refusal where an idea cannot come in now."""
    judged = judge_entry(session, context, now())
    return judged if isinstance(judged, Refusal) else None


def find_no_draft(session: Session, context: IdeaContext, actor: Actor) -> Refusal | None:
    """The refusal where somebody cannot begin a draft: the call is not open, or its end is past and they have no permit."""
    call = context.call
    is_open = call.state == CallState.OPEN
    if actor.person_id is None or (is_open and now() < call.closes_at):
        return None if is_open and actor.person_id is not None else Conflict("call_not_open", stage=call.state)
    may_be_late = call.state != CallState.PLANNED and context.policy.closing.late_days
    if may_be_late and find_permit(session, call, actor.person_id) is not None:
        return None
    return Conflict("call_closed", closes_at=call.closes_at.isoformat()) if is_open else Conflict("call_not_open", stage=call.state)


def find_entry_ahead(session: Session, context: IdeaContext) -> Refusal | None:
    """The refusal where places of a ranked call would be given while somebody may still come in after its end."""
    call, rule = context.call, context.policy.closing
    if not (rule.grace_minutes or rule.late_days) or not read_rule_book(context.policy.rule_book).is_ranked:
        return None
    return Conflict("entry_not_over", closes_at=last_entry(session, call, rule).isoformat()) if may_still_enter(session, call) else None


def hold_call(session: Session, call: Call) -> None:
    """Read a call again, and keep whoever closes or opens it waiting until the transaction ends; others may hold it as well."""
    session.get(Call, call.id, with_for_update={"read": True}, populate_existing=True)


def hold_near_end(session: Session, call: Call, at: datetime) -> None:
    """Near a call's end, and once it is over, hold it: asked for before anything is written, as whoever closes calls locks them first."""
    if at >= call.closes_at - NEAR or call.state != CallState.OPEN:
        hold_call(session, call)


def settle_entry(session: Session, context: IdeaContext, at: datetime) -> Lateness | None:
    """How an idea comes in at the instant it is stamped with, once the engine has permitted the step; a permit is used up by it.

    Raises what `judge_entry` answers: meanwhile the call may have been closed, or the permit used on another device.
    """
    hold_near_end(session, context.call, at)
    judged = judge_entry(session, context, at)
    if isinstance(judged, Refusal):
        raise judged
    if judged is not None and judged.permit_id is not None:
        permit = session.get_one(LatePermit, judged.permit_id, with_for_update=True, populate_existing=True)
        if permit.is_settled:
            raise Conflict("late_permit_settled")
        permit.idea_id, permit.used_at = context.idea.id, at
        session.add(permit)
    return judged


def _say_closed(session: Session, call: Call, rule: ClosingRule) -> Conflict:
    """That submission is over since when, the grace included; a call that was closed early had none."""
    end = find_end(session, call)
    return Conflict("call_closed", closes_at=(end_of_grace(call, rule) if end == call.closes_at else end).isoformat())


def _minutes(end: datetime, at: datetime) -> int:
    """The minutes by which something is late; one that began counts."""
    return max(1, -((end - at) // timedelta(minutes=1)))
