"""How the team of an idea changed since its submission: by a supplement, by replacements, and as ideas became one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from models.ideas import Decision
from models.merges import IdeaMerge
from models.replacements import Replacement
from workflows.intake.team import TeamChange, read_team_change


@dataclass(frozen=True)
class RecordedChange:
    """A change of a team with when it came about, and whose act it was."""

    at: datetime
    actor_id: str | None
    change: TeamChange


def list_team_changes(session: Session, idea_id: str) -> list[RecordedChange]:
    """Every change of an idea's team since its submission, oldest first: by a supplement, of single members, and as ideas were merged."""
    query = select(Decision).where(Decision.idea_id == idea_id).order_by(col(Decision.at), col(Decision.id))
    found = [(each.at, each.actor_id, read_team_change(each.detail)) for each in session.exec(query)]
    done = select(Replacement).where(Replacement.idea_id == idea_id, col(Replacement.is_done))
    found += [(each.settled_at or each.asked_at, each.settled_by, read_team_change({"team": each.team})) for each in session.exec(done)]
    found += [told for row in _list_joined(session, idea_id) for told in _tell_merge(row)]
    told = [RecordedChange(at, actor_id, change) for at, actor_id, change in found if change is not None]
    return sorted(told, key=lambda each: each.at)


def _list_joined(session: Session, idea_id: str) -> Sequence[IdeaMerge]:
    return session.exec(select(IdeaMerge).where(IdeaMerge.into_id == idea_id, col(IdeaMerge.is_done))).all()


def _tell_merge(row: IdeaMerge) -> Iterator[tuple[datetime, str | None, TeamChange | None]]:
    """The change of the team by which an idea joined, and the one that took it back; none where both teams were of the same people."""
    before, after = row.team.get("before"), row.team.get("after")
    if before == after:
        return
    yield row.settled_at or row.asked_at, row.settled_by, read_team_change({"team": row.team})
    if row.undone_at is not None:
        yield row.undone_at, row.undone_by, read_team_change({"team": {"before": after, "after": before}})
