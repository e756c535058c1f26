"""Plan a call from the server itself, in the name of whoever wrote it."""

from sqlmodel import Session

from models.calls import Call
from models.people import NoticeKind
from models.statements.directory import list_by_number
from workflows.process.actors import actor_of, flow_actor
from workflows.process.journal import record
from workflows.process.refusals import Invalid
from workflows.region.calls import NewCall, plan_call
from workflows.region.notices import send_notice


def plan_at_server(session: Session, new: NewCall, author_number: str) -> Call:
    """Plan a call as its author, who is told of it: a policy is signed by somebody else than its author, so nobody is one unawares.

    Raises Invalid for an unknown number, and what `plan_call` raises.
    """
    found = list_by_number(session, [author_number]).get(author_number)
    if found is None or found.ended is not None:
        raise Invalid("person_unknown", "author")
    call = plan_call(session, new, actor=actor_of(session, found.id))
    record(session, "call.plan_at_server", call.id, actor=flow_actor("call"), author=found.id)
    send_notice(session, found.id, NoticeKind.CALL_PLANNED)
    return call
