"""Death before every line of a module: some work is done again and again, each time in a process of its own that dies one line later."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).parents[3]
KILLED = 137


def die_before_each_line(file: str, work: Callable[[int], object], after: Callable[[int], None] = lambda _step: None) -> int:
    """Do the work, numbered from 1, until it comes to its end without dying; answers how often it died.

    `after` looks at what each death left. Nothing is cleaned up or flushed by who dies. Only for a process that has no other threads.
    """
    step = 1
    while True:
        child = os.fork()
        if child == 0:
            sys.settrace(_Dying(file, step))
            work(step)
            os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if code == 0:
            return step - 1
        if code != KILLED:
            raise RuntimeError(f"before line {step} it ended with {code}")
        after(step)
        step += 1


def count_deaths(script: str, folder: Path) -> int:
    """Run a script that tells how often its work died; a process without pytest's threads may fork."""
    run = subprocess.run([sys.executable, "-c", script, str(folder)], capture_output=True, text=True, check=False, cwd=ROOT)
    assert run.returncode == 0, run.stderr
    return int(run.stdout)


class _Dying:
    """Follows the lines of one file, and dies before one of them."""

    def __init__(self, file: str, left: int) -> None:
        self.file, self.left = file, left

    def __call__(self, frame: FrameType, event: str, _argument: Any) -> "_Dying | None":
        if frame.f_code.co_filename != self.file:
            return None
        if event == "line":
            self.left -= 1
            if self.left == 0:
                os._exit(KILLED)
        return self
