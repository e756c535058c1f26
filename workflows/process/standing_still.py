"""Which declared pauses take days out of a wait: those of its idea's unit or call whose cause the policy names for that wait."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.calls import PolicyVersion
from models.clock_rules import ClockRule, ClockStart
from models.pauses import ClockPause
from models.units import Unit
from workflows.calculations.time_rules import DayPause


@dataclass(frozen=True)
class DeclaredPause:
    """A pause that counts, with the path of the unit whose ideas it is about."""

    pause: ClockPause
    unit_path: str

    def concerns(self, unit_path: str, call_id: str) -> bool:
        """Whether it is about an idea, by the path of its unit and by its call."""
        return unit_path.startswith(self.unit_path) and self.pause.call_id in (None, call_id)

    @property
    def days(self) -> DayPause:
        """The days that it takes out, as the calculation takes them: those after the one on which it began."""
        return DayPause(self.pause.cause, self.pause.counts_from - timedelta(days=1), self.pause.last_day)


def list_pauses(session: Session, causes: Sequence[str] | None = None) -> list[DeclaredPause]:
    """The pauses that two people declared, of some causes or of all, in the order of their days."""
    counted = select(ClockPause, Unit.path).join(Unit, col(Unit.id) == col(ClockPause.unit_id))
    counted = counted.where(col(ClockPause.confirmed_at).is_not(None), col(ClockPause.ended_at).is_(None))
    if causes is not None:
        counted = counted.where(col(ClockPause.cause).in_(causes))
    found = session.exec(counted.order_by(col(ClockPause.first_day), col(ClockPause.id)))
    return [DeclaredPause(pause, path) for pause, path in found]


def choose_pauses(pauses: Sequence[DeclaredPause], rule: ClockRule, unit_path: str, call_id: str) -> list[DeclaredPause]:
    """Those of some pauses that stop a wait of an idea."""
    return [each for each in pauses if each.pause.cause in rule.paused_by and each.concerns(unit_path, call_id)]


def is_of_clocks(policy_id: Any) -> sa.ColumnElement[bool]:
    """The condition on a column that it names a version of a policy which says more of a wait than its length."""
    return _names(policy_id, '"begins"')


def is_of_call_end(policy_id: Any) -> sa.ColumnElement[bool]:
    """The condition on a column that it names a version of a policy with a wait that counts from the end of its call."""
    return _names(policy_id, f'"{ClockStart.CALL_CLOSED}"')


def _names(policy_id: Any, word: str) -> sa.ColumnElement[bool]:
    versions: sa.ColumnElement[bool] = policy_id.in_(
        select(PolicyVersion.id).where(sa.cast(col(PolicyVersion.body), sa.String).like(f"%{word}%"))
    )
    return versions
