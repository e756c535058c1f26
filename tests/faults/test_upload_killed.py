"""Killed at any moment of an upload, the API leaves no acknowledged file lost and, after the sweep, none that no row needs."""

import hashlib
import io
import os
import signal
import socket
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from PIL import Image
from sqlmodel import select

from models.attachments import Attachment
from models.settings import settings
from tests.attaching import TAKING, list_stored
from tests.building import Town
from tests.conftest import forget_settings
from tests.faults.processes import Launcher
from tests.hostile_pictures import photo
from workflows.delivery.processes import free_port
from workflows.intake.sweep import sweep_attachments

SMALL = photo()
PIECES = 10  # of the points lie within the body, the others between its last byte and the answer


class Uploader:
    """One upload over a plain socket, of which some of the body is sent, and what was answered."""

    def __init__(self, port: int, head: str, content: bytes) -> None:
        self.content, self.answer = content, b""
        self.connection = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.connection.sendall(head.encode())
        self._reading = threading.Thread(target=self._read, daemon=True)

    def send(self, share: float) -> None:
        """Send so much of the body, and listen."""
        with suppress(OSError):
            self.connection.sendall(self.content[: int(len(self.content) * share)])
        self._reading.start()

    def wait(self) -> set[str]:
        """The SHA-256 of the file, where the first line of the answer says that it was taken; none where there was no such answer."""
        self._reading.join(60)
        self.connection.close()
        return {hashlib.sha256(self.content).hexdigest()} if b" 201 " in self.answer.split(b"\r\n")[0] else set()

    def _read(self) -> None:
        with suppress(OSError):
            self.answer = self.connection.recv(4_096)


def large_photo() -> bytes:
    """Some megabytes of noise."""
    file = io.BytesIO()
    Image.effect_noise((1_500, 1_500), 90).convert("RGB").save(file, "JPEG", quality=95)
    return file.getvalue()


@pytest.mark.server
@pytest.mark.slow
@pytest.mark.timeout(1_200)
@pytest.mark.xdist_group("faults")
def test_a_kill_at_any_point_of_an_upload_loses_no_file_and_leaves_no_orphan(
    launcher: Launcher, either_town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share: Callable[[int], int]
) -> None:
    town, number = either_town, share(20)
    monkeypatch.setenv("GAGAS_DATA", str(tmp_path / "data"))
    forget_settings()
    call, port, large = town.build_call(attachments=TAKING), free_port("127.0.0.1"), large_photo()
    url = town.store.url.render_as_string(hide_password=False)
    surroundings = {"GAGAS_DATA": str(tmp_path / "data"), "GAGAS_DATABASE_URL": url, "GAGAS_PORT": str(port)}

    def begin(place: int) -> tuple[int, Uploader]:
        """A new server that has taken a small file, so that what looks at files stands ready; and a large one, of which nothing is sent."""
        pid, idea = launcher.launch("api", tmp_path / "api.log", surroundings), town.build_idea(call=call)
        await_health(port)
        small = Uploader(port, write_head(town, idea, SMALL + b"%04d" % place), SMALL + b"%04d" % place)
        small.send(1)
        taken = small.wait()
        assert taken, small.answer
        acknowledged.update(taken)
        return pid, Uploader(port, write_head(town, idea, large + b"%04d" % place), large + b"%04d" % place)  # each is another file

    acknowledged = set[str]()
    pid, whole = begin(9_999)
    begun = time.monotonic()
    whole.send(1)
    acknowledged |= whole.wait()
    lasts = time.monotonic() - begun
    assert len(acknowledged) == 2
    os.kill(pid, signal.SIGKILL)
    points = [place * 20 // number for place in range(number)]
    for point in points:
        await_end(launcher, pid)
        pid, upload = begin(point)
        if point < PIECES:
            upload.send((point + 1) / (PIECES + 1))
            time.sleep(0.05)
        else:
            upload.send(1)
            time.sleep(lasts * (point - PIECES) / (PIECES - 2))
        os.kill(pid, signal.SIGKILL)
        acknowledged |= upload.wait()
        await_end(launcher, pid)
        check_store(town, acknowledged, f"kill {point}")
    lost = 2 + 2 * len(points) - len(acknowledged)
    print(f"{len(points) - lost} of {len(points)} uploads were acknowledged before the kill, after up to {lasts * 1000:.0f} ms")
    assert lost
    assert settings().attachments == tmp_path / "data" / "attachments"


def check_store(town: Town, acknowledged: set[str], when: str) -> None:
    """After the sweep the store holds what rows need, whole, and nothing else; and every file that was acknowledged has a row."""
    sweep_attachments(town.store)
    rows, stored = town.rows(select(Attachment)), list_stored()
    needed = {digest for row in rows for digest in row.files}
    assert {Path(name).stem for name in stored} == needed, f"{when}: the store holds what no row needs, or lacks what one does"
    assert all(Path(name).stem == digest for name, digest in stored.items()), f"{when}: a file is not whole"
    assert acknowledged <= {row.sha256 for row in rows}, f"{when}: an acknowledged file has no row"


def write_head(town: Town, idea: str, content: bytes) -> str:
    """The head of a request that attaches a file."""
    lines = [f"POST /api/v1/ideas/{idea}/attachments?name=foto.jpg HTTP/1.1", "Host: x", "Content-Type: application/octet-stream"]
    lines += [f"Content-Length: {len(content)}", f"Idempotency-Key: {uuid.uuid4().hex}"]
    return "\r\n".join([*lines, f"Authorization: {town['lead'].headers['Authorization']}", "", ""])


def await_health(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with suppress(httpx.TransportError):
            if httpx.get(f"http://127.0.0.1:{port}/api/v1/health", timeout=5).status_code == 200:
                return
        time.sleep(0.05)
    raise TimeoutError("the API did not start")


def await_end(launcher: Launcher, pid: int) -> None:
    until = time.monotonic() + 20
    while pid not in launcher.codes and time.monotonic() < until:
        time.sleep(0.02)
    assert launcher.codes[pid] == -signal.SIGKILL
