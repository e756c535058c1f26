"""No action changes anything before it is permitted, nor after it was taken: seen at each question, for every action of the three ways.

Who would err: a programmer who writes first and asks then, since a refusal rolls everything back; until somebody catches the refusal.
"""

import hashlib
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.awards import Award
from models.documents import Document
from models.ideas import Idea
from models.inbox import InboxItem
from models.instants import now
from models.people import Role
from models.reviews import Review
from models.stages import AwardStage, IdeaStage
from tests.building import Town
from tests.clock import stopped_clock
from tests.steps import IDEA_STEPS, REASON, STEPS, IdeaUnderWay
from tests.workflows.intake.transferred import accept, agree, terms_of
from workflows.intake.agree import answer_invitation, leave_out_unanswered
from workflows.intake.draft import draft_idea, revise_idea
from workflows.intake.merge import NewMerge, answer_merge, ask_merge, open_merge
from workflows.intake.route import expire_supplement, unseal_idea
from workflows.intake.separate import undo_merge
from workflows.intake.silence import end_silence
from workflows.intake.submit import submit_idea, supplement_idea
from workflows.intake.transfer import Agreement, NewTransfer, agree_to_transfer, offer_transfer
from workflows.process import engine, ways
from workflows.process.context import Context
from workflows.process.refusals import Forbidden
from workflows.process.ways import GATE_ACTION
from workflows.recognition.issue import Rendered, mark_issued, mark_sent, withdraw_certificates
from workflows.recognition.late import tell_late
from workflows.recognition.letters import number_certificates, number_receipt
from workflows.recognition.report import ask_report
from workflows.region.calls import close_call
from workflows.review.assign import assign_evenly, assign_reviewer
from workflows.review.close_review import close_review
from workflows.review.determine import close_rejected, expire_deferral
from workflows.review.gates import pass_gate
from workflows.reward.announce import announce_award, schedule_award
from workflows.reward.propose import propose_award
from workflows.reward.recheck import recheck_award

ACTIONS = {(way.name, step.action) for way in (ways.IDEA, ways.AWARD, ways.DOCUMENT) for step in way.transitions}
GATE = {"name": "hearing", "stage": "in_review", "role": "chair", "label": "Sidang", "label_en": "Hearing", "days": 3}
WRITES = ("INSERT", "UPDATE", "DELETE")
Play = Callable[..., Any]


class Watching:
    """Stands before the engine: which steps were asked for, and whether anything was written outside a permitted step.

    While `refuses`, the first question is answered with a refusal.
    """

    def __init__(self) -> None:
        self.asked: set[tuple[str, str]] = set()
        self.refused: set[tuple[str, str]] = set()
        self.statements: list[str] = []
        self.refuses = False

    def begin(self, _connection: Any) -> None:
        """A transaction begins."""
        self.statements.clear()

    def see(self, _connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.lstrip().upper().startswith(WRITES):
            self.statements.append(statement)

    def require_nothing(self, session: Session, when: str) -> None:
        held = [*session.new, *session.dirty, *session.deleted]
        assert (held, self.statements) == ([], []), f"written {when}"

    def permit(self, session: Session, context: Context, action: str, outcome: str | None = None, **actor: Any) -> engine.Permitted:
        step = (context.way.name, action)
        self.asked.add(step)
        self.require_nothing(session, f"before {step} was permitted")
        if self.refuses:
            self.refused.add(step)
            raise Forbidden("refused_by_test")
        return engine.permit(session, context, action, outcome, **actor)

    def take(self, session: Session, *step: Any, **actor: Any) -> None:
        engine.take(session, *step, **actor)
        self.statements.clear()


@pytest.fixture
def watching(town: Town, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watching]:
    """Every module that asks the engine asks through it."""
    watching = Watching()
    for name, module in list(sys.modules.items()):
        for function in ("permit", "take"):
            if name.startswith("workflows.") and getattr(module, function, None) is getattr(engine, function) and module is not engine:
                monkeypatch.setattr(module, function, getattr(watching, function))
    listeners = {"begin": watching.begin, "before_cursor_execute": watching.see}
    for event, listener in listeners.items():
        sa.event.listen(town.store.writing, event, listener)
    yield watching
    for event, listener in listeners.items():
        sa.event.remove(town.store.writing, event, listener)


@pytest.fixture
def play(town: Town, watching: Watching) -> Play:
    """Takes an action twice: first with the permission refused, which leaves nothing behind, then in truth."""

    def one(action: Callable[..., Any], *values: Any, by: str, **named: Any) -> Any:
        watching.refuses = True
        with pytest.raises(Forbidden, match="refused_by_test"):
            town.do(action, *values, by=by, **named)
        watching.refuses = False
        with town.store.unit_of_work() as session:
            answer = action(session, *values, actor=town.actor(session, by), **named)
            watching.require_nothing(session, f"after the last step of {action.__name__}")
        return answer

    return one


def play_steps(town: Town, watching: Watching, idea: str, *steps: str) -> None:
    """Steps of `tests.steps`, each refused first."""
    for step in steps:
        watching.refuses = True
        with pytest.raises(Forbidden, match="refused_by_test"):
            town.take(idea, step)
        watching.refuses = False
        with town.store.unit_of_work() as session:
            STEPS[step](IdeaUnderWay(town, session, idea))
            watching.require_nothing(session, f"after the last step of {step}")


def play_intake(town: Town, watching: Watching, play: Play) -> None:
    """From the draft to the screening, with a team that is asked, left out, and asked again by a supplement."""
    idea = play(draft_idea, town.call, town.proposal(), by="lead").idea.id
    play(revise_idea, idea, town.proposal(title="Antrean yang ditulis ulang"), by="lead")
    play(answer_invitation, idea, joins=False, by="mate")
    play(revise_idea, idea, town.proposal(), by="lead")
    play(leave_out_unanswered, idea, by="lead")
    play_steps(town, watching, idea, "submit", "route", "permit granted", "screen returned", "supplement", "withdraw")
    play(submit_idea, town.ask_team(), without_unanswered=True, by="lead")
    returned = town.build_returned("title")
    play(revise_idea, returned, town.proposal(title="Judul lain"), by="lead")
    town.join(returned)
    play(supplement_idea, returned, town.proposal(title="Judul lain"), by="lead")
    late = town.build_returned()
    for _ in ("given longer, as nobody told the lead", "closed"):
        lapse(town, late)
        play(expire_supplement, late, by="flow:intake")
    waiting = town.build_idea(IdeaStage.SCREENING)
    with town.store.unit_of_work() as session:
        session.exec(select(InboxItem).where(InboxItem.idea_id == waiting, InboxItem.task == "screen")).one().due_at = now() - timedelta(1)
    play(tell_late, waiting, by="flow:recognition")
    silent = town.build_idea(IdeaStage.AWAITING_PERMISSION, call=town.build_call(on_silence="granted"))
    lapse(town, silent)
    play(end_silence, silent, by="flow:intake")
    play_merges(town, play)
    play_transfer(town, play)
    sealed = town.build_call(closing={"is_sealed": True})
    waiting = town.build_idea(IdeaStage.SCREENING, call=sealed)
    town.do(close_call, sealed, by="secretary")
    play(unseal_idea, waiting, by="flow:intake")


def play_merges(town: Town, play: Play) -> None:
    """Ideas that become one and two again: where a head permits, and where none is asked."""
    for call in (town.call, town.build_call(permission=False)):
        first = town.build_idea(IdeaStage.SUBMITTED, call=call)
        second = town.build_idea(IdeaStage.SUBMITTED, call=call, lead="owner", title="Nomor antre dari rumah")
        for idea in (first, second):
            town.take(idea, "route", *(["permit granted"] if call == town.call else []))
        asked = town.do(ask_merge, first, NewMerge(str(town.idea(second).code), REASON), by="secretary")
        for who in ("lead", "owner"):
            town.do(open_merge, asked.id, by=who)
        for who in ("lead", "mate"):
            town.do(answer_merge, asked.id, agrees=True, terms=asked.terms, by=who)
        play(answer_merge, asked.id, agrees=True, terms=asked.terms, by="owner")
        town.do(undo_merge, asked.id, reason=REASON, by="lead")
        play(undo_merge, asked.id, reason=REASON, by="secretary")


def play_transfer(town: Town, play: Play) -> None:
    """An idea that is handed to another call, whose secretariat is somebody else."""
    town.give_role("walker", Role.SECRETARIAT, "BAPPEDA")
    idea, other = town.build_idea(IdeaStage.SCREENING), town.build_call()
    offered = town.do(offer_transfer, idea, NewTransfer(other, REASON), by="secretary").id
    accept(town, offered)
    agree(town, offered, "mate")
    play(agree_to_transfer, offered, Agreement(terms_of(town, offered)), by="lead")


def play_review(town: Town, watching: Watching, play: Play) -> None:
    """A review that looks for reviewers, is prolonged and closed, and what comes of deferral and rejection."""
    play_steps(
        town, watching, town.build_idea(IdeaStage.SCREENING), "screen accepted", "assign", "score", "close_review", "draft_recommend"
    )
    gated = town.build_idea(IdeaStage.IN_REVIEW, call=town.build_call(gates=[GATE], reviewers=1, quorum=1, substitutes=3))
    play(pass_gate, gated, "hearing", by="chair")
    (first,) = town.rows(select(Review.reviewer_id).where(Review.idea_id == gated))
    other = next(one for one in town.people.values() if one.who.startswith("reviewer") and one.id != first)
    play(assign_reviewer, gated, other.id, by="secretary")
    play_steps(town, watching, gated, "recuse")
    lapse(town, gated)
    play(close_review, gated, by="flow:review")
    wanting = town.build_idea(IdeaStage.IN_REVIEW, call=town.build_call(reviewers=9))
    with town.store.unit_of_work() as session:
        session.exec(select(InboxItem).where(InboxItem.idea_id == wanting, InboxItem.task == "assign")).one().done_at = now()
    play(assign_evenly, wanting, by="flow:review")
    deferred = town.build_idea(IdeaStage.RECOMMENDED)
    play_steps(town, watching, deferred, "determine deferred", "resume passed", "recommend deferred", "determine deferred")
    rejected = town.build_idea(IdeaStage.REJECTED)
    lapse(town, deferred, rejected)
    play(expire_deferral, deferred, by="flow:review")
    play(close_rejected, rejected, by="flow:review")


def play_pilot_and_award(town: Town, watching: Watching, play: Play) -> None:
    """A pilot, an award that is announced and revoked, and the documents of both."""
    idea = town.build_idea(IdeaStage.DETERMINED)
    play_steps(town, watching, idea, "plan_pilot", "start_pilot", "measure", "correct", "conclude", "compute_result", "verify roll_out")
    play_steps(town, watching, idea, "propose", "approve approved", "schedule")
    (award,) = town.rows(select(Award.id).where(Award.idea_id == idea))
    with town.store.unit_of_work() as session:
        session.get_one(Award, award).amount_rupiah += 1
    play(recheck_award, idea, by="flow:reward")
    play_steps(town, watching, idea, "approve declined")
    play(propose_award, idea, by="secretary")
    play_steps(town, watching, idea, "approve approved")
    (award,) = town.rows(select(Award.id).where(Award.idea_id == idea, Award.stage == AwardStage.APPROVED))
    with stopped_clock():
        play(schedule_award, award, announce_at=now(), by="leader")
        play(announce_award, award, by="flow:reward")
    play(number_certificates, award, by="flow:recognition")
    play(number_receipt, idea, by="flow:recognition")
    play(ask_report, town.call, by="secretary")
    for document in town.rows(select(Document.id).where(Document.award_id == award)):
        play(mark_issued, document, Rendered(hashlib.sha256(document.encode()).hexdigest()), by="flow:recognition")
        play(mark_sent, document, by="flow:recognition")
    play_steps(town, watching, idea, "revoke")
    play(withdraw_certificates, award, by="flow:recognition")
    play_steps(town, watching, town.build_idea(IdeaStage.DETERMINED, call=town.call_in_use), "roll_out")


def play_others(town: Town, watching: Watching, _play: Play) -> None:
    """Each other step of a person that the tests' steps have, from the stage in which it is taken."""
    for each in ways.IDEA.transitions:
        step = f"{each.action} {each.outcome or ''}".strip()
        if ("idea", each.action) not in watching.asked and each.who is not None and each.stage in IDEA_STEPS and step in STEPS:
            play_steps(town, watching, town.build_idea(IdeaStage(each.stage)), step)


def lapse(town: Town, *ideas: str) -> None:
    """The dates of ideas, and of their reviews, are past."""
    with town.store.unit_of_work() as session:
        for idea in ideas:
            session.execute(sa.update(Review).where(col(Review.idea_id) == idea).values(due_at=now() - timedelta(days=2)))
            session.get_one(Idea, idea).due_at = now() - timedelta(days=1)


STORIES = (play_intake, play_review, play_pilot_and_award, play_others)


def test_no_action_changes_anything_before_it_is_permitted(town: Town, watching: Watching, play: Play) -> None:
    for story in STORIES:
        story(town, watching, play)
    assert watching.asked - {("idea", GATE_ACTION)} == ACTIONS
    assert watching.refused >= ACTIONS
