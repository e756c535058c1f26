"""Leave the team of a draft that one had joined: an answer may be taken back until the idea is handed in."""

from typing import Any

from sqlmodel import Session, select

from models.ideas import Invitation, TeamMember
from models.stages import IdeaStage
from workflows.intake.agree import answer_invitation
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext, read_context
from workflows.process.refusals import Conflict, Forbidden, Refusal


def find_not_to_leave(context: IdeaContext, actor: Actor) -> Refusal | None:
    """Why somebody may not leave a team: they have not joined it, lead it, or the idea is handed in."""
    if actor.person_id not in context.team:
        return Forbidden("only_member")
    if context.idea.lead_id == actor.person_id:
        return Forbidden("lead_leaves_not")
    return None if context.idea.stage == IdeaStage.DRAFT else Conflict("left_only_drafts")


def leave_team(session: Session, idea_id: str, *, reason: str = "", actor: Actor) -> IdeaContext:
    """Leave a draft's team, as if one had said no when one was asked: the share is the lead's again, who is asked to look at the draft.

    Nobody is asked in one's place: the lead names whom they want, who then agrees. Raises Forbidden for who has not joined and for the
    lead, Conflict once the idea is handed in.
    """
    context = read_context(session, idea_id, actor=actor)
    refusal = find_not_to_leave(context, actor)
    if refusal is not None:
        raise refusal
    mine = next(each for each in context.members if each.person_id == actor.person_id)
    part: dict[str, Any] = {"position": mine.position, "role": mine.role, "share_hundredths": mine.share_hundredths}
    row = session.exec(select(TeamMember).where(TeamMember.idea_id == idea_id, TeamMember.person_id == mine.person_id)).one()
    session.delete(row)
    session.add(Invitation(idea_id=idea_id, person_id=mine.person_id, number=mine.number or "", known=True, **part))
    session.flush()
    return answer_invitation(session, idea_id, joins=False, reason=reason, actor=actor)
