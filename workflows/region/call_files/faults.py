"""What is wrong with a call's file, and where in it."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, order=True)
class Place:
    """A line and a column of a file, both counted from 1."""

    line: int = 1
    column: int = 1


@dataclass(frozen=True)
class FileFault:
    """A fault: its code, the path of the value (`policy.gates.2.role`, empty for the file itself), and its place."""

    code: str
    path: str
    place: Place
    parameters: dict[str, Any] = field(default_factory=dict)


class Unreadable(Exception):
    """No values can be read from the file; `fault` says why."""

    def __init__(self, code: str, place: Place, path: str = "", **parameters: Any) -> None:
        super().__init__(code)
        self.fault = FileFault(code, path, place, parameters)
