"""Documents to open and download, and the reports of calls."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session, col, select

from api.pages.forms import FormView
from api.pages.refused import TurnedDown, attempt
from api.pages.render import page, read_done
from api.pages.session import Landing, PageDoor, TheForm, ThePage
from api.v1.recognition import REPORT_READERS, list_documents, open_file
from api.v1.shapes import Id
from models.calls import Call
from models.documents import DocumentKind
from models.people import Role
from models.units import Unit
from workflows.actors import Actor
from workflows.recognition.report import ask_report
from workflows.refusals import Forbidden

router = APIRouter(include_in_schema=False)
ASKING = (Role.SECRETARIAT, Role.LEADER, Role.AUDITOR, Role.ADMIN)


@router.get("/dokumen")
async def show_documents(door: ThePage) -> Response:
    """The documents that were handed to the reader."""
    visitor, person_id = await door.look(lambda _session, actor: actor.person_id)
    documents = [document for document in await list_documents(door) if document.holder_id == person_id]
    return page(visitor, "recognition/mine.html", documents=list(reversed(documents)))


@router.get("/dokumen/{document_id}")
async def open_document(document_id: Id, door: ThePage, twin: bool = False) -> Response:
    """The issued file."""
    return await open_file(document_id, door, twin)


@router.get("/laporan")
async def show_reports(door: ThePage, ok: str = "") -> Response:
    """The calls a reader may have a report of, and the reports there are."""
    return await _reports_page(door, done=read_done(ok))


@router.post("/laporan/{call_id}")
async def ask(call_id: Id, door: TheForm) -> Response:
    """Ask for a report of the call as it stands now."""

    def act(session: Session, actor: Actor) -> Landing:
        ask_report(session, call_id, actor=actor)
        return Landing(to="/laporan", done="report_asked")

    async def show(down: TurnedDown) -> Response:
        return await _reports_page(door, down=down)

    return await attempt(f"report-{call_id}", door, lambda: door.act(act), show)


async def _reports_page(door: PageDoor, *, down: TurnedDown | None = None, done: str = "") -> Response:
    def tell(session: Session, actor: Actor) -> list[tuple[Call, bool]]:
        if not any(actor.holds(role) for role in REPORT_READERS):
            raise Forbidden("only_secretariat")
        rows = session.exec(select(Call, Unit.path).join(Unit).order_by(col(Call.opens_at).desc(), col(Call.id)).limit(200))
        readable = [(call, path) for call, path in rows if any(actor.holds(role, path) for role in REPORT_READERS)]
        return [(call, any(actor.holds(role, path) for role in ASKING)) for call, path in readable]

    visitor, calls = await door.look(tell)
    reports = list(reversed(await list_documents(door, kind=DocumentKind.REPORT)))
    lines: list[dict[str, Any]] = [
        {"call": call, "may_ask": may_ask, "form": FormView(f"report-{call.id}"), "reports": [r for r in reports if r.call_id == call.id]}
        for call, may_ask in calls
    ]
    status = down.status if down else 200
    return page(visitor, "recognition/reports.html", status=status, lines=lines, wrong=down, done=done, posted=down is not None)
