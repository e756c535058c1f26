"""Merges: an idea joins an earlier one of its call, proposed by an office or a lead, agreed to by everybody in both teams."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlmodel import Session

from api.access import Api
from api.v1 import PREFIX
from api.v1.answer_times import show_answer_time
from api.v1.shapes import Id, IdeaLine, RequestBody, ResponseBody, show_line
from models.merges import IdeaMerge
from workflows.intake.merge import NewMerge, answer_merge, ask_merge, confirm_merge, open_merge, share_merge
from workflows.intake.merge_lists import ListedMerge, MergeLine, list_merges_of, list_waiting_merges
from workflows.intake.separate import keep_merge, undo_merge
from workflows.process.actors import Actor
from workflows.process.context import read_context
from workflows.process.refusals import Invalid

router = APIRouter(prefix=PREFIX, tags=["intake"])
Words = Annotated[str, Field(max_length=2_000)]
MOST_PEOPLE = 100


class MergeIn(RequestBody):
    """The other idea, by its code; the later of the two joins the earlier one, whichever is asked."""

    other: str = Field(max_length=60)
    reason: Words


class MergeShareIn(RequestBody):
    person_id: Id
    share_hundredths: int = Field(ge=1, le=10_000)


class MergeSharesIn(RequestBody):
    """The share of everybody in both teams, summing to 10,000."""

    shares: list[MergeShareIn] = Field(min_length=1, max_length=MOST_PEOPLE)


class MergeAnswerIn(RequestBody):
    """`opened`: a lead lets the other team read their idea; `agreed`: to the terms that one saw, by their digest; `refused` ends it."""

    outcome: Literal["opened", "agreed", "refused"]
    terms: str = Field(default="", max_length=64)
    reason: Words = ""


class MergeConfirmationIn(RequestBody):
    outcome: Literal["confirmed", "refused"]
    reason: Words = ""


class MergeUndoingIn(RequestBody):
    """`undone`: an office lets both be two again once a lead agreed, a member agrees to it; `kept`: a member stays, and all agree anew."""

    outcome: Literal["undone", "kept"] = "undone"
    reason: Words = ""


class MergeOut(ResponseBody):
    """That the idea `idea_id` joins, or has joined, the earlier `into_id`; `settled_at` says when it came about (`is_done`) or ended."""

    id: str
    idea_id: str
    into_id: str
    terms: str
    asked_at: datetime
    confirmed_at: datetime | None
    settled_at: datetime | None
    is_done: bool
    undone_at: datetime | None


class MergePartOut(ResponseBody):
    """Somebody in either team, with their share of the joint one."""

    person_id: str
    name: str
    role: str
    leads: bool
    share_hundredths: int
    has_agreed: bool


class MergedTextOut(ResponseBody):
    """What one of both says, for whoever is to agree: its sections and answers by their names, as far as its form asks for them."""

    title: str
    submitted_at: datetime | None
    sections: dict[str, str]
    answers: dict[str, str]
    budget_rupiah: int | None


class WaitingMergeOut(MergeOut):
    """A merge that waits for a word; before both leads have opened their ideas a lead is told the titles, and nobody else anything.

    `answer_until` is until when those answer whom it waits for now; where `ends_unanswered` it did not come about if not all have by then.
    """

    answer_until: datetime | None
    ends_unanswered: bool
    reason: str
    asked_by: str
    is_undoing: bool
    undo_reason: str
    earlier: MergedTextOut
    later: MergedTextOut
    parts: list[MergePartOut]
    may_open: bool
    may_agree: bool
    may_share: bool
    may_confirm: bool


class MergedIdeaOut(MergeOut):
    """A merge beside one of its ideas. `sections` and `answers` are what the other says, where it has joined the asked one and still has.

    `by` and `undone_by` are null, and reasons empty, where the asker reviews the idea blindly; `other` is null where they may not open it
    and it has not joined.
    """

    other: IdeaLine | None
    has_joined: bool
    reason: str
    undo_reason: str
    by: str | None
    undone_by: str | None
    sections: dict[str, str]
    answers: dict[str, str]
    may_undo: bool
    may_agree_to_undo: bool


@router.get("/ideas/{idea_id}/merges")
async def show_merges_of_idea(idea_id: Id, request: Api) -> list[MergedIdeaOut]:
    """The ideas that have joined one, or the one that it has joined, also what was undone; what has joined with its text."""

    def read(session: Session, actor: Actor) -> list[MergedIdeaOut]:
        return [_show_line(line) for line in list_merges_of(session, read_context(session, idea_id, actor=actor), actor=actor)]

    return await request.read(read)


@router.post("/ideas/{idea_id}/merges", status_code=201, response_model=MergeOut)
async def propose_merge(idea_id: Id, body: MergeIn, request: Api) -> JSONResponse:
    """Propose that two ideas become one: who screens both, or who leads one and sees the other."""
    return await request.write(lambda s, a: _show(ask_merge(s, idea_id, NewMerge(body.other, body.reason), actor=a)), status=201)


@router.get("/merges")
async def show_waiting_merges(request: Api) -> list[WaitingMergeOut]:
    """The merges that wait and concern the asker."""
    return await request.read(lambda s, a: [_show_waiting(each) for each in list_waiting_merges(s, actor=a)])


@router.post("/merges/{merge_id}/shares", response_model=MergeOut)
async def divide_merge(merge_id: Id, body: MergeSharesIn, request: Api) -> JSONResponse:
    """Divide the joint team's whole anew; whoever had agreed is asked again."""
    shares = {each.person_id: each.share_hundredths for each in body.shares}

    def act(session: Session, actor: Actor) -> MergeOut:
        if len(shares) < len(body.shares):
            raise Invalid("team_member_twice", "shares")
        return _show(share_merge(session, merge_id, shares, actor=actor))

    return await request.write(act)


@router.post("/merges/{merge_id}/answer", response_model=MergeOut)
async def answer_for_merge(merge_id: Id, body: MergeAnswerIn, request: Api) -> JSONResponse:
    """Open one's idea to the other team, agree for oneself, or refuse, which ends it; who proposed it takes it back so."""

    def act(session: Session, actor: Actor) -> MergeOut:
        if body.outcome == "opened":
            return _show(open_merge(session, merge_id, actor=actor))
        agrees = body.outcome == "agreed"
        return _show(answer_merge(session, merge_id, agrees=agrees, terms=body.terms, reason=body.reason, actor=actor))

    return await request.write(act)


@router.post("/merges/{merge_id}/confirmation", response_model=MergeOut)
async def confirm_waiting_merge(merge_id: Id, body: MergeConfirmationIn, request: Api) -> JSONResponse:
    """Say in office that both are one, once everybody agreed, and it comes about; or refuse it."""
    confirms = body.outcome == "confirmed"
    return await request.write(lambda s, a: _show(confirm_merge(s, merge_id, confirms=confirms, reason=body.reason, actor=a)))


@router.post("/merges/{merge_id}/undoing", response_model=MergeOut)
async def undo_standing_merge(merge_id: Id, body: MergeUndoingIn, request: Api) -> JSONResponse:
    """Let both be two again, until the review of the earlier one begins."""

    def act(session: Session, actor: Actor) -> MergeOut:
        if body.outcome == "kept":
            return _show(keep_merge(session, merge_id, actor=actor))
        return _show(undo_merge(session, merge_id, reason=body.reason, actor=actor))

    return await request.write(act)


def _show(row: IdeaMerge) -> MergeOut:
    return MergeOut.model_validate(row, from_attributes=True)


def _show_waiting(found: ListedMerge) -> WaitingMergeOut:
    earlier, later = (
        MergedTextOut(
            title=each.idea.title,
            submitted_at=each.idea.submitted_at if found.is_told else None,
            sections={**said.sections},
            answers={**said.answers},
            budget_rupiah=each.content.budget_rupiah if found.is_told else None,
        )
        for each, said in zip(found.pair.both, (found.earlier_said, found.later_said), strict=True)
    )
    parts = [
        MergePartOut(
            person_id=each.person_id,
            name=found.names[each.person_id],
            role=each.role,
            leads=each.leads_earlier,
            share_hundredths=each.share_hundredths,
            has_agreed=found.has_agreed(each),
        )
        for each in found.parts
    ]
    return WaitingMergeOut(
        **_show(found.row).model_dump(),
        **show_answer_time(found.time),
        reason=found.row.reason,
        asked_by=found.asked_by,
        is_undoing=found.is_undoing,
        undo_reason=found.row.undo_reason,
        earlier=earlier,
        later=later,
        parts=parts if found.is_told else [],
        may_open=found.may_open,
        may_agree=found.may_agree,
        may_share=found.may_share,
        may_confirm=found.may_confirm,
    )


def _show_line(line: MergeLine) -> MergedIdeaOut:
    joined = line.joined
    is_read = line.is_seen or joined is not None
    return MergedIdeaOut(
        **_show(line.row).model_dump(),
        other=show_line(line.other, blind=not line.is_told) if is_read else None,
        has_joined=line.has_joined,
        reason=line.row.reason if line.is_told else "",
        undo_reason=line.undo_reason,
        by=line.by or None,
        undone_by=line.undone_by or None,
        sections={**joined.sections} if joined else {},
        answers={**joined.answers} if joined else {},
        may_undo=line.may_undo,
        may_agree_to_undo=line.may_agree_to_undo,
    )
