"""Find the mails that tell the team of an idea where it stands after a step that somebody else took."""

from sqlmodel import Session, col, select

from models.ideas import Decision, Idea, Invitation, TeamMember
from models.instants import local_day
from models.people import Person, Role
from models.settings import settings
from workflows.documents.mail import DroppedMail, TurnMail, write_task, write_word
from workflows.documents.text import format_date
from workflows.intake.silence import BY_RULE, EXPIRE
from workflows.process import ways
from workflows.recognition.outgoing import Told, find_reached, read_reader


def find_turn_mails(session: Session, idea_id: str, number: int) -> list[Told]:
    """One mail for each member with an address and an open account, by the number of the message that asks.

    What was decided is told, never by whom; the reasons stand on the idea's page, which asks who reads them.
    """
    idea = session.get(Idea, idea_id)
    if idea is None:
        return []
    team = select(Person).join(TeamMember, col(TeamMember.person_id) == col(Person.id)).where(TeamMember.idea_id == idea_id)
    found = [tell_turn(session, idea, person, number) for person in session.exec(team.order_by(col(TeamMember.position)))]
    return [told for told in found if find_reached(session, told) is not None]


def find_dropped_mail(session: Session, person_id: str, idea_id: str, number: int) -> Told | None:
    """The mail to somebody who is of a team no more, by the number of the message that asks; None for who cannot be reached."""
    return find_reached(session, tell_dropped(session, person_id, idea_id, number))


def tell_dropped(session: Session, person_id: str, idea_id: str, number: int) -> Told | None:
    """What somebody is told who is of a team no more; None for whoever is of it, or asked to join it, by now."""
    person, idea = session.get(Person, person_id), session.get(Idea, idea_id)
    back = [select(table.id).where(table.idea_id == idea_id, table.person_id == person_id) for table in (TeamMember, Invitation)]
    if person is None or idea is None or any(session.exec(each).first() for each in back):
        return None
    lead = session.get_one(Person, idea.lead_id).full_name
    mail = DroppedMail(person.full_name, idea.title, lead, settings().address)
    return Told(person, read_reader(session, person_id), "dropped", mail, f"<dropped.{number}@gagas>")


def tell_turn(session: Session, idea: Idea, person: Person, number: int) -> Told:
    """What a member of an idea's team is told of where it stands."""
    stage, reader = ways.IDEA.stages[idea.stage], read_reader(session, person.id)
    language, reason = reader.language, idea.reason_code or _find_rule(session, idea)
    is_asked = stage.role == Role.PROPOSER and person.id == idea.lead_id
    due = format_date(local_day(idea.due_at), language) if is_asked and idea.due_at else ""
    mail = TurnMail(
        name=person.full_name,
        title=idea.title,
        stage=write_word(idea.stage, language),
        reason=write_word(reason, language) if reason else "",
        asked=write_task(stage.awaits, language) if is_asked else "",
        due=due,
        url=f"{settings().address}/usulan/{idea.id}",
    )
    return Told(person, reader, "turn", mail, f"<turn.{number}.{person.id}@gagas>", has_due=bool(due))


def _find_rule(session: Session, idea: Idea) -> str:
    """What a silence meant by which an idea came to its stage, as its word is named; empty where somebody decided."""
    settled = select(Decision).where(Decision.idea_id == idea.id, Decision.action == EXPIRE, Decision.at >= idea.stage_since)
    decision = session.exec(settled.limit(1)).first()
    return f"silence_{decision.outcome}" if decision is not None and BY_RULE in decision.detail else ""
