"""Mentors of a call: who may be one, what is wrong with how they are set, and who reads the list."""

from typing import Any

import pytest
from sqlmodel import select

from models.mentors import Mentor
from models.people import EmploymentKind, Role
from tests.building import Town
from tests.outsiders import outsider, welcome
from tests.workflows.intake.mentored import add_mentor, ask
from workflows.process.refusals import Conflict, Forbidden, Invalid, NotFound, Refusal
from workflows.region.accounts import close_account
from workflows.region.mentors import MOST_THEMES, NewMentor, end_mentor, list_mentors, set_mentor

NAME = "pendamping.mentor"


@pytest.mark.parametrize("kind", EmploymentKind)
def test_people_from_universities_and_companies_may_be_mentors_and_nobody_else(town: Town, kind: EmploymentKind) -> None:
    if kind.has_number:
        new = NewMentor(town["mate"].number, ("Kesehatan",), 1)
    else:
        welcome(town, "guest", outsider(kind, NAME))
        new = NewMentor(NAME, ("Kesehatan",), 1)
    if kind in (EmploymentKind.MENTOR, EmploymentKind.ACADEMIC, EmploymentKind.OUTSIDE_JUROR):
        assert town.do(set_mentor, town.call, new, by="secretary").person_id == town["guest"].id
        return
    with pytest.raises(Invalid, match="mentor_unknown"):
        town.do(set_mentor, town.call, new, by="secretary")


def test_what_is_wrong_is_told_all_at_once_and_changes_nothing(town: Town) -> None:
    with pytest.raises(Invalid) as refused:
        town.do(set_mentor, town.call, NewMentor("tidak.ada", (" ",), 0), by="secretary")
    told = [(each.code, each.field) for each in refused.value.parts]
    assert told == [("mentor_unknown", "identifier"), ("text_empty", "themes"), ("number_out_of_range", "capacity")]
    add_mentor(town, "mentor", "Kesehatan", "  Tata   kota ", "Kesehatan")
    assert town.rows(select(Mentor))[0].themes == ["Kesehatan", "Tata kota"]
    wrong: list[tuple[type[Refusal], str, dict[str, Any]]] = [
        (Invalid, "mentor_theme_without_word", {"themes": ("dan",)}),
        (Invalid, "control_characters", {"themes": ("a\0",)}),
        (Invalid, "list_too_long", {"themes": tuple(f"Tema {number}" for number in range(MOST_THEMES + 1))}),
        (Invalid, "text_too_long", {"themes": ("a" * 101,)}),
        (Invalid, "number_out_of_range", {"capacity": 51}),
        (Forbidden, "only_secretariat", {"by": "chair"}),
        (Forbidden, "only_secretariat", {"by": "auditor"}),
        (Forbidden, "only_secretariat", {"by": "flow:terminal"}),
    ]
    for kind, code, changes in wrong:
        by, new = changes.pop("by", "secretary"), NewMentor(**{"identifier": NAME, "themes": ("Kota",), "capacity": 1, **changes})
        with pytest.raises(kind, match=code):
            town.do(set_mentor, town.call, new, by=by)
    assert [(each.themes, each.capacity) for each in town.rows(select(Mentor))] == [(["Kesehatan", "Tata kota"], 2)]


def test_places_are_never_fewer_than_the_ideas_a_mentor_has(town: Town) -> None:
    mentor = add_mentor(town)
    for number in range(2):
        ask(town, town.build_idea(title=f"Gagasan {number}"))
    with pytest.raises(Conflict, match="mentor_places_taken"):
        add_mentor(town, places=1)
    town.do(end_mentor, town.call, mentor.id, by="admin")
    with pytest.raises(Conflict, match="mentor_off_list"):
        town.do(end_mentor, town.call, mentor.id, by="admin")
    assert add_mentor(town, places=1).id == mentor.id
    with pytest.raises(NotFound, match="mentor_not_found"):
        town.do(end_mentor, town.build_call(code="LAIN"), mentor.id, by="admin")


def test_whose_account_is_closed_is_not_asked_and_who_reads_the_list(town: Town) -> None:
    add_mentor(town)
    for who in town.people:
        with town.store.reading() as session:
            actor = town.actor(session, who)
            if who in ("secretary", "admin", "second_admin", "auditor"):
                assert [line.load for line in list_mentors(session, town._calls["UJI-0"], actor=actor)] == [0]
                continue
            with pytest.raises(Forbidden, match="only_secretariat"):
                list_mentors(session, town._calls["UJI-0"], actor=actor)
    town.do(close_account, town["mentor"].id, by="admin")
    with pytest.raises(Conflict, match="no_mentor_free"):
        ask(town, town.build_idea())
    with pytest.raises(Invalid, match="mentor_unknown"):
        add_mentor(town)


def test_who_holds_a_role_over_the_call_is_no_mentor_of_it(town: Town) -> None:
    welcome(town, "mentor", outsider(EmploymentKind.ACADEMIC, NAME))
    town.give_role("mentor", Role.REVIEWER, "BAPPEDA")
    with pytest.raises(Conflict, match="mentor_holds_role"):
        add_mentor(town)
