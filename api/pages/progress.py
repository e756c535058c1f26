"""Where an idea stands, as the five steps that people know: submission, review, pilot, reward, recognition."""

from dataclasses import dataclass

from models.ideas import Idea
from workflows.process import ways
from workflows.process.ways import STEPS


@dataclass(frozen=True)
class ProgressStep:
    """One of the five steps: done, now, ended here, or ahead."""

    name: str
    state: str


def show_progress(idea: Idea, *, honoured: bool = False) -> list[ProgressStep]:
    """The five steps of an idea; an announced award reaches the last."""
    if honoured:
        return [ProgressStep(name, "done") for name in STEPS]
    stage = ways.IDEA.stages[idea.stage]
    reached = "review" if idea.scores_closed_at is not None else "intake"
    at = STEPS.index(stage.step or reached)
    here = "ended" if stage.is_ended else "now"
    return [ProgressStep(name, "done" if place < at else here if place == at else "ahead") for place, name in enumerate(STEPS)]
