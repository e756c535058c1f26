"""Units and people as a file that leaves the house: noted first, then written row by row, then sent in pieces."""

import tempfile
from collections.abc import Iterator
from typing import BinaryIO

from fastapi.responses import StreamingResponse
from sqlmodel import Session

from api.access import ApiRequest
from models.instants import today
from models.units import Unit
from workflows.region.export import Exported, write_export
from workflows.region.sheet_writing import MEDIA, Kind

NAMED = {Exported.PEOPLE: "pegawai", Exported.UNITS: "unit"}
AT_ONCE = 64 * 1024


async def send_export(request: ApiRequest, what: Exported, unit: Unit, kind: Kind) -> StreamingResponse:
    """The file of a unit and everything below it, once `begin_export` noted that it is given; stored nowhere on its way."""
    file = await request.read(lambda session, _actor: _write(session, what, unit, kind))
    plain = "".join(sign for sign in unit.code if sign.isascii() and (sign.isalnum() or sign in "-_."))
    name = f"{NAMED[what]}-{plain}-{today():%Y%m%d}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingResponse(_stream(file), media_type=MEDIA[kind], headers=headers)


def _write(session: Session, what: Exported, unit: Unit, kind: Kind) -> BinaryIO:
    """The table in a file without a name, which is gone as soon as it is closed."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed once it is sent
    write_export(session, what, unit, kind, file)
    file.seek(0)
    return file


def _stream(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while part := file.read(AT_ONCE):
            yield part
