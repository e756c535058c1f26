"""The story of claims: ideas are rejected, watched, determined, claimed, decided and reopened, in any order, by anybody, over months.

After every step all is as a plain model says (`claim_model.py`), on both databases, and whoever is refused is told a reason that is true.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from sqlmodel import Session, col, select

from models.claims import AdoptionClaim
from models.ideas import Idea, TeamMember
from models.instants import now
from models.links import IdeaLink
from models.outbox import Message
from models.people import AccountNotice, Role
from models.stages import IdeaStage
from tests.building import Town
from tests.clock import set_clock
from tests.sharing import OPEN
from tests.steps import FINDINGS, REASON, decree_of_today
from tests.workflows.intake.claim_model import DAYS, LEADERS, MOST_BY_HAND, OFFICES, SECRETARIAT, Claim, Claims, Known
from tests.workflows.intake.claiming import BECAUSE, FAR, FIRST, NEAR, WHY, claim_of, require_whole, watch
from workflows.intake import claims as claiming
from workflows.intake.claims import claim_idea, decide_claim, file_claim, lapse_claims, remind_deciders, withdraw_claim
from workflows.intake.screen import Screening, screen_idea
from workflows.intake.team import MemberShare
from workflows.process.refusals import Refusal
from workflows.review.determine import Determination, close_rejected, determine_idea
from workflows.review.reopen import reopen_idea

WHO = sorted({"operator", "owner", "lead", *OFFICES})
LEADS = ("operator", "owner", "mate")
TOPICS = {"queue": (FIRST, NEAR), "waste": (FAR, FAR)}  # what a rejected idea says of it, and what a determined one says
MOST, CALL_DAYS = 3, 25  # ideas of either kind; after so many days nothing new is handed in
topics, mostly = st.sampled_from(["queue", "queue", "waste"]), st.integers(0, 4).map(bool)
anybody = st.none() | st.sampled_from(WHO)  # nobody in particular is whose it is
Clock = Callable[[datetime], None]


class Story(RuleBasedStateMachine):
    """Ideas of one topic or another, of three who were rejected and one team that was not."""

    def __init__(self, town: Town, clock: Clock) -> None:
        super().__init__()
        self.town, self.clock, self.model = town, clock, Claims()

    @initialize(lead=st.sampled_from(LEADS), is_open=st.booleans(), is_watched=mostly)
    def begin(self, lead: str, is_open: bool, is_watched: bool) -> None:
        """A month later, when nothing of before is kept any more: an idea is rejected, and one near it determined."""
        self.clock(now() + timedelta(days=2 * DAYS["retention"]))
        self.see_to_claims()  # of another story: whoever left one undecided is told so now, and not while this one is told
        self.let_pass()
        self.began = now()
        self.calls = {opened: self.town.build_call(days=DAYS, **(OPEN if opened else {})) for opened in (False, True)}
        self.reject(lead, "queue", "deputy")
        self.determine(set(), "queue", is_open, "deputy")
        if is_watched:
            self.look([*self.model.ideas][-1])

    @precondition(lambda self: self.may_begin("rejected", "screening", "closed"))
    @rule(lead=st.sampled_from(LEADS), topic=topics, by=st.sampled_from(["secretary", "leader", "deputy"]))
    def reject(self, lead: str, topic: str, by: str) -> None:
        """Somebody's idea comes to nothing, in the screening or at the end."""
        stage = IdeaStage.SCREENING if by == "secretary" else IdeaStage.RECOMMENDED
        idea = self.town.build_idea(stage, call=self.calls[False], lead=lead, **TOPICS[topic][0])
        if by == "secretary":
            self.town.do(screen_idea, idea, Screening.REJECTED, FINDINGS["rejected"], by=by)
        else:
            self.settle(idea, "rejected", by)
        kept = self.model.day + DAYS["retention"]
        self.keep(idea, Known(frozenset({lead}), lead, topic, 0, "rejected", self.bearing(by), rejected_by=by, kept=kept))

    @precondition(lambda self: self.may_begin("determined"))
    @rule(others=st.sets(st.sampled_from(["mate", "owner"])), topic=topics, is_open=st.booleans(), by=st.sampled_from(["leader", "deputy"]))
    def determine(self, others: set[str], topic: str, is_open: bool, by: str) -> None:
        """An idea of the lead's, and of some who may have had one that was rejected."""
        members = {"lead": 10_000 - 1_000 * len(others), **dict.fromkeys(sorted(others), 1_000)}
        team = tuple(MemberShare(self.town[who].number, share) for who, share in members.items())
        idea = self.town.build_idea(IdeaStage.RECOMMENDED, call=self.calls[is_open], team=team, **TOPICS[topic][1])
        self.settle(idea, "adopted", by)
        self.keep(idea, Known(frozenset(members), "lead", topic, 0, "determined", self.bearing(by), is_open=is_open))

    @rule(luck=st.data())
    def look_for_what_is_near(self, luck: st.DataObject) -> None:
        """The flow does, once an idea is determined, or again."""
        self.look(luck.draw(st.sampled_from([*self.of("adopted") * 3, *self.model.ideas])))

    def look(self, adopted: str) -> None:
        watch(self.town, adopted)
        self.model.watch(adopted)
        self.let_pass()

    @precondition(lambda self: self.model.claims)
    @rule(luck=st.data(), who=anybody, is_long=mostly)
    def file(self, luck: st.DataObject, who: str | None, is_long: bool) -> None:
        """Somebody files what the lead was told of."""
        claim = self.draw(luck, "told")
        by = who or self.model.ideas[claim.first].lead
        why = self.model.file(by, claim, is_long=is_long)
        self.agree_on(why, file_claim, self.id_of(claim), WHY if is_long else "Ya.", by=by)

    @rule(luck=st.data(), who=anybody, is_long=mostly)
    def claim_by_code(self, luck: st.DataObject, who: str | None, is_long: bool) -> None:
        """Somebody names another idea by its code."""
        first, adopted = luck.draw(st.sampled_from(self.of("first"))), luck.draw(st.sampled_from([*self.of("adopted"), *self.of("first")]))
        by = who or self.model.ideas[first].lead
        why = self.model.claim(by, first, adopted, is_long=is_long)
        self.agree_on(why, claim_idea, first, str(self.town.idea(adopted).code), WHY if is_long else "Ya.", by=by)

    @precondition(lambda self: self.model.claims)
    @rule(luck=st.data(), who=anybody)
    def withdraw(self, luck: st.DataObject, who: str | None) -> None:
        """A claim is taken back, by its lead or not."""
        claim = self.draw(luck, "filed")
        by = who or self.model.ideas[claim.first].lead
        self.agree_on(self.model.withdraw(by, claim), withdraw_claim, self.id_of(claim), by=by)

    @precondition(lambda self: self.model.claims)
    @rule(luck=st.data(), who=anybody | st.sampled_from(sorted(LEADERS)), upholds=st.booleans(), is_long=mostly)
    def decide(self, luck: st.DataObject, who: str | None, upholds: bool, is_long: bool) -> None:
        """Somebody decides a claim, who may or not."""
        claim = self.draw(luck, "filed")
        by = who or min(self.model.deciders(claim), default="chair")
        why = self.model.decide(by, claim, upholds=upholds, is_long=is_long)
        reason = BECAUSE if is_long else "Ya."
        self.agree_on(why, decide_claim, self.id_of(claim), upholds=upholds, reason=reason, by=by)

    @rule(luck=st.data(), who=anybody)
    def reopen(self, luck: st.DataObject, who: str | None) -> None:
        """Circumstances changed, somebody says."""
        idea = luck.draw(st.sampled_from([*self.model.ideas]))
        by = who or luck.draw(st.sampled_from(sorted(SECRETARIAT)))
        self.agree_on(self.model.reopen(by, idea), reopen_idea, idea, reason=REASON, by=by)

    @precondition(lambda self: any(each.stage == "screening" for each in self.model.ideas.values()))
    @rule(luck=st.data(), who=anybody)
    def turn_down(self, luck: st.DataObject, who: str | None) -> None:
        """What was reopened is screened again, and rejected again."""
        idea = luck.draw(st.sampled_from(self.of("first")))
        by = who or luck.draw(st.sampled_from(sorted(SECRETARIAT)))
        self.agree_on(self.model.turn_down(by, idea), screen_idea, idea, Screening.REJECTED, FINDINGS["rejected"], by=by)

    @rule(days=st.sampled_from([1, 2, 4, 5, 6, 31]))
    def let_days_pass(self, days: int) -> None:
        """The clock looks for what lapses, what is late and what ends."""
        self.clock(now() + timedelta(days=days))
        self.model.pass_days(days)
        self.see_to_claims()
        self.let_pass()
        for idea in self.model.ideas:
            self.town.do(close_rejected, idea, by="flow:review")

    def see_to_claims(self) -> None:
        self.town.do(lapse_claims, 500, by="flow:clock")
        with self.town.store.unit_of_work() as session:
            remind_deciders(session, 500)

    @rule(luck=st.data())
    def go_on(self, luck: st.DataObject) -> None:
        """What usually happens: the flow looks, somebody claims, waits, and is answered; or nobody does, and the idea comes back."""
        for step in luck.draw(st.lists(st.sampled_from(["look", "file", "name", "decide", "wait", "reopen"]), min_size=2, max_size=6)):
            if step == "look":
                self.look_for_what_is_near(luck)
            if step == "file" and self.model.claims:
                self.file(luck, None, True)
            if step == "name":
                self.claim_by_code(luck, None, True)
            if step == "decide" and self.model.claims:
                self.decide(luck, None, luck.draw(st.booleans()), True)
            if step == "wait":
                self.let_days_pass(luck.draw(st.sampled_from([1, 2, 4])))
            if step == "reopen":
                self.reopen(luck, None)

    def agree_on(self, why: set[str], action: Callable[..., Any], *values: Any, by: str, **named: Any) -> None:
        """The step is taken where the model has nothing against it, and refused for one of its reasons where it has."""
        found = "taken"
        try:
            self.town.do(action, *values, by=by, **named)
        except Refusal as refusal:
            found = refusal.code
        assert found in (why or {"taken"}), (action.__name__, by, values, named, why, self.model)
        self.let_pass()

    def let_pass(self) -> None:
        """A minute passes, so that no two things are of the same instant."""
        self.clock(now() + timedelta(minutes=1))

    def may_begin(self, *stages: str) -> bool:
        return self.model.day <= CALL_DAYS and sum(each.stage in stages for each in self.model.ideas.values()) < MOST

    def settle(self, idea: str, outcome: str, by: str) -> None:
        decree = decree_of_today("1" if by == "deputy" else "9")
        self.town.do(determine_idea, idea, Determination(outcome), reason=REASON, decree=decree, by=by)

    def bearing(self, by: str) -> set[str]:
        """Who permitted, screened, advised and determined an idea."""
        return {"head", "secretary", by} | (set() if by == "secretary" else {"chair"})

    def keep(self, idea: str, known: Known) -> None:
        known.place = len(self.model.ideas)
        self.model.ideas[idea] = known
        self.let_pass()

    def of(self, kind: str) -> list[str]:
        """The ideas that were determined, or those that were not."""
        return [idea for idea, known in self.model.ideas.items() if (known.stage == "determined") == (kind == "adopted")]

    def draw(self, luck: st.DataObject, state: str) -> Claim:
        """A claim, one of this state where there is any and luck does not want another."""
        usual = [each for each in self.model.claims.values() if each.state == state]
        return luck.draw(st.sampled_from([*self.model.claims.values(), *usual * 4]))

    def id_of(self, claim: Claim) -> str:
        return claim_of(self.town, claim.first, claim.adopted).id

    @invariant()
    def all_is_as_the_model_says(self) -> None:
        if not self.model.ideas:
            return
        model, names = self.model, {person.id: who for who, person in self.town.people.items()}
        with self.town.store.reading() as session:
            made = session.exec(select(AdoptionClaim).where(col(AdoptionClaim.idea_id).in_(model.ideas))).all()
            claims = {(each.idea_id, each.adopted_id): each.state.removeprefix("claim_") for each in made}
            self.check_ideas(session, names)
            told = session.exec(select(Message).where(Message.job == "tell_claim", col(Message.idea_id).in_(model.ideas))).all()
            notices = session.exec(select(AccountNotice).where(AccountNotice.at >= self.began)).all()
        assert claims == {pair: each.state for pair, each in model.claims.items()}, model
        ids = {(each.idea_id, each.adopted_id): each.id for each in made}
        letters = sorted((names[each.subject_id], str(each.dedupe_key)) for each in told)
        assert letters == sorted((who, f"claim:{ids[pair]}:claim_{state}") for who, pair, state in model.letters), model
        assert Counter((names[each.person_id], each.kind.value) for each in notices) == model.notices, model

    def check_ideas(self, session: Session, names: dict[str, str]) -> None:
        """Stages and teams are as they should be, and whoever was upheld is said to have the same idea."""
        model = self.model
        stages = session.exec(select(Idea.id, Idea.stage).where(col(Idea.id).in_(model.ideas))).all()
        assert dict(stages) == {idea: known.stage for idea, known in model.ideas.items()}, model
        links = session.exec(select(IdeaLink).where(col(IdeaLink.idea_id).in_(model.ideas))).all()
        upheld = sorted(pair for pair, each in model.claims.items() if each.state == "upheld")
        assert sorted((each.other_id, each.idea_id) for each in links if each.kind == "same") == upheld, model
        members = session.exec(select(TeamMember).where(col(TeamMember.idea_id).in_(model.ideas))).all()
        for idea, known in model.ideas.items():
            team = [each for each in members if each.idea_id == idea]
            assert {names[each.person_id] for each in team} == known.team
            assert (sum(each.share_hundredths for each in team), [names[each.person_id] for each in team if each.lead]) == (
                10_000,
                [known.lead],
            )

    def teardown(self) -> None:
        require_whole(self.town)


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_whatever_everybody_does_claims_are_as_the_model_says(
    either_town: Town, share: Callable[[int], int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claiming, "MOST_OF_IDEA", MOST_BY_HAND)
    either_town.give_role("mate", Role.LEADER, "KOTA")
    either_town.give_role("stranger", Role.SECRETARIAT, "BAPPEDA")
    set_clock(monkeypatch, tmp_path, now() + timedelta(days=1))
    run_state_machine_as_test(
        lambda: Story(either_town, lambda instant: set_clock(monkeypatch, tmp_path, instant)),
        settings=settings(
            max_examples=share(100),
            stateful_step_count=30,
            phases=(Phase.generate,),
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
