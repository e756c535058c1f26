"""A person's roles, codes and account: given, renewed, ended, and the ways back."""

from datetime import date, datetime

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlmodel import Session

from api.access import Api
from api.v1 import PREFIX
from api.v1.region import PersonOut, show_person
from api.v1.shapes import Day, Id, RequestBody, ResponseBody
from models.people import EmploymentKind, HeadCapacity, Role, RoleGrant
from models.posts import PostCause
from workflows.calculations.employee_number import mask_employee_number
from workflows.process.actors import Actor
from workflows.region.accounts import PersonRecord, close_account, read_person, reopen_account
from workflows.region.codes import Renewal, renew_activation
from workflows.region.grants import end_grant, give_role
from workflows.region.heads import NewGrant
from workflows.region.mail_codes import drop_email
from workflows.region.people import NewNumber, change_number, move_person
from workflows.region.posts import Dated
from workflows.region.sign_in_names import change_sign_in_name

router = APIRouter(prefix=f"{PREFIX}/people/{{person_id}}", tags=["people"])


class GrantIn(RequestBody):
    """A role over a unit; with a last day it ends by itself. A unit's head has it in somebody's place (`Plt.`, `Plh.`), or not."""

    role: Role
    unit_code: str = Field(max_length=60)
    capacity: HeadCapacity = HeadCapacity.REGULAR
    last_day: Day | None = None
    reason: str = Field(default="", max_length=2_000)


class RoleEndIn(RequestBody):
    reason: str = Field(default="", max_length=2_000)


class GrantedOut(ResponseBody):
    """A role as it was given; held once it is confirmed, until it ends or its last day is over. Whoever is null is a flow, or not known."""

    id: str
    person_id: str
    role: Role
    unit_id: str
    held: bool
    granted_by: str | None
    granted_at: datetime | None
    confirmed_by: str | None
    confirmed_at: datetime | None
    ended_by: str | None
    ended_at: datetime | None
    capacity: HeadCapacity
    last_day: date | None
    reason: str
    end_reason: str


class PostOut(ResponseBody):
    """A post and its days; `valid_from` is null where it is not known, and a last day before the first says that another followed at once.

    `entered_by` is null for whoever runs the server.
    """

    unit_id: str
    unit: str
    position: str
    grade: str
    rank_name: str
    valid_from: date | None
    valid_until: date | None
    cause: PostCause
    reason: str
    end_reason: str
    entered_by: str | None
    entered_at: datetime


class NumberOut(ResponseBody):
    """An employee number, masked, and its days."""

    masked: str
    valid_from: date
    valid_until: date | None


class PersonRecordOut(PersonOut):
    """A person with everything that was ever given to them; `merged_into` is the person whose double it was."""

    kind: EmploymentKind
    closed: bool
    activated: bool
    sign_in_name: str
    retired_on: date | None
    merged_into: str | None
    numbers: list[NumberOut]
    posts: list[PostOut]
    roles: list[GrantedOut]


class CodeOut(ResponseBody):
    """A one-time code, shown this once; or, for the holder of an office, what a second person must confirm before there is one."""

    person_id: str
    activation_code: str | None
    confirmation_id: str | None


class MoveIn(RequestBody):
    """Where to, from what day on (today, where it is left out), and why."""

    unit_code: str = Field(max_length=60)
    valid_from: Day | None = None
    reason: str = Field(default="", max_length=2_000)


class NumberIn(RequestBody):
    employee_number: str = Field(max_length=30)
    kind: EmploymentKind
    valid_from: Day


class SignInNameIn(RequestBody):
    sign_in_name: str = Field(max_length=100)


class SignInNameOut(ResponseBody):
    """The name with which a person signs in from now on."""

    person_id: str
    sign_in_name: str


@router.get("")
async def read_record(person_id: Id, request: Api) -> PersonRecordOut:
    """A person with their numbers over time and every role they ever had, for who looks after the account."""
    return await request.read(lambda session, actor: show_record(read_person(session, person_id, actor=actor)))


@router.post("/roles", status_code=201, response_model=GrantedOut)
async def add_role(person_id: Id, body: GrantIn, request: Api) -> JSONResponse:
    """Give a person a role over a unit and everything below it; a deciding role waits for a second person."""

    def act(session: Session, actor: Actor) -> GrantedOut:
        return show_grant(give_role(session, person_id, NewGrant(**body.model_dump()), actor=actor))

    return await request.write(act, status=201)


@router.post("/roles/{grant_id}/end", response_model=GrantedOut)
async def end_role(person_id: Id, grant_id: Id, request: Api, body: RoleEndIn | None = None) -> JSONResponse:
    """End a role, from the next request on."""
    reason = body.reason if body else ""
    return await request.write(lambda session, actor: show_grant(end_grant(session, person_id, grant_id, reason, actor=actor)))


@router.post("/activation", status_code=201, response_model=CodeOut)
async def renew_code(person_id: Id, request: Api) -> JSONResponse:
    """A new one-time code for somebody who lost theirs; for the holder of an office a second person confirms it first."""
    return await request.write(lambda session, actor: show_code(person_id, renew_activation(session, person_id, actor=actor)), status=201)


@router.delete("/email", status_code=204)
async def forget_email(person_id: Id, request: Api) -> Response:
    """Forget a mail address that its person cannot open any more; a new one needs its own code alone."""
    await request.write(lambda session, actor: drop_email(session, person_id, actor=actor))
    return Response(status_code=204)


@router.post("/closing", response_model=PersonRecordOut)
async def close_person_account(person_id: Id, request: Api) -> JSONResponse:
    """Close a person's account: sign-ins and roles end at once, what they did stays."""

    def act(session: Session, actor: Actor) -> PersonRecordOut:
        close_account(session, person_id, actor=actor)
        return show_record(read_person(session, person_id, actor=actor))

    return await request.write(act)


@router.post("/reopening", status_code=201, response_model=CodeOut)
async def reopen_person_account(person_id: Id, request: Api) -> JSONResponse:
    """Open a closed account again, without its roles."""
    return await request.write(lambda session, actor: show_code(person_id, reopen_account(session, person_id, actor=actor)), status=201)


@router.post("/move", response_model=PersonOut)
async def move(person_id: Id, body: MoveIn, request: Api) -> JSONResponse:
    """Move a person to another unit."""
    dated = Dated(body.valid_from, body.reason)
    return await request.write(lambda session, actor: show_person(move_person(session, person_id, body.unit_code, dated, actor=actor)))


@router.post("/number", response_model=NumberOut)
async def renew_number(person_id: Id, body: NumberIn, request: Api) -> JSONResponse:
    """Give a person a new employee number from a day on; the former one stays on record."""
    new = NewNumber(body.employee_number, body.kind, body.valid_from)

    def act(session: Session, actor: Actor) -> NumberOut:
        held = change_number(session, person_id, new, actor=actor)
        return NumberOut(masked=mask_employee_number(held.number), valid_from=held.valid_from, valid_until=held.valid_until)

    return await request.write(act)


@router.post("/sign-in-name", response_model=SignInNameOut)
async def renew_sign_in_name(person_id: Id, body: SignInNameIn, request: Api) -> JSONResponse:
    """Give a person without employee number another name to sign in with; nobody else ever gets the former one."""

    def act(session: Session, actor: Actor) -> SignInNameOut:
        name = change_sign_in_name(session, person_id, body.sign_in_name, actor=actor)
        return SignInNameOut(person_id=person_id, sign_in_name=name)

    return await request.write(act)


def show_grant(grant: RoleGrant) -> GrantedOut:
    """A role as it was given."""
    held = grant.confirmed_at is not None and not grant.is_over
    return GrantedOut(held=held, **grant.model_dump())


def show_code(person_id: str, renewal: Renewal) -> CodeOut:
    """A code, or what a second person must confirm before there is one."""
    return CodeOut(person_id=person_id, activation_code=renewal.code, confirmation_id=renewal.request_id)


def show_record(record: PersonRecord) -> PersonRecordOut:
    """A person with everything that was ever given to them."""
    numbers = [
        NumberOut(masked=mask_employee_number(held.number), valid_from=held.valid_from, valid_until=held.valid_until)
        for held in record.numbers
    ]
    return PersonRecordOut(
        **show_person(record.person).model_dump(),
        kind=record.person.kind,
        closed=record.closed,
        activated=record.activated,
        sign_in_name=record.sign_in_name,
        retired_on=record.person.retired_on,
        merged_into=record.merged_into.id if record.merged_into else None,
        numbers=numbers,
        posts=[PostOut(unit=held.unit, **held.post.model_dump()) for held in record.posts],
        roles=[show_grant(grant) for grant, _unit in record.grants],
    )
