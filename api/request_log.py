"""What every request leaves in the access log, and which of them the security log: by route, status and code, never by what was sent."""

import re
import time
import traceback
from dataclasses import dataclass
from typing import Any

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.logs import ACCESS, SECURITY, write_line
from workflows.process.actors import Actor

QUIET = ("/static/", "/fonts/", "/api/v1/health")
OWN_ID = re.compile(r"[0-9a-z]{26}")  # an id of ours in an address; a token or a number looks otherwise
# What a request to these routes means, by its status; 2xx and 3xx are "well".
ACCOUNTS = {
    ("POST", "/api/v1/tokens"): "sign_in",
    ("POST", "/masuk"): "sign_in",
    ("DELETE", "/api/v1/tokens/current"): "sign_out",
    ("POST", "/keluar"): "sign_out",
    ("DELETE", "/api/v1/me/sessions"): "sign_out",
    ("DELETE", "/api/v1/me/sessions/{session_id}"): "sign_out",
    ("PUT", "/api/v1/me/password"): "password_change",
    ("POST", "/api/v1/activation"): "activation",
    ("POST", "/aktivasi"): "activation",
    ("POST", "/akun/kata-sandi"): "password_change",
    ("POST", "/api/v1/forgotten-passwords"): "password_forgotten",
    ("POST", "/lupa-kata-sandi"): "password_forgotten",
    ("PUT", "/api/v1/me/email"): "email_change",
    ("POST", "/akun/surel"): "email_change",
    ("PUT", "/api/v1/me/email/confirmation"): "email_confirmation",
    ("POST", "/akun/surel/kode"): "email_confirmation",
    ("POST", "/akun/sesi/{session_id}"): "sign_out",
    ("POST", "/akun/keluar-semua"): "sign_out",
}
LOST_FILES = ("DamagedFile", "FileNotFoundError")
REFUSED = {401: "refused", 403: "refused", 429: "throttled"}


@dataclass
class Known:
    """What became known of a request while it was answered."""

    person: str | None = None
    roles: tuple[str, ...] = ()
    code: str = ""
    fault: str = ""


def known_of(http: HTTPConnection) -> Known:
    """What is known of a request so far, to be added to."""
    known: Known = http.scope.setdefault("gagas.known", Known())
    return known


def note_asker(http: HTTPConnection, actor: Actor) -> None:
    """Say who asks."""
    known = known_of(http)
    known.person, known.roles = actor.person_id, tuple(sorted({str(grant.role) for grant in actor.grants}))


class RequestLog:
    """Writes a line for each request, however it ended; it stands outside of everything else."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and write what it was."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        known, began, status = known_of(HTTPConnection(scope)), time.perf_counter(), 500

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except Exception as fault:
            known.fault = known.fault or describe_fault(fault)
            raise
        finally:
            _write(scope, known, status, round((time.perf_counter() - began) * 1_000))


def describe_fault(fault: BaseException) -> str:
    """An error's kind and where it was raised; not its words, which may repeat what was sent."""
    frames = traceback.extract_tb(fault.__traceback__)
    where = f" at {frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else ""
    return f"{type(fault).__name__}{where}"


def _write(scope: Scope, known: Known, status: int, milliseconds: int) -> None:
    route = getattr(scope.get("route"), "path", "-")
    if scope["path"].startswith(QUIET) and status < 500:
        return
    ids = {name: value for name, value in scope.get("path_params", {}).items() if OWN_ID.fullmatch(str(value)) and name.endswith("_id")}
    asked: dict[str, Any] = {"method": scope["method"], "route": route, **ids, "status": status, "code": known.code}
    whose = {"person": known.person, "address": (scope.get("client") or ("",))[0]}
    write_line(ACCESS, "request", **asked, milliseconds=milliseconds, **whose)
    event = _name_event(scope["method"], route, status, known)
    if event:
        write_line(SECURITY, event, **asked, **whose, roles=list(known.roles), fault=known.fault)


def _name_event(method: str, route: str, status: int, known: Known) -> str:
    if known.fault.startswith(LOST_FILES):
        return "file_damaged"
    if status >= 500:
        return "fault"
    if (method, route) in ACCOUNTS and status != 429:
        return ACCOUNTS[method, route] + ("" if status < 400 else "_failed")
    return REFUSED.get(status, "")
