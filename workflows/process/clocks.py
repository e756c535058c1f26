"""What of a policy's clocks contradicts itself: a silence that decides too soon, or that is nobody's."""

from collections.abc import Iterator
from typing import Any

from models.clock_rules import Silence
from models.people import Role
from models.policy import Policy
from models.waits import Span, Wait, WaitUnit
from workflows.process.silence import PERMIT

FEWEST_WORKING_DAYS = 5  # before silence decides: UU 30/2014 art. 53 as UU 6/2023 art. 175 has it
FEWEST_DAYS = 7  # calendar days in which there are so many working days
Contradiction = tuple[str, str, dict[str, Any]]  # its code, where it stands, and what its sentence says beside


def list_clock_contradictions(policy: Policy) -> Iterator[Contradiction]:
    """Every contradiction in what a policy says of its clocks."""
    yield from _check_silence(policy)


def _check_silence(policy: Policy) -> Iterator[Contradiction]:
    """Silence decides for heads alone, where they are asked at all, and never before the days that the law gives an official."""
    if policy.on_silence == Silence.ESCALATE:
        return
    mover = policy.movers.get(PERMIT, Role.UNIT_HEAD)
    if not policy.permission:
        yield "policy_silence_of_nobody", "policy.on_silence", {}
    elif mover != Role.UNIT_HEAD:
        yield "policy_silence_of_office", "policy.on_silence", {"role": mover}
    elif _is_short(policy.days.permission):
        yield "policy_silence_too_soon", "policy.days.permission", {"minimum": FEWEST_WORKING_DAYS, "count": FEWEST_DAYS}


def _is_short(wait: Wait) -> bool:
    if isinstance(wait, Span):
        return wait.unit == WaitUnit.WORKING_DAYS and wait.amount < FEWEST_WORKING_DAYS
    return wait < FEWEST_DAYS
