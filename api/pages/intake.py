"""My ideas; write, revise, submit and complete one; withdraw, permit and screen."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session, col, select

from api.pages.forms import Form, FormView
from api.pages.idea import IDEA, idea_form, lead_back
from api.pages.progress import show_progress
from api.pages.proposal import MOST_ROWS, ROWS, Row, list_people, read_proposal, read_rows, split_evenly, stored_values, with_rows
from api.pages.refused import TurnedDown, attempt, require_readable
from api.pages.render import page, read_done
from api.pages.session import Landing, PageDoor, TheForm, ThePage
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
from workflows.process.context import read_context, read_policy
from workflows.process.keyset import Slice
from workflows.process.listing import Wanted, list_ideas
from workflows.region.calls import current_policy, get_call

router = APIRouter(include_in_schema=False)
NEW = "/usulan/baru"


@router.get("/usulan")
async def show_mine(door: ThePage, after: str | None = None, ok: str = "") -> Response:
    """My ideas and where they stand."""

    def tell(session: Session, actor: Actor) -> dict[str, Any]:
        found = list_ideas(session, Wanted(mine=True), Slice(after, 20), actor=actor)
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

    visitor, told = await door.look(tell)
    return page(visitor, "intake/mine.html", done=read_done(ok), first=after is None, **told)


@router.get(NEW)
async def show_new(door: ThePage, call: str = "") -> Response:
    """Choose a call, then write."""
    if call:
        return await _show_writing(door, call_id=call[:26])

    def tell(session: Session, _actor: Actor) -> list[Call]:
        return list(session.exec(select(Call).where(Call.state == CallState.OPEN, Call.closes_at > now()).order_by(col(Call.closes_at))))

    visitor, calls = await door.look(tell)
    return page(visitor, "intake/choose.html", calls=calls)


@router.post(NEW)
async def write_new(door: TheForm) -> Response:
    """Save a new draft, and submit it if that was pressed."""
    call_id = door.form.text("call", 26)
    if _only_lines(door):
        return await _show_writing(door, call_id=call_id)

    def save(session: Session, actor: Actor) -> Landing:
        people = list_people(session, None, actor)
        idea = draft_idea(session, call_id, _read(door, people), actor=actor)
        return Landing(to=f"/usulan/{idea.id}/ubah", done="draft_saved")

    return await _save(door, save, None, call_id)


@router.get(f"{IDEA}/ubah")
async def show_draft(idea_id: Id, door: ThePage, ok: str = "") -> Response:
    """A draft, to go on with."""
    return await _show_writing(door, idea_id=idea_id, done=read_done(ok))


@router.post(f"{IDEA}/ubah")
async def write_draft(idea_id: Id, door: TheForm) -> Response:
    """Save a draft, and submit it if that was pressed."""
    if _only_lines(door):
        return await _show_writing(door, idea_id=idea_id)

    def save(session: Session, actor: Actor) -> Landing:
        people = list_people(session, read_context(session, idea_id, actor=actor).idea, actor)
        revise_idea(session, idea_id, _read(door, people), actor=actor)
        return Landing(to=f"/usulan/{idea_id}/ubah", done="draft_saved")

    return await _save(door, save, idea_id, "")


@router.get(f"{IDEA}/lengkapi")
async def show_supplement(idea_id: Id, door: ThePage) -> Response:
    """What the secretariat asks to be completed, beside each section."""
    return await _show_writing(door, idea_id=idea_id)


@router.post(f"{IDEA}/lengkapi")
async def supplement(idea_id: Id, door: TheForm) -> Response:
    """Hand in what was completed."""
    if _only_lines(door):
        return await _show_writing(door, idea_id=idea_id)

    def act(session: Session, actor: Actor) -> Landing:
        people = list_people(session, read_context(session, idea_id, actor=actor).idea, actor)
        supplement_idea(session, idea_id, _read(door, people), actor=actor)
        return Landing(to=f"/usulan/{idea_id}", done="supplemented")

    async def show(down: TurnedDown) -> Response:
        return await _show_writing(door, idea_id=idea_id, down=down)

    return await attempt("writing", door, lambda: door.act(act, match=(Idea, idea_id)), show)


@router.post(f"{IDEA}/tarik")
async def withdraw(idea_id: Id, door: TheForm) -> Response:
    """Take an idea back."""
    form = door.form
    return await idea_form(
        door, idea_id, "withdraw", lambda s, a: lead_back(withdraw_idea(s, idea_id, reason=form.text("reason"), actor=a), "withdrawn")
    )


@router.post(f"{IDEA}/izin")
async def permit(idea_id: Id, door: TheForm) -> Response:
    """Grant or refuse the unit's permission."""
    form = door.form
    granted = form.choice("outcome", ("granted", "refused")) == "granted"
    return await idea_form(
        door,
        idea_id,
        "permit",
        lambda s, a: lead_back(permit_idea(s, idea_id, granted=granted, reason=form.text("reason"), actor=a), "decided"),
    )


@router.post(f"{IDEA}/seleksi")
async def screen(idea_id: Id, door: TheForm) -> Response:
    """Accept, return for completion, close as duplicate, or reject."""
    form = door.form
    outcome = Screening(form.choice("outcome", tuple(Screening)) or Screening.RETURNED)
    answers = {name: value == "yes" for name, value in form.under("answers").items() if value in ("yes", "no")}
    notes = {name: text for name, text in form.under("notes").items() if text.strip()}
    findings = Findings(answers, notes, form.text("reason"))
    return await idea_form(door, idea_id, "screen", lambda s, a: lead_back(screen_idea(s, idea_id, outcome, findings, actor=a), "decided"))


async def _save(door: PageDoor, save: Callable[[Session, Actor], Landing], idea_id: str | None, call_id: str) -> Response:
    """Save first, so that a refused submission leaves a draft behind; then submit if asked."""
    saved, kept = idea_id, False

    async def run() -> Landing:
        nonlocal saved, kept
        landing = await door.act(save, match=(Idea, idea_id) if idea_id else None)
        saved, kept = landing.to.split("/")[2], True
        if door.form.text("do", 10) != "submit":
            return landing
        submitted = saved
        return await door.act(lambda s, a: lead_back(submit_idea(s, submitted, actor=a), "submitted"), part="s")

    async def show(down: TurnedDown) -> Response:
        return await _show_writing(door, idea_id=saved or "", call_id=call_id, down=down, kept=kept)

    return await attempt("writing", door, run, show)


async def _show_writing(door: PageDoor, *, idea_id: str = "", call_id: str = "", down: TurnedDown | None = None, **more: Any) -> Response:
    def tell(session: Session, actor: Actor) -> dict[str, Any]:
        context = read_context(session, idea_id, actor=actor) if idea_id else None
        idea = context.idea if context else None
        if context and idea and (idea.lead_id != actor.person_id or idea.stage not in (IdeaStage.DRAFT, IdeaStage.SUPPLEMENT_ASKED)):
            return {"away": f"/usulan/{idea.id}"}
        call = context.call if context else get_call(session, call_id)[0]
        policy = context.policy if context else read_policy(current_policy(session, call_id))
        people = {person_id: row for person_id, (row, _number) in list_people(session, idea, actor).items()}
        told = {
            "call": call,
            "policy": policy,
            "idea": idea,
            "open": call.state == CallState.OPEN and call.opens_at <= now() < call.closes_at,
        }
        return told | _writing(session, door, idea, people, down) | {"notes": _notes(session, idea)}

    visitor, told = await door.look(tell)
    if "away" in told:
        return RedirectResponse(told["away"], 303)
    shown: dict[str, Any] = {"wrong": down, "kept": False, "posted": door.request.method == "POST"}
    return page(visitor, "intake/write.html", status=down.status if down else 200, **shown | told | more)


def _writing(session: Session, door: PageDoor, idea: Idea | None, people: dict[str, Row], down: TurnedDown | None) -> dict[str, Any]:
    """The form's fields: what was just typed, else what is stored, else the writer alone."""
    version, errors = idea.version if idea else None, down.errors if down else {}
    if not door.form.fields:
        values = stored_values(session, idea, people) if idea else {"team.0.person": next(iter(people))}
        view = FormView("writing", values, {}, version)
        rows = read_rows(Form(list(values.items())), people)
    else:
        rows = read_rows(door.form, people)
        if door.form.text("do", 10) == "split":
            rows = split_evenly(rows)
        view = FormView("writing", with_rows(door.form, rows).values, errors, version)
    blanks = max(ROWS - len(rows), 0) if door.form.text("do", 10) != "rows" else 2
    return {"form": view, "rows": (rows + [Row()] * blanks)[:MOST_ROWS]}


def _only_lines(door: PageDoor) -> bool:
    return door.form.text("do", 10) in ("rows", "split")


def _read(door: PageDoor, people: dict[str, tuple[Row, str]]) -> Proposal:
    proposal = read_proposal(door.form, {person_id: number for person_id, (_row, number) in people.items()})
    require_readable(door.form)
    return proposal


def _notes(session: Session, idea: Idea | None) -> dict[str, Any]:
    """The secretariat's notes of the last return, by section, and its reason under the empty name."""
    if idea is None or idea.stage != IdeaStage.SUPPLEMENT_ASKED:
        return {}
    returned = select(Decision).where(Decision.idea_id == idea.id, Decision.action == "screen", Decision.outcome == "returned")
    last = session.exec(returned.order_by(col(Decision.at).desc())).first()
    return {**last.detail.get("notes", {}), "": last.reason} if last else {}
