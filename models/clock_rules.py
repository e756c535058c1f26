"""What a policy says of its clocks: what the silence of a unit's head means."""

from enum import StrEnum


class Silence(StrEnum):
    """What follows when the head of a unit has not answered in time whether an idea is permitted."""

    ESCALATE = "escalate"  # somebody above is asked
    GRANTED = "granted"
    REFUSED = "refused"
