"""The region's ceilings for awards: those in force, those before, and the form with which the leader sets new ones."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session, col, select

from api.pages.forms import FormView
from api.pages.refused import RefusedForm, attempt
from api.pages.render import page, read_done
from api.pages.session import FormResult, Page, PageRequest, PostedForm
from models.people import Person
from workflows.process.actors import Actor
from workflows.region.ceilings import NewCeiling, list_ceilings, may_set, set_ceiling

router = APIRouter(include_in_schema=False)
CEILINGS = "/batas-penghargaan"


@router.get(CEILINGS)
async def show_ceilings(request: Page, ok: str = "") -> Response:
    """The ceilings, for everybody signed in."""
    return await _ceilings_page(request, done=read_done(ok))


@router.post(CEILINGS)
async def change_ceilings(request: PostedForm) -> Response:
    """Set new ceilings."""
    form = request.form
    form.require("tier_rupiah", "call_rupiah")
    new = NewCeiling(form.rupiah("tier_rupiah"), form.rupiah("call_rupiah"), form.text("basis", 2_000))

    def act(session: Session, actor: Actor) -> FormResult:
        set_ceiling(session, new, actor=actor)
        return FormResult(to=CEILINGS, done="ceiling_set")

    async def show(refused: RefusedForm) -> Response:
        return await _ceilings_page(request, refused=refused)

    return await attempt("ceiling", request, lambda: request.act(act), show)


async def _ceilings_page(request: PageRequest, *, refused: RefusedForm | None = None, done: str = "") -> Response:
    def read_ceilings(session: Session, actor: Actor) -> dict[str, Any]:
        ceilings = list_ceilings(session)
        people = select(Person).where(col(Person.id).in_({each.set_by for each in ceilings}))
        names = {person.id: person.full_name for person in session.exec(people)}
        return {"ceilings": ceilings, "names": names, "sets": may_set(session, actor)}

    visitor, values = await request.read_page(read_ceilings)
    form = refused.view() if refused else FormView("ceiling")
    shown: dict[str, Any] = {"form": form, "wrong": refused, "done": done, "posted": refused is not None}
    return page(visitor, "calls/ceilings.html", status=refused.status if refused else 200, **values, **shown)
