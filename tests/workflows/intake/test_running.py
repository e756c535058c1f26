"""An idea is rejected because it runs already: which innovation does is named, linked, and told to whoever may know of it.

Who would cheat: a screener who keeps a rival of their own innovation out, or who names one to learn whether it is there.
"""

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models.documents import Document, DocumentKind
from models.ideas import Decision
from models.links import IdeaLink, LinkKind
from models.people import Role
from models.stages import IdeaStage
from tests.api.pages.browsing import confirm, open_browser, send
from tests.asking import ask
from tests.building import Town
from tests.steps import REASON, UNMET
from workflows.intake.links import NewLink, link_ideas
from workflows.intake.permit import permit_idea
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.process.refusals import Forbidden, Invalid
from workflows.recognition.letters import number_rejection

TITLE = "Antrean lewat pesan singkat"


def reject(town: Town, idea: str, code: str, outcome: Screening = Screening.REJECTED, by: str = "secretary") -> None:
    town.do(screen_idea, idea, outcome, Findings(UNMET, reason=REASON, already_runs=code, duplicate_not_registered=True), by=by)


def build_strangers(town: Town) -> str:
    """An idea of somebody who sees none of the others, waiting for its screening."""
    idea = town.build_idea(IdeaStage.AWAITING_PERMISSION, lead="stranger", title="Loket keliling")
    town.do(permit_idea, idea, granted=True, by="other_head")
    return idea


def code_of(town: Town, idea: str) -> str:
    return str(town.idea(idea).code)


def test_what_runs_already_is_named_linked_and_told_by_its_code(town: Town, client: TestClient) -> None:
    running, idea = town.build_idea(IdeaStage.ROLLED_OUT, title=TITLE), build_strangers(town)
    reject(town, idea, code_of(town, running).lower())
    (link,) = town.rows(select(IdeaLink))
    assert (link.idea_id, link.other_id, link.kind, link.reason) == (idea, running, LinkKind.SAME, REASON)
    (decision,) = town.rows(select(Decision).where(Decision.idea_id == idea, Decision.outcome == "rejected"))
    assert decision.detail["already_runs"] == running
    town.do(number_rejection, idea, by="flow:recognition")
    (letter,) = town.rows(select(Document.content).where(Document.kind == DocumentKind.REJECTION))
    assert letter["reasons"][-1]["text"] == f"Inovasi tersebut tercatat dengan kode {code_of(town, running)}."
    assert TITLE not in str(letter)
    for who, seen in (("stranger", False), ("secretary", True)):
        history = ask(client, town[who], f"GET /ideas/{idea}/history").json()
        told = next(each["detail"]["already_runs"] for each in history if each["outcome"] == "rejected")
        assert told == {"code": code_of(town, running), "id": running if seen else None, "title": TITLE if seen else None}
        assert (TITLE in open_browser(town, who).get(f"/usulan/{idea}").text) is seen


def test_only_what_is_in_use_and_may_be_seen_and_is_nobodys_own_is_named(town: Town) -> None:
    idea, running = build_strangers(town), town.build_idea(IdeaStage.ROLLED_OUT)
    young, contest = town.build_idea(IdeaStage.SHORTLISTED), town.build_idea(IdeaStage.SHORTLISTED, call=town.call_in_use)
    unseen = town.build_idea(IdeaStage.SCREENING, call=town.build_call(closing={"is_sealed": True}))
    refused = {"IDE-1999-000001": "running_unknown", code_of(town, idea): "running_unknown", code_of(town, young): "running_not_in_use"}
    refused[code_of(town, unseen)] = "running_unknown"
    for code, expected in refused.items():
        with pytest.raises(Invalid, match=expected):
            reject(town, idea, code)
    town.give_role("mate", Role.SECRETARIAT, "BAPPEDA")
    with pytest.raises(Forbidden, match="conflict_of_interest"):
        reject(town, idea, code_of(town, running), by="mate")
    assert (town.idea(idea).stage, town.rows(select(IdeaLink))) == (IdeaStage.SCREENING, [])
    reject(town, idea, code_of(town, contest))
    assert town.idea(idea).stage == IdeaStage.REJECTED


def test_a_link_that_stands_already_stays_and_other_outcomes_name_nothing(town: Town) -> None:
    running, idea = town.build_idea(IdeaStage.ROLLED_OUT), town.build_idea(IdeaStage.SCREENING)
    town.do(link_ideas, idea, NewLink(LinkKind.SIMILAR, code_of(town, running), REASON), by="secretary")
    reject(town, idea, code_of(town, running))
    assert [link.kind for link in town.rows(select(IdeaLink))] == [LinkKind.SIMILAR]
    other = town.build_idea(IdeaStage.SCREENING)
    reject(town, other, code_of(town, running), Screening.DUPLICATE)
    assert len(town.rows(select(IdeaLink))) == 1


@pytest.mark.slow
def test_on_the_page_the_code_is_typed_beside_the_reason_and_told_before_it_is_final(town: Town) -> None:
    running, idea = town.build_idea(IdeaStage.ROLLED_OUT, title=TITLE), town.build_idea(IdeaStage.SCREENING)
    browser, path = open_browser(town, "secretary"), f"/usulan/{idea}/seleksi"
    typed = {"outcome": "rejected", "reason": REASON, "answers.renewal": "no", "answers.benefit": "yes"}
    wrong = send(browser, f"/usulan/{idea}", path, **typed, already_runs="IDE-1999-000001")
    assert (wrong.status_code, 'id="screen-already_runs-error"' in wrong.text) == (422, True)
    asked = send(browser, f"/usulan/{idea}", path, **typed, already_runs=code_of(town, running))
    assert "Kode inovasi yang sudah berjalan" in asked.text
    assert confirm(browser, asked).status_code == 303
    shown = open_browser(town, "lead").get(f"/usulan/{idea}").text
    assert f'Inovasi ini sudah berjalan: <a href="/usulan/{running}">' in shown
