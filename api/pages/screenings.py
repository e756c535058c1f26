"""Accept many ideas at the screening: choose them, see what would come of each, then do it."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session, col, select

from api.pages.forms import FormView
from api.pages.listed import list_rows
from api.pages.refused import RefusedForm, attempt
from api.pages.render import page
from api.pages.session import FormResult, Page, PageRequest, PostedForm, Unconfirmed, redirect_to
from models.calls import Call
from workflows.intake.screen_many import Accepted, accept_many, list_to_screen
from workflows.process.actors import Actor
from workflows.process.context import read_policy_of

router = APIRouter(include_in_schema=False)
SCREENING = "/seleksi"


@router.get(SCREENING)
async def show_waiting(request: Page) -> Response:
    """The ideas whose screening waits for the reader, to be chosen from."""
    return await _choose_page(request)


@router.post(SCREENING)
async def accept(request: PostedForm) -> Response:
    """Try out what would come of it, and, once that was confirmed, accept the ideas that were chosen."""
    form = request.form
    chosen = [idea_id[:26] for idea_id, value in form.under("idea_ids").items() if value == "yes"]
    if form.text("confirmed", 3) == "no":
        return await _choose_page(request, refused=RefusedForm("accept_many", 200, form, {}, is_resent=True))
    found: list[Accepted] = []
    request.is_trial = form.text("confirmed", 3) != "yes"

    def act(session: Session, actor: Actor) -> FormResult:
        found[:] = accept_many(session, chosen, actor=actor)
        return FormResult(to="/kotak-masuk", done="many_accepted")

    async def show(result: FormResult) -> Response:
        if all(each.refusal is None for each in found):
            return redirect_to(result)
        return await _outcome_page(request, found, is_done=True)

    try:
        return await attempt("accept_many", request, lambda: request.act(act), lambda refused: _choose_page(request, refused=refused), show)
    except Unconfirmed:
        return await _outcome_page(request, found)


async def _choose_page(request: PageRequest, *, refused: RefusedForm | None = None) -> Response:
    def read(session: Session, actor: Actor) -> list[dict[str, Any]]:
        ideas = list_to_screen(session, actor=actor)
        rows = {row.idea.id: row for row in list_rows(session, ideas, actor)}
        titles = dict(session.exec(select(Call.id, Call.title).where(col(Call.id).in_({idea.call_id for idea in ideas}))).all())
        groups: dict[tuple[str, str], dict[str, Any]] = {}
        for idea in ideas:
            about = {"call": titles[idea.call_id], "policy": read_policy_of(session, idea), "rows": []}
            groups.setdefault((idea.call_id, idea.policy_id), about)["rows"].append(rows[idea.id])
        return list(groups.values())

    visitor, groups = await request.read_page(read)
    view = refused.view() if refused else FormView("accept_many")
    status = refused.status if refused else 200
    values: dict[str, Any] = {"groups": groups, "view": view, "wrong": refused if refused and refused.errors else None}
    return page(visitor, "intake/screen_many.html", status=status, posted=refused is not None, **values)


async def _outcome_page(request: PageRequest, found: list[Accepted], *, is_done: bool = False) -> Response:
    """What would come of it, with the button that does it; or what came of it, where some were refused."""
    visitor, _ = await request.read_page(lambda _session, _actor: None)
    accepted, kept_out = ([each for each in found if (each.refusal is None) == is_accepted] for is_accepted in (True, False))
    kept = [(f"idea_ids.{each.idea_id}", "yes") for each in accepted]
    values: dict[str, Any] = {"accepted": accepted, "kept_out": kept_out, "is_done": is_done, "kept": kept, "resend": kept}
    view = FormView("accept_many")
    return page(visitor, "intake/screened_many.html", view=view, posted=True, target=SCREENING, **values)
