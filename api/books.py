"""Books of ideas as answers: worded for one reader, made apart from this process one at a time, sent, and forgotten."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO

from fastapi.responses import Response, StreamingResponse
from sqlmodel import Session
from starlette.types import Receive, Scope, Send

from api.access import ApiRequest
from api.hashing import Busy
from api.pages.book import list_bound, read_book
from api.pages.texts import Words
from api.problems import language_of
from api.v1.attachments import SANDBOX, write_disposition
from models.settings import settings
from workflows.adapters.bookbinding import TooDemanding, bind_book
from workflows.adapters.files import find_file
from workflows.documents.book_content import BookContent, write_book
from workflows.process.actors import Actor
from workflows.process.refusals import Conflict

PDF = "application/pdf"
PATIENCE_SECONDS = 45.0  # from the question to the answer: a proxy waits for no more than a minute
LEAST_SECONDS = 5.0  # left over for a book; with less it is not begun
AT_ONCE = 64 * 1024

Bind = Callable[[bytes, float], BinaryIO]


class Binding:
    """The queue before the books of a process: one at once, a few waiting, two of one person's until they are sent; whoever comes after is
    told to come back."""

    def __init__(self, bind: Bind = bind_book, at_once: int = 1, most_waiting: int = 5, most_of_one: int = 2) -> None:
        self.bind, self.pool = bind, ThreadPoolExecutor(at_once, "bind")
        self.most, self.most_of_one = at_once + most_waiting, most_of_one
        self.making, self.of_person = 0, Counter[str]()

    async def make(self, person_id: str, book: BookContent) -> BinaryIO:
        """A book as soon as it is its turn; its person's place is kept until `leave`.

        Raises Busy where too many wait or the machine is too slow, Conflict for a book that asks for too much.
        """
        if self.making >= self.most or self.of_person[person_id] >= self.most_of_one:
            raise Busy("book_busy")
        until = time.monotonic() + PATIENCE_SECONDS
        self.making += 1
        self.of_person[person_id] += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self.pool, self._make, book, until)
        except BaseException:
            self.leave(person_id)
            raise
        finally:
            self.making -= 1

    def leave(self, person_id: str) -> None:
        """Somebody's book was sent, or came to nothing."""
        self.of_person[person_id] -= 1
        self.of_person += Counter()  # whoever has none there is forgotten

    def _make(self, book: BookContent, until: float) -> BinaryIO:
        for digest, suffix in list_bound(book):
            find_file(settings().attachments, digest, suffix)
        left = until - time.monotonic()
        if left < LEAST_SECONDS:
            raise Busy("book_busy")
        try:
            return self.bind(write_book(book), left)
        except TooDemanding:
            raise Conflict("book_too_demanding") from None
        except TimeoutError:
            raise Busy("book_busy") from None


class BookAnswer(StreamingResponse):
    """A book on its way; however that ends, the file is gone and its person's place free."""

    def __init__(self, file: BinaryIO, headers: dict[str, str], done: Callable[[], None]) -> None:
        super().__init__(_stream(file), media_type=PDF, headers=headers)
        self.file, self.done = file, done

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.done()
            self.file.close()


async def send_book(request: ApiRequest, idea_id: str) -> Response:
    """The book of an idea as whoever asks may see it, to be saved and never shown as a page."""
    words = Words(language_of(request.http))

    def read(session: Session, actor: Actor) -> BookContent:
        return read_book(session, idea_id, words, actor=actor)

    book = await request.read(read)
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": write_disposition(f"{book.code}.pdf"),
        "Content-Language": book.language,
        "Content-Security-Policy": SANDBOX,
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }
    if request.http.method == "HEAD":
        return Response(media_type=PDF, headers=headers)
    binding: Binding = request.http.app.state.binding
    person_id = str(request.signed_in.actor.person_id) if request.signed_in is not None else ""
    file = await binding.make(person_id, book)
    headers["Content-Length"] = str(file.seek(0, 2))
    file.seek(0)
    return BookAnswer(file, headers, lambda: binding.leave(person_id))


def _stream(file: BinaryIO) -> Iterator[bytes]:
    while part := file.read(AT_ONCE):
        yield part
