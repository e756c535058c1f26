"""Ideas of colleagues: the list of those that are open to the reader, and the page of one, where colleagues and its team meet."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session, col, select

from api.pages.forms import FormView
from api.pages.progress import show_progress
from api.pages.refused import RefusedForm, attempt
from api.pages.render import page, read_done
from api.pages.session import FormResult, Page, PageRequest, PostedForm, redirect_to
from api.v1.colleagues import show_shared
from api.v1.shapes import Cursor, Id
from models.calls import Call
from models.colleagues import LONGEST_COMMENT
from models.ideas import Idea
from models.units import Unit
from workflows.intake.colleagues import end_follow, end_support, follow_idea, support_idea
from workflows.intake.commenting import (
    MOST_A_DAY,
    hide_comment,
    list_comments,
    list_newest,
    show_comment,
    take_back_comment,
    write_comment,
)
from workflows.intake.shared import HONOURED, SharedReader, list_shared, list_steps, read_shared
from workflows.process.actors import Actor
from workflows.process.asked import list_asked, list_form
from workflows.process.keyset import Slice

router = APIRouter(include_in_schema=False)
LIST, IDEA = "/rekan", "/rekan/{idea_id}"
ON_A_PAGE, COMMENTS_AT_ONCE = 30, 20
HIDE, SHOW, TAKE_BACK = "hide-", "show-", "take_back-"  # how the forms of a comment are named, before its id


@router.get(LIST)
async def show_list(request: Page, q: str = "", diikuti: str = "", after: Cursor = None, ok: str = "") -> Response:
    """The ideas of others that are open to the reader, the newest first; with `diikuti` those they follow."""
    typed, followed = q[:200], bool(diikuti)

    def read(session: Session, actor: Actor) -> dict[str, Any]:
        found = list_shared(session, Slice(after, ON_A_PAGE), typed=typed, followed=followed, actor=actor)
        return {"lines": _list_lines(session, found.rows), "after": found.after}

    visitor, values = await request.read_page(read)
    return page(visitor, "colleagues/list.html", typed=typed, followed=followed, first=after is None, done=read_done(ok), **values)


@router.get(LIST + "/komentar")
async def show_newest(request: Page, after: Cursor = None) -> Response:
    """The newest comments on ideas of the reader's calls, for their secretariat, who keeps order below them."""
    visitor, found = await request.read_page(lambda session, actor: list_newest(session, Slice(after, COMMENTS_AT_ONCE), actor=actor))
    forms = {line.id: FormView(HIDE + line.id) for line in found.rows}
    return page(visitor, "colleagues/newest.html", comments=found.rows, after=found.after, first=after is None, forms=forms)


@router.get(IDEA)
async def show_idea(idea_id: Id, request: Page, after: Cursor = None, ok: str = "") -> Response:
    """The page of an idea that is open to colleagues; `after` leads to earlier comments."""
    return await show(request, idea_id, after=after, done=read_done(ok))


@router.get(IDEA + "/{rest:path}")
async def go_to_idea(idea_id: Id, rest: str) -> Response:
    """Back to the idea, for somebody who reloads the address of a form."""
    return redirect_to(FormResult(to=f"{LIST}/{idea_id}"))


@router.post(IDEA + "/dukungan")
async def support(idea_id: Id, request: PostedForm) -> Response:
    """Support the idea, or take that back."""
    is_ended = request.form.text("do", 10) == "end"
    return await _act(request, idea_id, "support", end_support if is_ended else support_idea, "unsupported" if is_ended else "supported")


@router.post(IDEA + "/ikuti")
async def follow(idea_id: Id, request: PostedForm) -> Response:
    """Follow the idea, or no more."""
    is_ended = request.form.text("do", 10) == "end"
    return await _act(request, idea_id, "follow", end_follow if is_ended else follow_idea, "unfollowed" if is_ended else "followed")


@router.post(IDEA + "/komentar")
async def comment(idea_id: Id, request: PostedForm) -> Response:
    """Comment on the idea."""
    text = request.form.text("text", 4_000)
    return await _act(request, idea_id, "comment", lambda s, each, *, actor: write_comment(s, each, text, actor=actor), "commented")


@router.post(IDEA + "/komentar/{comment_id}/tarik")
async def take_back(idea_id: Id, comment_id: Id, request: PostedForm) -> Response:
    """Take one's own comment back."""
    return await _act(
        request,
        idea_id,
        TAKE_BACK + comment_id,
        lambda s, each, *, actor: take_back_comment(s, each, comment_id, actor=actor),
        "comment_taken_back",
    )


@router.post(IDEA + "/komentar/{comment_id}/sembunyikan")
async def hide(idea_id: Id, comment_id: Id, request: PostedForm) -> Response:
    """Hide a comment, with a reason."""
    reason = request.form.text("reason", 2_000)
    return await _act(
        request,
        idea_id,
        HIDE + comment_id,
        lambda s, each, *, actor: hide_comment(s, each, comment_id, reason=reason, actor=actor),
        "comment_hidden",
    )


@router.post(IDEA + "/komentar/{comment_id}/tampilkan")
async def show_again(idea_id: Id, comment_id: Id, request: PostedForm) -> Response:
    """Show a hidden comment again, with a reason."""
    reason = request.form.text("reason", 2_000)
    return await _act(
        request,
        idea_id,
        SHOW + comment_id,
        lambda s, each, *, actor: show_comment(s, each, comment_id, reason=reason, actor=actor),
        "comment_shown",
    )


async def show(
    request: PageRequest, idea_id: str, *, after: str | None = None, refused: RefusedForm | None = None, done: str = ""
) -> Response:
    """The page of an idea that is open to colleagues, as its reader may see it; a refused form stands in it with what was typed."""
    visitor, values = await request.read_page(lambda session, actor: _read(session, idea_id, after, actor))
    forms = {name: FormView(name) for name in ("support", "follow", "comment")}
    for line in values["comments"]:
        forms |= {name: FormView(name) for name in (HIDE + line.id, SHOW + line.id, TAKE_BACK + line.id)}
    lost: list[tuple[str, str]] = []
    if refused is not None:
        is_shown = refused.name in forms and (refused.name != "comment" or values["may_comment"])
        forms[refused.name] = refused.view()
        lost = [] if is_shown else refused.typed()
    return page(
        visitor,
        "colleagues/idea.html",
        status=refused.status if refused else 200,
        done=done,
        wrong=refused if refused is not None and refused.errors else None,
        posted=refused is not None,
        forms=forms,
        lost=lost,
        longest=LONGEST_COMMENT,
        most=MOST_A_DAY,
        **values,
    )


async def _act(request: PageRequest, idea_id: str, name: str, action: Callable[..., object], done: str) -> Response:
    """Run what a form asks for, and lead back to the idea's page, or show that with the refusal."""

    def act(session: Session, actor: Actor) -> FormResult:
        action(session, idea_id, actor=actor)
        return FormResult(to=f"{LIST}/{idea_id}#rekan", done=done)

    return await attempt(name, request, lambda: request.act(act), lambda refused: show(request, idea_id, refused=refused))


def _read(session: Session, idea_id: str, after: str | None, actor: Actor) -> dict[str, Any]:
    shared = read_shared(session, idea_id, actor=actor)
    context, found = shared.context, list_comments(session, shared, Slice(after, COMMENTS_AT_ONCE), actor=actor)
    asked = list_asked(context.policy, context.content.answers)
    is_team, is_colleague = shared.standing == SharedReader.TEAM, shared.standing == SharedReader.COLLEAGUE
    return {
        "idea": show_shared(session, shared, actor),
        "call": context.call,
        "policy": context.policy,
        "parts": [part for part in list_form(context.policy) if part.name in asked],
        "steps": show_progress(context.idea, honoured=list_steps(session, [context.idea])[idea_id] == HONOURED),
        "comments": found.rows,
        "after": found.after,
        "is_first": after is None,
        "may_support": is_colleague and shared.is_open,
        "may_comment": (is_colleague or is_team) and shared.takes_comments,
    }


def _list_lines(session: Session, ideas: list[Idea]) -> list[tuple[Idea, str, str, Any]]:
    """Ideas with the names of their unit and call, and the five steps."""
    units = dict(session.exec(select(Unit.id, Unit.name).where(col(Unit.id).in_({idea.unit_id for idea in ideas}))).all())
    calls = dict(session.exec(select(Call.id, Call.title).where(col(Call.id).in_({idea.call_id for idea in ideas}))).all())
    reached = list_steps(session, ideas)
    return [(idea, units[idea.unit_id], calls[idea.call_id], show_progress(idea, honoured=reached[idea.id] == HONOURED)) for idea in ideas]
