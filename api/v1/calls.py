"""Calls: plan, open, amend, sign, close; and reading calls with the versions of their policies."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlmodel import Session, col, select

from api.access import Api, ApiRequest, Head
from api.v1 import PREFIX
from api.v1.policies import PolicyGiven
from api.v1.region import Code
from api.v1.shapes import Cursor, Id, Instant, Limit, PageOut, RequestBody, ResponseBody
from models.calls import Call, CallState, PolicyVersion
from workflows.process.actors import Actor
from workflows.process.keyset import Order, Slice, take_page
from workflows.region.calls import NewCall, amend_policy, close_call, current_policy, get_call, open_call, plan_call
from workflows.region.signatures import list_versions, sign_policy

router = APIRouter(prefix=PREFIX + "/calls", tags=["calls"])
PlanningApi = Annotated[ApiRequest, Depends(Head(creates="/calls/{id}"))]
LAST_OPENED_FIRST = Order(Call, "opens_at")
Number = Annotated[int, Path(ge=1, le=1_000_000)]


class CallIn(RequestBody):
    code: Code
    title: str = Field(max_length=2_000)
    unit_code: str = Field(max_length=60)
    opens_at: Instant
    closes_at: Instant
    policy: PolicyGiven


class PolicyIn(RequestBody):
    policy: PolicyGiven


class CallLine(ResponseBody):
    id: str
    code: str
    title: str
    unit_id: str
    opens_at: datetime
    closes_at: datetime
    state: CallState
    archived_at: datetime | None


class CallPage(PageOut):
    calls: list[CallLine]


class CallOut(CallLine):
    """A call with the policy that counts, or while none is signed its newest: what an idea must say and how it will be judged."""

    policy_number: int
    policy: dict[str, Any]


class VersionLine(ResponseBody):
    """Who wrote and who signed a version; without `signed_by` it came into force before signatures were asked for.

    `amends` and `reason` say of an amendment, which is for ideas under way, what it was made from and why.
    """

    number: int
    author_id: str | None
    created_at: datetime
    signed_by: str | None
    signed_at: datetime | None
    signed_sha256: str | None
    amends: int | None
    reason: str | None


class VersionOut(VersionLine):
    """A version with what it says."""

    policy: dict[str, Any]


class VersionList(ResponseBody):
    versions: list[VersionLine]


@router.get("")
async def find_calls(
    request: Api, state: CallState | None = None, archived: bool = False, after: Cursor = None, limit: Limit = 50
) -> CallPage:
    """The calls, those that opened last first; those that were put away only where asked for (`archived`), and then they alone."""

    def read_calls(session: Session, _actor: Actor) -> CallPage:
        query = select(Call).where(col(Call.archived_at).is_not(None) if archived else col(Call.archived_at).is_(None))
        if state:
            query = query.where(Call.state == state)
        page = take_page(session, query, LAST_OPENED_FIRST, Slice(after, limit))
        return CallPage(calls=[CallLine.model_validate(call, from_attributes=True) for call in page.rows], after=page.after)

    return await request.read(read_calls)


@router.post("", status_code=201, response_model=CallOut)
async def add_call(body: CallIn, request: PlanningApi) -> JSONResponse:
    """Plan a call with its policy."""
    new = NewCall(**body.model_dump())
    return await request.write(lambda s, a: read_call(s, plan_call(s, new, actor=a).id), status=201)


@router.get("/{call_id}")
async def show_call(call_id: Id, request: Api) -> CallOut:
    """A call and its current policy."""
    return await request.read(lambda s, a: read_call(s, call_id))


@router.post("/{call_id}/opening", response_model=CallOut)
async def start_call(call_id: Id, request: Api) -> JSONResponse:
    """Open a call whose policy is signed: ideas may be drafted, and submitted between its dates."""
    return await request.write(lambda s, a: read_call(s, open_call(s, call_id, actor=a).id))


@router.post("/{call_id}/closing", response_model=CallOut)
async def end_call(call_id: Id, request: Api) -> JSONResponse:
    """Close a call before its last instant."""
    return await request.write(lambda s, a: read_call(s, close_call(s, call_id, actor=a).id))


@router.get("/{call_id}/policies")
async def show_versions(call_id: Id, request: Api) -> VersionList:
    """The versions of a call's policy, newest first, with who wrote and who signed each."""

    def read_versions(session: Session, actor: Actor) -> VersionList:
        versions = list_versions(session, call_id, actor=actor)
        return VersionList(versions=[VersionLine.model_validate(each, from_attributes=True) for each in versions])

    return await request.read(read_versions)


@router.post("/{call_id}/policies", status_code=201, response_model=VersionOut)
async def add_policy(call_id: Id, body: PolicyIn, request: Api) -> JSONResponse:
    """A new version of the policy, for ideas drafted once it is signed."""
    return await request.write(lambda s, a: show_version(amend_policy(s, call_id, body.policy, actor=a)), status=201)


@router.post("/{call_id}/policies/{number}/signature", response_model=VersionOut)
async def add_signature(call_id: Id, number: Number, request: Api) -> JSONResponse:
    """Sign a version as chair or leader; its author may not."""
    return await request.write(lambda s, a: show_version(sign_policy(s, call_id, number, actor=a)))


def show_version(version: PolicyVersion) -> VersionOut:
    """A version with what it says."""
    line = VersionLine.model_validate(version, from_attributes=True)
    return VersionOut(**line.model_dump(), policy=version.body)


def read_call(session: Session, call_id: str) -> CallOut:
    """A call with the policy that counts."""
    call, _unit = get_call(session, call_id)
    version = current_policy(session, call.id)
    line = CallLine.model_validate(call, from_attributes=True)
    return CallOut(**line.model_dump(), policy_number=version.number, policy=version.body)
