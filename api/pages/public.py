"""What everybody may read: the welcome page, the process on one page, and the verification of documents."""

import re
from collections.abc import Callable

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session, col, select

from api.pages.render import page, read_done
from api.pages.session import Page, Visitor
from models.calls import Call, CallChange, CallState
from models.instants import now
from workflows.process import ways
from workflows.process.refusals import Conflict, NotFound
from workflows.process.ways import Transition, Way
from workflows.recognition.verify import (
    DIGEST,
    LONGEST_NUMBER,
    Genuineness,
    Verified,
    clean_digest,
    find_token,
    judge,
    verify_digest,
    verify_token,
)
from workflows.region.call_changes import find_extensions

router = APIRouter(include_in_schema=False)
STATUS = {
    Genuineness.GENUINE: 200,
    Genuineness.REVOKED: 200,
    Genuineness.ALTERED: 409,
    Genuineness.UNREADABLE: 422,
    Genuineness.UNKNOWN: 404,
}


@router.get("/")
async def welcome(request: Page, ok: str = "") -> Response:
    """What Gagas is, which calls are open, where to sign in and to verify."""

    def list_open_calls(session: Session) -> tuple[list[Call], dict[str, CallChange]]:
        taking = select(Call).where(Call.state == CallState.OPEN, Call.closes_at > now())
        calls = list(session.exec(taking.order_by(col(Call.closes_at)).limit(20)))
        return calls, find_extensions(session, calls)

    visitor, (calls, extensions) = await request.read_page_publicly(list_open_calls)
    return page(visitor, "public/welcome.html", calls=calls, extensions=extensions, done=read_done(ok))


@router.get("/proses")
async def show_process(request: Page) -> Response:
    """The process tables as they stand in the code, every transition."""
    visitor, _ = await request.read_page_publicly(lambda _session: None)
    shown = {way.name: _by_stage(way) for way in (ways.IDEA, ways.AWARD, ways.DOCUMENT)}
    return page(visitor, "public/process.html", ways=shown)


@router.get("/v/{token}")
async def verify(token: str, request: Page, sha256: str = "") -> Response:
    """Whether a document is genuine and still stands, in one glance; `sha256` compares a file with it, and then the file decides."""
    visitor, found = await _find(request, lambda session: verify_token(session, token[:40]))
    return _show(visitor, found, sha256, f"/v/{token[:40]}")


@router.get("/verifikasi")
async def verify_file(request: Page, sha256: str = "", alamat: str = "") -> Response:
    """Find a document by the number or the address printed on it, or by its file's SHA-256."""
    printed, digest = alamat.strip(), clean_digest(sha256)
    token = re.search(r"([a-z2-7]{26})/?$", printed.lower())
    if token:
        return RedirectResponse(f"/v/{token[1]}", 303)
    if DIGEST.fullmatch(digest):
        visitor, found = await _find(request, lambda session: verify_digest(session, digest))
        return _show(visitor, found, digest, "/verifikasi")
    shared = False
    if printed:
        try:
            token_of_number = await request.look_up(lambda session: find_token(session, printed), guessable=True)
            return RedirectResponse(f"/v/{token_of_number}", 303)
        except NotFound:
            return _show(await request.read_visitor(), None, "", "/verifikasi")
        except Conflict:
            shared = True
    unreadable = bool(sha256.strip()) and not shared
    status = 409 if shared else 422 if unreadable else 200
    values = {"typed": sha256[:200], "printed": printed[:LONGEST_NUMBER], "unreadable": unreadable, "shared": shared}
    return page(await request.read_visitor(), "public/verify.html", status=status, **values)


async def _find(request: Page, query: Callable[[Session], Verified]) -> tuple[Visitor, Verified | None]:
    try:
        found = await request.look_up(query)
    except NotFound:
        found = None
    return await request.read_visitor(), found


def _show(visitor: Visitor, found: Verified | None, sha256: str, again: str) -> Response:
    """The page of a verdict; where a file is compared it decides heading, colour and status."""
    verdict = judge(found, sha256)
    compared = bool(found and sha256.strip())
    values = {"state": verdict, "document": found, "compared": compared, "again": again, "typed": sha256[:200]}
    return page(visitor, "public/verified.html", status=STATUS[verdict], **values)


def _by_stage(way: Way) -> list[tuple[str | None, list[Transition]]]:
    """The transitions of a way, by the stage in which they begin, in the table's order."""
    begins = [None, *way.stages]
    return [(stage, list(way.leaving(stage))) for stage in begins if way.leaving(stage)]
