"""The ledger: its head and its entries."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from api.pages.render import page
from api.pages.session import Page
from workflows.process.actors import Actor
from workflows.process.records import list_last_facts, read_published_head, require_reader

router = APIRouter(include_in_schema=False)
LEDGER = "/jejak-audit"
ENTRIES = 50


@router.get(LEDGER)
async def show_ledger(request: Page, before: str = "") -> Response:
    """The ledger's published head and the facts about the reader's units, newest first; for admins and auditors."""

    def read_facts(session: Session, actor: Actor) -> dict[str, Any]:
        require_reader(actor)
        head, since = read_published_head(session)
        facts, older = list_last_facts(session, before, ENTRIES, actor=actor)
        return {"head": head, "since": since, "facts": facts, "before": older}

    visitor, values = await request.read_page(read_facts)
    return page(visitor, "region/ledger.html", **values)


@router.get("/buku-besar")
async def go_to_ledger(request: Page) -> Response:
    """The ledger's former address: permanently where it is now, with whatever followed the address."""
    return RedirectResponse(str(request.http.url.replace(scheme="", netloc="", path=LEDGER)), 308)
