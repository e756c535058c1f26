"""The region: units and people."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlmodel import Session, col, select

from api.access import Api, ApiRequest, Head
from api.email_addresses import Email
from api.v1 import PREFIX
from api.v1.shapes import Cursor, Limit, PageOut, RequestBody, ResponseBody
from models.people import EmploymentKind, HeadCapacity, Person, Role
from models.units import Unit
from workflows.process.actors import Actor
from workflows.process.keyset import Page, Slice, take_page
from workflows.process.records import readable_holders
from workflows.region.heads import list_heads
from workflows.region.people import NewPerson, NewUnit, register_person, register_unit
from workflows.region.staff import BY_NAME, AccountState, KeptPerson, WantedStaff, list_staff, name_conditions, read_kept

router = APIRouter(prefix=PREFIX, tags=["region"])
RegisteringApi = Annotated[ApiRequest, Depends(Head(creates="/people/{id}"))]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$")]


class UnitIn(RequestBody):
    code: Code
    name: str = Field(max_length=2_000)
    kind: str = Field(pattern=r"^[a-z_]{1,40}$")
    parent_code: str = Field(max_length=60)


class HeadOut(ResponseBody):
    """Who heads a unit, in what capacity, and to which day; null: until it is ended."""

    person_id: str
    name: str
    capacity: HeadCapacity
    last_day: date | None


class UnitOut(ResponseBody):
    id: str
    code: str
    name: str
    kind: str
    parent_id: str | None
    heads: list[HeadOut]


class PersonIn(RequestBody):
    """A civil servant has an employee number, anybody else a name to sign in with."""

    name: str = Field(max_length=2_000)
    kind: EmploymentKind
    employee_number: str = Field(default="", max_length=30)
    sign_in_name: str = Field(default="", max_length=100)
    unit_code: str = Field(max_length=60)
    front_title: str = Field(default="", max_length=40)
    back_title: str = Field(default="", max_length=60)
    grade: str = Field(default="", max_length=10)
    rank_name: str = Field(default="", max_length=40)
    position: str = Field(default="", max_length=120)
    email: Email = Field(default="", max_length=254)


class PersonOut(ResponseBody):
    id: str
    name: str
    unit_id: str
    position: str


class ListedPersonOut(PersonOut):
    """A person in a list. Kind, number and name to sign in with, both masked, and how the account stands are told of people whose accounts
    the asker looks after; of others they are null. `state` is `not_activated` of who has no password yet.
    """

    kind: EmploymentKind | None = None
    employee_number: str | None = None
    sign_in_name: str | None = None
    state: AccountState | None = None


class PersonPage(PageOut):
    people: list[ListedPersonOut]


class NewPersonOut(PersonOut):
    """A person just registered; the one-time code is shown this once."""

    activation_code: str | None


@router.get("/units")
async def list_units(request: Api, kind: str | None = None) -> list[UnitOut]:
    """The region's units, by code, with who heads them."""

    def read_units(session: Session, _actor: Actor) -> list[UnitOut]:
        query = select(Unit).order_by(col(Unit.code))
        if kind:
            query = query.where(Unit.kind == kind)
        heads = dict[str, list[HeadOut]]()
        for person, held in list_heads(session):
            head = HeadOut(person_id=person.id, name=person.full_name, capacity=held.capacity, last_day=held.last_day)
            heads.setdefault(held.unit_id, []).append(head)
        return [UnitOut(heads=heads.get(unit.id, []), **unit.model_dump()) for unit in session.exec(query)]

    return await request.read(read_units)


@router.post("/units", status_code=201, response_model=UnitOut)
async def add_unit(body: UnitIn, request: Api) -> JSONResponse:
    """Register a unit below another."""
    new = NewUnit(**body.model_dump())
    return await request.write(lambda s, a: UnitOut(heads=[], **register_unit(s, new, actor=a).model_dump()), status=201)


@router.get("/people")
async def find_people(
    request: Api,
    role: Role | None = None,
    unit_id: Annotated[str | None, Query(max_length=26)] = None,
    name: Annotated[str, Query(max_length=100)] = "",
    after: Cursor = None,
    limit: Limit = 50,
) -> PersonPage:
    """People by name; with `unit_id`, only of that unit, and with `name` those in whose names each of its words begins a word.

    With `role`, who holds it over the asker's units, for those who assign work. Without, everybody of the units whose accounts the asker
    looks after as operator or admin, unit after unit, each before those below it; whoever retired is among them.
    """

    def read_people(session: Session, actor: Actor) -> PersonPage:
        if role is None:
            page = list_staff(session, WantedStaff(unit_id or None, name), Slice(after, limit), actor=actor)
        else:
            page = _list_holders(session, role, WantedStaff(unit_id or None, name), Slice(after, limit), actor)
        kept = read_kept(session, page.rows, actor=actor)
        return PersonPage(people=[_show_listed(person, kept.get(person.id)) for person in page.rows], after=page.after)

    return await request.read(read_people)


@router.post("/people", status_code=201, response_model=NewPersonOut)
async def add_person(body: PersonIn, request: RegisteringApi) -> JSONResponse:
    """Register a person; the answer holds their one-time code."""
    new = NewPerson(**body.model_dump())

    def act(session: Session, actor: Actor) -> NewPersonOut:
        person, code = register_person(session, new, actor=actor)
        return NewPersonOut(activation_code=code, **show_person(person).model_dump())

    return await request.write(act, status=201)


def show_person(person: Person) -> PersonOut:
    """A person as everybody who may look for people sees them: never with the employee number."""
    return PersonOut(id=person.id, name=person.full_name, unit_id=person.unit_id, position=person.position)


def _list_holders(session: Session, role: Role, wanted: WantedStaff, piece: Slice, actor: Actor) -> Page[Person]:
    if not any(actor.holds(r) for r in (Role.ADMIN, Role.OPERATOR, Role.SECRETARIAT, Role.CHAIR, Role.AUDITOR)):
        actor.require(Role.SECRETARIAT)
    query = select(Person).where(readable_holders(actor, role), *name_conditions(wanted.typed))
    if wanted.unit_id:
        query = query.where(Person.unit_id == wanted.unit_id)
    return take_page(session, query, BY_NAME, piece)


def _show_listed(person: Person, kept: KeptPerson | None) -> ListedPersonOut:
    shown = show_person(person).model_dump()
    if kept is None:
        return ListedPersonOut(**shown)
    return ListedPersonOut(
        **shown,
        kind=person.kind,
        employee_number=kept.masked_number or None,
        sign_in_name=kept.masked_name or None,
        state=kept.state,
    )
