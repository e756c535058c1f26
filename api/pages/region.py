"""People and the ledger: register somebody, renew a code, give a role; read the chain of facts."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session, col, select

from api.pages.forms import Form, FormView
from api.pages.refused import TurnedDown, attempt
from api.pages.render import page, read_done
from api.pages.session import Landing, PageDoor, TheForm, ThePage
from models.ledger import LedgerEntry, LedgerHead
from models.people import EmployeeNumber, EmploymentKind, Person, Role
from models.units import Unit
from workflows.calculations.employee_number import strip_employee_number
from workflows.process.actors import Actor
from workflows.process.refusals import Forbidden, Invalid
from workflows.region.people import NewPerson, grant_role, register_person, renew_activation

router = APIRouter(include_in_schema=False)
PEOPLE = "/pegawai"
GIVEN = tuple(role for role in Role if role != Role.PROPOSER)
ENTRIES = 50


@router.get(PEOPLE)
async def show_people(door: ThePage, ok: str = "") -> Response:
    """The forms of those who look after people."""
    return await _people_page(door, done=read_done(ok))


@router.post(PEOPLE)
async def register(door: TheForm) -> Response:
    """Register a person and show their one-time code, this once."""
    new = _read_person(door.form)

    def act(session: Session, actor: Actor) -> Landing:
        _person, code = register_person(session, new, actor=actor)
        return Landing(to=PEOPLE, activation_code=code)

    return await attempt(
        "register", door, lambda: door.act(act), lambda down: _people_page(door, down=down), lambda landing: _code_page(door, landing)
    )


@router.post(f"{PEOPLE}/kode")
async def renew(door: TheForm) -> Response:
    """A new one-time code for somebody who lost theirs or their password."""

    def act(session: Session, actor: Actor) -> Landing:
        person_id = _find_person(session, door.form, actor)
        return Landing(to=PEOPLE, activation_code=renew_activation(session, person_id, actor=actor))

    return await attempt(
        "renew", door, lambda: door.act(act), lambda down: _people_page(door, down=down), lambda landing: _code_page(door, landing)
    )


@router.post(f"{PEOPLE}/peran")
async def give_role(door: TheForm) -> Response:
    """Give a person a role over a unit and everything below it."""
    form = door.form
    role = form.choice("role", tuple(GIVEN))

    def act(session: Session, actor: Actor) -> Landing:
        grant_role(session, _find_person(session, form, actor), Role(role), form.text("unit_code", 60), actor=actor)
        return Landing(to=PEOPLE, done="role_given")

    return await attempt("role", door, lambda: door.act(act), lambda down: _people_page(door, down=down))


@router.get("/buku-besar")
async def show_ledger(door: ThePage, before: int = 0) -> Response:
    """The ledger's head and its entries, newest first; for admins and auditors."""

    def tell(session: Session, actor: Actor) -> dict[str, Any]:
        if not actor.holds(Role.AUDITOR):
            actor.require(Role.ADMIN)
        head = session.exec(select(LedgerHead)).one()
        query = select(LedgerEntry).order_by(col(LedgerEntry.seq).desc()).limit(ENTRIES)
        entries = list(session.exec(query.where(col(LedgerEntry.seq) < before) if before > 0 else query))
        return {"head": head, "entries": entries, "before": entries[-1].seq if entries and entries[-1].seq > 1 else 0}

    visitor, told = await door.look(tell)
    return page(visitor, "region/ledger.html", **told)


async def _people_page(door: PageDoor, *, down: TurnedDown | None = None, done: str = "") -> Response:
    def tell(session: Session, actor: Actor) -> list[tuple[str, str]]:
        if not (actor.holds(Role.ADMIN) or actor.holds(Role.OPERATOR)):
            raise Forbidden("only_operator")
        paths = (*actor.paths(Role.ADMIN), *actor.paths(Role.OPERATOR))
        units = session.exec(select(Unit).order_by(col(Unit.name), col(Unit.code)))
        return [(unit.code, unit.name) for unit in units if any(unit.path.startswith(path) for path in paths)]

    visitor, units = await door.look(tell)
    forms = {name: FormView(name) for name in ("register", "renew", "role")}
    if down is not None:
        forms[down.name] = down.view()
    told: dict[str, Any] = {"forms": forms, "units": units, "kinds": tuple(EmploymentKind), "roles": GIVEN, "done": done}
    return page(visitor, "region/people.html", status=down.status if down else 200, wrong=down, posted=down is not None, **told)


async def _code_page(door: PageDoor, landing: Landing) -> Response:
    visitor, _ = await door.look(lambda _session, _actor: None)
    return page(visitor, "region/code.html", code=landing.activation_code, posted=True)


def _read_person(form: Form) -> NewPerson:
    kind = form.choice("kind", tuple(EmploymentKind)) or EmploymentKind.PNS
    words = {name: form.text(name, 2_000) for name in ("name", "front_title", "back_title", "grade", "rank_name", "position")}
    email = form.text("email", 254).strip()
    if email and (email.count("@") != 1 or any(c in email for c in ' <>"\r\n')):
        form.wrong["email"] = "email_unreadable"
    unit_code, number = form.text("unit_code", 60), form.text("employee_number", 40)
    return NewPerson(kind=EmploymentKind(kind), unit_code=unit_code, employee_number=number, email=email, **words)


def _find_person(session: Session, form: Form, actor: Actor) -> str:
    """The person of a typed number, among those of the actor's units."""
    number = strip_employee_number(form.text("employee_number", 40))
    row = session.exec(
        select(Person.id, Unit.path)
        .join(EmployeeNumber, col(EmployeeNumber.person_id) == col(Person.id))
        .join(Unit, col(Unit.id) == col(Person.unit_id))
        .where(EmployeeNumber.number == number, col(EmployeeNumber.valid_until).is_(None))
    ).first()
    if row is None or not any(actor.holds(role, row[1]) for role in (Role.ADMIN, Role.OPERATOR)):
        raise Invalid("person_unknown", "employee_number")
    return row[0]
