"""The pages of claims: those that concern the reader, with what they may do; a claim made on an idea's page; and its reopening."""

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from api.pages.idea import IDEA, back_to_idea, idea_form
from api.pages.reading import reading_all, require_readable
from api.pages.render import read_done
from api.pages.session import FormResult, Page, PostedForm, redirect_to
from api.pages.waiting import WaitingList
from api.v1.shapes import Id
from workflows.intake.claim_lists import list_claims
from workflows.intake.claims import claim_idea, decide_claim, file_claim, withdraw_claim
from workflows.process.actors import Actor
from workflows.review.reopen import reopen_idea

router = APIRouter(include_in_schema=False)
LIST = "/klaim"
WAITING = WaitingList("intake/claims.html", list_claims, {"claim": lambda each: each.may_decide or each.may_file})
OUTCOMES = ("file", "withdraw", "uphold", "dismiss")


@router.get(LIST)
async def show_claims(request: Page, ok: str = "") -> Response:
    """The claims that concern the reader."""
    return await WAITING.show(request, done=read_done(ok))


@router.get(f"{LIST}/{{rest}}")
async def go_to_claims(rest: str) -> Response:
    """The claims, for somebody who reloads the address of a form."""
    return redirect_to(FormResult(to=LIST))


@router.post(f"{LIST}/{{claim_id}}")
async def settle(claim_id: Id, request: PostedForm) -> Response:
    """File a claim, take it back, uphold it or dismiss it."""
    do, reason = request.form.choice("do", OUTCOMES), request.form.text("reason", 4_000)

    def act(session: Session, actor: Actor) -> FormResult:
        require_readable(request.form)
        if do in ("uphold", "dismiss"):
            decide_claim(session, claim_id, upholds=do == "uphold", reason=reason, actor=actor)
            return FormResult(to=LIST, done="claim_decided")
        if do == "withdraw":
            taken_back = withdraw_claim(session, claim_id, actor=actor).filed_at is not None
            return FormResult(to=LIST, done="claim_taken_back" if taken_back else "claim_withdrawn")
        file_claim(session, claim_id, reason, actor=actor)
        return FormResult(to=LIST, done="claim_filed")

    return await WAITING.attempt("claim", claim_id, request, act)


@router.post(f"{IDEA}/klaim")
async def claim(idea_id: Id, request: PostedForm) -> Response:
    """Claim a determined idea by its code."""
    form = request.form
    form.require("adopted")

    def act(session: Session, actor: Actor) -> FormResult:
        with reading_all(form):
            claim_idea(session, idea_id, form.text("adopted", 60), form.text("reason", 4_000), actor=actor)
        return FormResult(to=LIST, done="claim_filed")

    return await idea_form(request, idea_id, "claim", act)


@router.post(f"{IDEA}/buka-kembali")
async def reopen(idea_id: Id, request: PostedForm) -> Response:
    """Bring a rejected idea back into the screening."""
    reason = request.form.text("reason")
    return await idea_form(
        request, idea_id, "reopen", lambda s, a: back_to_idea(reopen_idea(s, idea_id, reason=reason, actor=a), "idea_reopened")
    )
