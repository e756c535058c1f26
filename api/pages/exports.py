"""Units and people as a file to take out, in the columns that the import reads."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session, col, select

from api.export_files import send_export
from api.pages.forms import FormView
from api.pages.reading import require_readable
from api.pages.refused import RefusedForm, attempt
from api.pages.render import page
from api.pages.session import FormResult, Page, PageRequest, PostedForm, Unconfirmed
from models.people import Role
from models.units import Unit
from workflows.process.actors import Actor
from workflows.region.export import Exported, begin_export
from workflows.region.sheet_writing import Kind

router = APIRouter(include_in_schema=False)
EXPORT = "/ekspor"


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
        return await send_export(request, Exported(what), found[-1], Kind(kind))

    return await attempt("export", request, take, lambda refused: _show(request, refused=refused), give)


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
