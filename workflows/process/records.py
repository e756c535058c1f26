"""Which facts of the ledger, messages of the outbox and holders of roles somebody may read: those of the units their role stands over."""

import base64
import re
from datetime import UTC, datetime, time
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.awards import Award
from models.calls import Call
from models.documents import Document
from models.ideas import Idea, TeamMember
from models.inbox import InboxItem
from models.instants import region_zone, today
from models.ledger import LedgerEntry
from models.offices import OfficeHolder
from models.outbox import Message
from models.people import Person, Role, RoleGrant, is_held
from models.reviews import Review, ReviewState
from models.stages import IdeaStage
from models.units import Unit
from workflows.calculations.ledger import GENESIS
from workflows.process import ways
from workflows.process.actors import Actor
from workflows.process.refusals import Forbidden, Invalid
from workflows.process.visibility import is_unsealed, units_of
from workflows.process.ways import Kind

READERS = (Role.AUDITOR, Role.ADMIN)
ASSIGNERS = (Role.SECRETARIAT, Role.CHAIR)  # they give work to people of other units, whose role covers their own

# What a fact is about, by the first word of its kind: an idea, a unit or what belongs to it, the region as a whole.
# A kind that is not here is read by nobody: whoever brings a new one decides who may read of it.
FACTS = {
    "idea": ("idea", "award", "document", "inbox"),
    "unit": ("unit", "person", "role", "account", "session", "office", "call", "document"),
    "region": ("region", "outbox", "ceiling"),
}
FACTS_PASSED = re.compile("[0-9]{1,9}", re.ASCII)
ANNOUNCING = "announce"  # a message that exists only once the hour has struck


def require_reader(actor: Actor) -> None:
    """Refuse whoever neither audits nor administers any unit."""
    if not actor.holds(Role.AUDITOR):
        actor.require(Role.ADMIN)


def require_region_admin(session: Session, actor: Actor) -> None:
    """Refuse whoever does not administer the whole region."""
    if not _covers_region(session, actor, Role.ADMIN):
        raise Forbidden("only_region_admin")


def readable_facts(session: Session, actor: Actor) -> sa.ColumnElement[bool]:
    """The ledger's entries that an actor may read.

    Those about the ideas, people, offices and calls of the units they audit or administer: of no idea in which they have part or whose
    review they still owe, and of no award before it is announced. Facts of the region are read by whoever stands over all of it.
    """
    kind, detail = col(LedgerEntry.kind), _payload("detail")
    subject = _payload("subject").as_string()
    units = units_of(actor, READERS)
    of_unit = sa.or_(_belongs_to(units, subject), detail["unit"].as_string().in_(units))
    readable: sa.ColumnElement[bool] = sa.or_(
        _begins(kind, "idea") & _is_of_idea(LedgerEntry.idea_id, actor),
        _begins(kind, "unit") & col(LedgerEntry.idea_id).is_(None) & of_unit,
    )
    if _covers_region(session, actor):
        readable = sa.or_(readable, _begins(kind, "region"))
    secret: sa.ColumnElement[bool] = subject.in_(_secret_subjects(actor))
    return readable & ~secret


def readable_messages(session: Session, actor: Actor) -> sa.ColumnElement[bool]:
    """The outbox' messages that an actor may read, by the same rule as facts."""
    subject = col(Message.subject_id)
    without_idea = _belongs_to(units_of(actor, READERS), subject)
    if _covers_region(session, actor):
        without_idea = sa.true()
    of_idea = _is_of_idea(Message.idea_id, actor)
    told = sa.or_(subject.not_in(_secret_subjects(actor)), col(Message.job) == ANNOUNCING)
    return sa.or_(of_idea, col(Message.idea_id).is_(None) & without_idea) & told


def retriable_messages(session: Session, actor: Actor) -> sa.ColumnElement[bool]:
    """The messages that an admin may have tried again: all of the region, or of the ideas of their units, told of or not."""
    if _covers_region(session, actor, Role.ADMIN):
        return sa.true()
    return col(Message.idea_id).in_(_overseen(actor, (Role.ADMIN,)))


def readable_holders(actor: Actor, role: Role) -> sa.ColumnElement[bool]:
    """The people holding a role of whom an actor may know: of their units, or with the role there; those who assign work also know
    whose role covers their unit from above."""
    listers = (*READERS, Role.OPERATOR, *ASSIGNERS)
    units = units_of(actor, listers)
    over = sa.or_(col(RoleGrant.unit_id).in_(units), col(Person.unit_id).in_(units))
    above = {path for each in ASSIGNERS for path in actor.paths(each)}
    covering = [sa.literal(path).startswith(col(Unit.path)) for path in sorted(above)]
    if covering:
        over = sa.or_(over, col(RoleGrant.unit_id).in_(select(Unit.id).where(sa.or_(*covering))))
    holding = select(RoleGrant.person_id).join(Person, col(Person.id) == col(RoleGrant.person_id))
    return col(Person.id).in_(holding.where(RoleGrant.role == role, is_held(), over))


def list_facts(session: Session, after: int, limit: int, *, actor: Actor) -> list[LedgerEntry]:
    """An actor's facts from after their `after`th on, oldest first: counted among those they may read, as the chain's numbers would tell
    of the others."""
    query = select(LedgerEntry).where(readable_facts(session, actor)).order_by(col(LedgerEntry.seq))
    return list(session.exec(query.offset(after).limit(limit)))


def list_last_facts(session: Session, before: str, limit: int, *, actor: Actor) -> tuple[list[LedgerEntry], str]:
    """An actor's newest facts, and the cursor of those before them ("" where there are none); `before` is such a cursor, or "".

    Read along the index of instants, so that a page costs the same however many facts there are. Raises Invalid for a cursor of no page.
    """
    query = select(LedgerEntry).where(readable_facts(session, actor)).order_by(col(LedgerEntry.at).desc(), col(LedgerEntry.seq).desc())
    passed = 0
    if before:
        instant, passed = _read_fact_cursor(before)
        query = query.where(col(LedgerEntry.at) <= instant).offset(passed)
    found = list(session.exec(query.limit(limit + 1)))
    facts = found[:limit]
    if len(found) == len(facts):
        return facts, ""
    last = facts[-1].at
    of_instant = sum(fact.at == last for fact in facts)
    return facts, _write_fact_cursor(last, of_instant + (passed if before and last == instant else 0))


def read_published_head(session: Session) -> tuple[str, datetime]:
    """The chain's head as anybody may know it: as it was when the region's day began, and that instant.

    The head of this moment would tell of each act as it happens, hidden ones too.
    """
    since = datetime.combine(today(), time.min, region_zone())
    last = select(LedgerEntry.hash).where(col(LedgerEntry.at) < since).order_by(col(LedgerEntry.seq).desc()).limit(1)
    return session.exec(last).first() or GENESIS.hex(), since


def _write_fact_cursor(instant: datetime, passed: int) -> str:
    """Where a page of facts ended: at which instant, and how many readable facts of that instant were shown; of others it tells nothing."""
    return base64.urlsafe_b64encode(f"{instant.isoformat()} {passed}".encode()).decode().rstrip("=")


def _read_fact_cursor(cursor: str) -> tuple[datetime, int]:
    try:
        instant, passed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii").split(" ")
        if not FACTS_PASSED.fullmatch(passed):
            raise ValueError("no number of facts")
        return datetime.fromisoformat(instant).astimezone(UTC), int(passed)
    except (ValueError, OverflowError) as wrong:
        raise Invalid("cursor_invalid", "before") from wrong


def _payload(name: str) -> Any:
    return col(LedgerEntry.payload)[name]


def _begins(kind: Any, about: str) -> sa.ColumnElement[bool]:
    return sa.or_(*(kind.startswith(f"{word}.") for word in FACTS[about]))


def _overseen(actor: Actor, roles: tuple[Role, ...]) -> Any:
    """The ideas of units, and those of their calls; drafts, and what is sealed, left out."""
    units = units_of(actor, roles)
    calls = select(Call.id).where(col(Call.unit_id).in_(units))
    within = sa.or_(col(Idea.unit_id).in_(units), col(Idea.call_id).in_(calls))
    return select(Idea.id).where(col(Idea.stage) != IdeaStage.DRAFT, within, is_unsealed())


def _is_of_idea(idea_id: Any, actor: Actor) -> sa.ColumnElement[bool]:
    """Whether a row is of an idea that an actor reads about in office: not their own, and none whose review they still owe.

    Asked of each row on the way by the idea's id, as a value and not with EXISTS: of that PostgreSQL would gather all those ideas first.
    """
    own = select(TeamMember.idea_id).where(TeamMember.person_id == actor.person_id)
    owed = select(Review.idea_id).where(Review.reviewer_id == actor.person_id, Review.state == ReviewState.ASSIGNED)
    overseen = _overseen(actor, READERS).where(col(Idea.id) == col(idea_id), col(Idea.id).not_in(own), col(Idea.id).not_in(owed))
    is_overseen: sa.ColumnElement[bool] = overseen.with_only_columns(sa.true()).scalar_subquery().is_not(None)
    return is_overseen


def _secret_subjects(actor: Actor) -> Any:
    """Awards not announced, what is awaited of them, and their documents; what ended without an announcement is told to the auditor."""
    audited = _overseen(actor, (Role.AUDITOR,)).where(col(Idea.id) == col(Award.idea_id)).exists()
    ended = col(Award.stage).in_(ways.AWARD.list_stages(Kind.END)) & audited
    awards = select(Award.id).where(col(Award.announced_at).is_(None), ~ended)
    items = select(InboxItem.id).where(col(InboxItem.award_id).in_(awards))
    return sa.union_all(awards, items, select(Document.id).where(col(Document.award_id).in_(awards)))


def _belongs_to(units: Any, subject: Any) -> sa.ColumnElement[bool]:
    """Whether a subject is one of the units, or belongs to them: a person, the holder of an office, a call or the report on one."""
    calls = select(Call.id).where(col(Call.unit_id).in_(units))
    holders = select(OfficeHolder.id).where(col(OfficeHolder.unit_id).in_(units))
    reports = select(Document.id).where(col(Document.call_id).in_(calls), col(Document.idea_id).is_(None))
    person = select(sa.true()).select_from(Person).where(col(Person.id) == subject, col(Person.unit_id).in_(units))
    return sa.or_(subject.in_(sa.union_all(units, holders, calls, reports)), person.scalar_subquery().is_not(None))


def _covers_region(session: Session, actor: Actor, *roles: Role) -> bool:
    roots = session.exec(select(Unit.path).where(col(Unit.parent_id).is_(None))).all()
    return any(actor.holds(role, root) for role in roles or READERS for root in roots)
