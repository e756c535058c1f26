"""A call's later life: its end moved, and put away once everything in it is decided.

Who would cheat here knows who is missing, or has read scores. So an end moves with a reason that everybody reads, never by somebody who
proposes in the call, never earlier once the call is open; and a call that closed is opened again once at most, within days, before a score,
and not at all where its ideas were sealed until then.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from models.calls import Call, CallChange, CallChangeKind, CallState, PolicyVersion
from models.ideas import Idea
from models.instants import local_day, now, today
from models.reviews import Review
from workflows.process import ways
from workflows.process.actors import Actor
from workflows.process.amending import move_agreements
from workflows.process.closing import count_open_permits, read_closing
from workflows.process.context import read_policy
from workflows.process.deadlines import find_last_day
from workflows.process.journal import record
from workflows.process.refusals import Conflict, Faults, Invalid
from workflows.process.ways import Kind, Tone
from workflows.process.wording import read_text
from workflows.region.call_changes import (
    list_changes,
    list_drafters,
    list_heads_concerned,
    require_no_part,
    tell_each,
    write_change,
)
from workflows.region.calls import find_newest, lock_call, require_keeper

REOPEN_DAYS = 7  # after its end, in which a call may be opened again
MOST_DAYS = 366  # by which an end may be moved at once
SHORTEST_REASON = 10


@dataclass(frozen=True)
class CallCounts:
    """How many ideas of a call are drafts, were submitted, and are still under way of those; not known to anybody while it is sealed."""

    drafts: int
    submitted: int
    under_way: int
    is_known: bool = True


def extend_call(session: Session, call_id: str, until: datetime, reason: str, *, actor: Actor) -> Call:
    """Move the end of a call; who holds a draft in it and who heads a unit with an idea under way is told; dates counted to its end follow.

    Raises Invalid, all faults at once, for a missing reason and an end that is past, not later than the present one or too far; Forbidden
    for who keeps no call of the unit or proposes in this one; Conflict for a closed call that may not be opened again.
    """
    call, unit = lock_call(session, call_id)
    require_keeper(actor, unit)
    require_no_part(session, call, actor=actor)
    before, is_over = call.closes_at, call.state == CallState.CLOSED or (call.state == CallState.OPEN and call.closes_at <= now())
    if is_over:
        _require_reopenable(session, call)
    faults, said = Faults(), ""
    with faults.gather():
        said = read_text("reason", reason, maximum=1_000, minimum=SHORTEST_REASON)
    with faults.gather():
        _require_later(call, until, is_over=is_over)
    faults.settle()
    call.closes_at = until
    if call.state == CallState.CLOSED:
        call.state, call.awards_drafted_at = CallState.OPEN, None
    kind = CallChangeKind.REOPENED if is_over else CallChangeKind.EXTENDED
    extension = CallChange(call_id=call.id, kind=kind, reason=said, closes_before=before, closes_at=until)
    write_change(session, call, extension, actor=actor)
    move_agreements(session, call, before)
    if call.state == CallState.OPEN:
        tell_each(session, extension, list_drafters(session, call.id) | list_heads_concerned(session, call.id))
    record(session, "call.extend", call.id, actor=actor, before=before.isoformat(), closes_at=until.isoformat(), reopened=is_over)
    session.flush()
    return call


def archive_call(session: Session, call_id: str, *, actor: Actor) -> Call:
    """Put a closed call away: it leaves the lists, and stays readable and in reports.

    Raises Conflict while it is not closed, while an idea in it is under way or may still come in, and where it is put away already.
    """
    call, unit = lock_call(session, call_id)
    require_keeper(actor, unit)
    if call.archived_at is not None:
        raise Conflict("call_archived")
    if call.state != CallState.CLOSED:
        raise Conflict("call_not_closed", stage=call.state)
    if left := count_ideas(session, call).under_way:
        raise Conflict("call_under_way", count=left)
    if waiting := count_open_permits(session, call.id):
        raise Conflict("call_has_late_permits", count=waiting)
    call.archived_at = now()
    record(session, "call.archive", call.id, actor=actor)
    write_change(session, call, CallChange(call_id=call.id, kind=CallChangeKind.ARCHIVED), actor=actor)
    return call


def restore_call(session: Session, call_id: str, *, actor: Actor) -> Call:
    """Bring a call back into the lists; raises Conflict where it was not put away."""
    call, unit = lock_call(session, call_id)
    require_keeper(actor, unit)
    if call.archived_at is None:
        raise Conflict("call_not_archived")
    call.archived_at = None
    record(session, "call.restore", call.id, actor=actor)
    write_change(session, call, CallChange(call_id=call.id, kind=CallChangeKind.RESTORED), actor=actor)
    return call


def may_reopen(session: Session, call: Call) -> bool:
    """Whether a call that is over may still be opened again."""
    try:
        _require_reopenable(session, call)
    except Conflict:
        return False
    return True


def count_ideas(session: Session, call: Call) -> CallCounts:
    """How a call's ideas stand: nothing is awaited of a draft, and a rejected idea is under way until its days for an objection end.

    Nothing is counted while the call is sealed. Awards are not asked for: whoever keeps a call without preparing them would learn of one
    before its hour.
    """
    if call.is_sealed:
        return CallCounts(0, 0, 0, is_known=False)
    drafts, ended = ways.IDEA.list_stages(Kind.DRAFT), ways.IDEA.list_stages(Kind.END)
    turned_down = [stage.name for stage in ways.IDEA.stages.values() if stage.kind == Kind.DECIDED and stage.tone == Tone.NO]
    count = select(col(Idea.stage), func.count()).where(Idea.call_id == call.id, col(Idea.code).is_not(None)).group_by(col(Idea.stage))
    by_stage = dict(session.exec(count).all())
    drafted = select(func.count()).select_from(Idea).where(Idea.call_id == call.id, col(Idea.stage).in_(drafts))
    under_way = sum(number for stage, number in by_stage.items() if stage not in (*drafts, *ended, *turned_down))
    may_object = _count_objectable(session, call, turned_down)
    return CallCounts(session.exec(drafted).one(), sum(by_stage.values()), under_way + may_object)


def _require_later(call: Call, until: datetime, *, is_over: bool) -> None:
    if until <= now():
        raise Invalid("date_in_the_past", "until")
    if until <= call.opens_at:
        raise Invalid("dates_out_of_order", "until")
    if call.state != CallState.PLANNED and (until < call.closes_at or (until == call.closes_at and not is_over)):
        raise Invalid("call_end_not_later", "until", closes_at=call.closes_at.isoformat())
    if until > max(call.closes_at, now()) + timedelta(days=MOST_DAYS):
        raise Invalid("extension_too_long", "until", maximum=MOST_DAYS)


def _require_reopenable(session: Session, call: Call) -> None:
    """Raise Conflict for a call that is over for good."""
    if call.archived_at is not None:
        raise Conflict("call_archived")
    if call.state == CallState.CLOSED and read_closing(session, call.id).is_sealed:
        raise Conflict("call_was_sealed")  # all offices have read its ideas since
    changes = list_changes(session, call.id)
    if any(each.kind == CallChangeKind.REOPENED for each in changes):
        raise Conflict("call_reopened_before")
    closed = min([call.closes_at, *(each.at for each in changes if each.kind == CallChangeKind.CLOSED)])
    if local_day(closed) + timedelta(days=REOPEN_DAYS) < today():
        raise Conflict("call_over_too_long", maximum=REOPEN_DAYS)
    scored = (
        select(Review.id).join(Idea, col(Idea.id) == col(Review.idea_id)).where(Idea.call_id == call.id, col(Review.total).is_not(None))
    )
    if session.exec(scored.limit(1)).first() is not None:  # an award needs a score
        raise Conflict("call_judged_already")
    newest = find_newest(session, call.id)
    if newest.signed_at is None:
        raise Conflict("version_unsigned", version=newest.number)


def _count_objectable(session: Session, call: Call, stages: list[str]) -> int:
    """How many turned down ideas may still be objected to, by the days of the policy that each is held to."""
    query = select(col(Idea.stage_since), PolicyVersion).join(PolicyVersion, col(PolicyVersion.id) == col(Idea.policy_id))
    rows = session.exec(query.where(Idea.call_id == call.id, col(Idea.stage).in_(stages)))
    return sum(find_last_day(session, local_day(since), read_policy(version).days.objection) >= today() for since, version in rows)
