"""Offers to hand an idea to another agency's call: made by the office that screens it, accepted by the other, agreed to by its lead."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field

from api.access import Api
from api.v1 import PREFIX
from api.v1.answer_times import show_answer_time
from api.v1.shapes import Id, RequestBody, ResponseBody
from models.transfers import IdeaTransfer
from workflows.intake.transfer import Agreement, NewTransfer, agree_to_transfer, answer_transfer, offer_transfer
from workflows.intake.transfer_lists import ListedTransfer, list_transfers

router = APIRouter(prefix=PREFIX, tags=["intake"])
Words = Annotated[str, Field(max_length=2_000)]


class TransferIn(RequestBody):
    """The call to which the idea is offered, and why it belongs there."""

    call_id: Id
    reason: Words


class TransferAnswerIn(RequestBody):
    """`accepted` names the `terms` that one read in the list, their digest; `returned` also takes back what one's own office offered."""

    outcome: Literal["accepted", "returned"]
    terms: str | None = Field(default=None, max_length=64)
    reason: Words = ""


class TransferAgreementIn(RequestBody):
    """A member's word to the other call's rules, by the `terms` that they read in the list; the lead's is the last.

    The lead names a category where several are for their unit, and makes the declaration of truth where that call asks so.
    """

    outcome: Literal["agreed", "refused"]
    terms: str | None = Field(default=None, max_length=64)
    category: str = Field(default="", max_length=40)
    declares_truth: bool = False
    reason: Words = ""


class TransferOut(ResponseBody):
    """An offer; `settled_at` says when the idea came to stand in the other call (`is_done`), or the offer ended."""

    id: str
    idea_id: str
    from_call_id: str
    to_call_id: str
    offered_at: datetime
    accepted_at: datetime | None
    settled_at: datetime | None
    is_done: bool


class WaitingTransferOut(TransferOut):
    """An offer that waits; `categories` are those of which the lead names one, `declaration` what they declare in that call.

    `terms` is the digest of that call's rules and of the idea with its team, as they are now; who accepts or agrees sends it along.
    `is_accepted` says whether that call's office accepted these, `awaited` who of the team has not agreed to them, its lead left out.
    `answer_until` is until when those answer whom it waits for now; where `ends_unanswered` it did not come about if not all have by then.
    """

    answer_until: datetime | None
    ends_unanswered: bool
    code: str | None
    title: str
    submitted_at: datetime | None
    to_call: str
    reason: str
    offered_by: str
    categories: list[str]
    declaration: str
    terms: str
    is_accepted: bool
    awaited: list[str]
    may_accept: bool
    may_take_back: bool
    may_agree: bool


@router.post("/ideas/{idea_id}/transfers", status_code=201, response_model=TransferOut)
async def offer_idea(idea_id: Id, body: TransferIn, request: Api) -> JSONResponse:
    """Offer an idea that is being screened to another call, with its original time of receipt."""
    return await request.write(lambda s, a: _show(offer_transfer(s, idea_id, NewTransfer(body.call_id, body.reason), actor=a)), status=201)


@router.get("/transfers")
async def show_waiting_transfers(request: Api) -> list[WaitingTransferOut]:
    """The offers that wait and concern the asker."""
    return await request.read(lambda s, a: [_show_waiting(each) for each in list_transfers(s, actor=a)])


@router.post("/transfers/{transfer_id}/answer", response_model=TransferOut)
async def answer_for_transfer(transfer_id: Id, body: TransferAnswerIn, request: Api) -> JSONResponse:
    """Take the idea in, or return it with a reason."""
    said: dict[str, Any] = {"accepts": body.outcome == "accepted", "terms": body.terms or "", "reason": body.reason}
    return await request.write(lambda s, a: _show(answer_transfer(s, transfer_id, **said, actor=a)))


@router.post("/transfers/{transfer_id}/agreement", response_model=TransferOut)
async def agree_for_transfer(transfer_id: Id, body: TransferAgreementIn, request: Api) -> JSONResponse:
    """Agree to the other call's rules, and with the lead's word the idea stands there; or refuse, and it stays."""
    agreement = Agreement(body.terms or "", body.category, body.declares_truth) if body.outcome == "agreed" else None
    return await request.write(lambda s, a: _show(agree_to_transfer(s, transfer_id, agreement, reason=body.reason, actor=a)))


def _show(row: IdeaTransfer) -> TransferOut:
    return TransferOut.model_validate(row, from_attributes=True)


def _show_waiting(found: ListedTransfer) -> WaitingTransferOut:
    idea = found.context.idea
    return WaitingTransferOut(
        **_show(found.row).model_dump(),
        **show_answer_time(found.time),
        code=idea.code,
        title=idea.title,
        submitted_at=idea.submitted_at,
        to_call=found.to_call.title,
        reason=found.row.reason,
        offered_by=found.offered_by,
        categories=[each.name for each in found.categories],
        declaration=found.declaration,
        terms=found.terms,
        is_accepted=found.is_accepted,
        awaited=[*found.awaited],
        may_accept=found.may_accept,
        may_take_back=found.may_take_back,
        may_agree=found.may_agree,
    )
