"""A lean keep-alive HTTP client: many connections, prepared requests, each answer timed; anything larger would be measured itself."""

import asyncio
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


@dataclass
class Load:
    """What a run of requests met: seconds of the whole, of each request, and answers that were no success."""

    seconds: float = 0.0
    each: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Successes a second."""
        return (len(self.each) - len(self.refused)) / self.seconds


def write_request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """A request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: bench", *(f"{name}: {value}" for name, value in headers.items())]
    if method == "POST":
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join((*lines, "", "")).encode() + body


async def read_answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Status and body of one answer; every server here names its answer's length."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    start = head.index(b"content-length:") + 15
    body = await reader.readexactly(int(head[start : head.index(b"\r\n", start)]))
    return int(head[9:12]), body


async def _connection(port: int, requests: Iterator[bytes], load: Load) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in requests:
        begun = time.perf_counter()
        writer.write(request)
        status, body = await read_answer(reader)
        load.each.append(time.perf_counter() - begun)
        if not 200 <= status < 300:
            load.refused.append(f"{status} {body[:200]!r}")
    writer.close()


def send_all(port: int, requests: Iterable[bytes], connections: int = 32) -> Load:
    """Send every request once over so many connections, each the next as soon as the last is answered."""

    async def run() -> Load:
        load, waiting = Load(), iter(requests)
        begun = time.perf_counter()
        await asyncio.gather(*(_connection(port, waiting, load) for _ in range(connections)))
        load.seconds = time.perf_counter() - begun
        return load

    return asyncio.run(run())
