"""The pages on which an idea is offered to another call, and on which those concerned answer."""

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from api.pages.idea import IDEA, idea_form
from api.pages.reading import reading_all, require_readable
from api.pages.render import read_done
from api.pages.session import FormResult, Page, PostedForm, redirect_to
from api.pages.waiting import WaitingList
from api.v1.shapes import Id
from workflows.intake.transfer import Agreement, NewTransfer, agree_to_transfer, answer_transfer, offer_transfer
from workflows.intake.transfer_lists import list_transfers
from workflows.process.actors import Actor

router = APIRouter(include_in_schema=False)
LIST = "/pengalihan"
WAITING = WaitingList("intake/transfers.html", list_transfers, {"settle": lambda each: each.may_answer})
DONE = {
    "accept": "transfer_accepted",
    "return": "transfer_returned",
    "agree": "transfer_done",
    "refuse": "transfer_refused",
}


@router.post(f"{IDEA}/pengalihan")
async def offer(idea_id: Id, request: PostedForm) -> Response:
    """Offer the idea to another call."""
    form = request.form
    form.require("call_id")

    def act(session: Session, actor: Actor) -> FormResult:
        with reading_all(form):
            offer_transfer(session, idea_id, NewTransfer(form.text("call_id", 26), form.text("reason", 2_000)), actor=actor)
        return FormResult(to=LIST, done="transfer_offered")

    return await idea_form(request, idea_id, "transfer", act)


@router.get(LIST)
async def show_waiting(request: Page, ok: str = "") -> Response:
    """The offers that wait and concern the reader."""
    return await WAITING.show(request, done=read_done(ok))


@router.get(f"{LIST}/{{rest:path}}")
async def go_to_list(rest: str) -> Response:
    """The offers, for somebody who reloads the address of a form."""
    return redirect_to(FormResult(to=LIST))


@router.post(f"{LIST}/{{transfer_id}}")
async def settle(transfer_id: Id, request: PostedForm) -> Response:
    """Accept, return or take back an offer; agree to the other call's rules for oneself, or refuse them."""
    form = request.form
    do, reason, terms = form.choice("do", tuple(DONE)), form.text("reason", 2_000), form.text("terms", 64)
    agreement = Agreement(terms, form.text("category", 40), form.text("declares_truth", 3) == "yes") if do == "agree" else None

    def act(session: Session, actor: Actor) -> FormResult:
        require_readable(form)
        if do in ("accept", "return"):
            answer_transfer(session, transfer_id, accepts=do == "accept", terms=terms, reason=reason, actor=actor)
            return FormResult(to=LIST, done=DONE[do])
        row = agree_to_transfer(session, transfer_id, agreement, reason=reason, actor=actor)
        return FormResult(to=LIST, done="transfer_agreed" if do == "agree" and not row.is_done else DONE[do])

    return await WAITING.attempt("settle", transfer_id, request, act)
