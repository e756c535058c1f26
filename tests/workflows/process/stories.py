"""A story: one idea under a policy, brought on by whoever owes its next step, as the database alone tells it, to its end."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, select

from models.calls import Call, CallState, PolicyVersion
from models.database import database
from models.inbox import InboxItem
from models.instants import now, today
from models.people import EmploymentKind, Role, RoleGrant
from models.pilots import Indicator, Measurement, Pilot
from models.policy import Policy
from tests.building import Shelf, Town, join_all
from tests.steps import ACTIONS
from tests.town import employee_number, sign_in
from tests.workflows.process.owed import Owed, Stuck, list_waiting, one_step, read_owed
from tests.workflows.process.policies import draw_words
from tests.workflows.turns import WORKS, Clock, tick
from workflows.delivery.claims import claim_batch
from workflows.intake.draft import Proposal, draft_idea
from workflows.intake.submit import submit_idea, supplement_idea
from workflows.intake.withdraw import withdraw_idea
from workflows.process import ways
from workflows.process.actors import Actor
from workflows.process.context import read_context
from workflows.process.guards import Question, find_refusal
from workflows.process.refusals import Refusal
from workflows.process.underway import first_report_day
from workflows.process.visibility import OVERSEERS
from workflows.process.waiting import list_inbox
from workflows.region.grants import grant_role
from workflows.region.people import NewPerson, register_person
from workflows.review.assign import list_eligible
from workflows.review.gates import pass_gate
from workflows.reward.browse import read_award

START = "2026-11-24T10:00:00+07:00"
LONGEST = 80  # steps; no story under a sound policy needs half of them
KEPT = "stories"  # the name under which the shelf keeps the town of the stories
OFFICIALS = tuple(f"official{place}" for place in range(6))
FORWARD = {"granted", "accepted", "feasible", "adopted", "roll_out", "approved"}
POINTS = (30, 60, 75, 90, 100)


class Subject:
    """What a step speaks of, as the story's steps want it; it is looked up only by the steps that need it."""

    until_announced = timedelta(minutes=30)

    def __init__(self, story: "Story", owed: Owed, subject: str, points: int) -> None:
        self.town, self.idea, self.subject, self.points = story.town, story.idea, subject, points
        self.award = owed.award.id if owed.award is not None else "none"

    @property
    def indicator(self) -> str:
        """The pilot's only indicator."""
        return str(self.town.rows(select(Indicator.id))[0])

    @property
    def later(self) -> date:
        """A new last day of the pilot."""
        last: date = self.town.rows(select(Pilot.ends_on))[0]
        return max(last, today()) + timedelta(days=30)


@cache
def steps_to(aim: str, avoid: str) -> dict[str, int]:
    """How many steps of the table lie between each stage and the one that is aimed at, not counting ways through another."""
    distance, ahead = {aim: 0}, deque([aim])
    while ahead:
        target = ahead.popleft()
        for step in ways.IDEA.transitions:
            if step.target == target and step.stage not in (None, avoid) and step.stage not in distance:
                distance[str(step.stage)] = distance[target] + 1
                ahead.append(str(step.stage))
    return distance


TO_END = steps_to("rolled_out", "")


class Company:
    """The town in which stories are played: over its one head stands another, so that heads may propose too.

    Six more people hold every office over the whole town: whatever a policy gives to one office, each duty finds somebody of its own.
    No story outlives its test, so nothing is forced onto the disk.
    """

    def __init__(self, shelf: Shelf, clock: Clock) -> None:
        self.shelf, self.clock = shelf, clock
        for engine in (shelf.store.writing, database().writing):
            sa.event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
        town = shelf.open_town()
        town.do(grant_role, town["walker"].id, Role.UNIT_HEAD, "KOTA", by="admin")
        with town.store.unit_of_work() as session:
            for place in range(len(OFFICIALS)):
                self._employ(session, town, place)
        shelf.town = Town(shelf.store)
        shelf.put_aside(KEPT)
        with self.open().store.reading() as session:
            self.actors = {who: shelf.town.actor(session, who) for who in shelf.town.people}

    def _employ(self, session: Session, town: Town, place: int) -> None:
        new = NewPerson(f"Pejabat {place}", employee_number(50 + place), EmploymentKind.PNS, "KOTA")
        person, _code = register_person(session, new, actor=town.actor(session, "admin"))
        session.add_all(RoleGrant(person_id=person.id, role=role, unit_id=town.units["KOTA"][0]) for role in OVERSEERS)
        sign_in(session, OFFICIALS[place], person.id)

    def open(self) -> Town:
        """The town as it was before any story."""
        self.clock.set(START)
        database().close()
        return self.shelf.open_town(KEPT)


@dataclass(frozen=True)
class Course:
    """Where a story is to go: to a stage, not through another; without an aim wherever luck will have it. And who leads the idea."""

    aim: str = ""
    avoid: str = ""
    lead: str = "lead"


class Story:
    """One idea on its way, and what is still to be done for it."""

    def __init__(self, company: Company, policy: dict[str, Any], luck: Random, course: Course) -> None:
        self.company, self.town, self.luck, self.course = company, company.open(), luck, course
        self.order = luck.sample(sorted(self.town.people), len(self.town.people))  # who is asked first does what they may
        self.distance = steps_to(course.aim, course.avoid) if course.aim else {}
        self.policy, self.visited, self.recused = Policy.model_validate(policy), ["draft"], False
        self.said = draw_words(luck, self.policy)
        with self.town.store.unit_of_work() as session:
            self.call = self._open_unchecked(session)
            actor = company.actors[course.lead]
            context = draft_idea(session, self.call, self._proposal(), actor=actor)
            self.idea = context.idea.id
            join_all(session, context)
            if course.aim != "draft":
                (withdraw_idea if course.aim == "withdrawn" else submit_idea)(session, self.idea, actor=actor)

    def _open_unchecked(self, session: Session) -> str:
        """An open call, whatever its policy: actions would refuse one that contradicts itself."""
        dates = {"opens_at": now() - timedelta(days=1), "closes_at": now() + timedelta(days=30)}
        call = Call(code="CERITA", title="Lomba", unit_id=self.town.units["BAPPEDA"][0], state=CallState.OPEN, **dates)
        call.is_sealed = self.policy.closing.is_sealed
        session.add(call)
        session.flush()
        signed = {"signed_by": self.town["chair"].id, "signed_at": now()}
        session.add(PolicyVersion(call_id=call.id, number=1, body=self.policy.model_dump(mode="json"), **signed))
        return call.id

    def _proposal(self) -> Proposal:
        return self.town.proposal(**self.said, **({} if self.course.lead == "lead" else {"team": ()}))

    def go_on(self, until: str = "") -> Owed:
        """Bring the idea and its award to their ends, or the idea to a stage; raises Stuck where that cannot be."""
        for _ in range(LONGEST):
            owed = self.read()
            if owed.stage == until or owed.is_over:
                return owed
            if owed.is_at_end and not owed.items and not owed.is_timed:
                self.pass_days(40)  # the call ends, and is ranked
            else:
                self.take_step(owed)
        raise Stuck(f"{LONGEST} steps led to no end: {self.visited}")

    def read(self) -> Owed:
        """What is owed once the flows have done what waited for them."""
        while topics := list_waiting(self.town.store):
            self._deliver(topics)
        owed = read_owed(self.town.store)
        if owed.stage != self.visited[-1]:
            self.visited.append(owed.stage)
        if self.course.aim in self.visited or self.visited.count(owed.stage) > 1:
            self.distance = TO_END  # the aim was reached, or cannot be
        return owed

    def _deliver(self, topics: list[str]) -> None:
        for topic in topics:
            batch = claim_batch(self.town.store, topic)
            for job, ids in batch.jobs.items() if batch else ():
                WORKS[topic, job](batch.token, ids)  # type: ignore[union-attr]

    def take_step(self, owed: Owed) -> None:
        """Let the one next step be taken: by somebody who is asked, or by the clock where nobody is."""
        items = one_step(owed)
        if owed.stage == "in_review" and self.course.aim == "no_quorum" and "no_quorum" not in self.visited:
            items = self._leave_unscored(items)
        if not items or (not self.course.aim and self.luck.random() < 0.05):
            self.pass_days(400)
            return
        for item in self.luck.sample(items, len(items)):
            who = next(self.doers(item), "")
            if who and (item.task != "assign" or self._eligible()):
                try:
                    return self._do(owed, item, who)
                except Refusal as refused:
                    raise Stuck(f"{item.task} is owed at {owed.stage} and refused: {refused.code}") from refused
        raise Stuck(f"nobody can do what is owed at {owed.stage}: {[(item.task, item.role) for item in items]}")

    def _leave_unscored(self, items: list[InboxItem]) -> list[InboxItem]:
        """What is done so that a review comes to no quorum: nobody scores, and everybody who may be asked is."""
        return [item for item in items if item.task.startswith("gate:") or (item.task == "assign" and self._eligible())]

    def pass_days(self, days: int) -> None:
        """So many days pass, and the clock looks."""
        self.company.clock.set(now() + timedelta(days=days))
        tick(self.town)

    def doers(self, item: InboxItem) -> Iterator[str]:
        """Who of the town finds an item in the inbox, whoever is asked first before others."""
        for who, actor in sorted(self.asked(item).items(), key=lambda one: self.order.index(one[0])):
            with self.town.store.reading() as session:
                shown = {each.item.id for each in list_inbox(session, actor=actor)}
            yield from [who] if item.id in shown else ()

    def asked(self, item: InboxItem) -> dict[str, Actor]:
        """Who is asked: one person, or whoever holds the role over the unit."""
        people, actors = self.town.people, self.company.actors
        if item.person_id:
            return {who: actors[who] for who, one in people.items() if one.id == item.person_id}
        return {who: actor for who, actor in actors.items() if actor.holds(item.role, item.unit_path)}

    def _eligible(self) -> list[str]:
        with self.town.store.reading() as session:
            chosen = list_eligible(session, read_context(session, self.idea, actor=Actor(None, flow="test")))
        return [who for who, one in self.town.people.items() if one.id in chosen]

    def _do(self, owed: Owed, item: InboxItem, who: str) -> None:
        if item.task.startswith("gate:"):
            self._act(who, pass_gate, self.idea, item.task[5:])
            return
        if item.task == "supplement":
            self._act(who, supplement_idea, self.idea, self._proposal())
            return
        step = self._choose(owed, item)
        if step[0] == "conclude" and (ahead := self._days_to_report()) > 0:
            self.pass_days(ahead)
            return
        points = self.luck.choice(POINTS) if not self.course.aim else 10 if self._is_nearer("below_mark", "shortlisted") else 100
        subject = self.luck.choice(self._eligible()) if item.task == "assign" else who
        ACTIONS[step](lambda *called, **named: self._act(who, *called, **named), Subject(self, owed, subject, points))

    def _days_to_report(self) -> int:
        """How many days lie before the first on which the pilot may be concluded."""
        with self.town.store.reading() as session:
            context = read_context(session, self.idea, actor=Actor(None, flow="test"))
            return (first_report_day(session, context) - today()).days

    def _act(self, who: str, action: Callable[..., Any], *values: Any, **named: Any) -> None:
        with self.town.store.unit_of_work() as session:
            action(session, *values, actor=self.company.actors[who], **named)

    def _choose(self, owed: Owed, item: InboxItem) -> tuple[str, str]:
        """The action and the outcome: by luck, rather onward than not, or whatever leads nearer to the aim."""
        actions: tuple[str, ...] = (item.task,)
        if item.task == "measure":
            is_measured = bool(self.town.rows(select(Measurement.id)))
            actions = ("conclude",) if is_measured and not owed.gates else ("measure",)
        if item.task == "score" and not self.course.aim and not self.recused and self.luck.random() < 0.1:
            self.recused, actions = True, ("recuse",)
        here = {(each.action, each.outcome or "-") for each in ways.IDEA.leaving(owed.stage)}
        steps = [step for step in ACTIONS if step[0] in actions and (step in here or item.award_id or step[0] == "resume")]
        if owed.score is None and ("determine", "adopted") in steps:
            steps.remove(("determine", "adopted"))  # what nobody scored is put off or rejected, and no more
        if item.award_id:
            open_to = self._offered(item.award_id)
            steps = [step for step in steps if step in open_to]
            if not steps:
                raise Stuck(f"{item.task} is owed of an award and not open to whoever is asked")
        if self.course.aim and item.award_id:
            return min(steps, key=lambda step: step[1] not in FORWARD)
        if self.course.aim:
            return min(steps, key=lambda step: (self._far(self.distance, owed.stage, step), self._far(TO_END, owed.stage, step)))
        return self.luck.choices(steps, [4 if step[1] in FORWARD else 1 for step in steps])[0]

    def _offered(self, award_id: str) -> set[tuple[str, str]]:
        """What the award's present stage leaves open, by action and outcome: where it no longer holds it can only be declined."""
        with self.town.store.reading() as session:
            context = read_award(session, award_id, actor=Actor(None, flow="test"))
            leaving = context.way.leaving(context.award.stage)
            asked = [Question(context, each, Actor(None, flow="test")) for each in leaving if each.who is not None]
            return {(each.transition.action, each.outcome or "-") for each in asked if find_refusal(session, each) is None}

    def _far(self, distance: dict[str, int], stage: str, step: tuple[str, str]) -> int:
        leads = [each.target or stage for each in ways.IDEA.leaving(stage) if (each.action, each.outcome or "-") == step]
        return min((distance.get(target, LONGEST) for target in leads), default=LONGEST)

    def _is_nearer(self, stage: str, other: str) -> bool:
        return self.distance.get(stage, LONGEST) < self.distance.get(other, LONGEST)
