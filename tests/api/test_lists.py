"""Long lists come page by page: everything once, in order, whatever is added meanwhile, and nothing the asker may not know of."""

from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlmodel import col, select

from models.documents import DocumentKind
from models.inbox import InboxItem
from models.instants import now
from models.people import Account
from models.stages import AwardStage, IdeaStage
from tests.api.either import client
from tests.asking import ask
from tests.building import Town
from tests.conftest import ALL
from tests.town import TownPerson
from workflows.intake.team import MemberShare
from workflows.process import browse, keyset, waiting
from workflows.process.waiting import list_inbox
from workflows.recognition import opening
from workflows.recognition.letters import number_receipt
from workflows.reward import browse as awards_browse

__all__ = ["client"]
pytestmark = pytest.mark.slow

COUNT = 7 if ALL else 5


def read_all(client: TestClient, who: TownPerson, path: str, **query: Any) -> list[list[dict[str, Any]]]:
    """The pages of a list, each asked for with the cursor of the one before."""
    pages: list[list[dict[str, Any]]] = []
    after: dict[str, str] = {}
    while True:
        asked = "&".join(f"{name}={value}" for name, value in {**query, **after}.items())
        answer = ask(client, who, f"GET /{path}?{asked}")
        assert answer.status_code == 200, answer.text
        pages.append(answer.json()[path])
        if answer.json()["after"] is None:
            return pages
        after = {"after": answer.json()["after"]}


def test_ideas_awards_documents_and_calls_come_once_each_and_newest_first(either_town: Town, client: TestClient) -> None:
    awards = [either_town.build_award(AwardStage.ANNOUNCED) for _ in range(COUNT)]
    ideas = [award["idea_id"] for award in ask(client, either_town["auditor"], "GET /awards").json()["awards"]]
    for idea in reversed(ideas):
        either_town.do(number_receipt, idea, by="flow:recognition")
    calls = [either_town.build_call() for _ in range(COUNT)]
    for limit in (1, 3, COUNT, COUNT + 1):
        for path, key, wanted in (("awards", "id", awards[::-1]), ("ideas", "id", ideas), ("documents", "idea_id", ideas)):
            pages = read_all(client, either_town["auditor"], path, limit=limit, **({"kind": "receipt"} if path == "documents" else {}))
            assert [row[key] for page in pages for row in page] == wanted, path
            assert {len(page) for page in pages[:-1]} <= {limit}
            assert len(pages) == -(-COUNT // limit)
        listed = [call["id"] for page in read_all(client, either_town["lead"], "calls", limit=limit) for call in page]
        assert sorted(listed) == sorted([*calls, either_town.call])


def test_an_inbox_goes_on_behind_ideas_one_has_part_in(either_town: Town) -> None:
    shared = tuple(MemberShare(either_town[who].number, 5_000) for who in ("lead", "secretary"))
    for _ in range(3):
        either_town.build_idea(IdeaStage.SCREENING, team=shared)
    others = {either_town.build_idea(IdeaStage.SCREENING) for _ in range(3)}
    with either_town.store.reading() as session:
        secretary = either_town.actor(session, "secretary")
        for limit in (1, 2, 3, 4, 50):
            listed = [awaited.idea.id for awaited in list_inbox(session, actor=secretary, limit=limit)]
            assert len(listed) == len(set(listed)) == min(limit, 3)
            assert others.issuperset(listed)


def test_an_inbox_comes_in_pages_both_ways_with_its_total_and_scores(
    either_town: Town, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who errs: an inbox cut silently at 200. One's own idea leaves no trace on a page nor in the total; what has no date comes last."""
    shared = tuple(MemberShare(either_town[who].number, 5_000) for who in ("lead", "chair"))
    for _ in range(2):
        either_town.build_idea(IdeaStage.SHORTLISTED, points=80, team=shared)
    idea, *_ = [either_town.build_idea(IdeaStage.SHORTLISTED, points=80) for _ in range(3)]
    with either_town.store.unit_of_work() as session:
        session.execute(sa.update(InboxItem).where(col(InboxItem.idea_id) == idea).values(due_at=None))
    chair = either_town["chair"]
    whole = ask(client, chair, "GET /inbox?count=true").json()
    ids = [item["id"] for item in whole["inbox"]]
    assert (whole["total"], whole["total_is_exact"], whole["after"], whole["before"]) == (len(ids), True, None, None)
    assert {item["idea"]["score"] for item in whole["inbox"] if item["task"] == "recommend"} == {"80"}
    dates = [item["due_at"] or "9" for item in whole["inbox"]]
    assert (dates, dates[-1]) == (sorted(dates), "9")
    for limit in (1, 2, len(ids), len(ids) + 1):
        pages = read_all(client, chair, "inbox", limit=limit)
        assert [item["id"] for page in pages for item in page] == ids
        assert len(pages) == -(-len(ids) // limit)
    first = ask(client, chair, "GET /inbox?limit=2").json()
    second = ask(client, chair, f"GET /inbox?limit=2&after={first['after']}").json()
    assert first["total"] is None
    assert ask(client, chair, f"GET /inbox?limit=2&before={second['before']}").json() == first
    for wrong in ("after=x", "before=" + first["after"][:-4], "limit=201", "limit=0"):
        assert ask(client, chair, f"GET /inbox?{wrong}").status_code == 422
    monkeypatch.setattr(waiting.count_waiting, "__kwdefaults__", {"most": 1, "about": None})
    counted = ask(client, chair, "GET /inbox?count=true").json()
    assert (counted["total"], counted["total_is_exact"]) == (1, False)


def test_what_waits_for_somebody_who_is_gone_comes_in_pages_with_its_total(either_town: Town, client: TestClient) -> None:
    ideas = [either_town.build_idea(IdeaStage.SUPPLEMENT_ASKED) for _ in range(3)]
    with either_town.store.unit_of_work() as session:
        session.exec(select(Account).where(Account.person_id == either_town["lead"].id)).one().closed_at = now()
    first = ask(client, either_town["secretary"], "GET /inbox/stranded?limit=2&count=true").json()
    rest = ask(client, either_town["secretary"], f"GET /inbox/stranded?limit=2&after={first['after']}").json()
    assert {item["idea"]["id"] for item in first["inbox"] + rest["inbox"]} == set(ideas)
    assert (len(first["inbox"]), first["total"], first["total_is_exact"], rest["after"]) == (2, 3, True, None)
    assert ask(client, either_town["chair"], "GET /inbox/stranded?count=true").json()["total"] == 0


def test_people_come_by_name(either_town: Town, client: TestClient) -> None:
    pages = read_all(client, either_town["secretary"], "people", role="reviewer", limit=1)
    names = [person["name"] for page in pages for person in page]
    assert len(names) == len(set(names)) == len(pages) > 1
    assert names == sorted(names)


def test_what_is_added_while_somebody_reads_shifts_nothing(either_town: Town, client: TestClient) -> None:
    before = [either_town.build_idea(IdeaStage.SUBMITTED) for _ in range(3)]
    first = ask(client, either_town["auditor"], "GET /ideas?limit=2").json()
    either_town.build_idea(IdeaStage.SUBMITTED)
    rest = ask(client, either_town["auditor"], f"GET /ideas?limit=2&after={first['after']}").json()
    assert [idea["id"] for idea in first["ideas"] + rest["ideas"]] == before[::-1]


def test_one_may_list_what_was_handed_to_oneself_alone(either_town: Town, client: TestClient) -> None:
    either_town.do(number_receipt, either_town.build_idea(IdeaStage.SUBMITTED), by="flow:recognition")
    for who, count in (("lead", 1), ("auditor", 0)):
        assert len(ask(client, either_town[who], "GET /documents?mine=true").json()["documents"]) == count
    (listed,) = ask(client, either_town["auditor"], "GET /documents").json()["documents"]
    assert listed["kind"] == DocumentKind.RECEIPT


def test_awards_and_documents_tell_their_total_where_it_is_asked_for(
    either_town: Town, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Up to 1,000, and of awards only those that the asker may know of."""
    for stage in (AwardStage.ANNOUNCED, AwardStage.ANNOUNCED, AwardStage.PROPOSED):
        award = either_town.build_award(stage)
        either_town.do(number_receipt, either_town.award(award).idea_id, by="flow:recognition")
    for who, awards, documents in (("auditor", 3, 3), ("secretary", 3, 3), ("admin", 2, 3), ("lead", 2, 3), ("stranger", 0, 0)):
        for path, total in (("awards", awards), ("documents", documents)):
            told = ask(client, either_town[who], f"GET /{path}?count=true&limit=1").json()
            assert (told["total"], told["total_is_exact"]) == (total, True), (who, path)
    assert ask(client, either_town["auditor"], "GET /documents").json()["total"] is None
    for room in (browse, awards_browse, opening):
        monkeypatch.setattr(room, "MANY", 2)
    for path in ("awards", "documents"):
        told = ask(client, either_town["auditor"], f"GET /{path}?count=true").json()
        assert (told["total"], told["total_is_exact"]) == (2, False)


def test_awards_that_may_not_be_told_leave_no_trace_on_a_page(
    either_town: Town, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither by a cursor to an empty page, nor by one that names a row which was not shown."""
    monkeypatch.setattr(keyset, "AT_ONCE", 2)
    either_town.build_award(AwardStage.PROPOSED)
    announced = [either_town.build_award(AwardStage.ANNOUNCED) for _ in range(2)]
    for who in ("lead", "chair", "admin"):
        first = ask(client, either_town[who], "GET /awards?limit=1").json()
        for _ in range(3):
            either_town.build_award(AwardStage.PROPOSED)
        assert ask(client, either_town[who], "GET /awards?limit=1").json() == first
        assert [award["id"] for award in first["awards"]] == announced[1:]
        last = ask(client, either_town[who], f"GET /awards?limit=1&after={first['after']}").json()
        assert [award["id"] for award in last["awards"]] == announced[:1]
        assert last["after"] is None
        for one in ("auditor", "secretary"):
            pages = read_all(client, either_town[one], "awards", limit=3)
            assert set(announced) < {award["id"] for page in pages for award in page}
