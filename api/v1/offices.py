"""Offices of units: what stands on their papers, who holds them and from when to when."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlmodel import Session

from api.access import Api, ApiRequest, Head, Match
from api.v1 import PREFIX
from api.v1.shapes import Day, Id, RequestBody, ResponseBody
from models.instants import today
from models.offices import SAMPLE_EMBLEM, Capacity, HeadKind, UnitOffice
from models.people import EmploymentKind
from workflows.calculations.employee_number import mask_employee_number
from workflows.process.actors import Actor
from workflows.process.refusals import Invalid
from workflows.region.holders import NewHolder, PlainHolder, appoint_holder, end_holder, list_holders
from workflows.region.offices import NewOffice, OfficeSignatory, find_signatory, find_unit, get_office, list_misfits, set_office

router = APIRouter(prefix=PREFIX + "/units", tags=["offices"])
ReplacingApi = Annotated[ApiRequest, Depends(Head(match=Match.ONCE_SET))]


class OfficeIn(RequestBody):
    """What the papers of an office carry: one to four lines of letterhead, and an emblem that is registered."""

    letterhead_lines: tuple[str, ...] = Field(max_length=10)
    address: str = Field(default="", max_length=2_000)
    contact: str = Field(default="", max_length=2_000)
    place: str = Field(max_length=2_000)
    unit_code: str = Field(max_length=2_000)
    emblem: str = Field(default=SAMPLE_EMBLEM, max_length=40)
    position: str = Field(max_length=2_000)
    head_kind: HeadKind = HeadKind.UNIT_HEAD


class PlainHolderIn(RequestBody):
    """Somebody without an entry among the people; titles apart from the name."""

    name: str = Field(max_length=2_000)
    front_title: str = Field(default="", max_length=40)
    back_title: str = Field(default="", max_length=60)
    rank_name: str = Field(default="", max_length=40)
    grade: str = Field(default="", max_length=10)
    employee_number: str = Field(default="", max_length=30)
    employment: EmploymentKind | None = None


class HolderIn(RequestBody):
    """An appointment of a registered person (`person_id`) or of somebody known by name (`plain`); both days are included."""

    person_id: Id | None = None
    plain: PlainHolderIn | None = None
    capacity: Capacity = Capacity.PERMANENT
    on_behalf_of: str = Field(default="", max_length=60)
    valid_from: Day
    valid_until: Day | None = None

    def read(self) -> NewHolder:
        """The appointment as the action takes it; raises Invalid unless one person is named in one way."""
        who = self.person_id if self.plain is None else PlainHolder(**self.plain.model_dump())
        if who is None or (self.person_id is not None and self.plain is not None):
            raise Invalid("holder_unclear", "person_id")
        return NewHolder(who, self.valid_from, self.valid_until, self.capacity, self.on_behalf_of)


class EndIn(RequestBody):
    """The last day; the day before the first says that the appointment never took effect."""

    last_day: Day


class SignatoryOut(ResponseBody):
    """Who signs today; rank and number are null where they do not stand on papers, and the number is masked."""

    name: str
    full_name: str
    position: str
    capacity: Capacity
    on_behalf_of: str
    rank: str | None
    employee_number_masked: str | None
    employment: EmploymentKind | None


class HolderOut(ResponseBody):
    id: str
    person_id: str | None
    full_name: str
    capacity: Capacity
    on_behalf_of: str | None
    valid_from: date
    valid_until: date | None


class OfficeOut(ResponseBody):
    """An office with everybody who held, holds or will hold it; `signatory` is null on a day on which nobody does.

    `misfits` names the fields that do not fit the papers: until they are mended, documents carry the call's letterhead and signatory.
    """

    unit_id: str
    letterhead_lines: list[str]
    address: str
    contact: str
    place: str
    unit_code: str
    emblem: str
    position: str
    head_kind: HeadKind
    version: int
    misfits: list[str]
    signatory: SignatoryOut | None
    holders: list[HolderOut]


@router.get("/{code}/office", response_model=OfficeOut)
async def show_office(code: str, request: Api) -> JSONResponse:
    """The office of a unit, who signs for it today, and its holders, with its version as ETag."""
    return await request.read_versioned(lambda session, _actor: _show(session, get_office(session, find_unit(session, code))))


@router.put("/{code}/office", response_model=OfficeOut)
async def put_office(code: str, body: OfficeIn, request: ReplacingApi) -> JSONResponse:
    """Give a unit its office, or replace what its papers carry from now on; replacing needs If-Match."""

    def find(session: Session, _actor: Actor) -> tuple[str, bool]:
        unit = find_unit(session, code)
        return unit.id, session.get(UnitOffice, unit.id) is not None

    unit_id, is_set = await request.read(find)
    new = NewOffice(**body.model_dump())
    return await request.write(
        lambda session, actor: _show(session, set_office(session, code, new, actor=actor)), match=(UnitOffice, unit_id), must_match=is_set
    )


@router.post("/{code}/office/holders", status_code=201, response_model=OfficeOut)
async def add_holder(code: str, body: HolderIn, request: Api) -> JSONResponse:
    """Appoint somebody to an office."""

    def act(session: Session, actor: Actor) -> OfficeOut:
        appoint_holder(session, code, body.read(), actor=actor)
        return _show(session, get_office(session, find_unit(session, code)))

    return await request.write(act, status=201)


@router.post("/{code}/office/holders/{holder_id}/end", response_model=OfficeOut)
async def set_last_day(code: str, holder_id: Id, body: EndIn, request: Api) -> JSONResponse:
    """Set or bring forward a holder's last day."""

    def act(session: Session, actor: Actor) -> OfficeOut:
        end_holder(session, code, holder_id, body.last_day, actor=actor)
        return _show(session, get_office(session, find_unit(session, code)))

    return await request.write(act)


def _show(session: Session, office: UnitOffice) -> OfficeOut:
    signatory = find_signatory(session, office, today())
    return OfficeOut(
        **office.model_dump(),
        misfits=sorted({fault["path"] for fault in list_misfits(session, office)}),
        signatory=_show_signatory(signatory) if signatory else None,
        holders=[
            HolderOut.model_validate({**holder.model_dump(), "full_name": name}) for holder, name in list_holders(session, office.unit_id)
        ],
    )


def _show_signatory(signatory: OfficeSignatory) -> SignatoryOut:
    number = signatory.employee_number
    masked = mask_employee_number(number) if number else None
    said = {name: getattr(signatory, name) for name in SignatoryOut.model_fields if name != "employee_number_masked"}
    return SignatoryOut(**said, employee_number_masked=masked)
