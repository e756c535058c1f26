"""What a proposal says of its entry, where the call's policy asks: who initiated it, since when it is in use, which idea it continues."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, select

from models.entry_rules import Initiator
from models.ideas import Idea
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext
from workflows.process.eligibility import is_awarded_openly
from workflows.process.refusals import Faults, Invalid
from workflows.process.visibility import sees_idea
from workflows.process.wording import read_line

FIRST_YEAR = 1900


@dataclass(frozen=True)
class IdeaOrigin:
    """Who initiated an idea, since which day it is in use, and the code of the earlier idea that it continues."""

    initiator: Initiator | None = None
    in_use_since: date | None = None
    earlier_code: str = ""


def read_entry(session: Session, context: IdeaContext, said: IdeaOrigin, *, actor: Actor) -> IdeaOrigin:
    """The entry as it is kept; what is missing or too late is told of when the idea is handed in.

    Where the policy lists one initiator it is that one. Raises Invalid, all faults at once, for what the policy does not ask, an initiator
    that it does not list, a day that nobody means, and what `_read_earlier` raises.
    """
    faults, rule = Faults(), context.policy.eligibility
    initiator, since, code = said.initiator, said.in_use_since, ""
    if initiator is not None and initiator not in rule.initiators:
        faults.found.append(Invalid("initiator_not_listed" if rule.initiators else "entry_not_asked", "initiator"))
    if since is not None and not rule.minimum_months:
        faults.found.append(Invalid("entry_not_asked", "in_use_since"))
    elif since is not None and since.year < FIRST_YEAR:
        faults.found.append(Invalid("date_out_of_range", "in_use_since"))
    with faults.gather():
        code = _read_earlier(session, context, said.earlier_code, actor=actor)
    faults.settle()
    only = rule.initiators[0] if len(rule.initiators) == 1 else None
    return IdeaOrigin(only or initiator, since, code)


def _read_earlier(session: Session, context: IdeaContext, typed: str, *, actor: Actor) -> str:
    """The code of the earlier idea that an idea continues; empty where none is named.

    What was named before stays, whoever may see that idea by now. Raises Invalid alike for a code that no idea has and for one of which
    the actor may not know: they see the idea, or its award is announced. An idea continues none that came in after it.
    """
    code = read_line("earlier_code", typed, maximum=30, minimum=0).upper()
    if code in ("", context.content.earlier_code):
        return code
    if context.policy.eligibility.earlier_awards is None:
        raise Invalid("entry_not_asked", "earlier_code")
    found = session.exec(select(Idea).where(Idea.code == code)).first()
    if found is None or found.id == context.idea.id or not (sees_idea(session, found.id, actor) or is_awarded_openly(session, found.id)):
        raise Invalid("earlier_unknown", "earlier_code")
    own = context.idea.submitted_at
    if own is not None and (found.submitted_at is None or found.submitted_at >= own):
        raise Invalid("earlier_not_earlier", "earlier_code")
    return code
