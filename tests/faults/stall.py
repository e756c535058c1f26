"""A relay that halts at a crash point instead of dying there, as one does whose machine stops for a while, and then goes on."""

import threading
import time
from dataclasses import dataclass
from pathlib import Path

from tests.faults.bugs import replace
from workflows.process import crashpoints

POLL_SECONDS = 0.02
COMMITTED = "after_commit_before_release"  # where a thread comes by once its chunk is over


@dataclass(frozen=True)
class Stall:
    """The first thread of a process that passes the point waits there; through files in the folder a test and it know of each other."""

    point: str
    folder: str

    @property
    def reached(self) -> bool:
        """Whether a thread waits at the point."""
        return self._file("reached").exists()

    @property
    def over(self) -> bool:
        """Whether that thread has ended what it was at."""
        return self._file("over").exists()

    def end(self) -> None:
        """Let it go on."""
        self._file("ended").touch()

    def plant(self) -> None:
        """Patch this process, so that it stalls."""
        crashpoint, stalled = crashpoints.crashpoint, list[int]()

        def wait_or_pass(name: str) -> None:
            if name == self.point and not stalled:
                stalled.append(threading.get_ident())
                self._file("reached").touch()
                while not self._file("ended").exists():
                    time.sleep(POLL_SECONDS)
            elif name == COMMITTED and threading.get_ident() in stalled:
                self._file("over").touch()
            crashpoint(name)

        replace(crashpoint, wait_or_pass)

    def _file(self, name: str) -> Path:
        return Path(self.folder) / f"stall-{name}"
