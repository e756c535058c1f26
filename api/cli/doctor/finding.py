"""What the doctor says of one thing."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a finding weighs: Gagas runs, runs with a loss, does not run."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    """One thing looked at: what was seen and, unless it is well, the one line that mends it."""

    name: str
    state: State
    sentence: str
    mend: str = ""
