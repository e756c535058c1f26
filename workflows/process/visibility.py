"""Which ideas an actor may know of: the one filter under list, detail, file, export and count.

A condition says the same whenever it is written for the same actor, and to write one costs more than to ask by it. So those of the last
few actors are kept; they hold no row and no instant, and whoever gains or loses a role is another actor.
"""

from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.expression import UnaryExpression
from sqlalchemy.sql.operators import custom_op
from sqlmodel import Session, col, select

from models.calls import Call
from models.ideas import Answer, Idea, Invitation, TeamMember
from models.inbox import InboxItem
from models.may_hold import MAY_ADVISE
from models.merges import IdeaMerge
from models.people import Role
from models.pilots import Pilot
from models.reviews import Review, ReviewState
from models.stages import IdeaStage
from models.statements.mentors import select_seen
from models.transfers import IdeaTransfer
from models.units import Unit
from workflows.process.actors import Actor

OVERSEERS = (Role.UNIT_HEAD, Role.SECRETARIAT, Role.CHAIR, Role.LEADER, Role.VERIFIER, Role.AUDITOR, Role.ADMIN)
BY_CALL = (Role.SECRETARIAT, Role.CHAIR, Role.LEADER, Role.VERIFIER, Role.AUDITOR, Role.ADMIN)
ANSWERING = (ReviewState.ASSIGNED, ReviewState.SCORED)
PERMITTING = (Role.UNIT_HEAD, Role.SECRETARIAT, Role.ADMIN)  # who may be asked for the permission: heads, and whoever stands in for them
PERMIT = "permit"  # the task that alone lets an office read an idea of a sealed call
MOST_KEPT = 32  # conditions of each kind; one takes some 100 KB


@lru_cache(MOST_KEPT)
def visible(actor: Actor, *, in_order: bool = False) -> sa.ColumnElement[bool]:
    """The condition on ideas: one's own, those that have joined one's own, and those one is asked to join; as overseer the submitted ones
    of one's units and calls; those handed to one to review or pilot, or whose team one advises. Of a sealed call an office sees those alone
    which it is, or was, asked to permit. What is offered to another call is seen by its secretariat as well.

    A flow sees all. Every part is a set of ids, and no join: a list is read in its own order, and each idea on the way is looked up in
    them. `in_order` says so to SQLite, which would rather gather all that an overseer may see: for a sorted list, or a list of ids.
    """
    if actor.flow:
        return sa.true()
    own = [
        select(TeamMember.idea_id).where(TeamMember.person_id == actor.person_id),
        select(Invitation.idea_id).where(Invitation.person_id == actor.person_id, Invitation.answer != Answer.NOT_JOINED),
        _joined_own(actor),
    ]
    if actor.holds(Role.REVIEWER):  # what was handed to somebody is theirs while they hold the role
        own.append(select(Review.idea_id).where(Review.reviewer_id == actor.person_id, col(Review.state).in_(ANSWERING)))
    if actor.holds(Role.PILOT_OWNER):
        own.append(select(Pilot.idea_id).where(Pilot.owner_id == actor.person_id))
    if actor.kind in MAY_ADVISE:
        own.append(select_seen(actor.person_id))
    if any(grant.role in PERMITTING for grant in actor.grants):
        own.append(_asked_to_permit(actor))
    if actor.holds(Role.SECRETARIAT):
        own.append(_offered_to(actor))
    seen: list[sa.ColumnElement[bool]] = [col(Idea.id).in_(sa.union_all(*own))]  # one set: an index finds its few ideas
    covered = overseen(actor, in_order=in_order)
    if covered:
        seen.append((col(Idea.stage) != IdeaStage.DRAFT) & sa.or_(*covered))
    return sa.or_(*seen)


@lru_cache(MOST_KEPT)
def overseen(actor: Actor, *, in_order: bool = False) -> tuple[sa.ColumnElement[bool], ...]:
    """The ideas of one's units, and those of one's calls, drafts among them, none of a sealed call; nothing for who oversees nothing."""
    column: Any = _without_index if in_order else col
    covered = []
    if any(grant.role in OVERSEERS for grant in actor.grants):
        covered.append(column(Idea.unit_id).in_(units_of(actor, OVERSEERS)) & is_unsealed())
    if any(grant.role in BY_CALL for grant in actor.grants):
        calls = select(Call.id).where(col(Call.unit_id).in_(units_of(actor, BY_CALL)), col(Call.is_sealed).is_(False))
        covered.append(column(Idea.call_id).in_(calls))
    return tuple(covered)


def _joined_own(actor: Actor) -> Any:
    """The ideas that have joined one of the actor's own, while they have: their credit is kept, and so their text is read."""
    own = select(IdeaMerge.idea_id).join(TeamMember, col(TeamMember.idea_id) == col(IdeaMerge.into_id))
    return own.where(TeamMember.person_id == actor.person_id, col(IdeaMerge.is_done), col(IdeaMerge.undone_at).is_(None))


def _offered_to(actor: Actor) -> Any:
    """The ideas that are offered to a call of the actor's office, while they may still be handed there."""
    calls = select(_SEALED.id).where(_SEALED.unit_id.in_(units_of(actor, (Role.SECRETARIAT,))))
    # asked of each transfer that waits: joined, SQLite went through all ideas in screening for the few that are offered
    place = select(_WAITING.call_id).where(_WAITING.id == IdeaTransfer.idea_id, _WAITING.stage == IdeaStage.SCREENING)
    standing = col(IdeaTransfer.settled_at).is_(None), col(IdeaTransfer.from_call_id) == place.correlate(IdeaTransfer).scalar_subquery()
    return select(IdeaTransfer.idea_id).where(*standing, col(IdeaTransfer.to_call_id).in_(calls))


def is_unsealed() -> sa.ColumnElement[bool]:
    """The condition on ideas that their call is not sealed; the sealed calls are one small set, read once by an index of their own."""
    return col(Idea.call_id).not_in(select(_SEALED.id).where(_SEALED.is_sealed))


def _asked_to_permit(actor: Actor) -> Any:
    """The ideas of sealed calls whose permission is or was asked of the actor's office: as a head over the unit, or in a head's place."""
    of_sealed = select(_WAITING.id).join(_SEALED, _SEALED.id == _WAITING.call_id).where(_SEALED.is_sealed)
    asked = select(InboxItem.id).where(InboxItem.idea_id == _WAITING.id, InboxItem.task == PERMIT).correlate(_WAITING)
    heads = _WAITING.unit_id.in_(units_of(actor, (Role.UNIT_HEAD,))) & asked.exists()
    offices = [
        (col(InboxItem.role) == grant.role) & col(InboxItem.unit_path).startswith(grant.unit_path)
        for grant in actor.grants
        if grant.role in PERMITTING
    ]
    return of_sealed.where(_WAITING.stage != IdeaStage.DRAFT, sa.or_(heads, asked.where(sa.or_(*offices)).exists()))


def sees_idea(session: Session, idea_id: str, actor: Actor) -> bool:
    """Whether the filter lets an actor see an idea."""
    if actor.flow:
        return True
    return session.execute(sa.select(col(Idea.id)).where(col(Idea.id) == idea_id, visible(actor))).first() is not None


def _without_index(column: Any) -> Any:
    return UnaryExpression(column, operator=custom_op("+"), type_=column.type)


_OVERSEEN = sa.orm.aliased(Unit)  # names of their own, where the question asks for units, calls or ideas too
_SEALED: Any = sa.orm.aliased(Call)
_WAITING: Any = sa.orm.aliased(Idea)


def units_of(actor: Actor, roles: tuple[Role, ...]) -> Any:
    """The units over which an actor holds one of these roles, by their ids; none for who holds none of them."""
    paths = sorted({grant.unit_path for grant in actor.grants if grant.role in roles})
    return select(_OVERSEEN.id).where(sa.or_(sa.false(), *(col(_OVERSEEN.path).startswith(path) for path in paths)))
