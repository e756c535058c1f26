"""What came of a file: how much it changes, and every fault by row and column."""

from collections.abc import Callable
from dataclasses import dataclass, field

from workflows.process.refusals import Refusal

MOST_TOLD = 10_000  # faults that are kept to be told
Advance = Callable[[int], None]  # is told of each so many rows that were gone through


@dataclass(frozen=True)
class RowFault:
    """What is wrong with a row: its number as a spreadsheet shows it, the column, and the refusal's code and parameters."""

    row: int
    column: str
    code: str
    parameters: dict[str, object] = field(default_factory=dict)


def tell_fault(row: int, fault: Refusal) -> RowFault:
    """A refusal as the fault of a row."""
    return RowFault(row, fault.field or "", fault.code, fault.parameters)


@dataclass
class ImportReport:
    """What a file changes, in numbers of people, units or ideas, and what is wrong with it; with any fault nothing was changed.

    `of` begins the names of the texts that tell of it, where they are other than those of people and units.
    """

    of: str = ""
    rows: int = 0
    registered: int = 0
    moved: int = 0
    changed: int = 0
    unchanged: int = 0
    wrong: int = 0
    faults: list[RowFault] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """How many were registered, moved and changed; nothing where the file says what was known."""
        named = {"registered": self.registered, "moved": self.moved, "changed": self.changed}
        return {name: number for name, number in named.items() if number}

    def add_fault(self, fault: RowFault) -> None:
        """Count a fault, and keep it while few are kept."""
        self.wrong += 1
        if len(self.faults) < MOST_TOLD:
            self.faults.append(fault)
