"""Ideas that their call opens to colleagues: read, supported, followed, and commented on."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlmodel import Session, col, select

from api.access import Api, ApiRequest
from api.v1 import PREFIX
from api.v1.shapes import Cursor, Id, Limit, PageOut, RequestBody, ResponseBody
from api.v1.shown import show_as
from models.colleagues import IdeaComment
from models.ideas import Idea
from models.people import write_full_name
from models.units import Unit
from workflows.intake.answers import leave_unasked_out
from workflows.intake.colleagues import end_follow, end_support, follow_idea, read_regard, support_idea
from workflows.intake.commenting import (
    CommentLine,
    CommentState,
    hide_comment,
    list_comments,
    list_newest,
    show_comment,
    state_of,
    take_back_comment,
    write_comment,
)
from workflows.intake.content import list_said
from workflows.intake.shared import SharedIdea, SharedReader, list_shared, list_steps, read_shared
from workflows.process import ways
from workflows.process.actors import Actor
from workflows.process.keyset import Slice

router = APIRouter(prefix=PREFIX + "/shared-ideas", tags=["intake"])
Typed = Annotated[str, Query(max_length=200)]


class SharedLine(ResponseBody):
    """An idea as a colleague reads of it: `step` is the one of the five steps that it is on, never its stage."""

    id: str
    code: str | None
    title: str
    call_id: str
    unit: str
    step: str = Field(json_schema_extra={"enum": ["", *ways.STEPS]})


class SharedPage(PageOut):
    ideas: list[SharedLine]


class RegardOut(ResponseBody):
    """How many support an idea (null for an office that may still judge it), how many comments there are, and what one did oneself."""

    supports: int | None
    comments: int
    is_supported: bool
    is_followed: bool


class SharedIdeaOut(SharedLine):
    """An idea as colleagues read it: what it proposes, and the names of its team, but no score, no budget, no history and no file.

    `standing` is how the asker stands to it; `is_open` says whether colleagues read it now, `takes_comments` whether comments are taken.
    """

    theme: str
    sections: dict[str, str]
    answers: dict[str, str]
    team: list[str]
    standing: SharedReader
    is_open: bool
    takes_comments: bool
    regard: RegardOut


class CommentIn(RequestBody):
    text: str = Field(max_length=4_000)


class CommentHidingIn(RequestBody):
    reason: str = Field(max_length=2_000)


class CommentShowingIn(RequestBody):
    reason: str = Field(max_length=2_000)


class CommentStateOut(ResponseBody):
    """A comment after it was written, taken back, hidden or shown again."""

    id: str
    state: CommentState
    written_at: datetime


class CommentOut(CommentStateOut):
    """A comment as the asker may read it; `text`, `by` and `unit` are null where it was removed and they are not told why. `show_reason`
    says, to its author and the secretariat, why one that was hidden once is shown again."""

    text: str | None
    by: str | None
    unit: str | None
    is_of_team: bool
    hide_reason: str
    show_reason: str
    may_take_back: bool
    may_hide: bool
    may_show: bool


class CommentPage(PageOut):
    """The newest comments, the newest last; `after` asks for those before them."""

    comments: list[CommentOut]


class NewCommentOut(ResponseBody):
    """A comment with the idea that it was written on."""

    id: str
    written_at: datetime
    text: str
    by: str
    unit: str
    idea: SharedLine


class NewCommentPage(PageOut):
    comments: list[NewCommentOut]


@router.get("")
async def show_shared_ideas(request: Api, q: Typed = "", followed: bool = False, after: Cursor = None, limit: Limit = 50) -> SharedPage:
    """The ideas of others that are open to the asker as a colleague, the newest first; `q` are words that each holds."""

    def read(session: Session, actor: Actor) -> SharedPage:
        page = list_shared(session, Slice(after, limit), typed=q, followed=followed, actor=actor)
        return SharedPage(ideas=show_lines(session, page.rows), after=page.after)

    return await request.read(read)


@router.get("/newest-comments")
async def show_newest_comments(request: Api, after: Cursor = None, limit: Limit = 50) -> NewCommentPage:
    """The newest comments on ideas of the calls whose secretariat the asker is, the newest first; those that everybody reads."""

    def read(session: Session, actor: Actor) -> NewCommentPage:
        page = list_newest(session, Slice(after, limit), actor=actor)
        ideas = {line.id: line for line in show_lines(session, [each.idea for each in page.rows])}
        return NewCommentPage(comments=[show_as(NewCommentOut, each, idea=ideas[each.idea.id]) for each in page.rows], after=page.after)

    return await request.read(read)


@router.get("/{idea_id}")
async def show_shared_idea(idea_id: Id, request: Api) -> SharedIdeaOut:
    """An idea as colleagues, its team and its offices meet below it."""
    return await request.read(lambda s, a: show_shared(s, read_shared(s, idea_id, actor=a), a))


@router.put("/{idea_id}/support", response_model=RegardOut)
async def support(idea_id: Id, request: Api) -> JSONResponse:
    """Support an idea of a colleague; it decides nothing."""
    return await _change_regard(support_idea, idea_id, request)


@router.delete("/{idea_id}/support", response_model=RegardOut)
async def take_back_support(idea_id: Id, request: Api) -> JSONResponse:
    """Take one's support back."""
    return await _change_regard(end_support, idea_id, request)


@router.put("/{idea_id}/follow", response_model=RegardOut)
async def follow(idea_id: Id, request: Api) -> JSONResponse:
    """Follow an idea of a colleague."""
    return await _change_regard(follow_idea, idea_id, request)


@router.delete("/{idea_id}/follow", response_model=RegardOut)
async def unfollow(idea_id: Id, request: Api) -> JSONResponse:
    """Follow an idea no more."""
    return await _change_regard(end_follow, idea_id, request)


@router.get("/{idea_id}/comments")
async def show_comments(idea_id: Id, request: Api, after: Cursor = None, limit: Limit = 50) -> CommentPage:
    """What colleagues and the team said of an idea."""

    def read(session: Session, actor: Actor) -> CommentPage:
        page = list_comments(session, read_shared(session, idea_id, actor=actor), Slice(after, limit), actor=actor)
        return CommentPage(comments=[_show_line(each) for each in page.rows], after=page.after)

    return await request.read(read)


@router.post("/{idea_id}/comments", status_code=201, response_model=CommentStateOut)
async def add_comment(idea_id: Id, body: CommentIn, request: Api) -> JSONResponse:
    """Comment on an idea of a colleague, or answer for its team."""
    return await request.write(lambda s, a: _show_state(write_comment(s, idea_id, body.text, actor=a)), status=201)


@router.delete("/{idea_id}/comments/{comment_id}", response_model=CommentStateOut)
async def withdraw_comment(idea_id: Id, comment_id: Id, request: Api) -> JSONResponse:
    """Take one's own comment back."""
    return await request.write(lambda s, a: _show_state(take_back_comment(s, idea_id, comment_id, actor=a)))


@router.post("/{idea_id}/comments/{comment_id}/hiding", response_model=CommentStateOut)
async def remove_comment(idea_id: Id, comment_id: Id, body: CommentHidingIn, request: Api) -> JSONResponse:
    """Hide a comment, with a reason that its author reads; the secretariat of the call may."""
    return await request.write(lambda s, a: _show_state(hide_comment(s, idea_id, comment_id, reason=body.reason, actor=a)))


@router.post("/{idea_id}/comments/{comment_id}/showing", response_model=CommentStateOut)
async def restore_comment(idea_id: Id, comment_id: Id, body: CommentShowingIn, request: Api) -> JSONResponse:
    """Show a hidden comment again, with a reason that its author reads; the secretariat of the call may."""
    return await request.write(lambda s, a: _show_state(show_comment(s, idea_id, comment_id, reason=body.reason, actor=a)))


def show_lines(session: Session, ideas: list[Idea]) -> list[SharedLine]:
    """Ideas as the lines of a colleague's list."""
    units = dict(session.exec(select(Unit.id, Unit.name).where(col(Unit.id).in_({idea.unit_id for idea in ideas}))).all())
    steps = list_steps(session, ideas)
    return [show_as(SharedLine, idea, unit=units[idea.unit_id], step=steps[idea.id]) for idea in ideas]


def show_shared(session: Session, shared: SharedIdea, actor: Actor) -> SharedIdeaOut:
    """An idea with what its reader may know as a colleague."""
    context = shared.context
    [line] = show_lines(session, [context.idea])
    said = leave_unasked_out(context.policy, list_said(context))
    return SharedIdeaOut(
        **line.model_dump(),
        theme=context.content.theme,
        sections=said.sections,
        answers=said.answers,
        team=[write_full_name(each.front_title, each.name, each.back_title) for each in context.members],
        standing=shared.standing,
        is_open=shared.is_open,
        takes_comments=shared.takes_comments,
        regard=_show_regard(session, shared, actor),
    )


async def _change_regard(act: Callable[..., SharedIdea], idea_id: str, request: ApiRequest) -> JSONResponse:
    return await request.write(lambda s, a: _show_regard(s, act(s, idea_id, actor=a), a))


def _show_regard(session: Session, shared: SharedIdea, actor: Actor) -> RegardOut:
    return show_as(RegardOut, read_regard(session, shared, actor=actor))


def _show_state(comment: IdeaComment) -> CommentStateOut:
    return show_as(CommentStateOut, comment, state=state_of(comment))


def _show_line(line: CommentLine) -> CommentOut:
    return show_as(CommentOut, line, **({} if line.is_told else {"text": None, "by": None, "unit": None}))
