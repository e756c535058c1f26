"""A command at a terminal, as somebody sits there: it asks, they read the question and type the answer."""

import codecs
import os
import pty
import re
import select
import signal
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

Dialogue = Sequence[tuple[str, str]]  # a part of each question, and what is typed when it stands there

LINES, COLUMNS = 40, 160
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")  # colours, and where the cursor goes


def type_answers(
    command: Sequence[str], dialogue: Dialogue, *, surroundings: Mapping[str, str], folder: Path, seconds: float
) -> tuple[int, str]:
    """The command's exit code and all that stood on the screen, once it has ended.

    Each answer is typed when its question stands there and not before, so a question that never comes, or comes in another order, leaves
    the command waiting: it is ended after so many seconds, and AssertionError tells what was on the screen.
    """
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (LINES, COLUMNS))
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=dict(surroundings), cwd=folder, start_new_session=True
    ) as process:
        os.close(theirs)
        try:
            screen = _converse(ours, list(dialogue), time.monotonic() + seconds)
            return process.wait(seconds), screen
        finally:
            os.close(ours)
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def _converse(terminal: int, left: list[tuple[str, str]], until: float) -> str:
    """What stood on the screen when nobody held the terminal any more."""
    decode, screen, read = codecs.getincrementaldecoder("utf-8")("replace").decode, "", 0
    while time.monotonic() < until:
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            screen += decode(os.read(terminal, 4_096))
        except OSError:  # the kernel's word for its end: every process at the other side is gone
            assert not left, f"never asked: {left[0][0]}; on the screen: {_plain(screen)[-3_000:]}"
            return _plain(screen)
        if left and (place := screen.find(left[0][0], read)) >= 0:
            read = place + len(left[0][0])
            os.write(terminal, f"{left.pop(0)[1]}\n".encode())
    raise AssertionError(f"still there, waiting for {[question for question, _ in left[:1]]}; on the screen: {_plain(screen)[-3_000:]}")


def _plain(screen: str) -> str:
    return CONTROL.sub("", screen).replace("\r\n", "\n")
