"""`reads`: p95 of an idea, lists and the inbox with many ideas against the same with few; what is asked costs no more as years pass."""

import json

from bench.client import Load, send_all, write_request
from bench.crowd import add_crowd
from bench.lines import Line, median, percentile
from bench.stand import Size, Stand
from bench.village import add_ideas, settle
from models.database import Database
from tests.building import Town

OWN = 20
MOST = 1.5


def measure(stand: Stand) -> list[Line]:
    """Both databases, each with few and with many ideas behind servers of their own that are asked in turn."""
    return [line for kind, few, many in stand.open_pairs() for line in _measure_on(stand, kind, few, many)]


def _measure_on(stand: Stand, kind: str, few: Database, many: Database) -> list[Line]:
    size = stand.size
    towns = {}
    for store, number in ((few, size.few), (many, size.many)):
        stand.say(f"{kind}: {number:,} ideas are put in")
        towns[number] = settle(store)
        add_crowd(towns[number], number)
    own = {number: add_ideas(town, OWN) for number, town in towns.items()}
    ports = {number: stand.serve("api.app:create_app", towns[number].store) for number in towns}
    figures: dict[str, dict[int, float]] = {}
    for name in _questions(towns[size.few], own[size.few]):
        stand.say(f"{kind}: {name}")
        figures[name] = ask_in_turn(ports, {number: _questions(towns[number], own[number])[name] for number in towns}, size)
    stand.numbers[kind] = figures
    return [
        Line("reads", f"{name}, {kind}", at[size.many], at[size.few], "ms p95", MOST, most=True, against=f"{size.few:,} ideas")
        for name, at in figures.items()
    ]


def _questions(town: Town, own: list[str]) -> dict[str, list[bytes]]:
    """What is asked, by whom; several requests where each idea is another."""

    def get(who: str, *paths: str) -> list[bytes]:
        return [write_request("GET", f"/api/v1{path}", town[who].headers) for path in paths]

    return {
        "an idea, by its proposer": get("lead", *(f"/ideas/{id_}" for id_ in own)),
        "newest ideas, by the secretariat": get("secretary", "/ideas"),
        "ideas in screening, by the secretariat": get("secretary", "/ideas?stage=screening"),
        "ideas by date, by the secretariat": get("secretary", "/ideas?sort=due"),
        "ideas by score, by the chair": get("chair", "/ideas?sort=score"),
        "newest ideas, by a district's head": get("head", "/ideas"),
        "my ideas, by a proposer": get("lead", "/ideas?mine=true"),
        "all I may see, by a proposer": get("lead", "/ideas"),
        "inbox of the secretariat": get("secretary", "/inbox"),
        "inbox of a proposer": get("mate", "/inbox"),
    }


def ask_in_turn(ports: dict[int, int], requests: dict[int, list[bytes]], size: Size) -> dict[int, float]:
    """p95 in ms at each server; short spells in turn, so that whatever else the machine does meets both."""
    spells: dict[int, list[Load]] = {at: [] for at in ports}
    for turn in range(size.spells):
        for at, port in ports.items():
            some = [requests[at][place % len(requests[at])] for place in range(max(size.reads // 10, 3))]
            load = send_all(port, some, connections=2)
            if load.refused:
                raise RuntimeError(json.dumps(load.refused[0]))
            spells[at] += [load] if turn else []  # the first warms up
    return {at: median([percentile(load.each, 0.95) * 1000 for load in loads]) for at, loads in spells.items()}
