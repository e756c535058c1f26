"""A person's account and posts over time, and what changes them: end a role, close, open again, move, retire, a new number, a double."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from api.email_addresses import mask_email
from api.pages.final import confirm_page, find_final, is_taken_back
from api.pages.forms import Form, FormView
from api.pages.people import PEOPLE, list_units, show_code, write_renewal
from api.pages.refused import RefusedForm, attempt
from api.pages.render import page, read_done
from api.pages.session import FormResult, Page, PageRequest, PostedForm, Unconfirmed
from models.instants import today
from models.people import EmploymentKind
from workflows.calculations.employee_number import mask_employee_number
from workflows.process.actors import Actor
from workflows.region.accounts import PersonRecord, close_account, read_person, reopen_account
from workflows.region.code_mails import mail_code
from workflows.region.codes import renew_activation
from workflows.region.details import WRITTEN, Details, change_details
from workflows.region.doubles import Double, merge_double
from workflows.region.grants import end_grant
from workflows.region.mail_codes import drop_email
from workflows.region.people import NewNumber, change_number, move_person
from workflows.region.posts import LONGEST_REASON, Dated
from workflows.region.retirement import Leaving, restore_person, retire_person
from workflows.region.sign_in_names import change_sign_in_name

router = APIRouter(include_in_schema=False)
ADDRESS = f"{PEOPLE}/{{person_id}}"
FORMS = ("details", "move", "retire", "restore", "number", "double", "sign_in_name", "close", "reopen", "code", "mail", "email")


@dataclass(frozen=True)
class NumberLine:
    """An employee number as the page shows it: masked, with its days."""

    masked: str
    valid_from: Any
    valid_until: Any


@router.get(ADDRESS)
async def show_person(person_id: str, request: Page, ok: str = "") -> Response:
    """Everything that was ever given to a person, for who looks after the account."""
    return await _person_page(request, person_id, done=read_done(ok))


@router.post(f"{ADDRESS}/peran/{{grant_id}}/akhiri")
async def end_role(person_id: str, grant_id: str, request: PostedForm) -> Response:
    """End a role."""
    reason = request.form.text("reason", LONGEST_REASON)
    end = lambda session, actor: end_grant(session, person_id, grant_id, reason, actor=actor)  # noqa: E731
    return await _change(request, person_id, f"end-{grant_id}", end, "role_ended")


@router.post(f"{ADDRESS}/pindah")
async def move(person_id: str, request: PostedForm) -> Response:
    """Move a person to another unit, from a day on."""
    code, dated = request.form.text("unit_code", 60), _read_dated(request.form)
    change = lambda session, actor: move_person(session, person_id, code, dated, actor=actor)  # noqa: E731
    return await _change(request, person_id, "move", change, "person_moved")


@router.post(f"{ADDRESS}/data")
async def write_details(person_id: str, request: PostedForm) -> Response:
    """Write a person's details anew, from a day on."""
    form = request.form
    details = Details(**{name: form.text(name, 2_000) for name in WRITTEN})
    dated = _read_dated(form)
    change = lambda session, actor: change_details(session, person_id, details, dated, actor=actor)  # noqa: E731
    return await _change(request, person_id, "details", change, "details_changed")


@router.post(f"{ADDRESS}/berhenti")
async def retire(person_id: str, request: PostedForm) -> Response:
    """Let a person's service end; it is confirmed first."""
    leaving = Leaving(request.form.day("last_day") or today(), request.form.text("reason", LONGEST_REASON))
    change = lambda session, actor: retire_person(session, person_id, leaving, actor=actor)  # noqa: E731
    return await _change(request, person_id, "retire", change, "person_retired")


@router.post(f"{ADDRESS}/pulihkan")
async def restore(person_id: str, request: PostedForm) -> Response:
    """Let a person who retired serve again, with a one-time code."""
    dated = _read_dated(request.form)
    return await _make_code(request, person_id, "restore", lambda session, of, actor: restore_person(session, of, dated, actor=actor))


@router.post(f"{ADDRESS}/nomor")
async def renew_number(person_id: str, request: PostedForm) -> Response:
    """Give a person a new employee number from a day on."""
    form = request.form
    kind, number = form.choice("kind", tuple(EmploymentKind)) or EmploymentKind.PNS, form.text("employee_number", 40)
    new = NewNumber(number, EmploymentKind(kind), form.day("valid_from") or today())
    change = lambda session, actor: change_number(session, person_id, new, actor=actor)  # noqa: E731
    return await _change(request, person_id, "number", change, "number_changed")


@router.post(f"{ADDRESS}/data-ganda")
async def dissolve_double(person_id: str, request: PostedForm) -> Response:
    """Dissolve a second record of a person into this one; it is confirmed first."""
    form = request.form
    double = Double(form.text("double", 100), form.text("true_number", 10) == "other", form.text("reason", LONGEST_REASON))
    change = lambda session, actor: merge_double(session, person_id, double, actor=actor)  # noqa: E731
    return await _change(request, person_id, "double", change, "double_dissolved")


@router.post(f"{ADDRESS}/nama-masuk")
async def renew_sign_in_name(person_id: str, request: PostedForm) -> Response:
    """Give a person without employee number another name to sign in with."""
    name = request.form.text("sign_in_name", 100)
    change = lambda session, actor: change_sign_in_name(session, person_id, name, actor=actor)  # noqa: E731
    return await _change(request, person_id, "sign_in_name", change, "sign_in_name_changed")


@router.post(f"{ADDRESS}/hapus-surel")
async def forget_email(person_id: str, request: PostedForm) -> Response:
    """Forget a mail address that its person cannot open any more."""
    return await _change(request, person_id, "email", lambda session, actor: drop_email(session, person_id, actor=actor), "email_dropped")


@router.post(f"{ADDRESS}/surel-kode")
async def mail_one(person_id: str, request: PostedForm) -> Response:
    """Mail a person who cannot sign in yet another code."""
    return await _change(request, person_id, "mail", lambda session, actor: mail_code(session, person_id, actor=actor), "code_sent")


@router.post(f"{ADDRESS}/tutup")
async def close(person_id: str, request: PostedForm) -> Response:
    """Close the account."""
    return await _change(
        request, person_id, "close", lambda session, actor: close_account(session, person_id, actor=actor), "account_closed"
    )


@router.post(f"{ADDRESS}/buka")
async def reopen(person_id: str, request: PostedForm) -> Response:
    """Open the account again, with a one-time code."""
    return await _make_code(request, person_id, "reopen", reopen_account)


@router.post(f"{ADDRESS}/kode")
async def renew(person_id: str, request: PostedForm) -> Response:
    """A new one-time code, or the request for one."""
    return await _make_code(request, person_id, "code", renew_activation)


def _read_dated(form: Form) -> Dated:
    return Dated(form.day("valid_from", required=False), form.text("reason", LONGEST_REASON))


async def _change(request: PageRequest, person_id: str, name: str, change: Callable[[Session, Actor], object], done: str) -> Response:
    """Run the action behind one of the forms; what closes an account is confirmed first."""

    def act(session: Session, actor: Actor) -> FormResult:
        change(session, actor)
        return FormResult(to=f"{PEOPLE}/{person_id}", done=done)

    async def show(refused: RefusedForm) -> Response:
        return await _person_page(request, person_id, refused=refused)

    if is_taken_back(request):
        return await show(RefusedForm(name, 200, request.form, {}))
    final = find_final(request, name)
    request.is_trial = bool(final)
    try:
        return await attempt(name, request, lambda: request.act(act), show)
    except Unconfirmed:
        visitor, record = await request.read_page(lambda session, actor: read_person(session, person_id, actor=actor))
        return confirm_page(request, visitor, final, {"person": record.person})


async def _make_code(request: PageRequest, person_id: str, name: str, make: Any) -> Response:
    def act(session: Session, actor: Actor) -> FormResult:
        return write_renewal(f"{PEOPLE}/{person_id}", person_id, make(session, person_id, actor=actor))

    return await attempt(
        name,
        request,
        lambda: request.act(act),
        lambda refused: _person_page(request, person_id, refused=refused),
        lambda result: show_code(request, result),
    )


async def _person_page(request: PageRequest, person_id: str, *, refused: RefusedForm | None = None, done: str = "") -> Response:
    def read(session: Session, actor: Actor) -> tuple[PersonRecord, list[tuple[str, str]]]:
        return read_person(session, person_id, actor=actor), list_units(session, actor)

    visitor, (record, units) = await request.read_page(read)
    forms = {name: FormView(name) for name in (*FORMS, *(f"end-{grant.id}" for grant, _unit in record.grants))}
    if refused is not None:
        forms[refused.name] = refused.view()
    numbers = [NumberLine(mask_employee_number(held.number), held.valid_from, held.valid_until) for held in record.numbers]
    values: dict[str, Any] = {"record": record, "numbers": numbers, "units": units, "kinds": tuple(EmploymentKind), "forms": forms}
    status, lines = (refused.status if refused else 200), [(grant, unit, forms[f"end-{grant.id}"]) for grant, unit in record.grants]
    return page(
        visitor,
        "region/person.html",
        status=status,
        wrong=refused if refused and refused.errors else None,
        posted=refused is not None,
        done=done,
        grants=lines,
        today=today(),
        masked_email=mask_email(record.person.email),
        **values,
    )
