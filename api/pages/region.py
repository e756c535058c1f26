"""People and the ledger: register somebody, renew a code, give a role; read the ledger."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session, col, select

from api.pages.forms import Form, FormView
from api.pages.refused import RefusedForm, attempt
from api.pages.render import page, read_done
from api.pages.session import FormResult, Page, PageRequest, PostedForm
from api.v1.shapes import After
from models.people import EmployeeNumber, EmploymentKind, Person, Role
from models.units import Unit
from workflows.calculations.employee_number import strip_employee_number
from workflows.process.actors import Actor
from workflows.process.records import list_last_facts, read_published_head, require_reader
from workflows.process.refusals import Forbidden, Invalid
from workflows.region.people import NewPerson, grant_role, register_person, renew_activation

router = APIRouter(include_in_schema=False)
PEOPLE = "/pegawai"
LEDGER = "/jejak-audit"
GIVEN = tuple(role for role in Role if role != Role.PROPOSER)
ENTRIES = 50


@router.get(PEOPLE)
async def show_people(request: Page, ok: str = "") -> Response:
    """The forms with which operators and admins register people, renew codes and give roles."""
    return await _people_page(request, done=read_done(ok))


@router.post(PEOPLE)
async def register(request: PostedForm) -> Response:
    """Register a person and show their one-time code, this once."""
    new = _read_person(request.form)

    def act(session: Session, actor: Actor) -> FormResult:
        _person, code = register_person(session, new, actor=actor)
        return FormResult(to=PEOPLE, activation_code=code)

    return await attempt(
        "register",
        request,
        lambda: request.act(act),
        lambda refused: _people_page(request, refused=refused),
        lambda result: _code_page(request, result),
    )


@router.post(f"{PEOPLE}/kode")
async def renew(request: PostedForm) -> Response:
    """A new one-time code for somebody who lost theirs or their password."""

    def act(session: Session, actor: Actor) -> FormResult:
        person_id = _find_person(session, request.form, actor)
        return FormResult(to=PEOPLE, activation_code=renew_activation(session, person_id, actor=actor))

    return await attempt(
        "renew",
        request,
        lambda: request.act(act),
        lambda refused: _people_page(request, refused=refused),
        lambda result: _code_page(request, result),
    )


@router.post(f"{PEOPLE}/peran")
async def give_role(request: PostedForm) -> Response:
    """Give a person a role over a unit and everything below it."""
    form = request.form
    role = form.choice("role", tuple(GIVEN))

    def act(session: Session, actor: Actor) -> FormResult:
        grant_role(session, _find_person(session, form, actor), Role(role), form.text("unit_code", 60), actor=actor)
        return FormResult(to=PEOPLE, done="role_given")

    return await attempt("role", request, lambda: request.act(act), lambda refused: _people_page(request, refused=refused))


@router.get(LEDGER)
async def show_ledger(request: Page, before: After = 0) -> Response:
    """The ledger's published head and the facts about the reader's units, newest first; for admins and auditors."""

    def read_facts(session: Session, actor: Actor) -> dict[str, Any]:
        require_reader(actor)
        head, since = read_published_head(session)
        facts = list_last_facts(session, before, ENTRIES, actor=actor)
        return {"head": head, "since": since, "facts": facts, "before": facts[-1][0] if facts and facts[-1][0] > 1 else 0}

    visitor, values = await request.read_page(read_facts)
    return page(visitor, "region/ledger.html", **values)


@router.get("/buku-besar")
async def go_to_ledger(request: Page) -> Response:
    """The ledger's former address: permanently where it is now, with whatever followed the address."""
    return RedirectResponse(str(request.http.url.replace(scheme="", netloc="", path=LEDGER)), 308)


async def _people_page(request: PageRequest, *, refused: RefusedForm | None = None, done: str = "") -> Response:
    def list_units(session: Session, actor: Actor) -> list[tuple[str, str]]:
        if not (actor.holds(Role.ADMIN) or actor.holds(Role.OPERATOR)):
            raise Forbidden("only_operator")
        paths = (*actor.paths(Role.ADMIN), *actor.paths(Role.OPERATOR))
        units = session.exec(select(Unit).order_by(col(Unit.name), col(Unit.code)))
        return [(unit.code, unit.name) for unit in units if any(unit.path.startswith(path) for path in paths)]

    visitor, units = await request.read_page(list_units)
    forms = {name: FormView(name) for name in ("register", "renew", "role")}
    if refused is not None:
        forms[refused.name] = refused.view()
    values: dict[str, Any] = {"forms": forms, "units": units, "kinds": tuple(EmploymentKind), "roles": GIVEN, "done": done}
    return page(
        visitor, "region/people.html", status=refused.status if refused else 200, wrong=refused, posted=refused is not None, **values
    )


async def _code_page(request: PageRequest, result: FormResult) -> Response:
    visitor, _ = await request.read_page(lambda _session, _actor: None)
    return page(visitor, "region/code.html", code=result.activation_code, posted=True)


def _read_person(form: Form) -> NewPerson:
    kind = form.choice("kind", tuple(EmploymentKind)) or EmploymentKind.PNS
    words = {name: form.text(name, 2_000) for name in ("name", "front_title", "back_title", "grade", "rank_name", "position")}
    email = form.email("email")
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
