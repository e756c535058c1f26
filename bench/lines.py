"""One line of the table: what ours did, what the rival did, their ratio, and whether that is what was promised."""

import json
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

CASES = ("submit", "routing", "reads", "similar", "pages", "people", "certificates", "imports", "upload", "backup", "processes")
PACKAGES = ("prefect", "fastapi", "sqlmodel", "sqlalchemy", "uvicorn", "weasyprint", "psycopg", "dbos", "bm25s")


@dataclass(frozen=True)
class Line:
    """Two figures of one unit and their ratio; `target` is what it must reach, from above or (`most`) from below."""

    case: str
    name: str
    ours: float
    rival: float
    unit: str
    target: float | None = None
    most: bool = False
    goal: float | None = None
    against: str = ""

    @property
    def ratio(self) -> float:
        """Ours over the rival's."""
        return self.ours / self.rival if self.rival else 0.0

    @property
    def verdict(self) -> str:
        """`met`, `goal met`, `short`, or nothing where the figure has no target."""
        if self.target is None:
            return ""
        if self.goal is not None and self.ratio >= self.goal:
            return "goal met"
        held = self.ratio <= self.target if self.most else self.ratio >= self.target
        return "met" if held else "short"

    @property
    def promise(self) -> str:
        """The target as a reader sees it."""
        if self.target is None:
            return ""
        return f"≤ {self.target:g}" if self.most else f"≥ {self.target:g}" + (f" (goal {self.goal:g})" if self.goal is not None else "")


@dataclass
class Results:
    """Every line of a run, and the raw numbers under each."""

    size: str
    lines: list[Line] = field(default_factory=list)
    numbers: dict[str, Any] = field(default_factory=dict)

    def renew(self, case: str, lines: Sequence[Line], numbers: dict[str, Any]) -> None:
        """Put a case's lines and numbers in place of those of an earlier run."""
        self.lines = [*(line for line in self.lines if line.case != case), *lines]
        self.numbers[case] = numbers

    def write(self, file: Path) -> None:
        """Put everything into a JSON file, in the order of the cases."""
        ordered = sorted(self.lines, key=lambda line: CASES.index(line.case))
        lines = [{**asdict(line), "ratio": round(line.ratio, 4), "verdict": line.verdict} for line in ordered]
        results = {"size": self.size, "machine": describe_machine(), "versions": list_versions(), "lines": lines, "numbers": self.numbers}
        file.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", "utf-8")


def read_earlier(file: Path, size: str) -> Results:
    """What earlier runs of this size wrote; nothing where there are none."""
    earlier = json.loads(file.read_text("utf-8")) if file.exists() else {"size": ""}
    return Results(size, read_lines(file), earlier["numbers"]) if earlier["size"] == size else Results(size)


def read_lines(file: Path) -> list[Line]:
    """The lines of an earlier run's results."""
    results = json.loads(file.read_text("utf-8"))["lines"]
    return [Line(**{name: value for name, value in line.items() if name not in ("ratio", "verdict")}) for line in results]


def describe_machine() -> dict[str, Any]:
    """What was measured on."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {"system": platform.system(), "cpu": platform.machine(), "cores": os.cpu_count(), "load_at_end": load}


def list_versions() -> dict[str, str]:
    """The releases of what decides the figures."""
    known = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            known[name] = version(name)
        except ImportError:
            known[name] = "not installed"
    return known


def median(values: Sequence[float]) -> float:
    """The middle of some figures."""
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest figure that `share` (0 to 1) of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
