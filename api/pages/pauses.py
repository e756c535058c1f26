"""Pauses of clocks: those that are or were, for everybody signed in; and the form with which an admin declares one."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from api.pages.forms import FormView
from api.pages.refused import RefusedForm, attempt
from api.pages.render import page, read_done
from api.pages.session import FormResult, Page, PageRequest, PostedForm
from models.instants import today
from workflows.process.actors import Actor
from workflows.region.pauses import NewPause, declare_pause, declares_pauses, list_causes, list_declared

router = APIRouter(include_in_schema=False)
PAUSES = "/jeda"


@router.get(PAUSES)
async def show_pauses(request: Page, ok: str = "") -> Response:
    """The pauses, the last first."""
    return await _page(request, done=read_done(ok))


@router.post(PAUSES)
async def declare(request: PostedForm) -> Response:
    """Declare a pause."""
    form = request.form
    first, last = form.day("first_day"), form.day("last_day")
    form.require("cause", "unit_code", "reason")
    cause, unit, call = form.text("cause", 100), form.text("unit_code", 100), form.text("call_code", 100)
    new = NewPause(cause, unit, call, first or today(), last or today(), form.text("reason", 2_000))

    def act(session: Session, actor: Actor) -> FormResult:
        declare_pause(session, new, actor=actor)
        return FormResult(to=PAUSES, done="pause_declared")

    return await attempt("declare_pause", request, lambda: request.act(act), lambda refused: _page(request, refused=refused))


async def _page(request: PageRequest, *, refused: RefusedForm | None = None, done: str = "") -> Response:
    def read(session: Session, actor: Actor) -> dict[str, Any]:
        lines, waiting = list_declared(session, actor=actor), list_declared(session, actor=actor, is_waiting=True)
        declares = declares_pauses(actor)
        named = list_causes(session) if declares else []
        causes = [(each.name, each.label if request.language == "id" else each.label_en, "") for each in named]
        return {"lines": lines, "waiting": waiting, "declares": declares, "causes": causes}

    visitor, values = await request.read_page(read)
    form = refused.view() if refused and refused.name == "declare_pause" else FormView("declare_pause")
    shown: dict[str, Any] = {"form": form, "wrong": refused, "done": done, "posted": refused is not None}
    return page(visitor, "region/pauses.html", status=refused.status if refused else 200, **values, **shown)
