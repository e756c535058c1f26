"""What waits for a second person, each with the two buttons."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from api.pages.forms import FormView
from api.pages.people import show_code
from api.pages.refused import RefusedForm, attempt
from api.pages.render import page, read_done
from api.pages.session import FormResult, Page, PageRequest, PostedForm
from workflows.process.actors import Actor
from workflows.region.confirmations import confirm, find_person, list_confirmations, refuse

router = APIRouter(include_in_schema=False)
CONFIRMATIONS = "/konfirmasi"


@router.get(CONFIRMATIONS)
async def show_confirmations(request: Page, ok: str = "") -> Response:
    """What the reader may confirm, began, or would get."""
    return await _page(request, done=read_done(ok))


@router.post(f"{CONFIRMATIONS}/{{confirmation_id}}")
async def settle(confirmation_id: str, request: PostedForm) -> Response:
    """Confirm or refuse; where it was about a code, show it to who confirmed."""
    confirming = request.form.text("do", 20) == "confirm"

    def act(session: Session, actor: Actor) -> FormResult:
        if not confirming:
            refuse(session, confirmation_id, actor=actor)
            return FormResult(to=CONFIRMATIONS, done="confirmation_refused")
        code = confirm(session, confirmation_id, actor=actor)
        if code is None:
            return FormResult(to=CONFIRMATIONS, done="confirmed")
        return FormResult(to=CONFIRMATIONS, activation_code=code, person_id=find_person(session, confirmation_id) or "")

    return await attempt(
        "settle",
        request,
        lambda: request.act(act),
        lambda refused: _page(request, refused=refused),
        lambda result: show_code(request, result),
    )


async def _page(request: PageRequest, *, refused: RefusedForm | None = None, done: str = "") -> Response:
    def read(session: Session, actor: Actor) -> list[Any]:
        return [(row, FormView(f"confirm-{row.id}")) for row in list_confirmations(session, actor=actor)]

    visitor, rows = await request.read_page(read)
    status = refused.status if refused else 200
    return page(visitor, "region/confirmations.html", status=status, wrong=refused, posted=refused is not None, done=done, rows=rows)
