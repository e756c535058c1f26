"""Claims that an idea which was determined was one's own rejected one first: filed, taken back, decided; and rejected ideas reopened."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field

from api.access import Api, MatchingApi
from api.v1 import PREFIX
from api.v1.shapes import Id, IdeaOut, ReasonIn, RequestBody, ResponseBody, show_context
from models.claims import AdoptionClaim, ClaimState
from models.ideas import Idea
from workflows.intake.claim_lists import ListedClaim, Originator, Watched, list_claims, read_watched
from workflows.intake.claims import claim_idea, decide_claim, file_claim, withdraw_claim
from workflows.process.context import read_context
from workflows.review.reopen import reopen_idea

router = APIRouter(prefix=PREFIX, tags=["intake"])


class ClaimIn(RequestBody):
    """Why the determined idea, named by its code, was one's own first."""

    adopted: str = Field(max_length=60)
    reason: str = Field(max_length=4_000)


class ClaimFilingIn(RequestBody):
    reason: str = Field(max_length=4_000)


class ClaimDecisionIn(RequestBody):
    outcome: Literal["upheld", "dismissed"]
    reason: str = Field(max_length=4_000)


class ClaimOut(ResponseBody):
    """A claim as it was changed: its state, and until when it may be filed or is to be decided."""

    id: str
    idea_id: str
    state: ClaimState
    due_at: datetime
    filed_at: datetime | None
    settled_at: datetime | None


class ListedClaimOut(ResponseBody):
    """A claim as the asker may know of it.

    `adopted_id`, `adopted_code`, `adopted_title` and `adopted_unit` are null where they may not know which idea was determined; where
    `sees_adopted` is false they know it as its colleague. `words` and `likeness` are for who decides, and `is_changed` says that the first
    idea was changed after its receipt.
    """

    id: str
    idea_id: str
    idea_code: str | None
    idea_title: str
    state: ClaimState
    adopted_at: datetime
    adopted_id: str | None
    adopted_code: str | None
    adopted_title: str | None
    adopted_unit: str | None
    sees_adopted: bool
    told_at: datetime | None
    due_at: datetime | None
    is_late: bool
    reason: str
    filed_at: datetime | None
    filed_by: str | None
    end_reason: str
    settled_at: datetime | None
    settled_by: str | None
    words: Sequence[str]
    likeness: str | None
    is_changed: bool
    has_decider: bool
    may_file: bool
    may_withdraw: bool
    may_decide: bool


class OriginatorOut(ResponseBody):
    """Who had a determined idea first; `idea_id` is null where the asker may not see their idea."""

    name: str
    code: str
    idea_id: str | None
    received_at: datetime
    upheld_at: datetime
    decided_by: str
    reason: str


class WatchedOut(ResponseBody):
    """What stands beside an idea of the adoption watch: until when a rejected one is kept, its claims, who had a determined one first."""

    kept_until: datetime | None
    may_claim: bool
    claims: Sequence[ListedClaimOut]
    originators: Sequence[OriginatorOut]


@router.get("/claims")
async def show_claims(request: Api) -> Sequence[ListedClaimOut]:
    """The claims that concern the asker, what waits for them first."""
    return await request.read(lambda s, a: [_show_listed(each) for each in list_claims(s, actor=a)])


@router.get("/ideas/{idea_id}/claims")
async def show_watched(idea_id: Id, request: Api) -> WatchedOut:
    """What stands beside an idea of the adoption watch and of claims."""
    return await request.read(lambda s, a: _show_watched(read_watched(s, read_context(s, idea_id, actor=a), actor=a)))


@router.post("/ideas/{idea_id}/claims", status_code=201, response_model=ClaimOut)
async def claim(idea_id: Id, body: ClaimIn, request: Api) -> JSONResponse:
    """Claim a determined idea that one may see, for one's own rejected one."""
    return await request.write(lambda s, a: _show(claim_idea(s, idea_id, body.adopted, body.reason, actor=a)), status=201)


@router.post("/ideas/{idea_id}/reopening", response_model=IdeaOut)
async def reopen(idea_id: Id, body: ReasonIn, request: MatchingApi) -> JSONResponse:
    """Bring a rejected idea back into the screening because circumstances changed."""
    return await request.write(lambda s, a: show_context(s, reopen_idea(s, idea_id, reason=body.reason, actor=a), a), match=(Idea, idea_id))


@router.post("/claims/{claim_id}/filing", response_model=ClaimOut)
async def file_told_claim(claim_id: Id, body: ClaimFilingIn, request: Api) -> JSONResponse:
    """File a claim that one was told of."""
    return await request.write(lambda s, a: _show(file_claim(s, claim_id, body.reason, actor=a)))


@router.post("/claims/{claim_id}/withdrawal", response_model=ClaimOut)
async def take_claim_back(claim_id: Id, request: Api) -> JSONResponse:
    """Take a claim back, or say that one claims nothing."""
    return await request.write(lambda s, a: _show(withdraw_claim(s, claim_id, actor=a)))


@router.post("/claims/{claim_id}/decision", response_model=ClaimOut)
async def decide_filed_claim(claim_id: Id, body: ClaimDecisionIn, request: Api) -> JSONResponse:
    """Uphold a claim or dismiss it, with reasons."""
    upholds = body.outcome == "upheld"
    return await request.write(lambda s, a: _show(decide_claim(s, claim_id, upholds=upholds, reason=body.reason, actor=a)))


def _show(row: AdoptionClaim) -> ClaimOut:
    return ClaimOut.model_validate(row, from_attributes=True)


def _show_listed(each: ListedClaim) -> ListedClaimOut:
    row, adopted = each.row, each.adopted
    return ListedClaimOut(
        id=row.id,
        idea_id=each.idea.id,
        idea_code=each.idea.code,
        idea_title=each.idea.title,
        state=row.state,
        adopted_at=row.adopted_at,
        adopted_id=adopted.id if adopted else None,
        adopted_code=adopted.code if adopted else None,
        adopted_title=adopted.title if adopted else None,
        adopted_unit=each.unit or None,
        sees_adopted=each.is_seen,
        told_at=row.told_at,
        due_at=each.due_at,
        is_late=each.is_late,
        reason=row.reason,
        filed_at=row.filed_at,
        filed_by=each.filed_by or None,
        end_reason=row.end_reason,
        settled_at=row.settled_at,
        settled_by=each.settled_by or None,
        words=each.words,
        likeness=each.likeness or None,
        is_changed=each.is_changed,
        has_decider=each.has_decider,
        may_file=each.may_file,
        may_withdraw=each.may_withdraw,
        may_decide=each.may_decide,
    )


def _show_watched(found: Watched) -> WatchedOut:
    return WatchedOut(
        kept_until=found.until,
        may_claim=found.may_claim,
        claims=[_show_listed(each) for each in found.claims],
        originators=[_show_originator(each) for each in found.originators],
    )


def _show_originator(each: Originator) -> OriginatorOut:
    return OriginatorOut.model_validate(each, from_attributes=True)
