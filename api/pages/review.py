"""Assign, score, step back, recommend, determine, take up again, pass a gate."""

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from api.pages.idea import IDEA, back_to_idea, idea_form
from api.pages.reading import choose
from api.pages.session import FormResult, PostedForm
from api.v1.shapes import Id
from workflows.process.actors import Actor
from workflows.process.decide import decide
from workflows.region.decrees import NamedDecree
from workflows.review.assign import assign_reviewer
from workflows.review.determine import Determination, determine_idea, resume_idea
from workflows.review.gates import pass_gate
from workflows.review.recommend import Recommendation, recommend_idea
from workflows.review.score import recuse_reviewer, score_idea

router = APIRouter(include_in_schema=False)


@router.post(f"{IDEA}/penilai")
async def assign(idea_id: Id, request: PostedForm) -> Response:
    """Assign one more reviewer."""
    reviewer_id = request.form.text("reviewer_id", 26)
    if not reviewer_id:
        request.form.wrong["reviewer_id"] = "choice_missing"

    def act(session: Session, actor: Actor) -> FormResult:
        assign_reviewer(session, idea_id, reviewer_id, actor=actor)
        return FormResult(to=f"/usulan/{idea_id}", done="assigned")

    return await idea_form(request, idea_id, "assign", act)


@router.post(f"{IDEA}/nilai")
async def score(idea_id: Id, request: PostedForm) -> Response:
    """Give points for every criterion."""
    form = request.form
    points = {name: form.decimal(f"points.{name}", places=2) for name in form.under("points")}

    def act(session: Session, actor: Actor) -> FormResult:
        score_idea(session, idea_id, points, comment=form.text("comment"), actor=actor)
        return FormResult(to=f"/usulan/{idea_id}", done="scored")

    return await idea_form(request, idea_id, "score", act)


@router.post(f"{IDEA}/pengunduran-diri")
async def recuse(idea_id: Id, request: PostedForm) -> Response:
    """Step back; the reviewer may not see the idea any more, so the result leads to the inbox."""

    def act(session: Session, actor: Actor) -> FormResult:
        recuse_reviewer(session, idea_id, reason=request.form.text("reason"), actor=actor)
        return FormResult(to="/kotak-masuk", done="recused")

    return await idea_form(request, idea_id, "recuse", act)


@router.post(f"{IDEA}/rekomendasi")
async def recommend(idea_id: Id, request: PostedForm) -> Response:
    """Give the committee's advice."""
    form = request.form

    def answer(session: Session, actor: Actor, outcome: str) -> FormResult:
        return back_to_idea(recommend_idea(session, idea_id, Recommendation(outcome), reason=form.text("reason"), actor=actor), "decided")

    return await idea_form(request, idea_id, "recommend", choose(form, tuple(Recommendation), answer))


@router.post(f"{IDEA}/penetapan")
async def determine(idea_id: Id, request: PostedForm) -> Response:
    """Adopt, defer or reject."""
    form = request.form
    decree = NamedDecree(form.text("decree_number", 2_000), form.day("decree_on", required=False))

    def answer(session: Session, actor: Actor, outcome: str) -> FormResult:
        wanted, reason = Determination(outcome), form.text("reason")
        return back_to_idea(determine_idea(session, idea_id, wanted, reason=reason, decree=decree, actor=actor), "decided")

    return await idea_form(request, idea_id, "determine", choose(form, tuple(Determination), answer))


@router.post(f"{IDEA}/lanjut")
async def resume(idea_id: Id, request: PostedForm) -> Response:
    """Take a deferred idea up again."""
    reason = request.form.text("reason")
    return await idea_form(
        request, idea_id, "resume", lambda s, a: back_to_idea(resume_idea(s, idea_id, reason=reason, actor=a), "decided")
    )


@router.post(f"{IDEA}/langkah/{{action}}")
async def take_plain_step(idea_id: Id, action: str, request: PostedForm) -> Response:
    """Take a step that needs no more than a reason and has no form of its own."""
    form = request.form
    outcome, reason = form.text("outcome", 40) or None, form.text("reason")
    return await idea_form(
        request,
        idea_id,
        action[:40],
        lambda s, a: back_to_idea(decide(s, idea_id, action[:40], outcome, reason=reason, actor=a), "decided"),
    )


@router.post(f"{IDEA}/tahapan/{{name}}")
async def settle_gate(idea_id: Id, name: str, request: PostedForm) -> Response:
    """Mark a gate as passed."""

    def act(session: Session, actor: Actor) -> FormResult:
        pass_gate(session, idea_id, name[:40], note=request.form.text("note"), actor=actor)
        return FormResult(to=f"/usulan/{idea_id}", done="decided")

    return await idea_form(request, idea_id, f"gate-{name[:40]}", act)
