"""What everybody may read: the welcome page, the process on one page, and the verification of documents."""

import re
from typing import Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session, col, select

from api.pages.render import page, read_done
from api.pages.session import Page
from models.calls import Call, CallState
from models.documents import DocumentState
from models.instants import now
from workflows.process import ways
from workflows.process.refusals import NotFound
from workflows.process.ways import Transition, Way
from workflows.recognition.verify import Verified, verify_digest, verify_token

router = APIRouter(include_in_schema=False)
DIGEST = re.compile(r"[0-9a-f]{64}")


@router.get("/")
async def welcome(request: Page, ok: str = "") -> Response:
    """What Gagas is, which calls are open, where to sign in and to verify."""

    def list_open_calls(session: Session) -> list[Call]:
        return list(
            session.exec(select(Call).where(Call.state == CallState.OPEN, Call.closes_at > now()).order_by(col(Call.closes_at)).limit(20))
        )

    visitor, calls = await request.read_page_publicly(list_open_calls)
    return page(visitor, "public/welcome.html", calls=calls, done=read_done(ok))


@router.get("/proses")
async def show_process(request: Page) -> Response:
    """The process tables as they stand in the code, every transition."""
    visitor, _ = await request.read_page_publicly(lambda _session: None)
    shown = {way.name: _by_stage(way) for way in (ways.IDEA, ways.AWARD, ways.DOCUMENT)}
    return page(visitor, "public/process.html", ways=shown)


@router.get("/v/{token}")
async def verify(token: str, request: Page, sha256: str = "") -> Response:
    """Whether a document is genuine and still stands, in one glance; `sha256` compares a file with it."""
    visitor, found = await request.read_page_publicly(lambda session: _find(session, token[:40], by_digest=False))
    return page(visitor, "public/verified.html", status=200 if found else 404, **_describe(found, sha256, token[:40]))


@router.get("/verifikasi")
async def verify_file(request: Page, sha256: str = "", alamat: str = "") -> Response:
    """Find a document by the address under its code or by its file's SHA-256."""
    token = re.search(r"([a-z2-7]{26})/?$", alamat.strip().lower())
    if token:
        return RedirectResponse(f"/v/{token[1]}", 303)
    digest = _clean(sha256)
    if DIGEST.fullmatch(digest):
        visitor, found = await request.read_page_publicly(lambda session: _find(session, digest, by_digest=True))
        return page(visitor, "public/verified.html", status=200 if found else 404, **_describe(found, digest, ""))
    visitor, _ = await request.read_page_publicly(lambda _session: None)
    return page(visitor, "public/verify.html", typed=sha256[:200], address=alamat[:300], unreadable=bool(sha256.strip() or alamat.strip()))


def _find(session: Session, wanted: str, *, by_digest: bool) -> Verified | None:
    try:
        return verify_digest(session, wanted) if by_digest else verify_token(session, wanted)
    except NotFound:
        return None


def _describe(found: Verified | None, sha256: str, token: str) -> dict[str, Any]:
    typed = _clean(sha256)
    compared = "" if not typed else "same" if found and typed == found.sha256 else "other" if DIGEST.fullmatch(typed) else "unreadable"
    state = "unknown" if found is None else "revoked" if found.state == DocumentState.REVOKED else "genuine"
    return {"state": state, "document": found, "compared": compared, "token": token, "typed": sha256[:200]}


def _clean(sha256: str) -> str:
    return "".join(sha256.split()).lower().removeprefix("sha256:")


def _by_stage(way: Way) -> list[tuple[str | None, list[Transition]]]:
    """The transitions of a way, by the stage in which they begin, in the table's order."""
    begins = [None, *way.stages]
    return [(stage, list(way.leaving(stage))) for stage in begins if way.leaving(stage)]
