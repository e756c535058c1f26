"""Colleagues' ideas over the API: what is told of one, what is not, and that a reviewer cannot tell a supported idea from another."""

from fastapi.testclient import TestClient

from models.stages import IdeaStage
from tests.asking import ask, check_problem
from tests.building import SECTIONS, Town
from tests.sharing import OPEN, build_shared
from tests.steps import REASON
from tests.worlds import describe
from workflows.intake.colleagues import support_idea
from workflows.intake.commenting import write_comment


def test_a_colleague_is_told_what_an_idea_proposes_and_none_of_its_stage_score_money_or_history(town: Town, client: TestClient) -> None:
    idea = town.build_idea(IdeaStage.SHORTLISTED, call=town.build_call(**OPEN), budget_rupiah=98_765_432)
    said = ask(client, town["walker"], f"GET /shared-ideas/{idea}").json()
    assert said == {
        "id": idea,
        "code": town.idea(idea).code,
        "title": "Antrean daring kelurahan",
        "call_id": town.idea(idea).call_id,
        "unit": "Kelurahan Maleber",
        "step": "review",
        "theme": "",
        "sections": SECTIONS,
        "answers": {},
        "team": [town["lead"].name, town["mate"].name],
        "standing": "colleague",
        "is_open": True,
        "takes_comments": True,
        "regard": {"supports": 0, "comments": 0, "is_supported": False, "is_followed": False},
    }
    line = {name: said[name] for name in ("id", "code", "title", "call_id", "unit", "step")}
    assert ask(client, town["walker"], "GET /shared-ideas?q=antre").json() == {"ideas": [line], "after": None}
    check_problem(ask(client, town["walker"], f"GET /ideas/{idea}"), 404, "idea_not_found", language="id")
    assert ask(client, town["walker"], "GET /ideas").json()["ideas"] == []


def test_support_is_put_and_taken_away_and_a_comment_written_once_under_one_key(town: Town, client: TestClient) -> None:
    idea = build_shared(town)
    place, walker = f"/shared-ideas/{idea}", town["walker"]
    for _ in range(2):
        regard = ask(client, walker, f"PUT {place}/support").json()
        assert regard == {"supports": 1, "comments": 0, "is_supported": True, "is_followed": False}
    assert ask(client, walker, f"PUT {place}/follow").json()["is_followed"]
    assert ask(client, walker, f"DELETE {place}/support").json()["supports"] == 0
    assert not ask(client, walker, f"DELETE {place}/follow").json()["is_followed"]
    answers = [ask(client, walker, f"POST {place}/comments", {"text": "Bagus."}, idempotency_key="sekali") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    [comment] = ask(client, town["stranger"], f"GET {place}/comments").json()["comments"]
    assert (comment["text"], comment["by"], comment["state"]) == ("Bagus.", walker.name, "open")
    ask(client, town["secretary"], f"POST {place}/comments/{comment['id']}/hiding", {"reason": REASON})
    [hidden] = ask(client, town["stranger"], f"GET {place}/comments").json()["comments"]
    assert (hidden["text"], hidden["by"], hidden["unit"], hidden["hide_reason"], hidden["state"]) == (None, None, None, "", "hidden")


def test_who_reviews_cannot_tell_a_supported_idea_from_one_that_nobody_supports(town: Town, client: TestClient) -> None:
    idea = build_shared(town)
    judge = town[town.reviewers(idea)[0]]
    headers = {**judge.headers, "Cookie": f"gagas_session={judge.token}", "Accept-Encoding": "identity"}
    api = ("/ideas", f"/ideas/{idea}", f"/ideas/{idea}/history", "/shared-ideas", f"/shared-ideas/{idea}", f"/shared-ideas/{idea}/comments")
    addresses = (*(f"/api/v1{path}" for path in api), f"/usulan/{idea}", "/rekan", f"/rekan/{idea}", "/daftar", "/kotak-masuk")

    def look() -> dict[str, str]:
        return {address: describe(client.get(address, headers=headers, follow_redirects=False)) for address in addresses}

    before = look()
    town.do(support_idea, idea, by="walker")
    town.do(write_comment, idea, "Yang terbaik.", by="stranger")
    assert look() == before
    assert '"reviewers_apart' not in before[f"/api/v1/ideas/{idea}"]
    assert "reviewers_apart" in before[f"/api/v1/shared-ideas/{idea}"]
