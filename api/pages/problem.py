"""Problems as pages: the same refusals, statuses and sentences as the API's, in the pages' look."""

import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response
from starlette.exceptions import WebSocketException

from api.frame import HEADERS
from api.pages.forms import FormView, kept_fields
from api.pages.render import page
from api.pages.session import PageDoor, Visitor, local_path
from api.signing_in import Unauthenticated
from models.ids import new_id
from workflows.process.refusals import Refusal

Handle = Callable[[Request, Any], Awaitable[Response]]
TITLED = (400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503)


def install_problem_pages(app: FastAPI) -> None:
    """Answer people with pages and programs with problem documents; the API's answers stay as they are."""
    for kind, former in list(app.exception_handlers.items()):
        if isinstance(kind, type) and not issubclass(kind, WebSocketException):
            app.exception_handlers[kind] = _either(former)

    @app.exception_handler(Exception)
    async def broken(request: Request, _fault: Exception) -> Response:
        if for_programs(request):
            return PlainTextResponse("Internal Server Error", 500)
        answer = await problem_page(request, 500, "")
        answer.headers.update(HEADERS)
        return answer


def for_programs(request: Request) -> bool:
    """Whether an address belongs to the API."""
    return request.url.path.startswith("/api/")


def _either(former: Any) -> Handle:
    async def answer(request: Request, fault: Any) -> Response:
        if isinstance(fault, Unauthenticated) and not for_programs(request):
            return await ask_to_sign_in(request)
        told: Response = await former(request, fault)
        if for_programs(request) or told.media_type != "application/problem+json":
            return told
        problem = json.loads(bytes(told.body))
        shown = await problem_page(
            request, told.status_code, problem["detail"] if isinstance(fault, Refusal) or told.status_code == 503 else ""
        )
        for name in ("retry-after", "allow"):
            if name in told.headers:
                shown.headers[name] = told.headers[name]
        return shown

    return answer


async def problem_page(request: Request, status: int, sentence: str) -> Response:
    """What happened and what to do; a form that was sent can be sent again from here, nothing typed is lost."""
    visitor = await _who(request)
    sent = kept_fields(getattr(request.state, "sent", []))
    title = status if status in TITLED else 500 if status >= 500 else 400
    again = sent if sent and status not in (404, 405) else []
    return page(visitor, "problem.html", status=status, code=title, sentence=sentence, again=again, target=request.url.path, posted=True)


async def ask_to_sign_in(request: Request) -> Response:
    """The sign-in page: for a page that was asked for, by redirect; for a form that was sent, with the form in its luggage."""
    sent = kept_fields(getattr(request.state, "sent", []))
    if not sent:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse("/masuk?" + _next(local_path(request.url.path + query)), 303)
    visitor = PageDoor(request).stranger
    view = FormView("signin", key=new_id())
    return page(
        visitor,
        "account/sign_in.html",
        status=401,
        form=view,
        onward=request.url.path,
        luggage=sent,
        ended=True,
        posted=True,
        back="/kotak-masuk",
    )


def _next(path: str) -> str:
    return urlencode({"lanjut": path})


async def _who(request: Request) -> Visitor:
    door = PageDoor(request)
    try:
        return (await door.look_publicly(lambda _session: None))[0]
    except Exception:  # the storage may be what failed; the page must still come
        return door.stranger
