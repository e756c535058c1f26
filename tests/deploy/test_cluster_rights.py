"""What one API process of a cluster takes away, the other refuses from the very next request on: no process remembers a right.

Who would cheat keeps a session open at the process that was not told. So each right is asked for first, at both, by API and on a page.
"""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from models.database import Database
from tests.api.pages.browsing import fields_of, start_session
from tests.building import Town
from tests.deploy.cluster import HANG_SECONDS, Cluster
from tests.town import settle_town

pytestmark = [
    pytest.mark.server,
    pytest.mark.postgres,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.xdist_group("cluster"),
]
ways = pytest.mark.parametrize("way", [(0, 1), (1, 0)], ids=["taken away at the first", "taken away at the second"])


@dataclass(frozen=True)
class Door:
    """One API process, as people meet it by API and on its pages."""

    address: str
    town: Town

    def ask(self, who: str, method: str, path: str, body: Any = None, token: str = "") -> httpx.Response:
        """A request to the API by somebody, with the token of one of their sign-ins."""
        headers = {"Authorization": f"Bearer {token or self.town[who].token}", "Idempotency-Key": uuid.uuid4().hex}
        return httpx.request(method, f"{self.address}/api/v1{path}", json=body, headers=headers, timeout=HANG_SECONDS)

    def do(self, who: str, method: str, path: str, body: Any = None) -> Any:
        """A request that must be done."""
        done = self.ask(who, method, path, body)
        assert done.status_code < 300, f"{path}: {done.status_code} {done.text}"
        return done.json() if done.content else None

    def look(self, path: str, token: str) -> httpx.Response:
        """A page, as the browser of a sign-in sees it; no redirect is followed."""
        return httpx.get(f"{self.address}{path}", cookies={"gagas_session": token}, timeout=HANG_SECONDS)

    def send(self, page: str, action: str, token: str) -> httpx.Response:
        """A page's form, sent as it stands."""
        fields = fields_of(self.look(page, token).text, action)
        headers = {"Sec-Fetch-Site": "same-origin"}
        return httpx.post(f"{self.address}{action}", data=fields, cookies={"gagas_session": token}, headers=headers, timeout=HANG_SECONDS)


@pytest.fixture(scope="module")
def doors(new_postgres: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Door, Door]]:
    """Two API processes on one database; what follows from rights needs no worker."""
    ours = new_postgres()
    store = Database(ours)
    settle_town(store)
    cluster = Cluster(tmp_path_factory.mktemp("rights"), ours, ours)  # nothing here asks Prefect
    try:
        for number in (1, 2):
            cluster.start_api(f"api-{number}")
        town = Town(store)
        first, second = (Door(address, town) for address in cluster.apis)
        yield first, second
    finally:
        cluster.stop()
        store.close()


@ways
def test_a_role_that_one_process_ends_opens_nothing_at_the_other(doors: tuple[Door, Door], way: tuple[int, int]) -> None:
    (here, there), town = (doors[place] for place in way), doors[0].town
    role = {"role": "secretariat", "unit_code": "KOTA"}
    grant = here.do("admin", "POST", f"/people/{town['walker'].id}/roles", role)
    token = start_session(town, "walker")

    def holds(door: Door) -> tuple[int, int]:
        return door.ask("walker", "GET", "/people?role=reviewer", token=token).status_code, door.look("/ketentuan/baru", token).status_code

    assert (holds(here), holds(there)) == ((200, 200), (200, 200))
    here.do("admin", "POST", f"/people/{town['walker'].id}/roles/{grant['id']}/end", {"reason": "Mutasi"})
    assert (holds(there), holds(here)) == ((403, 403), (403, 403))
    again = there.do("admin", "POST", f"/people/{town['walker'].id}/roles", role)
    assert holds(here) == (200, 200), "what is given counts at once, too"
    there.do("admin", "POST", f"/people/{town['walker'].id}/roles/{again['id']}/end", {"reason": "Mutasi"})
    assert holds(here) == (403, 403)


@ways
def test_whoever_looked_after_a_person_does_so_no_more_once_the_other_process_moved_them(
    doors: tuple[Door, Door], way: tuple[int, int]
) -> None:
    (here, there), town = (doors[place] for place in way), doors[0].town
    mate, token = f"/people/{town['mate'].id}", start_session(town, "operator")

    def reads(door: Door) -> tuple[int, int]:
        return door.ask("operator", "GET", mate, token=token).status_code, door.look(f"/pegawai/{town['mate'].id}", token).status_code

    assert reads(there) == (200, 200)
    here.do("admin", "POST", f"{mate}/move", {"unit_code": "DAGO", "reason": "SK mutasi"})
    assert (reads(there), reads(here)) == ((403, 403), (403, 403))
    there.do("admin", "POST", f"{mate}/move", {"unit_code": "CIROYOM", "reason": "SK mutasi dibatalkan"})
    assert reads(here) == (200, 200)


@ways
@pytest.mark.parametrize("by", ["api", "page"])
def test_a_session_that_ended_at_one_process_is_over_at_the_other(doors: tuple[Door, Door], way: tuple[int, int], by: str) -> None:
    (here, there), town = (doors[place] for place in way), doors[0].town
    lost, kept = start_session(town, "stranger"), start_session(town, "stranger")

    def enters(door: Door, token: str) -> tuple[int, int]:
        return door.ask("stranger", "GET", "/me", token=token).status_code, door.look("/akun", token).status_code

    assert (enters(there, lost), enters(there, kept)) == ((200, 200), (200, 200))
    if by == "api":
        assert here.ask("stranger", "DELETE", "/me/other-sessions", token=kept).status_code == 204
    else:
        assert here.send("/akun", "/akun/keluar-lainnya", kept).status_code == 303
    assert (enters(there, lost), enters(here, lost)) == ((401, 303), (401, 303))
    assert there.look("/akun", lost).headers["location"].startswith("/masuk")
    assert enters(there, kept) == (200, 200)


@ways
def test_an_account_that_one_process_closed_enters_at_the_other_no_more(doors: tuple[Door, Door], way: tuple[int, int]) -> None:
    (here, there), town = (doors[place] for place in way), doors[0].town
    who = ("reviewer2", "reviewer3")[way[0]]
    token = start_session(town, who)
    assert (there.ask(who, "GET", "/me", token=token).status_code, there.look("/akun", token).status_code) == (200, 200)
    here.do("admin", "POST", f"/people/{town[who].id}/closing")
    assert (there.ask(who, "GET", "/me", token=token).status_code, there.look("/akun", token).status_code) == (401, 303)
