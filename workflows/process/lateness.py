"""What happens in a stage once its date is past and nobody acted, under a call's policy; read off the tables."""

from collections.abc import Iterator
from dataclasses import dataclass

from models.clock_rules import ClockRule
from models.people import Role
from models.policy import Policy
from models.waits import Wait
from workflows.process.guards import is_in_policy
from workflows.process.jobs import JOB_STEPS
from workflows.process.reach import walk
from workflows.process.ways import AWARD, IDEA, Stage, Transition, Way


def find_late_job(way: Way, policy: Policy, stage: Stage) -> str:
    """The job that is due once a stage's date is past, as `topic.job`; empty where there is none, or the policy leaves it no step."""
    return stage.late_job if any(list_late_steps(way, policy, stage)) else ""


def list_late_steps(way: Way, policy: Policy, stage: Stage) -> Iterator[Transition]:
    """The steps that the job of a late stage may take under a policy."""
    steps = JOB_STEPS.get(stage.late_job, ())
    return (each for each in way.leaving(stage.name) if each.who is None and each.action in steps and is_in_policy(each, policy))


@dataclass(frozen=True)
class StageClock:
    """How long a stage may take under a policy, who is asked there for what, and what follows when nobody acts.

    `late_job` is what the system does by itself then, `is_passed_up` says that somebody above is asked; with neither it is only told.
    """

    stage: str
    task: str
    role: Role | None
    wait: Wait
    rule: ClockRule
    late_job: str
    is_passed_up: bool


def list_clocks(policy: Policy) -> list[StageClock]:
    """The clocks of the stages that ideas and awards may come to under a policy, in the tables' order."""
    reached = {way.name: walk(way, policy).stages for way in (IDEA, AWARD)}
    return [
        StageClock(
            stage.name,
            stage.awaits,
            policy.movers.get(stage.awaits, stage.role) if stage.role is not None else None,
            policy.days.get(stage.days),
            policy.find_clock(stage.days),
            find_late_job(way, policy, stage),
            stage.is_passed_up and not find_late_job(way, policy, stage),
        )
        for way in (IDEA, AWARD)
        for stage in way.stages.values()
        if stage.days and stage.name in reached[way.name]
    ]
