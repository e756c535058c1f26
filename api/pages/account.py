"""Sign in, activate an account, sign out, choose a language."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from api.pages.forms import Form, FormView, kept_fields
from api.pages.refused import TurnedDown, turn_down, unreadable
from api.pages.render import page, read_done
from api.pages.session import PageDoor, TheForm, ThePage, clear_session, is_https, local_path, set_session
from api.pages.texts import Words
from api.signing_in import TooMany, Unauthenticated, admit, check_password, count_failure, find_sign_in, sign_out
from workflows.process.refusals import Refusal

router = APIRouter(include_in_schema=False)
YEAR = 365 * 24 * 3600


@router.get("/masuk")
async def show_sign_in(door: ThePage, lanjut: Annotated[str, Query(max_length=600)] = "/kotak-masuk", ok: str = "") -> Response:
    """The sign-in form."""
    visitor, _ = await door.look_publicly(lambda _session: None)
    told: dict[str, Any] = {"form": FormView("signin"), "onward": "", "luggage": [], "ended": False, "back": local_path(lanjut)}
    return page(visitor, "account/sign_in.html", done=read_done(ok), **told)


@router.post("/masuk")
async def enter(door: TheForm) -> Response:
    """Sign in; a form that was sent after the session's end goes on from where it was."""
    form, number = door.form, door.form.text("employee_number", 30)
    try:
        person_id = await door.read_publicly(lambda session: check_password(session, number, form.values.get("password", "")))
        if person_id is None:
            await door.write_publicly(lambda session: count_failure(session, number))
            raise Unauthenticated("sign_in_wrong", "employee_number")
    except (Unauthenticated, TooMany) as refusal:
        return _show_again(door, refusal)
    if door.request.cookies:
        await _end(door)
    admission = await door.write_publicly(lambda session: admit(session, person_id))
    response: Response
    if form.text("onward", 500):
        proof = await door.read_publicly(lambda session: find_sign_in(session, admission.token).form_token)
        response = _resume(door, proof)
    else:
        response = RedirectResponse(local_path(form.text("back", 500) or "/kotak-masuk"), 303)
    set_session(response, door.request, admission.token)
    return response


@router.get("/aktivasi")
async def show_activation(door: ThePage) -> Response:
    """The form for the one-time code."""
    visitor, _ = await door.look_publicly(lambda _session: None)
    return page(visitor, "account/activate.html", form=FormView("activation"))


@router.post("/aktivasi")
async def use_code(door: TheForm) -> Response:
    """Set a password with the one-time code; signing in comes next."""
    form = door.form
    if form.text("password", 1_000) != form.text("password_again", 1_000):
        form.wrong["password_again"] = "passwords_differ"  # noqa: S105
        return _ask_for_code(door, unreadable("activation", Form(kept_fields(form.fields), form.wrong), Words(door.language)))
    try:
        await door.activate(form.text("code", 100).strip(), form.text("password", 1_000))
    except Refusal as refusal:
        down = turn_down("activation", Form(kept_fields(form.fields)), refusal, Words(door.language))
        return _ask_for_code(door, down)
    return RedirectResponse("/masuk?ok=activated", 303)


@router.get("/keluar")
async def show_sign_out(door: ThePage) -> Response:
    """Ask once whether to sign out."""
    visitor, _ = await door.look_publicly(lambda _session: None)
    return page(visitor, "account/sign_out.html", form=FormView("signout"))


@router.post("/keluar")
async def leave(door: TheForm) -> Response:
    """End the session, on the server and in the browser."""
    await _end(door)
    response = RedirectResponse("/?ok=signed_out", 303)
    clear_session(response, door.request)
    return response


@router.post("/bahasa")
async def choose_language(door: TheForm) -> Response:
    """Remember the reader's language and go back to the page."""
    language = "en" if door.form.text("language", 2) == "en" else "id"
    response = RedirectResponse(local_path(door.form.text("back", 500)), 303)
    response.set_cookie("language", language, max_age=YEAR, path="/", secure=is_https(door.request), httponly=True, samesite="lax")
    return response


def _ask_for_code(door: PageDoor, down: TurnedDown) -> Response:
    return page(door.stranger, "account/activate.html", status=down.status, form=down.view(), wrong=down, posted=True)


async def _end(door: PageDoor) -> None:
    try:
        token = door.token
    except Unauthenticated:
        return
    await door.write_publicly(lambda session: sign_out(session, token))


def _show_again(door: PageDoor, refusal: Refusal) -> Response:
    form = door.form
    down = turn_down("signin", Form(kept_fields(form.fields)), refusal, Words(door.language))
    onward = local_path(form.text("onward", 500)) if form.text("onward", 500) else ""
    told: dict[str, Any] = {
        "form": down.view(),
        "onward": onward,
        "luggage": _luggage(form),
        "ended": bool(onward),
        "back": local_path(form.text("back", 500)),
    }
    response = page(door.stranger, "account/sign_in.html", status=down.status, wrong=down, posted=True, **told)
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = str(refusal.parameters["minutes"] * 60)
    return response


def _resume(door: PageDoor, proof: str) -> Response:
    told: dict[str, Any] = {"target": local_path(door.form.text("onward", 500)), "luggage": _luggage(door.form), "proof": proof}
    return page(door.stranger, "account/resume.html", posted=True, **told)


def _luggage(form: Form) -> list[tuple[str, str]]:
    return [(name.removeprefix("kept."), value) for name, value in form.fields if name.startswith("kept.")]
