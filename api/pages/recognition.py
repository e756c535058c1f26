"""Documents to open and download, and the reports of calls."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session, col, select

from api.pages.forms import FormView
from api.pages.refused import RefusedForm, attempt
from api.pages.render import page, read_done
from api.pages.session import FormResult, Page, PageRequest, PostedForm
from api.v1.recognition import FILE, open_file, show_document
from api.v1.shapes import Id
from models.calls import Call
from models.units import Unit
from workflows.process import ways
from workflows.process.actors import Actor
from workflows.process.keyset import Slice, take_page
from workflows.process.refusals import Forbidden
from workflows.process.visibility import units_of
from workflows.recognition.opening import READERS, WantedDocuments, list_documents, list_reports
from workflows.recognition.report import ask_report
from workflows.region.calls import LAST_OPENED_FIRST

router = APIRouter(include_in_schema=False)
files = APIRouter(tags=["pages"])
ON_A_PAGE = 20
CALLS = 25  # on a page of reports
ASKING = tuple(step.who for step in ways.DOCUMENT.of_action("number") if step.who is not None)


@router.get("/dokumen")
async def show_documents(request: Page, after: str | None = None) -> Response:
    """The documents that were handed to the reader."""
    piece = Slice(after, ON_A_PAGE)
    visitor, found = await request.read_page(lambda session, actor: list_documents(session, WantedDocuments(mine=True), piece, actor=actor))
    return page(visitor, "recognition/mine.html", documents=[show_document(each) for each in found.rows], after=found.after)


@files.get("/dokumen/{document_id}", response_class=Response, responses=FILE)
async def open_document(document_id: Id, request: Page, spreadsheet: bool = False) -> Response:
    """The issued file."""
    return await open_file(document_id, request, spreadsheet)


router.routes.extend(files.routes)  # known in the API's description, unlike the pages


@router.get("/laporan")
async def show_reports(request: Page, after: str | None = None, ok: str = "") -> Response:
    """The calls a reader may have a report of, and the reports there are."""
    return await _reports_page(request, after=after, done=read_done(ok))


@router.post("/laporan/{call_id}")
async def ask(call_id: Id, request: PostedForm) -> Response:
    """Ask for a report of the call as it stands now."""

    def act(session: Session, actor: Actor) -> FormResult:
        ask_report(session, call_id, actor=actor)
        return FormResult(to="/laporan", done="report_asked")

    async def show(refused: RefusedForm) -> Response:
        return await _reports_page(request, refused=refused)

    return await attempt(f"report-{call_id}", request, lambda: request.act(act), show)


async def _reports_page(request: PageRequest, *, after: str | None = None, refused: RefusedForm | None = None, done: str = "") -> Response:
    visitor, values = await request.read_page(lambda session, actor: _read_calls(session, Slice(after, CALLS), actor))
    status = refused.status if refused else 200
    return page(visitor, "recognition/reports.html", status=status, wrong=refused, done=done, posted=refused is not None, **values)


def _read_calls(session: Session, piece: Slice, actor: Actor) -> dict[str, Any]:
    """The calls the actor reads reports of, the last opened first, each with its newest reports and whether one more may be asked for."""
    if not any(actor.holds(role) for role in READERS):
        raise Forbidden("only_secretariat")
    query = select(Call, Unit.path).join(Unit).where(col(Call.unit_id).in_(units_of(actor, READERS)))
    calls = take_page(session, query, LAST_OPENED_FIRST, piece)
    reports = list_reports(session, [call.id for call, _ in calls.rows], ON_A_PAGE, actor=actor)
    lines = [
        {
            "call": call,
            "may_ask": any(actor.holds(role, path) for role in ASKING),
            "form": FormView(f"report-{call.id}"),
            "reports": [show_document(report) for report in reports[call.id]],
        }
        for call, path in calls.rows
    ]
    return {"lines": lines, "after": calls.after}
