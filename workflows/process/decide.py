"""decide(): a step that takes a reason and nothing else, whatever its action; what has content of its own has its own function."""

from sqlmodel import Session

from workflows.process import ways
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext, read_context
from workflows.process.engine import Grounds, permit, take
from workflows.process.jobs import NUMBERING_JOBS
from workflows.process.refusals import Invalid, NotFound
from workflows.process.ways import Transition
from workflows.process.wording import read_text, require_printable

LONGEST_REASON = 4_000


def decide(session: Session, idea_id: str, action: str, outcome: str | None, *, reason: str, actor: Actor) -> IdeaContext:
    """Take a plain step of an idea's way.

    Raises NotFound for an action that is not plain, Invalid for a reason that is too short, and what `permit` raises.
    """
    if not ways.IDEA.is_plain(action):
        raise NotFound("action_not_found")
    context = read_context(session, idea_id, actor=actor)
    permitted = permit(session, context, action, outcome, actor=actor)
    take(session, context, permitted, Grounds(read_reason(permitted.transition, reason)), actor=actor)
    return context


def read_reason(transition: Transition, text: str, *, field: str = "reason") -> str:
    """A reason as the transition wants it.

    Raises Invalid where it is shorter than the table says, where none is taken, and, where a document follows that prints it, for what no
    packaged font can draw.
    """
    if transition.reason is None and text.strip():
        raise Invalid("reason_not_taken", field)
    read = read_text(field, text, maximum=LONGEST_REASON, minimum=transition.reason or 0)
    return require_printable(field, read) if is_printed(transition) else read


def is_printed(transition: Transition) -> bool:
    """Whether a document follows a step: its reason then stands on paper."""
    return not set(transition.jobs).isdisjoint(NUMBERING_JOBS.values())
