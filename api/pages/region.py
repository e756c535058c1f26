"""The ledger: its head and its entries."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session, col, select

from api.pages.render import page
from api.pages.session import Page
from models.ledger import LedgerEntry, LedgerHead
from models.people import Role
from workflows.process.actors import Actor

router = APIRouter(include_in_schema=False)
LEDGER = "/jejak-audit"
ENTRIES = 50


@router.get(LEDGER)
async def show_ledger(request: Page, before: int = 0) -> Response:
    """The ledger's head and its entries, newest first; for admins and auditors."""

    def read_entries(session: Session, actor: Actor) -> dict[str, Any]:
        if not actor.holds(Role.AUDITOR):
            actor.require(Role.ADMIN)
        head = session.exec(select(LedgerHead)).one()
        query = select(LedgerEntry).order_by(col(LedgerEntry.seq).desc()).limit(ENTRIES)
        entries = list(session.exec(query.where(col(LedgerEntry.seq) < before) if before > 0 else query))
        return {"head": head, "entries": entries, "before": entries[-1].seq if entries and entries[-1].seq > 1 else 0}

    visitor, values = await request.read_page(read_entries)
    return page(visitor, "region/ledger.html", **values)


@router.get("/buku-besar")
async def go_to_ledger(request: Page) -> Response:
    """The ledger's former address: permanently where it is now, with whatever followed the address."""
    return RedirectResponse(str(request.http.url.replace(scheme="", netloc="", path=LEDGER)), 308)
