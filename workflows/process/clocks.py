"""What of a policy's clocks contradicts itself: a silence that decides too soon, a cause that nobody names, a reminder of nothing."""

from collections.abc import Iterator
from typing import Any

from models.clock_rules import ClockRule, Silence
from models.people import Role
from models.policy import Policy
from models.waits import Span, Wait, WaitUnit
from workflows.process.lateness import list_late_steps
from workflows.process.silence import PERMIT
from workflows.process.ways import AWARD, IDEA, Stage, Way

LEFT_TO_PEOPLE = frozenset({IDEA.action("prolong"), IDEA.action("start_pilot")})  # what a job does of a late stage whose task stays open
FEWEST_WORKING_DAYS = 5  # before silence decides: UU 30/2014 art. 53 as UU 6/2023 art. 175 has it
FEWEST_DAYS = 7  # calendar days in which there are so many working days
STAGES = {  # by the name of a wait, the stages that have it with their way
    name: [(way, stage) for way in (IDEA, AWARD) for stage in way.stages.values() if stage.days == name]
    for name in {stage.days for way in (IDEA, AWARD) for stage in way.stages.values()} - {""}
}
Contradiction = tuple[str, str, dict[str, Any]]  # its code, where it stands, and what its sentence says beside


def list_clock_contradictions(policy: Policy) -> Iterator[Contradiction]:
    """Every contradiction in what a policy says of its clocks."""
    yield from _check_silence(policy)
    yield from _check_causes(policy)
    for number, rule in enumerate(policy.clocks):
        path = f"policy.clocks.{number}"
        if rule.wait not in STAGES and policy.find_gate(rule.wait) is None:
            yield "policy_clock_unknown", f"{path}.wait", {"given": rule.wait}
        elif rule.wait in {earlier.wait for earlier in policy.clocks[:number]}:
            yield "policy_clock_twice", f"{path}.wait", {"given": rule.wait}
        else:
            yield from _check_steps(policy, rule, f"{path}.remind")


def _check_causes(policy: Policy) -> Iterator[Contradiction]:
    """A clock is stopped by causes that the policy names, and each of those stops one."""
    named, used = {each.name for each in policy.pauses}, {cause for rule in policy.clocks for cause in rule.paused_by}
    for number, rule in enumerate(policy.clocks):
        for place, cause in enumerate(rule.paused_by):
            if cause not in named:
                yield "policy_cause_unknown", f"policy.clocks.{number}.paused_by.{place}", {"given": cause}
    for number, each in enumerate(policy.pauses):
        if each.name not in used:
            yield "policy_cause_unused", f"policy.pauses.{number}", {"given": each.label}


def _check_steps(policy: Policy, rule: ClockRule, path: str) -> Iterator[Contradiction]:
    """Somebody is reminded, in the order of the days, while the task is still theirs: not before it is given, nor once it has ended.

    A gate is somebody's until it is passed.
    """
    if list(rule.remind) != sorted(set(rule.remind)):
        yield "policy_steps_out_of_order", path, {}
    wait, stages = policy.find_wait(rule.wait), STAGES.get(rule.wait, [])
    shortest = wait if isinstance(wait, int) else wait.amount * (28 if wait.unit == WaitUnit.MONTHS else 1)
    for place, step in enumerate(rule.remind):
        if stages and not any(stage.awaits for _, stage in stages):
            yield "policy_step_of_nobody", f"{path}.{place}", {}
        elif -step >= shortest:
            yield "policy_step_too_early", f"{path}.{place}", {"count": -step}
        elif step > 0 and stages and all(_ends_by_itself(way, policy, stage) for way, stage in stages):
            yield "policy_step_too_late", f"{path}.{place}", {"count": step}


def _ends_by_itself(way: Way, policy: Policy, stage: Stage) -> bool:
    """Whether a job ends a stage once its date is past; a review may go on, and no pilot starts without its plan."""
    steps = {each.action for each in list_late_steps(way, policy, stage)}
    return bool(steps) and not steps & LEFT_TO_PEOPLE


def _check_silence(policy: Policy) -> Iterator[Contradiction]:
    """Silence decides for heads alone, where they are asked at all, and never before the days that the law gives an official."""
    if policy.on_silence == Silence.ESCALATE:
        return
    mover = policy.movers.get(PERMIT, Role.UNIT_HEAD)
    if not policy.permission:
        yield "policy_silence_of_nobody", "policy.on_silence", {}
    elif mover != Role.UNIT_HEAD:
        yield "policy_silence_of_office", "policy.on_silence", {"role": mover}
    elif _is_short(policy.days.permission):
        yield "policy_silence_too_soon", "policy.days.permission", {"minimum": FEWEST_WORKING_DAYS, "count": FEWEST_DAYS}


def _is_short(wait: Wait) -> bool:
    if isinstance(wait, Span):
        return wait.unit == WaitUnit.WORKING_DAYS and wait.amount < FEWEST_WORKING_DAYS
    return wait < FEWEST_DAYS
