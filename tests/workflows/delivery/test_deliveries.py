"""Messages that come once in order, or one to three times in any order: the same ideas, awards, documents and ledger."""

import random
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st
from sqlmodel import col, select

from models.awards import Award, AwardShare
from models.database import database
from models.documents import Document
from models.ideas import Decision, Idea
from models.inbox import InboxItem
from models.instants import now
from models.ledger import LedgerEntry
from models.outbox import Message, MessageState
from models.reviews import Review, ReviewState
from models.settings import settings
from models.stages import AwardStage, IdeaStage
from tests.building import Shelf, Town
from tests.steps import MET, REASON
from tests.workflows.turns import FLOW_MODULES, WORKS, Clock, clock, tick
from workflows.calculations.ledger import ChainEntry, verify_chain
from workflows.delivery.claims import claim_batch
from workflows.intake.permit import permit_idea
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.intake.submit import submit_idea
from workflows.region.decrees import NamedDecree
from workflows.review.determine import Determination, determine_idea
from workflows.review.recommend import Recommendation, recommend_idea
from workflows.review.score import score_idea
from workflows.reward.announce import schedule_award
from workflows.reward.approve import approve_award

__all__ = ["clock"]

POINTS = {"novelty": Decimal(90), "impact": Decimal(80)}
TITLES = ("Antrean daring", "Loket terang")
RENDERING = ("issue_document", "send_document", "send_digest")  # bytes and mail have tests of their own
REPEATED = 3

Delivery = tuple[str, str, str, int]  # topic, job, token, message


def draft_both(town: Town) -> None:
    """The drafts with which every life begins."""
    call = town.build_call(code="UJI", entry="in_use")
    for title in TITLES:
        town.build_idea(call=call, title=title)


class Life:
    """Two ideas' lives in a town of their own: people act when nothing is under way any more; `chance` mixes up what lies between."""

    def __init__(self, own_town: Town, chance: random.Random | None) -> None:
        self.own_town, self.chance = own_town, chance
        self.held: list[Delivery] = []
        self.delivered = 0

    def live(self) -> None:
        """From the drafts to an announced award and a refusal."""
        own_town = self.own_town
        drafts = dict(own_town.rows(select(Idea.title, Idea.id)))
        good, poor = (drafts[title] for title in TITLES)
        self.then(*(lambda one=one: own_town.do(submit_idea, one, by="lead") for one in (good, poor)))  # type: ignore[misc]
        self.then(*(lambda one=one: own_town.do(permit_idea, one, granted=True, by="head") for one in (good, poor)))  # type: ignore[misc]
        self.then(lambda: own_town.do(screen_idea, good, Screening.ACCEPTED, Findings(MET), by="secretary"), lambda: self.refuse(poor))
        self.then(lambda: self.score(good))
        self.then(lambda: own_town.do(recommend_idea, good, Recommendation.FEASIBLE, reason=REASON, by="chair"))
        decree = NamedDecree("1", date(2026, 11, 24))
        self.then(lambda: own_town.do(determine_idea, good, Determination.ADOPTED, reason="", decree=decree, by="deputy"))
        award = own_town.rows(select(Award.id))[0]
        self.then(lambda: own_town.do(approve_award, award, decree=NamedDecree("2", date(2026, 11, 24)), by="leader"))
        self.then(lambda: own_town.do(schedule_award, award, announce_at=now(), by="leader"))
        self.then(lambda: [tick(own_town) for _ in range(self.times())])
        self.deliver(self.held)

    def then(self, *acts: Callable[[], Any]) -> None:
        """People act; then everything that follows is delivered, and what follows from that."""
        for act in acts:
            act()
        while claimed := self.claim():
            now_due, self.held = self.split([*self.held, *claimed])
            self.deliver(now_due)
        self.held = [one for one in self.held if one[0] == "recognition"] if not self.deliver_others() else self.held

    def deliver_others(self) -> bool:
        """What people wait for is not held back for ever; letters and certificates may be."""
        others = [one for one in self.held if one[0] != "recognition"]
        if not others:
            return False
        self.held = [one for one in self.held if one[0] == "recognition"]
        self.deliver(others)
        self.then()
        return True

    def claim(self) -> list[Delivery]:
        batches = [batch for topic in FLOW_MODULES if (batch := claim_batch(self.own_town.store, topic)) is not None]
        found = [(batch.topic, job, batch.token, number) for batch in batches for job, ids in batch.jobs.items() for number in ids]
        return [one for one in found if one[1] not in RENDERING]

    def split(self, waiting: list[Delivery]) -> tuple[list[Delivery], list[Delivery]]:
        if self.chance is None:
            return sorted(waiting, key=lambda one: one[3]), []
        held = [one for one in waiting if self.chance.random() < 0.3]
        return [one for one in waiting if one not in held], held

    def times(self) -> int:
        return 1 if self.chance is None else self.chance.randint(1, REPEATED)

    def deliver(self, ones: list[Delivery]) -> None:
        copies = [one for one in ones for _ in range(self.times())]
        if self.chance is not None:
            self.chance.shuffle(copies)
        for topic, job, token, number in copies:
            WORKS[topic, job](token, [number])
            self.delivered += 1

    def score(self, idea_id: str) -> None:
        for reviewer_id in self.own_town.rows(
            select(Review.reviewer_id).where(Review.idea_id == idea_id, Review.state == ReviewState.ASSIGNED)
        ):
            who = next(one.who for one in self.own_town.people.values() if one.id == reviewer_id)
            self.own_town.do(score_idea, idea_id, POINTS, by=who)

    def refuse(self, idea_id: str) -> None:
        answers = {**MET, "benefit": False}
        self.own_town.do(screen_idea, idea_id, Screening.REJECTED, Findings(answers, reason=REASON), by="secretary")


def state_of(own_town: Town) -> dict[str, Any]:
    """Everything that may not depend on how messages came; ids, chosen reviewers and the order of numbers are left out."""
    titles = dict(own_town.rows(select(Idea.id, Idea.title)))
    links = [
        ChainEntry(seq=e.seq, payload=e.payload, hash=e.hash) for e in own_town.rows(select(LedgerEntry).order_by(col(LedgerEntry.seq)))
    ]
    return {
        "ideas": sorted((i.title, i.stage, i.score, i.reason_code, i.version, i.due_at) for i in own_town.rows(select(Idea))),
        "decisions": sorted((titles[d.idea_id], d.action, d.outcome) for d in own_town.rows(select(Decision))),
        "reviews": sorted((titles[r.idea_id], r.state, r.total) for r in own_town.rows(select(Review))),
        "awards": [(a.tier, a.amount_rupiah, a.stage) for a in own_town.rows(select(Award))],
        "shares": sorted(s.amount_rupiah for s in own_town.rows(select(AwardShare))),
        "documents": sorted((d.kind, titles[d.idea_id], d.holder_id) for d in own_town.rows(select(Document))),
        "numbers": sorted((d.series, d.year, d.running) for d in own_town.rows(select(Document))),
        "inbox": sorted((titles[i.idea_id], i.task, i.role, i.done_at is None) for i in own_town.rows(select(InboxItem))),
        "ledger": sorted((link.payload["kind"], titles.get(str(link.payload["idea"]), "")) for link in links),
        "chain": verify_chain(links).valid,
        "outbox": sorted((m.topic, m.job) for m in own_town.rows(select(Message).where(Message.state == MessageState.HANDLED))),
        "waiting": sorted({m.job for m in own_town.rows(select(Message).where(Message.state != MessageState.HANDLED))}),
    }


@pytest.mark.slow
@pytest.mark.timeout(7_200)  # many times a second for each of two hundred lives
def test_messages_delivered_up_to_three_times_in_any_order_end_as_once_in_order(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, share: Callable[[int], int], clock: Clock
) -> None:
    monkeypatch.setenv("GAGAS_DATABASE_URL", f"sqlite:///{shelf.file}")
    settings.cache_clear()

    draft_both(shelf.open_town())
    shelf.put_aside("drafts")

    def live(chance: random.Random | None) -> tuple[dict[str, Any], int]:
        database().close()
        life = Life(shelf.open_town("drafts"), chance)
        life.live()
        return state_of(life.own_town), life.delivered

    expected, once = live(None)
    assert [idea[1] for idea in expected["ideas"]] == [IdeaStage.ROLLED_OUT, IdeaStage.REJECTED]
    assert [award[2] for award in expected["awards"]] == [AwardStage.ANNOUNCED]
    assert len(expected["documents"]) == 5
    assert (expected["chain"], expected["waiting"]) == (True, ["issue_document", "send_digest"])
    counts: list[int] = []

    @hypothesis.settings(max_examples=share(200), deadline=None, database=None, suppress_health_check=list(hypothesis.HealthCheck))
    @hypothesis.given(st.randoms(use_true_random=False))
    def any_order(chance: random.Random) -> None:
        found, deliveries = live(chance)
        assert found == expected
        counts.append(deliveries)

    any_order()
    assert max(counts) > once
    print(f"{sum(counts):,} deliveries of {once * len(counts):,} messages")
