"""What happens in a stage once its date is past and nobody acted, under a call's policy; read off the tables."""

from collections.abc import Iterator

from models.policy import Policy
from workflows.process.guards import is_in_policy
from workflows.process.jobs import JOB_STEPS
from workflows.process.ways import Stage, Transition, Way


def find_late_job(way: Way, policy: Policy, stage: Stage) -> str:
    """The job that is due once a stage's date is past, as `topic.job`; empty where there is none, or the policy leaves it no step."""
    return stage.late_job if any(list_late_steps(way, policy, stage)) else ""


def list_late_steps(way: Way, policy: Policy, stage: Stage) -> Iterator[Transition]:
    """The steps that the job of a late stage may take under a policy."""
    steps = JOB_STEPS.get(stage.late_job, ())
    return (each for each in way.leaving(stage.name) if each.who is None and each.action in steps and is_in_policy(each, policy))
