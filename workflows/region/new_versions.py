"""What a new version of a call's policy would bring, before it is saved: what it changes, and which ideas stay on the version they have.

Who reads it keeps the call, and may not prepare its awards. So ideas are counted by their own stage alone: whether an award was proposed,
declined or waits for its hour moves no number.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, func, select

from models.calls import Call, PolicyVersion
from models.ideas import Idea
from workflows.process import ways
from workflows.process.actors import Actor
from workflows.process.ways import Kind, Reached
from workflows.region.calls import current_policy, read_new_version
from workflows.region.differences import Difference, list_differences


@dataclass(frozen=True)
class HeldIdeas:
    """How many ideas are held to a version, by stage in the table's order: drafts, those under way, and those that may be awarded."""

    number: int
    by_stage: Mapping[str, int]

    @property
    def drafts(self) -> int:
        """Those that were not submitted yet."""
        return sum(self.by_stage.get(stage, 0) for stage in ways.IDEA.list_stages(Kind.DRAFT))

    @property
    def under_way(self) -> int:
        """All others."""
        return sum(self.by_stage.values()) - self.drafts


@dataclass(frozen=True)
class NewVersionPreview:
    """What a new version changes against the one that counts (`before`), and the ideas that keep theirs, by version."""

    before: int
    differences: list[Difference]
    held: list[HeldIdeas] | None


def preview_new_version(session: Session, call_id: str, policy: dict[str, Any], *, actor: Actor) -> NewVersionPreview:
    """What `amend_policy` would bring; raises as it does, and keeps nothing."""
    call, valid = read_new_version(session, call_id, policy, actor=actor)
    present = current_policy(session, call.id)
    changed = list_differences(present.read().model_dump(mode="json"), valid.model_dump(mode="json"))
    return NewVersionPreview(present.number, changed, count_held(session, call))


def count_held(session: Session, call: Call) -> list[HeldIdeas] | None:
    """The ideas of a call that are held to each of its versions, the eldest version first: a draft too keeps the one it was begun under.

    None of a sealed call: how many ideas came to which stage is told to nobody before its end.
    """
    if call.is_sealed:
        return None
    stages = [stage.name for stage in ways.IDEA.stages.values() if stage.kind != Kind.END or stage.reached == Reached.VERIFIED]
    count = select(PolicyVersion.number, Idea.stage, func.count()).join(Idea, col(Idea.policy_id) == col(PolicyVersion.id))
    count = count.where(Idea.call_id == call.id, col(Idea.stage).in_(stages)).group_by(col(PolicyVersion.number), col(Idea.stage))
    found: dict[int, dict[str, int]] = {}
    for number, stage, ideas in session.exec(count):
        found.setdefault(number, {})[stage] = ideas
    return [HeldIdeas(number, {stage: found[number][stage] for stage in stages if stage in found[number]}) for number in sorted(found)]
