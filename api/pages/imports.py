"""Units and people from a file: looked at first, then taken in whole, with every fault by row and column on the page and as a file.

People are brought by the operators and admins of their units, units by admins.
"""

import csv
import io
from collections.abc import Sequence
from typing import Any, Protocol

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from api.pages.forms import FormView
from api.pages.ideas import SEPARATOR, neutralise
from api.pages.reading import require_readable
from api.pages.refused import RefusedForm, attempt
from api.pages.render import page
from api.pages.session import FormResult, Page, PageRequest, PostedFormWithFile
from api.pages.texts import Words, texts
from api.sentences import sentence
from models.people import Role
from workflows.process.actors import Actor
from workflows.region.import_people import check_people, import_people
from workflows.region.import_reach import require_importer
from workflows.region.import_report import ImportReport, RowFault
from workflows.region.import_units import check_units, import_units

router = APIRouter(include_in_schema=False)
IMPORT = "/impor"
LARGEST = 12_000_000  # bytes of a request with a file: some 240,000 people as XLSX
SHOWN = 100  # faults on the page; the file has all


class Importer(Protocol):
    """Goes through a file: to look only, or to write."""

    def __call__(self, session: Session, content: bytes, /, *, actor: Actor) -> ImportReport:
        """What it changes, and what is wrong with it."""


LOOK: dict[str, Importer] = {"people": check_people, "units": check_units}
WRITE: dict[str, Importer] = {"people": import_people, "units": import_units}


@router.get(IMPORT)
async def show_import(request: Page) -> Response:
    """The form for a file, for operators and admins."""
    return await _show(request)


@router.post(IMPORT)
async def take_file(request: PostedFormWithFile) -> Response:
    """Look at a file, give its faults as a CSV file, or take it in; what was taken is said with its numbers."""
    what = request.form.choice("what", tuple(LOOK))
    if "file" not in request.form.files:
        request.form.wrong["file"] = "field_missing"
    content, wanted = request.form.files.get("file", b""), request.form.text("act", 10)

    def check(session: Session, actor: Actor) -> ImportReport:
        request.require_own_form()
        list_kinds(actor)
        require_readable(request.form)
        return LOOK[what](session, content, actor=actor)

    def write(session: Session, actor: Actor) -> FormResult:
        return FormResult(to=IMPORT, counts=read_counts(WRITE[what](session, content, actor=actor)))

    async def take() -> FormResult:
        found = await request.read(check)
        if wanted != "write" or found.wrong:
            raise _LookedAt(found)
        return await request.act(write)

    try:
        return await attempt(
            "import", request, take, lambda refused: _show(request, refused=refused), lambda result: _show(request, taken=result.counts)
        )
    except _LookedAt as looked:
        if wanted == "report":
            return _write_faults(looked.found.faults, request.language)
        return await _show(request, found=looked.found)


def list_kinds(actor: Actor) -> tuple[str, ...]:
    """What somebody may bring by a file; raises Forbidden for who may bring nothing."""
    require_importer(actor)
    return tuple(LOOK) if actor.holds(Role.ADMIN) else ("people",)


class _LookedAt(Exception):
    """A file was looked at and is not taken."""

    def __init__(self, found: ImportReport) -> None:
        super().__init__("looked at")
        self.found = found


def read_counts(report: ImportReport) -> dict[str, int]:
    """A report's numbers by the places of its sentence."""
    return {name: getattr(report, name) for name in ("rows", "registered", "moved", "changed", "unchanged")}


def tell_fault(fault: RowFault, words: Words) -> tuple[str, str, str]:
    """The row, the column and what to correct, as people read them."""
    named = f"imports.{fault.column}"
    return (
        words.count(fault.row),
        words.text(named) if named in texts() else fault.column,
        sentence(fault.code, words.language, fault.parameters),
    )


def write_faults(faults: Sequence[RowFault], words: Words) -> str:
    """All faults as a CSV file for a spreadsheet."""
    written = io.StringIO()
    write = csv.writer(written, delimiter=SEPARATOR[words.language]).writerow
    write([words.text("imports.row"), words.text("imports.column"), words.text("imports.fault")])
    for fault in faults:
        write([neutralise(cell) for cell in tell_fault(fault, words)])
    return "\ufeff" + written.getvalue()


def _write_faults(faults: Sequence[RowFault], language: str) -> Response:
    headers = {"Content-Disposition": 'attachment; filename="perbaikan.csv"', "Cache-Control": "no-store"}
    return Response(write_faults(faults, Words(language)), media_type="text/csv; charset=utf-8", headers=headers)


async def _show(
    request: PageRequest,
    *,
    refused: RefusedForm | None = None,
    found: ImportReport | None = None,
    taken: dict[str, int] | None = None,
) -> Response:
    visitor, kinds = await request.read_page(lambda _session, actor: list_kinds(actor))
    words = Words(request.language)
    told = [tell_fault(fault, words) for fault in found.faults[:SHOWN]] if found else []
    counts = read_counts(found) if found and not found.wrong else None
    form = (
        refused.view() if refused else FormView("import", {"what": request.form.text("what", 10) or (kinds[0] if len(kinds) == 1 else "")})
    )
    values: dict[str, Any] = {"form": form, "faults": told, "wrong_rows": found.wrong if found else 0, "would": counts, "taken": taken}
    status = refused.status if refused else 422 if told else 200
    return page(visitor, "region/import.html", status=status, wrong=refused, posted=bool(refused or found or taken), kinds=kinds, **values)
