"""How an idea stands and how an actor stands to it: what may be seen, and by whom what may be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.expression import UnaryExpression
from sqlalchemy.sql.operators import custom_op
from sqlmodel import Session, col, select

from models.calls import Call, PolicyVersion
from models.database import read_once, run_plain, table_of
from models.ideas import Idea, Revision, TeamMember
from models.people import EmployeeNumber, Person, Role
from models.pilots import Pilot
from models.policy import Policy
from models.reviews import Review, ReviewState
from models.stages import IdeaStage
from models.units import Unit
from workflows.process.actors import Actor
from workflows.process.refusals import Conflict, Forbidden, NotFound
from workflows.process.tables import FLOW, Relation, Transition

OVERSEERS = (Role.UNIT_HEAD, Role.SECRETARIAT, Role.CHAIR, Role.LEADER, Role.VERIFIER, Role.AUDITOR, Role.ADMIN)
BY_CALL = (Role.SECRETARIAT, Role.CHAIR, Role.LEADER, Role.VERIFIER, Role.AUDITOR, Role.ADMIN)
ANSWERING = (ReviewState.ASSIGNED, ReviewState.SCORED)


@dataclass(frozen=True)
class IdeaContext:
    """An idea with its call, policy, unit paths and team, read in one transaction."""

    idea: Idea
    call: Call
    policy: Policy
    unit_path: str
    call_path: str
    team: frozenset[str]

    @property
    def paths(self) -> tuple[str, str]:
        """The unit paths a committee role may cover: the idea's unit and the call's."""
        return self.unit_path, self.call_path


def visible(actor: Actor, *, in_order: bool = False) -> sa.ColumnElement[bool]:
    """The ideas an actor may know of: the one filter under list, detail, file, export and count.

    One's own; as overseer the submitted ones of one's units and calls; as reviewer or pilot owner the ones handed to one. A flow
    sees all. Every part is a set of ids, and no join: a list is read in its own order, and each idea on the way is looked up in them.
    `in_order` says so to SQLite, which would rather gather and sort all that an overseer may see.
    """
    if actor.flow:
        return sa.true()
    own = select(TeamMember.idea_id).where(TeamMember.person_id == actor.person_id)
    reviewed = select(Review.idea_id).where(Review.reviewer_id == actor.person_id, col(Review.state).in_(ANSWERING))
    piloted = select(Pilot.idea_id).where(Pilot.owner_id == actor.person_id)
    seen: list[sa.ColumnElement[bool]] = [col(Idea.id).in_(sa.union_all(own, reviewed, piloted))]  # one set: an index finds its few ideas
    covered = overseen(actor, in_order=in_order)
    if covered:
        seen.append((col(Idea.stage) != IdeaStage.DRAFT) & sa.or_(*covered))
    return sa.or_(*seen)


def overseen(actor: Actor, *, in_order: bool = False) -> list[sa.ColumnElement[bool]]:
    """The ideas of one's units, and those of one's calls, drafts among them; nothing for who oversees nothing."""
    place: Any = _without_index if in_order else col
    covered = []
    if any(grant.role in OVERSEERS for grant in actor.grants):
        covered.append(place(Idea.unit_id).in_(_units_of(actor, OVERSEERS)))
    if any(grant.role in BY_CALL for grant in actor.grants):
        covered.append(place(Idea.call_id).in_(select(Call.id).where(col(Call.unit_id).in_(_units_of(actor, BY_CALL)))))
    return covered


def _without_index(column: Any) -> Any:
    return UnaryExpression(column, operator=custom_op("+"), type_=column.type)


def _units_of(actor: Actor, roles: tuple[Role, ...]) -> Any:
    paths = sorted({grant.unit_path for grant in actor.grants if grant.role in roles})
    return select(_OVERSEEN.id).where(sa.or_(*(col(_OVERSEEN.path).startswith(path) for path in paths)))


_OVERSEEN = sa.orm.aliased(Unit)  # a name of its own, where the question asks for units too


_CALL_UNIT = sa.orm.aliased(Unit)
_SAID, _MEMBER, _PERSON, _UNIT, _NUMBER = (table_of(model) for model in (Revision, TeamMember, Person, Unit, EmployeeNumber))
_CONTENT = tuple(_SAID.c[name] for name in ("form", "medium", "theme", "sections", "budget_rupiah", "content_sha256"))
_IDEA = (
    sa.select(Idea, Call, col(Unit.path).label("unit_path"), col(_CALL_UNIT.path).label("call_path"), *_CONTENT)
    .join(_SAID, (_SAID.c.idea_id == Idea.id) & (_SAID.c.number == Idea.revision))
    .join(Call, col(Call.id) == col(Idea.call_id))
    .join(Unit, col(Unit.id) == col(Idea.unit_id))
    .join(_CALL_UNIT, col(_CALL_UNIT.id) == col(Call.unit_id))
    .where(col(Idea.id) == sa.bindparam("idea_id"))
)
_REVISED = sa.select(*_CONTENT).where(_SAID.c.idea_id == sa.bindparam("of"), _SAID.c.number == sa.bindparam("number"))
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
    found = read_once(session, ("idea", idea_id), lambda: _find_idea(session, idea_id))
    team = frozenset(member.person_id for member in read_team(session, found.Idea))
    if actor.person_id not in team and not _sees(session, idea_id, actor):
        raise NotFound("idea_not_found")
    return IdeaContext(found.Idea, found.Call, _find_policy(session, found.Idea.policy_id), found.unit_path, found.call_path, team)


def _find_idea(session: Session, idea_id: str) -> sa.Row[Any]:
    row = session.execute(_IDEA, {"idea_id": idea_id}).first()
    if row is None:
        raise NotFound("idea_not_found")
    return read_once(session, ("content", idea_id, row.Idea.revision), lambda: row)


def current_content(session: Session, idea: Idea) -> sa.Row[Any]:
    """What an idea says now: form, medium, theme, sections, budget in rupiah, and the hash over all of it."""
    wanted = {"of": idea.id, "number": idea.revision}
    return read_once(session, ("content", *wanted.values()), lambda: run_plain(session, _REVISED, wanted).one())


def read_team(session: Session, idea: Idea) -> Sequence[sa.Row[Any]]:
    """An idea's team with names, units and numbers, the lead first; it changes with a revision alone."""
    return read_once(session, ("team", idea.id, idea.revision), lambda: run_plain(session, _TEAM, {"idea_id": idea.id}).all())


def _sees(session: Session, idea_id: str, actor: Actor) -> bool:
    """Whether the one filter lets an actor without part in the idea see it."""
    if actor.flow:
        return True
    asked = sa.select(col(Idea.id)).where(col(Idea.id) == idea_id, visible(actor))
    return session.execute(asked).first() is not None


def _find_policy(session: Session, policy_id: str) -> Policy:
    return _POLICIES.get(policy_id) or read_policy(session.get_one(PolicyVersion, policy_id))


def read_policy(version: PolicyVersion) -> Policy:
    """A version's policy, parsed once per process: a version never changes."""
    found = _POLICIES.get(version.id)
    if found is None:
        if len(_POLICIES) >= 256:
            _POLICIES.clear()
        found = _POLICIES[version.id] = version.read()
    return found


_POLICIES: dict[str, Policy] = {}


def has_part(context: IdeaContext, actor: Actor) -> bool:
    """Whether the actor is in the idea's team, and so decides nothing about it."""
    return actor.person_id in context.team


def prepares_awards(context: IdeaContext, actor: Actor) -> bool:
    """Whether the actor may know of awards before their hour: secretariat, auditor and whoever proposes, approves or schedules."""
    if has_part(context, actor):
        return False
    usual = {"propose": Role.SECRETARIAT, "approve": Role.LEADER, "schedule": Role.LEADER, "revoke": Role.LEADER}
    movers = {context.policy.movers.get(action, role) for action, role in usual.items()}
    return any(actor.holds(role, *context.paths) for role in (Role.SECRETARIAT, Role.AUDITOR, *movers))


def may_act(session: Session, context: IdeaContext, transition: Transition, actor: Actor) -> bool:
    """Whether the actor is the cell's mover and stands in its relation to the idea."""
    if transition.mover == FLOW:
        return bool(actor.flow)
    if actor.flow:
        return False
    mover = context.policy.movers.get(transition.action, Role(transition.mover))
    if transition.relation == Relation.LEAD:
        return context.idea.lead_id == actor.person_id
    if transition.relation == Relation.SCOPE:
        paths = (context.unit_path,) if mover == Role.UNIT_HEAD else context.paths
        return not has_part(context, actor) and actor.holds(mover, *paths)
    if transition.relation == Relation.ASSIGNED:
        return not has_part(context, actor) and _is_assigned(session, context.idea.id, mover, actor)
    return mover == Role.PROPOSER or actor.holds(mover, *context.paths)


def _is_assigned(session: Session, idea_id: str, mover: Role, actor: Actor) -> bool:
    if mover == Role.PILOT_OWNER:
        query: Any = select(Pilot.id).where(Pilot.idea_id == idea_id, Pilot.owner_id == actor.person_id)
    else:
        mine = Review.idea_id == idea_id, Review.reviewer_id == actor.person_id, col(Review.state).in_(ANSWERING)
        query = select(Review.id).where(*mine)
    return session.exec(query).first() is not None


def permitted_transition(
    session: Session, context: IdeaContext, transitions: tuple[Transition, ...], step: tuple[str | None, str, str | None], *, actor: Actor
) -> Transition:
    """The cell of (stage, action, outcome), if the actor may move it.

    Raises Forbidden when the actor could never do this here, Conflict when the stage is wrong for the action or outcome.
    """
    stage, action, outcome = step
    ever = [transition for transition in transitions if transition.action == action]
    mine = [transition for transition in ever if may_act(session, context, transition, actor)]
    if not mine:
        wanted = ever[0]
        if wanted.relation in (Relation.SCOPE, Relation.ASSIGNED) and has_part(context, actor):
            raise Forbidden("conflict_of_interest")
        raise Forbidden(wanted.refusal)
    for transition in mine:
        if (transition.stage, transition.outcome) == (stage, outcome):
            return transition
    raise Conflict("wrong_stage", stage=stage, action=action, outcome=outcome)
