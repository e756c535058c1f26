"""The region's ceilings for awards: read them, set them."""

from datetime import datetime

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlmodel import Session

from api.access import Api
from api.v1 import PREFIX
from api.v1.shapes import Amount, RequestBody, ResponseBody
from models.calls import Ceiling
from workflows.process.actors import Actor
from workflows.region.ceilings import NewCeiling, list_ceilings, set_ceiling

router = APIRouter(prefix=PREFIX + "/ceilings", tags=["calls"])


class CeilingIn(RequestBody):
    """Whole rupiah: for one award, team uplift included, and for all awards of a call; and the regulation they rest on."""

    tier_rupiah: Amount
    call_rupiah: Amount
    basis: str = Field(max_length=2_000)


class CeilingOut(ResponseBody):
    number: int
    tier_rupiah: int
    call_rupiah: int
    basis: str
    set_by: str
    set_at: datetime


class CeilingList(ResponseBody):
    ceilings: list[CeilingOut]


@router.get("")
async def show_ceilings(request: Api) -> CeilingList:
    """The ceilings, those in force first, then those before them."""

    def read_ceilings(session: Session, _actor: Actor) -> CeilingList:
        return CeilingList(ceilings=[_show(each) for each in list_ceilings(session)])

    return await request.read(read_ceilings)


@router.post("", status_code=201, response_model=CeilingOut)
async def add_ceiling(body: CeilingIn, request: Api) -> JSONResponse:
    """Set the ceilings from now on; the leader of the region may."""
    return await request.write(lambda s, a: _show(set_ceiling(s, NewCeiling(**body.model_dump()), actor=a)), status=201)


def _show(ceiling: Ceiling) -> CeilingOut:
    return CeilingOut.model_validate(ceiling, from_attributes=True)
