"""In what parts a body is parsed: few of a large one, no more of a crumbled one than shows it; and a head within its bound."""

import asyncio
from typing import Any

import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from api.connections import FEW_PIECES, OF_BODIES, LimitedConnection

HEAD = b"POST / HTTP/1.1\r\nHost: gagas\r\n"
LARGE = 2_000_000


class Wire(asyncio.Transport):
    """A transport that keeps what is written and says whether it was cut off."""

    def __init__(self) -> None:
        super().__init__()
        self.written, self.is_cut = b"", False

    def write(self, data: Any) -> None:
        self.written += bytes(data)

    def abort(self) -> None:
        self.is_cut = True

    def close(self) -> None:
        self.is_cut = True

    def is_closing(self) -> bool:
        return self.is_cut

    def pause_reading(self) -> None:
        """Whoever sends here sends on."""

    def resume_reading(self) -> None:
        """As above."""


def receive(sent: bytes, at_once: int = 1 << 18) -> tuple[Wire, int, int]:
    """A connection's wire after so much came at once, in how many parts the last body was parsed, and its bytes."""

    async def run() -> tuple[Wire, int, int]:
        async def application(_scope: Any, take: Any, send: Any) -> None:
            while (await take()).get("more_body", False):
                pass
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})

        wire = Wire()
        config = Config(application, http="h11", ws="none", lifespan="off", log_config=None)
        connection = LimitedConnection(config, ServerState(), {}, asyncio.get_running_loop())
        connection.connection_made(wire)
        for start in range(0, len(sent), at_once):
            if wire.is_cut:
                break
            connection.data_received(sent[start : start + at_once])
            await asyncio.sleep(0)
        for _ in range(20):
            await asyncio.sleep(0)
        counted: Any = connection.conn
        connection.connection_lost(None)
        return wire, counted.pieces, counted.size

    return asyncio.run(run())


@pytest.mark.parametrize("at_once", [10_000, 1 << 18], ids=["as over a slow line", "as over a fast one"])
def test_a_large_body_is_parsed_in_few_parts(at_once: int) -> None:
    wire, pieces, size = receive(HEAD + b"Content-Length: %d\r\n\r\n" % LARGE + b"x" * LARGE, at_once)
    assert wire.written.startswith(b"HTTP/1.1 200 ")
    assert size == LARGE
    assert pieces <= LARGE / min(at_once, OF_BODIES) * 1.2 + 2


def test_a_large_body_in_chunks_is_parsed_in_parts_that_keep_a_trailer_within_its_bound() -> None:
    chunks = b"".join(b"%x\r\n%s\r\n" % (200_000, b"x" * 200_000) for _ in range(10))
    wire, pieces, size = receive(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n")
    assert wire.written.startswith(b"HTTP/1.1 200 ")
    assert (size, pieces < 2 * LARGE / OF_BODIES) == (LARGE, True)
    wire, *_ = receive(HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"X: y\r\n" * 30_000)
    assert wire.written.startswith(b"HTTP/1.1 400 ")


def test_of_a_body_in_crumbs_no_more_is_parsed_than_shows_it() -> None:
    wire, pieces, _ = receive(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\n \r\n" * 40_000)
    assert (wire.is_cut, wire.written, pieces) == (True, b"", FEW_PIECES + 1)


def test_a_head_beyond_its_bound_is_refused_though_it_comes_whole() -> None:
    wire, *_ = receive(HEAD + b"X: " + b"x" * 100_000 + b"\r\n\r\n")
    assert wire.written.startswith(b"HTTP/1.1 400 ")


def test_what_follows_a_body_is_a_request_of_its_own() -> None:
    one = HEAD + b"Content-Length: 5\r\n\r\nlima!"
    wire, *_ = receive(one * 3)
    assert wire.written.count(b"HTTP/1.1 200 ") == 3
