"""Mentors on pages: the idea's forms to ask for one and to advise, a mentor's own page, and the secretariat's list of a call's mentors."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from api.pages.call_life import CALL
from api.pages.call_lists import CallList
from api.pages.forms import FormView
from api.pages.idea import IDEA, back_to_idea, idea_form
from api.pages.reading import reading_all
from api.pages.refused import RefusedForm, attempt
from api.pages.render import MENTORING, page, read_done
from api.pages.session import FormResult, Page, PageRequest, PostedForm
from api.v1.shapes import Id
from workflows.intake.advice import give_advice, list_own
from workflows.intake.mentoring import answer_request, ask_mentor, end_mentorship
from workflows.process.actors import Actor
from workflows.process.context import read_context
from workflows.region.mentors import NewMentor, end_mentor, list_mentors, set_mentor

router = APIRouter(include_in_schema=False)
OUTCOMES = ("accepted", "declined")
MENTORS = CallList(
    "calls/mentors.html",
    "pendamping",
    "mentor",
    lambda session, call_id, actor: list_mentors(session, call_id, actor=actor),
    lambda line: f"take_off-{line.mentor.id}",
)


@router.post(f"{IDEA}/pendamping")
async def ask(idea_id: Id, request: PostedForm) -> Response:
    """Ask for a mentor of the idea."""
    wish = request.form.text("wish", 2_000)

    def act(session: Session, actor: Actor) -> FormResult:
        ask_mentor(session, idea_id, wish, actor=actor)
        return back_to_idea(read_context(session, idea_id, actor=actor), "mentor_asked")

    return await idea_form(request, idea_id, "ask_mentor", act)


@router.post(f"{IDEA}/saran")
async def advise(idea_id: Id, request: PostedForm) -> Response:
    """Advise the team of the idea."""
    text = request.form.text("text", 8_000)

    def act(session: Session, actor: Actor) -> FormResult:
        give_advice(session, idea_id, text, actor=actor)
        return back_to_idea(read_context(session, idea_id, actor=actor), "mentor_advised")

    return await idea_form(request, idea_id, "advise", act)


@router.post(f"{IDEA}/pendamping/{{mentorship_id}}")
async def end(idea_id: Id, mentorship_id: Id, request: PostedForm) -> Response:
    """End a mentorship of the idea, or take the request back; a mentor sees the idea no more and is led to their own page."""
    reason = request.form.text("reason", 2_000)

    def act(session: Session, actor: Actor) -> FormResult:
        context = read_context(session, idea_id, actor=actor)
        end_mentorship(session, mentorship_id, reason, actor=actor)
        is_mentor = context.adviser_id is not None
        return FormResult(to=MENTORING, done="mentorship_ended") if is_mentor else back_to_idea(context, "mentorship_ended")

    return await idea_form(request, idea_id, f"end_mentor-{mentorship_id}", act)


@router.get(MENTORING)
async def show_own(request: Page, ok: str = "") -> Response:
    """What one was asked for as a mentor, and whom one advises."""
    return await _own_page(request, done=read_done(ok))


@router.post(f"{MENTORING}/{{mentorship_id}}")
async def answer(mentorship_id: Id, request: PostedForm) -> Response:
    """Accept a request, or decline it."""
    form = request.form
    accepts, reason = form.choice("outcome", OUTCOMES) == "accepted", form.text("reason", 2_000)

    def act(session: Session, actor: Actor) -> FormResult:
        with reading_all(form):
            answer_request(session, mentorship_id, accepts=accepts, reason=reason, actor=actor)
        return FormResult(to=MENTORING, done="mentor_answered")

    async def show(refused: RefusedForm) -> Response:
        return await _own_page(request, refused=refused)

    return await attempt(f"answer-{mentorship_id}", request, lambda: request.act(act), show)


@router.get(f"{CALL}/pendamping")
async def show_mentors(call_id: Id, request: Page, ok: str = "") -> Response:
    """The mentors of a call."""
    return await MENTORS.show(request, call_id, done=read_done(ok))


@router.post(f"{CALL}/pendamping")
async def put(call_id: Id, request: PostedForm) -> Response:
    """Put somebody on the list, or change themes and places."""
    form = request.form
    form.require("identifier", "themes")
    themes = tuple(form.text("themes", 8_000).split("\n"))
    new = NewMentor(form.text("identifier", 100), themes, int(form.decimal("capacity", 0)))
    return await MENTORS.change(request, call_id, MENTORS.form, lambda s, a: set_mentor(s, call_id, new, actor=a), "mentor_set")


@router.post(f"{CALL}/pendamping/{{mentor_id}}")
async def take_off(call_id: Id, mentor_id: Id, request: PostedForm) -> Response:
    """Take somebody off the list."""
    name = f"take_off-{mentor_id}"
    return await MENTORS.change(request, call_id, name, lambda s, a: end_mentor(s, call_id, mentor_id, actor=a), "mentor_removed")


async def _own_page(request: PageRequest, *, refused: RefusedForm | None = None, done: str = "") -> Response:
    def read(session: Session, actor: Actor) -> dict[str, Any]:
        return {"own": [(each, FormView(f"answer-{each.mentorship.id}")) for each in list_own(session, actor=actor)]}

    visitor, values = await request.read_page(read)
    if refused is not None:
        values["own"] = [(each, refused.view() if view.name == refused.name else view) for each, view in values["own"]]
    wrong = refused if refused is not None and refused.errors else None
    told: dict[str, Any] = {"wrong": wrong, "done": done, "posted": refused is not None}
    return page(visitor, "intake/mentoring.html", status=refused.status if refused is not None else 200, **values, **told)
