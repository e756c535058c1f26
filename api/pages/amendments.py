"""The page on which the secretariat amends what ideas under way are held to: longer waits, another signatory, with whom it touches."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from api.pages.call_life import CALL, keeps_call
from api.pages.final import confirm_page, find_final, is_taken_back
from api.pages.forms import Form, FormView
from api.pages.reading import require_readable
from api.pages.refused import RefusedForm, attempt
from api.pages.render import page
from api.pages.session import FormResult, Page, PageRequest, PostedForm, Unconfirmed
from api.pages.texts import Words, texts
from api.pages.touched import show_touched
from api.v1.calls import Number
from api.v1.shapes import Id
from models.calls import PolicyVersion
from models.waits import Wait
from workflows.process.actors import Actor
from workflows.process.context import read_policy
from workflows.process.refusals import NotFound
from workflows.region.amendments import AmendingRule, NewAmendment, amend_running, find_rule, list_amendable, preview_amendment
from workflows.region.calls import get_call
from workflows.region.signatures import list_versions

router = APIRouter(include_in_schema=False)
AMENDMENT = CALL + "/perubahan/{number}"
NAME = "amend_running"
AMOUNT = ".amount"  # at the end of a path: the part of a wait with a unit that may grow
NEEDED = ("documents.letterhead.lines", "documents.signatory.name", "documents.signatory.position")


@router.get(AMENDMENT)
async def show_amending(call_id: Id, number: Number, request: Page) -> Response:
    """The form, with what may be amended as it stands."""
    return await _amend_page(request, call_id, number)


@router.post(AMENDMENT)
async def amend(call_id: Id, number: Number, request: PostedForm) -> Response:
    """Write an amendment, once it was shown whom it touches."""
    confirming: dict[str, Any] = {}

    def act(session: Session, actor: Actor) -> FormResult:
        call, base = _find_version(session, call_id, number, actor)
        changes = _read_changes(request.form, base)
        new = NewAmendment(number, changes, request.form.text("reason", 2_000))
        version = amend_running(session, call_id, new, actor=actor)
        require_readable(request.form)
        confirming.update(call=call, amended=show_touched(preview_amendment(session, call_id, version)))
        return FormResult(to=f"/ketentuan/{call_id}/{version.number}", done="amendment_written")

    async def show(refused: RefusedForm) -> Response:
        return await _amend_page(request, call_id, number, refused=refused)

    if is_taken_back(request):
        return await show(RefusedForm(NAME, 200, request.form, {}))
    final = find_final(request, NAME)
    request.is_trial = bool(final)
    try:
        return await attempt(NAME, request, lambda: request.act(act), show)
    except Unconfirmed:
        visitor, call = await request.read_page(lambda session, _actor: get_call(session, call_id)[0])
        return confirm_page(request, visitor, final, confirming | {"call": call})


async def _amend_page(request: PageRequest, call_id: str, number: int, *, refused: RefusedForm | None = None) -> Response:
    words = Words(request.language)

    def read(session: Session, actor: Actor) -> dict[str, Any]:
        call, base = _find_version(session, call_id, number, actor)
        return {"call": call, "number": number, "parts": _list_parts(base, words)}

    visitor, values = await request.read_page(read)
    form = refused.view() if refused else FormView(NAME)
    wrong = refused if refused is not None and refused.errors else None
    status = refused.status if refused else 200
    return page(visitor, "calls/amend.html", status=status, form=form, wrong=wrong, posted=refused is not None, **values)


def _find_version(session: Session, call_id: str, number: int, actor: Actor) -> tuple[Any, PolicyVersion]:
    """A signed version of a call that the actor keeps; nobody else finds the page."""
    call, unit = get_call(session, call_id)
    if not keeps_call(actor, unit):
        raise NotFound("version_not_found")
    found = next((each for each in list_versions(session, call_id, actor=actor) if each.number == number), None)
    if found is None:
        raise NotFound("version_not_found")
    return call, found


def _list_parts(base: PolicyVersion, words: Words) -> list[dict[str, Any]]:
    """What may be amended, by the names of its fields, as it stands in the version."""
    return [
        {
            "field": f"policy.{path}",
            "rule": find_rule(path),
            "label": _name(path.removesuffix(AMOUNT), words),
            "wait": words.wait(_find_wait(base, path)) if find_rule(path) == AmendingRule.LONGER else "",
            "many": isinstance(value, list),
            "value": _write(value),
        }
        for path, value in list_amendable(read_policy(base))
    ]


def _find_wait(base: PolicyVersion, path: str) -> Wait:
    """The wait that a path names, or names the amount of."""
    return read_policy(base).days.get(path.removesuffix(AMOUNT).rpartition(".")[2])


def _name(path: str, words: Words) -> str:
    steps = path.split(".")[1:]
    return ", ".join(words.text(f"part.{step}") if f"part.{step}" in texts() else words.word(step) for step in steps)


def _write(value: Any) -> str:
    return "\n".join(value) if isinstance(value, list) else "" if value is None else str(value)


def _read_changes(form: Form, base: PolicyVersion) -> dict[str, Any]:
    """The parts that were typed otherwise than they stand in the version."""
    form.require("reason", *(f"policy.{path}" for path in NEEDED))
    changes: dict[str, Any] = {}
    for path, before in list_amendable(read_policy(base)):
        typed = _read_part(form, path, before)
        if typed != before:
            changes[path] = typed
    return changes


def _read_part(form: Form, path: str, before: Any) -> Any:
    field = f"policy.{path}"
    if find_rule(path) == AmendingRule.LONGER:
        number = int(form.decimal(field, places=0))
        return before if field in form.wrong else number
    typed = form.text(field, 2_000).strip()
    if field in form.wrong:
        return before
    if isinstance(before, list):
        return [line.strip() for line in typed.split("\n") if line.strip()]
    return typed or (None if before is None or path.endswith((".rank", ".employee_number")) else "")
