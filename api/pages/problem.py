"""Problems as pages: the same refusals, statuses and sentences as the API's, in the pages' look."""

import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import WebSocketException

from api.middleware import HEADERS
from api.pages.account import SIGN_IN, resend_kept
from api.pages.forms import FormView, fields_to_keep
from api.pages.render import page
from api.pages.session import PageRequest, Visitor, local_path, remember_language
from api.pages.texts import Words
from api.problems import problem_response
from api.signing_in import Unauthenticated
from models.ids import new_id
from workflows.process.refusals import Refusal

Handle = Callable[[Request, Any], Awaitable[Response]]
TITLED = (400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503)


def install_problem_pages(app: FastAPI) -> None:
    """Answer people with pages and programs with problem documents; the API's answers stay as they are."""
    for kind, former in list(app.exception_handlers.items()):
        if isinstance(kind, type) and not issubclass(kind, WebSocketException):
            app.exception_handlers[kind] = _page_or_problem(former)

    @app.exception_handler(Exception)
    async def broken(request: Request, _fault: Exception) -> Response:
        if for_programs(request):
            answer: Response = problem_response(request, 500, Refusal("fault"))
        else:
            answer = await problem_page(request, 500, "")
        answer.headers.update(HEADERS)
        return answer


def for_programs(request: Request) -> bool:
    """Whether an address belongs to the API."""
    return request.url.path.startswith("/api/")


def _page_or_problem(former: Any) -> Handle:
    async def answer(request: Request, fault: Any) -> Response:
        if isinstance(fault, Unauthenticated) and not for_programs(request):
            return await ask_to_sign_in(request)
        answered: Response = await former(request, fault)
        if for_programs(request) or answered.media_type != "application/problem+json":
            return answered
        status, problem = answered.status_code, json.loads(bytes(answered.body))
        refusal = fault if isinstance(fault, Refusal) and not fault.parts else None
        sentence = problem["detail"] if isinstance(fault, Refusal) or status == 503 else ""
        shown = await problem_page(request, status, sentence, refusal)
        for name in ("retry-after", "allow", "content-range"):
            if name in answered.headers:
                shown.headers[name] = answered.headers[name]
        return shown

    return answer


async def problem_page(request: Request, status: int, sentence: str, refusal: Refusal | None = None) -> Response:
    """The page of a problem: what happened, what to do (in the pages' words for a refusal), and a button that sends a form again."""
    visitor = await _find_visitor(request)
    if refusal is not None:
        sentence = Words(visitor.language).refusal(refusal.code, refusal.parameters)
    sent = fields_to_keep(getattr(request.state, "sent", []))
    title = status if status in TITLED else 500 if status >= 500 else 400
    again = sent if sent and status not in (404, 405) else []
    answer = page(
        visitor,
        "problem.html",
        status=status,
        code=title,
        sentence=sentence,
        again=again,
        target=request.url.path,
        posted=bool(again),
        resend=again,
    )
    if language := getattr(request.state, "language", ""):
        remember_language(answer, request, language)
    return answer


async def ask_to_sign_in(request: Request) -> Response:
    """The sign-in page: for a page that was asked for, by redirect; for a form that was sent, with its fields kept."""
    sent = fields_to_keep(getattr(request.state, "sent", []))
    if not sent:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse("/masuk?" + _next(local_path(request.url.path + query)), 303)
    visitor = PageRequest(request).anonymous_visitor
    view = FormView("signin", key=new_id())
    return page(
        visitor,
        "account/sign_in.html",
        status=401,
        form=view,
        continue_to=request.url.path,
        kept_fields=sent,
        ended=True,
        posted=True,
        back="/kotak-masuk",
        resend=resend_kept(request.url.path, sent),
        target=SIGN_IN,
    )


def _next(path: str) -> str:
    return urlencode({"lanjut": path})


async def _find_visitor(request: Request) -> Visitor:
    asked = PageRequest(request)
    try:
        return (await asked.read_page_publicly(lambda _session: None))[0]
    except Exception:  # the storage may be what failed; the page must still come
        return asked.anonymous_visitor
