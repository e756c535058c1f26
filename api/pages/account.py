"""Sign in, activate an account, sign out, choose a language."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from api.hashing import Busy
from api.pages.forms import Form, FormView, fields_to_keep
from api.pages.refused import RefusedForm, refuse_form, refuse_unreadable
from api.pages.render import page, read_done
from api.pages.session import Page, PageRequest, PostedForm, clear_session, local_path, remember_language, set_session
from api.pages.texts import Words
from api.passwords import activate_account, mail_new_password, sign_in_with_password
from api.request_log import known_of
from api.signing_in import Unauthenticated, find_sign_in, sign_out
from api.tries import FAILURE_MINUTES, TooMany
from workflows.process.refusals import Refusal
from workflows.region.email_address import LONGEST

router = APIRouter(include_in_schema=False)
SIGN_IN = "/masuk"
RETRY_AFTER = {429: str(FAILURE_MINUTES * 60), 503: "2"}


@router.get("/masuk")
async def show_sign_in(request: Page, lanjut: Annotated[str, Query(max_length=600)] = "/kotak-masuk", ok: str = "") -> Response:
    """The sign-in form."""
    visitor, _ = await request.read_page_publicly(lambda _session: None)
    values: dict[str, Any] = {"continue_to": "", "kept_fields": [], "ended": False, "back": local_path(lanjut)}
    return page(visitor, "account/sign_in.html", form=FormView("signin"), done=read_done(ok), **values)


@router.post("/masuk")
async def enter(request: PostedForm) -> Response:
    """Sign in; a form that was sent after its session had ended is offered to be sent again."""
    form, identifier = request.form, request.form.text("identifier", LONGEST)
    if request.http.state.language:
        return await _show_in_other_language(request)
    form.require("identifier", "password")
    if form.wrong:
        return _show_again(request, _refuse_unread("signin", request))
    try:
        new = await sign_in_with_password(request, identifier, form.values.get("password", ""))
    except (Unauthenticated, TooMany, Busy) as refusal:
        refusal.field = "identifier" if isinstance(refusal, Unauthenticated) else None
        return _show_again(request, refuse_form("signin", Form(fields_to_keep(form.fields)), refusal, Words(request.language)))
    if request.http.cookies:
        await _end(request)
    known_of(request.http).person = new.person_id
    response: Response
    if form.text("continue_to", 500):
        form_token = await request.read_publicly(lambda session: find_sign_in(session, new.token).form_token)
        response = _offer_again(request, form_token)
    else:
        response = RedirectResponse(local_path(form.text("back", 500) or "/kotak-masuk"), 303)
    set_session(response, request.http, new.token)
    return response


@router.get("/aktivasi")
async def show_activation(request: Page, ok: str = "") -> Response:
    """The form for the one-time code."""
    visitor, _ = await request.read_page_publicly(lambda _session: None)
    return page(visitor, "account/activate.html", form=FormView("activation"), done=read_done(ok))


@router.post("/aktivasi")
async def use_code(request: PostedForm) -> Response:
    """Set a password with the one-time code; signing in comes next."""
    form = request.form
    form.require("identifier", "code", "password")
    if form.text("password", 1_000) != form.text("password_again", 1_000):
        form.wrong["password_again"] = "passwords_differ"  # noqa: S105
    if form.wrong:
        return _ask_again(request, "activate.html", _refuse_unread("activation", request))
    try:
        await activate_account(request, form.text("identifier", LONGEST), form.text("code", 100), form.text("password", 1_000))
    except Refusal as refusal:
        refused = refuse_form("activation", Form(fields_to_keep(form.fields)), refusal, Words(request.language))
        return _ask_again(request, "activate.html", refused)
    return RedirectResponse("/masuk?ok=activated", 303)


@router.get("/lupa-kata-sandi")
async def show_forgotten(request: Page, ok: str = "") -> Response:
    """The two ways to a new password: by the operator's code, or by mail."""
    visitor, _ = await request.read_page_publicly(lambda _session: None)
    return page(visitor, "account/forgotten.html", form=FormView("forgotten"), done=read_done(ok))


@router.post("/lupa-kata-sandi")
async def ask_for_mail(request: PostedForm) -> Response:
    """Mail a code where an address is confirmed; the answer is the same whether there is such an account."""
    form = request.form
    form.require("identifier")
    if form.wrong:
        return _ask_again(request, "forgotten.html", _refuse_unread("forgotten", request))
    try:
        await mail_new_password(request, form.text("identifier", LONGEST))
    except TooMany as refusal:
        refused = refuse_form("forgotten", Form(fields_to_keep(form.fields)), refusal, Words(request.language))
        return _ask_again(request, "forgotten.html", refused)
    return RedirectResponse("/aktivasi?ok=code_mailed", 303)


@router.get("/keluar")
async def show_sign_out(request: Page) -> Response:
    """Ask once whether to sign out."""
    visitor, _ = await request.read_page_publicly(lambda _session: None)
    return page(visitor, "account/sign_out.html", form=FormView("signout"))


@router.post("/keluar")
async def leave(request: PostedForm) -> Response:
    """End the session, on the server and in the browser."""
    await _end(request)
    response = RedirectResponse("/?ok=signed_out", 303)
    clear_session(response, request.http)
    return response


@router.post("/bahasa")
async def choose_language(request: PostedForm) -> Response:
    """Remember the reader's language and go back to the page."""
    language = "en" if request.form.text("language", 2) == "en" else "id"
    response = RedirectResponse(local_path(request.form.text("back", 500)), 303)
    remember_language(response, request.http, language)
    return response


def _refuse_unread(name: str, request: PageRequest) -> RefusedForm:
    form = request.form
    return refuse_unreadable(name, Form(fields_to_keep(form.fields), form.wrong), Words(request.language))


def _ask_again(request: PageRequest, template: str, refused: RefusedForm) -> Response:
    values: dict[str, Any] = {"form": refused.view(), "wrong": refused}
    answer = page(request.anonymous_visitor, f"account/{template}", status=refused.status, posted=True, **values)
    if refused.status in RETRY_AFTER:
        answer.headers["Retry-After"] = RETRY_AFTER[refused.status]
    return answer


async def _end(request: PageRequest) -> None:
    try:
        token = request.token
    except Unauthenticated:
        return
    await request.write_publicly(lambda session: sign_out(session, token))


def _show_again(request: PageRequest, refused: RefusedForm) -> Response:
    form = request.form
    continue_to = local_path(form.text("continue_to", 500)) if form.text("continue_to", 500) else ""
    values: dict[str, Any] = {
        "form": refused.view(),
        "continue_to": continue_to,
        "kept_fields": _read_kept_fields(form),
        "ended": bool(continue_to),
        "back": local_path(form.text("back", 500)),
        "resend": resend_kept(continue_to, _read_kept_fields(form)) if continue_to else [],
        "target": SIGN_IN,
        "wrong": refused if refused.errors else None,
    }
    response = page(request.anonymous_visitor, "account/sign_in.html", status=refused.status, posted=True, **values)
    if refused.status in RETRY_AFTER:
        response.headers["Retry-After"] = RETRY_AFTER[refused.status]
    return response


async def _show_in_other_language(request: PageRequest) -> Response:
    """The page that offers to send a form again, or before that the one to sign in, in the language that was asked for."""
    try:
        form_token = await request.read_publicly(lambda session: find_sign_in(session, request.token).form_token)
    except Unauthenticated:
        answer = _show_again(request, RefusedForm("signin", 200, Form(), {}))
    else:
        answer = _offer_again(request, form_token)
    remember_language(answer, request.http, request.language)
    return answer


def _offer_again(request: PageRequest, form_token: str) -> Response:
    continue_to, kept_fields = local_path(request.form.text("continue_to", 500)), _read_kept_fields(request.form)
    values: dict[str, Any] = {"continue_to": continue_to, "kept_fields": kept_fields, "form_token": form_token}
    values |= {"resend": resend_kept(continue_to, kept_fields), "target": SIGN_IN}
    return page(request.anonymous_visitor, "account/resume.html", posted=True, **values)


def resend_kept(continue_to: str, kept_fields: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """What to send to the sign-in page to see a form that was kept in the other language."""
    return [("continue_to", continue_to), *((f"kept.{name}", value) for name, value in kept_fields)]


def _read_kept_fields(form: Form) -> list[tuple[str, str]]:
    return [(name.removeprefix("kept."), value) for name, value in form.fields if name.startswith("kept.")]
