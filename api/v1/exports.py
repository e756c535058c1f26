"""Units and people as files to take out, in the columns that the import reads; each time as a fact."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response
from sqlmodel import Session

from api.access import Api, ApiRequest
from api.export_files import send_export
from api.v1 import PREFIX
from models.people import Role
from models.units import Unit
from workflows.region.export import Exported, begin_export
from workflows.region.sheet_writing import MEDIA, Kind

router = APIRouter(prefix=PREFIX + "/exports", tags=["region"])
FileFormat = Literal["csv", "xlsx"]  # spelled out, as the description knows another Kind
UnitCode = Annotated[str, Query(max_length=60)]
BYTES = {"schema": {"type": "string", "format": "binary"}}
FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file.", "content": {MEDIA[kind].partition(";")[0]: BYTES for kind in Kind}}
}


@router.get("/people", response_class=Response, responses=FILE)
async def export_people(request: Api, unit_code: UnitCode = "", format: FileFormat = "csv") -> Response:
    """The people of a unit and of all below it, with their numbers, as CSV or XLSX; of the whole region where no unit is named.

    For admins over the unit. That the file was given is a fact of the ledger and a line of the security log.
    """
    return await _give(request, Exported.PEOPLE, unit_code, Kind(format))


@router.get("/units", response_class=Response, responses=FILE)
async def export_units(request: Api, unit_code: UnitCode = "", format: FileFormat = "csv") -> Response:
    """A unit and all below it, as CSV or XLSX; the whole region where no unit is named.

    For admins over the unit. That the file was given is a fact of the ledger.
    """
    return await _give(request, Exported.UNITS, unit_code, Kind(format))


async def _give(request: ApiRequest, what: Exported, unit_code: str, kind: Kind) -> Response:
    def begin(session: Session) -> Unit:
        actor = request.actor(session)
        actor.require(Role.ADMIN)
        return begin_export(session, what, unit_code, kind, actor=actor)

    return await send_export(request, what, await request.write_publicly(begin), kind)
