"""What a call's policy says of its clocks, in sentences: how long each stage may take, what stops and reminds, what follows by itself."""

from collections.abc import Iterator
from dataclasses import dataclass

from api.pages.texts import Words
from models.clock_rules import ClockStart
from models.policy import Policy
from workflows.process.deadlines import is_in_working_days
from workflows.process.last_notice import CLOSED_UNANSWERED, LAST_NOTICE
from workflows.process.late_notice import TASKS, TOLD_IN
from workflows.process.lateness import StageClock, list_clocks
from workflows.process.second_wait import FEWEST, SCREEN

SILENT = "intake_end_silence"


@dataclass(frozen=True)
class ClockLine:
    """A stage, who is asked for what there (a gate by its label), and the sentences about its time; the last is what follows when late."""

    title: str
    asked: str
    says: tuple[str, ...]


def list_clock_lines(policy: Policy, words: Words) -> list[ClockLine]:
    """A line for each stage that has a time limit, and before it for each of its gates, in the order of the process."""
    return [_say(each, policy, words) for each in list_clocks(policy)]


def _say(clock: StageClock, policy: Policy, words: Words) -> ClockLine:
    named = words.text(f"task.{clock.task}") if clock.task and clock.gate is None else ""
    if clock.gate is not None:
        named = clock.gate.label if words.language == "id" else clock.gate.label_en
    asked = words.text("clock.asked", role=words.word(clock.role), task=named) if clock.role and named else ""
    return ClockLine(words.word(clock.stage), asked, (*_list_rules(clock, policy, words), _tell_late(clock, policy, words)))


def _list_rules(clock: StageClock, policy: Policy, words: Words) -> Iterator[str]:
    begins = "clock.from_call" if clock.rule.begins == ClockStart.CALL_CLOSED else "clock.from_asked"
    yield words.text(begins, wait=words.wait(clock.wait))
    causes = [each.label if words.language == "id" else each.label_en for each in policy.pauses if each.name in clock.rule.paused_by]
    if causes:
        yield words.text("clock.paused", causes="; ".join(causes))
    is_closed = clock.task in CLOSED_UNANSWERED
    steps = [step for step in clock.rule.remind if not (is_closed and step == LAST_NOTICE)]
    if steps:
        yield words.text("clock.reminded", days=", ".join(_tell_step(step, clock, words) for step in steps))
    if is_closed:
        yield words.text("clock.last_notice")
    if clock.task == SCREEN:
        yield words.text("clock.second", count=words.count(FEWEST))


def _tell_step(step: int, clock: StageClock, words: Words) -> str:
    if step == 0:
        return words.text("clock.on_day")
    return words.text(_in_unit("clock.before" if step < 0 else "clock.after", clock), count=words.count(abs(step)))


def _in_unit(name: str, clock: StageClock) -> str:
    """The sentence that counts as the wait is counted: in working days, or in days."""
    return f"{name}_working" if is_in_working_days(clock.wait) else name


def _tell_late(clock: StageClock, policy: Policy, words: Words) -> str:
    """What happens when nobody acts."""
    if clock.is_passed_up:
        last, end = max((0, *clock.rule.remind)), f" {words.text('clock.nobody_above')}" if clock.gate is not None else ""
        if not last:
            return words.text("clock.passed_up", wait=words.wait(clock.wait)) + end
        return words.text(_in_unit("clock.passed_up_after", clock), count=words.count(last), wait=words.wait(clock.wait)) + end
    if not clock.late_job:
        is_told = clock.task in TASKS or (clock.gate is not None and clock.stage in {stage.name for stage in TOLD_IN})
        return words.text("clock.told_team" if is_told else "clock.told")
    name = clock.late_job.replace(".", "_")
    return words.text(f"clock.{name}_{policy.on_silence}" if name == SILENT else f"clock.{name}")
