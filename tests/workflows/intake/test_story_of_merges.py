"""The story of merges: ideas of one call are proposed to be one, opened, shared, agreed to, refused, joined and taken apart, by anybody.

After every step all is as a plain model says (`merge_model.py`), on both databases, and whoever is refused is told a reason that is true.
"""

from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from sqlmodel import Session, col, select

from models.ideas import Idea, TeamMember
from models.inbox import InboxItem
from models.merges import IdeaMerge, MergePart
from models.stages import IdeaStage
from tests.building import SECTIONS, Town
from tests.steps import FINDINGS, REASON
from tests.workflows.intake.merge_model import MERGING, MOST, OFFICES, WHOLE, Known, Merge, Merges
from tests.workflows.intake.merged import propose, require_whole, team, terms_of
from workflows.intake.merge import answer_merge, confirm_merge, open_merge, share_merge
from workflows.intake.permit import permit_idea
from workflows.intake.screen import Screening, screen_idea
from workflows.intake.separate import keep_merge, undo_merge
from workflows.intake.submit import supplement_idea
from workflows.intake.withdraw import withdraw_idea
from workflows.process.refusals import Refusal

LEADS = ("lead", "owner", "operator")
WHO = (*LEADS, "mate", "walker", "stranger", *OFFICES)
STALE = "0" * 64  # what nobody agreed to
STEPS = {"awaiting_permission": [], "screening": ["permit granted"], "supplement_asked": ["permit granted", "screen returned"]}
TASKS = {"awaiting_permission": "permit", "screening": "screen", "supplement_asked": "supplement"}
anybody = st.none() | st.none() | st.sampled_from(WHO)  # nobody in particular is whose it is
pairs = st.sampled_from([*permutations(range(3), 2), *permutations(range(3), 2), (0, 0)])
others = st.dictionaries(st.sampled_from(["mate", "walker", "owner"]), st.sampled_from([800, 1_600, 2_400]), max_size=1)


class Story(RuleBasedStateMachine):
    """Three ideas of one call, with people who may be in several of their teams."""

    def __init__(self, town: Town, calls: dict[bool, str]) -> None:
        super().__init__()
        self.town, self.calls, self.ids = town, calls, list[str]()

    @initialize(
        needs_permission=st.sampled_from([True, True, False]),
        teams=st.tuples(*[others] * 3),
        stages=st.tuples(*[st.sampled_from(MERGING)] * 3),
    )
    def begin(self, needs_permission: bool, teams: tuple[dict[str, int], ...], stages: tuple[str, ...]) -> None:
        """Each of three leads has an idea, received one after the other."""
        self.model, self.codes = Merges(needs_permission), dict[str, str | None]()
        for place, (lead, others, stage) in enumerate(zip(LEADS, teams, stages, strict=True)):
            shares = {who: share for who, share in others.items() if who != lead}
            shares = {lead: WHOLE - sum(shares.values()), **shares}
            named = {"lead": lead, "title": f"Antrean daring {place}", "team": team(self.town, **shares)}
            idea = self.town.build_idea(IdeaStage.SUBMITTED, call=self.calls[needs_permission], **named)
            steps = ["route", *(step for step in STEPS[stage] if needs_permission or not step.startswith("permit"))]
            self.town.take(idea, *steps, lead=lead)
            is_permitted = needs_permission and stage != "awaiting_permission"
            stage = stage if needs_permission or stage == "supplement_asked" else "screening"
            self.model.ideas[idea] = Known(lead, shares, place, stage, permitted=[shares] if is_permitted else [])
            self.codes[idea] = self.town.idea(idea).code

    @rule(pair=pairs, who=anybody)
    def propose(self, pair: tuple[int, int], who: str | None) -> None:
        """Somebody proposes that two ideas become one, or an idea with itself."""
        (one, other), by = ([*self.model.ideas][place] for place in pair), who or "secretary"
        made = self.agree_on(self.model.propose(by, one, other), lambda: propose(self.town, one, other, by=by))
        self.ids += [made] if made else []

    @rule(luck=st.data(), steps=st.integers(2, 6))
    def go_on(self, luck: st.DataObject, steps: int) -> None:
        """What usually happens: two become one, or two again, and each goes on as if there were no other."""
        for step in luck.draw(st.lists(st.sampled_from(["join", "join", "part", "permit", "return", "complete"]), max_size=steps)):
            if step == "join":
                self.propose(luck.draw(pairs), None)
            if step == "join" and self.model.merges:
                self.open(luck, None)
                self.agree(luck, None, False)
            if step == "part" and self.model.merges:
                self.undo(luck, luck.draw(st.sampled_from([None, "secretary"])))
            if step == "permit":
                self.permit(luck, None, True)
            if step == "return":
                self.screen(luck, None, "returned")
            if step == "complete":
                self.complete(luck, None)

    @precondition(lambda self: self.model.merges)
    @rule(luck=st.data(), who=anybody)
    def open(self, luck: st.DataObject, who: str | None) -> None:
        """A lead lets the other team read; mostly both do."""
        merge, name = self.draw(luck)
        for by in [who] if who else [self.model.ideas[each].lead for each in (merge.earlier, merge.later)]:
            self.do(self.model.open(by, merge), open_merge, name, by=by)

    @precondition(lambda self: self.model.merges)
    @rule(luck=st.data(), who=anybody, takes=st.sampled_from([400, 400, 0]), is_whole=st.integers(0, 3).map(bool))
    def share(self, luck: st.DataObject, who: str | None, takes: int, is_whole: bool) -> None:
        """A lead divides the whole anew: one has something of another, or not; or it is no whole, or of somebody unknown."""
        merge, name = self.draw(luck)
        gives = max(merge.shares, key=lambda each: merge.shares[each])
        gains = luck.draw(st.sampled_from([*merge.shares, "stranger"]))
        shares = {**merge.shares, gives: merge.shares[gives] - takes}
        shares[gains] = shares.get(gains, 0) + takes + (0 if is_whole else 400)
        by = who or self.model.ideas[merge.earlier].lead
        numbers = {self.town[each].id: share for each, share in shares.items()}
        self.do(self.model.share(by, merge, shares), share_merge, name, numbers, by=by)

    @precondition(lambda self: self.model.merges)
    @rule(luck=st.data(), who=anybody, is_stale=st.sampled_from([False, False, True]))
    def agree(self, luck: st.DataObject, who: str | None, is_stale: bool) -> None:
        """Somebody agrees to what they saw, or saw once; mostly everybody does."""
        merge, name = self.draw(luck)
        for by in [who] if who else sorted(merge.shares):
            terms = STALE if is_stale and who else terms_of(self.town, name)
            why = self.model.agree(by, merge, is_stale=terms == STALE)
            self.do(why, answer_merge, name, agrees=True, terms=terms, by=by)

    @precondition(lambda self: self.model.merges)
    @rule(luck=st.data(), who=st.sampled_from(WHO), is_meant=st.integers(0, 2))
    def refuse(self, luck: st.DataObject, who: str, is_meant: int) -> None:
        """One says no, seldom."""
        merge, name = self.draw(luck)
        if not is_meant:
            self.do(self.model.refuse(who, merge), answer_merge, name, agrees=False, by=who)

    @precondition(lambda self: self.model.merges)
    @rule(luck=st.data(), who=anybody, confirms=st.integers(0, 4).map(bool))
    def confirm(self, luck: st.DataObject, who: str | None, confirms: bool) -> None:
        """The office says that both are one, or that they are not."""
        merge, name = self.draw(luck)
        by = who or "secretary"
        self.do(self.model.confirm(by, merge, confirms=confirms), confirm_merge, name, confirms=confirms, reason=REASON, by=by)

    @precondition(lambda self: any(each.state == "standing" for each in self.model.merges))
    @rule(luck=st.data(), who=anybody | st.just("secretary"))
    def undo(self, luck: st.DataObject, who: str | None) -> None:
        """The office lets them be two again, or somebody would; or everybody."""
        merge, name = self.draw(luck, "standing")
        for by in [who] if who else sorted(merge.shares):
            self.do(self.model.undo(by, merge), undo_merge, name, reason=REASON, by=by)

    @precondition(lambda self: any(each.apart for each in self.model.merges))
    @rule(luck=st.data(), who=st.sampled_from(WHO))
    def stay(self, luck: st.DataObject, who: str) -> None:
        """Somebody stays with it."""
        merge, name = self.draw(luck, "standing")
        self.do(self.model.stay(who, merge), keep_merge, name, by=who)

    @rule(luck=st.data(), who=anybody, granted=st.integers(0, 6).map(bool))
    def permit(self, luck: st.DataObject, who: str | None, granted: bool) -> None:
        """A head decides on what waits for them, or on another."""
        idea, by = self.draw_in(luck, "awaiting_permission"), who or "head"
        why = self.model.go_on(by, idea, "permit", "granted" if granted else "refused")
        self.do(why, permit_idea, idea, granted=granted, reason=REASON, by=by)

    @rule(luck=st.data(), who=anybody, outcome=st.sampled_from(["returned"] * 6 + ["accepted", "rejected"]))
    def screen(self, luck: st.DataObject, who: str | None, outcome: str) -> None:
        """The secretariat finds something."""
        idea, by = self.draw_in(luck, "screening"), who or "secretary"
        self.do(self.model.go_on(by, idea, "screen", outcome), screen_idea, idea, Screening(outcome), FINDINGS[outcome], by=by)

    @rule(luck=st.data(), who=anybody)
    def complete(self, luck: st.DataObject, who: str | None) -> None:
        """A lead completes what was returned."""
        idea = self.draw_in(luck, "supplement_asked")
        known = self.model.ideas[idea]
        by = who or known.lead
        sections = {**SECTIONS, "idea": f"Antrean daring dengan biaya yang dihitung {known.text + 1} kali."}
        said = self.town.proposal(title=f"Antrean daring {known.place}", sections=sections, team=())
        self.do(self.model.go_on(by, idea, "supplement"), supplement_idea, idea, said, by=by)

    @rule(luck=st.data(), who=anybody, is_meant=st.integers(0, 9))
    def withdraw(self, luck: st.DataObject, who: str | None, is_meant: int) -> None:
        """A lead takes an idea back, which is seldom meant; anybody else tries."""
        idea = luck.draw(st.sampled_from([*self.model.ideas]))
        by = who or self.model.ideas[idea].lead
        if by != self.model.ideas[idea].lead or not is_meant:
            self.do(self.model.go_on(by, idea, "withdraw"), withdraw_idea, idea, by=by)

    def do(self, why: set[str], action: Callable[..., Any], *values: Any, by: str, **named: Any) -> None:
        self.agree_on(why, lambda: self.town.do(action, *values, by=by, **named))

    def agree_on(self, why: set[str], act: Callable[[], Any]) -> Any:
        """The step is taken where the model has nothing against it, and refused for one of its reasons where it has."""
        found, made = "taken", None
        try:
            made = act()
        except Refusal as refusal:
            found = refusal.code
        assert found in (why or {"taken"}), (found, why, self.model)
        return made

    def draw(self, luck: st.DataObject, state: str = "waiting") -> tuple[Merge, str]:
        """A merge with its id, mostly one in this state where there is any."""
        known = [*zip(self.model.merges, self.ids, strict=True)]
        return luck.draw(st.sampled_from([*known, *[each for each in known if each[0].state == state] * 6]))

    def draw_in(self, luck: st.DataObject, stage: str) -> str:
        """An idea, mostly one in this stage where there is any."""
        ideas = [*self.model.ideas]
        return luck.draw(st.sampled_from([*ideas, *[each for each in ideas if self.model.ideas[each].stage == stage] * 6]))

    @invariant()
    def all_is_as_the_model_says(self) -> None:
        model, names = self.model, {person.id: who for who, person in self.town.people.items()}
        with self.town.store.reading() as session:
            ideas = session.exec(select(Idea).where(col(Idea.id).in_(model.ideas))).all()
            members = session.exec(select(TeamMember).where(col(TeamMember.idea_id).in_(model.ideas))).all()
            waiting = session.exec(select(InboxItem).where(col(InboxItem.idea_id).in_(model.ideas), col(InboxItem.done_at).is_(None))).all()
            self.check_merges(session, names)
        for idea in ideas:
            known = model.ideas[idea.id]
            joined = any(each.later == idea.id and each.state == "standing" for each in model.merges)
            assert (idea.stage, idea.code, idea.lead_id) == (known.stage, self.codes[idea.id], self.town[known.lead].id), model
            assert (idea.reason_code == "merged") == joined, model
            rows = [each for each in members if each.idea_id == idea.id]
            assert {names[each.person_id]: each.share_hundredths for each in rows} == known.team, model
            assert (sum(known.team.values()), [names[each.person_id] for each in rows if each.lead]) == (WHOLE, [known.lead]), model
            tasks = [(each.task, names.get(each.person_id or "", "")) for each in waiting if each.idea_id == idea.id]
            task = TASKS.get(known.stage)
            assert tasks == ([(task, known.lead if task == "supplement" else "")] if task else []), model

    def check_merges(self, session: Session, names: dict[str, str]) -> None:
        """What is proposed, and who has opened, agreed and would be apart."""
        for merge, name in zip(self.model.merges, self.ids, strict=True):
            row = session.get_one(IdeaMerge, name)
            parts = session.exec(select(MergePart).where(MergePart.merge_id == name)).all()
            assert state_of(row) == merge.state, self.model
            assert {names[each.person_id]: each.share_hundredths for each in parts} == merge.shares, self.model
            assert {names[each.person_id] for each in parts if each.opened_at} == merge.opened, self.model
            if merge.state in ("waiting", "ended"):
                assert {names[each.person_id] for each in parts if each.agreed_at} == merge.agreed, self.model
            if merge.state == "standing":
                assert {names[each.person_id] for each in parts if each.undo_agreed_at} == merge.apart, self.model

    def teardown(self) -> None:
        require_whole(self.town)


def state_of(row: IdeaMerge) -> str:
    if row.settled_at is None:
        return "waiting"
    return "undone" if row.undone_at else "standing" if row.is_done else "ended"


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_whatever_everybody_does_merges_are_as_the_model_says(either_town: Town, share: Callable[[int], int]) -> None:
    calls = {asks: either_town.build_call(permission=asks, team_limit=MOST) for asks in (True, False)}
    run_state_machine_as_test(
        lambda: Story(either_town, calls),
        settings=settings(
            max_examples=share(100),
            stateful_step_count=30,
            phases=(Phase.generate,),
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
