"""Courses that a call recommends, each for a theme."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import Field

from api.access import Api
from api.v1 import PREFIX
from api.v1.shapes import Id, RequestBody, ResponseBody
from api.v1.shown import show_as
from workflows.intake.courses import NewCourse, add_course, end_course, list_courses

router = APIRouter(prefix=PREFIX + "/calls/{call_id}/courses", tags=["mentoring"])
Theme = Annotated[str | None, Query(max_length=200, description="A theme: only the courses whose theme fits it.")]


class CourseIn(RequestBody):
    """A course for a theme, at an https address."""

    theme: str = Field(max_length=200)
    title: str = Field(max_length=400)
    provider: str = Field(max_length=400)
    url: str = Field(max_length=500)


class CourseOut(ResponseBody):
    """A course; `ended_at` says when it was taken off the list."""

    id: str
    theme: str
    title: str
    provider: str
    url: str
    added_at: datetime
    ended_at: datetime | None


@router.get("")
async def show_courses(call_id: Id, request: Api, theme: Theme = None) -> list[CourseOut]:
    """The courses that a call recommends, for all themes or those that fit one."""
    return await request.read(lambda s, _actor: [show_as(CourseOut, each) for each in list_courses(s, call_id, theme)])


@router.post("", status_code=201, response_model=CourseOut)
async def add_new_course(call_id: Id, body: CourseIn, request: Api) -> JSONResponse:
    """Put a course on a call's list."""
    new = NewCourse(**body.model_dump())
    return await request.write(lambda s, a: show_as(CourseOut, add_course(s, call_id, new, actor=a)), status=201)


@router.post("/{course_id}/ending", response_model=CourseOut)
async def take_course_off(call_id: Id, course_id: Id, request: Api) -> JSONResponse:
    """Take a course off the list."""
    return await request.write(lambda s, a: show_as(CourseOut, end_course(s, call_id, course_id, actor=a)))
