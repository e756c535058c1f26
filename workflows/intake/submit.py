"""Submit a draft; answer a request to complete it."""

from sqlmodel import Session

from models.instants import now, today
from models.policy import Policy
from workflows.intake.draft import Proposal, rewrite
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext, read_context
from workflows.process.engine import permit, take
from workflows.process.numbering import next_running
from workflows.process.refusals import Invalid
from workflows.process.wording import count_words


def submit_idea(session: Session, idea_id: str, *, actor: Actor) -> IdeaContext:
    """Hand a draft in: complete, in the call's time. The idea gets its code; a flow takes it from here.

    Raises Invalid for a missing, short or long section, Conflict outside the call's dates.
    """
    context = read_context(session, idea_id, actor=actor)
    permitted = permit(session, context, "submit", actor=actor)
    check_sections(context.policy, context.content.sections)
    idea, year = context.idea, today().year
    idea.submitted_at, idea.code = now(), f"IDE-{year}-{next_running(session, 'idea', year):06d}"
    take(session, context, permitted, actor=actor)
    return context


def supplement_idea(session: Session, idea_id: str, proposal: Proposal, *, actor: Actor) -> IdeaContext:
    """Answer what the secretariat asked for with a new revision; back to screening, the time of receipt stays.

    A team that was changed stands in the decision, before and after.
    """
    context = read_context(session, idea_id, actor=actor)
    permitted = permit(session, context, "supplement", actor=actor)
    check_sections(context.policy, proposal.sections)
    context, grounds = rewrite(session, context, proposal, actor=actor)
    take(session, context, permitted, grounds, actor=actor)
    return context


def check_sections(policy: Policy, sections: dict[str, str]) -> None:
    """Raise Invalid for the first section whose words, counted here, are too few or too many."""
    for section in policy.sections:
        words = count_words(sections.get(section.name, ""))
        if words < section.minimum_words:
            raise Invalid("section_too_short", f"sections.{section.name}", minimum=section.minimum_words, words=words)
        if words > section.maximum_words:
            raise Invalid("section_too_long", f"sections.{section.name}", maximum=section.maximum_words, words=words)
