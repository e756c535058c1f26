"""`pages`: the server's time for every page with many ideas against the same with few; nobody waits longer as years pass."""

from bench.client import send_all, write_request
from bench.crowd import add_crowd
from bench.lines import Line, median
from bench.stand import Size, Stand
from bench.village import settle
from models.database import Database
from tests.api.pages.browsing import start_session
from tests.browser.scene import LISTS, Shot, set_scene
from tests.building import Town

MOST = 1.5
TABLES = (  # at which those work who decide
    Shot("Daftar usulan yang terlambat", "secretary", "/daftar?due=overdue&sort=due"),
    Shot("Daftar usulan satu wilayah", "secretary", "/daftar?unit=ANDIR"),
    Shot("Daftar usulan dengan sebuah kata", "secretary", "/daftar?q=antrean"),
    Shot("Daftar usulan menurut tenggat", "secretary", "/daftar?sort=due"),
    Shot("Daftar usulan menurut nilai", "chair", "/daftar?sort=score"),
    Shot("Seleksi menurut tenggat", "secretary", "/daftar?stage=screening&sort=due"),
    Shot("Telaah menurut nilai", "chair", "/daftar?stage=shortlisted&sort=score"),
    Shot("Usulan wilayah menurut tenggat", "head", "/daftar?sort=due"),
)


def measure(stand: Stand) -> list[Line]:
    """Both databases; of each the page that grows most, and the middle of all."""
    return [line for kind, few, many in stand.open_pairs() for line in _measure_on(stand, kind, few, many)]


def _measure_on(stand: Stand, kind: str, few: Database, many: Database) -> list[Line]:
    size = stand.size
    towns, requests = {}, {}
    for store, number in ((few, size.few), (many, size.many)):
        stand.say(f"{kind}: {number:,} ideas are put in")
        towns[number] = settle(store)
        add_crowd(towns[number], number)
        requests[number] = _list_requests(towns[number])
    ports = {number: stand.serve("api.app:create_app", town.store) for number, town in towns.items()}
    figures: dict[str, dict[int, float]] = {}
    for caption in requests[size.few]:
        stand.say(f"{kind}: {caption}")
        figures[caption] = _ask(ports, {number: each[caption] for number, each in requests.items()}, size)
    stand.numbers[kind] = figures
    tables = {shot.caption: figures[shot.caption] for shot in (*LISTS[:1], *TABLES)}
    worst, table = _find_worst(figures, size), _find_worst(tables, size)
    told = {
        f"of {len(figures)} the one that grows most ({worst})": figures[worst],
        f"of the desk's {len(tables)} tables the one that grows most ({table})": figures[table],
        "the middle of all": {number: median([each[number] for each in figures.values()]) for number in towns},
    }
    return [
        Line("pages", f"{name}, {kind}", at[size.many], at[size.few], "ms", MOST, most=True, against=f"{size.few:,} ideas")
        for name, at in told.items()
    ]


def _find_worst(figures: dict[str, dict[int, float]], size: Size) -> str:
    """The caption of the page that grows most."""
    return max(figures, key=lambda caption: figures[caption][size.many] / figures[caption][size.few])


def _list_requests(town: Town) -> dict[str, bytes]:
    """A request for each page that there is, by its caption."""
    shots = [
        shot for shot in (*set_scene(town), *TABLES) if not shot.press and shot.caption not in ("Tidak ditemukan", "Halaman yang tidak ada")
    ]
    cookies = {who: f"gagas_session={start_session(town, who)}" for who in {shot.who for shot in shots if shot.who}}
    return {
        shot.caption: write_request("GET", shot.path.partition("#")[0], {"Cookie": cookies[shot.who]} if shot.who else {}) for shot in shots
    }


def _ask(ports: dict[int, int], requests: dict[int, bytes], size: Size) -> dict[int, float]:
    """The middle time in ms at each server; short spells in turn, so that whatever else the machine does meets both."""
    spells: dict[int, list[float]] = {at: [] for at in ports}
    for turn in range(size.spells):
        for at, port in ports.items():
            load = send_all(port, [requests[at]] * max(size.reads // 40, 2), connections=1)
            if load.refused:
                raise RuntimeError(load.refused[0])
            spells[at] += load.each if turn else []  # the first warms up
    return {at: median(each) * 1000 for at, each in spells.items()}
