"""The application: all routes, with the limits and headers that hold for every request and answer."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.routing import APIRoute

from api.books import Binding
from api.compression import Compression
from api.contract import site as contract
from api.hashing import Hashing
from api.lookups import MOST_KEPT, MOST_SEARCHES, Lookups
from api.middleware import BodyLimit, SecureHeaders, Streamed
from api.pages import imports
from api.pages.problem import install_problem_pages
from api.pages.site import PAGES
from api.problems import install
from api.request_log import RequestLog
from api.uploads import LARGEST_BODY, Inspecting
from api.v1 import (
    accounts,
    attachments,
    books,
    calendar,
    call_life,
    calls,
    ceilings,
    claims,
    clinics,
    code_mails,
    colleagues,
    condition,
    confirmations,
    courses,
    dictated,
    exports,
    intake,
    late_permits,
    links,
    mentors,
    merges,
    messages,
    name_search,
    offices,
    operations,
    past_ideas,
    pauses,
    people,
    pilot,
    posts,
    recognition,
    region,
    replacements,
    review,
    revisions,
    reward,
    screenings,
    teams,
    transfers,
)
from models.database import Database, database
from models.migrations import require_newest_schema
from models.settings import settings

ROUTERS = (
    intake,
    attachments,
    books,
    links,
    colleagues,
    mentors,
    clinics,
    courses,
    name_search,
    revisions,
    teams,
    replacements,
    claims,
    merges,
    transfers,
    dictated,
    past_ideas,
    screenings,
    review,
    pilot,
    reward,
    recognition,
    accounts,
    messages,
    region,
    exports,
    people,
    code_mails,
    posts,
    confirmations,
    offices,
    calls,
    call_life,
    late_permits,
    ceilings,
    calendar,
    pauses,
    operations,
    condition,
)  # ideas first: a path is tried from the top


def create_app(store: Database | None = None) -> FastAPI:
    """The application on a database; the process' own by default."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        require_newest_schema(app.state.database)
        yield

    app = FastAPI(
        openapi_url=None,  # `api/contract/` describes the API
        lifespan=lifespan,
    )
    app.state.database = store or database()
    app.state.writers = ThreadPoolExecutor(app.state.database.writers, "writer")
    app.state.hashing = Hashing()
    app.state.lookups = Lookups()
    app.state.searches = Lookups(most=MOST_SEARCHES, code="too_many_searches")
    app.state.keeping = Lookups(most=MOST_KEPT, code="too_many_kept")
    app.state.inspecting = Inspecting()
    app.state.binding = Binding()
    for part in (*ROUTERS, *PAGES, contract):
        app.router.routes.extend(part.router.routes)  # as they are: what lies in an included router costs a third more to find
    answer_head(app)
    install(app)
    install_problem_pages(app)
    app.add_middleware(Compression)
    app.add_middleware(SecureHeaders)
    streamed = Streamed(attachments.WITH_FILE, LARGEST_BODY)
    app.add_middleware(BodyLimit, most=settings().body_limit, wider={imports.IMPORT: imports.LARGEST}, streamed=streamed)
    app.add_middleware(RequestLog)
    return app


def answer_head(app: FastAPI) -> None:
    """Answer HEAD wherever GET is answered, as RFC 9110 (9.1) wants it of every server."""
    for route in app.routes:
        if isinstance(route, APIRoute) and route.methods and "GET" in route.methods:
            route.methods.add("HEAD")
