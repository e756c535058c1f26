"""A score not to be known yet is not to be told from no score, nor from another, by whoever may not know: by no address, cursor or tag.

Who would look: the proposers, an auditor among them with the whole region's ledger at hand, the head of their unit, those who audit or
administer a village near by, and the other reviewers, one of them a secretary, before they give their own.
"""

from decimal import Decimal

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from models.awards import Award
from models.ideas import Idea
from models.people import Role, RoleGrant
from models.stages import AwardStage, IdeaStage
from tests.building import Shelf, Town
from tests.worlds import Worlds, ask_only, spread
from workflows.intake.team import MemberShare
from workflows.recognition.letters import number_certificates
from workflows.review.score import score_idea

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
AUDITS, ADMINISTERS = "walker", "stranger"  # each over another village than the idea's


def build_shared(town: Town) -> None:
    """An idea of which an auditor is a proposer, in review; and a secretary who owes a score of it."""
    shared = tuple(MemberShare(town[who].number, 5_000) for who in ("lead", "auditor"))
    idea = town.build_idea(IdeaStage.IN_REVIEW, team=shared)
    roles = [(AUDITS, Role.AUDITOR, "DAGO"), (ADMINISTERS, Role.ADMIN, "CIROYOM")]
    roles.append((town.reviewers(idea)[1], Role.SECRETARIAT, "BAPPEDA"))
    with town.store.unit_of_work() as session:
        for who, role, unit in roles:
            session.add(RoleGrant(person_id=town[who].id, role=role, unit_id=town.units[unit][0]))


def scored(*points: int) -> object:
    """A world in which the first reviewers gave these points."""

    def score(town: Town) -> None:
        idea = town.rows(select(Idea.id))[0]
        for who, given in zip(town.reviewers(idea), points, strict=False):
            town.do(score_idea, idea, {"novelty": Decimal(given), "impact": Decimal(given)}, by=who)

    return score


def test_no_address_tells_a_hidden_score_from_none_or_from_another(shelf: Shelf, client: TestClient) -> None:
    worlds = Worlds(shelf, client, build_shared)
    second, third = shelf.town.reviewers(shelf.town.rows(select(Idea.id))[0])[1:3]
    others = ("", "lead", "auditor", "head", "operator", AUDITS, ADMINISTERS, second, third)
    assert worlds.compare(scored(), scored(90), scored(20), who=others, every=spread(others)) == {}  # type: ignore[arg-type]


def test_the_committee_is_told_of_it(shelf: Shelf, client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison itself sees what there is to see."""
    ask_only(monkeypatch, r"^/api/v1/(ledger/entries|ideas/\{idea_id\}.*)$|^/usulan/\{idea_id\}$")
    told = Worlds(shelf, client, build_shared).compare(scored(), scored(90), who=("secretary", "admin"))  # type: ignore[arg-type]
    assert sorted(told) == ["admin", "secretary"]
    assert "/api/v1/ledger/entries" in told["admin"]


def build_award(town: Town) -> None:
    """An idea whose award was announced, one that earned an award, and an auditor and an admin of the proposer's village."""
    town.do(number_certificates, town.build_award(AwardStage.ANNOUNCED), by="flow:recognition")
    town.build_idea(IdeaStage.ROLLED_OUT)
    with town.store.unit_of_work() as session:
        for who, role in ((AUDITS, Role.AUDITOR), (ADMINISTERS, Role.ADMIN)):
            session.add(RoleGrant(person_id=town[who].id, role=role, unit_id=town.units["MALEBER"][0]))


def test_no_ledger_or_outbox_tells_an_award_before_its_hour_from_none(
    shelf: Shelf, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An admin of the village or of the region, who reads both, may not know of it; an auditor may, by the award's own address alone."""

    def take(*steps: str) -> object:
        earned = select(Idea.id).where(col(Idea.id).not_in(select(Award.idea_id)))
        return lambda town: town.take(town.rows(earned)[0], *steps)

    worlds = Worlds(shelf, client, build_award)
    who, secrets = ("", "admin", ADMINISTERS, "auditor", AUDITS), (take(), take("propose", "approve approved", "schedule"))
    assert set(worlds.compare(*secrets, who=who, every=spread(who))) <= {"auditor", AUDITS}  # type: ignore[arg-type]
    ask_only(monkeypatch, r"ledger|jejak|buku-besar|outbox|keadaan|award_id")
    told = worlds.compare(*secrets, who=who)  # type: ignore[arg-type]
    assert set(told) == {"auditor", AUDITS}
    assert not [address for addresses in told.values() for address in addresses if "ledger" in address or "jejak" in address]
