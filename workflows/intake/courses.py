"""Courses that a call recommends: added by its secretariat for a theme, and led to from an idea whose theme fits."""

from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from models.courses import Course
from models.instants import now
from workflows.calculations.mentors import find_fitting
from workflows.calculations.words import read_text_terms
from workflows.intake.answers import read_link
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext
from workflows.process.journal import record
from workflows.process.refusals import Conflict, Faults, Invalid, NotFound
from workflows.process.relations import is_in_team
from workflows.process.wording import read_lines
from workflows.region.calls import get_call
from workflows.region.mentors import lock_kept_call

MOST_COURSES = 300  # on the list of a call
LENGTHS = {"theme": (1, 100), "title": (1, 200), "provider": (1, 200)}


@dataclass(frozen=True)
class NewCourse:
    """A course as it is added: for which theme, what it is called, who gives it, and where it is found."""

    theme: str
    title: str
    provider: str
    url: str


def add_course(session: Session, call_id: str, new: NewCourse, *, actor: Actor) -> Course:
    """Put a course on a call's list; its secretariat or an admin may.

    Raises Invalid, all faults at once, for texts that are missing or too long, a theme without a word that could fit, and what is no whole
    https address; Conflict for a list that is full and once the call was put away.
    """
    call, _unit = lock_kept_call(session, call_id, actor=actor)
    faults, url = Faults(), ""
    words = read_lines(faults, new, LENGTHS)
    if "theme" in words and not read_text_terms(words["theme"]).terms:
        faults.found.append(Invalid("mentor_theme_without_word", "theme"))
    with faults.gather():
        url = read_link("url", new.url.strip())
    faults.settle()
    listed = select(func.count()).select_from(Course).where(Course.call_id == call.id, col(Course.ended_at).is_(None))
    if session.exec(listed).one() >= MOST_COURSES:
        raise Conflict("courses_too_many", maximum=MOST_COURSES)
    course = Course(
        call_id=call.id,
        theme=words["theme"],
        title=words["title"],
        provider=words["provider"],
        url=url,
        added_by=str(actor.person_id),
    )
    session.add(course)
    session.flush()
    record(session, "call.add_course", call.id, actor=actor, course=course.id)
    return course


def end_course(session: Session, call_id: str, course_id: str, *, actor: Actor) -> Course:
    """Take a course off the list."""
    call, _unit = lock_kept_call(session, call_id, actor=actor)
    course = session.get(Course, course_id, with_for_update=True, populate_existing=True)
    if course is None or course.call_id != call.id:
        raise NotFound("course_not_found")
    if course.ended_at is not None:
        raise Conflict("course_off_list")
    course.ended_by, course.ended_at = actor.person_id, now()
    session.add(course)
    session.flush()
    record(session, "call.end_course", call.id, actor=actor, course=course.id)
    return course


def list_courses(session: Session, call_id: str, theme: str | None = None) -> list[Course]:
    """The courses on a call's list by theme and title, for everybody; with `theme` those alone whose theme fits it."""
    get_call(session, call_id)
    return _list_fitting(session, call_id, theme)


def list_courses_for(session: Session, context: IdeaContext, *, actor: Actor) -> list[Course]:
    """The courses that an idea's theme leads its team to; none for who is not of it."""
    if not context.content.theme or not is_in_team(context, actor):
        return []
    return _list_fitting(session, context.call.id, context.content.theme)


def _list_fitting(session: Session, call_id: str, theme: str | None) -> list[Course]:
    listed = select(Course).where(Course.call_id == call_id, col(Course.ended_at).is_(None))
    found = session.exec(listed.order_by(col(Course.theme), col(Course.title), col(Course.id)))
    return [each for each in found if theme is None or find_fitting(theme, [each.theme])]
