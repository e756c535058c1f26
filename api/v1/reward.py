"""Reward: propose, approve, decline, schedule, revoke; and reading awards."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlmodel import Session

from api.access import Api, ApiRequest, Head, MatchingApi
from api.v1 import PREFIX
from api.v1.awards import AwardOut, show_award, show_award_row
from api.v1.shapes import (
    AwardStageName,
    Cursor,
    Day,
    Id,
    Instant,
    Limit,
    Reason,
    ReasonIn,
    RequestBody,
)
from api.v1.totals import CountedPage, show_total
from models.awards import Award
from workflows.process.actors import Actor
from workflows.process.keyset import Slice
from workflows.region.decrees import NamedDecree
from workflows.reward.announce import schedule_award
from workflows.reward.approve import approve_award, decline_award
from workflows.reward.browse import WantedAwards, count_awards, list_awards, read_award
from workflows.reward.propose import propose_award
from workflows.reward.revoke import revoke_award

router = APIRouter(prefix=PREFIX, tags=["reward"])
ProposingApi = Annotated[ApiRequest, Depends(Head(creates="/awards/{id}"))]


class ApprovalIn(RequestBody):
    decree_number: str = Field(max_length=2_000)
    decree_on: Day
    decree_sha256: str | None = Field(default=None, max_length=200)


class RefusalIn(RequestBody):
    reason: Reason


class ScheduleIn(RequestBody):
    announce_at: Instant


class AwardPage(CountedPage):
    awards: list[AwardOut]


@router.get("/awards")
async def find_awards(
    request: Api,
    call_id: Annotated[str | None, Query(max_length=26)] = None,
    stage: AwardStageName | None = None,
    after: Cursor = None,
    limit: Limit = 50,
    count: bool = False,
) -> AwardPage:
    """The awards the asker may know of, newest first; those not yet announced are known to those who prepare them."""

    def read_awards(session: Session, actor: Actor) -> AwardPage:
        wanted = WantedAwards(call_id, stage)
        page = list_awards(session, wanted, Slice(after, limit), actor=actor)
        total = show_total(count_awards(session, wanted, actor=actor) if count else None)
        return AwardPage(awards=[show_award_row(session, award) for award, _, _ in page.rows], after=page.after, **total)

    return await request.read(read_awards)


@router.get("/awards/{award_id}", response_model=AwardOut)
async def show(award_id: Id, request: Api) -> JSONResponse:
    """An award with its shares and how it was computed, with its version as ETag."""
    return await request.read_versioned(lambda s, a: show_award(s, read_award(s, award_id, actor=a)))


@router.post("/ideas/{idea_id}/awards", status_code=201, response_model=AwardOut)
async def propose(idea_id: Id, request: ProposingApi) -> JSONResponse:
    """Compute and propose an idea's award."""
    return await request.write(lambda s, a: show_award(s, propose_award(s, idea_id, actor=a)), status=201)


@router.post("/awards/{award_id}/approval", response_model=AwardOut)
async def approve(award_id: Id, body: ApprovalIn, request: MatchingApi) -> JSONResponse:
    """Approve under a decree."""
    decree = NamedDecree(body.decree_number, body.decree_on, body.decree_sha256)
    return await request.write(lambda s, a: show_award(s, approve_award(s, award_id, decree=decree, actor=a)), match=(Award, award_id))


@router.post("/awards/{award_id}/refusal", response_model=AwardOut)
async def decline(award_id: Id, body: RefusalIn, request: MatchingApi) -> JSONResponse:
    """Decline a proposed award."""
    return await request.write(lambda s, a: show_award(s, decline_award(s, award_id, reason=body.reason, actor=a)), match=(Award, award_id))


@router.post("/awards/{award_id}/schedule", response_model=AwardOut)
async def schedule(award_id: Id, body: ScheduleIn, request: MatchingApi) -> JSONResponse:
    """Fix the hour of the announcement."""
    return await request.write(
        lambda s, a: show_award(s, schedule_award(s, award_id, announce_at=body.announce_at, actor=a)), match=(Award, award_id)
    )


@router.post("/awards/{award_id}/revocation", response_model=AwardOut)
async def revoke(award_id: Id, body: ReasonIn, request: MatchingApi) -> JSONResponse:
    """Take an award back; its certificates are withdrawn."""
    return await request.write(lambda s, a: show_award(s, revoke_award(s, award_id, reason=body.reason, actor=a)), match=(Award, award_id))
