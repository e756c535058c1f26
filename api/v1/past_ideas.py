"""Ideas of earlier years, as files told of them: searched, read, and those that are like an idea."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import Session

from api.access import Api
from api.v1 import PREFIX
from api.v1.shapes import Cursor, Id, Limit, PageOut, ResponseBody
from models.past_ideas import PastOutcome
from workflows.calculations.similar import SharedWord
from workflows.intake.past_ideas import PastLine, SimilarPast, WantedPast, find_similar_past, list_past, read_past
from workflows.process.actors import Actor
from workflows.process.context import read_context
from workflows.process.keyset import Slice

router = APIRouter(prefix=PREFIX, tags=["intake"])
Typed = Annotated[str, Query(max_length=200)]
OfFile = Annotated[str | None, Query(max_length=26, description="A file: its ideas, also while it waits, for who may read them.")]


class PastIdeaLine(ResponseBody):
    """An idea of an earlier year. `received_on`, `outcome` and `code` are the word of its file, and no receipt; `imported_at` says when it
    came on record. `initiator` is null for whoever is not told."""

    id: str
    title: str
    unit: str
    received_on: date
    outcome: PastOutcome
    programme: str
    code: str
    initiator: str | None
    file_id: str
    imported_at: datetime


class PastIdeaPage(PageOut):
    ideas: list[PastIdeaLine]


class PastIdeaOut(PastIdeaLine):
    """Such an idea with its text and where it comes from: the row of a file, by its SHA-256, who answers for that and who confirmed it,
    null while it waits."""

    summary: str
    row: int
    file: str
    sha256: str
    author: str
    confirmed_by: str | None
    confirmed_at: datetime | None


class SimilarPastOut(ResponseBody):
    """An idea of an earlier year that is like the asked one; `came_later` where it came on record only after that one's receipt."""

    idea: PastIdeaLine
    likeness: Decimal
    shared: list[SharedWord]
    came_later: bool


@router.get("/past-ideas")
async def find_past_ideas(request: Api, q: Typed = "", file: OfFile = None, after: Cursor = None, limit: Limit = 50) -> PastIdeaPage:
    """The ideas of earlier years that the asker may see, the newest first: adopted and running ones, and rejected ones of their units."""

    def read(session: Session, actor: Actor) -> PastIdeaPage:
        found = list_past(session, WantedPast(q, file), Slice(after, limit), actor=actor)
        return PastIdeaPage(ideas=[_show(line) for line in found.rows], after=found.after)

    return await request.read(read)


@router.get("/past-ideas/{past_id}")
async def show_past_idea(past_id: Id, request: Api) -> PastIdeaOut:
    """An idea of an earlier year, and where it comes from."""

    def read(session: Session, actor: Actor) -> PastIdeaOut:
        found = read_past(session, past_id, actor=actor)
        idea, file = found.line.idea, found.line.file
        return PastIdeaOut(
            **_show(found.line).model_dump(),
            summary=idea.summary,
            row=idea.row,
            file=file.name,
            sha256=file.sha256,
            author=found.author,
            confirmed_by=found.confirmed_by or None,
            confirmed_at=file.confirmed_at,
        )

    return await request.read(read)


@router.get("/ideas/{idea_id}/similar-past")
async def show_similar_past(idea_id: Id, request: Api) -> list[SimilarPastOut]:
    """The ideas of earlier years most like an idea, of those that the asker may see."""

    def read(session: Session, actor: Actor) -> list[SimilarPastOut]:
        found = find_similar_past(session, read_context(session, idea_id, actor=actor), actor=actor)
        return [_show_similar(each) for each in found]

    return await request.read(read)


def _show(line: PastLine) -> PastIdeaLine:
    idea = line.idea
    said = {name: getattr(idea, name) for name in ("id", "title", "received_on", "outcome", "programme", "code", "file_id")}
    return PastIdeaLine(**said, unit=line.unit, initiator=line.initiator or None, imported_at=line.file.imported_at)


def _show_similar(each: SimilarPast) -> SimilarPastOut:
    shared = list(each.match.shared)
    return SimilarPastOut(idea=_show(each.line), likeness=each.match.likeness, shared=shared, came_later=each.came_later)
