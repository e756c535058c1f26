"""Awards as people read them: one or many, those announced, and the others for those who prepare them."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.awards import Award, AwardShare
from models.ideas import Decision, Idea
from models.units import Unit
from workflows.process.actors import Actor
from workflows.process.context import AwardContext, read_context
from workflows.process.keyset import Order, Page, Slice, take_page
from workflows.process.refusals import NotFound
from workflows.process.relations import knows_award
from workflows.process.visibility import visible

NEWEST_FIRST = Order(Award, "created_at")


@dataclass(frozen=True)
class WantedAwards:
    """Which awards are asked for."""

    call_id: str | None = None
    stage: str | None = None


def read_award(session: Session, award_id: str, *, actor: Actor) -> AwardContext:
    """An award with its idea as the actor may see them.

    Until it is announced an award is known to those who prepare it (secretariat, leader, auditor) alone; raises NotFound.
    """
    award = session.get(Award, award_id)
    try:
        context = None if award is None else AwardContext(award, read_context(session, award.idea_id, actor=actor))
    except NotFound:  # whoever may not see the idea is not told that it has an award
        context = None
    if context is None or not knows_award(context, actor):
        raise NotFound("award_not_found")
    return context


def read_award_to_change(session: Session, award_id: str, *, actor: Actor) -> AwardContext:
    """As `read_award`, with the idea locked until the transaction ends: what earned the award stays so while a step is taken."""
    idea_id = select(Award.idea_id).where(Award.id == award_id).scalar_subquery()
    session.exec(select(Idea.id).where(Idea.id == idea_id).with_for_update(key_share=True)).first()
    return read_award(session, award_id, actor=actor)


def find_decline(session: Session, award: Award) -> Decision | None:
    """The decision that declined an award, with its reason; None where none did."""
    return _find_answer(session, award, "declined")


def find_approval(session: Session, award: Award) -> Decision | None:
    """The decision that last approved an award; None where none did."""
    return _find_answer(session, award, "approved")


def _find_answer(session: Session, award: Award, outcome: str) -> Decision | None:
    of_idea = select(Decision).where(Decision.idea_id == award.idea_id, Decision.action == "award_approve", Decision.outcome == outcome)
    latest = session.exec(of_idea.order_by(col(Decision.at).desc(), col(Decision.id)))
    return next((decision for decision in latest if decision.detail.get("award") == award.id), None)


def list_awards(session: Session, wanted: WantedAwards, piece: Slice, *, actor: Actor) -> Page[tuple[Award, Idea, str]]:
    """The awards an actor may know of, newest first, each with its idea and the name of the idea's unit."""
    query: Any = select(Award, Idea, Unit.name).join(Idea, col(Idea.id) == col(Award.idea_id))
    query = query.join(Unit, col(Unit.id) == col(Idea.unit_id)).where(_is_of_visible_idea(actor) if actor.grants else visible(actor))
    if not actor.grants:
        query = query.where(col(Award.announced_at).is_not(None))
    if wanted.call_id:
        query = query.where(Award.call_id == wanted.call_id)
    if wanted.stage:
        query = query.where(Award.stage == wanted.stage)

    def is_known(row: tuple[Award, Idea, str]) -> bool:
        award, idea, _ = row
        return award.announced_at is not None or knows_award(AwardContext(award, read_context(session, idea.id, actor=actor)), actor)

    return take_page(session, query, NEWEST_FIRST, piece, may_show=is_known)


def _is_of_visible_idea(actor: Actor) -> sa.ColumnElement[bool]:
    """Whether an award's idea may be seen, asked of each award on the way: PostgreSQL would rather join and sort all that may be seen."""
    seen = select(sa.true()).select_from(Idea).where(col(Idea.id) == col(Award.idea_id), visible(actor)).correlate(Award)
    return seen.scalar_subquery().is_not(None)


def list_shares(session: Session, award_id: str) -> list[AwardShare]:
    """Who shares an award, largest part first."""
    shares = select(AwardShare).where(AwardShare.award_id == award_id)
    return list(session.exec(shares.order_by(col(AwardShare.share_hundredths).desc(), col(AwardShare.person_id))))
