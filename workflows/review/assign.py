"""Assign reviewers to an idea: evenly, and never from the units of its proposers."""

from sqlmodel import Session, col, func, select

from models.ideas import Idea
from models.inbox import InboxItem
from models.people import Person, Role, RoleGrant
from models.reviews import Review, ReviewState
from models.stages import IdeaStage
from models.units import Unit
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext, read_context
from workflows.process.engine import Grounds, await_person, await_role, end_of_day_in, move, settle
from workflows.process.refusals import Conflict, Invalid


def assign_evenly(session: Session, idea_id: str, *, actor: Actor) -> None:
    """Fill an idea's reviews up to the policy's number with the least loaded eligible reviewers.

    Where too few are eligible, the secretariat is asked to assign by hand.
    """
    context = read_context(session, idea_id, actor=actor)
    if context.idea.stage != IdeaStage.IN_REVIEW or context.idea.scores_closed_at is not None:
        return
    missing = context.policy.reviewers - _count_standing(session, idea_id)
    chosen = list_eligible(session, context)[: max(missing, 0)]
    for person_id in chosen:
        _add(session, context, person_id)
    if chosen:
        move(session, context, "assign", actor=actor, grounds=Grounds(detail={"reviewers": chosen}))
    if len(chosen) < missing and not _assignment_requested(session, idea_id):
        await_role(session, context, "assign", Role.SECRETARIAT, end_of_day_in(context.policy.days.screening))


def assign_reviewer(session: Session, idea_id: str, person_id: str, *, actor: Actor) -> Review:
    """Assign one reviewer by hand; the secretariat may. Raises Invalid for somebody who may not review this idea."""
    context = read_context(session, idea_id, actor=actor)
    move(session, context, "assign", actor=actor, grounds=Grounds(detail={"reviewers": [person_id]}))
    if context.idea.scores_closed_at is not None:
        raise Conflict("review_over")
    if person_id not in list_eligible(session, context):
        raise Invalid("reviewer_not_eligible", "reviewer_id")
    review = _add(session, context, person_id)
    if _count_standing(session, idea_id) >= context.policy.reviewers:
        settle(session, idea_id, task="assign")
    session.flush()
    return review


def list_eligible(session: Session, context: IdeaContext) -> list[str]:
    """Reviewers of the call who have no part in the idea, are of no proposer's unit and were not asked before; least loaded first."""
    units = select(Person.unit_id).where(col(Person.id).in_(context.team))
    asked = select(Review.reviewer_id).where(Review.idea_id == context.idea.id)
    load = (
        select(Review.reviewer_id, func.count().label("load"))
        .join(Idea, col(Idea.id) == col(Review.idea_id))
        .where(Idea.call_id == context.call.id, col(Review.state) != ReviewState.RECUSED)
        .group_by(col(Review.reviewer_id))
        .subquery()
    )
    reviewers = (
        select(Person.id, Unit.path)
        .join(RoleGrant, col(RoleGrant.person_id) == col(Person.id))
        .join(Unit, col(Unit.id) == col(RoleGrant.unit_id))
        .outerjoin(load, load.c.reviewer_id == col(Person.id))
        .where(RoleGrant.role == Role.REVIEWER, col(Person.unit_id) != context.idea.unit_id)
        .where(col(Person.id).not_in(context.team), col(Person.unit_id).not_in(units), col(Person.id).not_in(asked))
        .order_by(func.coalesce(load.c.load, 0), Person.id)
    )
    covering = (person_id for person_id, path in session.exec(reviewers) if context.call_path.startswith(path))
    return list(dict.fromkeys(covering))  # a role over a unit and over the unit above it is still one person


def _add(session: Session, context: IdeaContext, person_id: str) -> Review:
    due_at = end_of_day_in(context.policy.days.review)
    review = Review(idea_id=context.idea.id, reviewer_id=person_id, due_at=due_at)
    session.add(review)
    await_person(session, context, ("score", Role.REVIEWER), person_id, due_at)
    if context.idea.due_at is None:
        context.idea.due_at = due_at
    session.flush()
    return review


def _count_standing(session: Session, idea_id: str) -> int:
    context = select(func.count()).select_from(Review).where(Review.idea_id == idea_id, col(Review.state) != ReviewState.RECUSED)
    return int(session.exec(context).one())


def _assignment_requested(session: Session, idea_id: str) -> bool:
    open_item = select(InboxItem.id).where(InboxItem.idea_id == idea_id, InboxItem.task == "assign", col(InboxItem.done_at).is_(None))
    return session.exec(open_item).first() is not None
