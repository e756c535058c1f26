"""Find the mails that tell the team of an idea where it stands after a step that somebody else took."""

from sqlmodel import Session, col, select

from models.ideas import Idea, Invitation, TeamMember
from models.instants import local_day
from models.people import Account, Person, Role
from models.settings import settings
from workflows.adapters.mail import OutgoingMail
from workflows.documents.mail import DroppedMail, TurnMail, render_mail, write_task, write_word
from workflows.documents.text import format_date
from workflows.process import ways


def find_turn_mails(session: Session, idea_id: str, number: int) -> list[OutgoingMail]:
    """One mail for each member with an address and an open account, by the number of the message that asks.

    What was decided is told, never by whom; the reasons stand on the idea's page, which asks who reads them.
    """
    idea = session.get(Idea, idea_id)
    if idea is None:
        return []
    team = select(Person).join(TeamMember, col(TeamMember.person_id) == col(Person.id)).where(TeamMember.idea_id == idea_id)
    closed = select(Account.person_id).where(Account.person_id == Person.id, col(Account.closed_at).is_not(None))
    reached = team.where(Person.email != "", ~closed.exists()).order_by(col(TeamMember.position))
    return [_write(idea, person, number) for person in session.exec(reached)]


def find_dropped_mail(session: Session, person_id: str, idea_id: str, number: int) -> OutgoingMail | None:
    """The mail to somebody who is of a team no more, by the number of the message that asks.

    None for somebody without an address or with a closed account, and for whoever is of the team, or asked to join it, by now.
    """
    person, idea, account = session.get(Person, person_id), session.get(Idea, idea_id), session.get(Account, person_id)
    is_closed = account is not None and account.closed_at is not None
    back = [select(table.id).where(table.idea_id == idea_id, table.person_id == person_id) for table in (TeamMember, Invitation)]
    if person is None or idea is None or not person.email or is_closed or any(session.exec(each).first() for each in back):
        return None
    mail = DroppedMail(person.full_name, idea.title, session.get_one(Person, idea.lead_id).full_name)
    return OutgoingMail(person.email, *render_mail("dropped", mail), f"<dropped.{number}@gagas>")


def _write(idea: Idea, person: Person, number: int) -> OutgoingMail:
    stage = ways.IDEA.stages[idea.stage]
    is_asked = stage.role == Role.PROPOSER and person.id == idea.lead_id
    mail = TurnMail(
        name=person.full_name,
        title=idea.title,
        stage=write_word(idea.stage),
        reason=write_word(idea.reason_code) if idea.reason_code else "",
        asked=write_task(stage.awaits) if is_asked else "",
        due=format_date(local_day(idea.due_at)) if is_asked and idea.due_at else "",
        url=f"{settings().address}/usulan/{idea.id}",
    )
    return OutgoingMail(person.email, *render_mail("turn", mail), f"<turn.{number}.{person.id}@gagas>")
