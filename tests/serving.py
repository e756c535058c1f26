"""The application as a real server in a process of its own, as clients meet it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from models.database import Database

ROOT = Path(__file__).parent.parent


@contextmanager
def serve(store: Database, folder: Path) -> Iterator[str]:
    """The address of a server on this database; it ends with the block, politely, as a restart would end it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = store.url.render_as_string(hide_password=False)
    surroundings = {**os.environ, "GAGAS_DATA": str(folder), "GAGAS_DATABASE_URL": url, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "uvicorn", "--factory", "api.app:create_app", "--port", str(port), "--log-level", "warning"]
    command += [
        "--timeout-keep-alive",
        "120",
        "--http",
        "api.connections:LimitedConnection",
        "--ws",
        "none",
    ]  # a busy machine's client may take more than the usual five seconds to use one again
    log = (folder / "server.log").open("a")
    process = subprocess.Popen(command, cwd=ROOT, env=surroundings, stdout=log, stderr=log)
    try:
        _wait_for(f"http://127.0.0.1:{port}", process)
        yield f"http://127.0.0.1:{port}/api/v1"
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def _wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 150
    with httpx.Client(timeout=5) as client:
        while time.monotonic() < until:
            if process.poll() is not None:
                raise RuntimeError(f"the server ended with {process.returncode}")
            try:
                if client.get(f"{address}/api/v1/health").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
    raise TimeoutError(address)
