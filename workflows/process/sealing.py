"""Sealed calls: until the call is over no office but the head who permits reads an idea, and none is asked about it.

An idea that needs no permission, or has it, waits in the stage of the office that comes next; once the call is over each is put before
that office, and its days count from then.
"""

from sqlmodel import Session, col, select

from models.calls import Call
from models.ideas import Idea
from workflows.process import ways
from workflows.process.context import IdeaContext
from workflows.process.journal import send_each
from workflows.process.refusals import Conflict, Refusal

PERMIT = ways.IDEA.action("permit")  # the only step that an office takes while a call is sealed
UNSEAL = ways.IDEA.action("unseal")
HELD = sorted({str(each.stage) for each in ways.IDEA.of_action(UNSEAL)})  # the stages in which an idea waits for the call's end


def find_seal(call: Call) -> Refusal | None:
    """The refusal of what nobody in office does while a call is sealed."""
    return Conflict("call_sealed", closes_at=call.closes_at.isoformat()) if call.is_sealed else None


def waits_for_end(session: Session, context: IdeaContext) -> bool:
    """Whether nobody is asked yet for what the stage awaits, since the call is sealed.

    The call is read again and held: whoever breaks the seal meanwhile is waited for, or waits and then finds this idea. Nothing is read
    where the call is not sealed.
    """
    if not context.call.is_sealed or context.idea.stage not in HELD:
        return False
    call = session.get(Call, context.call.id, with_for_update={"read": True}, populate_existing=True)
    return call is not None and call.is_sealed


def break_seal(session: Session, call: Call) -> None:
    """Let a call's ideas be read by all offices, and have each that waits put before its own; the caller has locked the call.

    Asked for in the transaction that closes the call, and done by a flow in batches.
    """
    if not call.is_sealed:
        return
    call.is_sealed = False
    session.add(call)
    session.flush()
    waiting = select(Idea.id).where(Idea.call_id == call.id, col(Idea.stage).in_(HELD)).order_by(col(Idea.submitted_at), col(Idea.id))
    send_each(session, ways.JOBS["call_unsealed"], session.exec(waiting).all(), of_ideas=True)
