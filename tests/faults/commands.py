"""Commands of `gagas`, and programs of a test, in processes forked from the launcher: each Python of its own would import for seconds."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.processes import HANG_SECONDS, Launcher

GAGAS = "from api.cli.main import app; app()"
BEGUN = "begun\n"  # what a program prints where its transaction has begun
LOOK_SECONDS = 0.002


@dataclass
class Command:
    """A program that runs in a process of its own, until it ends or is killed."""

    launcher: Launcher
    pid: int
    log: Path

    @property
    def said(self) -> str:
        """What it has written so far."""
        return self.log.read_text()

    @property
    def has_ended(self) -> bool:
        """Whether it runs no more."""
        return self.pid in self.launcher.codes

    def await_begin(self) -> None:
        """Return when it has said that it began."""
        self._await(lambda: BEGUN in self.said or self.has_ended)
        assert BEGUN in self.said, self.said

    def wait(self) -> tuple[int, str]:
        """How it ended, and all that it said."""
        self._await(lambda: self.has_ended)
        return self.launcher.codes[self.pid], self.said

    def kill(self) -> None:
        """End it as a loss of power would."""
        if not self.has_ended:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
        self.wait()

    def _await(self, happened: Callable[[], bool]) -> None:
        until = time.monotonic() + HANG_SECONDS
        while not happened():
            if time.monotonic() > until:
                raise TimeoutError(self.said)
            time.sleep(LOOK_SECONDS)


@dataclass
class Commands:
    """Starts programs, and knows all that it has started."""

    launcher: Launcher
    folder: Path
    started: list[Command] = field(default_factory=list)

    def start(self, program: str, *words: object, **environment: str) -> Command:
        """A program of Python with its words, in the surroundings of this process."""
        known = {name: value for name, value in os.environ.items() if name == "PATH" or name.startswith("GAGAS_")}
        log = self.folder / f"{len(self.started)}.log"
        log.touch()
        ordered = {"COMMAND": json.dumps([program, *map(str, words)])}
        self.started.append(Command(self.launcher, self.launcher.launch("command", log, {**known, **environment, **ordered}), log))
        return self.started[-1]

    def run(self, program: str, *words: object, **environment: str) -> tuple[int, str]:
        """How a program ended, and all that it said."""
        return self.start(program, *words, **environment).wait()

    def close(self) -> None:
        """End what still runs."""
        for each in self.started:
            each.kill()


def carry_out() -> None:
    """What the forked process does: what `python -c` with the same program and words would."""
    program, *words = json.loads(os.environ.pop("COMMAND"))
    sys.argv = ["gagas", *words]
    exec(program, {"__name__": "__main__"})
