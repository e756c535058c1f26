"""The team that stood behind an idea each time something was handed in, and what changed in it in between."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from workflows.intake.team import Membership, TeamChange, read_memberships
from workflows.intake.team_changes import RecordedChange, list_team_changes
from workflows.process.context import IdeaContext


def compare_teams(session: Session, context: IdeaContext, before: datetime, after: datetime) -> TeamChange | None:
    """What changed in the team of a submitted idea from one instant to a later one: who joined, who left, whose share or role is another.

    Whatever it changed by counts: a completion, a replacement, a merge. None where it was the same.
    """
    recorded, present = list_team_changes(session, context.idea.id), read_memberships(context.members)
    change = TeamChange(_find_team(present, recorded, before), _find_team(present, recorded, after))
    return None if set(change.before) == set(change.after) else change


def _find_team(present: tuple[Membership, ...], recorded: Sequence[RecordedChange], at: datetime) -> tuple[Membership, ...]:
    """The team as it stood at an instant: what the first change after it found, else the present one."""
    return next((each.change.before for each in recorded if each.at > at), present)
