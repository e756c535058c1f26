"""How an actor stands to what a step is about: part in it, an office over it, given in person; and so what they may do and know."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from models.calls import Call, PolicyVersion
from models.ideas import Answer, Idea
from models.people import Role
from models.pilots import Pilot
from models.policy import Policy
from models.reviews import Review, ReviewState
from models.statements.ideas import Invited
from models.statements.reviews import list_given_to
from models.units import Unit
from workflows.process import ways
from workflows.process.actors import Actor
from workflows.process.context import AwardContext, Context, DocumentContext, IdeaContext, read_policy
from workflows.process.visibility import ANSWERING, BY_CALL, OVERSEERS
from workflows.process.ways import Kind, Relation, Transition

_CALL_UNIT = aliased(Unit)


def has_part(context: IdeaContext, actor: Actor) -> bool:
    """Whether the actor is in the idea's team or its mentor, now or once, and so decides nothing about it."""
    return is_in_team(context, actor) or (context.adviser_id is not None and context.adviser_id == actor.person_id)


def is_in_team(context: IdeaContext, actor: Actor) -> bool:
    """Whether the actor proposes the idea."""
    return actor.person_id in context.team


def is_only_invited(context: IdeaContext, actor: Actor) -> bool:
    """Whether the actor knows of the idea because they are asked to join, and so sees what it proposes and nothing else."""
    if has_part(context, actor) or not context.is_invited(actor.person_id):
        return False
    is_draft = ways.IDEA.stages[context.idea.stage].kind == Kind.DRAFT
    above = any(actor.holds(role, context.unit_path) for role in OVERSEERS) or any(actor.holds(role, *context.paths) for role in BY_CALL)
    return is_draft or not above


def knows_name(each: Invited, actor: Actor) -> bool:
    """Whether the actor may know whose number was typed: of their own unit, joined now or before, or it is theirs.

    To everybody else somebody who has not joined is a number, as is a number that nobody has.
    """
    own = each.unit_id is not None and each.unit_id == actor.unit_id
    return each.person_id is not None and (own or each.known or each.answer == Answer.JOINED or actor.person_id == each.person_id)


def role_for(context: Context, transition: Transition) -> Role | None:
    """The role that takes a step under the call's policy; None for a flow. A policy gives away the usual role's step, not a stand-in's."""
    mover = None if transition.who is None or isinstance(context, DocumentContext) else context.about.policy.movers.get(transition.action)
    if mover is None:
        return transition.who
    usual = next((each.who for each in context.way.of_action(transition.action) if each.who is not None), None)
    return mover if transition.who == usual else transition.who


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
    if transition.relation == Relation.ASKED:
        return isinstance(context, IdeaContext) and any(each.person_id == actor.person_id for each in context.unanswered)
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


def reads_reviews(session: Session, context: IdeaContext, actor: Actor) -> bool:
    """Whether the actor may know who reviews the idea and what they gave: the committee, but nobody who judges it too.

    Who was asked to review knows no other score until the review is over, as a score may be corrected until then; who stepped back knows
    none until the idea is decided.
    """
    if not is_committee(context, actor):
        return False
    if is_decided(context):
        return True
    own = _own_review(session, context, actor)
    return own != ReviewState.RECUSED and not (own in ANSWERING and _is_in_review(context.idea.stage))


def sees_score(session: Session, context: IdeaContext, actor: Actor) -> bool:
    """The committee sees the combined score as soon as it exists, everybody else once the idea is decided."""
    return is_decided(context) or reads_reviews(session, context, actor)


def is_blind(session: Session, context: IdeaContext, actor: Actor) -> bool:
    """Whether the actor knows the idea as its reviewer, in a call that tells reviewers nothing of who proposes: no name and no unit.

    Who also holds an office over it is told again once the review is over.
    """
    if has_part(context, actor) or not _may_be_blind(context.policy, context.idea.stage, context.paths, actor):
        return False
    return _own_review(session, context, actor) is not None


def list_blind(session: Session, ideas: Iterable[Idea], actor: Actor) -> frozenset[str]:
    """Those of some ideas of whose proposers the actor is told nothing, by their ids."""
    judged = list_given_to(session, actor.person_id, [idea.id for idea in ideas])
    if not judged:
        return frozenset()
    query = (
        select(Idea, Unit.path, col(_CALL_UNIT.path), PolicyVersion)
        .join(Unit, col(Unit.id) == col(Idea.unit_id))
        .join(Call, col(Call.id) == col(Idea.call_id))
        .join(_CALL_UNIT, col(_CALL_UNIT.id) == col(Call.unit_id))
        .join(PolicyVersion, col(PolicyVersion.id) == col(Idea.policy_id))
        .where(col(Idea.id).in_(judged))
    )
    found = ((idea, (unit_path, call_path), read_policy(version)) for idea, unit_path, call_path, version in session.exec(query))
    return frozenset(idea.id for idea, paths, policy in found if _may_be_blind(policy, idea.stage, paths, actor))


def _may_be_blind(policy: Policy, stage: str, paths: tuple[str, str], actor: Actor) -> bool:
    by_office = any(actor.holds(role, *paths) for role in BY_CALL) or actor.holds(Role.UNIT_HEAD, paths[0])
    return policy.blind and (_is_in_review(stage) or not by_office)


def _is_in_review(stage: str) -> bool:
    return ways.IDEA.stages[stage].awaits == "score"


def _own_review(session: Session, context: IdeaContext, actor: Actor) -> ReviewState | None:
    own = select(col(Review.state)).where(Review.idea_id == context.idea.id, Review.reviewer_id == actor.person_id)
    return session.exec(own).first()


def prepares_awards(context: IdeaContext, actor: Actor) -> bool:
    """Whether the actor may know of awards before their hour: the secretariat, the auditor and whoever takes a step of the award's way."""
    if has_part(context, actor):
        return False
    taking = {context.policy.movers.get(transition.action, transition.who) for transition in ways.AWARD.transitions} - {None}
    return any(actor.holds(role, *context.paths) for role in {Role.SECRETARIAT, Role.AUDITOR, *taking} if role is not None)


def knows_award(context: AwardContext, actor: Actor) -> bool:
    """Whether an award may be known: to everybody who sees the idea once announced, before that to those who prepare it."""
    return bool(actor.flow) or context.award.announced_at is not None or prepares_awards(context.about, actor)
