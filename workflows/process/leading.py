"""Give an idea that was handed in another lead: a part of the engine beside its tables, as no stage moves and it may come in many."""

from dataclasses import dataclass, field

from sqlmodel import Session, SQLModel, col, select

from models.ideas import TeamMember
from workflows.process.actors import Actor
from workflows.process.attest.commit import commit_rows
from workflows.process.attest.older import list_older
from workflows.process.attest.tables import INVITATION
from workflows.process.context import IdeaContext, read_again
from workflows.process.inbox import InboxChanges, change_inbox, hand_on, list_invited
from workflows.process.journal import record

KIND = "idea.change_lead"


@dataclass(frozen=True)
class NewLead:
    """The member who is to lead an idea, the row that says why, and what changes in the inbox beside what is asked of a lead."""

    person_id: str
    why: SQLModel
    inbox: InboxChanges = field(default_factory=InboxChanges)


def change_lead(session: Session, context: IdeaContext, new: NewLead, *, actor: Actor) -> IdeaContext:
    """Let another member lead an idea: what is asked of its lead is asked of them from now on, until the same day; flushed.

    Unit, stage, dates, team and shares stay as they are. The ledger says who led before and who leads now, and commits to both. A lost
    race shows here, as a stale version.
    """
    idea, former = context.idea, context.idea.lead_id
    older = list_older(session, idea)
    team = session.exec(select(TeamMember).where(TeamMember.idea_id == idea.id).order_by(col(TeamMember.position))).all()
    for member in team:
        member.lead = member.person_id == new.person_id
    idea.lead_id = new.person_id
    session.add(idea)
    session.flush()
    hand_on(session, context, former)
    change_inbox(session, context, new.inbox)
    invited = list_invited(session, context, new.inbox)
    written = [(str(row.__tablename__), row) for row in (idea, *team, new.why, *(invited or ()))]
    commits = commit_rows(KIND, written, older, sets=() if invited is None else (INVITATION,))
    record(session, KIND, idea.id, actor=actor, idea_id=idea.id, before=former, after=new.person_id, commits=commits)
    return read_again(session, context)
