"""What a step is about, read in one transaction: an idea, an award or a document, with the call, policy and team it belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from models.awards import Award
from models.calls import Call, PolicyVersion
from models.database import run_plain, table_of
from models.documents import Document
from models.ideas import Idea, Revision, TeamMember
from models.people import EmployeeNumber, Person
from models.policy import Policy
from models.units import Unit
from workflows.process import ways
from workflows.process.actors import Actor
from workflows.process.refusals import NotFound
from workflows.process.visibility import sees_idea


@dataclass(frozen=True)
class IdeaContext:
    """An idea with its call, policy, unit paths, present content and team (the lead first)."""

    idea: Idea
    call: Call
    policy: Policy
    unit_path: str
    call_path: str
    content: Any = None  # None while a new idea has none
    members: Sequence[Any] = ()

    @cached_property
    def team(self) -> frozenset[str]:
        """The ids of the people who propose it."""
        return frozenset(member.person_id for member in self.members) or frozenset({self.idea.lead_id})

    @property
    def paths(self) -> tuple[str, str]:
        """The unit paths under which an overseer may know of it: the idea's unit and the call's."""
        return self.unit_path, self.call_path

    @property
    def about(self) -> "IdeaContext":
        """The idea itself."""
        return self

    @property
    def row(self) -> Idea:
        """The row whose stage the way is about."""
        return self.idea

    @property
    def way(self) -> ways.Way:
        """The idea's way."""
        return ways.IDEA


@dataclass(frozen=True)
class AwardContext:
    """An award with its idea."""

    award: Award
    about: IdeaContext

    @property
    def row(self) -> Award:
        """The row whose stage the way is about."""
        return self.award

    @property
    def way(self) -> ways.Way:
        """The award's way."""
        return ways.AWARD


@dataclass(frozen=True)
class DocumentContext:
    """A document with the idea it tells of, or with the path of the call's unit where it tells of none."""

    document: Document
    about: IdeaContext | None
    call_path: str = ""

    @property
    def row(self) -> Document:
        """The row whose state the way is about."""
        return self.document

    @property
    def way(self) -> ways.Way:
        """The document's way."""
        return ways.DOCUMENT


Context = IdeaContext | AwardContext | DocumentContext

_CALL_UNIT = sa.orm.aliased(Unit)
_REVISION, _MEMBER, _PERSON, _UNIT, _NUMBER = (table_of(model) for model in (Revision, TeamMember, Person, Unit, EmployeeNumber))
_CONTENT = tuple(_REVISION.c[name] for name in ("form", "medium", "theme", "sections", "budget_rupiah", "content_sha256"))
_IDEA = (
    sa.select(Idea, Call, col(Unit.path).label("unit_path"), col(_CALL_UNIT.path).label("call_path"), *_CONTENT)
    .join(_REVISION, (_REVISION.c.idea_id == Idea.id) & (_REVISION.c.number == Idea.revision))
    .join(Call, col(Call.id) == col(Idea.call_id))
    .join(Unit, col(Unit.id) == col(Idea.unit_id))
    .join(_CALL_UNIT, col(_CALL_UNIT.id) == col(Call.unit_id))
    .where(col(Idea.id) == sa.bindparam("idea_id"))
)
_PRESENT = sa.select(*_CONTENT).where(_REVISION.c.idea_id == sa.bindparam("of"), _REVISION.c.number == sa.bindparam("number"))
_TEAM = (
    sa.select(_MEMBER, _PERSON.c.front_title, _PERSON.c.name, _PERSON.c.back_title, _UNIT.c.name.label("unit"), _NUMBER.c.number)
    .join(_PERSON, _PERSON.c.id == _MEMBER.c.person_id)
    .join(_UNIT, _UNIT.c.id == _PERSON.c.unit_id)
    .outerjoin(_NUMBER, (_NUMBER.c.person_id == _PERSON.c.id) & _NUMBER.c.valid_until.is_(None))
    .where(_MEMBER.c.idea_id == sa.bindparam("idea_id"))
    .order_by(_MEMBER.c.lead.desc(), _MEMBER.c.position)
)


def read_context(session: Session, idea_id: str, *, actor: Actor) -> IdeaContext:
    """The idea as the actor may see it; raises NotFound where it does not exist or may not be seen."""
    row = session.execute(_IDEA, {"idea_id": idea_id}).first()
    if row is None:
        raise NotFound("idea_not_found")
    policy = _POLICIES.get(row.Idea.policy_id) or read_policy(session.get_one(PolicyVersion, row.Idea.policy_id))
    members = run_plain(session, _TEAM, {"idea_id": idea_id}).all()
    context = IdeaContext(row.Idea, row.Call, policy, row.unit_path, row.call_path, row, members)
    if actor.person_id not in context.team and not sees_idea(session, idea_id, actor):
        raise NotFound("idea_not_found")
    return context


def read_again(session: Session, context: IdeaContext) -> IdeaContext:
    """The context with what the idea says now and its present team, after a revision was written."""
    content = run_plain(session, _PRESENT, {"of": context.idea.id, "number": context.idea.revision}).one()
    members = run_plain(session, _TEAM, {"idea_id": context.idea.id}).all()
    return replace(context, content=content, members=members)


def read_policy(version: PolicyVersion) -> Policy:
    """A version's policy, parsed once per process: a version never changes."""
    found = _POLICIES.get(version.id)
    if found is None:
        if len(_POLICIES) >= 256:
            _POLICIES.clear()
        found = _POLICIES[version.id] = version.read()
    return found


_POLICIES: dict[str, Policy] = {}
