"""The list of ideas: searched, narrowed, sorted, counted; as a page and as a file for a spreadsheet."""

import csv
import io
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session, col, select

from api.formats import show_number
from api.pages.listed import Filter, IdeaRow, list_held_rows, read_filter
from api.pages.queue import read_origin
from api.pages.render import page, read_done
from api.pages.session import Page
from api.pages.texts import Words
from models.calls import Call
from models.instants import local_day
from workflows.process import ways
from workflows.process.actors import Actor
from workflows.process.browse import MANY, Count, add_up, count_by_stage, is_cheap_to_count, list_ideas
from workflows.process.keyset import Slice
from workflows.process.wanted import Sort
from workflows.process.ways import Kind

router = APIRouter(include_in_schema=False)
ON_A_PAGE = 100
MOST_CALLS = 200
AT_ONCE = 500  # rows read for the file at a time
MOST_IN_FILE = 10_000
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # with which a spreadsheet takes a text for a formula
SEPARATOR = {"id": ";", "en": ","}  # by which a spreadsheet of either language tells columns apart
COLUMNS = ("code", "title", "unit", "stage", "score", "spread", "due", "received", "held_by")


@router.get("/daftar")
async def show_list(request: Page, after: str | None = None, before: str | None = None, ok: str = "") -> Response:
    """The ideas that the reader may know of."""
    asked = read_filter(dict(request.http.query_params))

    def read_list(session: Session, actor: Actor) -> dict[str, Any]:
        wanted = asked.read()
        found = list_ideas(session, wanted, Slice(after, ON_A_PAGE, before), actor=actor)
        is_counted = is_cheap_to_count(session, wanted, actor=actor)
        counts = count_by_stage(session, wanted, actor=actor) if is_counted else None
        calls = session.exec(select(Call.id, Call.title).order_by(col(Call.opens_at).desc()).limit(MOST_CALLS)).all()
        return {
            "rows": list_held_rows(session, found.rows, actor),
            "after": found.after,
            "before": found.before,
            "calls": calls,
            "counts": counts or {},
            "all": None if counts is None else add_up(counts),
            "total": _find_total(asked, counts),
        }

    visitor, values = await request.read_page(read_list)
    stages = [name for name, stage in ways.IDEA.stages.items() if stage.kind != Kind.DRAFT or name in values["counts"]]
    origin = read_origin(f"daftar?{asked.write()}")
    words = Words(request.language)

    def count_of(count: Count) -> str:
        return show_count(count, words)

    return page(
        visitor, "list.html", count_of=count_of, stages=stages, asked=asked, sorts=tuple(Sort), origin=origin, done=read_done(ok), **values
    )


@router.get("/daftar/usulan.csv")
async def export_list(request: Page) -> Response:
    """What the filter shows, as a file for a spreadsheet."""
    asked = read_filter(dict(request.http.query_params))
    words = Words(request.language)
    rows, is_whole = await request.read(lambda session, actor: _read_all(session, asked, actor))
    written = io.StringIO()
    write = csv.writer(written, delimiter=SEPARATOR[request.language]).writerow
    write([words.text(f"list.{name}") for name in COLUMNS])
    for row in rows:
        write([neutralise(cell) for cell in _list_cells(row, words)])
    if not is_whole:
        write([words.text("list.file_ends", count=words.count(MOST_IN_FILE))])
    headers = {"Content-Disposition": 'attachment; filename="usulan.csv"', "Cache-Control": "no-store"}
    return Response("\ufeff" + written.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _find_total(asked: Filter, counts: dict[str, Count] | None) -> Count | None:
    """How many ideas the filter shows; None where that is not counted."""
    if counts is not None:
        return add_up(counts, asked.stage or None)
    return None if asked.is_narrow else Count(MANY, is_exact=False)


def neutralise(cell: str) -> str:
    """A text as a spreadsheet shows it and never computes it: with an apostrophe before the sign of a formula."""
    return f"'{cell}" if cell.lstrip().startswith(FORMULA) or cell.startswith(FORMULA) else cell


def show_count(count: Count, words: Words) -> str:
    """A number of ideas, or `lebih dari 1.000`."""
    return words.count(count.number) if count.is_exact else words.text("list.more_than", count=words.count(count.number))


def _read_all(session: Session, asked: Filter, actor: Actor) -> tuple[list[IdeaRow], bool]:
    rows: list[IdeaRow] = []
    after: str | None = None
    while len(rows) < MOST_IN_FILE:
        found = list_ideas(session, asked.read(), Slice(after, AT_ONCE), actor=actor)
        rows += list_held_rows(session, found.rows, actor)
        after = found.after
        if after is None:
            return rows, True
    return rows, False


def _list_cells(row: IdeaRow, words: Words) -> list[str]:
    idea, known, language = row.idea, row.known, words.language
    figures = ["" if figure is None else show_number(figure, language) for figure in (known.score, known.spread)]
    days = ["" if instant is None else local_day(instant).isoformat() for instant in (row.due_at, idea.submitted_at)]
    held_by = ", ".join(words.word(role) for role in row.held_by)
    return [idea.code or "", idea.title, row.unit, words.word(idea.stage), *figures, *days, held_by]
