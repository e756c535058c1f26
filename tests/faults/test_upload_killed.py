"""Killed at any moment of an upload, the API leaves no acknowledged file lost and, after the sweep, none that no row needs."""

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
from workflows.delivery.processes import free_port
from workflows.intake.sweep import sweep_attachments

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

    def wait(self) -> bytes:
        """The first line of the answer; nothing where there was none."""
        self._reading.join(60)
        self.connection.close()
        return self.answer.split(b"\r\n")[0]

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
    idea = town.build_idea(call=town.build_call(attachments=TAKING))
    port, photo = free_port("127.0.0.1"), large_photo()
    url = town.store.url.render_as_string(hide_password=False)
    surroundings = {"GAGAS_DATA": str(tmp_path / "data"), "GAGAS_DATABASE_URL": url, "GAGAS_PORT": str(port)}

    def begin(place: int) -> tuple[int, Uploader]:
        pid = launcher.launch("api", tmp_path / "api.log", surroundings)
        await_health(port)
        content = photo + b"%04d" % place  # each is another file
        lines = [f"POST /api/v1/ideas/{idea}/attachments?name={place}.jpg HTTP/1.1", "Host: x", "Content-Type: application/octet-stream"]
        lines += [f"Content-Length: {len(content)}", f"Idempotency-Key: {uuid.uuid4().hex}"]
        lines += [f"Authorization: {town['lead'].headers['Authorization']}"]
        return pid, Uploader(port, "\r\n".join([*lines, "", ""]), content)

    pid, whole = begin(9_999)
    begun = time.monotonic()
    whole.send(1)
    assert b" 201 " in whole.wait()
    lasts = time.monotonic() - begun
    os.kill(pid, signal.SIGKILL)
    acknowledged = 0
    points = [place * 20 // number for place in range(number)]
    for point in points:
        pid, upload = begin(point)
        if point < PIECES:
            upload.send((point + 1) / (PIECES + 1))
            time.sleep(0.05)
        else:
            upload.send(1)
            time.sleep(lasts * (point - PIECES) / (PIECES - 2))
        os.kill(pid, signal.SIGKILL)
        acknowledged += b" 201 " in upload.wait()
        await_end(launcher, pid)
        sweep_attachments(town.store)
        rows = town.rows(select(Attachment))
        needed = {digest for row in rows for digest in row.files}
        stored = list_stored()
        assert {Path(name).stem for name in stored} == needed, f"kill {point}: the store holds what no row needs, or lacks what one does"
        assert all(Path(name).stem == digest for name, digest in stored.items()), f"kill {point}: a file is not whole"
        assert len(rows) >= acknowledged + 1, f"kill {point}: an acknowledged file has no row"
    print(f"{acknowledged} of {len(points)} uploads were acknowledged before the kill; {len(rows) - 1} were taken")
    assert acknowledged < len(points)
    assert settings().attachments == tmp_path / "data" / "attachments"


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
