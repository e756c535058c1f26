"""Units and people as a file to take out, in the columns that the import reads."""

import tempfile
from collections.abc import Iterator
from typing import Any, BinaryIO

from fastapi import APIRouter
from fastapi.responses import Response, StreamingResponse
from sqlmodel import Session, col, select

from api.pages.forms import FormView
from api.pages.reading import require_readable
from api.pages.refused import RefusedForm, attempt
from api.pages.render import page
from api.pages.session import FormResult, Page, PageRequest, PostedForm, Unconfirmed
from models.instants import today
from models.people import Role
from models.units import Unit
from workflows.process.actors import Actor
from workflows.region.export import Exported, begin_export, write_export
from workflows.region.sheet_writing import MEDIA, Kind

router = APIRouter(include_in_schema=False)
EXPORT = "/ekspor"
NAMED = {Exported.PEOPLE: "pegawai", Exported.UNITS: "unit"}
AT_ONCE = 64 * 1024


@router.get(EXPORT)
async def show_export(request: Page) -> Response:
    """The form that asks for a file, for admins."""
    return await _show(request)


@router.post(EXPORT)
async def give_file(request: PostedForm) -> Response:
    """Note that the file leaves the house, then give it; each time it is asked for."""
    form = request.form
    what, kind, code = form.choice("what", tuple(Exported)), form.choice("kind", tuple(Kind)), form.text("unit_code", 60)
    found: list[Unit] = []

    def begin(session: Session) -> None:
        actor = request.actor(session)
        request.require_own_form()
        actor.require(Role.ADMIN)
        if not code:
            form.wrong["unit_code"] = "choice_missing"
        require_readable(form)
        found.append(begin_export(session, Exported(what), code, Kind(kind), actor=actor))
        if request.is_switch:
            raise Unconfirmed  # and nothing is noted

    async def take() -> FormResult:
        await request.write_publicly(begin)
        return FormResult(to=EXPORT)

    async def give(_result: FormResult) -> Response:
        file = await request.read(lambda session, _actor: _write(session, Exported(what), found[-1], Kind(kind)))
        plain = "".join(sign for sign in found[-1].code if sign.isascii() and (sign.isalnum() or sign in "-_."))
        name = f"{NAMED[Exported(what)]}-{plain}-{today():%Y%m%d}.{kind}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return StreamingResponse(_stream(file), media_type=MEDIA[Kind(kind)], headers=headers)

    return await attempt("export", request, take, lambda refused: _show(request, refused=refused), give)


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


def _list_units(session: Session, actor: Actor) -> list[tuple[str, str]]:
    """The units over which somebody is an admin, from the top down; raises Forbidden for who is none."""
    actor.require(Role.ADMIN)
    units = session.exec(select(Unit).order_by(col(Unit.parent_id).is_not(None), col(Unit.name), col(Unit.code)))
    return [(unit.code, unit.name) for unit in units if actor.holds(Role.ADMIN, unit.path)]


async def _show(request: PageRequest, *, refused: RefusedForm | None = None) -> Response:
    visitor, units = await request.read_page(_list_units)
    form, status = (refused.view(), refused.status) if refused else (FormView("export"), 200)
    values: dict[str, Any] = {"form": form, "units": units, "exported": tuple(Exported), "kinds": tuple(Kind)}
    return page(visitor, "region/export.html", status=status, wrong=refused, posted=refused is not None, **values)
