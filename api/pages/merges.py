"""The pages on which two ideas are proposed to become one, everybody concerned answers, and the two are two again."""

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from api.pages.idea import IDEA, back_to_idea, idea_form
from api.pages.reading import reading_all, require_readable
from api.pages.render import read_done
from api.pages.session import FormResult, Page, PostedForm, redirect_to
from api.pages.waiting import WaitingList
from api.v1.shapes import Id
from workflows.intake.merge import NewMerge, answer_merge, ask_merge, confirm_merge, open_merge, share_merge
from workflows.intake.merge_lists import list_waiting_merges
from workflows.intake.separate import keep_merge, undo_merge
from workflows.process.actors import Actor
from workflows.process.context import read_context

router = APIRouter(include_in_schema=False)
LIST = "/penggabungan"
WAITING = WaitingList(
    "intake/merges.html",
    list_waiting_merges,
    {"settle": lambda each: not each.is_undoing, "divide": lambda each: each.may_share},
)
OUTCOMES = ("open", "agree", "refuse", "confirm", "decline", "undo", "keep")


@router.post(f"{IDEA}/penggabungan")
async def propose(idea_id: Id, request: PostedForm) -> Response:
    """Propose that the idea and another become one."""
    form = request.form
    form.require("other")

    def act(session: Session, actor: Actor) -> FormResult:
        with reading_all(form):
            ask_merge(session, idea_id, NewMerge(form.text("other", 60), form.text("reason", 2_000)), actor=actor)
        return FormResult(to=LIST, done="merge_asked")

    return await idea_form(request, idea_id, "merge", act)


@router.post(f"{IDEA}/penggabungan/{{merge_id}}")
async def separate(idea_id: Id, merge_id: Id, request: PostedForm) -> Response:
    """Let both be two again: an office once a lead has agreed, a member by agreeing to it."""
    reason = request.form.text("reason", 2_000)

    def act(session: Session, actor: Actor) -> FormResult:
        context = read_context(session, idea_id, actor=actor)
        row = undo_merge(session, merge_id, reason=reason, actor=actor)
        if row.undone_at is None:
            return back_to_idea(context, "merge_undo_agreed")
        return FormResult(to=LIST, done="merge_undone")  # not everybody may read both any more

    return await idea_form(request, idea_id, f"separate-{merge_id}", act)


@router.get(LIST)
async def show_waiting(request: Page, ok: str = "") -> Response:
    """The merges that wait and concern the reader."""
    return await WAITING.show(request, done=read_done(ok))


@router.get(f"{LIST}/{{rest:path}}")
async def go_to_list(rest: str) -> Response:
    """The merges, for somebody who reloads the address of a form."""
    return redirect_to(FormResult(to=LIST))


@router.post(f"{LIST}/{{merge_id}}")
async def settle(merge_id: Id, request: PostedForm) -> Response:
    """Open one's idea, agree, confirm, refuse, agree to two again, or stay with one."""
    form = request.form
    do, reason, terms = form.choice("do", OUTCOMES), form.text("reason", 2_000), form.text("terms", 64)

    def act(session: Session, actor: Actor) -> FormResult:
        require_readable(form)
        match do:
            case "open":
                row, done = open_merge(session, merge_id, actor=actor), "merge_opened"
            case "confirm" | "decline":
                row = confirm_merge(session, merge_id, confirms=do == "confirm", reason=reason, actor=actor)
                done = "merge_confirmed" if row.is_done else "merge_refused"
            case "undo":
                row = undo_merge(session, merge_id, reason=reason, actor=actor)
                done = "merge_undone" if row.undone_at is not None else "merge_undo_agreed"
            case "keep":
                row, done = keep_merge(session, merge_id, actor=actor), "merge_kept"
            case _:
                row = answer_merge(session, merge_id, agrees=do == "agree", terms=terms, reason=reason, actor=actor)
                done = "merge_confirmed" if row.is_done else "merge_agreed" if do == "agree" else "merge_refused"
        return FormResult(to=LIST, done=done)

    return await WAITING.attempt("settle", merge_id, request, act)


@router.post(f"{LIST}/{{merge_id}}/bagian")
async def divide(merge_id: Id, request: PostedForm) -> Response:
    """Divide the joint team's whole anew."""
    form = request.form
    shares = {name: form.percent(f"share.{name}") for name in form.under("share")}

    def act(session: Session, actor: Actor) -> FormResult:
        with reading_all(form):
            share_merge(session, merge_id, shares, actor=actor)
        return FormResult(to=LIST, done="merge_divided")

    return await WAITING.attempt("divide", merge_id, request, act)
