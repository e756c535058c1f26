"""The courses that a call recommends, for everybody signed in; added and taken off by its secretariat."""

from fastapi import APIRouter
from fastapi.responses import Response

from api.pages.call_life import CALL
from api.pages.call_lists import CallList
from api.pages.render import read_done
from api.pages.session import Page, PostedForm
from api.v1.shapes import Id
from workflows.intake.courses import NewCourse, add_course, end_course, list_courses

router = APIRouter(include_in_schema=False)
COURSES = CallList(
    "calls/courses.html",
    "kursus",
    "course",
    lambda session, call_id, _actor: list_courses(session, call_id),
    lambda course: f"take_off-{course.id}",
)


@router.get(f"{CALL}/kursus")
async def show(call_id: Id, request: Page, ok: str = "") -> Response:
    """The courses of a call."""
    return await COURSES.show(request, call_id, done=read_done(ok))


@router.post(f"{CALL}/kursus")
async def add(call_id: Id, request: PostedForm) -> Response:
    """Put a course on the list."""
    form = request.form
    form.require("theme", "title", "provider", "url")
    new = NewCourse(form.text("theme", 200), form.text("title", 400), form.text("provider", 400), form.text("url", 500))
    return await COURSES.change(request, call_id, COURSES.form, lambda s, a: add_course(s, call_id, new, actor=a), "course_added")


@router.post(f"{CALL}/kursus/{{course_id}}")
async def take_off(call_id: Id, course_id: Id, request: PostedForm) -> Response:
    """Take a course off the list."""
    name = f"take_off-{course_id}"
    return await COURSES.change(request, call_id, name, lambda s, a: end_course(s, call_id, course_id, actor=a), "course_removed")
