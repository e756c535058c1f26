"""Intake: draft, revise, submit, withdraw, permit, screen, supplement; and reading ideas."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlmodel import Session

from api.access import Api, ApiRequest, Head, Match, MatchingApi
from api.v1 import PREFIX
from api.v1.history import DecisionOut, show_history
from api.v1.shapes import (
    Cursor,
    Id,
    IdeaLine,
    IdeaOut,
    IdeaStageName,
    Limit,
    PageOut,
    ProposalIn,
    Reason,
    ReasonIn,
    RequestBody,
    show_context,
    show_idea,
    show_line,
)
from models.ideas import Idea
from workflows.intake.agree import answer_invitation
from workflows.intake.draft import draft_idea, revise_idea
from workflows.intake.permit import permit_idea
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.intake.submit import submit_idea, supplement_idea
from workflows.intake.withdraw import withdraw_idea
from workflows.process.actors import Actor
from workflows.process.browse import WantedIdeas, list_ideas
from workflows.process.keyset import Slice
from workflows.process.relations import list_blind

router = APIRouter(prefix=PREFIX + "/ideas", tags=["intake"])
DraftingApi = Annotated[ApiRequest, Depends(Head(creates="/ideas/{id}"))]
RevisingApi = Annotated[ApiRequest, Depends(Head(match=Match.REQUIRED))]


class DraftIn(ProposalIn):
    call_id: Id


class PermissionIn(RequestBody):
    outcome: Literal["granted", "refused"]
    reason: Reason = ""


class AgreementIn(RequestBody):
    outcome: Literal["joined", "not_joined"]
    reason: Reason = ""


class SubmissionIn(RequestBody):
    """Without those who have not answered, their shares go to the lead proposer."""

    without_unanswered: bool = False


class SupplementIn(ProposalIn):
    """The completed idea; without a team it stays as it is."""

    without_unanswered: bool = False


class ScreeningIn(RequestBody):
    """`parts` are what may be changed of a returned idea beside what has a note: `title`, `kind`, `budget`, `team`, `sections.<name>`.

    Where it names no section, every section may be changed.
    """

    outcome: Screening
    parts: tuple[Annotated[str, Field(max_length=100)], ...] = Field(default=(), max_length=50)
    answers: dict[str, bool] = Field(default_factory=dict, max_length=40)
    notes: dict[str, Annotated[str, Field(max_length=1_000)]] = Field(default_factory=dict, max_length=40)
    reason: Reason = ""


class IdeaPage(PageOut):
    ideas: list[IdeaLine]


@router.get("")
async def find_ideas(
    request: Api,
    call_id: Annotated[str | None, Query(max_length=26)] = None,
    stage: IdeaStageName | None = None,
    mine: bool = False,
    after: Cursor = None,
    limit: Limit = 50,
) -> IdeaPage:
    """The ideas the asker may know of, newest first; `after` of one page asks for the next."""

    def read_ideas(session: Session, actor: Actor) -> IdeaPage:
        page = list_ideas(session, WantedIdeas(call_id, stage, mine), Slice(after, limit), actor=actor)
        blind = list_blind(session, page.rows, actor)
        return IdeaPage(ideas=[show_line(idea, blind=idea.id in blind) for idea in page.rows], after=page.after)

    return await request.read(read_ideas)


@router.post("", status_code=201, response_model=IdeaOut, responses={404: {}})
async def add_draft(body: DraftIn, request: DraftingApi) -> JSONResponse:
    """Draft an idea; nobody but its team sees it."""
    return await request.write(lambda s, a: show_context(s, draft_idea(s, body.call_id, body.read(), actor=a), a), status=201)


@router.get("/{idea_id}", response_model=IdeaOut)
async def show(idea_id: Id, request: Api) -> JSONResponse:
    """An idea, with its version as ETag."""
    return await request.read_versioned(lambda s, a: show_idea(s, idea_id, a))


@router.get("/{idea_id}/history")
async def show_decisions(idea_id: Id, request: Api) -> list[DecisionOut]:
    """What was decided on an idea, oldest first, as far as the asker may know."""
    return await request.read(lambda s, a: show_history(s, idea_id, a))


@router.put("/{idea_id}", response_model=IdeaOut)
async def revise(idea_id: Id, body: ProposalIn, request: RevisingApi) -> JSONResponse:
    """Replace what a draft says, or put by what completes a returned idea; If-Match must name the version read."""
    return await request.write(
        lambda s, a: show_context(s, revise_idea(s, idea_id, body.read(), actor=a), a), match=(Idea, idea_id), must_match=True
    )


@router.post("/{idea_id}/submission", response_model=IdeaOut)
async def submit(idea_id: Id, request: MatchingApi, body: SubmissionIn | None = None) -> JSONResponse:
    """Hand a draft in, once everybody who was asked to join has answered, or without those who have not."""
    without = body is not None and body.without_unanswered
    return await request.write(
        lambda s, a: show_context(s, submit_idea(s, idea_id, without_unanswered=without, actor=a), a), match=(Idea, idea_id)
    )


@router.post("/{idea_id}/agreement", response_model=IdeaOut)
async def answer_team_invitation(idea_id: Id, body: AgreementIn, request: MatchingApi) -> JSONResponse:
    """Join the team that one is asked to join, with the share and role that are offered, or stay out."""
    joins = body.outcome == "joined"
    return await request.write(
        lambda s, a: show_context(s, answer_invitation(s, idea_id, joins=joins, reason=body.reason, actor=a), a), match=(Idea, idea_id)
    )


@router.post("/{idea_id}/withdrawal", response_model=IdeaOut)
async def withdraw(idea_id: Id, body: ReasonIn, request: MatchingApi) -> JSONResponse:
    """Take an idea back."""
    return await request.write(
        lambda s, a: show_context(s, withdraw_idea(s, idea_id, reason=body.reason, actor=a), a), match=(Idea, idea_id)
    )


@router.post("/{idea_id}/permission", response_model=IdeaOut)
async def permit(idea_id: Id, body: PermissionIn, request: MatchingApi) -> JSONResponse:
    """Grant or refuse the unit's permission."""
    granted = body.outcome == "granted"
    return await request.write(
        lambda s, a: show_context(s, permit_idea(s, idea_id, granted=granted, reason=body.reason, actor=a), a), match=(Idea, idea_id)
    )


@router.post("/{idea_id}/screening", response_model=IdeaOut)
async def screen(idea_id: Id, body: ScreeningIn, request: MatchingApi) -> JSONResponse:
    """Accept, return for completion, close as duplicate, or reject."""
    findings = Findings(body.answers, body.notes, body.reason, body.parts)
    return await request.write(
        lambda s, a: show_context(s, screen_idea(s, idea_id, body.outcome, findings, actor=a), a), match=(Idea, idea_id)
    )


@router.post("/{idea_id}/supplement", response_model=IdeaOut)
async def supplement(idea_id: Id, body: SupplementIn, request: MatchingApi) -> JSONResponse:
    """Answer a request for completion; where title, budget or team change, put it by first (PUT), and send it when the team has agreed."""
    without = body.without_unanswered
    return await request.write(
        lambda s, a: show_context(s, supplement_idea(s, idea_id, body.read(), without_unanswered=without, actor=a), a),
        match=(Idea, idea_id),
    )
