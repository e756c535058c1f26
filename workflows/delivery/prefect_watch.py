"""Watches Prefect's server: one that does not do its work is ended, and a damaged database is set aside before the next start."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import httpx

from workflows.delivery.prefect_blank import begin_with_blank, forget_blanks
from workflows.delivery.prefect_server import does_its_work, is_damaged, move_damaged, read_password

LOOK_SECONDS = 5.0
MISSES = 4  # so many looks in a row without an answer, until it is ended: a busy one is slow, and its end would make it slower
FAILED_STARTS = 3  # so many lives without one answer, until its database is taken for damaged though SQLite can read it


class WatchedProcess(Protocol):
    """The process that is watched, as its starter knows it."""

    @property
    def has_ended(self) -> bool:
        """Whether it runs no more."""

    @property
    def pid(self) -> int:
        """Its number; 0 where it was never started."""

    def kill(self) -> None:
        """End it at once, if it runs."""


class PrefectWatch:
    """Looks at the server every few seconds in a thread of its own, so that a hanging one holds up nobody."""

    def __init__(self, folder: Path, url: str, server: WatchedProcess, report: Callable[[str], None]) -> None:
        self.folder, self.url, self.server, self.report = folder, url, server, report
        self._password = read_password(folder)
        self._stopping = threading.Event()
        self._lives_without_answer = 0
        self._moved_unread = False
        self._was_well = False

    def start(self) -> None:
        """Look from now on."""
        threading.Thread(target=self._keep_checking, daemon=True).start()

    def stop(self) -> None:
        """Look no more."""
        self._stopping.set()

    def prepare_start(self) -> None:
        """Before each start: set aside a database that cannot be read, or with which the server has failed to start time and again, and
        begin anew with a blank one where one is kept."""
        unread = self._lives_without_answer >= FAILED_STARTS and not self._moved_unread and self._port_is_free()
        self._lives_without_answer += 1
        home = self.folder / "prefect"
        try:
            if is_damaged(self.folder) or (unread and home.exists()):
                kept = move_damaged(self.folder)
                self._moved_unread = unread
                self.report(f"Prefect's database is damaged: it lies in {kept} now, and Prefect begins anew")
                if unread:
                    forget_blanks(home)  # it may have been a copy of one
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            begin_with_blank(home)
        except OSError as fault:
            self.report(f"Prefect's database cannot be set aside: {fault.strerror}")

    def check_server(self) -> bool:
        """Whether the server does its work; a good look ends the count of failed starts."""
        if not does_its_work(self.url, self._password):
            return False
        self._lives_without_answer, self._moved_unread, self._was_well = 0, False, True
        return True

    def _port_is_free(self) -> bool:
        """Whether it could listen: where somebody else does, it fails to start with any database."""
        address = httpx.URL(self.url)
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                trial.bind((address.host, address.port or 80))
                return True
        return False

    def _keep_checking(self) -> None:
        misses, pid = 0, self.server.pid
        while not self._stopping.wait(LOOK_SECONDS if self._was_well else LOOK_SECONDS / 5):
            if self.server.pid != pid or self.server.has_ended:
                misses, pid, self._was_well = 0, self.server.pid, False
                continue
            misses = 0 if self.check_server() else misses + 1
            patience = MISSES if self._was_well else MISSES * 40  # a start may take minutes on a busy machine
            if misses >= patience and not self._stopping.is_set():
                self.report("Prefect answers no question; ending it, so that it starts again")
                self.server.kill()
                misses = 0
