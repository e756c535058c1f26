"""One request for a page: the session cookie, who reads, and the check that a posted form came from our own page."""

from collections.abc import Callable
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import BaseModel
from sqlmodel import Session, SQLModel

from api.access import ApiRequest, write_etag
from api.pages.forms import Form, read_form
from api.pages.reading import reading_all
from api.problems import language_of
from api.signing_in import TOKEN_HOURS, Unauthenticated
from models.may_hold import MAY_ADVISE, MAY_HOLD
from models.people import Person, Role
from models.settings import settings
from workflows.process.actors import Actor
from workflows.process.refusals import Forbidden
from workflows.process.waiting import count_waiting
from workflows.region.code_mails import CodeMailing
from workflows.region.code_sheet import CodeSheet
from workflows.region.signatures import list_unsigned

T = TypeVar("T")
COOKIE = "gagas_session"
MOST_COUNTED = 99  # tasks; beyond, the menu shows 99+
YEAR = 365 * 24 * 3600


class Unconfirmed(Exception):
    """A final act was tried out, and would be done; nothing is kept until it is confirmed."""


class FormResult(BaseModel):
    """Where a form leads and what it achieved; stored under the form's key, so that sending it twice leads to the same place."""

    to: str
    done: str = ""
    activation_code: str | None = None
    person_id: str = ""  # whose code it is
    counts: dict[str, int] = {}  # how much a file changed
    sheet: CodeSheet | None = None
    mailing: CodeMailing | None = None
    calendar_url: str | None = None


@dataclass(frozen=True)
class Visitor:
    """Who reads the page, as far as its header and menu show it."""

    language: str
    path: str = "/"
    person_id: str = ""
    name: str = ""
    roles: frozenset[Role] = field(default_factory=frozenset)
    form_token: str = ""
    waiting: str = ""  # how many tasks, as the menu shows it; empty for none
    administers_region: bool = False
    may_advise: bool = False  # as a mentor

    @property
    def signed_in(self) -> bool:
        """Whether somebody is signed in."""
        return bool(self.person_id)


class PageRequest(ApiRequest):
    """A request that knows people by their session cookie and takes idempotency key, form token and version from the posted form."""

    def __init__(self, http: Request, form: Form | None = None) -> None:
        super().__init__(http)
        self.form = form or Form()
        self.language = language_of(http)
        self.part = ""
        self.is_trial = False
        self.is_switch = False  # whether the form was only sent to be shown in the other language

    @property
    def token(self) -> str:
        """The session's token; raises Unauthenticated without one."""
        token = self.http.cookies.get(cookie_name(self.http), "")
        if not token:
            raise Unauthenticated("sign_in_needed")
        return token

    async def read_page(self, query: Callable[[Session, Actor], T]) -> tuple[Visitor, T]:
        """Run a query for the person signed in; answers also with what the page's header and menu need."""
        return await self.read(lambda session, actor: (self._visitor(session, actor), query(session, actor)))

    async def read_page_publicly(self, query: Callable[[Session], T]) -> tuple[Visitor, T]:
        """Run a query for anybody, signed in or not; answers also with what the page's header and menu need."""

        def run(session: Session) -> tuple[Visitor, T]:
            try:
                visitor = self._visitor(session, self.actor(session))
            except Unauthenticated:
                visitor = self.anonymous_visitor
            return visitor, query(session)

        return await self.read_publicly(run)

    async def read_visitor(self) -> Visitor:
        """Who reads a page that anybody may read."""
        return (await self.read_page_publicly(lambda _session: None))[0]

    @property
    def anonymous_visitor(self) -> Visitor:
        """The visitor of a page whom nobody knows: not signed in."""
        return Visitor(self.language, self._path())

    async def act(
        self, action: Callable[[Session, Actor], FormResult], *, part: str = "", match: tuple[type[SQLModel], str] | None = None
    ) -> FormResult:
        """Run one action for a posted form, once per one-time key; `part` tells apart two actions of one form.

        Of a form that cannot be read in whole nothing is done: Unreadable is raised with what else is wrong with it.

        Where `is_trial` or `is_switch` is set, the action is only tried out: Unconfirmed is raised where it would be done, any refusal
        where it would not.
        """

        def checked(session: Session, actor: Actor) -> FormResult:
            self.require_own_form()
            with reading_all(self.form):
                return action(session, actor)

        self.part = part
        answer = await self.write(checked, match=None if self.is_switch else match)
        return FormResult.model_validate_json(bytes(answer.body))

    def require_own_form(self) -> None:
        """Refuse a form that does not carry the token of the session it came with; who is signed in was read before."""
        if self.signed_in is None or not compare_digest(self.form.text("form_token", 100), self.signed_in.form_token):
            raise Forbidden("form_token_invalid")

    def _visitor(self, session: Session, actor: Actor) -> Visitor:
        person = session.get(Person, actor.person_id)
        sign_in = self.signed_in
        if person is None or sign_in is None:
            return self.anonymous_visitor
        waiting = count_waiting(session, actor=actor, most=MOST_COUNTED + 1).number + len(list_unsigned(session, actor=actor))
        roles = frozenset(grant.role for grant in actor.grants) | (MAY_HOLD[person.kind] & {Role.PROPOSER})
        whole = any(grant.role == Role.ADMIN and grant.covers_region for grant in actor.grants)
        token, advises = sign_in.form_token, person.kind in MAY_ADVISE
        return Visitor(self.language, self._path(), person.id, person.full_name, roles, token, _write_waiting(waiting), whole, advises)

    def _path(self) -> str:
        url = self.http.url
        return f"{url.path}?{url.query}" if url.query and self.http.method in ("GET", "HEAD") else url.path

    def _idempotency_key(self) -> str | None:
        key = self.form.key
        if not key or len(key) > 40 or not key.isascii() or not key.isalnum():
            raise Forbidden("form_token_invalid")
        return key + self.part

    def _keep_answer(
        self, session: Session, actor: Actor, asked: tuple[str | None, str], answered: tuple[int, BaseModel | None]
    ) -> JSONResponse:
        if self.is_trial or self.is_switch:
            raise Unconfirmed  # and the transaction is undone
        return super()._keep_answer(session, actor, asked, answered)

    def _given_version(self) -> str:
        version = self.form.text("form_version", 40)
        return write_etag(version) if version.isascii() and version.isalnum() else ""


def _write_waiting(number: int) -> str:
    return f"{MOST_COUNTED}+" if number > MOST_COUNTED else str(number or "")


def is_https(request: Request) -> bool:
    """Whether the browser speaks to us over TLS, ours or a proxy's."""
    return request.url.scheme == "https" or settings().address.startswith("https://")


def cookie_name(request: Request) -> str:
    """`__Host-` binds the cookie to this host and to TLS; without TLS no browser would take it."""
    return f"__Host-{COOKIE}" if is_https(request) else COOKIE


def set_session(response: Response, request: Request, token: str) -> None:
    """Set the session cookie: HttpOnly, so that no script reads it, and SameSite, so that no other site's form sends it."""
    response.set_cookie(
        cookie_name(request), token, max_age=TOKEN_HOURS * 3600, path="/", secure=is_https(request), httponly=True, samesite="lax"
    )


def clear_session(response: Response, request: Request) -> None:
    """Delete the session cookie."""
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


def redirect_to(result: FormResult) -> RedirectResponse:
    """Redirect with 303, so that reloading sends nothing again."""
    page, hash_sign, place = result.to.partition("#")
    mark = "&" if "?" in page else "?"
    return RedirectResponse(f"{page}{mark}ok={result.done}{hash_sign}{place}" if result.done else result.to, 303)


async def page_request(http: Request) -> PageRequest:
    """The dependency of a page that is only read."""
    return PageRequest(http)


async def posted_form(http: Request) -> PageRequest:
    """The dependency of a posted form; raises Forbidden for a form of another site."""
    refuse_foreign(http)
    form = await read_form(http)
    choose_language(http, form)
    return PageRequest(http, form)


async def posted_form_with_file(http: Request) -> PageRequest:
    """The dependency of a posted form that may hold a file; raises Forbidden for a form of another site."""
    refuse_foreign(http)
    form = await read_form(http, with_file=True)
    choose_language(http, form)
    return PageRequest(http, form)


def choose_language(http: Request, form: Form) -> None:
    """Take the language out of a form that was sent to be shown in it; what else was sent is kept for the pages that show it again."""
    http.state.language = form.choose_language()
    http.state.sent = form.fields


def remember_language(response: Response, http: Request, language: str) -> None:
    """Let the browser keep the reader's language."""
    response.set_cookie("language", language, max_age=YEAR, path="/", secure=is_https(http), httponly=True, samesite="lax")


Page = Annotated[PageRequest, Depends(page_request)]
PostedForm = Annotated[PageRequest, Depends(posted_form)]
PostedFormWithFile = Annotated[PageRequest, Depends(posted_form_with_file)]
