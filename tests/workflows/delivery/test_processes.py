"""`gagas serve` as a person starts it: three addresses, work done, nothing left behind whatever way it ends."""

import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import select
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from models.database import Database
from models.ideas import Idea
from models.stages import IdeaStage
from tests.building import Town
from tests.databases import Pattern
from tests.faults.keeping import make_keys
from workflows.delivery.prefect_server import USER, password_file

pytestmark = [
    pytest.mark.server,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]

GAGAS = Path(sys.executable).with_name("gagas")
HANG = 240  # seconds until something that should have happened long ago is given up; no figure of ours
PARTS = {
    "Prefect": "workflows.delivery.prefect_server:prefect_app",
    "API": "api.app:create_app",
    "relay": "-m workflows.delivery.processes",
}


class Served:
    """A running `gagas serve` on a folder, on free ports."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder, self.output = folder, folder.with_suffix(".out")
        free = {"GAGAS_DATA": str(folder), "GAGAS_PORT": "0", "GAGAS_PREFECT_PORT": "0", "COLUMNS": "200", "GAGAS_POLL_SECONDS": "0.1"}
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [GAGAS, "serve"], env={**os.environ, **free, **environment}, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )

    @property
    def told(self) -> str:
        return self.output.read_text()

    def address(self, name: str) -> str:
        """One of the three addresses it prints, once it does."""
        await_true(lambda: "Prefect  " in self.told or self.process.poll() is not None, f"addresses in: {self.told}")
        found = re.search(rf"{name}\s+(http://\S+)", self.told)
        assert found, self.told
        return found[1]

    def processes(self) -> dict[int, str]:
        """Every living process, whoever its parent is, that was started for this folder: pid and command."""
        found = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                environment, command = (entry / "environ").read_bytes(), (entry / "cmdline").read_bytes()
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if f"GAGAS_DATA={self.folder}".encode() in environment.split(b"\0") and state != "Z":
                found[int(entry.name)] = command.replace(b"\0", b" ").decode()
        return found

    def part(self, name: str) -> int:
        """The process of one part."""
        return next((pid for pid, command in self.processes().items() if PARTS[name] in command), 0)

    def ends(self) -> int:
        """Wait until the starter has ended; answers its exit code."""
        return self.process.wait(HANG)


def await_true(happened: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + HANG
    while time.monotonic() < until:
        if happened():
            return
        time.sleep(0.05)
    raise AssertionError(f"this never came: {what}")


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


@pytest.fixture
def serve(tmp_path: Path, settled_pattern: Pattern) -> Iterator[Callable[..., Served]]:
    """Starts `gagas serve` on a settled town's folder; whatever is left afterwards is ended."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copyfile(settled_pattern.sqlite(), folder / "gagas.db").chmod(0o600)
    make_keys(folder)
    started: list[Served] = []

    def start(**environment: str) -> Served:
        started.append(Served(folder, **environment))
        return started[-1]

    start.folder = folder  # type: ignore[attr-defined]
    yield start
    for served in started:
        for pid in [served.process.pid] * (served.process.poll() is None) + list(served.processes()):
            os.kill(pid, signal.SIGKILL)
        served.process.wait(HANG)


def town_of(served: Served) -> Town:
    return Town(Database(f"sqlite:///{served.folder / 'gagas.db'}"))


def submit(served: Served, call: str) -> str:
    """A person drafts and submits over HTTP; answers the idea."""
    town = town_of(served)
    headers, api = town["lead"].headers, served.address("API")
    sections = {"background": "satu dua tiga empat", "idea": "lima enam tujuh delapan"}
    body = {"call_id": call, "title": "Antrean daring", "sections": sections, "team": []}
    draft = httpx.post(f"{api}/ideas", json=body, headers={**headers, "Idempotency-Key": uuid.uuid4().hex}, timeout=30)
    assert draft.status_code == 201, draft.text
    idea_id = str(draft.json()["id"])
    done = httpx.post(f"{api}/ideas/{idea_id}/submission", headers={**headers, "Idempotency-Key": uuid.uuid4().hex}, timeout=30)
    assert done.status_code < 300, done.text
    town.store.close()
    return idea_id


def stage(served: Served, idea_id: str) -> IdeaStage:
    town = town_of(served)
    found: IdeaStage = town.rows(select(Idea.stage).where(Idea.id == idea_id))[0]
    town.store.close()
    return found


def open_call(served: Served) -> str:
    town = town_of(served)
    call = town.call
    town.store.close()
    return call


def check_prefects_port(served: Served, prefect: str) -> None:
    """Only who can read the password's file is answered, and no page of another origin may ask; a flow started there moves real ideas."""
    file = password_file(served.folder)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    wanted: dict[str, Any] = {"url": f"{prefect}/flow_runs/filter", "json": {}, "timeout": 30}
    assert httpx.post(**wanted).status_code == 401
    assert httpx.post(**wanted, auth=(USER, "guessed")).status_code == 401
    assert httpx.post(**wanted, auth=(USER, file.read_text().strip())).status_code == 200
    foreign = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    assert "access-control-allow-origin" not in httpx.options(f"{prefect}/flow_runs/", headers=foreign, timeout=30).headers
    assert "access-control-allow-origin" not in httpx.get(f"{prefect}/health", headers=foreign, timeout=30).headers
    with connect(f"{prefect.replace('http', 'ws', 1)}/events/in", subprotocols=["prefect"]) as socket_in:  # type: ignore[list-item]
        socket_in.send(json.dumps({"type": "auth", "token": "guessed"}))
        with pytest.raises(ConnectionClosed):
            socket_in.recv(timeout=30)
    assert file.read_text().strip() not in served.told


def test_it_says_where_it_is_does_its_work_starts_again_what_dies_and_leaves_nothing_after_ctrl_c(serve: Callable[..., Served]) -> None:
    served = serve()
    api, prefect = served.address("API"), served.address("Prefect")
    assert answers(f"{api}/health")
    assert answers(f"{prefect}/api/health")
    assert httpx.get(served.address("Pages"), timeout=30).status_code == 200
    assert all(served.part(name) for name in PARTS)
    call = open_call(served)
    first = submit(served, call)
    await_true(lambda: stage(served, first) == IdeaStage.AWAITING_PERMISSION, "an idea's way to its head")

    for name in ("API", "relay"):
        before = served.part(name)
        os.kill(before, signal.SIGKILL)
        await_true(lambda name=name, before=before: served.part(name) not in (0, before), f"another {name}")  # type: ignore[misc]
    await_true(lambda: answers(f"{api}/health"), "the API's answer at its old address")
    second = submit(served, call)
    await_true(lambda: stage(served, second) == IdeaStage.AWAITING_PERMISSION, "the next idea's way to its head")
    assert "API ended with -9; starting it again" in served.told
    check_prefects_port(served, f"{prefect}/api")

    began = time.monotonic()
    served.process.send_signal(signal.SIGINT)
    assert served.ends() == 0
    print(f"stopped {time.monotonic() - began:.1f} s after Ctrl-C")
    assert served.processes() == {}
    assert "nothing is left running" in served.told
    assert not answers(f"{api}/health")


def test_a_damaged_prefect_database_is_set_aside_and_neither_the_api_nor_an_idea_suffers(serve: Callable[..., Served]) -> None:
    """The disk was full, or a backup restored half: before, the command ended with the healthy API in it."""
    folder = serve.folder  # type: ignore[attr-defined]
    (folder / "prefect").mkdir()
    (folder / "prefect" / "prefect.db").write_bytes(b"no database" * 1000)
    served = serve()
    api = served.address("API")
    assert answers(f"{api}/health")
    idea = submit(served, open_call(served))
    await_true(lambda: stage(served, idea) == IdeaStage.AWAITING_PERMISSION, "an idea's way to its head")
    (kept,) = folder.glob("prefect-damaged-*")
    assert (kept / "prefect.db").read_bytes() == b"no database" * 1000
    assert f"it lies in {kept}" in served.told
    assert served.process.poll() is None


def test_without_prefect_people_submit_and_what_follows_is_done_when_it_comes(serve: Callable[..., Served]) -> None:
    """Somebody else sits on its port: the API answers at its usual address, and once the port is free what waited is done."""
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # free to look at, until it listens
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        served = serve(GAGAS_PREFECT_PORT=str(port))
        await_true(lambda: "API" in {name for name in PARTS if served.part(name)}, "the API")
        api_before = served.part("API")
        taken.listen()
        api = served.address("API")
        idea = submit(served, open_call(served))
        await_true(lambda: served.told.count("Prefect ended with") >= 2, "Prefect's second end")
        assert answers(f"{api}/health")
        assert stage(served, idea) == IdeaStage.SUBMITTED
        assert served.part("API") == api_before
    await_true(lambda: stage(served, idea) == IdeaStage.AWAITING_PERMISSION, "the idea's way to its head")
    assert not list(served.folder.glob("prefect-damaged-*")), "a port that somebody else took is no damage"


def test_nothing_outlives_a_starter_that_was_killed_and_the_same_folder_is_served_again(serve: Callable[..., Served]) -> None:
    first = serve()
    first.address("API")
    call = open_call(first)
    idea_id = submit(first, call)
    first.process.kill()
    first.ends()
    await_true(lambda: first.processes() == {}, f"the end of {first.processes()}")

    second = serve()
    assert answers(f"{second.address('API')}/health")
    later = submit(second, call)
    await_true(lambda: stage(second, later) == IdeaStage.AWAITING_PERMISSION, "the next idea's way to its head")
    second.process.send_signal(signal.SIGTERM)
    assert second.ends() == 0
    assert second.processes() == {}
    assert stage(second, idea_id) in (IdeaStage.SUBMITTED, IdeaStage.AWAITING_PERMISSION)  # accepted, so never lost


def test_a_port_in_use_is_named_with_its_remedy_and_nothing_is_started(serve: Callable[..., Served]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        served = serve(GAGAS_PORT=str(taken.getsockname()[1]))
        assert served.ends() == 1
    assert "cannot be used" in served.told
    assert "GAGAS_PORT=0" in served.told
    assert served.processes() == {}
    assert not (served.folder / "logs").exists()
