"""Submit a draft; answer a request to complete it."""

from sqlmodel import Session

from models.calls import CallState
from models.ideas import Idea
from models.instants import now, today
from models.policy import Policy
from workflows.intake.draft import Proposal, rewrite
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext, current_content, permitted_transition, read_context
from workflows.process.engine import Grounds, move
from workflows.process.numbering import next_running
from workflows.process.refusals import Conflict, Invalid
from workflows.process.tables import IDEA_TRANSITIONS
from workflows.process.wording import count_words


def submit_idea(session: Session, idea_id: str, *, actor: Actor) -> Idea:
    """Hand a draft in: complete, in the call's time. The idea gets its code; a flow takes it from here.

    Raises Invalid for a missing, short or long section, Conflict outside the call's dates.
    """
    context = read_context(session, idea_id, actor=actor)
    idea, year = context.idea, today().year
    permitted_transition(session, context, IDEA_TRANSITIONS, (idea.stage, "submit", None), actor=actor)  # told before what is missing
    refuse_outside_window(context)
    check_sections(context.policy, current_content(session, idea).sections)
    idea.submitted_at, idea.code = now(), f"IDE-{year}-{next_running(session, 'idea', year):06d}"
    move(session, context, "submit", actor=actor)
    return idea


def supplement_idea(session: Session, idea_id: str, proposal: Proposal, *, actor: Actor) -> Idea:
    """Answer what the secretariat asked for with a new revision; back to screening, the time of receipt stays.

    A team that was changed stands in the decision, before and after.
    """
    context = read_context(session, idea_id, actor=actor)
    permitted_transition(session, context, IDEA_TRANSITIONS, (context.idea.stage, "supplement", None), actor=actor)
    check_sections(context.policy, proposal.sections)
    change = rewrite(session, context, proposal, actor=actor)
    move(session, context, "supplement", actor=actor, grounds=Grounds(detail=change.as_detail() if change else {}))
    return context.idea


def refuse_outside_window(context: IdeaContext) -> None:
    """Raise Conflict before the call's first and after its last instant."""
    call = context.call
    if call.state != CallState.OPEN or now() >= call.closes_at:
        raise Conflict("call_closed", closes_at=call.closes_at.isoformat())
    if now() < call.opens_at:
        raise Conflict("call_not_yet_open", opens_at=call.opens_at.isoformat())


def check_sections(policy: Policy, sections: dict[str, str]) -> None:
    """Raise Invalid for the first section whose words, counted here, are too few or too many."""
    for section in policy.sections:
        words = count_words(sections.get(section.name, ""))
        if words < section.minimum_words:
            raise Invalid("section_too_short", f"sections.{section.name}", minimum=section.minimum_words, words=words)
        if words > section.maximum_words:
            raise Invalid("section_too_long", f"sections.{section.name}", maximum=section.maximum_words, words=words)
