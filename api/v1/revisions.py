"""What an idea said before, and what was changed since."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from sqlmodel import Session

from api.access import Api
from api.v1 import PREFIX
from api.v1.shapes import Id, ResponseBody
from api.v1.team_history import MemberChangeOut, show_members
from workflows.calculations.text_changes import Change
from workflows.intake.revisions import compare_revisions, list_revisions
from workflows.process.actors import Actor

router = APIRouter(prefix=PREFIX + "/ideas/{idea_id}/revisions", tags=["intake"])
MOST = 10**6


class RevisionOut(ResponseBody):
    """A revision that the asker may read; `is_sent` where it was handed in."""

    number: int
    at: datetime
    is_sent: bool


class PieceOut(ResponseBody):
    """Some words in a row, and what became of them."""

    change: Change
    text: str


class PartChangeOut(ResponseBody):
    """A part that was changed: `title`, `budget_rupiah`, `sections.<name>`, `answers.<name>`, `files` (a name a line) and the like.

    `pieces` are the words of a title or section, removed and added ones among the others, and of files the name of each; of any other part
    there are none. A file that took another's place under the same name is removed and added.
    """

    part: str
    before: str
    after: str
    pieces: list[PieceOut]


class ComparisonOut(ResponseBody):
    """Two revisions and what differs; `before` is null for the first revision, all of which is new.

    `team` is each member before and after, where both revisions were handed in and the team changed in between; else it is empty.
    """

    before: RevisionOut | None
    after: RevisionOut
    changes: list[PartChangeOut]
    team: list[MemberChangeOut]


@router.get("")
async def show_revisions(idea_id: Id, request: Api) -> list[RevisionOut]:
    """The revisions that the asker may read: the team each of them, an office those that were handed in."""
    return await request.read(
        lambda s, a: [RevisionOut.model_validate(each, from_attributes=True) for each in list_revisions(s, idea_id, actor=a)]
    )


@router.get("/{number}/changes")
async def show_revision_changes(
    idea_id: Id,
    number: Annotated[int, Path(ge=1, le=MOST)],
    request: Api,
    since: Annotated[int | None, Query(ge=1, le=MOST)] = None,
) -> ComparisonOut:
    """What a revision says otherwise than an earlier one, by default the one before it that the asker may read."""

    def read(session: Session, actor: Actor) -> ComparisonOut:
        found = compare_revisions(session, idea_id, number, since, actor=actor)
        shown = {name: getattr(found, name) for name in ("before", "after", "changes")}
        return ComparisonOut.model_validate({**shown, "team": show_members(session, found.team)}, from_attributes=True)

    return await request.read(read)
