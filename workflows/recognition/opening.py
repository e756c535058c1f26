"""Who may open a document: whoever holds it, and those who work on the call of its idea or of its report."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.calls import Call
from models.documents import Document, DocumentKind
from models.ideas import Idea, TeamMember
from models.people import Role
from models.units import Unit
from workflows.process.actors import Actor
from workflows.process.browse import MANY, Count, up_to_many
from workflows.process.keyset import Order, Page, Slice, count_rows, take_page
from workflows.process.refusals import NotFound
from workflows.process.visibility import is_unsealed

READERS = (Role.SECRETARIAT, Role.LEADER, Role.AUDITOR, Role.ADMIN, Role.CHAIR)
NEWEST_FIRST = Order(Document, "created_at")


@dataclass(frozen=True)
class WantedDocuments:
    """Which documents are asked for; `mine` are those that were handed to oneself."""

    kind: DocumentKind | None = None
    idea_id: str | None = None
    call_id: str | None = None
    mine: bool = False


def openable(actor: Actor) -> sa.ColumnElement[bool]:
    """The documents an actor may open: the one filter under list and file.

    Nobody reads on as a reader what tells of an own idea, or of one in a sealed call.
    """
    own = col(Document.holder_id) == actor.person_id
    covered = [col(Unit.path).startswith(path) for path in sorted({g.unit_path for g in actor.grants if g.role in READERS})]
    if not covered:
        return own
    calls = select(Call.id).join(Unit, onclause=col(Unit.id) == col(Call.unit_id)).where(sa.or_(*covered))
    ideas = select(Idea.id).join(Unit, onclause=col(Unit.id) == col(Idea.unit_id))
    ideas = ideas.where(Idea.id == Document.idea_id, sa.or_(*covered, col(Idea.call_id).in_(calls)), is_unsealed())
    team = select(TeamMember.idea_id).where(TeamMember.person_id == actor.person_id)
    on_idea = sa.exists(ideas) & col(Document.idea_id).not_in(team)
    return sa.or_(own, on_idea, col(Document.idea_id).is_(None) & col(Document.call_id).in_(calls))


def list_documents(session: Session, wanted: WantedDocuments, piece: Slice, *, actor: Actor) -> Page[Document]:
    """The documents an actor may open, newest first."""
    return take_page(session, _find_documents(wanted, actor), NEWEST_FIRST, piece)


def count_documents(session: Session, wanted: WantedDocuments, *, actor: Actor) -> Count:
    """How many they are; beyond MANY it is MANY and not exact."""
    return up_to_many(count_rows(session, _find_documents(wanted, actor).with_only_columns(col(Document.id)), MANY))


def _find_documents(wanted: WantedDocuments, actor: Actor) -> Any:
    query: Any = select(Document).where(openable(actor))
    asked = ((Document.kind, wanted.kind), (Document.idea_id, wanted.idea_id), (Document.call_id, wanted.call_id))
    for column, value in (*asked, (Document.holder_id, actor.person_id if wanted.mine else None)):
        if value is not None:
            query = query.where(column == value)
    return query


def list_reports(session: Session, calls: Sequence[str], most: int, *, actor: Actor) -> dict[str, list[Document]]:
    """The reports on calls that an actor may open, newest first, so many of each call at the most."""
    asked = select(Document).where(openable(actor), Document.kind == DocumentKind.REPORT, col(Document.call_id).in_(calls))
    found: dict[str, list[Document]] = defaultdict(list)
    for report in session.exec(asked.order_by(col(Document.created_at).desc(), col(Document.id).desc())):
        of_call = found[str(report.call_id)]
        of_call.extend([report] if len(of_call) < most else [])
    return found


def find_document(session: Session, document_id: str, *, actor: Actor) -> Document:
    """A document the actor may open; raises NotFound."""
    document = session.exec(select(Document).where(Document.id == document_id, openable(actor))).first()
    if document is None:
        raise NotFound("document_not_found")
    return document
