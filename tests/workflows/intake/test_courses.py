"""Courses of a call: added by its secretariat at https addresses alone, and led to by the theme of an idea."""

from dataclasses import replace

import pytest
from sqlmodel import select

from models.courses import Course
from tests.api.pages.browsing import open_browser, send
from tests.building import Town
from workflows.intake.courses import NewCourse, add_course, end_course, list_courses, list_courses_for
from workflows.process.context import read_context
from workflows.process.refusals import Conflict, Forbidden, Invalid, NotFound

COURSE = NewCourse("Kesehatan", "Merancang layanan publik", "Lembaga contoh", "https://kursus.contoh.go.id/layanan")


def led_to(town: Town, idea: str, who: str) -> list[str]:
    """The titles of the courses that somebody is led to beside an idea."""
    with town.store.reading() as session:
        actor = town.actor(session, who)
        found = list_courses_for(session, read_context(session, idea, actor=actor), actor=actor)
        return [each.title for each in found]


def test_a_theme_leads_the_team_to_its_courses(either_town: Town) -> None:
    town = either_town
    for new in (COURSE, replace(COURSE, theme="Tata kota", title="Merancang taman")):
        added = town.do(add_course, town.call, new, by="secretary")
    idea, other = town.build_idea(theme="Kesehatan ibu dan anak"), town.build_idea()
    assert (led_to(town, idea, "lead"), led_to(town, idea, "mate"), led_to(town, other, "lead")) == ([COURSE.title], [COURSE.title], [])
    with town.store.reading() as session:
        assert [each.title for each in list_courses(session, added.call_id)] == [COURSE.title, "Merancang taman"]
        assert [each.title for each in list_courses(session, added.call_id, "penataan kota")] == ["Merancang taman"]
        assert list_courses(session, added.call_id, "Pendidikan") == []
    town.do(end_course, added.call_id, added.id, by="admin")
    with pytest.raises(Conflict, match="course_off_list"):
        town.do(end_course, added.call_id, added.id, by="admin")
    with pytest.raises(NotFound, match="course_not_found"):
        town.do(end_course, town.build_call(code="LAIN"), added.id, by="admin")
    with town.store.reading() as session:
        assert [each.theme for each in list_courses(session, added.call_id)] == ["Kesehatan"]


@pytest.mark.parametrize(
    "url", ["", "http://contoh.go.id", "javascript:alert(1)", "https://a@contoh.go.id", "https://localhost/x", 'https://contoh.go.id/"x']
)
def test_an_address_is_whole_and_https(town: Town, url: str) -> None:
    with pytest.raises(Invalid, match="link_unreadable"):
        town.do(add_course, town.call, replace(COURSE, url=url), by="secretary")


def test_what_is_wrong_is_told_all_at_once_and_only_the_secretariat_adds(town: Town) -> None:
    with pytest.raises(Invalid) as refused:
        town.do(add_course, town.call, NewCourse("dan", "", "a" * 201, "contoh"), by="secretary")
    assert {(each.code, each.field) for each in refused.value.parts} == {
        ("mentor_theme_without_word", "theme"),
        ("text_empty", "title"),
        ("text_too_long", "provider"),
        ("link_unreadable", "url"),
    }
    for who in ("chair", "lead", "auditor", "flow:terminal"):
        with pytest.raises(Forbidden, match="only_secretariat"):
            town.do(add_course, town.call, COURSE, by=who)
    assert town.rows(select(Course.id)) == []


def test_courses_are_listed_through_the_pages(town: Town) -> None:
    secretary, page = open_browser(town, "secretary"), f"/periode-usulan/{town.call}/kursus"
    said = {"theme": COURSE.theme, "title": COURSE.title, "provider": COURSE.provider}
    assert send(secretary, page, page, url="http://contoh.go.id", **said).status_code == 422
    assert send(secretary, page, page, url=COURSE.url, **said).headers["location"] == f"{page}?ok=course_added"
    idea = town.build_idea(theme="kesehatan")
    assert f'href="{COURSE.url}" rel="noopener noreferrer nofollow"' in open_browser(town, "lead").get(f"/usulan/{idea}").text
    assert "Simpan kursus" not in open_browser(town, "lead").get(page).text
    [course] = town.rows(select(Course.id))
    assert send(secretary, page, f"{page}/{course}").headers["location"] == f"{page}?ok=course_removed"
    assert "Belum ada kursus" in secretary.get(page).text
