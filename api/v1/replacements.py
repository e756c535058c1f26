"""Requests that somebody take a leaver's place in a team: made by the lead, agreed to by everybody concerned, confirmed by an office."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field

from api.access import Api
from api.v1 import PREFIX
from api.v1.answer_times import show_answer_time
from api.v1.shapes import Id, IdeaOut, RequestBody, ResponseBody, show_context
from api.v1.shown import show_as
from workflows.intake.hand_over import take_over_draft
from workflows.intake.replace import answer_replacement, ask_replacement, confirm_replacement
from workflows.intake.replace_lists import ListedReplacement, list_replacements
from workflows.intake.replacing import NewReplacement

router = APIRouter(prefix=PREFIX, tags=["intake"])
Words = Annotated[str, Field(max_length=2_000)]


class ReplacementIn(RequestBody):
    """Who leaves and who comes: a colleague by `person_id` or by employee number; in the lead's place a member, by `person_id`."""

    leaver_id: Id
    person_id: Id | None = None
    employee_number: str = Field(default="", max_length=30)
    reason: Words


class ReplacementAnswerIn(RequestBody):
    outcome: Literal["agreed", "refused"]
    reason: Words = ""


class ReplacementConfirmationIn(RequestBody):
    outcome: Literal["confirmed", "refused"]
    reason: Words = ""


class ReplacementOut(ResponseBody):
    """A request; `settled_at` says when it came about (`is_done`), was refused or taken back."""

    id: str
    idea_id: str
    leaver_id: str
    asked_at: datetime
    settled_at: datetime | None
    is_done: bool


class WaitingReplacementOut(ReplacementOut):
    """A request that waits: `newcomer` by name where the asker may know it, `awaited` the members who have not agreed.

    With `of_lead` a member is to lead what is handed in: once the lead has agreed nobody else is waited for, and nobody beyond
    `silent_until`, which is null once the lead has agreed; a lead who has not agreed is followed for a `reason` that the confirmation says.
    `answer_until` is until when those answer whom it waits for now; where `ends_unanswered` it did not come about if not all have by then.
    """

    answer_until: datetime | None
    ends_unanswered: bool
    title: str
    sections: dict[str, str]
    leaver: str
    newcomer: str
    employee_number_masked: str
    has_newcomer_agreed: bool
    awaited: list[str]
    share_hundredths: int
    role: str
    reason: str
    may_answer: bool
    may_confirm: bool
    of_lead: bool
    has_lead_agreed: bool
    silent_until: datetime | None


@router.post("/ideas/{idea_id}/replacements", status_code=201, response_model=ReplacementOut)
async def ask_for_replacement(idea_id: Id, body: ReplacementIn, request: Api) -> JSONResponse:
    """Ask that somebody take a leaver's place, with the leaver's share, or that a member lead, who asks as well once it is handed in."""
    new = NewReplacement(body.leaver_id, body.reason, body.person_id, body.employee_number)
    return await request.write(lambda s, a: show_as(ReplacementOut, ask_replacement(s, idea_id, new, actor=a)), status=201)


@router.post("/ideas/{idea_id}/takeover", response_model=IdeaOut)
async def take_over_idea(idea_id: Id, request: Api) -> JSONResponse:
    """Go on with a draft whose lead left the service; everybody else of the team is asked anew."""
    return await request.write(lambda s, a: show_context(s, take_over_draft(s, idea_id, actor=a), a))


@router.get("/replacements")
async def show_waiting_replacements(request: Api) -> list[WaitingReplacementOut]:
    """The requests that wait and concern the asker."""
    return await request.read(lambda s, a: [_show_waiting(each) for each in list_replacements(s, actor=a)])


@router.post("/replacements/{replacement_id}/answer", response_model=ReplacementOut)
async def answer_for_replacement(replacement_id: Id, body: ReplacementAnswerIn, request: Api) -> JSONResponse:
    """Agree to a request for oneself, or refuse it, which ends it; who made it takes it back so."""
    agrees = body.outcome == "agreed"
    return await request.write(
        lambda s, a: show_as(ReplacementOut, answer_replacement(s, replacement_id, agrees=agrees, reason=body.reason, actor=a))
    )


@router.post("/replacements/{replacement_id}/confirmation", response_model=ReplacementOut)
async def confirm_waiting_replacement(replacement_id: Id, body: ReplacementConfirmationIn, request: Api) -> JSONResponse:
    """Let a request come about to which everybody agreed, or refuse it; whoever permits the idea may. Where a lead has not agreed who is to
    be followed, `reason` says why."""
    confirms = body.outcome == "confirmed"
    return await request.write(
        lambda s, a: show_as(ReplacementOut, confirm_replacement(s, replacement_id, confirms=confirms, reason=body.reason, actor=a))
    )


def _show_waiting(found: ListedReplacement) -> WaitingReplacementOut:
    ours = ("leaver", "newcomer", "has_newcomer_agreed", "share_hundredths", "role", "may_answer", "may_confirm")
    return show_as(
        WaitingReplacementOut,
        found.row,
        title=found.context.idea.title,
        sections={**found.context.content.sections},
        employee_number_masked=found.masked,
        awaited=list(found.awaited),
        of_lead=found.is_of_submitted_lead,
        has_lead_agreed=found.has_lead_agreed,
        silent_until=found.silent_until,
        **show_answer_time(found.time),
        **{name: getattr(found, name) for name in ours},
    )
