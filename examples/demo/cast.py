"""The cast: units, people with their roles, offices, and the two calls, all registered through the API."""

import csv
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from examples.demo.theatre import PASSWORD, Player, Theatre
from workflows.region.call_files.reading import read_file

EXAMPLES = Path(__file__).parent.parent
PERSON_FIELDS = ("front_title", "name", "back_title", "employee_number", "kind", "grade", "rank_name", "position", "unit_code", "email")
PERIODS = {
    "standing_track": ("2026-01-05T00:00:00+07:00", "2027-12-31T23:59:59+07:00"),
    "city_contest": ("2026-05-04T00:00:00+07:00", "2026-06-30T23:59:59+07:00"),
}


@dataclass
class Cast:
    """Who plays: everybody by key, and the calls by name."""

    players: dict[str, Player] = field(default_factory=dict)
    calls: dict[str, dict[str, Any]] = field(default_factory=dict)

    def holding(self, role: str) -> list[Player]:
        """Everybody who holds a role such as `reviewer@KBDG`, or `reviewer` anywhere."""
        return [player for player in self.players.values() if any(role in (held, held.partition("@")[0]) for held in player.roles)]

    def head_of(self, unit_code: str) -> Player:
        """The head of a unit."""
        return self.holding(f"unit_head@{unit_code}")[0]


@cache
def read_people() -> list[dict[str, str]]:
    """The invented staff."""
    with (EXAMPLES / "people.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def read_units() -> list[dict[str, str]]:
    """The units, parents before children."""
    with (EXAMPLES / "units.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def founding_admins() -> list[dict[str, str]]:
    """The two people with whom the region is founded: what one of them begins, the other confirms."""
    return [row for row in read_people() if "admin@" in row["roles"]]


def sign_in(theatre: Theatre, row: dict[str, str], person_id: str, code: str) -> Player:
    """Activate a person's account with the one-time code and sign them in."""
    number = row["employee_number"]
    token = open_account(theatre, number, code)
    return Player(theatre, person_id, row["name"], number, [role for role in row["roles"].split(";") if role], token)


def open_account(theatre: Theatre, number: str, code: str) -> str:
    """Set the password by the one-time code; answers the token of a new sign-in."""
    theatre.ask("POST", "/activation", json={"identifier": number, "code": code, "password": PASSWORD})
    return str(theatre.ask("POST", "/tokens", json={"identifier": number, "password": PASSWORD})["access_token"])


def confirm_waiting(theatre: Theatre, second: Player, players: list[Player]) -> None:
    """Let the second admin confirm what waits for these people, and hand over the fresh code that comes with a first office."""
    known = {player.person_id: player for player in players}
    for waiting in second.get("/confirmations"):
        player = known.get(waiting["about_id"])
        if player is not None:
            code = second.post(f"/confirmations/{waiting['id']}/approval")["activation_code"]
            if code:
                player.token = open_account(theatre, player.number, code)


def register_units(admin: Player, advance: Callable[[], None]) -> None:
    """Register every unit but the root."""
    for unit in read_units():
        if unit["parent_code"]:
            admin.post("/units", unit)
        advance()


def register_people(theatre: Theatre, admins: list[Player], advance: Callable[[], None]) -> dict[str, Player]:
    """Register everybody, sign them in, and give them their roles, which the second admin confirms where two must agree."""
    admin, second = admins

    def register(row: dict[str, str]) -> tuple[str, Player]:
        answer = admin.post("/people", {name: row[name] for name in PERSON_FIELDS})
        player = sign_in(theatre, row, answer["id"], answer["activation_code"])
        for held in filter(None, row["roles"].split(";")):
            role, _, unit_code = held.partition("@")
            if role != "proposer":
                admin.post(f"/people/{answer['id']}/roles", {"role": role, "unit_code": unit_code})
        if player.roles:
            confirm_waiting(theatre, second, [player])
        advance()
        return row["key"], player

    founders = {row["key"]: player for row, player in zip(founding_admins(), admins, strict=True)}
    with ThreadPoolExecutor(4) as threads:
        players = dict(threads.map(register, [row for row in read_people() if row["key"] not in founders]))
    return {**players, **founders}


@cache
def read_offices() -> list[dict[str, Any]]:
    """The offices that sign, a superior's before its units'."""
    offices: list[dict[str, Any]] = json.loads((EXAMPLES / "offices.json").read_text("utf-8"))
    return offices


def set_offices(admins: list[Player], players: dict[str, Player], advance: Callable[[], None]) -> None:
    """Set each office and appoint its holders for their days; the second admin confirms them."""
    admin, second = admins
    for row in read_offices():
        path = f"/units/{row['unit']}/office"
        admin.put(path, row["office"], version=0)
        for holder in row["holders"]:
            admin.post(f"{path}/holders", {"person_id": players[holder["person"]].person_id, **_days_of(holder)})
        advance()
    confirm_waiting(admin.theatre, second, list(players.values()))


def _days_of(holder: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in holder.items() if name != "person"}


def plan_calls(theatre: Theatre, cast: Cast, admin: Player) -> None:
    """Set the region's ceilings, plan both calls for the story's dates, sign their policies once their specimens are printed, open them."""
    chair, leader = cast.holding("chair")[0], cast.holding("leader")[0]
    leader.post("/ceilings", json.loads((EXAMPLES / "ceilings.json").read_text("utf-8")))
    for name, (opens_at, closes_at) in PERIODS.items():
        call = read_file((EXAMPLES / "calls" / f"{name}.yaml").read_bytes()).body
        cast.calls[name] = admin.post("/calls", {**call, "opens_at": opens_at, "closes_at": closes_at})
    theatre.settle()
    for name, call in cast.calls.items():
        chair.post(f"/calls/{call['id']}/policies/1/signature")
        cast.calls[name] = admin.post(f"/calls/{call['id']}/opening")
    theatre.note("Batas penghargaan ditetapkan; ketentuan kedua periode usulan disahkan ketua tim penilai")
