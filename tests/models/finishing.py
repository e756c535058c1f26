"""How people and flows finish the work that a database holds: every message is done, every inbox item answered, until all is ended."""

import json
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

from sqlmodel import Session, col, func, select

from models.awards import Award
from models.calls import Call, CallState
from models.database import database
from models.documents import Document
from models.ideas import Idea
from models.inbox import InboxItem
from models.instants import now, region_zone, today
from models.people import EmploymentKind, Role, RoleGrant
from models.pilots import Indicator, Pilot
from models.stages import IdeaStage
from tests.building import Town
from tests.conftest import ALL
from tests.steps import MET, REASON, decree_of_today, plan
from tests.town import employee_number, sign_in
from tests.workflows.turns import FLOW_MODULES, WORKS, Clock, tick
from workflows.delivery.claims import claim_batch, release_unstarted
from workflows.delivery.effects import handle_messages
from workflows.documents.content import read_content
from workflows.documents.kinds import get_document_type
from workflows.intake.permit import permit_idea
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.intake.submit import submit_idea, supplement_idea
from workflows.intake.withdraw import withdraw_idea
from workflows.pilot.conclude import Verdict, conclude_pilot, verify_pilot
from workflows.pilot.measure import Reading, report_measurement
from workflows.pilot.start import plan_pilot
from workflows.process import ways
from workflows.process.actors import Actor, actor_of, flow_actor
from workflows.process.context import read_context
from workflows.process.offers import list_offers
from workflows.process.underway import first_report_day
from workflows.process.waiting import list_inbox
from workflows.process.ways import GATE_ACTION, Kind
from workflows.recognition.issue import Rendered, mark_issued
from workflows.region.people import NewPerson, register_person
from workflows.review.assign import assign_reviewer, list_eligible
from workflows.review.determine import Determination, determine_idea, resume_idea
from workflows.review.gates import pass_gate
from workflows.review.recommend import Recommendation, recommend_idea
from workflows.review.score import score_idea
from workflows.reward.announce import schedule_award
from workflows.reward.approve import approve_award, decline_award
from workflows.reward.browse import read_award

LEFT_TO_THE_CLOCK = ("resume", "supplement")  # every other one of these is not answered until its date is past
ENDED_IDEAS, ENDED_AWARDS = (way.list_stages(Kind.END) for way in (ways.IDEA, ways.AWARD))
ISSUE = ("recognition", "issue_document")


@dataclass(frozen=True)
class Asked:
    """An inbox item before somebody to whom it is asked; `turn` counts the answers, so that outcomes differ."""

    town: Town
    session: Session
    item: InboxItem
    idea: Idea
    actor: Actor
    turn: int

    def do(self, action: Callable[..., Any], *values: Any, **named: Any) -> Any:
        """An action on the idea or its award."""
        return action(self.session, self.item.award_id or self.idea.id, *values, actor=self.actor, **named)


def _assign(at: Asked) -> None:
    context = read_context(at.session, at.idea.id, actor=at.actor)
    at.do(assign_reviewer, list_eligible(at.session, context)[0])


def _recommend(at: Asked) -> None:
    below = at.idea.stage in (IdeaStage.BELOW_MARK, IdeaStage.NO_QUORUM)
    at.do(recommend_idea, Recommendation.NOT_FEASIBLE if below else Recommendation.FEASIBLE, reason=REASON)


def _determine(at: Asked) -> None:
    outcome = Determination.REJECTED if at.turn % 4 == 0 or at.idea.score is None else Determination.ADOPTED
    at.do(determine_idea, outcome, reason=REASON, decree=decree_of_today("1"))


def _measure(at: Asked) -> None:
    indicators = select(Indicator.id).join(Pilot).where(Pilot.idea_id == at.idea.id)
    for indicator_id in at.session.exec(indicators).all():
        at.do(report_measurement, Reading(indicator_id, today(), Decimal(85)))
    at.do(conclude_pilot, summary="Uji coba berjalan sesuai rencana.")


def _approve(at: Asked) -> None:
    if at.turn % 5 == 0:
        at.do(decline_award, reason=REASON)
    else:
        at.do(approve_award, decree=decree_of_today("2"))


ANSWERS: dict[str, Callable[[Asked], object]] = {
    "permit": lambda at: at.do(permit_idea, granted=at.turn % 5 != 0, reason=REASON),
    "screen": lambda at: at.do(screen_idea, Screening.ACCEPTED, Findings(MET)),
    "supplement": lambda at: at.do(supplement_idea, at.town.proposal(title=at.idea.title, team=())),
    "assign": _assign,
    "score": lambda at: at.do(score_idea, {"novelty": Decimal(85), "impact": Decimal(85)}),
    "recommend": _recommend,
    "determine": _determine,
    "resume": lambda at: at.do(resume_idea, reason=REASON),
    "plan_pilot": lambda at: at.do(plan_pilot, plan(at.town["owner"].id)),
    "measure": _measure,
    "verify": lambda at: at.do(verify_pilot, Verdict.STOP if at.turn % 3 == 0 else Verdict.ROLL_OUT, reason=REASON),
    "approve": _approve,
    "schedule": lambda at: at.do(schedule_award, announce_at=now() + timedelta(hours=1)),
}


def issue_unrendered(token: str, ids: list[int]) -> Any:
    """The job `issue_document` without the press: the content is read as its class has it, the digest is the content's."""

    def issue(session: Session, document_id: str, *, actor: Actor) -> None:
        document = session.get_one(Document, document_id)
        content = read_content(get_document_type(document.kind).content, json.dumps(document.content))
        mark_issued(session, document_id, Rendered(sha256(repr(content).encode()).hexdigest()), actor=actor)

    return handle_messages(database(), token, ids, issue, actor=flow_actor("recognition"))


def name_more_officials(town: Town) -> Town:
    """Two more chairs, leaders and verifiers, as a region must name where one person decided twice so far; answers the town."""
    with town.store.unit_of_work() as session:
        admin, over = town.actor(session, "admin"), town.units["KOTA"][0]
        for place, role in enumerate((Role.CHAIR, Role.LEADER, Role.VERIFIER) * 2):
            new = NewPerson(f"Pejabat {place}", employee_number(60 + place), EmploymentKind.PNS, "KOTA")
            person, _code = register_person(session, new, actor=admin)
            session.add(RoleGrant(person_id=person.id, role=role, unit_id=over))
            sign_in(session, f"official{place}", person.id)
    return Town(town.store)


class Workers:
    """The flows and the people of a town, who do what is to be done and count what they did."""

    def __init__(self, town: Town, clock: Clock) -> None:
        self.town, self.clock, self.done = town, clock, Counter[str]()
        self.works = {**WORKS, ISSUE: issue_unrendered}
        self.offered: set[str] = set()  # the items that were seen to be offered, unless that is seen again each time

    def finish(self) -> None:
        """Do all work, let the dates come that are waited for, and go on until nothing is left."""
        while True:
            self.let_the_flows_run()
            if self.answer_all():
                continue
            following = self.find_next_date()
            if following is None:
                return
            self.clock.set(following + timedelta(minutes=1))
            self.done["dates"] += 1

    def let_the_flows_run(self) -> None:
        """The clock looks, and every message is given to its job until none waits."""
        self.deliver()
        tick(self.town)
        self.deliver()

    def deliver(self) -> None:
        """Give every waiting message to its job."""
        while batches := [batch for topic in FLOW_MODULES if (batch := claim_batch(self.town.store, topic)) is not None]:
            for batch in batches:
                for job, ids in batch.jobs.items():
                    self.works[batch.topic, job](batch.token, ids)
                    self.done["messages"] += len(ids)

    def answer_all(self) -> bool:
        """Answer every open item once; whether anything was answered or a draft was handed in or taken back."""
        before = self.done.total()
        asked = list_asked(self.town, self.offered)
        self.offered |= set() if ALL else asked.keys()
        for item_id, people in asked.items():
            self.answer(item_id, people[0])
        for draft in self.town.rows(select(Idea).where(Idea.stage == "draft")):
            self.settle_draft(draft)
        return self.done.total() > before

    def answer(self, item_id: str, who: str) -> None:
        """Let somebody answer an item, if it is still open."""
        with self.town.store.unit_of_work() as session:
            item = session.get_one(InboxItem, item_id)
            if item.done_at is not None or (item.task in LEFT_TO_THE_CLOCK and item.idea_id[-1] in "abcdefghijklm"):
                return
            if item.task == "measure" and today() < first_report_day(
                session, read_context(session, item.idea_id, actor=flow_actor("pilot"))
            ):
                return
            turn = self.done[item.task]
            self.done[item.task] += 1
            at = Asked(self.town, session, item, session.get_one(Idea, item.idea_id), actor_of(session, who), turn)
            if item.task.startswith("gate:"):
                at.do(pass_gate, item.task.removeprefix("gate:"), note="Selesai.")
            else:
                ANSWERS[item.task](at)

    def settle_draft(self, idea: Idea) -> None:
        """A draft is handed in while its call is open, and taken back when that is over."""
        with self.town.store.unit_of_work() as session:
            is_open = session.get_one(Call, idea.call_id).state == CallState.OPEN
            action = submit_idea if is_open else withdraw_idea
            action(session, idea.id, actor=actor_of(session, idea.lead_id))
            self.done["draft"] += 1

    def find_next_date(self) -> datetime | None:
        """The first date that something waits for; None when no idea, award or call waits for any."""
        first = (
            select(func.min(Idea.due_at)).where(col(Idea.stage).not_in(ENDED_IDEAS), col(Idea.due_at) > now()),
            select(func.min(Award.announce_at)).where(Award.stage == "scheduled", col(Award.announce_at) > now()),
            select(func.min(Call.closes_at)).where(Call.state == CallState.OPEN),
        )
        return min((found for found in (*self._list_report_days(), *(self.town.rows(query)[0] for query in first)) if found), default=None)

    def _list_report_days(self) -> list[datetime]:
        """The first days on which the pilots that run may be concluded, as far as they are to come."""
        with self.town.store.reading() as session:
            ideas = session.exec(select(Idea.id).where(Idea.stage == "in_pilot")).all()
            contexts = [read_context(session, idea, actor=flow_actor("pilot")) for idea in ideas]
            days = [first_report_day(session, context) for context in contexts]
        return [datetime.combine(day, time(), region_zone()) for day in days if day > today()]

    def press_numbered(self) -> None:
        """Render and issue what is numbered already; what is numbered later is issued unrendered."""
        batch = claim_batch(self.town.store, "recognition")
        assert batch is not None
        WORKS[ISSUE](batch.token, batch.jobs.pop("issue_document"))
        release_unstarted(self.town.store, batch)


def list_asked(town: Town, offered: Collection[str] = ()) -> dict[str, list[str]]:
    """Every open inbox item with those who find it in their inbox; each of them must be offered what is asked, and somebody must be.

    Of items in `offered` that was seen before.
    """
    in_order = select(InboxItem.id).where(col(InboxItem.done_at).is_(None)).order_by(InboxItem.idea_id, InboxItem.task, InboxItem.person_id)
    found: dict[str, list[str]] = {item_id: [] for item_id in town.rows(in_order)}
    with town.store.reading() as session:
        for one in town.people.values():
            actor = actor_of(session, one.id)
            for awaited in list_inbox(session, actor=actor, limit=1_000):
                found[awaited.item.id].append(one.id)
                assert awaited.item.id in offered or is_item_offered(session, awaited.item, actor), (awaited.item, awaited.idea.stage)
        for item_id, people in found.items():
            assert people, session.get(InboxItem, item_id)
    return found


def is_item_offered(session: Session, item: InboxItem, actor: Actor) -> bool:
    """Whether what an item asks is open to the actor."""
    about = read_award(session, item.award_id, actor=actor) if item.award_id else read_context(session, item.idea_id, actor=actor)
    action, _, gate = item.task.partition(":")
    offers = {offer.action: offer.outcomes for offer in list_offers(session, about, actor=actor)}
    return gate in offers.get(GATE_ACTION, ()) if action == "gate" else action in offers
