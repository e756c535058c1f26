"""People: list those of a unit, register somebody, find one by number, renew a code, give a role."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session, col, select

from api.pages.forms import Form, FormView
from api.pages.reading import require_readable
from api.pages.refused import RefusedForm, attempt
from api.pages.render import page, read_done
from api.pages.session import FormResult, Page, PageRequest, PostedForm, redirect_to
from api.v1.shapes import Cursor
from models.people import Account, EmployeeNumber, EmploymentKind, HeadCapacity, Person, Role
from models.settings import settings
from models.units import Unit
from workflows.calculations.employee_number import mask_held_number
from workflows.process.actors import Actor
from workflows.process.keyset import Slice
from workflows.process.refusals import Faults, Invalid
from workflows.region.code_mails import mail_unit_codes
from workflows.region.code_sheet import make_code_sheet
from workflows.region.codes import Renewal, is_code_awaited, renew_activation
from workflows.region.grants import give_role
from workflows.region.heads import NewGrant
from workflows.region.identifiers import find_by_number_or_name
from workflows.region.people import NewPerson, get_unit, register_person
from workflows.region.posts import LONGEST_REASON
from workflows.region.powers import list_offices
from workflows.region.sign_in_names import find_sign_in_name, mask_sign_in_name
from workflows.region.staff import WantedStaff, list_kept_units, list_staff, read_kept

router = APIRouter(include_in_schema=False)
PEOPLE = "/pegawai"
GIVEN = tuple(role for role in Role if role != Role.PROPOSER)
ON_A_PAGE = 100


@dataclass(frozen=True)
class CodeOwner:
    """Whose a one-time code is, and until when it can be used."""

    name: str
    unit: str
    masked_number: str  # empty for who has a sign-in name
    masked_name: str
    until: datetime | None


@dataclass(frozen=True)
class WantedPage:
    """Which page of people is asked for: the unit's code (empty: every unit of the reader's), what the names begin with, from where on."""

    unit: str
    name: str
    after: str | None

    def write(self, **others: str) -> str:
        """The query of another page of the same people."""
        return urlencode({"unit": self.unit, "nama": self.name} | others)


@router.get(PEOPLE)
async def show_people(request: Page, unit: str | None = None, nama: str | None = None, after: Cursor = None, ok: str = "") -> Response:
    """The forms with which operators and admins register people, find them, renew codes and give roles; with a unit or a name, even an
    empty one, the list of the people there."""
    if unit is None and nama is None:
        return await _people_page(request, done=read_done(ok))
    return await _list_page(request, WantedPage((unit or "")[:60], (nama or "")[:100], after))


@router.post(PEOPLE)
async def register(request: PostedForm) -> Response:
    """Register a person and show their one-time code, this once."""
    new = _read_person(request.form)

    def act(session: Session, actor: Actor) -> FormResult:
        person, code = register_person(session, new, actor=actor)
        return FormResult(to=PEOPLE, activation_code=code, person_id=person.id)

    return await attempt(
        "register",
        request,
        lambda: request.act(act),
        lambda refused: _people_page(request, refused=refused),
        lambda result: show_code(request, result),
    )


@router.post(f"{PEOPLE}/cari")
async def find(request: PostedForm) -> Response:
    """Lead to the person of a typed number; posted, so that the number stands in no address and no log."""

    def act(session: Session, actor: Actor) -> FormResult:
        return FormResult(to=f"{PEOPLE}/{_find_person(session, request.form, actor)}")

    return await attempt("find", request, lambda: request.act(act), lambda refused: _people_page(request, refused=refused))


@router.post(f"{PEOPLE}/kode")
async def renew(request: PostedForm) -> Response:
    """A new one-time code for somebody who lost theirs; for the holder of an office it is asked for, and a second person confirms."""

    def act(session: Session, actor: Actor) -> FormResult:
        person_id = _find_person(session, request.form, actor)
        return write_renewal(PEOPLE, person_id, renew_activation(session, person_id, actor=actor))

    return await attempt(
        "renew",
        request,
        lambda: request.act(act),
        lambda refused: _people_page(request, refused=refused),
        lambda result: show_code(request, result),
    )


@router.post(f"{PEOPLE}/lembar")
async def make_sheet(request: PostedForm) -> Response:
    """Codes for everybody of a unit who cannot sign in yet, on a page to be printed and cut, this once; for a large unit the next ones."""
    form = request.form

    def act(session: Session, actor: Actor) -> FormResult:
        return FormResult(to=PEOPLE, sheet=make_code_sheet(session, form.text("unit_code", 60), actor=actor))

    async def show_sheet(result: FormResult) -> Response:
        visitor, _ = await request.read_page(lambda _session, _actor: None)
        return page(visitor, "region/code_sheet.html", posted=True, sheet=result.sheet, address=settings().address)

    return await attempt("sheet", request, lambda: request.act(act), lambda refused: _people_page(request, refused=refused), show_sheet)


@router.post(f"{PEOPLE}/surel-kode")
async def mail_codes(request: PostedForm) -> Response:
    """Mail codes to those of a unit who cannot sign in yet, and tell to whom they go and who is left out; no code is shown."""
    form = request.form

    def act(session: Session, actor: Actor) -> FormResult:
        return FormResult(to=PEOPLE, mailing=mail_unit_codes(session, form.text("unit_code", 60), actor=actor))

    async def show_mailing(result: FormResult) -> Response:
        visitor, _ = await request.read_page(lambda _session, _actor: None)
        return page(visitor, "region/code_mails.html", posted=True, mailing=result.mailing)

    return await attempt("mails", request, lambda: request.act(act), lambda refused: _people_page(request, refused=refused), show_mailing)


@router.post(f"{PEOPLE}/peran")
async def add_role(request: PostedForm) -> Response:
    """Give a person a role over a unit and everything below it; a deciding role waits for a second person."""
    form = request.form
    role = Role(form.choice("role", tuple(GIVEN)) or Role.PROPOSER)
    capacity = HeadCapacity(form.choice("capacity", tuple(HeadCapacity)))
    last_day, reason = form.day("last_day", required=False), form.text("reason", LONGEST_REASON)

    def act(session: Session, actor: Actor) -> FormResult:
        faults, person_id, code = Faults(), "", form.text("unit_code", 60)
        with faults.gather():
            person_id = _find_person(session, form, actor)
        with faults.gather():
            get_unit(session, code)
        faults.settle()
        require_readable(form)
        grant = give_role(session, person_id, NewGrant(role, code, capacity, last_day, reason), actor=actor)
        given = "role_given_code" if is_code_awaited(session, grant.person_id) else "role_given"
        return FormResult(to=PEOPLE, done=given if grant.confirmed_at else "role_asked")

    return await attempt("role", request, lambda: request.act(act), lambda refused: _people_page(request, refused=refused))


def write_renewal(to: str, person_id: str, renewal: Renewal) -> FormResult:
    """Where a form leads that asked for a code: to the code itself, or back with the word that a second person is awaited."""
    if renewal.code is None:
        return FormResult(to=to, done="code_asked")
    return FormResult(to=to, activation_code=renewal.code, person_id=person_id)


async def show_code(request: PageRequest, result: FormResult) -> Response:
    """The page of a one-time code and whose it is, to be printed and handed over; of a form that made none, where it leads."""
    if result.done:
        return redirect_to(result)
    visitor, owner = await request.read_page(lambda session, _actor: read_owner(session, result.person_id))
    values: dict[str, Any] = {"code": result.activation_code, "owner": owner, "next": result.to, "address": settings().address}
    return page(visitor, "region/code.html", posted=True, **values)


def read_owner(session: Session, person_id: str) -> CodeOwner | None:
    """Whose code it is, number or name masked: a slip that is lost does not hold what must be typed beside the code."""
    person, account = session.get(Person, person_id), session.get(Account, person_id)
    if person is None or account is None:
        return None
    held = select(EmployeeNumber.number).where(EmployeeNumber.person_id == person_id, col(EmployeeNumber.valid_until).is_(None))
    number, name = session.exec(held).first(), find_sign_in_name(session, person_id)
    unit = session.get_one(Unit, person.unit_id)
    return CodeOwner(person.full_name, unit.name, mask_held_number(number), mask_sign_in_name(name), account.activation_until)


def list_units(session: Session, actor: Actor) -> list[tuple[str, str]]:
    """The units that somebody looks after as admin or operator, as code and name; raises Forbidden for who looks after none."""
    return _name_units(list_kept_units(session, actor=actor))


def _name_units(units: Iterable[Unit]) -> list[tuple[str, str]]:
    return [(unit.code, unit.name) for unit in sorted(units, key=lambda unit: (unit.name, unit.code))]


async def _list_page(request: PageRequest, wanted: WantedPage) -> Response:
    """A list of people, each leading to their record; `after` leads to the next page."""

    def read(session: Session, actor: Actor) -> dict[str, Any]:
        units = {unit.id: unit for unit in list_kept_units(session, actor=actor)}
        ids = {unit.code: unit.id for unit in units.values()}
        unit_id = ids.get(wanted.unit, wanted.unit) or None  # nobody is of a unit that is unknown or looked after by others
        found = list_staff(session, WantedStaff(unit_id, wanted.name), Slice(wanted.after, ON_A_PAGE), actor=actor)
        kept = read_kept(session, found.rows, actor=actor)
        lines = [(kept[person.id], units[person.unit_id]) for person in found.rows]
        return {"lines": lines, "after": found.after, "units": _name_units(units.values())}

    visitor, values = await request.read_page(read)
    return page(visitor, "region/staff.html", asked=wanted, **values)


async def _people_page(request: PageRequest, *, refused: RefusedForm | None = None, done: str = "") -> Response:
    visitor, units = await request.read_page(list_units)
    forms = {name: FormView(name) for name in ("register", "find", "renew", "sheet", "mails", "role")}
    if refused is not None:
        forms[refused.name] = refused.view()
    values: dict[str, Any] = {"forms": forms, "units": units, "kinds": tuple(EmploymentKind), "roles": GIVEN, "done": done}
    values["capacities"] = tuple(each for each in HeadCapacity if each != HeadCapacity.REGULAR)
    return page(
        visitor, "region/people.html", status=refused.status if refused else 200, wrong=refused, posted=refused is not None, **values
    )


def _read_person(form: Form) -> NewPerson:
    kind = form.choice("kind", tuple(EmploymentKind)) or EmploymentKind.PNS
    words = {name: form.text(name, 2_000) for name in ("name", "front_title", "back_title", "grade", "rank_name", "position")}
    email = form.email("email")
    unit_code, number = form.text("unit_code", 60), form.text("employee_number", 40)
    name = form.text("sign_in_name", 100)
    return NewPerson(kind=EmploymentKind(kind), unit_code=unit_code, employee_number=number, email=email, sign_in_name=name, **words)


def _find_person(session: Session, form: Form, actor: Actor) -> str:
    """The person of a typed number or sign-in name, among those of the actor's units and those who hold an office there."""
    person_id = find_by_number_or_name(session, form.text("identifier", 100))
    row = session.exec(select(Person.id, Unit.path).join(Unit, col(Unit.id) == col(Person.unit_id)).where(Person.id == person_id)).first()
    paths = [] if row is None else [row[1], *list_offices(session, row[0])]
    if row is None or not any(actor.holds(role, *paths) for role in (Role.ADMIN, Role.OPERATOR)):
        raise Invalid("person_unknown", "identifier")
    return row[0]
