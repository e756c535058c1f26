"""A file that comes with a request: written to disk as it comes, inspected apart from this process, and put into the store with its row.

Of a file that was refused, or that broke off, nothing stays. None is ever held in memory.
"""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self, cast

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from api.access import ApiRequest
from api.hashing import Busy
from models.database import Database
from models.form_rules import AttachmentRule
from models.settings import settings
from workflows.adapters.inspection import MEDIA, SHOWN_PHOTO, FileRefused, Inspected, inspect_file
from workflows.adapters.uploads import Draft, drop_files, take_hold
from workflows.intake.attach import NewFile
from workflows.intake.attachments import clean_name, find_needed
from workflows.process.refusals import Invalid

LARGEST_BODY = 40_000_000  # bytes of a request with a file, whatever its policy takes: what lies between is read to its end and refused
GATHERED = 1 << 18  # bytes that are written at a time; as many more may come meanwhile


class Inspecting:
    """The queue before the inspections of a process: two at once, so many waiting, a few of them one person's, and whoever comes after is
    told to come back."""

    def __init__(self, at_once: int = 2, most_waiting: int = 30, most_of_one: int = 4) -> None:
        self.pool, self.most, self.most_of_one = ThreadPoolExecutor(at_once, "inspect"), at_once + most_waiting, most_of_one
        self.inside = Counter[str]()

    async def run(self, person_id: str, work: Callable[[], Inspected]) -> Inspected:
        """Inspect a file as soon as it is its turn; raises Busy where too many wait."""
        if self.inside.total() >= self.most or self.inside[person_id] >= self.most_of_one:
            raise Busy("attachments_busy")
        self.inside[person_id] += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self.pool, work)
        finally:
            self.inside[person_id] -= 1
            self.inside += Counter()  # whoever has none there is forgotten


class Arrival:
    """A file on its way from a request into the store; a context that leaves nothing behind but a file whose row was written.

    `is_taken` is set by whoever has written the row.
    """

    def __init__(self, request: ApiRequest, rule: AttachmentRule) -> None:
        self.database, self.inspecting = request.database, cast(Inspecting, request.http.app.state.inspecting)
        self.person_id = str(request.signed_in.actor.person_id) if request.signed_in is not None else ""
        self.rule, self.folder = rule, settings().attachments
        self.is_taken, self.is_too_large = False, False
        self._gathered, self._writing, self._drafts, self._hold = bytearray(), asyncio.Future[None](), list[Draft](), -1
        self._writing.set_result(None)
        self._kept, self._taken = list[str](), 0

    async def __aenter__(self) -> Self:
        await run_in_threadpool(self._begin, 1)
        return self

    async def __aexit__(self, _kind: type[BaseException] | None, _fault: BaseException | None, _trace: TracebackType | None) -> None:
        await asyncio.wait([self._writing])
        await run_in_threadpool(self._end)

    @property
    def digest(self) -> str:
        """The SHA-256 of what arrived."""
        return self._drafts[0].digest

    @property
    def size(self) -> int:
        """How many bytes arrived."""
        return self._drafts[0].size

    async def receive(self, pieces: AsyncIterator[bytes]) -> None:
        """Write a whole body as it comes; raises HTTPException where it breaks off."""
        try:
            async for piece in pieces:
                await self.write(piece)
        except ClientDisconnect:
            raise HTTPException(400) from None
        await self.flush()

    async def write(self, piece: bytes) -> None:
        """Take a piece; what is more than the policy takes is read and thrown away, so that its sender hears why."""
        if self.is_too_large:
            return
        self._gathered += piece
        self._taken += len(piece)
        if self._taken > self.rule.largest_bytes:
            self.is_too_large = True
            self._gathered.clear()
        elif len(self._gathered) >= GATHERED:
            await self._begin_writing()

    async def flush(self) -> None:
        """Write what was gathered."""
        await self._begin_writing()
        await self._writing

    async def _begin_writing(self) -> None:
        """Let what was gathered be written while more of it comes, once what was gathered before is."""
        await self._writing
        piece, self._gathered = self._gathered, bytearray()
        self._writing = asyncio.ensure_future(run_in_threadpool(self._drafts[0].write, piece))

    async def settle(self, name: str) -> NewFile:
        """Inspect what arrived and put it into the store, which is held from now on until this context ends.

        Raises Invalid for a file that is empty, too large, or not taken as it is.
        """
        if self.is_too_large:
            raise Invalid("attachment_too_large", "file", maximum=self.rule.largest_megabytes)
        if not self.size:
            raise Invalid("attachment_empty", "file")
        await run_in_threadpool(self._begin, 2)
        original, shown, thumbnail = self._drafts
        try:
            paths = (original.path, shown.path, thumbnail.path)
            found = await self.inspecting.run(self.person_id, lambda: inspect_file(*paths, meanwhile=original.sync))
        except FileRefused as refused:
            raise Invalid(refused.code, "file", **refused.parameters) from None
        await run_in_threadpool(self._keep, found)
        scanned = bool(settings().scanner)
        shown_digest, small = (shown.digest, thumbnail.digest) if found.is_photo else (original.digest, None)
        return NewFile(clean_name(name, found.media_type), found.media_type, original.size, original.digest, shown_digest, small, scanned)

    def _begin(self, number: int) -> None:
        """So many drafts more: one while the body comes, and two for the copies; each is an open file."""
        self._drafts += [Draft(self.folder) for _ in range(number)]

    def _keep(self, found: Inspected) -> None:
        self._hold = take_hold(self.folder)
        original, *copies = self._drafts
        wanted = [(original, MEDIA[found.media_type])]
        if found.is_photo:
            for copy in copies:
                copy.read_anew()
            wanted += [(copy, MEDIA[SHOWN_PHOTO]) for copy in copies]
        for draft, suffix in wanted:
            self._kept.append(draft.keep(suffix))

    def _end(self) -> None:
        for draft in self._drafts:
            draft.drop()
        if self._hold >= 0:
            os.close(self._hold)
        if self._kept and not self.is_taken:
            drop_files(self.folder, self._kept, lambda digests: find_kept(self.database, digests))


def find_kept(store: Database, digests: Any) -> set[str]:
    """Of some files' SHA-256 those that a row needs, asked in a transaction of its own."""
    with store.reading() as session:
        return find_needed(session, digests)
