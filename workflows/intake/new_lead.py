"""Let a member lead an idea that was handed in, in the place of a lead who agrees, does not answer, or left the service.

Who would cheat takes an idea over while its lead is away, to be named first or to withdraw it. So a lead who serves is asked and waited
for, one no ends it, an office confirms it that is not of the team, and says why where the lead did not agree; shares, unit and dates stay.
"""

from dataclasses import replace

from sqlmodel import Session, col, select

from models.people import NoticeKind
from models.replacements import Replacement
from workflows.intake.hand_over import list_gone
from workflows.intake.replacing import find_standing, find_unfit
from workflows.intake.supplement import list_members
from workflows.intake.team import invite
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext
from workflows.process.inbox import InboxChanges, Settled
from workflows.process.leading import NewLead, change_lead
from workflows.process.ways import IDEA
from workflows.region.notices import send_notices

AGREE = IDEA.action("agree")


def put_in_lead(session: Session, context: IdeaContext, row: Replacement, *, actor: Actor) -> None:
    """Carry out a settled request; the team is told. Raises Conflict where the team stands by now, or the member may not lead."""
    successor = str(row.newcomer_id)
    refusal = find_standing(context, is_of_lead=True) or find_unfit(session, context, successor)
    if refusal is not None:
        raise refusal
    change_lead(session, context, NewLead(successor, row, _ask_anew(session, context, successor)), actor=actor)
    send_notices(session, sorted(context.team), NoticeKind.LEAD_CHANGED)


def find_other_waiting(session: Session, row: Replacement) -> Replacement | None:
    """The request about another member of the same team that waits; it was the former lead's."""
    waiting = select(Replacement).where(Replacement.idea_id == row.idea_id, col(Replacement.settled_at).is_(None), Replacement.id != row.id)
    return session.exec(waiting.with_for_update()).first()


def _ask_anew(session: Session, context: IdeaContext, successor: str) -> InboxChanges:
    """Where the team is just asked to agree to what completes the idea: ask the present one, with its shares and its new lead.

    What the former lead wrote stays, and whether the head must permit it again; who cannot be asked loses nothing by it.
    """
    if not context.invited:
        return InboxChanges()
    team = [replace(each, lead=each.person_id == successor) for each in list_members(context)]
    changes = invite(session, context, list(enumerate(team)), anew=True, joined=list_gone(session, context.team))
    return replace(changes, settled=(*changes.settled, Settled(AGREE, successor)))
