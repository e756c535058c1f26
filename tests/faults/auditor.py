"""Looks on while the faults happen: no snapshot of the database shows an effect whose message is not acknowledged with it."""

from collections.abc import Iterator

import sqlalchemy as sa
from sqlmodel import col, select

from models.database import Database
from models.documents import Document, DocumentKind
from models.ideas import Idea
from models.outbox import Message, MessageState
from models.stages import IdeaStage


def find_torn(store: Database) -> Iterator[str]:
    """Messages not yet handled whose effect is there already, in one consistent view."""
    with store.reading() as session:
        for job, there in EFFECTS_THERE.items():
            torn = select(Message.id).where(Message.job == job, Message.state != MessageState.HANDLED, there)
            yield from (f"{job} {number}" for number in session.exec(torn))


def _exists(table: type[Document] | type[Idea], *conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return select(table.id).where(*conditions).exists()


EFFECTS_THERE: dict[str, sa.ColumnElement[bool]] = {
    "route": _exists(Idea, col(Idea.id) == col(Message.subject_id), col(Idea.stage) != IdeaStage.SUBMITTED),
    "number_receipt": _exists(Document, col(Document.cause_id) == col(Message.subject_id), col(Document.kind) == DocumentKind.RECEIPT),
    "issue_document": _exists(Document, col(Document.id) == col(Message.subject_id), col(Document.sha256).is_not(None)),
}
