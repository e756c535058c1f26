"""A call's later life: its end moved, put away and brought back, amended for ideas under way; and what happened to it."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlmodel import Session

from api.access import Api
from api.v1 import PREFIX
from api.v1.calls import CallOut, Number, VersionOut, read_call, show_version
from api.v1.shapes import Id, Instant, RequestBody, ResponseBody
from models.calls import CallChangeKind
from workflows.process.actors import Actor
from workflows.process.amending import count_by_stage
from workflows.process.moving import Move
from workflows.process.refusals import NotFound
from workflows.region.amendments import NewAmendment, amend_running, preview_amendment
from workflows.region.call_changes import list_changes
from workflows.region.call_life import archive_call, extend_call, restore_call
from workflows.region.calls import get_call
from workflows.region.differences import Leaf
from workflows.region.signatures import list_versions

router = APIRouter(prefix=PREFIX + "/calls", tags=["calls"])
FIRST = 20  # ideas of those an amendment touches
AmendedValue = int | str | list[str] | None


class ExtensionIn(RequestBody):
    until: Instant
    reason: str = Field(max_length=2_000)


class AmendmentIn(RequestBody):
    """New values by the paths of a policy's parts: `{"days.review": 21, "documents.signatory.name": "Ratna Kusuma"}`."""

    amends: int = Field(ge=1, le=1_000_000)
    changes: dict[str, AmendedValue] = Field(max_length=50)
    reason: str = Field(max_length=2_000)


class ChangeLine(ResponseBody):
    """What happened to a call; `number` is the version that an amendment signed, the ends are those of an extension."""

    kind: CallChangeKind
    reason: str
    closes_before: datetime | None
    closes_at: datetime | None
    number: int | None
    at: datetime


class ChangeList(ResponseBody):
    changes: list[ChangeLine]


class AmendedPart(ResponseBody):
    """A part that an amendment changes, by its way through the policy."""

    place: list[str]
    before: Leaf
    after: Leaf


class TouchedIdea(ResponseBody):
    """An idea under way that an amendment will touch, with its own date and how many people's dates move."""

    id: str
    code: str | None
    title: str
    stage: str
    due_before: datetime | None
    due_at: datetime | None
    tasks: int


class AmendmentOut(ResponseBody):
    """What an amendment changes, and while it is not signed whom it would touch now: all by stage, and the first twenty."""

    number: int
    amends: int
    reason: str
    changes: list[AmendedPart]
    ideas: int
    by_stage: dict[str, int]
    first: list[TouchedIdea]


@router.post("/{call_id}/extension", response_model=CallOut)
async def extend_submission(call_id: Id, body: ExtensionIn, request: Api) -> JSONResponse:
    """Move the end of a call later, with a reason that everybody may read.

    Told are those who hold a draft in it, and of each unit with an idea under way the nearest head, with whoever acts for them.
    """
    return await request.write(lambda s, a: read_call(s, extend_call(s, call_id, body.until, body.reason, actor=a).id))


@router.post("/{call_id}/archiving", response_model=CallOut)
async def put_away(call_id: Id, request: Api) -> JSONResponse:
    """Put a closed call away once nothing in it is under way: it leaves the lists."""
    return await request.write(lambda s, a: read_call(s, archive_call(s, call_id, actor=a).id))


@router.post("/{call_id}/restoring", response_model=CallOut)
async def bring_back(call_id: Id, request: Api) -> JSONResponse:
    """Bring a call that was put away back into the lists."""
    return await request.write(lambda s, a: read_call(s, restore_call(s, call_id, actor=a).id))


@router.get("/{call_id}/changes")
async def show_changes(call_id: Id, request: Api) -> ChangeList:
    """What happened to a call and why, the last first."""

    def read_changes(session: Session, _actor: Actor) -> ChangeList:
        call, _unit = get_call(session, call_id)
        found = list_changes(session, call.id)
        return ChangeList(changes=[ChangeLine.model_validate(each, from_attributes=True) for each in found])

    return await request.read(read_changes)


@router.post("/{call_id}/amendments", status_code=201, response_model=VersionOut)
async def add_amendment(call_id: Id, body: AmendmentIn, request: Api) -> JSONResponse:
    """Amend a version for the ideas under way that are held to it: longer waits, another signatory; a second person signs it."""
    new = NewAmendment(**body.model_dump())
    return await request.write(lambda s, a: show_version(amend_running(s, call_id, new, actor=a)), status=201)


@router.get("/{call_id}/amendments/{number}")
async def show_amendment(call_id: Id, number: Number, request: Api) -> AmendmentOut:
    """What an amendment changes, and whom it touches while it waits for its signature."""

    def read_amendment(session: Session, actor: Actor) -> AmendmentOut:
        version = next((each for each in list_versions(session, call_id, actor=actor) if each.number == number), None)
        if version is None or version.amends is None:
            raise NotFound("version_not_found")
        found = preview_amendment(session, call_id, version)
        parts = [AmendedPart(place=[step.name for step in each.place], before=each.before, after=each.after) for each in found.differences]
        return AmendmentOut(
            number=number,
            amends=version.amends,
            reason=version.reason or "",
            changes=parts,
            ideas=len(found.moves),
            by_stage=count_by_stage(found.moves),
            first=[_show_touched(move) for move in found.moves[:FIRST]],
        )

    return await request.read(read_amendment)


def _show_touched(move: Move) -> TouchedIdea:
    said: dict[str, Any] = {name: getattr(move.idea, name) for name in ("id", "code", "title", "stage")}
    return TouchedIdea(**said, due_before=move.idea.due_at, due_at=move.due_at, tasks=move.tasks_of_idea)
