"""What holds for every answer: how large and how slow a request may be, and the headers that keep a browser safe."""

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import TooLarge, TooSlow, problem_response
from workflows.process.refusals import Refusal

PAGE_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
SCRIPTED_POLICY = f"{PAGE_POLICY}; script-src 'self'; connect-src 'self'"  # of a page with a script of ours, which asks this server alone
HEADERS = {
    "content-security-policy": PAGE_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "strict-transport-security": "max-age=31536000",
}
UNSTORED = {"cache-control": "no-store"}  # what the API answers is for the asker alone


PATIENCE_SECONDS = 20.0
SLOWEST = 4_000  # bytes a second that a body must come with beyond that, as over a village's worst line


@dataclass(frozen=True)
class Streamed:
    """The paths whose routes read a body piece by piece, and the most bytes of one."""

    paths: re.Pattern[str]
    most: int


class BodyLimit:
    """Refuses a request of more bytes than allowed, counted as they arrive, as a chunked body states no length, and one that comes too
    slowly to have an end."""

    def __init__(self, app: ASGIApp, most: int, wider: Mapping[str, int] | None = None, streamed: Streamed | None = None) -> None:
        """`wider` are the paths that take more, and how much; the bodies of `streamed` ones are not gathered here."""
        self.app, self.most, self.wider, self.streamed = app, most, wider or {}, streamed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body up to the limit before the application sees it."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS", "DELETE"):
            await self.app(scope, receive, send)
            return
        if self.streamed is not None and self.streamed.paths.fullmatch(scope["path"]):
            await self._pass_on(scope, receive, send, self.streamed.most)
            return
        body, more, begun = bytearray(), True, time.monotonic()
        most = max(self.most, self.wider.get(scope["path"], 0))
        while more:
            try:
                async with asyncio.timeout(begun + PATIENCE_SECONDS + len(body) / SLOWEST - time.monotonic()):
                    message = await receive()
            except TimeoutError:
                late = problem_response(Request(scope), 408, Refusal("body_too_slow"))
                await late(scope, receive, send)
                return
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > most:
                refusal = problem_response(Request(scope), 413, Refusal("body_too_large", maximum=most))
                await refusal(scope, receive, send)
                return
        whole: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]

        async def replay() -> Message:
            return whole.pop() if whole else await receive()

        await self.app(scope, replay, send)

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send, most: int) -> None:
        """Hand the body on as it comes, within the same bounds; one that announces too much is refused before any of it is read."""
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and (len(announced) > 18 or int(announced) > most):
            await problem_response(Request(scope), 413, TooLarge("body_too_large", maximum=most))(scope, receive, send)
            return
        taken, more, begun = 0, True, time.monotonic()

        async def watch() -> Message:
            nonlocal taken, more
            if not more:
                return await receive()
            try:
                async with asyncio.timeout(begun + PATIENCE_SECONDS + taken / SLOWEST - time.monotonic()):
                    message = await receive()
            except TimeoutError:
                raise TooSlow("body_too_slow") from None
            taken += len(message.get("body", b""))
            more = message["type"] == "http.request" and message.get("more_body", False)
            if taken > most:
                raise TooLarge("body_too_large", maximum=most)
            return message

        await self.app(scope, watch, send)


class SecureHeaders:
    """Adds the headers of `HEADERS` to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete the answer's headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name for name, _ in message["headers"]}
                wanted = {**HEADERS, **(UNSTORED if scope["path"].startswith("/api/") else {})}
                extra: list[Any] = [(n.encode(), v.encode()) for n, v in wanted.items() if n.encode() not in present]
                message = {**message, "headers": [*message["headers"], *extra]}
            await send(message)

        await self.app(scope, receive, complete)
