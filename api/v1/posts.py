"""A person's details and service: changed, ended and begun again, each on a day and for a reason; and a double of theirs."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlmodel import Session

from api.access import Api
from api.v1 import PREFIX
from api.v1.people import CodeOut, PersonRecordOut, show_code, show_record
from api.v1.shapes import Day, Id, RequestBody
from workflows.process.actors import Actor
from workflows.region.accounts import read_person
from workflows.region.details import Details, change_details
from workflows.region.doubles import Double, merge_double
from workflows.region.posts import Dated
from workflows.region.retirement import Leaving, restore_person, retire_person

router = APIRouter(prefix=f"{PREFIX}/people/{{person_id}}", tags=["people"])


class DetailsIn(RequestBody):
    """All of a person's details as they are to stand; `valid_from` is the first day of a post that they make another one, else today."""

    name: str = Field(max_length=2_000)
    front_title: str = Field(default="", max_length=2_000)
    back_title: str = Field(default="", max_length=2_000)
    rank_name: str = Field(default="", max_length=2_000)
    grade: str = Field(default="", max_length=2_000)
    position: str = Field(default="", max_length=2_000)
    valid_from: Day | None = None
    reason: str = Field(default="", max_length=2_000)


class RetirementIn(RequestBody):
    last_day: Day
    reason: str = Field(max_length=2_000)


class RestorationIn(RequestBody):
    valid_from: Day | None = None
    reason: str = Field(default="", max_length=2_000)


class DoubleIn(RequestBody):
    """The second record, by its employee number or sign-in name, and whether its number is the person's true one."""

    double: str = Field(max_length=2_000)
    has_true_number: bool
    reason: str = Field(max_length=2_000)


@router.post("/details", response_model=PersonRecordOut)
async def write_details(person_id: Id, body: DetailsIn, request: Api) -> JSONResponse:
    """Write a person's name and titles, rank, grade and position anew; of whoever decides or signs nobody does so alone."""
    details = Details(**body.model_dump(exclude={"valid_from", "reason"}))

    def act(session: Session, actor: Actor) -> PersonRecordOut:
        change_details(session, person_id, details, Dated(body.valid_from, body.reason), actor=actor)
        return show_record(read_person(session, person_id, actor=actor))

    return await request.write(act)


@router.post("/retirement", response_model=PersonRecordOut)
async def retire(person_id: Id, body: RetirementIn, request: Api) -> JSONResponse:
    """Let a person's service end: the account closes, the post ends, and what they did stays theirs."""

    def act(session: Session, actor: Actor) -> PersonRecordOut:
        retire_person(session, person_id, Leaving(body.last_day, body.reason), actor=actor)
        return show_record(read_person(session, person_id, actor=actor))

    return await request.write(act)


@router.post("/restoration", status_code=201, response_model=CodeOut)
async def restore(person_id: Id, body: RestorationIn, request: Api) -> JSONResponse:
    """Let a person who retired serve again in the unit they left, without their roles."""
    dated = Dated(body.valid_from, body.reason)
    return await request.write(lambda s, a: show_code(person_id, restore_person(s, person_id, dated, actor=a)), status=201)


@router.post("/double", response_model=PersonRecordOut)
async def dissolve_double(person_id: Id, body: DoubleIn, request: Api) -> JSONResponse:
    """Dissolve a second record of a person, under which nobody ever did anything, into the first: its numbers become the person's."""
    double = Double(body.double, body.has_true_number, body.reason)

    def act(session: Session, actor: Actor) -> PersonRecordOut:
        merge_double(session, person_id, double, actor=actor)
        return show_record(read_person(session, person_id, actor=actor))

    return await request.write(act)
