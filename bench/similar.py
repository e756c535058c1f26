"""`similar`: what is found of the same in other words against BM25; how long that, a search and the desk's table take among many ideas."""

from datetime import timedelta
from functools import cache
from itertools import islice
from typing import Any

from sqlmodel import Session, select

from bench.client import write_request
from bench.crowd import gather_statistics
from bench.library import Find, Library, LibraryText, find_plainly, measure_recall, write_library
from bench.lines import Line
from bench.reads import ask_in_turn
from bench.stand import Stand
from bench.village import insert, settle
from models.calls import PolicyVersion
from models.database import Database
from models.ideas import Idea, Revision, TeamMember
from models.ids import new_id
from models.instants import now
from models.search import SearchText
from models.stages import IdeaStage
from tests.api.pages.browsing import start_session
from tests.building import Town
from workflows.calculations.words import EDITION, read_text_terms
from workflows.intake.search_terms import SearchedText, write_terms
from workflows.intake.similar import find_similar_to

LIBRARY, GROUPS, FIRST = 10_000, 200, 5  # texts, groups that are asked for in other words, and among how many first ones
MOST, MOST_SEARCH = 3, 1.5
AT_ONCE = 5_000  # rows put in by one statement
FEW = 40  # ideas of the walker, who is searched for by name; all others are the stranger's
OURS = "BM25 over our terms"
UNITS = ("MALEBER", "CIROYOM", "DAGO", "ANDIR", "COBLONG")


def measure(stand: Stand) -> list[Line]:
    """Both databases: what is found, then how long it takes."""
    lines = []
    for kind, few, many in stand.open_pairs():
        stand.say(f"{kind}: texts are put in")
        number = min(LIBRARY, stand.size.many)
        library = write_library(number, min(GROUPS, number // 5))
        towns = {stand.size.few: _fill(few, write_library(stand.size.few, 0)), stand.size.many: settle(many)}
        groups = add_library(towns[stand.size.many], library.texts)
        lines += _measure_recall(stand, kind, towns[stand.size.many], library, groups)
        rest = write_library(stand.size.many - number, 0, seed=2).texts
        add_library(towns[stand.size.many], rest)
        lines += _measure_time(stand, kind, towns)
    return lines


def find_among_ideas(session: Session, town: Town, groups: dict[str, int]) -> Find:
    """Finds as the secretariat is shown it; `groups` by the ids of ideas."""
    actor = town.actor(session, "secretary")

    def find(asked: LibraryText) -> list[int]:
        return [groups[each.idea.id] for each in find_similar_to(session, SearchedText(asked.title, asked.body), actor=actor)]

    return find


def add_library(town: Town, texts: tuple[LibraryText, ...]) -> dict[str, int]:
    """Texts as ideas of two others that are screened, each a second younger; answers the group of each by its id."""
    call, lead, begun = town.call, town["stranger"].id, now() - timedelta(days=1_000)
    [policy] = town.rows(select(PolicyVersion.id).where(PolicyVersion.call_id == call))
    known, rows, groups = len(town.rows(select(Idea.id))), iter(texts), dict[str, int]()
    while some := list(islice(rows, AT_ONCE)):
        ids = [new_id() for _ in some]
        said = list(zip(ids, some, strict=True))
        place = {"call_id": call, "policy_id": policy, "stage": IdeaStage.SCREENING}
        written = {
            "number": 1,
            "form": "public_service",
            "medium": "digital",
            "author_id": lead,
            "salt": "0" * 64,
            "content_sha256": "0" * 64,
        }
        ideas: list[dict[str, Any]] = []
        leads: list[str] = []
        for number, (id_, text) in enumerate(said, known + len(groups)):
            leads.append(town["walker"].id if number < FEW else lead)
            at = begun + timedelta(seconds=number)
            instants = {"created_at": at, "submitted_at": at, "stage_since": at}
            unit = town.units[UNITS[number % len(UNITS)]][0]
            ideas.append(
                {"id": id_, "code": f"LAMA-{number}", "unit_id": unit, "title": text.title, **place, "lead_id": leads[-1], **instants}
            )
        insert(town.store, Idea, ideas)
        insert(town.store, Revision, [{"idea_id": i, "title": t.title, "sections": {"idea": t.body}, **written} for i, t in said])
        insert(
            town.store,
            TeamMember,
            [
                {"idea_id": i, "person_id": p, "position": 0, "lead": True, "share_hundredths": 10_000}
                for i, p in zip(ids, leads, strict=True)
            ],
        )
        terms = [{"idea_id": i, "revision": 1, "edition": EDITION, **write_terms(SearchedText(t.title, f"\n{t.body}"))} for i, t in said]
        insert(town.store, SearchText, terms)
        groups |= {id_: text.group for id_, text in said}
    gather_statistics(town)
    return groups


def _fill(store: Database, library: Library) -> Town:
    town = settle(store)
    add_library(town, library.texts)
    return town


def _measure_recall(stand: Stand, kind: str, town: Town, library: Library, groups: dict[str, int]) -> list[Line]:
    stand.say(f"{kind}: the same is looked for in other words")
    plain, with_our_terms = find_plainly(library, FIRST), find_plainly(library, FIRST, list_terms)
    unseen = library.keep_half(0)
    compared = ((library, "", "BM25", plain), (unseen, ", unseen while tuning", "BM25", plain), (library, "", OURS, with_our_terms))
    with town.store.reading() as session:
        find = cache(find_among_ideas(session, town, groups))
        return [
            Line(
                "similar",
                f"recall@{FIRST} of {len(part.asked)} among {len(part.texts):,}{of_which}, {kind}",
                measure_recall(part, find, FIRST),
                measure_recall(part, rival, FIRST),
                "of 1",
                None if against == OURS else 1,
                against=against,
            )
            for part, of_which, against, rival in compared
        ]


def list_terms(text: str) -> list[str]:
    """The terms by which a text is compared here."""
    return list(read_text_terms(text).terms)


def _measure_time(stand: Stand, kind: str, towns: dict[int, Town]) -> list[Line]:
    size = stand.size
    ports = {number: stand.serve("api.app:create_app", town.store) for number, town in towns.items()}
    asked = {number: _questions(town) for number, town in towns.items()}
    figures: dict[str, dict[int, float]] = {}
    for name in asked[size.few]:
        stand.say(f"{kind}: {name}")
        figures[name] = ask_in_turn(ports, {number: questions[name] for number, questions in asked.items()}, size)
    stand.numbers[kind] = figures
    return [
        Line(
            "similar",
            f"{name}, {kind}",
            at[size.many],
            at[size.few],
            "ms p95",
            MOST if name.startswith("similar") else MOST_SEARCH,
            most=True,
            against=f"{size.few:,} ideas",
        )
        for name, at in figures.items()
    ]


def _questions(town: Town) -> dict[str, list[bytes]]:
    """What the secretariat asks; of similar ideas about others each time."""
    ideas = town.rows(select(Idea.id).order_by(Idea.code).limit(40))  # type: ignore[arg-type]

    def get(who: str, *paths: str) -> list[bytes]:
        return [write_request("GET", f"/api/v1{path}", town[who].headers) for path in paths]

    def open_page(*paths: str) -> list[bytes]:
        cookie = {"Cookie": f"gagas_session={start_session(town, 'secretary')}"}
        return [write_request("GET", path, cookie) for path in paths]

    return {
        "similar ideas, by the secretariat": get("secretary", *(f"/ideas/{id_}/similar" for id_ in ideas)),
        "similar ideas, by a district's head": get("head", *(f"/ideas/{id_}/similar" for id_ in ideas[:1])),
        "search for a usual word, by the secretariat": get("secretary", "/ideas?q=puskesmas", "/ideas?q=sampah", "/ideas?q=berkas"),
        "search for two words, by the secretariat": get("secretary", "/ideas?q=pasien+lansia", "/ideas?q=parkir+mahasiswa"),
        "search for a word that hardly occurs, by the secretariat": get("secretary", "/ideas?q=zamrud"),
        "search for a name and a usual word, by the secretariat": get("secretary", "/ideas?q=pamungkas", "/ideas?q=lukman+sampah"),
        "search for a usual word, by a district's head": get("head", "/ideas?q=puskesmas", "/ideas?q=sampah"),
        "the desk's table searched, by the secretariat": open_page("/daftar?q=sampah", "/daftar?q=berkas&stage=screening&sort=due"),
    }
