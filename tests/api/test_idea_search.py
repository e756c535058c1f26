"""The list of ideas is searched, narrowed, sorted, counted and turned back in, and tells nobody more than its lines do."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import update

from models.ideas import Idea
from models.instants import now
from models.people import Role
from models.stages import IdeaStage
from tests.api.either import client
from tests.api.test_lists import read_all
from tests.asking import ask
from tests.building import Town
from workflows.process import browse
from workflows.review.score import score_idea

__all__ = ["client"]
pytestmark = pytest.mark.slow
HOSTILE = (
    '"',
    '"+OR+NEAR(',
    "a+%26+!b",
    "a%3A*",
    "(a|b)",
    "^a",
    "_a",
    "a*",
    "title:a",
    "%26%26",
    "'",
    "%",
    "_",
    "\\",
    "%00",
    "';DROP TABLE idea;--",
    "(",
    "*",
    "%F0%9F%98%80",
    "%ED%A0%80",
    " ",
    "a " * 90,
    "NEAR/2 OR",
    "[a-z]",
)


def ids(client: TestClient, town: Town, who: str, query: str) -> list[str]:
    answer = ask(client, town[who], f"GET /ideas?{query}")
    assert answer.status_code == 200, answer.text
    return [line["id"] for line in answer.json()["ideas"]]


def set_due(town: Town, idea: str, days: int | None) -> None:
    with town.store.unit_of_work() as session:
        due = None if days is None else now() + timedelta(days=days)
        session.execute(update(Idea).where(Idea.id == idea).values(due_at=due))  # type: ignore[arg-type]


def test_an_idea_is_found_by_words_of_its_title_code_and_unit(either_town: Town, client: TestClient) -> None:
    queue = either_town.build_idea(IdeaStage.SCREENING, title="Antrean 100% daring di loket")
    said = {"background": "Warga membuang sampah ke sungai.", "idea": "Tabungan dari botol yang dipilah di PUSKESMAS."}
    bank = either_town.build_idea(IdeaStage.SCREENING, title="Bank Sampah Warga", lead="mate", sections=said)
    code = either_town.idea(bank).code
    for asked, found in (
        ("q=antrean", [queue]),
        ("q=LOKET+antrean", [queue]),
        ("q=antrean+sampah", []),
        ("q=mengantri+online", [queue]),
        ("q=antr", [queue]),
        ("q=pembuangan", [bank]),
        ("q=pusat+kesehatan+masyarakat", [bank]),
        ("q=%25", []),
        ("q=lok-+%25", [queue]),
        (f"q={code}", [bank]),
        ("q=ciroyom", [bank]),
        ("q=maleber+daring", [queue]),
        ("q=100%25", [queue]),
        ("q=1_0", []),
        ("unit=ANDIR", [bank, queue]),
        ("unit=ciroyom", [bank]),
        ("unit=kelurahan+maleber", [queue]),
        ("unit=nowhere", []),
        ("unit=MALEBER&q=bank", []),
    ):
        assert ids(client, either_town, "secretary", asked) == found, asked
    for typed in HOSTILE:
        for name in ("q", "unit"):
            assert ask(client, either_town["secretary"], f"GET /ideas?{name}={typed}").status_code in (200, 422), typed


def test_ideas_come_by_their_date_and_those_that_nobody_owes_last(either_town: Town, client: TestClient) -> None:
    late, soon, later, none = (either_town.build_idea(IdeaStage.SCREENING) for _ in range(4))
    kept = either_town.build_idea(IdeaStage.REJECTED)
    for idea, days in ((late, -3), (soon, 2), (later, 20), (none, None), (kept, -9)):
        set_due(either_town, idea, days)
    pages = read_all(client, either_town["secretary"], "ideas", sort="due", limit=2)
    listed = [line["id"] for page in pages for line in page]
    assert listed[:3] == [late, soon, later]
    assert set(listed[3:]) == {none, kept}
    assert ids(client, either_town, "secretary", "overdue=true") == [late]
    within = (now() + timedelta(days=5)).date().isoformat()
    assert ids(client, either_town, "secretary", f"due_before={within}&sort=due") == [late, soon]


def test_ideas_come_by_score_and_a_score_not_to_be_known_places_nothing(either_town: Town, client: TestClient) -> None:
    ideas = [either_town.build_idea(IdeaStage.SHORTLISTED, points=points) for points in (80, 95, 70)]
    by_score = [ideas[1], ideas[0], ideas[2]]
    for who in ("secretary", "chair", "auditor"):
        lines = ask(client, either_town[who], "GET /ideas?sort=score").json()["ideas"]
        assert [line["id"] for line in lines] == by_score
        assert [line["score"] for line in lines] == ["95", "80", "70"]
        assert {line["spread"] for line in lines} == {"0"}
        assert [line["id"] for page in read_all(client, either_town[who], "ideas", sort="score", limit=1) for line in page] == by_score
    for who in ("lead", "mate", "head"):
        lines = ask(client, either_town[who], "GET /ideas?sort=score").json()["ideas"]
        assert [line["id"] for line in lines] == ideas[::-1], who
        assert {(line["score"], line["spread"]) for line in lines} == {(None, None)}
    either_town.take(ideas[2], "recommend feasible", "determine adopted")
    lines = ask(client, either_town["lead"], "GET /ideas?sort=score").json()["ideas"]
    assert [(line["id"], line["score"], line["spread"]) for line in lines[:1]] == [(ideas[2], "70", None)]


def test_a_spread_is_told_to_the_committee_alone_and_to_none_of_it_who_judges(either_town: Town, client: TestClient) -> None:
    idea = either_town.build_idea(IdeaStage.IN_REVIEW)
    first, second, third = either_town.reviewers(idea)[:3]
    either_town.give_role(third, Role.SECRETARIAT, "BAPPEDA")
    for who, points in ((first, 90), (second, 60)):
        either_town.do(score_idea, idea, {"novelty": Decimal(points), "impact": Decimal(points)}, by=who)
    told = {who: ask(client, either_town[who], "GET /ideas").json()["ideas"] for who in either_town.people}
    spreads = {who: lines[0]["spread"] for who, lines in told.items() if lines}
    committee = {"secretary", "chair", "leader", "deputy", "verifier", "auditor", "admin", "second_admin"}
    assert {who for who, spread in spreads.items() if spread == "30"} == committee
    assert {spread for who, spread in spreads.items() if who not in committee} == {None}
    assert third in spreads


def test_lists_tell_totals_per_stage_and_say_when_they_stopped_counting(
    either_town: Town, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for stage in (IdeaStage.SCREENING, IdeaStage.SCREENING, IdeaStage.SCREENING, IdeaStage.REJECTED):
        either_town.build_idea(stage)
    either_town.build_idea(IdeaStage.DRAFT)

    def told(who: str, query: str = "") -> tuple[Any, ...]:
        answer = ask(client, either_town[who], f"GET /ideas?count=true&limit=1&{query}").json()
        return answer["total"], answer["total_is_exact"], answer["by_stage"]

    assert told("secretary") == (4, True, {"screening": 3, "rejected": 1})
    assert told("secretary", "stage=rejected") == (1, True, {"screening": 3, "rejected": 1})
    assert told("lead") == (5, True, {"draft": 1, "screening": 3, "rejected": 1})
    assert told("stranger") == (0, True, {})
    assert told("secretary", "q=tidak-ada") == (0, True, {})
    assert ask(client, either_town["secretary"], "GET /ideas").json()["total"] is None
    monkeypatch.setattr(browse, "MANY", 2)
    assert told("secretary") == (2, False, {"screening": 2, "rejected": 1})
    assert told("secretary", "stage=rejected") == (1, True, {"screening": 2, "rejected": 1})


@pytest.mark.parametrize("sort", ["newest", "due", "score"])
def test_one_turns_back_to_the_page_one_came_from(either_town: Town, client: TestClient, sort: str) -> None:
    for points in (61, 72, 83, 94, 75):
        either_town.build_idea(IdeaStage.SHORTLISTED, points=points)
    pages, after = [], ""
    while True:
        pages.append(ask(client, either_town["chair"], f"GET /ideas?sort={sort}&limit=2{after}").json())
        if pages[-1]["after"] is None:
            break
        after = f"&after={pages[-1]['after']}"
    assert [len(page["ideas"]) for page in pages] == [2, 2, 1]
    assert pages[0]["before"] is None
    for page, former in ((pages[2], pages[1]), (pages[1], pages[0])):
        back = ask(client, either_town["chair"], f"GET /ideas?sort={sort}&limit=2&before={page['before']}").json()
        assert [line["id"] for line in back["ideas"]] == [line["id"] for line in former["ideas"]]
        assert (back["before"] is None, back["after"]) == (former is pages[0], former["after"])
    for other in {"newest", "due", "score"} - {sort}:
        wrong = ask(client, either_town["chair"], f"GET /ideas?sort={other}&after={pages[0]['after']}")
        assert (wrong.status_code, wrong.json()["type"]) == (422, "urn:gagas:problem:cursor_invalid"), other


def test_a_blind_reviewer_finds_no_idea_by_its_unit(either_town: Town, client: TestClient) -> None:
    idea = either_town.build_idea(IdeaStage.IN_REVIEW)
    reviewer = either_town.reviewers(idea)[0]
    for asked in ("q=maleber", "unit=MALEBER", "unit=ANDIR", "unit=KOTA"):
        assert ids(client, either_town, "secretary", asked) == [idea], asked
        assert ids(client, either_town, reviewer, asked) == [], asked
    assert ids(client, either_town, reviewer, "q=antrean") == [idea]
