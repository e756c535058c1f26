"""The story: everybody does anything at any time, and after every step the town is as a plain model of it says."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from sqlmodel import col, select

from models.awards import Award
from models.documents import Document
from models.ideas import Idea
from models.inbox import InboxItem
from models.instants import now, today
from models.ledger import LedgerEntry, LedgerHead
from models.pilots import Indicator, Pilot
from models.reviews import Review, ReviewState
from models.stages import IdeaStage
from tests.building import Shelf, Town
from tests.clock import set_clock
from tests.steps import ACTIONS
from tests.workflows.process.model import ENDED, NEEDED, REVIEWERS, WHO, IdeaModel
from workflows.calculations.ledger import ChainEntry, verify_chain
from workflows.intake.route import route_idea
from workflows.pilot.conclude import compute_result
from workflows.pilot.start import start_pilot
from workflows.process.refusals import Refusal
from workflows.recognition.letters import number_certificates, number_receipt
from workflows.review.assign import assign_evenly
from workflows.review.close_review import close_review, draft_recommendation
from workflows.reward.announce import announce_award

BEGINNINGS = ("draft", "screening", "in_review", "shortlisted", "recommended", "determined", "in_pilot", "rolled_out")
ENDINGS = ("refused", "duplicate", "rejected", "stop", "declined")


class At:
    """What a step speaks of: an idea with its award and pilot, another person, points."""

    def __init__(self, town: Town, idea: str, subject: str, points: int) -> None:
        self.town, self.idea, self.subject, self.points = town, idea, subject, points
        awards = town.rows(select(Award.id).where(Award.idea_id == idea).order_by(col(Award.stage).in_(ENDED)))
        pilots = town.rows(select(Pilot).where(Pilot.idea_id == idea))
        self.award = awards[0] if awards else "none"
        self.indicator = town.rows(select(Indicator.id).where(Indicator.pilot_id == pilots[0].id))[0] if pilots else "none"
        self.later = pilots[0].ends_on + timedelta(days=30) if pilots else today()
        self.completed, self.until_announced = town.proposal(), timedelta(minutes=30)


class Story(RuleBasedStateMachine):
    """Two ideas, eighteen people, and the flows."""

    def __init__(self, shelf: Shelf, clock: Callable[[timedelta], None]) -> None:
        super().__init__()
        self.town, self.clock, self.ideas = shelf.open_town(), clock, dict[str, IdeaModel]()

    @initialize(stages=st.lists(st.sampled_from(BEGINNINGS), min_size=2, max_size=2), substitutes=st.sampled_from([0, 1, 2, 5]))
    def begin(self, stages: list[str], substitutes: int) -> None:
        """Two ideas; the policy lets fewer reviewers be asked than there are, or as many, or more."""
        call = self.town.build_call(reviewers=NEEDED, substitutes=substitutes, pilot={"minimum_days": 0, "maximum_days": 3_650})
        for stage in stages:
            idea = self.town.build_idea(IdeaStage(stage), call=call)
            past = BEGINNINGS.index(stage)
            points = dict.fromkeys(self.asked(idea), 90 if past > BEGINNINGS.index("in_review") else None)
            late = past >= BEGINNINGS.index("in_pilot")
            by = {"deputy"} if past > BEGINNINGS.index("recommended") else set[str]()
            built = {"planned": late, "measured": stage == "rolled_out", "determined_by": by}
            self.ideas[idea] = IdeaModel(stage, points=points, most=NEEDED + substitutes, **built)

    @rule(luck=st.data(), steps=st.integers(2, 8))
    def go_on(self, luck: st.DataObject, steps: int) -> None:
        """Some steps that the model permits, with the flows between them; one that ends everything is taken seldom."""
        for _ in range(steps):
            found = [
                (idea, step, who, subject)
                for idea, model in self.ideas.items()
                for step in ACTIONS
                for who in WHO
                for subject in (REVIEWERS if step[0] == "assign" else ("reviewer1",))
                if model.target(*step, who, subject) and (step[0] != "withdraw" and step[1] not in ENDINGS)
            ]
            if found:
                self.act(*luck.draw(st.sampled_from(found)), luck.draw(st.sampled_from([30, 60, 75, 90, 100])))
            if luck.draw(st.integers(0, 3)):
                self.let_the_flows_run()

    @rule(luck=st.data())
    def end_something(self, luck: st.DataObject) -> None:
        """Somebody ends an idea's way, or an award's."""
        found = [(i, s, w, "reviewer1") for i, m in self.ideas.items() for s in ACTIONS for w in WHO if s[1] in ENDINGS and m.target(*s, w)]
        if found and not luck.draw(st.integers(0, 3)):
            self.act(*luck.draw(st.sampled_from(found)), 60)

    @rule(place=st.integers(0, 1), step=st.sampled_from(sorted(ACTIONS)), who=st.sampled_from(WHO), subject=st.sampled_from(REVIEWERS))
    def try_anything(self, place: int, step: tuple[str, str], who: str, subject: str) -> None:
        """Somebody tries a step, permitted or not."""
        self.act(list(self.ideas)[place], step, who, subject, 70)

    def act(self, idea: str, step: tuple[str, str], who: str, subject: str, points: int) -> None:
        """A second later the step is taken where the model says so, and refused where not."""
        self.clock(timedelta(seconds=1))  # who is asked since an idea came into review again is known by the instant
        model, at = self.ideas[idea], At(self.town, idea, subject, points)
        target = model.target(*step, who, subject)
        try:
            ACTIONS[step](lambda action, *values, **named: self.town.do(action, *values, by=who, **named), at)
            taken = True
        except Refusal:
            taken = False
        assert taken == (target is not None), (step, who, model)
        if target is not None:
            model.take(step[0], target, who, subject, points)

    @rule()
    def let_the_flows_run(self) -> None:
        """What nobody must decide."""
        for idea, model in self.ideas.items():
            for job, flow in (
                (route_idea, "intake"),
                (assign_evenly, "review"),
                (close_review, "review"),
                (draft_recommendation, "review"),
            ):
                before = set(model.points)
                self.town.do(job, idea, by=f"flow:{flow}")
                if job is route_idea and model.stage == "submitted":
                    model.stage = "awaiting_permission"
                if job is assign_evenly and model.stage == "in_review":
                    missing, chosen = model.missing, sorted(self.asked(idea) - before - model.recused)
                    assert len(chosen) == missing
                    model.assign_evenly(chosen)
                if job is close_review:
                    model.close_review()
            for job in (start_pilot, compute_result):
                self.town.do(job, idea, by="flow:pilot")
            if model.stage == "determined" and model.planned:
                model.stage = "in_pilot"
            if self.town.idea(idea).submitted_at is not None:
                self.town.do(number_receipt, idea, by="flow:recognition")

    def asked(self, idea: str) -> set[str]:
        rows = self.town.rows(select(Review.reviewer_id).where(Review.idea_id == idea, Review.state != ReviewState.SET_ASIDE))
        return {one.who for one in self.town.people.values() if one.id in rows}

    @precondition(lambda self: any(model.award == "scheduled" for model in self.ideas.values()))
    @rule()
    def the_hour_strikes(self) -> None:
        """An hour passes; what was scheduled is announced and certified."""
        self.clock(timedelta(hours=1))
        for idea, model in self.ideas.items():
            if model.award == "scheduled":
                award = At(self.town, idea, "", 0).award
                self.town.do(announce_award, award, by="flow:reward")
                self.town.do(number_certificates, award, by="flow:recognition")
                model.award = "announced"

    @invariant()
    def the_town_is_as_the_model_says(self) -> None:
        for idea, model in self.ideas.items():
            assert self.town.idea(idea).stage == model.stage
            awards = self.town.rows(select(Award.stage).where(Award.idea_id == idea))
            assert sum(stage not in ENDED for stage in awards) == (model.award not in ("-", *ENDED))
            open_items = select(InboxItem.task).where(InboxItem.idea_id == idea, col(InboxItem.done_at).is_(None))
            assert sorted(self.town.rows(open_items)) == model.awaited, model

    @invariant()
    def the_ledger_is_whole(self) -> None:
        entries = self.town.rows(select(LedgerEntry).order_by(col(LedgerEntry.seq)))
        report = verify_chain(ChainEntry(seq=entry.seq, payload=entry.payload, hash=entry.hash) for entry in entries)
        head = self.town.rows(select(LedgerHead))[0]
        assert (report.valid, report.size, report.head) == (True, head.seq, head.hash)

    @invariant()
    def numbers_have_no_gap(self) -> None:
        codes = sorted(int(code[-6:]) for code in self.town.rows(select(Idea.code).where(col(Idea.code).is_not(None))))
        assert codes == list(range(1, len(codes) + 1))
        series: dict[str, list[int]] = {}
        for name, running in self.town.rows(select(Document.series, Document.running)):
            series.setdefault(name, []).append(running)
        assert all(sorted(numbers) == list(range(1, len(numbers) + 1)) for numbers in series.values())


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_whatever_everybody_does_the_town_is_as_the_model_says(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, share: Callable[[int], int]
) -> None:
    def turn(ahead: timedelta) -> None:
        set_clock(monkeypatch, tmp_path, now() + ahead)

    turn(timedelta())
    run_state_machine_as_test(
        lambda: Story(shelf, turn),
        settings=settings(
            max_examples=share(100),
            stateful_step_count=15,
            phases=(Phase.generate,),
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
