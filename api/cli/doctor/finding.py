"""What the doctor says of one thing."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """What a finding means: Gagas runs, runs but slower or with doubts, does not run."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Remark:
    """One thing that was examined: what was found and, unless it is well, the one line that mends it."""

    name: str
    state: State
    sentence: str
    mend: str = ""
