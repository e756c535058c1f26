"""An idea that is closed as a duplicate names the other: its code to whoever reads of the decision, its title to whoever may see it."""

import pytest
from fastapi.testclient import TestClient

from models.stages import IdeaStage
from tests.api.pages.browsing import open_browser, send
from tests.asking import ask
from tests.building import Town
from tests.steps import REASON
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.process.refusals import Invalid

TITLE = "Antrean lewat pesan singkat"


def close(town: Town, idea: str, code: str = "", **more: bool) -> None:
    town.do(screen_idea, idea, Screening.DUPLICATE, Findings(reason=REASON, duplicate_of=code, **more), by="secretary")


@pytest.mark.parametrize("lead", ["lead", "stranger"])
def test_a_duplicate_names_the_other_idea_by_its_title_only_where_the_proposer_may_see_it(
    town: Town, client: TestClient, lead: str
) -> None:
    earlier, idea = town.build_idea(IdeaStage.SUBMITTED, title=TITLE, lead=lead), town.build_idea(IdeaStage.SCREENING)
    code = str(town.idea(earlier).code)
    path = f"/usulan/{idea}/seleksi"
    typed = {"outcome": "duplicate", "reason": REASON, "duplicate_of": code.lower(), "confirmed": "yes"}
    assert send(open_browser(town, "secretary"), f"/usulan/{idea}", path, **typed).status_code == 303
    assert town.idea(idea).stage == IdeaStage.CLOSED
    seen = lead == "lead"
    told = ask(client, town["lead"], f"GET /ideas/{idea}/history").json()[-1]["detail"]["duplicate_of"]
    assert told == {"code": code, "id": earlier if seen else None, "title": TITLE if seen else None}
    page = open_browser(town, "lead").get(f"/usulan/{idea}").text
    assert (code in page, TITLE in page, f'href="/usulan/{earlier}"' in page) == (True, seen, seen)
    assert TITLE in open_browser(town, "secretary").get(f"/usulan/{idea}").text


def test_a_duplicate_without_the_other_idea_is_refused(town: Town) -> None:
    idea, later = town.build_idea(IdeaStage.SCREENING), town.build_idea(IdeaStage.SCREENING)
    own, newer = str(town.idea(idea).code), str(town.idea(later).code)
    wrong = {"": "duplicate_missing", "IDE-1999-000001": "duplicate_unknown", own: "duplicate_unknown", newer: "duplicate_not_earlier"}
    for code, refused in wrong.items():
        with pytest.raises(Invalid, match=refused):
            close(town, idea, code)
    close(town, idea, duplicate_not_registered=True)
    assert (town.idea(idea).stage, town.idea(idea).reason_code) == (IdeaStage.CLOSED, "duplicate")


def test_what_the_page_of_screening_lacks_stands_beside_the_code(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SCREENING)
    refused = send(open_browser(town, "secretary"), f"/usulan/{idea}", f"/usulan/{idea}/seleksi", outcome="duplicate", reason="Sama")
    assert refused.status_code == 422
    assert 'id="screen-duplicate_of-error"' in refused.text
    assert 'id="screen-reason-error"' in refused.text
