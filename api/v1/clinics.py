"""Coaching clinics of a call: planned and cancelled by its secretariat, booked by ideas' teams."""

from datetime import datetime

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field

from api.access import Api
from api.v1 import PREFIX
from api.v1.shapes import Id, IdeaLine, Instant, RequestBody, ResponseBody, show_line
from api.v1.shown import show_as
from workflows.intake.clinics import ClinicLine, Guest, book_clinic, end_booking, list_clinics
from workflows.region.clinics import NewClinic, cancel_clinic, plan_clinic

router = APIRouter(prefix=PREFIX, tags=["mentoring"])


class ClinicIn(RequestBody):
    """A date with places, in a room or at an address on the net."""

    title: str = Field(max_length=400)
    place: str = Field(max_length=600)
    starts_at: Instant
    places: int = Field(ge=1, le=500)


class ClinicCancellationIn(RequestBody):
    reason: str = Field(max_length=2_000)


class BookingIn(RequestBody):
    clinic_id: Id


class ClinicOut(ResponseBody):
    """A clinic; `cancelled_at` says when it was cancelled."""

    id: str
    title: str
    place: str
    starts_at: datetime
    places: int
    cancelled_at: datetime | None
    cancel_reason: str


class GuestOut(ResponseBody):
    """Whoever booked a place; `idea` is null where the asker may not see it."""

    name: str
    unit: str
    idea: IdeaLine | None


class ListedClinic(ClinicOut):
    """A clinic with how many places are free, and who comes, for those who keep the call; of a sealed call nobody is named."""

    free: int
    guests: list[GuestOut]


class BookingOut(ResponseBody):
    """A place of a clinic that a team has, or had until `ended_at`."""

    id: str
    clinic_id: str
    idea_id: str
    booked_at: datetime
    ended_at: datetime | None


@router.get("/calls/{call_id}/clinics")
async def show_clinics(call_id: Id, request: Api) -> list[ListedClinic]:
    """A call's clinics by their dates."""
    return await request.read(lambda s, a: [_show_line(line) for line in list_clinics(s, call_id, actor=a)])


@router.post("/calls/{call_id}/clinics", status_code=201, response_model=ClinicOut)
async def plan_new_clinic(call_id: Id, body: ClinicIn, request: Api) -> JSONResponse:
    """Plan a clinic of a call."""
    new = NewClinic(**body.model_dump())
    return await request.write(lambda s, a: show_as(ClinicOut, plan_clinic(s, call_id, new, actor=a)), status=201)


@router.post("/calls/{call_id}/clinics/{clinic_id}/cancellation", response_model=ClinicOut)
async def call_clinic_off(call_id: Id, clinic_id: Id, body: ClinicCancellationIn, request: Api) -> JSONResponse:
    """Cancel a clinic that has not begun; teams that have a place are told."""
    return await request.write(lambda s, a: show_as(ClinicOut, cancel_clinic(s, call_id, clinic_id, body.reason, actor=a)))


@router.post("/ideas/{idea_id}/clinic-bookings", status_code=201, response_model=BookingOut)
async def book_place(idea_id: Id, body: BookingIn, request: Api) -> JSONResponse:
    """Take a place of a clinic for the idea's team."""
    return await request.write(lambda s, a: show_as(BookingOut, book_clinic(s, idea_id, body.clinic_id, actor=a)), status=201)


@router.post("/ideas/{idea_id}/clinic-bookings/{booking_id}/ending", response_model=BookingOut)
async def give_place_back(idea_id: Id, booking_id: Id, request: Api) -> JSONResponse:
    """Give a place back before the clinic begins."""
    return await request.write(lambda s, a: show_as(BookingOut, end_booking(s, idea_id, booking_id, actor=a)))


def _show_line(line: ClinicLine) -> ListedClinic:
    return show_as(ListedClinic, line.clinic, free=line.free, guests=[_show_guest(guest) for guest in line.guests])


def _show_guest(guest: Guest) -> GuestOut:
    return GuestOut(name=guest.name, unit=guest.unit, idea=show_line(guest.idea) if guest.idea is not None else None)
