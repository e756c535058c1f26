"""The mail that tells a team of a new date: an office is late, somebody above is asked, a review goes on, or a last notice is given.

It tells the date and why, no name, and nothing of what a committee thinks.
"""

from collections.abc import Iterator
from datetime import date, datetime

from sqlmodel import Session, col, select

from models.ideas import Decision, Idea, TeamMember
from models.people import Person
from models.settings import settings
from workflows.documents.mail import NewDateMail
from workflows.documents.text import format_date
from workflows.process.late_notice import TELL_LATE
from workflows.process.ways import IDEA
from workflows.recognition.late import ABOVE, GATE_ABOVE
from workflows.recognition.outgoing import Told, find_reached, read_reader

KINDS = {TELL_LATE: "late", IDEA.action("prolong"): "review", IDEA.action("postpone"): "last"}


def find_date_mails(session: Session, idea_id: str, number: int) -> list[Told]:
    """One mail for each member with an address and an open account, by the number of the message that asks.

    None where the idea went on since.
    """
    idea = session.get(Idea, idea_id)
    decision = _find_decision(session, idea) if idea is not None else None
    if idea is None or decision is None or "until" not in decision.detail:
        return []
    team = select(Person).join(TeamMember, col(TeamMember.person_id) == col(Person.id)).where(TeamMember.idea_id == idea_id)
    members = session.exec(team.order_by(col(TeamMember.position)))
    found = [_write_mail(session, idea, decision, person, f"<date.{number}.{person.id}@gagas>") for person in members]
    return [told for told in found if find_reached(session, told) is not None]


def list_dates_told(session: Session, person: Person, limit: int) -> Iterator[tuple[datetime, Told]]:
    """The new dates that stand of somebody's ideas, the last one of each, with when it was told; the newest first."""
    own = select(Decision, Idea).join(Idea, col(Idea.id) == col(Decision.idea_id))
    own = own.join(TeamMember, col(TeamMember.idea_id) == col(Idea.id)).where(TeamMember.person_id == person.id)
    own = own.where(col(Decision.action).in_(KINDS), col(Decision.at) >= col(Idea.stage_since))
    seen = set[str]()
    for decision, idea in session.exec(own.order_by(col(Decision.at).desc(), col(Decision.id).desc()).limit(limit)):
        if idea.id not in seen and "until" in decision.detail:
            seen.add(idea.id)
            yield decision.at, _write_mail(session, idea, decision, person, f"<date.{decision.id}.{person.id}@gagas>")


def _find_decision(session: Session, idea: Idea) -> Decision | None:
    """The last step that gave an idea a new date in the stage it is in."""
    given = select(Decision).where(Decision.idea_id == idea.id, col(Decision.action).in_(KINDS), Decision.at >= idea.stage_since)
    return session.exec(given.order_by(col(Decision.at).desc(), col(Decision.id).desc()).limit(1)).first()


def _write_mail(session: Session, idea: Idea, decision: Decision, person: Person, message_id: str) -> Told:
    reader, kind = read_reader(session, person.id), KINDS[decision.action]
    before, until = (_write_day(decision, name, reader.language) for name in ("due_on", "until"))
    kind = ("gate" if decision.detail.get(GATE_ABOVE) else "above") if decision.detail.get(ABOVE) else kind
    mail = NewDateMail(person.full_name, kind, idea.title, before, until, f"{settings().address}/usulan/{idea.id}")
    is_last = kind == "last" and person.id == idea.lead_id
    return Told(person, reader, "new_date", mail, message_id, has_due=is_last, is_urgent=is_last)


def _write_day(decision: Decision, name: str, language: str) -> str:
    return format_date(date.fromisoformat(decision.detail[name]), language) if name in decision.detail else ""
