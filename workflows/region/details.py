"""Change what stands of a person on papers: name and titles, rank, grade and position."""

from dataclasses import dataclass

from sqlmodel import Session

from models.people import NoticeKind, Person
from models.posts import PostCause
from workflows.process.actors import Actor
from workflows.process.journal import record
from workflows.process.refusals import Conflict, Faults, Forbidden
from workflows.process.wording import read_lines
from workflows.region.name_words import index_names
from workflows.region.notices import send_notice
from workflows.region.people import NAMED, require_serving
from workflows.region.posts import HELD, Dated, begin_post, read_entry
from workflows.region.powers import decides_or_signs, require_over, take_person

WRITTEN = NAMED | {"position": (0, 120)}


@dataclass(frozen=True)
class Details:
    """A person's name and titles, rank, grade and position, all of them as they are to stand."""

    name: str
    front_title: str = ""
    back_title: str = ""
    rank_name: str = ""
    grade: str = ""
    position: str = ""


def change_details(session: Session, person_id: str, details: Details, dated: Dated, *, actor: Actor) -> Person:
    """Write a person's details anew; with another position, rank or grade they begin another post on the day given. They are told.

    Needs what moving needs. Of whoever decides or signs nobody alone changes the details: raises Forbidden `details_of_office`, by page as
    by file. Raises Invalid, all faults at once, and Conflict where nothing would change (`details_unchanged`) and for who retired.
    """
    person, home, _account = take_person(session, person_id)
    require_over(session, person, home, actor=actor)
    if decides_or_signs(session, person.id):
        raise Forbidden("details_of_office")
    faults = Faults()
    words = read_lines(faults, details, WRITTEN)
    entry = read_entry(session, faults, person.id, PostCause.CHANGED, dated)
    faults.settle()
    require_serving(person)
    changed = [name for name in WRITTEN if getattr(person, name) != words[name]]
    if not changed:
        raise Conflict("details_unchanged")
    for name in changed:
        setattr(person, name, words[name])
    session.add(person)
    session.flush()
    if "name" in changed:
        index_names(session, [person.id])
    if {*changed} & {*HELD}:
        begin_post(session, person, entry, actor=actor)
    record(session, "person.change", person.id, actor=actor, fields=changed, valid_from=entry.valid_from.isoformat())
    send_notice(session, person.id, NoticeKind.DETAILS_CHANGED)
    return person
