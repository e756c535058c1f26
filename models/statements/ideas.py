"""An idea with what surrounds it, its present content, its team and its gates."""

from datetime import date
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from models.calls import Call
from models.database import run_plain, table_of
from models.ideas import Answer, Gate, GateState, Idea, Invitation, Revision, TeamMember
from models.people import EmployeeNumber, Person
from models.units import Unit


class Content(NamedTuple):
    """What an idea says at present."""

    form: str
    medium: str
    theme: str
    sections: dict[str, str]
    answers: dict[str, str]
    budget_rupiah: int
    content_sha256: str
    initiator: str | None = None
    in_use_since: date | None = None
    earlier_code: str | None = None


NO_CONTENT = Content("", "", "", {}, {}, 0, "")  # of an idea that is just being written


class Member(NamedTuple):
    """A proposer as a team lists them: their part, and the person with unit and present employee number."""

    person_id: str
    position: int
    lead: bool
    role: str
    share_hundredths: int
    front_title: str
    name: str
    back_title: str
    unit: str
    number: str | None


class Invited(NamedTuple):
    """Somebody who was asked to join a team, and their answer; without a person nobody has the number."""

    id: str
    person_id: str | None
    position: int
    lead: bool
    role: str
    share_hundredths: int
    known: bool
    answer: Answer
    number: str
    front_title: str | None
    name: str | None
    back_title: str | None
    unit_id: str | None
    unit: str | None


class FoundTeam(NamedTuple):
    """A team, the lead first, and those who were asked to join it."""

    members: tuple[Member, ...]
    invited: tuple[Invited, ...]


class FoundIdea(NamedTuple):
    """An idea, its call, the paths of both their units, and its content."""

    idea: Idea
    call: Call
    unit_path: str
    call_path: str
    content: Content


class GateLine(NamedTuple):
    """A gate's name and whether it still blocks."""

    name: str
    state: GateState


_CALL_UNIT = sa.orm.aliased(Unit)
_REVISION, _MEMBER, _PERSON, _UNIT, _NUMBER, _GATE, _INVITATION = (
    table_of(model) for model in (Revision, TeamMember, Person, Unit, EmployeeNumber, Gate, Invitation)
)
_CONTENT = tuple(_REVISION.c[name] for name in Content._fields)
_IDEA = (
    sa.select(Idea, Call, col(Unit.path), col(_CALL_UNIT.path), *_CONTENT)
    .join(_REVISION, (_REVISION.c.idea_id == Idea.id) & (_REVISION.c.number == Idea.revision))
    .join(Call, col(Call.id) == col(Idea.call_id))
    .join(Unit, col(Unit.id) == col(Idea.unit_id))
    .join(_CALL_UNIT, col(_CALL_UNIT.id) == col(Call.unit_id))
    .where(col(Idea.id) == sa.bindparam("idea_id"))
)
_REVISED = sa.select(*_CONTENT).where(_REVISION.c.idea_id == sa.bindparam("idea_id"), _REVISION.c.number == sa.bindparam("revision"))
_PART = ("person_id", "position", "lead", "role", "share_hundredths")
_NAMED = (_PERSON.c.front_title, _PERSON.c.name, _PERSON.c.back_title, _PERSON.c.unit_id, _UNIT.c.name.label("unit"))
_MEMBERS = (
    sa.select(
        sa.cast(sa.null(), sa.String).label("invitation"),
        *(_MEMBER.c[name] for name in _PART),
        sa.true().label("known"),
        sa.cast(sa.null(), sa.String).label("answer"),
        _NUMBER.c.number,
        *_NAMED,
    )
    .join(_PERSON, _PERSON.c.id == _MEMBER.c.person_id)
    .join(_UNIT, _UNIT.c.id == _PERSON.c.unit_id)
    .outerjoin(_NUMBER, (_NUMBER.c.person_id == _PERSON.c.id) & _NUMBER.c.valid_until.is_(None))
    .where(_MEMBER.c.idea_id == sa.bindparam("idea_id"))
)
_INVITED = (
    sa.select(
        _INVITATION.c.id,
        *(_INVITATION.c[name] for name in _PART),
        _INVITATION.c.known,
        sa.cast(_INVITATION.c.answer, sa.String),
        _INVITATION.c.number,
        *_NAMED,
    )
    .outerjoin(_PERSON, _PERSON.c.id == _INVITATION.c.person_id)
    .outerjoin(_UNIT, _UNIT.c.id == _PERSON.c.unit_id)
    .where(_INVITATION.c.idea_id == sa.bindparam("idea_id"))
)
_TEAM = _MEMBERS.union_all(_INVITED)  # one question, as most teams wait for nobody
_GATES = sa.select(_GATE.c.name, _GATE.c.state).where(_GATE.c.idea_id == sa.bindparam("idea_id")).order_by(_GATE.c.name)
_OPEN_GATES = sa.select(_GATE.c.name).where(
    _GATE.c.idea_id == sa.bindparam("idea_id"), _GATE.c.stage == sa.bindparam("stage"), _GATE.c.state == GateState.OPEN
)


def find_idea(session: Session, idea_id: str) -> FoundIdea | None:
    """An idea by its id, with what surrounds it; None where there is none."""
    row = session.execute(_IDEA, {"idea_id": idea_id}).first()
    if row is None:
        return None
    idea, call, unit_path, call_path, *content = row
    return FoundIdea(idea, call, unit_path, call_path, Content._make(content))


def read_content(session: Session, idea: Idea) -> Content:
    """What an idea says at its present revision."""
    return Content._make(run_plain(session, _REVISED, {"idea_id": idea.id, "revision": idea.revision}).one())


def read_team(session: Session, idea_id: str) -> FoundTeam:
    """An idea's team, the lead first, and who was asked to join it."""
    members, invited = [], []
    for row in run_plain(session, _TEAM, {"idea_id": idea_id}):
        part = tuple(row)[1:6]
        if row.invitation is None:
            members.append(Member._make((*part, row.front_title, row.name, row.back_title, row.unit, row.number)))
        else:
            named = row.front_title, row.name, row.back_title, row.unit_id, row.unit
            invited.append(Invited._make((row.invitation, *part, bool(row.known), Answer(row.answer), row.number, *named)))
    members.sort(key=lambda each: (not each.lead, each.position))
    invited.sort(key=lambda each: (not each.lead, each.position))
    return FoundTeam(tuple(members), tuple(invited))


def read_gates(session: Session, idea_id: str) -> tuple[GateLine, ...]:
    """An idea's gates by name."""
    return tuple(map(GateLine._make, run_plain(session, _GATES, {"idea_id": idea_id})))


def read_open_gates(session: Session, idea_id: str, stage: str) -> frozenset[str]:
    """The names of the gates of a stage that still block an idea."""
    return frozenset(run_plain(session, _OPEN_GATES, {"idea_id": idea_id, "stage": stage}).scalars())
