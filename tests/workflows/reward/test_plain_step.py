"""A stage of an award that people leave with a word is two rows: its form, its route and its step are there at once."""

import pytest

from models.stages import AwardStage
from tests.api.pages.browsing import open_browser, send
from tests.building import Town
from tests.steps import REASON
from workflows.process import tables, ways
from workflows.process.refusals import Forbidden, NotFound
from workflows.reward.decide import decide_award

STAGE = "checking  check  auditor  approval  -  open  waits  -  reward  far/7"
WAY_OUT = "checking  check  -  approved  auditor  scope  5  -  -  -  -  preparers"


@pytest.fixture(autouse=True)
def a_check_after_the_approval(monkeypatch: pytest.MonkeyPatch) -> None:
    approval = next(line for line in tables.AWARD_TRANSITIONS.splitlines() if line.split()[:3] == ["proposed", "approve", "approved"])
    stage, action, outcome, _, *rest = approval.split()
    changed = tables.AWARD_TRANSITIONS.replace(approval, " ".join([stage, action, outcome, "checking", *rest]))
    way = ways.read_way("award", f"{tables.AWARD_STAGES.rstrip()}\n{STAGE}\n", f"{changed.rstrip()}\n{WAY_OUT}\n")
    monkeypatch.setattr(ways, "AWARD", way)


@pytest.fixture
def award(town: Town) -> str:
    """An award that its approval brought into the new stage."""
    award = town.build_award(AwardStage.APPROVED)
    assert town.award(award).stage == "checking"
    return award


def test_a_plain_step_of_an_award_is_taken_on_its_page_by_a_general_form(town: Town, award: str) -> None:
    browser, path = open_browser(town, "auditor"), f"/penghargaan/{award}"
    assert f'action="{path}/jadwal"' not in browser.get(path).text
    short = send(browser, path, f"{path}/langkah/check", reason="ya")
    assert (short.status_code, town.award(award).stage) == (422, "checking")
    assert send(browser, path, f"{path}/langkah/check", reason=REASON).status_code == 303
    assert town.award(award).stage == AwardStage.APPROVED


def test_only_its_role_takes_it_and_what_has_content_is_no_plain_step(town: Town, award: str) -> None:
    with pytest.raises(Forbidden, match="only_auditor"):
        town.do(decide_award, award, "check", None, reason=REASON, by="leader")
    with pytest.raises(NotFound, match="action_not_found"):
        town.do(decide_award, award, "schedule", None, reason=REASON, by="leader")
