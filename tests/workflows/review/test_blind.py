"""What a reviewer of a blind call is told is the same whoever proposes: two towns that differ in people and units alone answer alike.

Who would cheat: a reviewer who favours friends of another agency, and so looks for a name, a unit, a head. An inspector compares, channel
by channel, what the same reviewer was shown of the same words from two proposers.
"""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from models.people import Role, RoleGrant
from models.stages import IdeaStage
from tests.building import Shelf, Town
from tests.steps import REASON
from workflows.intake.permit import permit_idea
from workflows.review.reopen import reopen_idea

API = (
    "/ideas/{idea}",
    "/ideas/{idea}/history",
    "/ideas/{idea}/reviews",
    "/ideas/{idea}/pilot",
    "/ideas/{idea}/book",
    "/ideas",
    "/inbox",
    "/documents",
    "/awards",
)
PAGES = ("/usulan/{idea}", "/daftar", "/kotak-masuk", "/daftar?stage=in_review", "/usulan/{idea}/buku")
AFTER_PERMISSION = {
    IdeaStage.IN_REVIEW: (),
    IdeaStage.SHORTLISTED: ("score", "close_review"),
    IdeaStage.IN_PILOT: ("score", "close_review", "recommend feasible", "determine adopted", "plan_pilot", "start_pilot"),
}
PROPOSED = {  # lead, the head who permits, what the head says
    "andir": ("lead", "head", "Lurah Maleber menyetujui usulan Sari."),
    "coblong": ("stranger", "other_head", "Camat Coblong menyetujui usulan warganya, Wening."),
}


def propose(town: Town, where: str, stage: IdeaStage, **policy: Any) -> str:
    """The same words from one of two units, brought to a stage."""
    lead, head, said = PROPOSED[where]
    with town.store.unit_of_work() as session:
        session.add(RoleGrant(person_id=town["owner"].id, role=Role.PILOT_OWNER, unit_id=town.units["KOTA"][0]))
    idea = town.build_idea(IdeaStage.AWAITING_PERMISSION, call=town.build_call(reviewers=4, **policy), lead=lead)
    town.do(permit_idea, idea, granted=True, reason=said, by=head)
    town.take(idea, "screen accepted", "assign", *AFTER_PERMISSION[stage], lead=lead)
    return idea


def show_all(town: Town, client: TestClient, idea: str, who: str = "reviewer1") -> dict[str, str]:
    """Every answer that somebody gets of an idea; ids, hashes over them and the minutes of a day aside."""
    browser = TestClient(client.app, cookies={"gagas_session": town[who].token})
    said = {path: client.get("/api/v1" + path.format(idea=idea), headers=town[who].headers) for path in API}
    said |= {path: browser.get(path.format(idea=idea)) for path in PAGES}
    aside = re.compile(r"\b(?:[0-9a-f]{64}|[0-9a-f]{32}|[0-9a-z]{26})\b|(?<=T)[0-9:.]+(?=Z|\+)|[0-9]{2}\.[0-9]{2}(?= WIB)")
    return {
        path: f"{answer.status_code} {aside.sub('-', str(answer.headers.get('etag')))} {aside.sub('-', answer.text)}"
        for path, answer in said.items()
    }


@pytest.mark.parametrize("stage", AFTER_PERMISSION)
def test_a_reviewer_cannot_tell_two_proposers_apart(shelf: Shelf, client: TestClient, stage: IdeaStage) -> None:
    shown = []
    for where in PROPOSED:
        town = shelf.open_town()
        shown.append(show_all(town, client, propose(town, where, stage)))
    for path in (*API, *PAGES):
        assert shown[0][path] == shown[1][path], path
    assert "Antrean daring" in shown[0]["/usulan/{idea}"]


@pytest.mark.parametrize("who", ["secretary", "chair", "lead"])
def test_who_does_not_judge_is_told_who_proposes(town: Town, client: TestClient, who: str) -> None:
    told = show_all(town, client, propose(town, "andir", IdeaStage.IN_REVIEW), who)
    assert town["lead"].name in told["/ideas/{idea}"]
    for page in ("/usulan/{idea}", "/daftar"):
        assert "Kelurahan Maleber" in told[page], page


def test_a_call_may_tell_its_reviewers_who_proposes(town: Town, client: TestClient) -> None:
    told = show_all(town, client, propose(town, "andir", IdeaStage.IN_REVIEW, blind=False))
    assert town["lead"].name in told["/ideas/{idea}"]
    assert "Kelurahan Maleber" in told["/usulan/{idea}"]


def test_the_words_of_screening_do_not_reach_a_reviewer_either(town: Town, client: TestClient) -> None:
    told = show_all(town, client, propose(town, "andir", IdeaStage.IN_REVIEW))["/ideas/{idea}/history"]
    assert '"permit"' not in told
    assert REASON not in told


def test_whoever_judges_a_reopened_idea_is_not_told_how_it_was_judged_before_nor_why_it_is_back(town: Town, client: TestClient) -> None:
    idea = town.build_idea(IdeaStage.REJECTED)
    town.do(reopen_idea, idea, reason="Sari dan Kelurahan Maleber kini punya anggarannya.", by="secretary")
    town.take(idea, "screen accepted", "assign")
    told = show_all(town, client, idea, town.reviewers(idea)[0])
    for path in ("/ideas/{idea}/history", "/usulan/{idea}"):
        assert "Maleber" not in told[path]
        assert REASON not in told[path]
    assert "rejected" not in told["/ideas/{idea}/history"]
    assert '"submit"' in told["/ideas/{idea}/history"]
    assert '"reopen"' in show_all(town, client, idea, "secretary")["/ideas/{idea}/history"]
