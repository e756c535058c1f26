"""Slow, trickled, crumbled and idle connections end, and keep nobody else from an answer."""

import json
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from api.connections import HEAD_SECONDS, MOST_CONNECTIONS
from api.middleware import PATIENCE_SECONDS
from tests.building import Town

pytestmark = [
    pytest.mark.slow,
    pytest.mark.server,
    pytest.mark.timeout(400),
    pytest.mark.xdist_group("served"),
    pytest.mark.parametrize("served_town", ["sqlite"], indirect=True),  # no connection here comes as far as the database
]
HEAD = b"POST /api/v1/sign-in HTTP/1.1\r\nHost: gagas\r\nContent-Type: application/json\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
SLOW_CLIENTS = 200


@pytest.fixture
def address(served_town: tuple[Town, str, Path]) -> tuple[str, int]:
    """Host and port of the server."""
    address = httpx.URL(served_town[1])
    return address.host, address.port or 80


@pytest.fixture
def connect(address: tuple[str, int]) -> Iterator[Callable[[bytes], socket.socket]]:
    """Opens a connection and sends its first bytes."""
    with ExitStack() as open_ones:

        def start(first: bytes) -> socket.socket:
            client = open_ones.enter_context(socket.create_connection(address, timeout=120))
            client.sendall(first)
            return client

        yield start


Connect = Callable[[bytes], socket.socket]


def told(client: socket.socket) -> bytes:
    """Everything the server says until it ends the connection."""
    said = b""
    try:
        while part := client.recv(65_536):
            said += part
    except ConnectionError:
        pass
    return said


def health_seconds(address: tuple[str, int], times: int = 15) -> float:
    """The median time in which somebody new is told that all is well."""
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        assert httpx.get(f"http://{address[0]}:{address[1]}/api/v1/health", timeout=60).status_code == 200
        took.append(time.perf_counter() - begun)
    return statistics.median(took)


def test_a_body_that_trickles_is_refused_with_a_problem(connect: Connect) -> None:
    client, begun = connect(HEAD + b"Accept-Language: en\r\nContent-Length: 1000\r\n\r\n{"), time.monotonic()
    said = b""
    client.settimeout(1)
    while not said.endswith(b"}"):
        try:
            client.sendall(b" ")
            said += client.recv(65_536)
        except TimeoutError:
            continue
    assert time.monotonic() - begun >= PATIENCE_SECONDS
    head, _, body = said.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408 ")
    assert b"application/problem+json" in head
    assert json.loads(body)["type"] == "urn:gagas:problem:body_too_slow"
    client.settimeout(120)
    told(client)  # and the connection ends, though its body never came


@pytest.mark.parametrize("first", [b"", b"GET / HT", HEAD], ids=["nothing", "half a line", "half a head"])
def test_who_asks_for_nothing_or_never_ends_a_head_is_cut_off(connect: Connect, first: bytes) -> None:
    begun = time.monotonic()
    assert told(connect(first)) == b""
    assert time.monotonic() - begun >= HEAD_SECONDS - 1


def test_who_goes_on_sending_what_was_refused_is_cut_off(connect: Connect) -> None:
    """A body too large is answered at once; what comes after it is read no more, and does not keep the connection for ever."""
    client = connect(HEAD + b"Content-Length: 100000000\r\n\r\n" + b" " * 1_100_000)
    assert told(client).startswith(b"HTTP/1.1 413 ")


def test_a_body_in_crumbs_is_cut_off_and_one_in_fair_pieces_is_read(connect: Connect) -> None:
    crumbs = connect(CHUNKED)
    with pytest.raises(ConnectionError):
        crumbs.sendall(b"1\r\n \r\n" * 1_000_000)
    fair = connect(CHUNKED + b"".join(b"64\r\n%s\r\n" % (b" " * 100) for _ in range(500)) + b"0\r\n\r\n")
    assert fair.recv(65_536).startswith(b"HTTP/1.1 4")


@pytest.mark.parametrize("first", [HEAD + b"Content-Length: 1000\r\n\r\n{", b"", HEAD], ids=["slow bodies", "idle", "half heads"])
def test_two_hundred_slow_clients_keep_nobody_waiting(connect: Connect, address: tuple[str, int], first: bytes) -> None:
    alone = health_seconds(address)
    for _ in range(SLOW_CLIENTS):
        connect(first)
    beside = health_seconds(address)
    print(f"health beside {SLOW_CLIENTS} of them: {beside * 1000:.1f} ms, alone {alone * 1000:.1f} ms, ratio {beside / alone:.2f}")
    assert beside < 5 * alone + 0.05


def test_two_clients_that_crumble_their_bodies_at_full_speed_keep_nobody_waiting_long(connect: Connect, address: tuple[str, int]) -> None:
    """Two of them made the health route take three seconds and more: every part costs as much as a small request."""
    alone, over = health_seconds(address), threading.Event()

    def crumble() -> None:
        while not over.is_set():
            try:
                with socket.create_connection(address, timeout=60) as client:
                    client.sendall(CHUNKED)
                    while not over.is_set():
                        client.sendall(b"1\r\n \r\n" * 2_000)
            except OSError:
                continue

    threads = [threading.Thread(target=crumble, daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        beside = health_seconds(address)
    finally:
        over.set()
    print(f"health beside two that crumble: {beside * 1000:.0f} ms, alone {alone * 1000:.0f} ms, ratio {beside / alone:.1f}")
    assert beside < 40 * alone + 0.2


def test_beyond_the_most_connections_the_oldest_idle_one_ends_and_a_new_one_is_served(connect: Connect, address: tuple[str, int]) -> None:
    clients = [connect(b"GET /api/v1/health HTTP/1.1\r\nHost: gagas\r\n\r\n")]
    assert clients[0].recv(65_536).startswith(b"HTTP/1.1 200 ")
    clients += [connect(b"") for _ in range(MOST_CONNECTIONS)]
    assert health_seconds(address, 3) < 5
    assert b"HTTP/1.1" not in told(clients[0]), "the oldest made room: beside the rest of its answer nothing comes before its end"
