"""Which rows an earlier release wrote before entries committed to them: by the ledger, as whoever alters a row can take its salt too."""

from sqlmodel import Session, SQLModel, select

from models.ideas import Idea
from models.ledger import LedgerEntry
from workflows.process.attest.rows import list_rows
from workflows.process.attest.tables import MODELS, PARENTS


def list_older(session: Session, idea: Idea) -> list[tuple[str, SQLModel]]:
    """All rows of an idea that no entry commits to yet, for the entry that is the first to; none of any other, whatever its salt says."""
    return [] if idea.salt or is_committed(session, "idea", idea) else list_rows(session, idea.id)


def is_committed(session: Session, table: str, row: SQLModel) -> bool:
    """Whether an entry about its idea commits to a row: it is not of before, be its salt gone."""
    said = select(LedgerEntry.payload).where(LedgerEntry.idea_id == find_idea(session, table, row))
    return any(row.id in payload["detail"].get("commits", {}).get(table, {}) for payload in session.exec(said))  # type: ignore[attr-defined]


def find_idea(session: Session, table: str, row: SQLModel) -> str:
    """The id of the idea that a row belongs to, by those it hangs from."""
    while table in PARENTS:
        table, column = PARENTS[table]
        row = session.get_one(MODELS[table], getattr(row, column))
    return str(row.id if isinstance(row, Idea) else row.idea_id)  # type: ignore[attr-defined]
