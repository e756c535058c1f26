"""My ideas; write, revise, submit and complete one; withdraw, permit and screen."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session, col, select

from api.pages.idea import IDEA, back_to_idea, idea_form
from api.pages.progress import show_progress
from api.pages.proposal import Row, list_people, read_proposal
from api.pages.refused import RefusedForm, attempt, require_readable
from api.pages.render import page, read_done
from api.pages.session import FormResult, Page, PageRequest, PostedForm
from api.pages.writing import NEW, Writing, find_writing, show_writing
from api.v1.shapes import Id
from models.awards import Award
from models.calls import Call, CallState
from models.ideas import Idea
from models.instants import now
from workflows.intake.draft import Proposal, draft_idea, revise_idea
from workflows.intake.permit import permit_idea
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.intake.submit import submit_idea, supplement_idea
from workflows.intake.withdraw import withdraw_idea
from workflows.process.actors import Actor
from workflows.process.browse import WantedIdeas, list_ideas
from workflows.process.context import read_context
from workflows.process.keyset import Slice

router = APIRouter(include_in_schema=False)


@router.get("/usulan")
async def show_mine(request: Page, after: str | None = None, ok: str = "") -> Response:
    """My ideas and where they stand."""

    def read_mine(session: Session, actor: Actor) -> dict[str, Any]:
        found = list_ideas(session, WantedIdeas(mine=True), Slice(after, 20), actor=actor)
        ids = [idea.id for idea in found.rows]
        honoured = set(
            session.exec(
                select(Award.idea_id).where(
                    col(Award.idea_id).in_(ids), col(Award.announced_at).is_not(None), col(Award.revoked_at).is_(None)
                )
            )
        )
        calls = {call.id: call for call in session.exec(select(Call).where(col(Call.id).in_({idea.call_id for idea in found.rows})))}
        lines = [
            (idea, calls[idea.call_id], show_progress(idea, honoured=idea.id in honoured), find_writing(session, idea, actor))
            for idea in found.rows
        ]
        return {"lines": lines, "after": found.after}

    visitor, values = await request.read_page(read_mine)
    return page(visitor, "intake/mine.html", done=read_done(ok), first=after is None, **values)


@router.get(NEW)
async def show_new(request: Page, call: str = "") -> Response:
    """Choose a call, then write."""
    if call:
        return await show_writing(request, Writing("draft", call_id=call[:26]))

    def list_open_calls(session: Session, _actor: Actor) -> list[Call]:
        return list(session.exec(select(Call).where(Call.state == CallState.OPEN, Call.closes_at > now()).order_by(col(Call.closes_at))))

    visitor, calls = await request.read_page(list_open_calls)
    return page(visitor, "intake/choose.html", calls=calls)


@router.post(NEW)
async def write_new(request: PostedForm) -> Response:
    """Save a new draft, and submit it if that button was pressed."""
    call_id = request.form.text("call", 26)
    if _changes_lines_only(request):
        return await show_writing(request, Writing("draft", call_id=call_id))

    def save(session: Session, actor: Actor) -> FormResult:
        people = list_people(session, None, actor)
        context = draft_idea(session, call_id, _read(request, people), actor=actor)
        return FormResult(to=f"/usulan/{context.idea.id}/ubah", done="draft_saved")

    return await _save(request, save, None, call_id)


@router.get(f"{IDEA}/ubah")
async def show_draft(idea_id: Id, request: Page, ok: str = "") -> Response:
    """A draft, to go on with."""
    return await show_writing(request, Writing("revise", idea_id), done=read_done(ok))


@router.post(f"{IDEA}/ubah")
async def write_draft(idea_id: Id, request: PostedForm) -> Response:
    """Save a draft, and submit it if that button was pressed."""
    if _changes_lines_only(request):
        return await show_writing(request, Writing("revise", idea_id))

    def save(session: Session, actor: Actor) -> FormResult:
        people = list_people(session, read_context(session, idea_id, actor=actor).idea, actor)
        revise_idea(session, idea_id, _read(request, people), actor=actor)
        return FormResult(to=f"/usulan/{idea_id}/ubah", done="draft_saved")

    return await _save(request, save, idea_id, "")


@router.get(f"{IDEA}/lengkapi")
async def show_supplement(idea_id: Id, request: Page) -> Response:
    """What the secretariat asks to be completed, beside each section."""
    return await show_writing(request, Writing("supplement", idea_id))


@router.post(f"{IDEA}/lengkapi")
async def supplement(idea_id: Id, request: PostedForm) -> Response:
    """Hand in what was completed."""
    if _changes_lines_only(request):
        return await show_writing(request, Writing("supplement", idea_id))

    def act(session: Session, actor: Actor) -> FormResult:
        people = list_people(session, read_context(session, idea_id, actor=actor).idea, actor)
        supplement_idea(session, idea_id, _read(request, people), actor=actor)
        return FormResult(to=f"/usulan/{idea_id}", done="supplemented")

    async def show(refused: RefusedForm) -> Response:
        return await show_writing(request, Writing("supplement", idea_id), refused=refused)

    return await attempt("writing", request, lambda: request.act(act, match=(Idea, idea_id)), show)


@router.post(f"{IDEA}/tarik")
async def withdraw(idea_id: Id, request: PostedForm) -> Response:
    """Take an idea back."""
    form = request.form
    return await idea_form(
        request, idea_id, "withdraw", lambda s, a: back_to_idea(withdraw_idea(s, idea_id, reason=form.text("reason"), actor=a), "withdrawn")
    )


@router.post(f"{IDEA}/izin")
async def permit(idea_id: Id, request: PostedForm) -> Response:
    """Grant or refuse the unit's permission."""
    form = request.form
    granted = form.choice("outcome", ("granted", "refused")) == "granted"
    return await idea_form(
        request,
        idea_id,
        "permit",
        lambda s, a: back_to_idea(permit_idea(s, idea_id, granted=granted, reason=form.text("reason"), actor=a), "decided"),
    )


@router.post(f"{IDEA}/seleksi")
async def screen(idea_id: Id, request: PostedForm) -> Response:
    """Accept, return for completion, close as duplicate, or reject."""
    form = request.form
    outcome = Screening(form.choice("outcome", tuple(Screening)) or Screening.RETURNED)
    answers = {name: value == "yes" for name, value in form.under("answers").items() if value in ("yes", "no")}
    notes = {name: text for name, text in form.under("notes").items() if text.strip()}
    findings = Findings(answers, notes, form.text("reason"))
    return await idea_form(
        request, idea_id, "screen", lambda s, a: back_to_idea(screen_idea(s, idea_id, outcome, findings, actor=a), "decided")
    )


async def _save(request: PageRequest, save: Callable[[Session, Actor], FormResult], idea_id: str | None, call_id: str) -> Response:
    """Save first, so that a refused submission leaves a draft behind; then submit if asked."""
    saved, kept = idea_id, False

    async def run() -> FormResult:
        nonlocal saved, kept
        result = await request.act(save, match=(Idea, idea_id) if idea_id else None)
        saved, kept = result.to.split("/")[2], True
        if request.form.text("do", 10) != "submit":
            return result
        submitted = saved
        return await request.act(lambda s, a: back_to_idea(submit_idea(s, submitted, actor=a), "submitted"), part="s")

    async def show(refused: RefusedForm) -> Response:
        wanted = Writing("revise", saved) if saved else Writing("draft", call_id=call_id)
        return await show_writing(request, wanted, refused=refused, kept=kept)

    return await attempt("writing", request, run, show)


def _changes_lines_only(request: PageRequest) -> bool:
    return request.form.text("do", 10) in ("rows", "split")


def _read(request: PageRequest, people: dict[str, tuple[Row, str]]) -> Proposal:
    proposal = read_proposal(request.form, {person_id: number for person_id, (_row, number) in people.items()})
    require_readable(request.form)
    return proposal
