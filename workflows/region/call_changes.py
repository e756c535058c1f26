"""What happened to a call, for everybody to read; and who is told of it by mail, each person once."""

from collections.abc import Iterable, Sequence

from sqlmodel import Session, col, select

from models.calls import Call, CallChange, CallChangeKind
from models.database import is_among
from models.ideas import Idea, Invitation, TeamMember
from models.people import Person, Role, RoleGrant, is_held
from models.units import Unit
from workflows.process import ways
from workflows.process.actors import Actor
from workflows.process.journal import send_each_once
from workflows.process.refusals import Forbidden
from workflows.process.ways import Kind

TELL = "recognition.tell_call_change"
KEY = "change:"  # before a change's id and a person's: the key under which the person is told of it


def write_change(session: Session, call: Call, change: CallChange, *, actor: Actor) -> CallChange:
    """Keep what was done to a call, by whom; flushed together with the call."""
    change.actor_id = actor.person_id
    session.add_all([call, change])
    session.flush()
    return change


def list_changes(session: Session, call_id: str) -> list[CallChange]:
    """What happened to a call, the last first."""
    of_call = select(CallChange).where(CallChange.call_id == call_id)
    return list(session.exec(of_call.order_by(col(CallChange.at).desc(), col(CallChange.id).desc())))


def find_extensions(session: Session, calls: Sequence[Call]) -> dict[str, CallChange]:
    """By the id of each call whose end was moved, the last time that it was."""
    moved = select(CallChange).where(col(CallChange.call_id).in_([call.id for call in calls]))
    moved = moved.where(col(CallChange.kind).in_((CallChangeKind.EXTENDED, CallChangeKind.REOPENED)))
    return {each.call_id: each for each in session.exec(moved.order_by(col(CallChange.at), col(CallChange.id)))}


def tell_each(session: Session, change: CallChange, people: Iterable[str]) -> None:
    """Ask for one mail to each of these people who has an address."""
    told = sorted(session.exec(select(Person.id).where(is_among(session, col(Person.id), set(people)), Person.email != "")))
    send_each_once(session, TELL, {person_id: f"{KEY}{change.id}:{person_id}" for person_id in told})


def list_drafters(session: Session, call_id: str) -> set[str]:
    """Who holds a draft in a call: its lead, its team and whoever is asked to join."""
    drafts = select(Idea.id).where(Idea.call_id == call_id, col(Idea.stage).in_(ways.IDEA.list_stages(Kind.DRAFT)))
    members = select(TeamMember.person_id).where(col(TeamMember.idea_id).in_(drafts))
    asked = select(Invitation.person_id).where(col(Invitation.idea_id).in_(drafts), col(Invitation.person_id).is_not(None))
    leads = select(Idea.lead_id).where(col(Idea.id).in_(drafts))
    return {str(person_id) for query in (members, asked, leads) for person_id in session.exec(query)}


def list_heads_concerned(session: Session, call_id: str) -> set[str]:
    """Who heads a unit of which an idea is under way in a call: of each idea's unit the head, or the nearest above where it has none.

    A draft is its team's alone: a mail would tell a head that somebody writes one. Everybody else reads of it on the front page.
    """
    under_way = col(Idea.stage).in_(ways.IDEA.list_stages(Kind.OPEN))
    proposing = select(Unit.path).join(Idea, col(Idea.unit_id) == col(Unit.id)).where(Idea.call_id == call_id, under_way)
    heading = select(Unit.path, RoleGrant.person_id).join(RoleGrant, col(RoleGrant.unit_id) == col(Unit.id))
    heads: dict[str, set[str]] = {}
    for path, person_id in session.exec(heading.where(RoleGrant.role == Role.UNIT_HEAD, is_held())):
        heads.setdefault(path, set()).add(person_id)
    above = ([path for path in heads if unit.startswith(path)] for unit in session.exec(proposing.distinct()).all())
    return {person_id for paths in above if paths for person_id in heads[max(paths, key=len)]}


def require_no_part(session: Session, call: Call, *, actor: Actor) -> None:
    """Refuse whoever proposes an idea in a call, be it a draft or asked to join only, what would help their own idea."""
    if actor.person_id is not None and proposes_in(session, call, actor.person_id):
        raise Forbidden("own_idea_in_call")


def proposes_in(session: Session, call: Call, person_id: str) -> bool:
    """Whether somebody has an idea or a draft in a call, or is asked to join one."""
    own = select(Idea.id).where(Idea.call_id == call.id)
    lead = own.where(Idea.lead_id == person_id)
    member = own.join(TeamMember, col(TeamMember.idea_id) == col(Idea.id)).where(TeamMember.person_id == person_id)
    asked = own.join(Invitation, col(Invitation.idea_id) == col(Idea.id)).where(Invitation.person_id == person_id)
    return any(session.exec(query.limit(1)).first() is not None for query in (lead, member, asked))
