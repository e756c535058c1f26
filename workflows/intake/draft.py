"""Draft an idea and revise it."""

from collections.abc import Mapping
from types import MappingProxyType

from sqlmodel import Session

from models.calls import Call, PolicyVersion
from models.ideas import Idea
from models.stages import IdeaStage
from models.units import Unit
from workflows.intake.content import IdeaForm, Medium, Proposal, read_content, write_revision
from workflows.intake.supplement import complete
from workflows.intake.team import describe_part, list_dropped, write_team
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext, read_again, read_context, read_policy
from workflows.process.engine import Grounds, permit, take
from workflows.process.ways import IDEA
from workflows.region.calls import current_policy, get_call

DRAFT = IDEA.action("draft")
REVISE = IDEA.action("revise")

__all__ = ["IdeaForm", "Medium", "Proposal", "draft_idea", "new_idea", "revise_idea"]


def draft_idea(
    session: Session, call_id: str, proposal: Proposal, *, origin: Mapping[str, str] = MappingProxyType({}), actor: Actor
) -> IdeaContext:
    """A new draft under the call's current policy; everybody with an account may. Whom it names for the team is asked to join.

    The ledger keeps its `origin`: from which idea it was `copied`, or who it was `typed_by`, which its history tells without a name. Raises
    Conflict when the call is not open.
    """
    call, unit = get_call(session, call_id)
    version = current_policy(session, call_id)
    context = new_idea(call, unit, version, actor=actor)
    idea, permitted = context.idea, permit(session, context, DRAFT, actor=actor)
    kept, named = read_content(session, context, proposal, actor=actor)
    idea.title, idea.category = kept.title, kept.category
    session.add(idea)
    session.flush()
    revision, team = write_revision(session, idea, kept, actor), write_team(session, context, named)
    detail = {"dictated": True} if "typed_by" in origin else {}
    recorded = {"call": call.id, "policy": version.number, **origin}
    grounds = Grounds(detail=detail, recorded=recorded, rows=(revision, *team.rows), inbox=team.inbox)
    take(session, context, permitted, grounds, actor=actor)
    return read_again(session, context)


def new_idea(call: Call, unit: Unit, version: PolicyVersion, *, actor: Actor) -> IdeaContext:
    """An idea of the actor's that is only about to be drafted for a call, which the unit holds, under a version of its policy."""
    idea = Idea(call_id=call.id, policy_id=version.id, unit_id=actor.unit_id or "", lead_id=actor.person_id or "", title="")
    return IdeaContext(idea, call, read_policy(version), actor.unit_path, unit.path)


def revise_idea(session: Session, idea_id: str, proposal: Proposal, *, actor: Actor) -> IdeaContext:
    """Replace what a draft says, or put by what completes an idea until it is sent; the lead proposer may.

    Whoever is new in the team, or whose share or role changed, is asked to join (again); everybody is where title or budget changed.
    Raises Invalid for a part of a submitted idea that the secretariat did not ask for.
    """
    context = read_context(session, idea_id, actor=actor)
    permitted = permit(session, context, REVISE, actor=actor)
    rewrite = _rewrite if context.idea.stage == IdeaStage.DRAFT else complete
    context, grounds = rewrite(session, context, proposal, actor=actor)
    take(session, context, permitted, grounds, actor=actor)
    return context


def _rewrite(session: Session, context: IdeaContext, proposal: Proposal, *, actor: Actor) -> tuple[IdeaContext, Grounds]:
    """Put a new revision and team in place of the present ones; who was dropped from the team stands in the decision."""
    idea = context.idea
    kept, named = read_content(session, context, proposal, actor=actor)
    before = idea.title, context.content.budget_rupiah
    idea.title, idea.category = kept.title, kept.category
    idea.revision += 1
    revision = write_revision(session, idea, kept, actor)
    team = write_team(session, context, named, anew=before != (revision.title, revision.budget_rupiah))
    session.flush()
    dropped = [describe_part(each) for each in list_dropped(context, named)]
    detail = {"dropped": dropped} if dropped else {}
    return read_again(session, context), Grounds(detail=detail, rows=(revision, *team.rows), inbox=team.inbox)
