"""Where a policy lets a way lead: every stage as ideas may come to it, where they go from there, and who owes the next step."""

from collections import deque
from dataclasses import dataclass, replace
from enum import StrEnum

from models.policy import Policy
from models.stages import IdeaStage
from workflows.process.guards import is_in_policy
from workflows.process.jobs import JOB_STEPS
from workflows.process.ways import Kind, Relation, Stage, Transition, Way

SCORING = "close_review"  # the step that leaves a score with the idea
REOPENING = "reopen"  # the step that sets a score aside
# its outcomes: whether the score is at the mark, if there is one
SCORES = {"passed": True, IdeaStage.BELOW_MARK.value: False, IdeaStage.NO_QUORUM.value: None}
ON_SCORE = {"passed": True, "not_passed": False, "unscored": None}  # guards that ask for one of these


class Owing(StrEnum):
    """Who may owe the next step of a stage, once its gates are passed."""

    ROLE = "role"
    JOB = "job"
    TIMER = "timer"


@dataclass(frozen=True)
class ReachedPlace:
    """A stage as it is come to: the gates passed before, the jobs that the step into it asks for, whether the score is at the mark."""

    stage: str
    passed: frozenset[str] = frozenset()
    jobs: frozenset[str] = frozenset()
    at_mark: bool | None = None  # None: there is no score yet


@dataclass(frozen=True)
class Reach:
    """A way under a policy: every place that can be come to, with the steps that lead on from it."""

    way: Way
    policy: Policy
    places: dict[ReachedPlace, list[tuple[Transition, ReachedPlace]]]

    @property
    def stages(self) -> set[str]:
        """The names of the stages that can be come to."""
        return {place.stage for place in self.places}

    def at(self, stage: str) -> list[ReachedPlace]:
        """Every place of a stage."""
        return [place for place in self.places if place.stage == stage]

    def leads_to_end(self) -> set[ReachedPlace]:
        """The places from which what is owed leads to an end; that a proposer may always withdraw is no way on."""
        ending = {place for place in self.places if self.way.stages[place.stage].kind == Kind.END}
        while True:
            before = {place for place, steps in self.places.items() if any(to in ending and self._is_way_on(step) for step, to in steps)}
            if before <= ending:
                return ending
            ending |= before

    def _is_way_on(self, step: Transition) -> bool:
        return step.relation != Relation.LEAD or step.action == self.way.stages[str(step.stage)].awaits

    def owing(self, place: ReachedPlace) -> set[Owing]:
        """Who owes the step on from a place, once its gates are passed; a job that a person's step asks for is that person's turn."""
        stage = self.way.stages[place.stage]
        awaited = list_awaited(self.way, self.policy, stage)
        leaving = [each for each in list_steps(self.way, self.policy, stage) if each.target]
        asked_for = {job for each in awaited for job in each.jobs}
        owing = set()
        if any(each.action == stage.awaits or each.who == awaited[0].who for each in leaving if awaited) or _leave(leaving, asked_for):
            owing.add(Owing.ROLE)
        if _leave(leaving, place.jobs):
            owing.add(Owing.JOB)
        if _has_date(self.way, self.policy, stage) and _leave(leaving, {stage.late_job}):
            owing.add(Owing.TIMER)
        return owing


def walk(way: Way, policy: Policy) -> Reach:
    """Go every way that a policy leaves: each outcome of each step, whatever the score; gates are passed where they stand.

    Whether a gate can be passed is asked elsewhere: a stage behind a bad gate is none the less a stage that the policy may speak of.
    """
    places: dict[ReachedPlace, list[tuple[Transition, ReachedPlace]]] = {}
    ahead = deque(ReachedPlace(str(step.target), jobs=frozenset(step.jobs)) for step in way.leaving(None))
    while ahead:
        place = ahead.popleft()
        if place not in places:
            places[place] = _lead_on(way, policy, place)
            ahead.extend(to for _, to in places[place])
    return Reach(way, policy, places)


def list_steps(way: Way, policy: Policy, stage: Stage) -> list[Transition]:
    """The steps that a policy leaves in a stage."""
    return [each for each in way.leaving(stage.name) if is_in_policy(each, policy)]


def list_awaited(way: Way, policy: Policy, stage: Stage) -> list[Transition]:
    """What somebody is asked for in a stage; nothing where the policy rules it out."""
    return [each for each in list_steps(way, policy, stage) if each.action == stage.awaits]


def takes_step(job: str, action: str) -> bool:
    """Whether a job (`topic.job`) takes a step."""
    return action in JOB_STEPS.get(job, ())


def _lead_on(way: Way, policy: Policy, place: ReachedPlace) -> list[tuple[Transition, ReachedPlace]]:
    stage = way.stages[place.stage]
    steps = list_steps(way, policy, stage)
    asked_for = place.jobs | {job for each in steps if not each.target for job in each.jobs}
    if _has_date(way, policy, stage):
        asked_for |= {stage.late_job}
    through = place.passed | {rule.name for rule in policy.gates if rule.stage == stage.name}
    found = []
    for step in steps:
        if step.target and _score_allows(step, place, policy) and (step.who is not None or _leave([step], asked_for)):
            to = replace(place, stage=step.target, jobs=frozenset(step.jobs), passed=through)
            if step.action == SCORING:
                to = replace(to, at_mark=SCORES.get(str(step.outcome)))
            if step.action == REOPENING:
                to = replace(to, at_mark=None)
            found += [(step, to)] if "gates" in step.guards else [(step, to), (step, replace(to, passed=place.passed))]
    return found


def _score_allows(step: Transition, place: ReachedPlace, policy: Policy) -> bool:
    if step.action == SCORING:
        return policy.pass_mark > 0 or SCORES.get(str(step.outcome)) is not False  # no score lies below a mark of nought
    if "scored" in step.guards and place.at_mark is None:
        return False
    return all(place.at_mark is ON_SCORE[guard] for guard in step.guards if guard in ON_SCORE)


def _leave(steps: list[Transition], jobs: set[str] | frozenset[str]) -> bool:
    return any(step.who is None and takes_step(job, step.action) for step in steps for job in jobs)


def _has_date(way: Way, policy: Policy, stage: Stage) -> bool:
    """Whether a job follows when a stage is late: an idea's date comes from its stage's days, an award's hour is set by hand."""
    is_dated = bool(stage.days) or way.name != "idea"
    return bool(stage.late_job) and is_dated and (not stage.awaits or bool(list_awaited(way, policy, stage)))
