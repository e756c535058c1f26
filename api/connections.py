"""Limits on connections: how long a request's head may take, in how many pieces its body comes, and how many connections there are at once.

uvicorn parses whatever arrives at once and waits for ever for the rest of a head: two clients that sent bodies in pieces of one byte kept
everybody else waiting for seconds, and nobody ended a connection that never asked for anything.
"""

import asyncio
import time
from typing import Any, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

HEAD_SECONDS = 10.0  # from a connection's begin, or a head's first byte, until the head is whole
LINGER_SECONDS = 2.0  # how long an answer to a request whose body was not wanted may be read, until the connection is cut
MOST_CONNECTIONS = 500  # of one process; a system gives it 1,024 open files
MANY_PIECES, FEW_PIECES = 2_000, 200  # parts of one body: each costs as much as a small request's whole head
FAIR_PIECES, SMALLEST_PIECES = 500, 64  # bytes that a body's parts must have on average, once they are many, or more than a few
OF_HEADS, OF_BODIES = 2_048, 65_536  # bytes that are parsed at a time: a head and a trailer stay within h11's bound, a body costs little


class LimitedConnection(H11Protocol):
    """One client's connection, as uvicorn serves it, within the limits."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.conn = _CountingConnection(h11.SERVER, self.conn._max_incomplete_event_size)
        self.since = time.monotonic()
        self._head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection; where there are too many, the oldest that asks for nothing is ended for it, else the oldest."""
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            others = [cast(LimitedConnection, one) for one in self.connections if one is not self]
            min(others, key=lambda one: (one.is_asking, one.since)).transport.abort()
        self._time_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection and its timer."""
        self._forget_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came, part by part, until it is too much."""
        start = 0
        while start < len(data):
            end = start + (OF_BODIES if self.conn.their_state is h11.SEND_BODY else OF_HEADS)
            super().data_received(data[start:end])
            if self.transport.is_closing():
                return
            if self._counted.is_crumbled:
                self.transport.abort()
                return
            start = end
        self._time_head()

    def on_response_complete(self) -> None:
        """Go on with the next request; whoever still sends a body that nobody wants is cut off once the answer could be read."""
        super().on_response_complete()
        if not self.transport.is_closing() and self.conn.their_state is h11.SEND_BODY:
            self.flow.pause_reading()
            self.loop.call_later(LINGER_SECONDS, self.transport.abort)

    @property
    def is_asking(self) -> bool:
        """Whether a request of its is not answered yet."""
        return self._asked is not None and not self._asked.response_complete

    @property
    def _asked(self) -> RequestResponseCycle | None:
        """The present request, or the last; None until there was one, whatever uvicorn's own type says."""
        return self.cycle

    @property
    def _counted(self) -> "_CountingConnection":
        return cast(_CountingConnection, self.conn)

    def _time_head(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._forget_timer()
        elif self._head_timer is None and (self._asked is None or self.conn.trailing_data[0]):
            self._head_timer = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _forget_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None


class _CountingConnection(h11.Connection):
    """Counts in how many parts a request's body came."""

    pieces, size = 0, 0

    @property
    def is_crumbled(self) -> bool:
        """Whether the present body comes in too many parts, or in too small ones."""
        fair = FAIR_PIECES if self.pieces > MANY_PIECES else SMALLEST_PIECES
        return self.pieces > FEW_PIECES and self.size < self.pieces * fair

    def next_event(self) -> Any:
        """As h11's; of a body that is crumbled nothing more is parsed."""
        if self.is_crumbled:
            return h11.NEED_DATA
        event = super().next_event()
        if isinstance(event, h11.Data):
            self.pieces, self.size = self.pieces + 1, self.size + len(event.data)
        elif isinstance(event, h11.Request):
            self.pieces = self.size = 0
        return event
