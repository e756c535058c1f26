"""What stays secret where ideas are claimed, merged, reopened and offered elsewhere: an award before its hour, a hidden score, and that a
call is ranked are not to be told from nothing by whoever is concerned with such an idea and may not know.

Who would look: the team that joined and the one that had it first, the head over all of them, the secretariat that hands an idea on and
the one that is to take it in, reviewers of an idea that came back.
"""

import re
from decimal import Decimal

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlmodel import col, select

from models.calls import Call
from models.ideas import Idea
from models.instants import now
from models.people import Role
from models.stages import IdeaStage
from tests.building import Shelf, Town
from tests.conftest import ALL
from tests.workflows.intake.claiming import BECAUSE, FIRST, NEAR, WHY, claim_of, watch
from tests.workflows.intake.merged import merge
from tests.workflows.intake.transferred import build_elsewhere, offer
from tests.worlds import Make, Worlds, list_patterns
from workflows.intake.claims import decide_claim, file_claim
from workflows.region.calls import close_call
from workflows.review.score import score_idea

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_800)]
AWARDED, JOINED, OFFERED, JUDGED = NEAR["title"], "Nomor antre dari rumah", "Rapor daring", "Peta lampu jalan"
TO_DETERMINED = ("permit granted", "screen accepted", "assign", "score", "close_review", "draft_recommend", "recommend feasible")
PREPARED = ("propose", "approve approved", "schedule")
KNOW_NOTHING = ("lead", "owner", "operator", "head", "mate", "stranger", "")
SEEN = r"idea_id|award|penghargaan|claim|klaim|merge|gabung|transfer|pengalihan|ledger|jejak|outbox|kotak|inbox|daftar|/ideas|/reviews"
VARIED = r"stage=|sort=|due=|q="  # lists once more, as other worlds ask for them
PART = 1 if ALL else 11  # each asker takes one in so many of these addresses, another than each other, all of them together all


@pytest.fixture(autouse=True)
def near(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where ideas, awards and what people are asked are shown, unless all is asked for: each address costs as much as any."""
    if not ALL:
        near = [each for each in list_patterns() if re.search(SEEN, each) and not re.search(VARIED, each)]
        monkeypatch.setattr("tests.worlds.list_patterns", lambda: near)


def titled(town: Town, title: str) -> str:
    """The idea of that title."""
    (found,) = town.rows(select(Idea.id).where(Idea.title == title))
    return str(found)


def call_of(town: Town, title: str) -> str:
    """The call of the idea of that title."""
    (found,) = town.rows(select(Idea.call_id).where(Idea.title == title))
    return str(found)


def build_related(town: Town) -> None:
    """An idea that earned an award, which another has joined and whose claimants were right; one that came back and is offered to a call
    that has ended, one that came back and is reviewed again; a walker who is to take in, and a stranger who is secretariat far from all.
    """
    first = town.build_idea(IdeaStage.REJECTED, lead="operator", **FIRST)
    idea = town.build_idea(IdeaStage.SCREENING, call=town.call_in_use, **NEAR)
    merge(town, idea, town.build_idea(IdeaStage.SCREENING, call=town.call_in_use, lead="owner", title=JOINED), "lead", "mate", "owner")
    town.take(idea, *TO_DETERMINED, "determine adopted")
    watch(town, idea)
    claim = claim_of(town, first, idea).id
    town.do(file_claim, claim, WHY, by="operator")
    town.do(decide_claim, claim, upholds=True, reason=BECAUSE, by="leader")
    town.take(idea, "roll_out")
    back, judged = (town.build_idea(IdeaStage.REJECTED, title=title, points=70) for title in (OFFERED, JUDGED))
    for each in (back, judged):
        town.take(each, "reopen")
    town.take(judged, "screen accepted", "assign")
    other = build_elsewhere(town)
    offer(town, back, other)
    town.give_role("stranger", Role.SECRETARIAT, "COBLONG")
    for call, keeper in ((town.call_in_use, "secretary"), (other, "walker")):
        town.do(close_call, call, by=keeper)


def differing(*, award: bool = False, ranked: tuple[str, ...] = (), points: int = 0) -> Make:
    """A world with these secrets: the idea's award all but announced, calls that are ranked, the first score of the new review."""

    def make(town: Town) -> None:
        if award:
            town.take(titled(town, AWARDED), *PREPARED)
        if points:
            judged = titled(town, JUDGED)
            town.do(score_idea, judged, dict.fromkeys(("novelty", "impact"), Decimal(points)), by=town.reviewers(judged)[0])
        with town.store.unit_of_work() as session:
            session.execute(sa.update(Call).where(col(Call.id).in_(ranked)).values(awards_drafted_at=now()))

    return make


def test_secrets_of_claimed_merged_reopened_and_offered_ideas_are_told_to_nobody_concerned(shelf: Shelf, client: TestClient) -> None:
    worlds = Worlds(shelf, client, build_related)
    own, of_offered = (call_of(shelf.town, title) for title in (AWARDED, OFFERED))
    [elsewhere] = shelf.town.rows(select(Call.id).where(col(Call.id).not_in((own, of_offered))))
    [_first, second, *_others] = shelf.town.reviewers(titled(shelf.town, JUDGED))
    nothing = differing()
    high, low = (differing(award=True, ranked=(own, elsewhere), points=points) for points in (90, 20))
    assert worlds.compare(nothing, high, *([low] if ALL else []), who=KNOW_NOTHING, every=PART) == {}
    of_own = differing(award=True, ranked=(own,), points=90)
    before_review = differing(award=True, ranked=(own, elsewhere))
    for number, (who, secret) in enumerate(
        ((second, high), ("walker", of_own), ("chair", before_review), ("secretary", differing(ranked=(elsewhere,))))
    ):
        assert worlds.compare(nothing, secret, who=[who], every=PART, first=len(KNOW_NOTHING) + number) == {}, who
    assert worlds.compare(nothing, of_own, who=["secretary"], every=min(PART, 4)) != {}, "the comparison itself sees what there is to see"
