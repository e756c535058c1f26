"""What happens in a stage once its date is past and nobody acted, under a call's policy; read off the tables."""

from collections.abc import Iterator
from dataclasses import dataclass

from models.clock_rules import OF_GATE, ClockRule
from models.people import Role
from models.policy import GateRule, Policy
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

    `late_job` is what the system does by itself then, `is_passed_up` says that somebody above is asked; with neither it is only told. With
    a `gate` it is the clock of that, which stands in the stage.
    """

    stage: str
    task: str
    role: Role | None
    wait: Wait
    rule: ClockRule
    late_job: str
    is_passed_up: bool
    gate: GateRule | None = None


def list_clocks(policy: Policy) -> list[StageClock]:
    """The clocks of the stages that ideas and awards may come to under a policy, in the tables' order, each after those of its gates."""
    reached = {way.name: walk(way, policy).stages for way in (IDEA, AWARD)}
    found: list[StageClock] = []
    for way in (IDEA, AWARD):
        for stage in (each for each in way.stages.values() if each.name in reached[way.name]):
            found += [_gate_clock(policy, rule) for rule in policy.gates if way is IDEA and rule.stage == stage.name]
            found += [_stage_clock(way, policy, stage)] if stage.days else []
    return found


def _stage_clock(way: Way, policy: Policy, stage: Stage) -> StageClock:
    asked = policy.movers.get(stage.awaits, stage.role) if stage.role is not None else None
    late_job = find_late_job(way, policy, stage)
    wait, rule, is_passed_up = policy.days.get(stage.days), policy.find_clock(stage.days), stage.is_passed_up and not late_job
    return StageClock(stage.name, stage.awaits, asked, wait, rule, late_job, is_passed_up)


def _gate_clock(policy: Policy, rule: GateRule) -> StageClock:
    """The clock of a gate: of a head's somebody above is asked, any other's stays late."""
    task = OF_GATE + rule.name
    return StageClock(rule.stage, task, rule.role, rule.days, policy.find_clock(task), "", is_gate_passed_up(task, rule.role), rule)


def is_gate_passed_up(task: str, role: Role) -> bool:
    """Whether a task is a gate of which somebody above is asked, as those who are asked have them: heads of units."""
    return task.startswith(OF_GATE) and role == Role.UNIT_HEAD
