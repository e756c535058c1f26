"""My ideas; write, revise, submit and complete one; withdraw, permit and screen."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session, col, select

from api.pages.forms import Form, FormView
from api.pages.idea import IDEA, back_to_idea, idea_form
from api.pages.progress import show_progress
from api.pages.proposal import MOST_ROWS, ROWS, Row, list_people, read_proposal, read_rows, split_evenly, stored_values, with_rows
from api.pages.refused import RefusedForm, attempt, require_readable
from api.pages.render import page, read_done
from api.pages.session import FormResult, Page, PageRequest, PostedForm
from api.pages.texts import Words
from api.v1.shapes import Id
from models.awards import Award
from models.calls import Call, CallState
from models.ideas import Decision, Idea
from models.instants import now
from models.stages import IdeaStage
from workflows.intake.draft import Proposal, draft_idea, revise_idea
from workflows.intake.permit import permit_idea
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.intake.submit import submit_idea, supplement_idea
from workflows.intake.withdraw import withdraw_idea
from workflows.process.actors import Actor
from workflows.process.browse import WantedIdeas, list_ideas
from workflows.process.context import IdeaContext, read_context, read_policy
from workflows.process.keyset import Slice
from workflows.region.calls import current_policy, get_call

router = APIRouter(include_in_schema=False)
NEW = "/usulan/baru"


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
        lines = [(idea, calls[idea.call_id], show_progress(idea, honoured=idea.id in honoured)) for idea in found.rows]
        return {"lines": lines, "after": found.after}

    visitor, values = await request.read_page(read_mine)
    return page(visitor, "intake/mine.html", done=read_done(ok), first=after is None, **values)


@router.get(NEW)
async def show_new(request: Page, call: str = "") -> Response:
    """Choose a call, then write."""
    if call:
        return await _show_writing(request, call_id=call[:26])

    def list_open_calls(session: Session, _actor: Actor) -> list[Call]:
        return list(session.exec(select(Call).where(Call.state == CallState.OPEN, Call.closes_at > now()).order_by(col(Call.closes_at))))

    visitor, calls = await request.read_page(list_open_calls)
    return page(visitor, "intake/choose.html", calls=calls)


@router.post(NEW)
async def write_new(request: PostedForm) -> Response:
    """Save a new draft, and submit it if that button was pressed."""
    call_id = request.form.text("call", 26)
    if _changes_lines_only(request):
        return await _show_writing(request, call_id=call_id)

    def save(session: Session, actor: Actor) -> FormResult:
        people = list_people(session, None, actor)
        context = draft_idea(session, call_id, _read(request, people), actor=actor)
        return FormResult(to=f"/usulan/{context.idea.id}/ubah", done="draft_saved")

    return await _save(request, save, None, call_id)


@router.get(f"{IDEA}/ubah")
async def show_draft(idea_id: Id, request: Page, ok: str = "") -> Response:
    """A draft, to go on with."""
    return await _show_writing(request, idea_id=idea_id, done=read_done(ok))


@router.post(f"{IDEA}/ubah")
async def write_draft(idea_id: Id, request: PostedForm) -> Response:
    """Save a draft, and submit it if that button was pressed."""
    if _changes_lines_only(request):
        return await _show_writing(request, idea_id=idea_id)

    def save(session: Session, actor: Actor) -> FormResult:
        people = list_people(session, read_context(session, idea_id, actor=actor).idea, actor)
        revise_idea(session, idea_id, _read(request, people), actor=actor)
        return FormResult(to=f"/usulan/{idea_id}/ubah", done="draft_saved")

    return await _save(request, save, idea_id, "")


@router.get(f"{IDEA}/lengkapi")
async def show_supplement(idea_id: Id, request: Page) -> Response:
    """What the secretariat asks to be completed, beside each section."""
    return await _show_writing(request, idea_id=idea_id)


@router.post(f"{IDEA}/lengkapi")
async def supplement(idea_id: Id, request: PostedForm) -> Response:
    """Hand in what was completed."""
    if _changes_lines_only(request):
        return await _show_writing(request, idea_id=idea_id)

    def act(session: Session, actor: Actor) -> FormResult:
        people = list_people(session, read_context(session, idea_id, actor=actor).idea, actor)
        supplement_idea(session, idea_id, _read(request, people), actor=actor)
        return FormResult(to=f"/usulan/{idea_id}", done="supplemented")

    async def show(refused: RefusedForm) -> Response:
        return await _show_writing(request, idea_id=idea_id, refused=refused)

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
        return await _show_writing(request, idea_id=saved or "", call_id=call_id, refused=refused, kept=kept)

    return await attempt("writing", request, run, show)


async def _show_writing(
    request: PageRequest, *, idea_id: str = "", call_id: str = "", refused: RefusedForm | None = None, **more: Any
) -> Response:
    def read_writing(session: Session, actor: Actor) -> dict[str, Any]:
        context = read_context(session, idea_id, actor=actor) if idea_id else None
        idea = context.idea if context else None
        if context and idea and (idea.lead_id != actor.person_id or idea.stage not in (IdeaStage.DRAFT, IdeaStage.SUPPLEMENT_ASKED)):
            return {"away": f"/usulan/{idea.id}"}
        call = context.call if context else get_call(session, call_id)[0]
        policy = context.policy if context else read_policy(current_policy(session, call_id))
        people = {person_id: row for person_id, (row, _number) in list_people(session, idea, actor).items()}
        values = {
            "call": call,
            "policy": policy,
            "idea": idea,
            "open": call.state == CallState.OPEN and call.opens_at <= now() < call.closes_at,
        }
        return values | _writing(request, context, people, refused) | {"notes": _notes(session, idea)}

    visitor, values = await request.read_page(read_writing)
    if "away" in values:
        return RedirectResponse(values["away"], 303)
    shown: dict[str, Any] = {"wrong": refused, "kept": False, "posted": request.http.method == "POST"}
    return page(visitor, "intake/write.html", status=refused.status if refused else 200, **shown | values | more)


def _writing(request: PageRequest, context: IdeaContext | None, people: dict[str, Row], refused: RefusedForm | None) -> dict[str, Any]:
    """The form's fields: what was just typed, else what is stored, else the writer alone."""
    words = Words(request.language)
    version, errors = context.idea.version if context else None, refused.errors if refused else {}
    if not request.form.fields:
        values = stored_values(context, words) if context else {"team.0.person": next(iter(people))}
        view = FormView("writing", values, {}, version)
        rows = read_rows(Form(list(values.items())), people)
    else:
        rows = read_rows(request.form, people)
        if request.form.text("do", 10) == "split":
            rows = split_evenly(rows, words)
        view = FormView("writing", with_rows(request.form, rows).values, errors, version)
    blanks = max(ROWS - len(rows), 0) if request.form.text("do", 10) != "rows" else 2
    return {"form": view, "rows": (rows + [Row()] * blanks)[:MOST_ROWS]}


def _changes_lines_only(request: PageRequest) -> bool:
    return request.form.text("do", 10) in ("rows", "split")


def _read(request: PageRequest, people: dict[str, tuple[Row, str]]) -> Proposal:
    proposal = read_proposal(request.form, {person_id: number for person_id, (_row, number) in people.items()})
    require_readable(request.form)
    return proposal


def _notes(session: Session, idea: Idea | None) -> dict[str, Any]:
    """The secretariat's notes of the last return, by section, and its reason under the empty name."""
    if idea is None or idea.stage != IdeaStage.SUPPLEMENT_ASKED:
        return {}
    returned = select(Decision).where(Decision.idea_id == idea.id, Decision.action == "screen", Decision.outcome == "returned")
    last = session.exec(returned.order_by(col(Decision.at).desc())).first()
    return {**last.detail.get("notes", {}), "": last.reason} if last else {}
