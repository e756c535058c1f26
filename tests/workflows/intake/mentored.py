"""Mentors of the town's call, and ideas whose teams ask for one."""

from typing import Any

from sqlmodel import select

from models.mentors import Mentor, Mentorship
from models.people import EmploymentKind
from tests.building import Town
from tests.outsiders import outsider, welcome
from workflows.intake.advice import Mentoring, read_mentoring
from workflows.intake.mentoring import answer_request, ask_mentor
from workflows.process.context import read_context
from workflows.region.mentors import NewMentor, set_mentor

WISH = "Cara mengukur manfaatnya bagi warga."
ADVICE = "Ukur lama antre dua minggu sebelum dan sesudahnya, pada jam yang sama."


def add_mentor(town: Town, who: str = "mentor", *themes: str, kind: EmploymentKind = EmploymentKind.MENTOR, **named: Any) -> Mentor:
    """Somebody from outside who is `who` of the town, and a mentor of a `call` with `places`."""
    name = f"pendamping.{who}"
    if who not in town.people:
        welcome(town, who, outsider(kind, name))
    new = NewMentor(name, themes or ("Kesehatan",), named.get("places", 2))
    mentor: Mentor = town.do(set_mentor, named.get("call") or town.call, new, by="secretary")
    return mentor


def ask(town: Town, idea: str, *, by: str = "lead", wish: str = WISH) -> Mentorship:
    """The lead asks for a mentor."""
    mentorship: Mentorship = town.do(ask_mentor, idea, wish, by=by)
    return mentorship


def advised(town: Town, idea: str, *, by: str = "mentor") -> Mentorship:
    """The lead asks for a mentor, who accepts."""
    mentorship: Mentorship = town.do(answer_request, ask(town, idea).id, accepts=True, by=by)
    return mentorship


def read(town: Town, idea: str, who: str) -> Mentoring:
    """What somebody may know and do about an idea's mentors."""
    with town.store.reading() as session:
        actor = town.actor(session, who)
        return read_mentoring(session, read_context(session, idea, actor=actor), actor=actor)


def states(town: Town, idea: str) -> list[str]:
    """What came of an idea's requests, in their order."""
    asked: Any = select(Mentorship).where(Mentorship.idea_id == idea)
    return [str(each.state) for each in sorted(town.rows(asked), key=lambda each: (each.asked_at, each.id))]
