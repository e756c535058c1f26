"""That an innovation like the proposed one runs already, as a ground of rejection: which one, and a link for whoever may see both."""

from sqlmodel import Session, select

from models.ideas import Idea
from models.links import LinkKind
from models.policy import Entry
from workflows.intake.links import NewLink, link_ideas
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext, read_context, read_policy_of
from workflows.process.refusals import Conflict, Forbidden, Invalid
from workflows.process.relations import has_part
from workflows.process.visibility import sees_idea
from workflows.process.ways import IDEA, Reached
from workflows.process.wording import read_line

FIELD = "already_runs"
LONGEST_REASON = 1_000  # of a link; that of a rejection may be longer
PAST_SCREENING = ("review", "pilot", "reward")


def find_running(session: Session, context: IdeaContext, typed: str, *, actor: Actor) -> Idea | None:
    """The innovation that runs already, by its code; None where none is named.

    Raises Invalid for a code that no other idea has which the actor may see, and for an idea that is not known to be in use; Forbidden for
    who has part in it, and would keep a rival out.
    """
    code = read_line(FIELD, typed, maximum=30, minimum=0).upper()
    if not code:
        return None
    found = session.exec(select(Idea).where(Idea.code == code)).first()
    if found is None or found.id == context.idea.id or not sees_idea(session, found.id, actor):
        raise Invalid("running_unknown", FIELD)
    if not _runs(session, found):
        raise Invalid("running_not_in_use", FIELD, stage=found.stage)
    if has_part(read_context(session, found.id, actor=actor), actor):
        raise Forbidden("conflict_of_interest")
    return found


def link_running(session: Session, context: IdeaContext, running: Idea, reason: str, *, actor: Actor) -> None:
    """Link the rejected idea with the one that runs, as the same, for the rejection's reason; what is said of the two already stays."""
    said = NewLink(LinkKind.SAME, str(running.code), reason[:LONGEST_REASON].strip())
    try:
        link_ideas(session, context.idea.id, said, actor=actor)
    except Conflict as refusal:
        if refusal.code != "ideas_linked":
            raise


def _runs(session: Session, idea: Idea) -> bool:
    """Whether an idea is in use: rolled out, or screened in a call that takes nothing else."""
    stage = IDEA.stages[idea.stage]
    if stage.reached == Reached.VERIFIED:
        return True
    return stage.step in PAST_SCREENING and not stage.is_ended and read_policy_of(session, idea).entry == Entry.IN_USE
