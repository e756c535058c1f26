"""Agree to be of a team, or not; and go on without those who have not answered.

Shares always sum to the whole: what is freed by somebody who stays out goes to the lead, so that no share changes to which somebody agreed;
the lead may divide it anew, and then asks again.
"""

from sqlmodel import Session, col, select

from models.ideas import Answer, Invitation, TeamMember
from models.instants import now
from models.stages import IdeaStage
from models.statements.ideas import Invited
from workflows.intake.team import agree_until, describe_part, write_member
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext, read_again, read_context
from workflows.process.decide import read_reason
from workflows.process.engine import Grounds, permit, take
from workflows.process.inbox import Ask, InboxChanges, Settled, is_asked
from workflows.process.ways import IDEA

AGREE = IDEA.action("agree")
LEAVE_OUT = IDEA.action("leave_out")
REVISE = IDEA.action("revise")


def answer_invitation(session: Session, idea_id: str, *, joins: bool, reason: str = "", actor: Actor) -> IdeaContext:
    """Join an idea's team with the share and role that were offered, or stay out of it; whoever is asked may, for themself alone.

    The decision keeps share and role, so that nobody has to be asked afterwards what somebody agreed to. Of a draft it takes effect at
    once; where a submitted idea's team agrees again, when the completed idea is sent. Whoever permitted or screened the idea may only stay
    out: they would have decided on their own.
    """
    context = read_context(session, idea_id, actor=actor)
    permitted = permit(session, context, AGREE, Answer.JOINED if joins else Answer.NOT_JOINED, actor=actor)
    said = read_reason(permitted.transition, reason)
    mine = next(each for each in context.unanswered if each.person_id == actor.person_id)
    inbox = InboxChanges(() if joins else _ask_lead(session, context), (Settled(AGREE, actor.person_id),))
    rows = _join(session, context, mine) if joins else _stay_out(session, context, mine)
    take(session, context, permitted, Grounds(said, {"asked": describe_part(mine)}, rows=rows, inbox=inbox), actor=actor)
    return read_again(session, context)


def leave_out_unanswered(session: Session, idea_id: str, *, actor: Actor) -> None:
    """Go on without those who have not answered; their shares go to the lead. Nothing is done where there are none.

    Whoever is of a submitted idea's team already is waited for: nobody loses by silence what was permitted. Who had joined a draft before
    and was asked again is told by mail.
    """
    context = read_context(session, idea_id, actor=actor)
    left_out = context.left_out
    if not left_out:
        return
    permitted = permit(session, context, LEAVE_OUT, actor=actor)
    for each in left_out:
        session.delete(session.get_one(Invitation, each.id))
    rows = _give_to_lead(session, context, sum(each.share_hundredths for each in left_out))
    settled = tuple(Settled(AGREE, each.person_id) for each in left_out if each.person_id is not None)
    dropped = tuple(each.person_id for each in left_out if each.known and each.person_id is not None)
    detail = {"left_out": [describe_part(each) for each in left_out]}
    inbox = InboxChanges(settled=settled, dropped=dropped)
    take(session, context, permitted, Grounds(detail=detail, rows=rows, inbox=inbox), actor=actor)


def _join(session: Session, context: IdeaContext, mine: Invited) -> tuple[TeamMember, ...]:
    invitation = session.get_one(Invitation, mine.id)
    if context.idea.stage != IdeaStage.DRAFT:
        invitation.answer, invitation.answered_at, invitation.remind_at = Answer.JOINED, now(), None
        return ()
    session.delete(invitation)
    session.add(write_member(context.idea.id, mine.position, mine))
    return _list_rows(session, context)


def _stay_out(session: Session, context: IdeaContext, mine: Invited) -> tuple[TeamMember, ...]:
    invitation = session.get_one(Invitation, mine.id)
    invitation.answer, invitation.answered_at, invitation.remind_at = Answer.NOT_JOINED, now(), None
    return _give_to_lead(session, context, mine.share_hundredths)


def _ask_lead(session: Session, context: IdeaContext) -> tuple[Ask, ...]:
    """The lead's task to look at the draft again, as somebody will not join: once, however many; of a supplement it is awaited anyway."""
    if context.idea.stage != IdeaStage.DRAFT or is_asked(session, context, REVISE):
        return ()
    return (Ask(REVISE, agree_until(session, context), context.idea.lead_id),)


def _give_to_lead(session: Session, context: IdeaContext, share_hundredths: int) -> tuple[TeamMember, ...]:
    """Add to the lead's share, in the team or in that which is to take its place; answers the rows that are committed to."""
    if context.idea.stage != IdeaStage.DRAFT:
        session.exec(
            select(Invitation).where(Invitation.idea_id == context.idea.id, col(Invitation.lead))
        ).one().share_hundredths += share_hundredths
        return ()
    rows = _list_rows(session, context)
    next(row for row in rows if row.lead).share_hundredths += share_hundredths
    return rows


def _list_rows(session: Session, context: IdeaContext) -> tuple[TeamMember, ...]:
    session.flush()
    return tuple(session.exec(select(TeamMember).where(TeamMember.idea_id == context.idea.id).order_by(col(TeamMember.position))))
