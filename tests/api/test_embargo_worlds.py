"""An award before its hour is not to be told from no award, nor from another, by whoever may not know of it: by no address, cursor or tag.

Who would look: the proposers and their heads, reviewers and the chair with a stake, the operator, an admin, a colleague in another agency,
somebody with a certificate of last year. The secretariat, the leader and the auditor prepare awards, and know.
"""

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from models.awards import Award
from models.ideas import Idea
from models.stages import AwardStage, IdeaStage
from tests.building import Shelf, Town
from tests.steps import REASON
from tests.worlds import Worlds, ask_only, spread
from workflows.recognition.letters import number_certificates
from workflows.recognition.report import ask_report
from workflows.region.amendments import NewAmendment, amend_running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
OTHERS = ("", "lead", "stranger", "head", "operator", "reviewer1", "chair", "owner", "verifier", "admin")
KNOW = ("secretary", "leader", "auditor")


def build_shared(town: Town) -> None:
    """An awarded idea with its certificates, an idea that earned an award of which nothing was said yet, and an amendment to be signed."""
    town.do(number_certificates, town.build_award(AwardStage.ANNOUNCED), by="flow:recognition")
    town.build_idea(IdeaStage.ROLLED_OUT)
    town.do(amend_running, town.call, NewAmendment(1, {"days.approval": 60, "days.review": 60}, REASON), by="secretary")


def award_in_secret(*steps: str) -> object:
    """A world in which the second idea has an award that came so far."""

    def take(town: Town) -> None:
        idea = town.rows(select(Idea.id).where(col(Idea.id).not_in(select(Award.idea_id))))[0]
        town.take(idea, *steps)

    return take


def test_no_address_tells_an_award_before_its_hour_from_none(shelf: Shelf, client: TestClient) -> None:
    worlds = Worlds(shelf, client, build_shared)
    secrets = award_in_secret(), award_in_secret("propose"), award_in_secret("propose", "approve approved", "schedule")
    assert worlds.compare(*secrets, who=OTHERS, every=spread(OTHERS)) == {}  # type: ignore[arg-type]


def test_a_report_is_the_same_whether_an_award_is_prepared_or_not(shelf: Shelf, client: TestClient) -> None:
    """All but its number, its address and the chain's head, which stands for every fact and shows none."""
    town, told = shelf.open_town(), []
    build_shared(town)
    for steps in ((), ("propose", "approve approved", "schedule")):
        award_in_secret(*steps)(town)  # type: ignore[operator]
        content = town.do(ask_report, town.call, by="secretary").content
        told.append({name: value for name, value in content.items() if name not in ("number", "verify_url", "chain_head")})
    assert told[0] == told[1]
    assert told[0]["awarded"] == 1


def test_those_who_prepare_awards_are_told_of_it(shelf: Shelf, client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison itself sees what there is to see."""
    ask_only(monkeypatch, r"^/api/v1/awards$|^/penghargaan$")
    worlds = Worlds(shelf, client, build_shared)
    told = worlds.compare(award_in_secret(), award_in_secret("propose"), who=KNOW)  # type: ignore[arg-type]
    assert sorted(told) == sorted(KNOW)
    assert all("/api/v1/awards" in addresses and "/penghargaan" in addresses for addresses in told.values())
