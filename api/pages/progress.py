"""Where an idea stands, as five steps that people know: submission, review, pilot, reward, recognition."""

from dataclasses import dataclass

from models.ideas import Idea
from models.stages import IdeaStage

STEPS = ("intake", "review", "pilot", "reward", "recognition")
PLACE: dict[IdeaStage, int] = {
    IdeaStage.DRAFT: 0,
    IdeaStage.SUBMITTED: 0,
    IdeaStage.AWAITING_PERMISSION: 0,
    IdeaStage.SCREENING: 0,
    IdeaStage.SUPPLEMENT_ASKED: 0,
    IdeaStage.IN_REVIEW: 1,
    IdeaStage.SHORTLISTED: 1,
    IdeaStage.RECOMMENDED: 1,
    IdeaStage.DEFERRED: 1,
    IdeaStage.DETERMINED: 2,
    IdeaStage.IN_PILOT: 2,
    IdeaStage.PILOT_REPORTED: 2,
    IdeaStage.STOPPED: 2,
    IdeaStage.ROLLED_OUT: 3,
}
ENDED = (IdeaStage.REJECTED, IdeaStage.STOPPED, IdeaStage.WITHDRAWN, IdeaStage.CLOSED)


@dataclass(frozen=True)
class Step:
    """One step of the strip: done, now, ended here, or ahead."""

    name: str
    state: str


def show_progress(idea: Idea, *, honoured: bool = False) -> list[Step]:
    """The five steps of an idea; an announced award reaches the last."""
    if honoured:
        return [Step(name, "done") for name in STEPS]
    at = PLACE.get(IdeaStage(idea.stage), 1 if idea.scores_closed_at is not None else 0)
    here = "ended" if idea.stage in ENDED else "now"
    return [Step(name, "done" if place < at else here if place == at else "ahead") for place, name in enumerate(STEPS)]
