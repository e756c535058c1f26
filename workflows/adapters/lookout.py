"""The process that stands ready to look at files: started with the first file, asked about each, and started anew after a bad one."""

import atexit
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

PROGRAM = Path(__file__).with_name("lookout_process.py")  # run by its path, with nothing of ours and nothing of our surroundings
TRIES = 3  # it may have ended since it was last asked
LONGEST_ANSWER = 4_096
GRACE_SECONDS = 20.0  # to start on a busy machine; what looks at a file ends itself in time, and nobody waits longer than this for it
STOP_SECONDS = 5.0


class Lookout:
    """One such process at a time, shared by all threads."""

    def __init__(self, program: Path = PROGRAM) -> None:
        self.program, self._lock = program, threading.Lock()
        self._running: _Running | None = None

    def ask(self, paths: list[str], seconds: float, meanwhile: Callable[[], None] = lambda: None) -> bytes:
        """What is said of a file, as JSON; nothing where whoever looked was ended by its limits or by what it read.

        Each is answered by a process of its own. After one that did not answer its elder goes as well, so that nobody who feeds file after
        file to it meets the same memory twice. Raises OSError where there is nobody to look.
        """
        for attempt in range(TRIES):
            said, (running, answers) = b"", self._pass_on(json.dumps({"seconds": seconds, "paths": paths}).encode())
            try:
                with answers:
                    if not attempt:
                        meanwhile()
                    said = _read(answers, seconds + GRACE_SECONDS)
            finally:
                self._count_answer(running, is_spent=not said.strip())
            if said:
                return said.strip()
        raise OSError(f"a file could not be looked at: {self.program.name} ends at once, with {running.process.returncode}")

    def end(self) -> None:
        """End the process; the next file starts another."""
        with self._lock:
            running, self._running = self._running, None
        if running is not None:
            running.end()

    def _pass_on(self, question: bytes) -> "tuple[_Running, socket.socket]":
        """Ask, and give whoever looks the handle to answer to."""
        ours, theirs = socket.socketpair()
        with theirs, self._lock:
            for _ in range(TRIES):
                if self._running is None:
                    self._running = _Running(self.program)
                    atexit.register(self._running.end)
                try:
                    socket.send_fds(self._running.asking, [question], [theirs.fileno()])
                except OSError:  # it ended
                    self._running.end()
                    self._running = None
                else:
                    self._running.asked += 1
                    return self._running, ours
        ours.close()
        raise OSError(f"a file could not be looked at: {self.program.name} does not start")

    def _count_answer(self, running: "_Running", *, is_spent: bool) -> None:
        """An answer came, or none; a process that is spent ends once its last question is answered."""
        with self._lock:
            running.asked -= 1
            running.is_spent = running.is_spent or is_spent
            if running.is_spent and running is self._running:
                self._running = None
            is_over = running.is_spent and not running.asked
        if is_over:
            running.end()


class _Running:
    """A process that was started, how many of its answers are still awaited, and whether it is asked no more."""

    def __init__(self, program: Path) -> None:
        self.asking, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.asked, self.is_spent = 0, False
        nothing = subprocess.DEVNULL  # what it might say of a file is for no log
        with theirs:
            words = [sys.executable, "-I", str(program)]
            self.process = subprocess.Popen(words, env={}, cwd="/", stdin=theirs.fileno(), stdout=nothing, stderr=nothing)

    def end(self) -> None:
        """End it, and with it whoever it started."""
        atexit.unregister(self.end)
        self.asking.close()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(STOP_SECONDS)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def _read(answers: socket.socket, seconds: float) -> bytes:
    """Everything that is said in so many seconds, or until there is too much of it."""
    said, until = b"", time.monotonic() + seconds
    with suppress(OSError):
        while len(said) < LONGEST_ANSWER and (left := until - time.monotonic()) > 0:
            answers.settimeout(left)
            piece = answers.recv(LONGEST_ANSWER)
            if not piece:
                break
            said += piece
    return said
