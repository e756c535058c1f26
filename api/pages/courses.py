"""The courses that a call recommends, for everybody signed in; added and taken off by its secretariat."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from api.pages.call_life import CALL, keeps_call
from api.pages.forms import FormView
from api.pages.refused import RefusedForm, attempt
from api.pages.render import page, read_done
from api.pages.session import FormResult, Page, PageRequest, PostedForm
from api.v1.shapes import Id
from workflows.intake.courses import NewCourse, add_course, end_course, list_courses
from workflows.process.actors import Actor
from workflows.region.calls import get_call

router = APIRouter(include_in_schema=False)


@router.get(f"{CALL}/kursus")
async def show(call_id: Id, request: Page, ok: str = "") -> Response:
    """The courses of a call."""
    return await _courses_page(request, call_id, done=read_done(ok))


@router.post(f"{CALL}/kursus")
async def add(call_id: Id, request: PostedForm) -> Response:
    """Put a course on the list."""
    form = request.form
    form.require("theme", "title", "provider", "url")
    new = NewCourse(form.text("theme", 200), form.text("title", 400), form.text("provider", 400), form.text("url", 500))

    def act(session: Session, actor: Actor) -> FormResult:
        add_course(session, call_id, new, actor=actor)
        return FormResult(to=f"/periode-usulan/{call_id}/kursus", done="course_added")

    return await attempt("course", request, lambda: request.act(act), lambda refused: _courses_page(request, call_id, refused=refused))


@router.post(f"{CALL}/kursus/{{course_id}}")
async def take_off(call_id: Id, course_id: Id, request: PostedForm) -> Response:
    """Take a course off the list."""

    def act(session: Session, actor: Actor) -> FormResult:
        end_course(session, call_id, course_id, actor=actor)
        return FormResult(to=f"/periode-usulan/{call_id}/kursus", done="course_removed")

    return await attempt("take_off", request, lambda: request.act(act), lambda refused: _courses_page(request, call_id, refused=refused))


async def _courses_page(request: PageRequest, call_id: str, *, refused: RefusedForm | None = None, done: str = "") -> Response:
    def read(session: Session, actor: Actor) -> dict[str, Any]:
        call, unit = get_call(session, call_id)
        keeps = keeps_call(actor, unit) and call.archived_at is None
        return {"call": call, "courses": [(each, FormView("take_off")) for each in list_courses(session, call_id)], "keeps": keeps}

    visitor, values = await request.read_page(read)
    form = refused.view() if refused is not None and refused.name == "course" else FormView("course")
    wrong = refused if refused is not None and refused.errors else None
    told: dict[str, Any] = {"wrong": wrong, "done": done, "posted": refused is not None, "form": form}
    return page(visitor, "calls/courses.html", status=refused.status if refused is not None else 200, **values, **told)
