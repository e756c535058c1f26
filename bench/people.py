"""`people`: p95 of lists, of records and of the search for colleagues with a large staff against the same with a small one."""

from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Any

import httpx

from bench.client import write_request
from bench.crowd import gather_statistics
from bench.lines import Line
from bench.reads import MOST, ask_in_turn
from bench.stand import Stand
from bench.village import insert, settle
from models.database import Database
from models.ids import new_id
from models.people import EmployeeNumber, EmploymentKind, Person, Role, RoleGrant
from tests.building import Town
from tests.town import sign_in
from workflows.region.name_words import index_names

FIRST = "Sari Siti Dewi Rina Wati Ayu Sarah Nur Tuti Lilis Euis Iis Agus Asep Budi Dedi Dadang Ujang Eko Hendra Joko Iwan Rahmat Ahmad"
SECOND = "Kurnia Lestari Puspita Handayani Rahayu Sartika Maryam Fitri Amalia Anggraini Hidayat Ramdani Santoso Permana Setiawan Nugraha"
THIRD = "Wijaya Suryadi Mulyana Sutisna Kusuma Prasetya Saputra Firmansyah Hakim Supriatna Koswara Rosadi Sobari Wiguna Sumantri Subagja"
HOLDERS = 120  # of a role, however many people there are: more than two pages
AT_ONCE = 2_000
NAMED = ("sar", "dewi%20kus", "rah%20rahm%20wi")  # of very many people, of many, of few
SEARCHES = {"colleagues by three letters": "sar", "colleagues by two words": "dewi%20kus", "colleagues by three words": "rah%20rahm%20wi"}


def measure(stand: Stand) -> list[Line]:
    """Both databases, each with few and with many people in the town's ten units, behind servers that are asked in turn."""
    return [line for kind, few, many in stand.open_pairs() for line in _measure_on(stand, kind, few, many)]


def _measure_on(stand: Stand, kind: str, few: Database, many: Database) -> list[Line]:
    size, fewer = stand.size, max(stand.size.directory // 100, HOLDERS)
    questions: dict[int, dict[str, list[bytes]]] = {}
    ports: dict[int, int] = {}
    for store, number in ((few, fewer), (many, size.directory)):
        stand.say(f"{kind}: {number:,} people are put in")
        town = settle(store)
        people = _add_people(town, number)
        ports[number] = stand.serve("api.app:create_app", store)
        questions[number] = _write_questions(town, people, ports[number], max(size.reads // 10, 3))
        gather_statistics(town)
    figures: dict[str, dict[int, float]] = {}
    for name in questions[fewer]:
        stand.say(f"{kind}: {name}")
        figures[name] = ask_in_turn(ports, {number: asked[name] for number, asked in questions.items()}, size)
    stand.numbers[kind] = figures
    return [
        Line("people", f"{name}, {kind}", at[size.directory], at[fewer], "ms p95", MOST, most=True, against=f"{fewer:,} people")
        for name, at in figures.items()
    ]


def _add_people(town: Town, number: int) -> list[str]:
    """So many people, spread over the town's units, with numbers and the words of their names; answers their ids, unit after unit."""
    units, draw = [town.units[code][0] for code in sorted(town.units)], Random(13)
    people = [_write_person(draw, units[place * len(units) // number]) for place in range(number)]
    for begin in range(0, number, AT_ONCE):
        some = people[begin : begin + AT_ONCE]
        insert(town.store, Person, some)
        numbers = [{"person_id": each["id"], "number": f"{begin + place:018}"} for place, each in enumerate(some)]
        insert(town.store, EmployeeNumber, [{**each, "valid_from": date(2020, 1, 1)} for each in numbers])
        with town.store.unit_of_work() as session:
            index_names(session, [each["id"] for each in some])
    ids = [str(each["id"]) for each in people]
    grants = [{"person_id": of, "role": Role.REVIEWER, "unit_id": town.units["KOTA"][0]} for of in ids[:: number // HOLDERS]]
    insert(town.store, RoleGrant, grants)
    return ids


def _write_person(draw: Random, unit_id: str) -> dict[str, Any]:
    name = " ".join(draw.choice(words.split()) for words in (FIRST, SECOND, THIRD))
    return {"id": new_id(), "name": name, "unit_id": unit_id, "kind": EmploymentKind.PNS}


def _write_questions(town: Town, people: list[str], port: int, number: int) -> dict[str, list[bytes]]:
    """What is asked, by whom: lists and records by an admin, names by people of one unit, of whom each may search 20 times a minute."""
    holders, admin = "/api/v1/people?role=reviewer&limit=50", town["admin"].headers
    after = httpx.get(f"http://127.0.0.1:{port}{holders}", headers=admin).json()["after"]
    of_unit = f"/api/v1/people?unit_id={town.units[min(town.units)][0]}&limit=100"  # a tenth of all
    behind = httpx.get(f"http://127.0.0.1:{port}{of_unit}", headers=admin).json()["after"]
    records = people[:: max(len(people) // number, 1)][:number]
    asked = {
        "who holds a role": [write_request("GET", holders, admin)],
        "the page behind it": [write_request("GET", f"{holders}&after={after}", admin)],
        "the list of a unit": [write_request("GET", of_unit, admin)],
        "the page of it behind that": [write_request("GET", f"{of_unit}&after={behind}" if behind else of_unit, admin)],
        "a name in the list of a unit": [write_request("GET", f"{of_unit}&name={typed}", admin) for typed in NAMED],
        "a name in all units": [write_request("GET", f"/api/v1/people?limit=100&name={typed}", admin) for typed in NAMED],
        "somebody's record": [write_request("GET", f"/api/v1/people/{person_id}", admin) for person_id in records],
    }
    askers = _sign_in(town, people[: number * len(SEARCHES)])
    for name, typed in SEARCHES.items():
        path = f"/api/v1/me/unit/people?name={typed}"
        asked[name] = [write_request("GET", path, {"Authorization": f"Bearer {next(askers)}"}) for _ in range(number)]
    return asked


def _sign_in(town: Town, people: list[str]) -> Iterator[str]:
    """Somebody's token after the other's."""
    with town.store.unit_of_work() as session:
        for person_id in people:
            sign_in(session, f"asker-{person_id}", person_id)
    return (f"token-of-asker-{person_id}" for person_id in people)
