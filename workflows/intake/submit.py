"""Submit a draft; answer a request to complete it."""

from collections.abc import Iterator

from sqlmodel import Session

from models.instants import now, today
from models.policy import Policy
from workflows.intake.agree import leave_out_unanswered
from workflows.intake.content import Proposal
from workflows.intake.draft import revise_idea
from workflows.intake.supplement import apply_agreed
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext, read_again, read_context
from workflows.process.engine import Grounds, Permitted, permit, take
from workflows.process.entry import settle_entry
from workflows.process.numbering import next_running
from workflows.process.permission import must_be_permitted_again
from workflows.process.refusals import Conflict, Faults, Invalid
from workflows.process.ways import IDEA
from workflows.process.wording import count_words

SUBMIT = IDEA.action("submit")
SUPPLEMENT = IDEA.action("supplement")


def submit_idea(session: Session, idea_id: str, *, without_unanswered: bool = False, actor: Actor) -> IdeaContext:
    """Hand a draft in: complete, in the call's time, by a team that agreed. The idea gets its code; a flow takes it from here.

    What comes in within the grace, or by a permit after it, is marked as late in the decision and in the ledger. Raises Invalid for a
    missing, short or long section, Conflict when nobody may come in, and where somebody has not answered whether they join, unless the
    idea is handed in without them.
    """
    if without_unanswered:
        leave_out_unanswered(session, idea_id, actor=actor)
    context = read_context(session, idea_id, actor=actor)
    permitted = _permit(session, context, SUBMIT, actor=actor)
    check_sections(context.policy, context.content.sections)
    idea, year, at = context.idea, today().year, now()
    late = settle_entry(session, context, at)
    idea.submitted_at, idea.code = at, f"IDE-{year}-{next_running(session, 'idea', year):06d}"
    said = {} if late is None else {"late": late.tell()}
    take(session, context, permitted, Grounds(detail=said, recorded=said), actor=actor)
    return context


def supplement_idea(
    session: Session, idea_id: str, proposal: Proposal | None = None, *, without_unanswered: bool = False, actor: Actor
) -> IdeaContext:
    """Answer what the secretariat asked for, with a new revision (a step of its own) or as it was last put by; the time of receipt stays.

    Back to screening; where title, budget or team changed, to the head who permitted them, and only after the team agreed. What changed
    of these stands in the decision, before and after. Raises Invalid for a part that was not asked for, Conflict where somebody has not
    answered.
    """
    if without_unanswered:
        leave_out_unanswered(session, idea_id, actor=actor)
    context = read_context(session, idea_id, actor=actor)
    permitted = _permit_supplement(session, context, actor=actor)
    if proposal is not None:
        faults = Faults()
        with faults.gather():
            context = revise_idea(session, idea_id, proposal, actor=actor)
        if faults.found:
            Faults([*faults.found, *list_section_faults(context.policy, proposal.sections)]).settle()
        permitted = _permit_supplement(session, context, actor=actor)
    check_sections(context.policy, context.content.sections)
    take(session, context, permitted, apply_agreed(session, context, actor=actor), actor=actor)
    return read_again(session, context)


def _permit_supplement(session: Session, context: IdeaContext, *, actor: Actor) -> Permitted:
    outcome = "permission" if must_be_permitted_again(session, context) else None
    return _permit(session, context, SUPPLEMENT, outcome, actor=actor)


def _permit(session: Session, context: IdeaContext, action: str, outcome: str | None = None, *, actor: Actor) -> Permitted:
    """As `permit`; while others have not answered, what the lead can mend meanwhile is said first."""
    try:
        return permit(session, context, action, outcome, actor=actor)
    except Conflict as refused:
        if refused.code == "team_unanswered":
            check_sections(context.policy, context.content.sections)
        raise


def check_sections(policy: Policy, sections: dict[str, str]) -> None:
    """Raise Invalid for the sections whose words, counted here, are too few or too many: all of them at once."""
    Faults(list_section_faults(policy, sections)).settle()


def list_section_faults(policy: Policy, sections: dict[str, str]) -> Iterator[Invalid]:
    """A refusal for each section that is too short or too long, in the form's order."""
    for section in policy.sections:
        words, field = count_words(sections.get(section.name, "")), f"sections.{section.name}"
        if words < section.minimum_words:
            yield Invalid("section_too_short", field, minimum=section.minimum_words, words=words)
        elif words > section.maximum_words:
            yield Invalid("section_too_long", field, maximum=section.maximum_words, words=words)
