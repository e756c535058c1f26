"""The pages on which somebody is asked to take a leaver's place in a team, and on which those concerned answer."""

from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from api.pages.forms import FormView
from api.pages.idea import IDEA, back_to_idea, idea_form
from api.pages.reading import reading_all, require_readable
from api.pages.refused import RefusedForm, attempt
from api.pages.render import page, read_done
from api.pages.session import FormResult, Page, PageRequest, PostedForm, redirect_to, remember_language
from api.pages.texts import Words
from api.pages.waiting import WaitingList
from api.v1.shapes import Id
from models.stages import IdeaStage
from workflows.intake.hand_over import take_over_draft
from workflows.intake.name_search import FoundColleagues, find_colleagues
from workflows.intake.replace import answer_replacement, ask_replacement, confirm_replacement
from workflows.intake.replace_lists import list_replacements
from workflows.intake.replacing import NewReplacement, find_standing, may_ask_to_lead
from workflows.process.actors import Actor
from workflows.process.context import read_context
from workflows.process.refusals import Refusal

router = APIRouter(include_in_schema=False)
LIST = "/pergantian"
WAITING = WaitingList("intake/replacements.html", list_replacements, {"settle": lambda each: each.may_settle})
DONE = {
    "agree": "replacement_agreed",
    "confirm": "replacement_confirmed",
    "refuse": "replacement_refused",
    "decline": "replacement_refused",
    "end": "replacement_ended",
}
FIND = "colleague"


@router.get(f"{IDEA}/ganti")
async def show_form(idea_id: Id, request: Page, utama: str = "") -> Response:
    """The form with which a lead asks that somebody take another's place; the colleague is found by name. With `utama` it is about who
    leads, as it is for every member but the lead."""
    return await _form_page(request, idea_id, of_lead=bool(utama))


@router.post(f"{IDEA}/ganti")
async def ask(idea_id: Id, request: PostedForm) -> Response:
    """Ask that somebody take another's place, or find a colleague by name first: by a form, as no log is to hold what was typed."""
    form = request.form
    typed, do, of_lead = form.text(FIND, 100), form.text("do", 10), form.text("utama", 1) == "1"
    if do == "find" or (do == "enter" and typed.strip() and not form.text("person_id", 26) and not form.text("employee_number", 40)):
        found = await _form_page(request, idea_id, RefusedForm("replace", 200, form, {}, is_resent=True), of_lead=of_lead)
        if request.http.state.language:  # the same search, shown in the other language
            remember_language(found, request.http, request.language)
        return found
    form.require("leaver_id")
    new = NewReplacement(
        form.text("leaver_id", 26), form.text("reason", 2_000), form.text("person_id", 26) or None, form.text("employee_number", 40)
    )

    def act(session: Session, actor: Actor) -> FormResult:
        with reading_all(form):
            ask_replacement(session, idea_id, new, actor=actor)
        return FormResult(to=LIST, done="replacement_asked")

    return await attempt(
        "replace", request, lambda: request.act(act), lambda refused: _form_page(request, idea_id, refused, of_lead=of_lead)
    )


@router.post(f"{IDEA}/lanjutkan")
async def take_over(idea_id: Id, request: PostedForm) -> Response:
    """Go on with a draft whose lead left the service."""
    return await idea_form(request, idea_id, "take_over", lambda s, a: back_to_idea(take_over_draft(s, idea_id, actor=a), "taken_over"))


@router.get(LIST)
async def show_waiting(request: Page, ok: str = "") -> Response:
    """The requests that wait and concern the reader."""
    return await WAITING.show(request, done=read_done(ok))


@router.get(f"{LIST}/{{rest:path}}")
async def go_to_list(rest: str) -> Response:
    """The requests, for somebody who reloads the address of a form."""
    return redirect_to(FormResult(to=LIST))


@router.post(f"{LIST}/{{replacement_id}}")
async def settle(replacement_id: Id, request: PostedForm) -> Response:
    """Agree, confirm, refuse, or take a request back."""
    do, reason = request.form.choice("do", tuple(DONE)), request.form.text("reason", 2_000)

    def act(session: Session, actor: Actor) -> FormResult:
        require_readable(request.form)
        if do in ("confirm", "decline"):
            confirm_replacement(session, replacement_id, confirms=do == "confirm", reason=reason, actor=actor)
        else:
            answer_replacement(session, replacement_id, agrees=do == "agree", reason=reason, actor=actor)
        return FormResult(to=LIST, done=DONE[do])

    return await WAITING.attempt("settle", replacement_id, request, act)


async def _form_page(request: PageRequest, idea_id: str, refused: RefusedForm | None = None, *, of_lead: bool = False) -> Response:
    """The form; with `refused` as it was sent, be it only to find a colleague."""
    form = refused.view() if refused else FormView("replace")

    def read(session: Session, actor: Actor) -> dict[str, Any]:
        context = read_context(session, idea_id, actor=actor)
        is_draft, leads = context.idea.stage == IdeaStage.DRAFT, context.idea.lead_id == actor.person_id
        is_of_lead = of_lead or is_draft or not leads
        may_ask = find_standing(context, is_of_lead=is_of_lead) is None if leads else may_ask_to_lead(context, actor)
        if not (leads or actor.person_id in context.team) or not (may_ask or refused):
            return {"away": True}
        view, found = (form, None) if is_of_lead else _find(request, session, form, actor)
        members = [each for each in context.members if (each.person_id == actor.person_id if not leads else not each.lead)]
        how = "draft" if is_draft else "hand_over" if is_of_lead and leads else "lead" if is_of_lead else "member"
        return {"idea": context.idea, "call": context.call, "how": how, "members": members, "found": found, "form": view}

    visitor, values = await request.read_page(read)
    if "away" in values:
        return RedirectResponse(f"/usulan/{idea_id}", 303)
    wrong = refused if refused is not None and refused.errors else None
    state = {"wrong": wrong, "posted": refused is not None, "resend": refused.resend if refused else []}
    return page(visitor, "intake/replace.html", status=refused.status if refused else 200, **state | values)


def _find(request: PageRequest, session: Session, view: FormView, actor: Actor) -> tuple[FormView, FoundColleagues | None]:
    """The colleagues sought, where any are; what is wrong with the name that was typed stands at its field."""
    if not view.value(FIND).strip():
        return view, None
    try:
        request.count_search(actor)
        return view, find_colleagues(session, view.value(FIND)[:100], actor=actor)
    except Refusal as refusal:
        said = Words(request.language).refusal(refusal.code, refusal.parameters)
        return replace(view, errors={**view.errors, FIND: said}), None
