"""What the README tells a newcomer to type does what it says."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.journeys.conftest import ROOT, play

pytestmark = [pytest.mark.server, pytest.mark.timeout(1_200), pytest.mark.xdist_group("demo")]


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A demo stopped at its drafts and opened again with `gagas serve --data`: its folder and the API's address."""
    out = tmp_path_factory.mktemp("begun") / "demo"
    play(out, "", "--until", "draft")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    surroundings = {**os.environ, "GAGAS_PORT": str(port), "GAGAS_PREFECT_PORT": "0", "GAGAS_TICK_SECONDS": "0.5"}
    command = [sys.executable, "-c", "from api.cli.main import app; app()", "serve", "--data", str(out)]
    address = f"http://127.0.0.1:{port}/api/v1"
    with subprocess.Popen(command, cwd=ROOT, env=surroundings, stdout=subprocess.DEVNULL) as server:
        until = time.monotonic() + 300
        while time.monotonic() < until and not answers(address):
            time.sleep(0.3)
        yield out, address
        server.send_signal(signal.SIGINT)


def answers(address: str) -> bool:
    """Whether the API is up."""
    try:
        return httpx.get(f"{address}/health", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


def test_one_idea_goes_its_whole_way_with_curl(begun: tuple[Path, str]) -> None:
    out, address = begun
    surroundings = {**os.environ, "API": address, "CLOCK": str(out / "demo-clock.txt")}
    walk = subprocess.run(
        ["bash", "examples/one-idea.sh"], cwd=ROOT, env=surroundings, text=True, capture_output=True, timeout=900, check=False
    )
    assert walk.returncode == 0, walk.stdout + walk.stderr
    for stage in ("awaiting_permission", "in_review", "shortlisted", "rolled_out"):
        assert f"  {stage}\n" in walk.stdout
    assert '"kind": "certificate"' in walk.stdout
    assert "Gilang Raspatisena" in walk.stdout


def test_the_generated_parts_of_the_readme_are_up_to_date() -> None:
    checked = subprocess.run([sys.executable, "deploy/readme.py", "--check"], cwd=ROOT, text=True, capture_output=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_the_picture_of_the_process_is_drawn_from_its_tables() -> None:
    from api.picture import draw_process

    assert (ROOT / "docs" / "pictures" / "process.svg").read_text("utf-8") == draw_process()
