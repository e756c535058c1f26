"""One real Prefect server for the tests of a session, in a folder of its own, and questions to it."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, PREFECT_LOGGING_TO_API_ENABLED, temporary_settings

from workflows.delivery.prefect_server import USER, prefect_environment, read_password
from workflows.delivery.processes import free_port

HANG_SECONDS = 100
PAGE = 200


class PrefectServer:
    """A running server, asked over its own API."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder
        self.auth = (USER, read_password(folder))

    def list_all(self, kind: str, **wanted: Any) -> list[dict[str, Any]]:
        """Every `flow_runs`, `task_runs` or `logs` row that fits."""
        rows: list[dict[str, Any]] = []
        while True:
            answer = httpx.post(
                f"{self.url}/{kind}/filter", json={**wanted, "offset": len(rows), "limit": PAGE}, auth=self.auth, timeout=30
            )
            answer.raise_for_status()
            page = answer.json()
            rows += page
            if len(page) < PAGE:
                return rows

    def runs(self, ids: set[str]) -> dict[str, dict[str, Any]]:
        """Flow runs by their ids."""
        found: dict[str, dict[str, Any]] = {}
        for some in (sorted(ids)[start : start + PAGE - 1] for start in range(0, len(ids), PAGE - 1)):
            found |= {run["id"]: run for run in self.list_all("flow_runs", flow_runs={"id": {"any_": some}})}
        return found

    def tasks(self, *run_ids: str) -> list[dict[str, Any]]:
        """The task runs of flow runs, once the server has digested them: it learns of them a moment after they ended."""
        until, seen = time.monotonic() + HANG_SECONDS, -1
        while time.monotonic() < until:
            tasks = self.list_all("task_runs", flow_runs={"id": {"any_": run_ids}})
            known = {task["flow_run_id"] for task in tasks} == set(run_ids)
            if known and len(tasks) == seen and all(task["state_type"] in ("COMPLETED", "FAILED", "CRASHED") for task in tasks):
                return tasks
            seen = len(tasks)
            time.sleep(0.5)
        raise TimeoutError("Prefect never heard the end of a run's tasks")


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    """The server; every Prefect client of this process speaks to it until the session ends."""
    folder, port = tmp_path_factory.mktemp("prefect-server"), free_port("127.0.0.1")
    url = f"http://127.0.0.1:{port}/api"
    command = [sys.executable, "-m", "uvicorn", "--factory", "workflows.delivery.prefect_server:prefect_app", "--port", str(port)]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, env={**os.environ, **prefect_environment(folder)}, stdout=log, stderr=log)
    try:
        await_health(process, url)
        server = PrefectServer(url, folder)
        ours = {PREFECT_API_URL: url, PREFECT_API_AUTH_STRING: ":".join(server.auth), PREFECT_LOGGING_TO_API_ENABLED: True}
        with temporary_settings(ours):
            yield server
    finally:
        process.terminate()
        process.wait(30)


def await_health(process: subprocess.Popen[bytes], url: str) -> None:
    """Return when the server answers."""
    until = time.monotonic() + HANG_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(f"{url}/health", timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    raise TimeoutError("Prefect's server did not start")
