"""A small clamd: speaks PING and INSTREAM over a real socket, finds EICAR, and may be told to hang up, to stay silent or to refuse."""

import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.hostile_pictures import EICAR

LARGEST = 30_000_000


class Conversation(socketserver.StreamRequestHandler):
    """One question."""

    def handle(self) -> None:
        asked = self._read_word()
        self.server.asked.append(asked)  # type: ignore[attr-defined]
        if asked == "PING":
            self.wfile.write(b"PONG\0")
        elif asked == "INSTREAM":
            self.wfile.write(self._judge().encode() + b"\0")

    def _read_word(self) -> str:
        word = b""
        while not word.endswith(b"\0") and (piece := self.rfile.read(1)):
            word += piece
        return word.rstrip(b"\0").decode().removeprefix("z")

    def _judge(self) -> str:
        content = bytearray()
        while length := struct.unpack("!L", self.rfile.read(4))[0]:
            content += self.rfile.read(length)
            if len(content) > self.server.largest:  # type: ignore[attr-defined]
                return "INSTREAM size limit exceeded. ERROR"
        return "stream: Win.Test.EICAR_HDB-1 FOUND" if EICAR in content else "stream: OK"


@contextmanager
def run_clamd(place: Path | None = None, largest: int = LARGEST) -> Iterator[tuple[str, list[str]]]:
    """A scanner on a unix socket, or on a port: its address, and what it was asked."""
    unix = type("Unix", (socketserver.ThreadingMixIn, socketserver.UnixStreamServer), {"daemon_threads": True})
    tcp = type("Tcp", (socketserver.ThreadingMixIn, socketserver.TCPServer), {"daemon_threads": True})
    server = unix(str(place), Conversation) if place else tcp(("127.0.0.1", 0), Conversation)
    server.asked, server.largest = [], largest
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield (f"unix:{place}" if place else f"tcp:127.0.0.1:{server.server_address[1]}"), server.asked
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def listen_silently() -> Iterator[str]:
    """The address of somebody who takes a call and hangs up."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()

        def hang_up() -> None:
            while True:
                try:
                    listening.accept()[0].close()
                except OSError:
                    return

        threading.Thread(target=hang_up, daemon=True).start()
        yield f"tcp:127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
