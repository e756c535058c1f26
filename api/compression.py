"""Answers compressed on their way: what the API says, a list to download, and pages of somebody who is not signed in.

A page of somebody signed in carries the form's token beside what an address or a form repeats: whoever watches how long it gets could
guess the token bit by bit (BREACH), so it goes out as it is. A downloaded list holds no token. The API knows nobody by cookie, so no other
site can ask in one's name.
"""

from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from api.v1.recognition import MEDIA
from workflows.adapters.inspection import MEDIA as OF_IDEAS

SMALLEST = 1_000  # bytes; a packet holds about 1,400 in any case
LEVEL = 5  # of 9: 49 KB of 200 ideas become 11 KB in 1 to 2 ms; 9 takes three times as long for 4 % less
DOWNLOADS = ("/daftar/usulan.csv",)
PACKED = (*MEDIA.values(), *OF_IDEAS, "font/*", "image/*")


class Compression:
    """Compresses what may be compressed, for whoever takes gzip."""

    def __init__(self, app: ASGIApp) -> None:
        self.plain = app
        self.packed = GZipMiddleware(app, SMALLEST, LEVEL, exclude_content_types=(*DEFAULT_EXCLUDED_CONTENT_TYPES, *PACKED))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, to be answered plain or packed."""
        app = self.packed if scope["type"] == "http" and may_be_packed(scope) else self.plain
        await app(scope, receive, send)


def may_be_packed(scope: Scope) -> bool:
    """Whether the answer to a request may be compressed: the API's, a list's, and a page's that is asked for without a session."""
    return (
        scope["path"].startswith("/api/")
        or scope["path"] in DOWNLOADS
        or "gagas_session" not in HTTPConnection(scope).headers.get("cookie", "")
    )
