"""Awards as people browse them: those announced, and the others for those who prepare them."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from models.awards import Award
from models.ideas import Idea
from models.stages import AwardStage
from models.units import Unit
from workflows.process.actors import Actor
from workflows.process.context import read_context, visible
from workflows.process.keyset import Order, Page, Slice, take_page
from workflows.reward.steps import knows_award

NEWEST_FIRST = Order(Award, "created_at")


@dataclass(frozen=True)
class WantedAwards:
    """Which awards are asked for."""

    call_id: str | None = None
    stage: AwardStage | None = None


def list_awards(session: Session, wanted: WantedAwards, piece: Slice, *, actor: Actor) -> Page[tuple[Award, Idea, str]]:
    """The awards an actor may know of, newest first, each with its idea and the name of the idea's unit."""
    query: Any = select(Award, Idea, Unit.name).join(Idea, col(Idea.id) == col(Award.idea_id))
    query = query.join(Unit, col(Unit.id) == col(Idea.unit_id)).where(visible(actor))
    if wanted.call_id:
        query = query.where(Award.call_id == wanted.call_id)
    if wanted.stage:
        query = query.where(Award.stage == wanted.stage)

    def told(row: tuple[Award, Idea, str]) -> bool:
        award, idea, _ = row
        return award.announced_at is not None or knows_award(award, read_context(session, idea.id, actor=actor), actor)

    return take_page(session, query, NEWEST_FIRST, piece, told=told)
