"""My account: where I am signed in, my password, and what happened to my account."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from api.email_addresses import mask_email
from api.hashing import Busy
from api.pages.account import RETRY_AFTER
from api.pages.forms import Form, FormView, fields_to_keep
from api.pages.refused import RefusedForm, attempt, refuse_form, refuse_unreadable
from api.pages.render import page, read_done
from api.pages.session import FormResult, Page, PageRequest, PostedForm, clear_session
from api.pages.texts import Words
from api.passwords import change_email, change_own_password, confirm_new_email
from api.signing_in import end_other_sign_ins, end_sign_in, list_sign_ins, sign_out_everywhere
from api.tries import TooMany, digest
from workflows.calculations.employee_number import mask_held_number
from workflows.process.actors import Actor
from workflows.process.refusals import Conflict, Invalid
from workflows.region.mail_codes import NewAddress, read_profile
from workflows.region.message_choice import has_feed, read_choice
from workflows.region.notices import list_notices

router = APIRouter(include_in_schema=False)
ACCOUNT = "/akun"
FORMS = ("password", "email", "codes", "messages", "calendar", "end_calendar")


@router.get(ACCOUNT)
async def show_account(request: Page, ok: str = "") -> Response:
    """What is known of one, mail address, sign-ins, the form for a new password, notices."""
    return await show_own_account(request, done=read_done(ok))


@router.post(f"{ACCOUNT}/kata-sandi")
async def change(request: PostedForm) -> Response:
    """Change the password; the present one is asked for, and sign-ins elsewhere end."""
    form, words = request.form, Words(request.language)
    await request.read(lambda _session, _actor: request.require_own_form())
    form.require("present_password", "password")
    kept = Form(fields_to_keep(form.fields), form.wrong)
    if form.text("password", 1_000) != form.text("password_again", 1_000):
        form.wrong["password_again"] = "passwords_differ"  # noqa: S105
    if form.wrong:
        return await show_own_account(request, refused=refuse_unreadable("password", kept, words))
    try:
        await change_own_password(request, form.values.get("present_password", ""), form.text("password", 1_000))
    except (Invalid, Conflict, TooMany, Busy) as refusal:
        return await show_own_account(request, refused=refuse_form("password", kept, refusal, words))
    return RedirectResponse(f"{ACCOUNT}?ok=password_changed", 303)


@router.post(f"{ACCOUNT}/surel")
async def ask_new_email(request: PostedForm) -> Response:
    """Ask for the codes of a new mail address; the present password is asked for."""
    form, words = request.form, Words(request.language)
    await request.read(lambda _session, _actor: request.require_own_form())
    form.require("email", "present_password")
    email, kept = form.email("email"), Form(fields_to_keep(form.fields), form.wrong)
    if form.wrong:
        return await show_own_account(request, refused=refuse_unreadable("email", kept, words))
    try:
        await change_email(request, form.values.get("present_password", ""), email)
    except (Invalid, Conflict, TooMany, Busy) as refusal:
        return await show_own_account(request, refused=refuse_form("email", kept, refusal, words))
    return RedirectResponse(f"{ACCOUNT}?ok=email_asked", 303)


@router.post(f"{ACCOUNT}/surel/kode")
async def confirm_address(request: PostedForm) -> Response:
    """Let the new mail address count, by the codes that came."""
    form, words = request.form, Words(request.language)
    await request.read(lambda _session, _actor: request.require_own_form())
    form.require("new_code", *(["old_code"] if "old_code" in form.values else []))
    if form.wrong:
        return await show_own_account(request, refused=refuse_unreadable("codes", Form(fields_to_keep(form.fields), form.wrong), words))
    try:
        await confirm_new_email(request, NewAddress(form.text("new_code", 100), form.text("old_code", 100)))
    except (Invalid, Conflict, TooMany) as refusal:
        kept = Form(fields_to_keep(form.fields), form.wrong)
        return await show_own_account(request, refused=refuse_form("codes", kept, refusal, words))
    return RedirectResponse(f"{ACCOUNT}?ok=email_changed", 303)


@router.post(f"{ACCOUNT}/sesi/{{session_id}}")
async def end_session(session_id: str, request: PostedForm) -> Response:
    """Sign out on one device."""

    def act(session: Session, actor: Actor) -> FormResult:
        end_sign_in(session, session_id, actor=actor)
        return FormResult(to=ACCOUNT, done="session_ended")

    return await attempt("session", request, lambda: request.act(act), lambda refused: show_own_account(request, refused=refused))


@router.post(f"{ACCOUNT}/keluar-lainnya")
async def leave_elsewhere(request: PostedForm) -> Response:
    """Sign out on every device but this one."""

    def act(session: Session, actor: Actor) -> FormResult:
        end_other_sign_ins(session, request.token, actor=actor)
        return FormResult(to=ACCOUNT, done="others_signed_out")

    return await attempt("others", request, lambda: request.act(act), lambda refused: show_own_account(request, refused=refused))


@router.post(f"{ACCOUNT}/keluar-semua")
async def leave_everywhere(request: PostedForm) -> Response:
    """Sign out on every device, this one too."""

    def act(session: Session, actor: Actor) -> FormResult:
        sign_out_everywhere(session, actor=actor)
        return FormResult(to="/", done="signed_out_everywhere")

    answer = await attempt("everywhere", request, lambda: request.act(act), lambda refused: show_own_account(request, refused=refused))
    if answer.status_code == 303:
        clear_session(answer, request.http)
    return answer


async def show_own_account(request: PageRequest, *, refused: RefusedForm | None = None, done: str = "") -> Response:
    """The page of one's own account; with a form of it that was refused, or what was achieved."""

    def read(session: Session, actor: Actor) -> dict[str, Any]:
        present = digest(request.token)
        sign_ins = [
            (row, row.token_hash == present, FormView(f"session-{row.token_hash[:26]}")) for row in list_sign_ins(session, actor.person_id)
        ]
        known = read_profile(session, actor=actor)
        roles = sorted({str(grant.role) for grant in actor.grants})
        shown = {"number": mask_held_number(known.number), "email": mask_email(known.email), "awaited": mask_email(known.awaited)}
        own = {"known": known, "shown": shown, "roles": roles}
        told = {"choice": read_choice(session, known.person.id), "has_feed": has_feed(session, known.person.id)}
        return {"sign_ins": sign_ins, "notices": list_notices(session, actor=actor, limit=10), **own, **told}

    visitor, values = await request.read_page(read)
    forms = {name: FormView(name) for name in FORMS}
    if refused is not None and refused.name in forms:
        forms[refused.name] = refused.view()
    status = refused.status if refused else 200
    answer = page(
        visitor,
        "account/own.html",
        status=status,
        wrong=refused,
        posted=refused is not None,
        done=done,
        forms=forms,
        everywhere=FormView("everywhere"),
        others=FormView("others"),
        **values,
    )
    if status in RETRY_AFTER:
        answer.headers["Retry-After"] = RETRY_AFTER[status]
    return answer
