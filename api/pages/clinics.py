"""Coaching clinics on pages: the secretariat's list of a call's clinics, and the idea's forms to book a place and to give it back."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from api.pages.call_life import CALL, keeps_call
from api.pages.forms import FormView
from api.pages.idea import IDEA, back_to_idea, idea_form
from api.pages.refused import RefusedForm, attempt
from api.pages.render import page, read_done
from api.pages.session import FormResult, Page, PageRequest, PostedForm
from api.v1.shapes import Id, is_within_calendar
from models.instants import now
from workflows.intake.clinics import book_clinic, end_booking, list_clinics
from workflows.process.actors import Actor
from workflows.process.context import read_context
from workflows.region.calls import get_call
from workflows.region.clinics import NewClinic, cancel_clinic, plan_clinic

router = APIRouter(include_in_schema=False)


@router.post(f"{IDEA}/klinik/{{clinic_id}}")
async def book(idea_id: Id, clinic_id: Id, request: PostedForm) -> Response:
    """Take a place of a clinic for the idea's team."""

    def act(session: Session, actor: Actor) -> FormResult:
        book_clinic(session, idea_id, clinic_id, actor=actor)
        return back_to_idea(read_context(session, idea_id, actor=actor), "clinic_booked")

    return await idea_form(request, idea_id, f"book-{clinic_id}", act)


@router.post(f"{IDEA}/klinik/{{clinic_id}}/{{booking_id}}")
async def leave(idea_id: Id, clinic_id: Id, booking_id: Id, request: PostedForm) -> Response:
    """Give a place back."""

    def act(session: Session, actor: Actor) -> FormResult:
        end_booking(session, idea_id, booking_id, actor=actor)
        return back_to_idea(read_context(session, idea_id, actor=actor), "clinic_left")

    return await idea_form(request, idea_id, f"leave-{booking_id}", act)


@router.get(f"{CALL}/klinik")
async def show(call_id: Id, request: Page, ok: str = "") -> Response:
    """The clinics of a call."""
    return await _clinics_page(request, call_id, done=read_done(ok))


@router.post(f"{CALL}/klinik")
async def plan(call_id: Id, request: PostedForm) -> Response:
    """Plan a clinic."""
    form = request.form
    form.require("title", "place")
    starts_at = form.instant("starts_at")
    if starts_at is not None and not is_within_calendar(starts_at):
        form.wrong["starts_at"] = "date_out_of_range"
    new = NewClinic(form.text("title", 400), form.text("place", 600), starts_at or now(), int(form.decimal("places", 0)))

    def act(session: Session, actor: Actor) -> FormResult:
        plan_clinic(session, call_id, new, actor=actor)
        return FormResult(to=f"/periode-usulan/{call_id}/klinik", done="clinic_planned")

    return await attempt("clinic", request, lambda: request.act(act), lambda refused: _clinics_page(request, call_id, refused=refused))


@router.post(f"{CALL}/klinik/{{clinic_id}}")
async def cancel(call_id: Id, clinic_id: Id, request: PostedForm) -> Response:
    """Cancel a clinic."""
    reason = request.form.text("reason", 2_000)

    def act(session: Session, actor: Actor) -> FormResult:
        cancel_clinic(session, call_id, clinic_id, reason, actor=actor)
        return FormResult(to=f"/periode-usulan/{call_id}/klinik", done="clinic_cancelled")

    async def show_refused(refused: RefusedForm) -> Response:
        return await _clinics_page(request, call_id, refused=refused)

    return await attempt(f"cancel-{clinic_id}", request, lambda: request.act(act), show_refused)


async def _clinics_page(request: PageRequest, call_id: str, *, refused: RefusedForm | None = None, done: str = "") -> Response:
    def read(session: Session, actor: Actor) -> dict[str, Any]:
        call, unit = get_call(session, call_id)
        lines = list_clinics(session, call_id, actor=actor)
        keeps = keeps_call(actor, unit) and call.archived_at is None
        return {"call": call, "clinics": [(line, FormView(f"cancel-{line.clinic.id}")) for line in lines], "keeps": keeps}

    visitor, values = await request.read_page(read)
    form = FormView("clinic")
    if refused is not None:
        form = refused.view() if refused.name == form.name else form
        values["clinics"] = [(line, refused.view() if view.name == refused.name else view) for line, view in values["clinics"]]
    wrong = refused if refused is not None and refused.errors else None
    told: dict[str, Any] = {"wrong": wrong, "done": done, "posted": refused is not None, "form": form}
    return page(visitor, "calls/clinics.html", status=refused.status if refused is not None else 200, **values, **told)
