"""Assign reviewers to an idea: evenly, never from the units of its proposers nor from above them, and no more than the policy says."""

from datetime import datetime

from sqlmodel import Session, col, func, select

from models.calls import Call
from models.ideas import Decision, Idea
from models.instants import now
from models.merges import IdeaMerge
from models.people import Person, Role, RoleGrant, is_held
from models.reviews import Review, ReviewState
from models.stages import IdeaStage
from models.transfers import IdeaTransfer
from models.units import Unit
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext, read_context
from workflows.process.deadlines import due_for
from workflows.process.duties import list_barred
from workflows.process.engine import Grounds, permit, take
from workflows.process.inbox import Ask, InboxChanges, Settled, is_asked
from workflows.process.refusals import Invalid
from workflows.process.superiors import list_proposing_paths, list_superiors
from workflows.process.underway import count_reviewers_left, count_reviews
from workflows.process.visibility import ANSWERING, BY_CALL
from workflows.process.ways import IDEA

ASSIGN = IDEA.action("assign")
SCORE = IDEA.action("score")
SEEK_REVIEWERS = IDEA.action("seek_reviewers")
UNCOUNTED = (ReviewState.LAPSED, ReviewState.SET_ASIDE)  # of whom an idea that comes into review again may be asked anew


def assign_evenly(session: Session, idea_id: str, *, actor: Actor) -> None:
    """Fill an idea's reviews up to the policy's number with the least loaded eligible reviewers, as far as its substitutes reach.

    Where too few are eligible, the secretariat is asked to assign by hand.
    """
    context = read_context(session, idea_id, actor=actor)
    if context.idea.stage != IdeaStage.IN_REVIEW:
        return
    missing = max(context.policy.reviewers - count_reviews(session, context, *ANSWERING), 0)
    left = count_reviewers_left(session, context)
    chosen = list_eligible(session, context)[: min(missing, left)]
    may_add = len(chosen) < missing and left > len(chosen)
    asks = ask_by_hand(session, context, due_for(session, context, "screening")) if may_add else ()
    if chosen:
        permitted = permit(session, context, ASSIGN, actor=actor)
        reviews = [_add(session, context, person_id) for person_id in chosen]
        take(session, context, permitted, _record_assigned(reviews, asks), actor=actor)
    elif asks or (missing and context.idea.due_at is None):
        permitted = permit(session, context, SEEK_REVIEWERS, actor=actor)
        if context.idea.due_at is None:  # nobody has to answer; by then somebody was found, or the chair decides
            context.idea.due_at = due_for(session, context, "review")
        take(session, context, permitted, Grounds(inbox=InboxChanges(asks)), actor=actor)


def ask_by_hand(session: Session, context: IdeaContext, due_at: datetime) -> tuple[Ask, ...]:
    """The secretariat's task to assign by hand; nothing where it has it already."""
    return () if is_asked(session, context, ASSIGN) else (Ask(ASSIGN, due_at),)


def assign_reviewer(session: Session, idea_id: str, person_id: str, *, actor: Actor) -> Review:
    """Assign one reviewer by hand; the secretariat may, up to the policy's number and its substitutes.

    Raises Invalid for somebody who may not review this idea; who assigns is never the reviewer.
    """
    context = read_context(session, idea_id, actor=actor)
    permitted = permit(session, context, ASSIGN, actor=actor)
    if person_id == actor.person_id or person_id not in list_eligible(session, context):
        raise Invalid("reviewer_not_eligible", "reviewer_id")
    review = _add(session, context, person_id)
    is_full = count_reviews(session, context, *ANSWERING) >= context.policy.reviewers
    is_over = is_full or count_reviewers_left(session, context) == 0
    take(session, context, permitted, _record_assigned([review], settled=(Settled(ASSIGN),) if is_over else ()), actor=actor)
    return review


def list_eligible(session: Session, context: IdeaContext) -> list[str]:
    """Reviewers of the call who may be asked, least loaded first; nobody once the policy's number and its substitutes were asked.

    They have no part in the idea and no other duty on it, are of no proposer's unit, superiors of no proposer, and were not asked before,
    unless their review lapsed or was set aside and the idea has come into review again. Once there is a score, nobody who could have read
    it is asked.
    """
    if count_reviewers_left(session, context) <= 0:
        return []
    units = select(Person.unit_id).where(col(Person.id).in_(context.team))
    asked = select(Review.reviewer_id).where(Review.idea_id == context.idea.id, col(Review.state).not_in(UNCOUNTED))
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
        .where(RoleGrant.role == Role.REVIEWER, is_held(), col(Person.unit_id) != context.idea.unit_id)
        .where(col(Person.id).not_in(context.team), col(Person.unit_id).not_in(units), col(Person.id).not_in(asked))
        .order_by(func.coalesce(load.c.load, 0), Person.id)
    )
    barred = list_barred(session, context.idea.id, "score", context.policy)
    barred |= list_superiors(session, list_proposing_paths(session, context)) | _list_readers(session, context)
    covering = (each for each, path in session.exec(reviewers) if context.call_path.startswith(path) and each not in barred)
    return list(dict.fromkeys(covering))  # a role over a unit and over the unit above it is still one person


def _list_readers(session: Session, context: IdeaContext) -> set[str]:
    """Who could have read a score of the idea, or of one that has joined it: whoever has worked since the first was given on its call, or
    on one from which either was handed on; nobody before."""
    joined = select(IdeaMerge.idea_id).where(IdeaMerge.into_id == context.idea.id, col(IdeaMerge.is_done))
    ideas = [context.idea.id, *session.exec(joined.where(col(IdeaMerge.undone_at).is_(None)))]
    first = select(func.min(Decision.at)).where(col(Decision.idea_id).in_(ideas), Decision.action == SCORE)
    since: datetime | None = session.exec(first).one()
    if since is None:
        return set()
    ended = col(RoleGrant.ended_at)
    held = select(RoleGrant.person_id, Unit.path).join(Unit, col(Unit.id) == col(RoleGrant.unit_id)).where(col(RoleGrant.role).in_(BY_CALL))
    held = held.where(col(RoleGrant.confirmed_at).is_not(None), ended.is_(None) | (ended >= since))
    paths = {*context.paths, *_list_former_paths(session, ideas)}
    return {person_id for person_id, path in session.exec(held) if any(each.startswith(path) for each in paths)}


def _list_former_paths(session: Session, ideas: list[str]) -> list[str]:
    """The units of some ideas, and of the calls from which they were handed on."""
    units = select(Unit.path).join(Idea, col(Idea.unit_id) == col(Unit.id)).where(col(Idea.id).in_(ideas))
    calls = select(Unit.path).join(Call, col(Call.unit_id) == col(Unit.id))
    calls = calls.join(IdeaTransfer, col(IdeaTransfer.from_call_id) == col(Call.id))
    handed_on = calls.where(col(IdeaTransfer.idea_id).in_(ideas), col(IdeaTransfer.is_done))
    return [*session.exec(units), *session.exec(handed_on)]


def _add(session: Session, context: IdeaContext, person_id: str) -> Review:
    """A review that is owed from now on; who answered before the idea was reopened begins anew."""
    due_at = due_for(session, context, "review")
    lapsed = select(Review).where(Review.idea_id == context.idea.id, Review.reviewer_id == person_id)
    review = session.exec(lapsed).first() or Review(idea_id=context.idea.id, reviewer_id=person_id, due_at=due_at)
    review.state, review.assigned_at, review.due_at = ReviewState.ASSIGNED, now(), due_at
    review.points, review.total, review.comment, review.answered_at = {}, None, "", None
    session.add(review)
    session.flush()
    return review


def _record_assigned(reviews: list[Review], asks: tuple[Ask, ...] = (), settled: tuple[Settled, ...] = ()) -> Grounds:
    """What an assignment leaves behind: each reviewer is asked to score."""
    to_score = tuple(Ask(SCORE, review.due_at, review.reviewer_id) for review in reviews)
    detail = {"reviewers": [review.reviewer_id for review in reviews]}
    return Grounds(detail=detail, rows=tuple(reviews), inbox=InboxChanges((*to_score, *asks), settled))
