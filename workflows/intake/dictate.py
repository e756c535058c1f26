"""Type an idea in a colleague's name, who confirms it as their own: a street sweeper has ideas, too.

Who would cheat is the operator who hands in ideas of people who know nothing. So what they type is nobody's, and counts for nothing, until
its person confirms it: signed in themself, with an account whose code the operator never had; or by a code on a sheet with the whole text,
which somebody else prints and hands over. Either is good for one text: whoever changes it voids both.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.calls import Call
from models.dictated_ideas import DictatedIdea
from models.ids import new_code
from models.instants import now, wall_now
from models.people import Account, NoticeKind, Person, Role
from models.units import Unit
from workflows.calculations.ledger import commitment, write_canonical
from workflows.intake.answers import list_form_faults
from workflows.intake.content import Proposal
from workflows.intake.dictated_text import find_target, read_text, write_proposal
from workflows.intake.draft import DRAFT, draft_idea
from workflows.intake.submit import submit_idea
from workflows.process.actors import Actor, actor_of
from workflows.process.closing import hold_near_end
from workflows.process.context import IdeaContext
from workflows.process.eligibility import list_field_faults
from workflows.process.engine import permit
from workflows.process.journal import record
from workflows.process.quota import lock_quota
from workflows.process.refusals import Conflict, Faults, Forbidden, Invalid, NotFound
from workflows.process.visibility import units_of
from workflows.region.codes import hash_code
from workflows.region.identifiers import find_by_number_or_name
from workflows.region.notices import send_notice
from workflows.region.people import require_serving
from workflows.region.powers import get_person, has_handed_code

TYPING = (Role.OPERATOR, Role.ADMIN)  # over the unit of whoever they type for
PRINTING = (*TYPING, Role.UNIT_HEAD)
CODE_DAYS = 3
MOST_LISTED = 100


@dataclass(frozen=True)
class Dictated:
    """A dictated idea with its person, unit and call, and what it says; nothing once it is settled."""

    row: DictatedIdea
    person: Person
    unit: Unit
    call: Call
    proposal: Proposal | None
    typed_by: str


@dataclass(frozen=True)
class PrintedCode:
    """A code, shown once, and until when it can be used."""

    code: str
    until: datetime


def dictate_idea(session: Session, call_id: str, employee_number: str, proposal: Proposal, *, actor: Actor) -> DictatedIdea:
    """Type an idea for an open call in the name of somebody of a unit that one looks after; the person is told.

    Raises Forbidden for who looks after no unit, and for oneself; Invalid, all faults at once, for an unknown person and what `read_text`
    raises; Conflict where the person cannot begin a draft, and where one of this title waits for them in this call.
    """
    row = prepare_dictation(session, call_id, employee_number, proposal, actor=actor)
    _require_only(session, row)
    _keep(session, row)
    _record(session, "person.dictate_idea", row, actor=actor)
    send_notice(session, row.person_id, NoticeKind.IDEA_DICTATED)
    return row


def prepare_dictation(session: Session, call_id: str, employee_number: str, proposal: Proposal, *, actor: Actor) -> DictatedIdea:
    """A dictated idea as it would be kept; nothing is written. Raises what `dictate_idea` does, but for one that waits."""
    if not any(actor.holds(role) for role in TYPING):
        raise Forbidden("only_operator")
    faults, person_id, kept = Faults(), str(actor.person_id), dict[str, Any]()
    with faults.gather():
        person_id = _find_colleague(session, employee_number, actor)
    target = find_target(session, call_id, person_id)
    with faults.gather():
        kept = read_text(session, target, proposal)
    faults.settle()
    permit(session, target, DRAFT, actor=actor_of(session, person_id))
    return DictatedIdea(call_id=call_id, person_id=person_id, typed_by=str(actor.person_id), title=kept["title"], proposal=kept)


def waits_already(session: Session, row: DictatedIdea) -> bool:
    """Whether the same text waits for the same person in the same call."""
    waiting = _find_waiting(session, row)
    return waiting is not None and waiting.proposal == row.proposal


def change_dictated(session: Session, dictated_id: str, version: int, proposal: Proposal, *, actor: Actor) -> DictatedIdea:
    """Put another text in place of one that waits; a code that was printed for it is void. Whoever typed it may, and nobody else."""
    row = _take(session, dictated_id, actor)
    if row.typed_by != actor.person_id:
        raise Forbidden("only_who_typed")
    _require_version(row, version)
    row.proposal = read_text(session, find_target(session, row.call_id, row.person_id), proposal)
    row.title, row.version = row.proposal["title"], row.version + 1
    _require_only(session, row)
    row.code_hash = row.code_until = row.code_by = None
    _keep(session, row)
    _record(session, "person.change_dictated", row, actor=actor)
    return row


def print_dictated(session: Session, dictated_id: str, *, actor: Actor) -> PrintedCode:
    """A code for the text as it stands, to be handed to its person with all of it; the one before is void.

    Somebody else than who typed it: an operator or admin over the person's unit, or its head. Raises Invalid for all that the text lacks to
    be handed in, as the code hands it in; Conflict where the call asks for files, which only its person, signed in, can add.
    """
    row = _take(session, dictated_id, actor)
    if actor.person_id in (row.typed_by, row.person_id) or not _looks_after(session, row, actor, PRINTING):
        raise Forbidden("only_second_operator")
    target = find_target(session, row.call_id, row.person_id)
    said = write_proposal(row.proposal)
    _require_no_files(target)
    Faults([*list_field_faults(target.policy, target.call, said), *list_form_faults(target.policy, said.form_content)]).settle()
    code = new_code()
    row.code_hash, row.code_until, row.code_by = hash_code(row.id, code), wall_now() + timedelta(days=CODE_DAYS), actor.person_id
    _keep(session, row)
    _record(session, "person.print_dictated", row, actor=actor)
    return PrintedCode(code, row.code_until)


def confirm_dictated(session: Session, dictated_id: str, version: int, code: str = "", *, actor: Actor) -> IdeaContext:
    """Let a dictated idea be its person's own: by the person, signed in, as a draft that they go on with; or by the code on their sheet,
    which whoever typed it takes from them: then it is handed in at once, with the declaration of truth that stands on the sheet.

    Raises Forbidden for others, and for a person who had a code for their account of who typed it; Conflict for another text than was read
    and for what keeps the idea from being begun or handed in, Invalid for a wrong or old code.
    """
    row = _take(session, dictated_id, actor)
    _require_version(row, version)
    in_person = row.person_id == actor.person_id
    if in_person and has_handed_code(session, row.typed_by, row.person_id):
        raise Forbidden("typist_gave_code")
    if not in_person:
        _require_code(row, code, actor)
    person, _home = get_person(session, row.person_id)
    _require_in_service(session, person)
    owner, target = actor_of(session, person.id), find_target(session, row.call_id, person.id)
    if not in_person:
        _require_no_files(target)
        hold_near_end(session, target.call, now())
        lock_quota(session, target)
    origin = {"typed_by": row.typed_by, "dictated": row.id}
    context = draft_idea(session, row.call_id, write_proposal(row.proposal), origin=origin, actor=owner)
    row.idea_id = context.idea.id
    _settle(session, row, "person.confirm_dictated", actor=actor, by="account" if in_person else "code")
    return context if in_person else submit_idea(session, context.idea.id, declares_truth=True, actor=owner)


def end_dictated(session: Session, dictated_id: str, *, actor: Actor) -> None:
    """Give a dictated idea up: whoever typed it, or its person, who does not want it; its text is forgotten."""
    row = _take(session, dictated_id, actor)
    if actor.person_id not in (row.typed_by, row.person_id):
        raise Forbidden("only_who_typed")
    _settle(session, row, "person.end_dictated", actor=actor)


def read_dictated(session: Session, dictated_id: str, *, actor: Actor) -> Dictated:
    """A dictated idea as its person, who typed it and who may print its sheet see it; raises NotFound for everybody else."""
    row = session.get(DictatedIdea, dictated_id)
    if row is None or not _sees(session, row, actor):
        raise NotFound("dictated_not_found")
    person, unit = get_person(session, row.person_id)
    proposal = write_proposal(row.proposal) if row.proposal else None
    typist = session.get_one(Person, row.typed_by).full_name
    return Dictated(row, person, unit, session.get_one(Call, row.call_id), proposal, typist)


def list_dictated(session: Session, *, actor: Actor) -> Sequence[Dictated]:
    """The dictated ideas that wait and that the actor sees, the newest first, MOST_LISTED at the most."""
    waiting = (
        select(DictatedIdea.id).join(Person, col(Person.id) == col(DictatedIdea.person_id)).where(col(DictatedIdea.settled_at).is_(None))
    )
    own = sa.or_(col(DictatedIdea.person_id) == actor.person_id, col(DictatedIdea.typed_by) == actor.person_id)
    seen = waiting.where(sa.or_(own, col(Person.unit_id).in_(units_of(actor, PRINTING))))
    ids = session.exec(seen.order_by(col(DictatedIdea.typed_at).desc(), col(DictatedIdea.id)).limit(MOST_LISTED))
    return [read_dictated(session, dictated_id, actor=actor) for dictated_id in ids.all()]


def list_dictated_since(session: Session, person_id: str | None) -> Sequence[datetime]:
    """When each idea was typed in somebody's name that waits for their word, the first first."""
    waiting = select(DictatedIdea.typed_at).where(DictatedIdea.person_id == person_id, col(DictatedIdea.settled_at).is_(None))
    return session.exec(waiting.order_by(col(DictatedIdea.typed_at))).all()


def may_print(session: Session, found: Dictated, actor: Actor) -> bool:
    """Whether the actor may print the sheet of a dictated idea."""
    is_other = actor.person_id not in (found.row.typed_by, found.row.person_id)
    return is_other and found.proposal is not None and _looks_after(session, found.row, actor, PRINTING)


def _find_waiting(session: Session, row: DictatedIdea) -> DictatedIdea | None:
    of_person = DictatedIdea.person_id == row.person_id, DictatedIdea.call_id == row.call_id, DictatedIdea.title == row.title
    return session.exec(select(DictatedIdea).where(*of_person, col(DictatedIdea.settled_at).is_(None))).first()


def _require_only(session: Session, row: DictatedIdea) -> None:
    with session.no_autoflush:
        other = _find_waiting(session, row)
    if other is not None and other.id != row.id:
        raise Conflict("dictated_already", "title")


def _find_colleague(session: Session, number: str, actor: Actor) -> str:
    person_id = find_by_number_or_name(session, number)
    if person_id is not None and person_id == actor.person_id:
        raise Forbidden("own_dictation")
    person, home = get_person(session, person_id) if person_id else (None, None)
    if person is None or home is None or not any(actor.holds(role, home.path) for role in TYPING):
        raise Invalid("person_unknown", "employee_number")
    _require_in_service(session, person)
    return person.id


def _require_in_service(session: Session, person: Person) -> None:
    require_serving(person)
    account = session.get(Account, person.id)
    if account is not None and account.closed_at is not None:
        raise Conflict("account_closed")


def _sees(session: Session, row: DictatedIdea, actor: Actor) -> bool:
    return actor.person_id in (row.person_id, row.typed_by) or (row.settled_at is None and _looks_after(session, row, actor, PRINTING))


def _looks_after(session: Session, row: DictatedIdea, actor: Actor, roles: Sequence[Role]) -> bool:
    _person, home = get_person(session, row.person_id)
    return any(actor.holds(role, home.path) for role in roles)


def _take(session: Session, dictated_id: str, actor: Actor) -> DictatedIdea:
    """A dictated idea that waits, kept from others until the transaction ends."""
    row = session.get(DictatedIdea, dictated_id, with_for_update=True, populate_existing=True)
    if row is None or not _sees(session, row, actor):
        raise NotFound("dictated_not_found")
    if row.settled_at is not None:
        raise Conflict("dictated_settled")
    return row


def _require_no_files(target: IdeaContext) -> None:
    """Raise where the call asks for files, as no code carries any: the person signs in and adds them."""
    if target.policy.attachments.least:
        raise Conflict("dictated_needs_files")


def _require_version(row: DictatedIdea, version: int) -> None:
    if row.version != version:
        raise Conflict("dictated_changed")


def _require_code(row: DictatedIdea, typed: str, actor: Actor) -> None:
    """Raise where the code is not that of the sheet: 57 bits that live three days, so that nobody need count the tries."""
    if row.typed_by != actor.person_id:
        raise Forbidden("only_who_typed")
    known = row.code_hash is not None and row.code_until is not None and row.code_until > wall_now()
    if not known or not hmac.compare_digest(str(row.code_hash), hash_code(row.id, typed[:100])):
        raise Invalid("dictated_code_wrong", "code")


def _settle(session: Session, row: DictatedIdea, kind: str, *, actor: Actor, **detail: str) -> None:
    row.settled_by, row.settled_at, row.title, row.proposal = actor.person_id, now(), "", {}
    row.code_hash = row.code_until = None
    _keep(session, row)
    record(session, kind, row.person_id, actor=actor, dictated=row.id, **detail, **({"idea": row.idea_id} if row.idea_id else {}))


def _keep(session: Session, row: DictatedIdea) -> None:
    session.add(row)
    session.flush()


def _record(session: Session, kind: str, row: DictatedIdea, *, actor: Actor) -> None:
    """A fact about a text: that it was this one shows by the salt of its row, and nothing of it without."""
    content = commitment(write_canonical(row.proposal).decode(), bytes.fromhex(row.salt))
    record(session, kind, row.person_id, actor=actor, dictated=row.id, call=row.call_id, version=row.version, content=content)
