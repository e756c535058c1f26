"""The pages of ideas of earlier years: a list that is searched, and one idea with where it comes from."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from api.pages.forms import FormView
from api.pages.render import page
from api.pages.session import Page
from api.v1.shapes import Cursor, Id
from workflows.intake.past_ideas import WantedPast, list_past, read_past
from workflows.process.actors import Actor
from workflows.process.keyset import Slice
from workflows.region.past_files import list_past_files, may_look_through

router = APIRouter(include_in_schema=False)
LIST = "/usulan-terdahulu"
ON_A_PAGE = 30


@router.get(LIST)
async def show_list(request: Page, q: str = "", berkas: str = "", after: Cursor = None) -> Response:
    """The ideas of earlier years that the reader may see; with `berkas` those of one file, also while it waits."""
    wanted = WantedPast(q[:200], berkas[:26] or None)

    def read(session: Session, actor: Actor) -> dict[str, Any]:
        found = list_past(session, wanted, Slice(after, ON_A_PAGE), actor=actor)
        files = list_past_files(session, actor=actor) if may_look_through(actor) and after is None else []
        forms = [(file, FormView(f"confirm-{file.id}")) for file in files if file.confirmed_at is not None]
        return {"lines": found.rows, "after": found.after, "files": forms}

    visitor, values = await request.read_page(read)
    return page(visitor, "past/list.html", typed=wanted.text, of_file=wanted.file_id or "", first=after is None, **values)


@router.get(LIST + "/{past_id}")
async def show(past_id: Id, request: Page) -> Response:
    """One idea, and which file tells of it."""
    visitor, found = await request.read_page(lambda session, actor: read_past(session, past_id, actor=actor))
    return page(visitor, "past/idea.html", found=found)
