"""The virus scanner: clamd, asked over its own socket; the file is sent to it, so it needs no right to read our folders."""

import select
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PIECE = 1 << 16
PATIENCE_SECONDS = 60.0
LONGEST_ANSWER = 4_096


class ScannerAway(OSError):
    """The scanner does not answer, or not with a verdict: a file waits, and is shown to it again."""


class LargerThanScanned(OSError):
    """The scanner takes no file of this size, however often it is shown: whoever runs it must set StreamMaxLength of its clamd.conf."""

    code = "StreamMaxLength"  # what an operator reads of it


def scan_file(address: str, file: Path) -> bool:
    """Whether the scanner finds nothing in a file; raises ScannerAway where it says neither, LargerThanScanned where it never will, and
    OSError where the file cannot be read.

    `address` is `unix:PATH` or `tcp:HOST:PORT`. The file goes in pieces, each behind its length, and an empty one ends it (INSTREAM).
    """
    with file.open("rb") as content:
        return _ask_about(address, iter(lambda: content.read(PIECE), b""))


def takes(address: str, size: int) -> bool:
    """Whether the scanner takes files of so many bytes; it is shown one of zeros. Raises ScannerAway where it does not answer."""
    try:
        return _ask_about(address, (bytes(min(PIECE, size - start)) for start in range(0, size, PIECE)))
    except LargerThanScanned:
        return False


def _ask_about(address: str, pieces: Iterator[bytes]) -> bool:
    with _connect(address) as connection:
        heard = select.poll()
        heard.register(connection, select.POLLIN)
        is_asked, is_whole = _send(connection, b"zINSTREAM\0"), False
        for piece in pieces:
            if not is_asked or heard.poll(0):  # it has hung up, or spoken: it wants no more
                break
            is_asked = _send(connection, struct.pack("!L", len(piece)) + piece)
        else:
            is_whole = _send(connection, struct.pack("!L", 0))
        said = _read_answer(connection)
    if said.endswith(" OK") and is_whole:
        return True
    if said.endswith(" FOUND"):
        return False
    if "size limit exceeded" in said:
        raise LargerThanScanned("the scanner takes no file of this size: set StreamMaxLength of clamd.conf to 30M, and restart it")
    raise ScannerAway(f"the scanner gave no verdict: {said[:100]}")


def _send(connection: socket.socket, content: bytes) -> bool:
    """Whether it still listened; it hangs up on a file that is larger than it takes, and has said so."""
    try:
        connection.sendall(content)
    except (BrokenPipeError, ConnectionResetError):
        return False
    except OSError as away:
        raise ScannerAway("the scanner takes no more") from away
    return True


def answers(address: str) -> bool:
    """Whether the scanner is there."""
    try:
        with _connect(address, 2) as connection:
            connection.sendall(b"zPING\0")
            return _read_answer(connection) == "PONG"
    except OSError:
        return False


def read_address(address: str) -> tuple[str, str | tuple[str, int]]:
    """Kind and place of a scanner's address; raises ValueError for what is none."""
    kind, _, place = address.partition(":")
    host, _, port = place.rpartition(":")
    if kind == "unix" and place.startswith("/"):
        return "unix", place
    if kind == "tcp" and host and port.isdecimal() and 0 < int(port) < 65_536:
        return "tcp", (host, int(port))
    raise ValueError("a scanner's address is unix:/PATH or tcp:HOST:PORT")


@contextmanager
def _connect(address: str, seconds: float = PATIENCE_SECONDS) -> Iterator[socket.socket]:
    kind, place = read_address(address)
    try:
        if kind == "unix":
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            connection.settimeout(seconds)
            connection.connect(place)
        else:
            connection = socket.create_connection(place, timeout=seconds)  # type: ignore[arg-type]
    except OSError as away:
        raise ScannerAway(f"the scanner at {address} does not answer") from away
    with connection:
        yield connection


def _read_answer(connection: socket.socket) -> str:
    said = b""
    try:
        while b"\0" not in said and len(said) < LONGEST_ANSWER:
            piece = connection.recv(1_024)
            if not piece:
                break
            said += piece
    except OSError as away:
        raise ScannerAway("the scanner broke off") from away
    return said.partition(b"\0")[0].decode("utf-8", "replace").strip()
