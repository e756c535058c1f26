"""Ideas that are like an idea, and what people say that two ideas have to do with each other."""

from datetime import datetime
from decimal import Decimal

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlmodel import Session

from api.access import Api
from api.v1 import PREFIX
from api.v1.shapes import Id, IdeaLine, RequestBody, ResponseBody, show_line
from models.links import IdeaLink, LinkKind
from workflows.calculations.similar import SharedWord
from workflows.intake.links import LinkLine, NewLink, link_ideas, list_links, unlink_ideas
from workflows.intake.similar import SimilarIdea, find_similar
from workflows.process.actors import Actor
from workflows.process.context import read_context
from workflows.process.relations import list_blind

router = APIRouter(prefix=PREFIX + "/ideas/{idea_id}", tags=["intake"])


class LinkIn(RequestBody):
    """How the idea stands to another, named by its code: `same`, `similar` and `related` are said by who screens it, `continues` by its
    lead proposer."""

    kind: LinkKind
    other: str = Field(max_length=60)
    reason: str = Field(max_length=2_000)


class LinkEndIn(RequestBody):
    reason: str = Field(max_length=2_000)


class LinkOut(ResponseBody):
    """What was said of two ideas; `ended_at` says when it was taken back."""

    id: str
    idea_id: str
    other_id: str
    kind: LinkKind
    reason: str
    said_at: datetime
    ended_at: datetime | None
    end_reason: str


class LinkedIdea(LinkOut):
    """A link as it is read beside an idea: `other` is the other of the two, `said_of_other` whether it was said of that one.

    `by` and `ended_by` are null, and reasons empty, where the asker reviews one of the two blindly.
    """

    other: IdeaLine
    said_of_other: bool
    by: str | None
    ended_by: str | None


class SimilarOut(ResponseBody):
    """An idea that is like the asked one: `likeness` in percent, the shared words that weigh most with their part in it, and whether it was
    received earlier; an idea that is not handed in yet is later than all."""

    idea: IdeaLine
    likeness: Decimal
    shared: list[SharedWord]
    is_earlier: bool


@router.get("/similar")
async def show_similar(idea_id: Id, request: Api) -> list[SimilarOut]:
    """The ideas most like one, of those that the asker may see; drafts are never among them."""
    return await request.read(lambda s, a: list_similar(s, find_similar(s, read_context(s, idea_id, actor=a), actor=a), a))


@router.get("/links")
async def show_links(idea_id: Id, request: Api) -> list[LinkedIdea]:
    """What was said of an idea and another, also what was taken back; of ideas that the asker may see."""

    def read(session: Session, actor: Actor) -> list[LinkedIdea]:
        lines = list_links(session, read_context(session, idea_id, actor=actor), actor=actor)
        blind = list_blind(session, [line.other for line in lines], actor)
        return [_show_line(line, blind=line.other.id in blind) for line in lines]

    return await request.read(read)


@router.post("/links", status_code=201, response_model=LinkOut)
async def link(idea_id: Id, body: LinkIn, request: Api) -> JSONResponse:
    """Say how an idea stands to another."""
    new = NewLink(body.kind, body.other, body.reason)
    return await request.write(lambda s, a: _show(link_ideas(s, idea_id, new, actor=a)), status=201)


@router.post("/links/{link_id}/ending", response_model=LinkOut)
async def unlink(idea_id: Id, link_id: Id, body: LinkEndIn, request: Api) -> JSONResponse:
    """Take back what was said of two ideas; it stays on record."""
    return await request.write(lambda s, a: _show(unlink_ideas(s, idea_id, link_id, reason=body.reason, actor=a)))


def list_similar(session: Session, found: list[SimilarIdea], actor: Actor) -> list[SimilarOut]:
    """Similar ideas as the asker may read of them: to a blind reviewer without their units."""
    blind = list_blind(session, [each.idea for each in found], actor)
    return [
        SimilarOut(
            idea=show_line(each.idea, blind=each.idea.id in blind),
            likeness=each.match.likeness,
            shared=list(each.match.shared),
            is_earlier=each.is_earlier,
        )
        for each in found
    ]


def _show(link: IdeaLink) -> LinkOut:
    return LinkOut.model_validate(link, from_attributes=True)


def _show_line(line: LinkLine, *, blind: bool) -> LinkedIdea:
    untold = {} if line.is_told else {"reason": "", "end_reason": ""}
    return LinkedIdea(
        **{**_show(line.link).model_dump(), **untold},
        other=show_line(line.other, blind=blind),
        said_of_other=line.is_said_of_other,
        by=line.by or None,
        ended_by=line.ended_by or None,
    )
