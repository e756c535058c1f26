"""Passwords as argon2id hashes, made and checked a few at a time, so that many who sign in at once fill neither cores nor memory."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from models.ids import new_secret
from workflows.process.refusals import Invalid, Refusal

T = TypeVar("T")
AT_ONCE = 2  # 19 MiB each; a third would only take the cores that answer everybody else
MOST_WAITING = 64  # the last of them waits about two seconds
SHORTEST, LONGEST = 12, 128
COMMON = frozenset({"password1234", "123456789012", "qwertyuiop12", "indonesia123", "bandungjuara", "katasandi123", "passwordpassword"})

# OWASP's first setting: one core, 19 MiB. With the library's 64 MiB a few who sign in at once would fill the process' memory.
_hasher = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19 * 1_024, parallelism=1),))
NOBODY = _hasher.hash(new_secret())  # verified for unknown names, so that they take as long as known ones


class Busy(Refusal):
    """Too many passwords wait to be checked; nothing was counted against anybody."""


@dataclass
class AddressQueue:
    """Those who wait from one address: its places in the queue, and how many have or want one."""

    places: asyncio.Semaphore
    length: int = 0


class Hashing:
    """The queue before the hashes of a process: so many at once, so many waiting, and whoever comes after is told to come back.

    One address has at most a quarter of the places, and the others from there wait for those: an office that begins its day is served in
    turn, and nobody keeps everybody else out by asking often.
    """

    def __init__(self, at_once: int = AT_ONCE, most_waiting: int = MOST_WAITING) -> None:
        self.pool = ThreadPoolExecutor(at_once, "hash")
        self.most, self.share = at_once + most_waiting, max((at_once + most_waiting) // 4, 1)
        self.inside, self.lines = 0, dict[str, AddressQueue]()

    @asynccontextmanager
    async def place(self, address: str) -> AsyncIterator[None]:
        """A place in the queue for who asks from an address, given back at the end; raises Busy where there is none for them."""
        line = self.lines.setdefault(address, AddressQueue(asyncio.Semaphore(self.share)))
        line.length += 1
        try:
            if max(line.length - 1, self.inside) >= self.most:
                raise Busy("sign_in_busy")
            async with line.places, self._enter():
                yield
        finally:
            line.length -= 1
            if not line.length:
                del self.lines[address]

    @asynccontextmanager
    async def _enter(self) -> AsyncIterator[None]:
        if self.inside >= self.most:
            raise Busy("sign_in_busy")
        self.inside += 1
        try:
            yield
        finally:
            self.inside -= 1

    async def run(self, work: Callable[[], T]) -> T:
        """Make or check a hash as soon as it is its turn."""
        return await asyncio.get_running_loop().run_in_executor(self.pool, work)


def check_new_password(password: str) -> None:
    """Raise Invalid for a password that is too short, too long or too common."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Invalid("password_length", "password", minimum=SHORTEST, maximum=LONGEST)
    if password.lower() in COMMON or len(set(password)) < 5:
        raise Invalid("password_common", "password")


def hash_password(password: str) -> str:
    """The argon2id hash of a password that may be one; takes tens of milliseconds, so never inside a transaction."""
    check_new_password(password)
    return _hasher.hash(password)


def verify_password(password: str, stored: str | None) -> bool:
    """Whether a password is the one of a hash; takes as long where there is no hash."""
    return _hasher.verify(password[:LONGEST], stored or NOBODY) and stored is not None
