"""Who looks at a page: the session cookie, the door behind it, and the proof that a form is ours."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from hmac import compare_digest
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel
from sqlmodel import Session, SQLModel, col, update

from api.access import Door, write_etag
from api.pages.forms import Form, read_form
from api.problems import language_of
from api.signing_in import IDLE_MINUTES, TOKEN_HOURS, Proof, Unauthenticated, find_sign_in
from models.instants import wall_now
from models.people import Person, Role, SignIn
from models.settings import settings
from workflows.process.actors import Actor
from workflows.process.listing import list_inbox
from workflows.process.refusals import Forbidden

T = TypeVar("T")
COOKIE = "gagas_session"
SEEN_MINUTES = 5  # a visit is noted at most this often
MOST_COUNTED = 100


class Landing(BaseModel):
    """Where a button leads and what it achieved; kept with its key, so that a second press leads to the same place."""

    to: str
    done: str = ""
    activation_code: str | None = None


@dataclass(frozen=True)
class Visitor:
    """Who reads the page, as far as its frame tells."""

    language: str
    path: str = "/"
    person_id: str = ""
    name: str = ""
    roles: frozenset[Role] = field(default_factory=frozenset)
    form_token: str = ""
    waiting: int = 0

    @property
    def signed_in(self) -> bool:
        """Whether anybody is."""
        return bool(self.person_id)


class PageDoor(Door):
    """A door that knows people by their session cookie and takes key, proof and version from the form."""

    def __init__(self, request: Request, form: Form | None = None) -> None:
        super().__init__(request)
        self.form = form or Form()
        self.language = language_of(request)
        self.part = ""
        self._sign_in: Proof | None = None

    @property
    def token(self) -> str:
        """The session's token; raises Unauthenticated without one."""
        token = self.request.cookies.get(cookie_name(self.request), "")
        if not token:
            raise Unauthenticated("sign_in_needed")
        return token

    def actor(self, session: Session) -> Actor:
        """Who looks; a session that rested too long is over."""
        sign_in = find_sign_in(session, self.token)
        if sign_in.seen_at < wall_now() - timedelta(minutes=IDLE_MINUTES):
            raise Unauthenticated("sign_in_needed")
        self._sign_in = sign_in
        return sign_in.actor

    async def look(self, query: Callable[[Session, Actor], T]) -> tuple[Visitor, T]:
        """Answer a question for the person signed in, together with what the page's frame needs."""
        told = await self.read(lambda session, actor: (self._visitor(session, actor), query(session, actor)))
        await self._note_visit()
        return told

    async def look_publicly(self, query: Callable[[Session], T]) -> tuple[Visitor, T]:
        """Answer a question that anybody may ask, whether signed in or not."""

        def run(session: Session) -> tuple[Visitor, T]:
            try:
                visitor = self._visitor(session, self.actor(session))
            except Unauthenticated:
                visitor = self.stranger
            return visitor, query(session)

        return await self.read_publicly(run)

    @property
    def stranger(self) -> Visitor:
        """Somebody who is not signed in."""
        return Visitor(self.language, self._path())

    async def act(
        self, action: Callable[[Session, Actor], Landing], *, part: str = "", match: tuple[type[SQLModel], str] | None = None
    ) -> Landing:
        """Run one action for a posted form, once per one-time key; `part` tells apart two actions of one form."""

        def prove(session: Session, actor: Actor) -> Landing:
            if self._sign_in is None or not compare_digest(self.form.text("form_token", 100), self._sign_in.form_token):
                raise Forbidden("form_token_invalid")
            return action(session, actor)

        self.part = part
        answer = await self.write(prove, match=match)
        return Landing.model_validate_json(bytes(answer.body))

    def _visitor(self, session: Session, actor: Actor) -> Visitor:
        person = session.get(Person, actor.person_id)
        sign_in = self._sign_in
        if person is None or sign_in is None:
            return self.stranger
        waiting = len(list_inbox(session, actor=actor, limit=MOST_COUNTED))
        roles = frozenset(grant.role for grant in actor.grants)
        return Visitor(self.language, self._path(), person.id, person.full_name, roles, sign_in.form_token, waiting)

    def _path(self) -> str:
        url = self.request.url
        return f"{url.path}?{url.query}" if url.query and self.request.method == "GET" else url.path

    async def _note_visit(self) -> None:
        seen = self._sign_in
        if seen is None or seen.seen_at > wall_now() - timedelta(minutes=SEEN_MINUTES):
            return
        visited = update(SignIn).where(col(SignIn.token_hash) == seen.token_hash).values(seen_at=wall_now())
        await self.write_publicly(lambda session: session.execute(visited))

    def _idempotency_key(self) -> str | None:
        key = self.form.key
        if not key or len(key) > 40 or not key.isascii() or not key.isalnum():
            raise Forbidden("form_token_invalid")
        return key + self.part

    def _given_version(self) -> str:
        version = self.form.text("form_version", 20)
        return write_etag(int(version)) if version.isdecimal() else ""


def is_https(request: Request) -> bool:
    """Whether the browser speaks to us over TLS, ours or a proxy's."""
    return request.url.scheme == "https" or settings().address.startswith("https://")


def cookie_name(request: Request) -> str:
    """`__Host-` binds the cookie to this host and to TLS; without TLS no browser would take it."""
    return f"__Host-{COOKIE}" if is_https(request) else COOKIE


def set_session(response: Response, request: Request, token: str) -> None:
    """Hand the browser its session: out of reach of scripts, and of other sites' forms."""
    response.set_cookie(
        cookie_name(request), token, max_age=TOKEN_HOURS * 3600, path="/", secure=is_https(request), httponly=True, samesite="lax"
    )


def clear_session(response: Response, request: Request) -> None:
    """Take the session back from the browser."""
    response.delete_cookie(cookie_name(request), path="/", secure=is_https(request), httponly=True, samesite="lax")


def refuse_foreign(request: Request) -> None:
    """Refuse a form that another site sent: by Sec-Fetch-Site, or by Origin where the browser does not send it."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise Forbidden("form_token_invalid")
        return
    origin = request.headers.get("origin", "")
    if origin not in (f"{request.url.scheme}://{request.url.netloc}", settings().address):
        raise Forbidden("form_token_invalid")


def local_path(path: str) -> str:
    """A path on this site to go back to; anything else is the welcome page."""
    plain = path.isprintable() and path.isascii() and "\\" not in path
    return path if plain and path.startswith("/") and not path.startswith("//") and len(path) <= 500 else "/"


def lead_to(landing: Landing) -> RedirectResponse:
    """Go on with GET, so that reloading sends nothing again."""
    mark = "&" if "?" in landing.to else "?"
    return RedirectResponse(f"{landing.to}{mark}ok={landing.done}" if landing.done else landing.to, 303)


async def page_door(request: Request) -> PageDoor:
    """The door of a page that is only read."""
    return PageDoor(request)


async def form_door(request: Request) -> PageDoor:
    """The door of a posted form; raises Forbidden for a form of another site."""
    refuse_foreign(request)
    form = read_form(await request.body(), request.headers.get("content-type", ""))
    request.state.sent = form.fields
    return PageDoor(request, form)


ThePage = Annotated[PageDoor, Depends(page_door)]
TheForm = Annotated[PageDoor, Depends(form_door)]
