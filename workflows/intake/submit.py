"""Submit a draft; answer a request to complete it."""

from sqlmodel import Session

from models.calls import CallState
from models.ideas import Idea
from models.policy import Policy
from models.seams import now, today
from workflows.actors import Actor
from workflows.intake.draft import Proposal, rewrite
from workflows.moves import move
from workflows.numbering import next_running
from workflows.process import IDEA_CELLS
from workflows.refusals import Conflict, Invalid
from workflows.standing import Standing, current_content, find_standing, permitted_cell
from workflows.wording import count_words


def submit_idea(session: Session, idea_id: str, *, actor: Actor) -> Idea:
    """Hand a draft in: complete, in the call's time. The idea gets its code; a flow takes it from here.

    Raises Invalid for a missing, short or long section, Conflict outside the call's dates.
    """
    standing = find_standing(session, idea_id, actor=actor)
    idea, year = standing.idea, today().year
    permitted_cell(session, standing, IDEA_CELLS, (idea.stage, "submit", None), actor=actor)  # told before what is missing
    refuse_outside_window(standing)
    check_sections(standing.policy, current_content(session, idea).sections)
    idea.submitted_at, idea.code = now(), f"IDE-{year}-{next_running(session, 'idea', year):06d}"
    move(session, standing, "submit", actor=actor)
    return idea


def supplement_idea(session: Session, idea_id: str, proposal: Proposal, *, actor: Actor) -> Idea:
    """Answer what the secretariat asked for with a new revision; back to screening, the time of receipt stays."""
    standing = find_standing(session, idea_id, actor=actor)
    move(session, standing, "supplement", actor=actor)
    check_sections(standing.policy, proposal.sections)
    rewrite(session, standing, proposal, actor=actor)
    return standing.idea


def refuse_outside_window(standing: Standing) -> None:
    """Raise Conflict before the call's first and after its last instant."""
    call = standing.call
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
