"""What a policy says of its clocks: from when a wait counts, what pauses it, when it is reminded of, and what a head's silence means."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from models.policy_parts import Frozen, Identifier, Named

LONGEST_STEP = 60  # days before or after a last day
OF_GATE = "gate:"  # before a gate's name: how long the gate may wait, by its name; and the task of whoever passes it
WaitName = Annotated[str, Field(pattern=rf"^({OF_GATE})?[a-z][a-z0-9_]{{0,39}}$")]


class Silence(StrEnum):
    """What follows when the head of a unit has not answered in time whether an idea is permitted."""

    ESCALATE = "escalate"  # somebody above is asked
    GRANTED = "granted"
    REFUSED = "refused"


class ClockStart(StrEnum):
    """From which event a wait counts: that it is asked for, or that the call is over, if that comes later."""

    ENTERED = "entered"
    CALL_CLOSED = "call_closed"


class PauseCause(Named):
    """A cause for which clocks of a call may stand still, such as a disaster."""


class ClockRule(Frozen):
    """How one wait of a policy is counted and reminded of; a wait without such a rule counts from the day on which it is asked for.

    `wait` is the name of one among the policy's days, or `gate:` and the name of a gate, for the gate's own days.
    `remind` are days before (-3) and after (1) the last one, working days of a wait in working days.
    """

    wait: WaitName
    begins: ClockStart = ClockStart.ENTERED
    paused_by: tuple[Identifier, ...] = Field((), max_length=10)
    remind: tuple[Annotated[int, Field(strict=True, ge=-LONGEST_STEP, le=LONGEST_STEP)], ...] = Field((), max_length=6)
