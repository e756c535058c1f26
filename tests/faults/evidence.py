"""Everything a database holds after a run, read once, for the checker to look through."""

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlmodel import SQLModel, col, select

from models.awards import Award
from models.database import Database
from models.documents import Document, NumberSeries
from models.ideas import Decision, Idea, TeamMember
from models.ledger import LedgerEntry, LedgerHead
from models.outbox import Message
from models.reviews import Review
from tests.faults.history import History

T = TypeVar("T", bound=SQLModel)


class Evidence:
    """Rows by table, and the folder of documents; `history` is what the clients were told."""

    def __init__(self, store: Database, folder: Path, history: History) -> None:
        self.store, self.folder, self.history = store, folder, history
        with store.reading() as session:

            def rows(table: type[T]) -> list[T]:
                return list(session.exec(select(table)))

            self.ideas = {idea.id: idea for idea in rows(Idea)}
            self.awards = {award.id: award for award in rows(Award)}
            self.documents = {document.id: document for document in rows(Document)}
            self.messages, self.decisions, self.reviews = rows(Message), rows(Decision), rows(Review)
            self.series = {(series.series, series.year): series.last for series in rows(NumberSeries)}
            self.head = session.exec(select(LedgerHead)).one()
            self.ledger = list(session.exec(select(LedgerEntry).order_by(col(LedgerEntry.seq))))
            self.teams: dict[str, set[str]] = defaultdict(set)
            for member in rows(TeamMember):
                self.teams[member.idea_id].add(member.person_id)
        self.facts = Counter((entry.kind, str(entry.payload["subject"])) for entry in self.ledger)
        self.asked = Counter((f"{message.topic}.{message.job}", message.subject_id) for message in self.messages)

    def submitted(self) -> list[Idea]:
        """Ideas that were handed in."""
        return [idea for idea in self.ideas.values() if idea.submitted_at is not None]

    def decided(self, idea: str, action: str) -> bool:
        """Whether a decision stands in an idea's file."""
        return any(decision.idea_id == idea and decision.action == action for decision in self.decisions)

    def list_documents(self, cause: str) -> list[Document]:
        """The documents of an idea or award."""
        return [document for document in self.documents.values() if document.cause_id == cause]

    def ask(self, question: str) -> list[Any]:
        """What the database itself says about its health."""
        with self.store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            return [row[0] for row in connection.execute(sa.text(question))]
