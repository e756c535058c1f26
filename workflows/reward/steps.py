"""The award's own step: like an idea's move, on the award's way."""

from typing import Any

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import Session, col, select, update

from models.awards import Award, AwardShare
from models.ideas import Decision
from models.inbox import InboxItem
from models.instants import now
from models.people import Role
from models.stages import AwardStage
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext, permitted_transition, prepares_awards, read_context
from workflows.process.engine import Grounds, end_of_day_in
from workflows.process.journal import record
from workflows.process.refusals import NotFound
from workflows.process.tables import AWARD_TRANSITIONS, Transition

AWAITED: dict[AwardStage, str] = {AwardStage.PROPOSED: "approve", AwardStage.APPROVED: "schedule"}


def find_award(session: Session, award_id: str, *, actor: Actor) -> tuple[Award, IdeaContext]:
    """An award and its idea as the actor may see them.

    Until it is announced an award is known to those who prepare it (secretariat, leader, auditor) alone; raises NotFound.
    """
    award = session.get(Award, award_id)
    if award is None:
        raise NotFound("award_not_found")
    context = read_context(session, award.idea_id, actor=actor)
    if not knows_award(award, context, actor):
        raise NotFound("award_not_found")
    return award, context


def knows_award(award: Award, context: IdeaContext, actor: Actor) -> bool:
    """Whether an award may be known: to everybody who sees the idea once announced, before that to those who prepare it."""
    if actor.flow or award.announced_at is not None:
        return True
    return prepares_awards(context, actor)


def step_award(
    session: Session, award: Award, context: IdeaContext, step: tuple[str, str | None], *, actor: Actor, grounds: Grounds | None = None
) -> Transition:
    """Take one (action, outcome) step of the award's way, or refuse as an idea's move does."""
    action, outcome = step
    grounds = grounds or Grounds()
    stage = award.stage.value if award.version and not _is_new(session, award) else None
    transition = permitted_transition(session, context, AWARD_TRANSITIONS, (stage, action, outcome), actor=actor)
    settle_award(session, award.id)
    if transition.target:
        award.stage, award.stage_since = AwardStage(transition.target), now()
        flag_modified(award, "stage")
    session.add(award)
    session.flush()
    if award.stage in AWAITED:
        _await(session, award, context)
    detail: dict[str, Any] = {"award": award.id, **grounds.detail}
    session.add(
        Decision(
            idea_id=award.idea_id,
            action=f"award_{action}",
            outcome=outcome or "",
            reason=grounds.reason,
            detail=detail,
            actor_id=actor.person_id,
            flow=actor.flow,
        )
    )
    kind = f"award.{action}.{outcome}" if outcome else f"award.{action}"
    told = {"stage": award.stage, "tier": award.tier, "amount_rupiah": award.amount_rupiah}
    record(session, kind, award.id, actor=actor, idea_id=award.idea_id, **told)
    session.flush()
    return transition


def settle_award(session: Session, award_id: str) -> None:
    """Tick off what was awaited of an award."""
    waiting = update(InboxItem).where(col(InboxItem.award_id) == award_id, col(InboxItem.done_at).is_(None))
    session.execute(waiting.values(done_at=now()))


def list_shares(session: Session, award_id: str) -> list[AwardShare]:
    """Who shares an award, largest part first."""
    shares = select(AwardShare).where(AwardShare.award_id == award_id)
    return list(session.exec(shares.order_by(col(AwardShare.share_hundredths).desc(), col(AwardShare.person_id))))


def _await(session: Session, award: Award, context: IdeaContext) -> None:
    action = AWAITED[award.stage]
    role = context.policy.movers.get(action, Role.LEADER)
    due_at = end_of_day_in(context.policy.days.approval)
    path = context.call_path
    session.add(InboxItem(task=action, role=role, unit_path=path, idea_id=award.idea_id, award_id=award.id, due_at=due_at))


def _is_new(session: Session, award: Award) -> bool:
    return award not in session or award in session.new
