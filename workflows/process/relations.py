"""How an actor stands to what a step is about: part in it, an office over it, given in person; and so what they may do and know."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from models.people import Role
from models.pilots import Pilot
from models.reviews import Review, ReviewState
from workflows.process import ways
from workflows.process.actors import Actor
from workflows.process.context import AwardContext, Context, DocumentContext, IdeaContext
from workflows.process.visibility import ANSWERING, BY_CALL
from workflows.process.ways import Kind, Relation, Transition


def has_part(context: IdeaContext, actor: Actor) -> bool:
    """Whether the actor is in the idea's team, and so decides nothing about it."""
    return actor.person_id in context.team


def role_for(context: Context, transition: Transition) -> Role | None:
    """The role that takes a step under the call's policy; None for a flow."""
    if transition.who is None or isinstance(context, DocumentContext):
        return transition.who
    return context.about.policy.movers.get(transition.action, transition.who)


def office_path(context: Context, role: Role | None) -> str:
    """The path that an office must cover to act and to be asked: the idea's unit for a unit head, the call's unit for the committee."""
    if isinstance(context, DocumentContext):
        return context.call_path
    return context.about.unit_path if role == Role.UNIT_HEAD else context.about.call_path


def may_act(session: Session, context: Context, transition: Transition, actor: Actor) -> bool:
    """Whether the actor is the one who takes a step: holds its role and stands in its relation."""
    role = role_for(context, transition)
    if role is None or actor.flow:
        return role is None and bool(actor.flow)
    if context.about is not None and has_part(context.about, actor) and transition.relation in (Relation.SCOPE, Relation.ASSIGNED):
        return False
    if transition.relation == Relation.LEAD:
        return isinstance(context, IdeaContext) and context.idea.lead_id == actor.person_id
    if transition.relation == Relation.SCOPE:
        return actor.holds(role, office_path(context, role))
    if transition.relation == Relation.ASSIGNED:
        return isinstance(context, IdeaContext) and actor.holds(role) and _is_assigned(session, context.idea.id, role, actor)
    return role == Role.PROPOSER or actor.holds(role, office_path(context, role))


def list_assigned(session: Session, idea_id: str, role: Role) -> list[tuple[str, date | datetime]]:
    """Who was given an idea in a role and still owes an answer, with the day or instant by which it is due."""
    if role == Role.PILOT_OWNER:
        owner = select(col(Pilot.owner_id), col(Pilot.ends_on)).where(Pilot.idea_id == idea_id)
        return [(person_id, day) for person_id, day in session.exec(owner)]
    owed = select(col(Review.reviewer_id), col(Review.due_at)).where(Review.idea_id == idea_id, Review.state == ReviewState.ASSIGNED)
    return [(person_id, instant) for person_id, instant in session.exec(owed.order_by(col(Review.id)))]


def _is_assigned(session: Session, idea_id: str, role: Role, actor: Actor) -> bool:
    if role == Role.PILOT_OWNER:
        query: Any = select(Pilot.id).where(Pilot.idea_id == idea_id, Pilot.owner_id == actor.person_id)
    else:
        mine = Review.idea_id == idea_id, Review.reviewer_id == actor.person_id, col(Review.state).in_(ANSWERING)
        query = select(Review.id).where(*mine)
    return session.exec(query).first() is not None


def is_committee(context: IdeaContext, actor: Actor) -> bool:
    """Whether the actor works on the idea's call and has no part in the idea."""
    return not has_part(context, actor) and any(actor.holds(role, *context.paths) for role in BY_CALL)


def is_decided(context: IdeaContext) -> bool:
    """Whether the review of the idea has led to a decision, so that everybody who sees it may know the score."""
    stage = ways.IDEA.stages[context.idea.stage]
    return not (stage.step == "review" and stage.kind == Kind.OPEN)


def sees_score(context: IdeaContext, actor: Actor) -> bool:
    """The committee sees the combined score as soon as it exists, everybody else once the idea is decided."""
    return is_committee(context, actor) or is_decided(context)


def only_reviews(session: Session, context: IdeaContext, actor: Actor) -> bool:
    """Whether the actor knows the idea as its reviewer alone, and so not who proposed it."""
    if is_committee(context, actor) or actor.holds(Role.UNIT_HEAD, context.unit_path):
        return False
    reviewed = select(Review.id).where(Review.idea_id == context.idea.id, Review.reviewer_id == actor.person_id)
    return session.exec(reviewed).first() is not None


def prepares_awards(context: IdeaContext, actor: Actor) -> bool:
    """Whether the actor may know of awards before their hour: the secretariat, the auditor and whoever takes a step of the award's way."""
    if has_part(context, actor):
        return False
    taking = {context.policy.movers.get(transition.action, transition.who) for transition in ways.AWARD.transitions} - {None}
    return any(actor.holds(role, *context.paths) for role in {Role.SECRETARIAT, Role.AUDITOR, *taking} if role is not None)


def knows_award(context: AwardContext, actor: Actor) -> bool:
    """Whether an award may be known: to everybody who sees the idea once announced, before that to those who prepare it."""
    return bool(actor.flow) or context.award.announced_at is not None or prepares_awards(context.about, actor)
