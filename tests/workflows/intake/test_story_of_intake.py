"""The story of intake: a draft, its team and files, permission or a head's silence, gates, returns and completions, by anybody.

After every step the idea is as a plain model says (`model.py`), on both databases; at the end the ledger commits to every row there is.
"""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from sqlmodel import Session, col, select

from models.ideas import Gate, GateState, Idea, Invitation, Revision, TeamMember
from models.inbox import InboxItem
from models.ledger import LedgerEntry, LedgerHead
from tests.building import SECTIONS, Town
from tests.clock import stopped_clock
from tests.steps import MET, REASON, UNMET
from tests.workflows.intake.model import AFTER, ENDED, GATES, LEAD, MOST_FILES, WHOLE, WRITING, Intake
from tests.workflows.intake.test_silence import let_heads_serve
from workflows.calculations.ledger import ChainEntry, verify_chain
from workflows.intake.agree import answer_invitation
from workflows.intake.attach import NewFile, attach_file, remove_attachment
from workflows.intake.attachments import list_present
from workflows.intake.draft import Proposal, draft_idea, revise_idea
from workflows.intake.permit import permit_idea
from workflows.intake.route import route_idea
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.intake.silence import end_silence
from workflows.intake.submit import submit_idea, supplement_idea
from workflows.intake.team import MemberShare
from workflows.intake.withdraw import withdraw_idea
from workflows.process.attest.compare import compare_rows
from workflows.process.refusals import Refusal
from workflows.review.gates import pass_gate

ASKED = ("mate", "walker", "stranger")
WHO = (LEAD, *ASKED, "head", "other_head", "secretary", "chair", "verifier")
FILES = ("denah", "foto", "surat")
SAID = {
    "title": ("Antrean daring kelurahan", "Papan antrean di balai RW"),
    "budget": ("0", "4500000"),
    "sections.idea": (SECTIONS["idea"], "Nomor antrean dipanggil lewat pengeras suara.", "Kader mencatat antrean sejak pagi."),
}
PARTS = (*SAID, "team", "files")
RULES: list[dict[str, Any]] = [
    {"name": name, "label": name, "label_en": name, "stage": stage, "role": role, "after": [AFTER[name]] if name in AFTER else []}
    for name, (stage, role) in GATES.items()
]
OUTCOMES = ["returned"] * 4 + ["accepted", "rejected"]
CALLS: dict[str, dict[str, Any]] = {  # by what a head's silence means: nobody is asked, somebody above is, or the rule decides
    "nobody": {"permission": False, "gates": [rule for rule in RULES if rule["stage"] == "screening"]},
    "": {"gates": RULES},
    **{meant: {"gates": RULES, "on_silence": meant} for meant in ("granted", "refused")},
}
SILENT = timedelta(days=60)  # more than a head has
FINDINGS = {"accepted": Findings(MET), "rejected": Findings(UNMET, reason=REASON)}
said_anew = {part: st.sampled_from(texts) for part, texts in SAID.items()}
saids, changes = st.fixed_dictionaries(said_anew), st.fixed_dictionaries({}, optional=said_anew)
teams = st.dictionaries(st.sampled_from(ASKED), st.sampled_from([500, 1_000, 3_333]), max_size=3)
mostly = st.integers(0, 4).map(bool)


def somebody(usual: str) -> st.SearchStrategy[str]:
    """Mostly whose it is, sometimes anybody."""
    return st.one_of(st.just(usual), st.just(usual), st.sampled_from(WHO))


class Story(RuleBasedStateMachine):
    """One idea after another in the same town."""

    def __init__(self, town: Town, calls: dict[str, str]) -> None:
        super().__init__()
        self.town, self.calls = town, calls

    @initialize(silence=st.sampled_from(list(CALLS)), said=saids, team=teams)
    def begin(self, silence: str, said: dict[str, str], team: dict[str, int]) -> None:
        """A draft, with whom it names."""
        named = with_lead(team)
        is_asked, self.silence = silence != "nobody", silence
        self.model = Intake(said, is_asked, silence if is_asked else "")
        assert self.model.write(LEAD, said, named)
        made = self.town.do(draft_idea, self.calls[silence], self.proposal(said, named), by=LEAD)
        self.idea = str(made.idea.id)

    @precondition(lambda self: self.model.stage in ENDED)
    @rule(said=saids, team=teams)
    def begin_another(self, said: dict[str, str], team: dict[str, int]) -> None:
        """The lead has the next idea."""
        self.begin(self.silence, said, team)

    @precondition(lambda self: self.model.stage in WRITING)
    @rule(who=somebody(LEAD), changes=changes, team=st.none() | teams, is_whole=mostly)
    def write(self, who: str, changes: dict[str, str], team: dict[str, int] | None, is_whole: bool) -> None:
        """Some of what is said changes, and the team, whose shares may not be a whole."""
        new = self.model.said | changes
        named = {} if team is None else with_lead(team, WHOLE if is_whole else WHOLE - 1)
        self.agree_on(self.model.write(who, new, named), revise_idea, self.proposal(new, named), by=who)

    @precondition(lambda self: self.model.stage in WRITING)
    @rule(who=st.sampled_from((*ASKED, *ASKED, LEAD, "secretary")), joins=mostly)
    def answer(self, who: str, joins: bool) -> None:
        """Somebody joins or stays out, asked or not."""
        self.agree_on(self.model.answer(who, joins=joins), answer_invitation, by=who, joins=joins)

    @precondition(lambda self: self.model.stage in WRITING)
    @rule()
    def everybody_joins(self) -> None:
        """Whoever is asked says yes."""
        for who in [who for who, known in self.model.invited.items() if known.answer == "asked"]:
            self.answer(who, True)

    @rule(who=somebody(LEAD), file=st.sampled_from(FILES))
    def attach(self, who: str, file: str) -> None:
        """A file is added, in its time or not."""
        digest = digest_of(file)
        new = NewFile(f"{file}.pdf", "application/pdf", 1_000, digest, digest)
        self.agree_on(self.model.attach(who, file), attach_file, new, by=who)

    @rule(who=somebody(LEAD), file=st.sampled_from(FILES))
    def detach(self, who: str, file: str) -> None:
        """A file is taken out, in its time or not."""
        with self.town.store.reading() as session:
            present = {each.sha256: each.id for each in list_present(session, self.idea)}
        self.agree_on(self.model.detach(who, file), remove_attachment, present.get(digest_of(file), "none"), by=who)

    @precondition(lambda self: self.model.stage in WRITING)
    @rule(who=somebody(LEAD), without=st.booleans())
    def hand_in(self, who: str, without: bool) -> None:
        """The draft is submitted, or the completed idea sent."""
        action = submit_idea if self.model.stage == "draft" else supplement_idea
        self.agree_on(self.model.hand_in(who, without_unanswered=without), action, by=who, without_unanswered=without)

    @rule()
    def let_the_flow_run(self) -> None:
        """What was submitted is passed on."""
        self.town.do(route_idea, self.idea, by="flow:intake")
        self.model.route()

    @precondition(lambda self: self.model.open_gates)
    @rule()
    def pass_the_gates(self) -> None:
        """Each office does its part."""
        for gate in self.model.open_gates:
            self.pass_one(GATES[gate][1], gate)

    @rule(who=st.sampled_from(WHO), gate=st.sampled_from(sorted(GATES)))
    def pass_one(self, who: str, gate: str) -> None:
        """Somebody says that a gate is passed."""
        self.agree_on(self.model.pass_gate(who, gate), pass_gate, gate, by=who)

    @precondition(lambda self: self.model.stage == "awaiting_permission")
    @rule(who=somebody("head"), granted=mostly)
    def permit(self, who: str, granted: bool) -> None:
        """A head decides."""
        self.agree_on(self.model.permit(who, granted=granted), permit_idea, by=who, granted=granted, reason=REASON)

    @precondition(lambda self: self.model.needs_permission)
    @rule()
    def let_the_head_be_silent(self) -> None:
        """The days that a head has pass, whatever the idea waits for."""
        with stopped_clock(SILENT):
            self.town.do(end_silence, self.idea, by="flow:intake")
        self.model.let_the_head_be_silent()

    @precondition(lambda self: self.model.stage == "screening")
    @rule(who=somebody("secretary"), outcome=st.sampled_from(OUTCOMES), parts=st.sets(st.sampled_from(PARTS), min_size=1))
    def screen(self, who: str, outcome: str, parts: set[str]) -> None:
        """The secretariat finds something."""
        asked = frozenset(parts)
        findings = FINDINGS.get(outcome) or Findings(parts=tuple(sorted(parts)), reason=REASON)
        self.agree_on(self.model.screen(who, outcome, asked), screen_idea, Screening(outcome), findings, by=who)

    @rule(steps=st.integers(1, 6), outcome=st.sampled_from(OUTCOMES))
    def go_on(self, steps: int, outcome: str) -> None:
        """What usually happens next, some times."""
        for _ in range(steps):
            if self.model.stage in WRITING:
                self.everybody_joins()
                self.hand_in(LEAD, True)
            elif self.model.open_gates:
                self.pass_the_gates()
            elif self.model.stage == "awaiting_permission":
                self.permit("head", True)
            elif self.model.stage == "screening":
                self.screen("secretary", outcome, set(PARTS))
            else:
                self.let_the_flow_run()

    @rule(who=st.sampled_from(WHO), step=st.sampled_from(["permit", "screen", "withdraw", "hand_in"]), is_meant=st.integers(0, 3))
    def try_out_of_turn(self, who: str, step: str, is_meant: int) -> None:
        """Somebody tries what is perhaps not theirs, or not now; that the lead takes the idea back is seldom meant."""
        if step == "permit":
            self.permit(who, True)
        elif step == "screen":
            self.screen(who, "accepted", set())
        elif step == "hand_in":
            self.hand_in(who, False)
        elif who != LEAD or not is_meant:
            self.agree_on(self.model.withdraw(who), withdraw_idea, by=who)

    def agree_on(self, is_right: bool, action: Callable[..., Any], *values: Any, by: str, **named: Any) -> None:
        """The step is taken where the model says so, and refused where not."""
        try:
            self.town.do(action, self.idea, *values, by=by, **named)
            is_taken = True
        except Refusal:
            is_taken = False
        assert is_taken == is_right, (action.__name__, by, values, named, self.model)

    def proposal(self, said: dict[str, str], named: dict[str, int]) -> Proposal:
        team = tuple(MemberShare(self.town[who].number, share) for who, share in named.items())
        sections = {**SECTIONS, "idea": said["sections.idea"]}
        return self.town.proposal(title=said["title"], budget_rupiah=int(said["budget"]), sections=sections, team=team)

    @invariant()
    def the_idea_is_as_the_model_says(self) -> None:
        names = {person.id: who for who, person in self.town.people.items()}
        with self.town.store.reading() as session:
            self.check_words(session)
            members = session.exec(select(TeamMember).where(TeamMember.idea_id == self.idea))
            team = {names[each.person_id]: each.share_hundredths for each in members}
            asked = session.exec(select(Invitation).where(Invitation.idea_id == self.idea))
            invited = {names[str(each.person_id)]: (each.share_hundredths, each.answer.value) for each in asked}
            waiting = session.exec(select(InboxItem).where(InboxItem.idea_id == self.idea, col(InboxItem.done_at).is_(None)))
            tasks = sorted((each.task, names.get(each.person_id or "", "")) for each in waiting)
            gates = session.exec(select(Gate.name, Gate.state).where(Gate.idea_id == self.idea)).all()
            files = [each.name.removesuffix(".pdf") for each in list_present(session, self.idea)]
        assert team == self.model.team
        assert invited == {who: (known.share, known.answer) for who, known in self.model.invited.items()}
        assert tasks == sorted(self.model.awaited), self.model
        assert dict(gates) == {gate: GateState.PASSED if gate in self.model.passed else GateState.OPEN for gate in self.model.put_up}
        assert files == self.model.files
        owed = sum(known.share for known in self.model.invited.values() if known.answer == "asked") if self.model.stage == "draft" else 0
        if self.model.stage == "draft" or self.model.has_code:  # a draft that is taken back takes back what it offered, too
            assert sum(team.values()) + owed == WHOLE

    def check_words(self, session: Session) -> None:
        idea = session.get_one(Idea, self.idea)
        said = session.exec(select(Revision).where(Revision.idea_id == self.idea, Revision.number == idea.revision)).one()
        assert (idea.stage, idea.revision, idea.code is not None) == (self.model.stage, self.model.revision, self.model.has_code)
        assert {"title": idea.title, "budget": str(said.budget_rupiah), "sections.idea": said.sections["idea"]} == self.model.said


def with_lead(team: dict[str, int], whole: int = WHOLE) -> dict[str, int]:
    """The team with its lead, who has what is left."""
    return {LEAD: whole - sum(team.values()), **team}


def digest_of(file: str) -> str:
    return hashlib.sha256(file.encode()).hexdigest()


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_whatever_everybody_does_intake_is_as_the_model_says(either_town: Town, share: Callable[[int], int]) -> None:
    taking = {"most": MOST_FILES, "largest_megabytes": 1, "kinds": ["pdf"]}
    let_heads_serve(either_town)
    calls = {silence: either_town.build_call(attachments=taking, **policy) for silence, policy in CALLS.items()}
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
    entries = either_town.rows(select(LedgerEntry).order_by(col(LedgerEntry.seq)))
    report = verify_chain(ChainEntry(seq=entry.seq, payload=entry.payload, hash=entry.hash) for entry in entries)
    head = either_town.rows(select(LedgerHead))[0]
    assert (report.valid, report.size, report.head) == (True, head.seq, head.hash)
    with either_town.store.reading() as session:
        assert compare_rows(session).differences == []
