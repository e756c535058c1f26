"""Review: assign, score, recuse, recommend, determine, resume, pass a gate."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlmodel import Session, col, select

from api.access import Api, MatchingApi
from api.v1 import PREFIX
from api.v1.figures import Points
from api.v1.shapes import Day, Id, IdeaOut, Reason, ReasonIn, RequestBody, ResponseBody, show_context
from models.ideas import Idea
from models.reviews import Review
from workflows.process.actors import Actor
from workflows.process.context import read_context
from workflows.process.decide import decide
from workflows.process.relations import reads_reviews
from workflows.region.decrees import NamedDecree
from workflows.review.assign import assign_reviewer
from workflows.review.determine import Determination, determine_idea, resume_idea
from workflows.review.gates import pass_gate
from workflows.review.recommend import Recommendation, recommend_idea
from workflows.review.score import recuse_reviewer, score_idea

router = APIRouter(prefix=PREFIX + "/ideas/{idea_id}", tags=["review"])


class AssignmentIn(RequestBody):
    reviewer_id: Id


class ScoreIn(RequestBody):
    points: dict[str, Points] = Field(max_length=40)
    comment: Reason = ""


class RecommendationIn(RequestBody):
    outcome: Recommendation
    reason: Reason


class DeterminationIn(RequestBody):
    outcome: Determination
    reason: Reason = ""
    decree_number: str = Field(default="", max_length=100)
    decree_on: Day | None = None
    decree_sha256: str | None = Field(default=None, max_length=200)


class StepIn(RequestBody):
    outcome: str | None = Field(default=None, max_length=40)
    reason: Reason = ""


class NoteIn(RequestBody):
    note: Reason = ""


class ReviewOut(ResponseBody):
    id: str
    idea_id: str
    reviewer_id: str
    state: str
    points: dict[str, str]
    comment: str
    total: Decimal | None
    due_at: datetime


@router.get("/reviews")
async def list_reviews(idea_id: Id, request: Api) -> list[ReviewOut]:
    """An idea's reviews: all of them for the committee; for a reviewer their own, be it that they are of the committee too."""

    def read_reviews(session: Session, actor: Actor) -> list[ReviewOut]:
        context = read_context(session, idea_id, actor=actor)
        query = select(Review).where(Review.idea_id == idea_id).order_by(col(Review.assigned_at), col(Review.id))
        if not reads_reviews(session, context, actor):
            query = query.where(Review.reviewer_id == actor.person_id)
        return [show_review(review) for review in session.exec(query)]

    return await request.read(read_reviews)


@router.post("/assignments", status_code=201, response_model=ReviewOut)
async def add_reviewer(idea_id: Id, body: AssignmentIn, request: Api) -> JSONResponse:
    """Assign one more reviewer."""
    return await request.write(lambda s, a: show_review(assign_reviewer(s, idea_id, body.reviewer_id, actor=a)), status=201)


@router.post("/score", response_model=ReviewOut)
async def score(idea_id: Id, body: ScoreIn, request: Api) -> JSONResponse:
    """Give the reviewer's points for every criterion; until the review closes, points sent again replace those before."""
    return await request.write(lambda s, a: show_review(score_idea(s, idea_id, body.points, comment=body.comment, actor=a)))


@router.post("/recusal", response_model=ReviewOut)
async def recuse_self(idea_id: Id, body: ReasonIn, request: Api) -> JSONResponse:
    """Step back because of a conflict of interest."""
    return await request.write(lambda s, a: show_review(recuse_reviewer(s, idea_id, reason=body.reason, actor=a)))


@router.post("/recommendation", response_model=IdeaOut)
async def recommend(idea_id: Id, body: RecommendationIn, request: MatchingApi) -> JSONResponse:
    """Give the committee's advice."""
    return await request.write(
        lambda s, a: show_context(s, recommend_idea(s, idea_id, body.outcome, reason=body.reason, actor=a), a), match=(Idea, idea_id)
    )


@router.post("/determination", response_model=IdeaOut)
async def determine(idea_id: Id, body: DeterminationIn, request: MatchingApi) -> JSONResponse:
    """Decide: adopt, defer or reject."""
    decree = NamedDecree(body.decree_number, body.decree_on, body.decree_sha256)
    return await request.write(
        lambda s, a: show_context(s, determine_idea(s, idea_id, body.outcome, reason=body.reason, decree=decree, actor=a), a),
        match=(Idea, idea_id),
    )


@router.post("/resumption", response_model=IdeaOut)
async def resume(idea_id: Id, body: ReasonIn, request: MatchingApi) -> JSONResponse:
    """Take a deferred idea up again."""
    return await request.write(lambda s, a: show_context(s, resume_idea(s, idea_id, reason=body.reason, actor=a), a), match=(Idea, idea_id))


@router.post("/steps/{action}", response_model=IdeaOut)
async def take_plain_step(idea_id: Id, action: Annotated[str, Path(max_length=40)], body: StepIn, request: MatchingApi) -> JSONResponse:
    """Take a step of the process that needs no more than a reason, by its name in the table; others have a route of their own."""
    return await request.write(
        lambda s, a: show_context(s, decide(s, idea_id, action, body.outcome, reason=body.reason, actor=a), a), match=(Idea, idea_id)
    )


@router.post("/gates/{name}", response_model=IdeaOut)
async def settle_gate(idea_id: Id, name: str, body: NoteIn, request: Api) -> JSONResponse:
    """Mark a gate of the policy as passed: a presentation held, a visit made."""

    return await request.write(lambda s, a: show_context(s, pass_gate(s, idea_id, name[:40], note=body.note, actor=a), a))


def show_review(review: Review) -> ReviewOut:
    """A review as its reviewer and the committee see it."""
    return ReviewOut.model_validate(review, from_attributes=True)
