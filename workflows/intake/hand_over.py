"""Let another member lead a draft: whom its lead asks, or whoever goes on with it once the lead has left the service."""

from dataclasses import replace

from sqlmodel import Session, col, select

from models.people import Account, Person
from models.stages import IdeaStage
from workflows.intake.team import REVISE, Named, write_team
from workflows.process.actors import Actor
from workflows.process.attest.commit import commit_rows
from workflows.process.context import IdeaContext, read_again, read_context
from workflows.process.engine import Grounds, permit, take
from workflows.process.inbox import Settled
from workflows.process.journal import record
from workflows.process.refusals import Conflict, Forbidden, Refusal


def list_gone(session: Session, people: frozenset[str]) -> frozenset[str]:
    """Those of some people who left the service, or whose account is closed: nobody can ask them."""
    closed = select(Account.person_id).where(Account.person_id == Person.id, col(Account.closed_at).is_not(None))
    gone = col(Person.retired_on).is_not(None) | closed.exists()
    return frozenset(session.exec(select(Person.id).where(col(Person.id).in_(people), gone)))


def find_not_to_take_over(session: Session, context: IdeaContext, actor: Actor) -> Refusal | None:
    """Why a member may not go on with a draft: it is handed in, or its lead is there."""
    if actor.person_id not in context.team:
        return Forbidden("only_member")
    if context.idea.stage != IdeaStage.DRAFT:
        return Conflict("lead_changes_in_drafts")
    is_gone = context.idea.lead_id in list_gone(session, frozenset({context.idea.lead_id}))
    return None if is_gone and context.idea.lead_id != actor.person_id else Forbidden("lead_serves")


def take_over_draft(session: Session, idea_id: str, *, actor: Actor) -> IdeaContext:
    """Go on with a draft whose lead left the service; a member may, and everybody else of the team is asked anew.

    The lead's share is the new one's, who divides it as the team agrees. Raises Forbidden for who has not joined, and while the lead
    serves; Conflict for an idea that is handed in.
    """
    context = read_context(session, idea_id, actor=actor)
    refusal = find_not_to_take_over(session, context, actor)
    if refusal is not None:
        raise refusal
    return become_lead(session, context, actor=actor)


def become_lead(session: Session, context: IdeaContext, *, actor: Actor) -> IdeaContext:
    """Let the actor, who is of the team, lead a draft: it is of their unit from now on, and each of the others is asked anew.

    Who led so far stays with their share where they serve, and is asked as the others are.
    """
    idea, former = context.idea, context.idea.lead_id
    named = _name_team(context, str(actor.person_id), list_gone(session, frozenset({former})))
    if idea.unit_id != actor.unit_id:
        idea.unit_id, idea.category = str(actor.unit_id), ""
    idea.lead_id = str(actor.person_id)
    session.add(idea)
    session.flush()
    context = replace(context, unit_path=actor.unit_path)
    permitted = permit(session, context, REVISE, actor=actor)
    team = write_team(session, context, named, anew=True)
    session.flush()
    inbox = replace(team.inbox, settled=(*team.inbox.settled, Settled(REVISE)))
    take(session, context, permitted, Grounds(detail={"taken_over": True}, rows=team.rows, inbox=inbox), actor=actor)
    said = {"before": former, "after": idea.lead_id, "commits": commit_rows("idea.change_lead", [("idea", idea)])}
    record(session, "idea.change_lead", idea.id, actor=actor, idea_id=idea.id, **said)
    return read_again(session, context)


def _name_team(context: IdeaContext, lead_id: str, gone: frozenset[str]) -> list[Named]:
    """The team under a new lead, who has the share of whoever is gone; those who were asked and have not answered are asked still."""
    left = sum(each.share_hundredths for each in context.members if each.person_id in gone)
    members = [
        Named(
            each.number or "", each.person_id, each.share_hundredths + (left if each.person_id == lead_id else 0), each.role, lead=is_lead
        )
        for each in context.members
        if each.person_id not in gone
        for is_lead in [each.person_id == lead_id]
    ]
    asked = [Named(each.number, each.person_id, each.share_hundredths, each.role) for each in context.unanswered]
    return sorted([*members, *asked], key=lambda each: not each.lead)
