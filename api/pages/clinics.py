"""Coaching clinics on pages: the secretariat's list of a call's clinics, and the idea's forms to book a place and to give it back."""

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from api.pages.call_life import CALL
from api.pages.call_lists import CallList
from api.pages.idea import IDEA, back_to_idea, idea_form
from api.pages.render import read_done
from api.pages.session import FormResult, Page, PostedForm
from api.v1.shapes import Id, is_within_calendar
from models.instants import now
from workflows.intake.clinics import book_clinic, end_booking, list_clinics
from workflows.process.actors import Actor
from workflows.process.context import read_context
from workflows.region.clinics import NewClinic, cancel_clinic, plan_clinic

router = APIRouter(include_in_schema=False)
CLINICS = CallList(
    "calls/clinics.html",
    "klinik",
    "clinic",
    lambda session, call_id, actor: list_clinics(session, call_id, actor=actor),
    lambda line: f"cancel-{line.clinic.id}",
)


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
    return await CLINICS.show(request, call_id, done=read_done(ok))


@router.post(f"{CALL}/klinik")
async def plan(call_id: Id, request: PostedForm) -> Response:
    """Plan a clinic."""
    form = request.form
    form.require("title", "place")
    starts_at = form.instant("starts_at")
    if starts_at is not None and not is_within_calendar(starts_at):
        form.wrong["starts_at"] = "date_out_of_range"
    new = NewClinic(form.text("title", 400), form.text("place", 600), starts_at or now(), int(form.decimal("places", 0)))
    return await CLINICS.change(request, call_id, CLINICS.form, lambda s, a: plan_clinic(s, call_id, new, actor=a), "clinic_planned")


@router.post(f"{CALL}/klinik/{{clinic_id}}")
async def cancel(call_id: Id, clinic_id: Id, request: PostedForm) -> Response:
    """Cancel a clinic."""
    name, reason = f"cancel-{clinic_id}", request.form.text("reason", 2_000)
    return await CLINICS.change(
        request, call_id, name, lambda s, a: cancel_clinic(s, call_id, clinic_id, reason, actor=a), "clinic_cancelled"
    )
