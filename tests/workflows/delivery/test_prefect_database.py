"""Many who begin runs at once at a real Prefect server: each waits for its turn to write, and none is sent away."""

import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.conftest import ALL
from tests.workflows.delivery.prefect_server import PrefectServer, prefect_server

__all__ = ["prefect_server"]
pytestmark = [pytest.mark.server, pytest.mark.xdist_group("prefect"), pytest.mark.timeout(600)]
AT_ONCE, RUNS = 6, 60 if ALL else 18  # in as few as eighteen one at least would be sent away
HANG_SECONDS = 120


def test_whoever_begins_a_run_beside_others_waits_and_is_not_sent_away(prefect_server: PrefectServer) -> None:
    """Of as many without the wait, one in three was answered 503."""
    with httpx.Client(base_url=prefect_server.url, auth=prefect_server.auth, timeout=HANG_SECONDS) as client:
        flow = client.post("/flows/", json={"name": "clock"}).json()["id"]

        def begin(_number: int) -> list[int]:
            body = {"flow_id": flow, "idempotency_key": uuid.uuid4().hex, "state": {"type": "PENDING"}}
            begun = client.post("/flow_runs/", json=body)
            states = ("RUNNING", "COMPLETED") if begun.is_success else ()
            changed = [client.post(f"/flow_runs/{begun.json()['id']}/set_state", json={"state": {"type": state}}) for state in states]
            return [answer.status_code for answer in (begun, *changed)]

        with ThreadPoolExecutor(AT_ONCE) as begins:
            answered = Counter(status for statuses in begins.map(begin, range(RUNS)) for status in statuses)
    assert answered == {201: 3 * RUNS}
