"""One request to the API: who asks, in which transaction, under which idempotency key and version."""

import asyncio
import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel
from starlette.concurrency import run_in_threadpool

from api.hashing import Hashing
from api.lookups import Lookups
from api.problems import BadRequest, MatchMissing, Stale
from api.request_log import note_asker
from api.signing_in import SEEN_MINUTES, SignedIn, Unauthenticated, find_sign_in, note_visit
from api.v1 import PREFIX
from api.v1.shapes import show_idea
from models.database import Database, LostRace, append_row
from models.ideas import Idea
from models.idempotency import KeptAnswer
from models.instants import wall_now
from models.statements.answers import find_answer
from workflows.calculations.refusals import CalculationRefusal
from workflows.process.actors import Actor
from workflows.process.crashpoints import crashpoint
from workflows.process.refusals import Forbidden, Invalid, NotFound, Refusal
from workflows.process.visibility import sees_idea

T = TypeVar("T")
Action = Callable[[Session, Actor], BaseModel | None]
TRIES = 3  # an action is run again when others changed its rows meanwhile
SHOWN_ONCE = ("activation_code", "sheet", "confirmation_code", "calendar_url")  # a repeated request is answered without it


class Match(StrEnum):
    """Whether a route holds If-Match against the version of what it changes."""

    NOT_READ = "not_read"
    READ = "read"
    REQUIRED = "required"
    ONCE_SET = "once_set"  # required where something is replaced, not where it is made


@dataclass(frozen=True)
class Head:
    """What a route reads of a request's head and tells in its answer's; the API's description is made from it (`api/contract/`).

    `publicly`: nobody need be signed in. `throttled`: too many tries are refused for a while. `looks_up`: so are
    too many lookups of documents. `creates`: the path below the prefix of what a 201 has made, with names of the answer's or the path's;
    it becomes the answer's Location.
    """

    publicly: bool = False
    match: Match = Match.NOT_READ
    throttled: bool = False
    looks_up: bool = False
    creates: str = ""

    async def __call__(self, http: Request) -> "ApiRequest":
        """The dependency through which a route reaches the database; async, as a sync one costs a change of threads per request."""
        return ApiRequest(http, self)


class ApiRequest:
    """One request's way to the database: `read` and `write` run an action as the account that asks."""

    def __init__(self, http: Request, head: Head | None = None) -> None:
        self.http, self.head = http, head or Head()
        self.database: Database = http.app.state.database
        self.writers: Executor = http.app.state.writers
        self.hashing: Hashing = http.app.state.hashing
        self.lookups: Lookups = http.app.state.lookups
        self.searches: Lookups = http.app.state.searches
        self.signed_in: SignedIn | None = None
        self.body_sha256 = ""  # of a body that was read piece by piece, and is not kept

    @property
    def token(self) -> str:
        """The bearer token; raises Unauthenticated without one."""
        scheme, _, token = self.http.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("sign_in_needed")
        return token.strip()

    def actor(self, session: Session) -> Actor:
        """Who asks, with roles as they stand in this transaction; by cookie or bearer, a sign-in not used for long is over."""
        self.signed_in = find_sign_in(session, self.token)
        note_asker(self.http, self.signed_in.actor)
        return self.signed_in.actor

    async def read(self, query: Callable[[Session, Actor], T]) -> T:
        """Answer a question in a read-only transaction."""

        def run() -> T:
            with self.database.reading() as session:
                return query(session, self.actor(session))

        answer = await run_in_threadpool(run)
        await self.note_visit()
        return answer

    async def read_versioned(self, query: Callable[[Session, Actor], BaseModel]) -> JSONResponse:
        """Answer with one thing, its version as ETag."""
        content = (await self.read(query)).model_dump(mode="json")
        return JSONResponse(content, headers={"Cache-Control": "no-store", "ETag": write_etag(content["version"])})

    async def note_visit(self) -> None:
        """Remember that the sign-in was used, every few minutes: one that rests too long is over."""
        seen = self.signed_in
        if seen is not None and seen.seen_at < wall_now() - timedelta(minutes=SEEN_MINUTES):
            await self.write_publicly(lambda session: note_visit(session, seen))

    async def read_publicly(self, query: Callable[[Session], T]) -> T:
        """Answer a question that anybody may ask."""

        def run() -> T:
            with self.database.reading() as session:
                return query(session)

        return await run_in_threadpool(run)

    async def look_up(self, query: Callable[[Session], T], *, guessable: bool = False) -> T:
        """Answer anybody's question about a document; TooMany where their address asked in vain, or by guesses, too often."""
        address = address_of(self.http)
        self.lookups.require_few(address)
        if guessable:
            self.lookups.count(address)
        try:
            return await self.read_publicly(query)
        except NotFound:
            if not guessable:
                self.lookups.count(address)
            raise

    def count_search(self, actor: Actor) -> None:
        """Count one search for a colleague; TooMany where the same person searched too often lately."""
        place = f"person {actor.person_id}"
        self.searches.require_few(place)
        self.searches.count(place)

    async def write(
        self, action: Action, *, status: int = 200, match: tuple[type[SQLModel], str] | None = None, must_match: bool = False
    ) -> JSONResponse:
        """Run one action in one transaction and answer after its commit.

        POST needs an Idempotency-Key: the same key and body get the kept answer, another body is refused. `match` names the row
        whose version, as the asker may see it, If-Match is held against; `must_match` demands the header. A lost race is run again on
        the fresh rows.
        """
        key = self._idempotency_key()
        digest = self.body_sha256 or hashlib.sha256(await self.http.body()).hexdigest()

        def run() -> JSONResponse:
            with self.database.unit_of_work() as session:
                actor = self.actor(session)
                kept = self._find_kept_answer(session, actor, key, digest)
                if kept is not None:
                    return kept
                with self._checked_version(session, actor, match, must_match):
                    answer = action(session, actor)
                    session.flush()
                answered = self._keep_answer(session, actor, (key, digest), (status, answer))
                crashpoint("after_action_before_commit")
            crashpoint("after_commit_before_answer")
            return answered

        answered = await self._queued(run)
        await self.note_visit()
        return answered

    async def write_publicly(self, action: Callable[[Session], T]) -> T:
        """Run one action for somebody not signed in yet."""

        def run() -> T:
            with self.database.unit_of_work() as session:
                return action(session)

        return await self._queued(run)

    async def _queued(self, run: Callable[[], T]) -> T:
        loop = asyncio.get_running_loop()
        for _ in range(TRIES - 1):
            try:
                return await loop.run_in_executor(self.writers, run)  # waiting there occupies no thread that readers need
            except (LostRace, IntegrityError):  # on PostgreSQL the same key twice at once meets in the table of kept answers
                continue
        return await loop.run_in_executor(self.writers, run)

    def require_key(self) -> None:
        """Raise BadRequest for a request without an Idempotency-Key, before a large body is read."""
        self._idempotency_key()

    def _idempotency_key(self) -> str | None:
        if self.http.method != "POST":
            return None
        key = self.http.headers.get("idempotency-key", "").strip()
        if not key:
            raise BadRequest("idempotency_key_missing", "Idempotency-Key")
        if len(key) > 100 or not key.isprintable() or not key.isascii():
            raise BadRequest("idempotency_key_invalid", "Idempotency-Key")
        return key

    def _given_version(self) -> str:
        return self.http.headers.get("if-match", "").strip()

    def _route(self) -> str:
        return f"{self.http.method} {self.http.url.path}"[:200]

    def _find_kept_answer(self, session: Session, actor: Actor, key: str | None, digest: str) -> JSONResponse | None:
        if key is None:
            return None
        kept = find_answer(session, actor.person_id, self._route(), key)
        if kept is None:
            return None
        if kept.request_sha256 != digest:
            raise Invalid("idempotency_key_reused", "Idempotency-Key")
        return JSONResponse(kept.body, kept.status, headers={**kept.headers, "Idempotency-Replayed": "true"})

    @contextmanager
    def _checked_version(
        self, session: Session, actor: Actor, match: tuple[type[SQLModel], str] | None, must_match: bool
    ) -> Iterator[None]:
        """Raise Stale after the block when If-Match names another version than the present one.

        NotFound and Forbidden raised in the block stay: nobody learns by a version that a row exists.
        """
        given = self._given_version()
        if must_match and not given:
            raise MatchMissing("match_missing", "If-Match")
        stale = find_stale(session, actor, match, given) if match else None
        try:
            yield
        except (NotFound, Forbidden):
            raise
        except (Refusal, CalculationRefusal) as other:
            if stale is not None:
                raise stale from other
            raise
        if stale is not None:
            raise stale

    def _keep_answer(
        self, session: Session, actor: Actor, asked: tuple[str | None, str], answered: tuple[int, BaseModel | None]
    ) -> JSONResponse:
        status, answer = answered
        content = None if answer is None else answer.model_dump(mode="json")
        headers = {"Cache-Control": "no-store"}
        if isinstance(content, dict) and "version" in content:
            headers["ETag"] = write_etag(content["version"])
        if self.head.creates:
            headers["Location"] = PREFIX + self.head.creates.format(**{**self.http.path_params, **(content or {})})
        key, digest = asked
        if key is not None:
            stored = {name: None if name in SHOWN_ONCE else value for name, value in (content or {}).items()}
            kept = {"request_sha256": digest, "status": status, "body": stored if content is not None else None, "headers": headers}
            append_row(session, KeptAnswer, account_id=str(actor.person_id), route=self._route(), key=key, **kept)
        return JSONResponse(content, status, headers=headers)


def find_stale(session: Session, actor: Actor, match: tuple[type[SQLModel], str], given: str) -> Stale | None:
    """The refusal of a change that was made from another version than the present one; none where no version was given."""
    if not given or given == "*":
        return None
    version = find_version(session, actor, *match)
    return None if version is None or given == write_etag(version) else Stale("version_stale", "If-Match", version=version)


def find_version(session: Session, actor: Actor, table: type[SQLModel], row_id: str) -> str | int | None:
    """A row's version; an idea's as the actor may see it, since its row counts hidden acts too. None where there is nothing to see."""
    if table is Idea:
        return show_idea(session, row_id, actor).version if sees_idea(session, row_id, actor) else None
    row: Any = session.get(table, row_id)
    return None if row is None else int(row.version)


def address_of(http: Request) -> str:
    """Where a request comes from; behind a proxy of ours, what it says of the client."""
    return http.client.host if http.client else ""


def write_etag(version: str | int) -> str:
    """A version as an entity tag."""
    return f'"{version}"'


Api = Annotated[ApiRequest, Depends(Head())]
PublicApi = Annotated[ApiRequest, Depends(Head(publicly=True))]
LookUpApi = Annotated[ApiRequest, Depends(Head(publicly=True, looks_up=True))]
SearchingApi = Annotated[ApiRequest, Depends(Head(throttled=True))]
MatchingApi = Annotated[ApiRequest, Depends(Head(match=Match.READ))]
