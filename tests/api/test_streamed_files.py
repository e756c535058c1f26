"""Large files over a real connection: written to disk as they come, and nothing of them is left where they break off."""

import hashlib
import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pikepdf
import pytest

from tests.attaching import build_draft
from tests.building import Town
from tests.hostile_papers import pdf
from tests.serving import serve

SENT, WRITTEN = 3_000_000, 2_000_000  # bytes of a body that breaks off, and of those so many at least are on the disk before it does


@pytest.fixture
def served(town: Town, tmp_path: Path) -> Iterator[str]:
    """The address of a real server of the town."""
    with serve(town.store, tmp_path) as address:
        yield address


def list_files(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.rglob("*") if file.is_file() and file.name != ".lock")


def measure_drafts(store: Path) -> int:
    """How many bytes of files lie in a store that are not whole yet."""
    with suppress(FileNotFoundError):
        return sum(file.stat().st_size for file in (store / "drafts").iterdir())
    return 0


@pytest.mark.server
def test_a_real_server_writes_large_files_as_they_come_and_leaves_nothing_of_broken_ones(town: Town, served: str, tmp_path: Path) -> None:
    idea, store, host = build_draft(town), tmp_path / "attachments", served.removesuffix("/api/v1")
    path, large = f"/api/v1/ideas/{idea}/attachments?name=besar.pdf", padded_pdf(9_900_000)
    head = {**town["lead"].headers, "Content-Type": "application/octet-stream"}

    def begin(path: str, length: int, **headers: str) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", int(host.rpartition(":")[2])), timeout=30)
        lines = [f"POST {path} HTTP/1.1", "Host: x", f"Content-Length: {length}", *(f"{name}: {value}" for name, value in headers.items())]
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        return connection

    with begin(path, 10_000_000_000, **head, **{"Idempotency-Key": "terlalu"}) as announced:
        assert b" 413 " in announced.recv(200).split(b"\r\n")[0]
    form, signed_in = "--x", {"Cookie": f"gagas_session={town['lead'].token}", "Sec-Fetch-Site": "same-origin"}
    fields = {"form_token": "form-lead", "form_key": uuid.uuid4().hex[:26], "file": ""}
    for name, value in fields.items():
        of_file = '; filename="besar.pdf"' if name == "file" else ""
        form += f'\r\nContent-Disposition: form-data; name="{name}"{of_file}\r\n\r\n{value}' + ("" if of_file else "\r\n--x")
    by_page = f"/usulan/{idea}/lampiran", {**signed_in, "Content-Type": "multipart/form-data; boundary=x"}, form.encode()
    for place, headers, before in ((path, {**head, "Idempotency-Key": "putus"}, b""), by_page):
        with begin(place, len(before) + len(large), **headers) as broken:
            broken.sendall(before + large[:SENT])
            await_true(lambda: measure_drafts(store) >= WRITTEN)  # while the rest is still to come
        await_true(lambda: not list_files(store))
    answer = httpx.post(host + path, content=large, headers={**head, "Idempotency-Key": "besar"}, timeout=60)
    assert answer.status_code == 201, answer.text
    assert answer.json()["size"] == len(large)
    assert list_files(store) == [f"{hashlib.sha256(large).hexdigest()}.pdf"]


def padded_pdf(size: int) -> bytes:
    """A paper with a stream that makes it so large."""
    filling = hashlib.sha256(b"x").digest() * (size // 32)
    return pdf(lambda made: made.Root.__setitem__("/Filling", pikepdf.Stream(made, filling)), compress_streams=False)


def await_true(question: Callable[[], bool], seconds: float = 20) -> None:
    """Until it is so."""
    until = threading.Event()
    for _ in range(int(seconds * 20)):
        if question():
            return
        until.wait(0.05)
    raise AssertionError("it never came")
