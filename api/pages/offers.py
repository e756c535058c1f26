"""What an actor may do with an idea or an award now: read off the process tables, never written down twice."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from models.awards import Award
from models.calls import CallState
from models.ideas import Gate, GateState
from models.instants import now
from models.people import Role
from models.policy import Entry, GateRule
from models.stages import AwardStage, IdeaStage
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext, has_part, may_act
from workflows.process.tables import AWARD_TRANSITIONS, FLOW, IDEA_TRANSITIONS, Transition

WHILE_REVIEW_RUNS = ("score", "recuse", "assign")
PAST_GATES = ("withdraw", "expire")
QUIET = ("withdraw", "recuse", "assign")  # possible, but not what the idea waits for


@dataclass(frozen=True)
class Offer:
    """An action that is open to the actor, with the outcomes it may have."""

    action: str
    outcomes: tuple[str, ...]

    @property
    def quiet(self) -> bool:
        """Whether it stands folded below the rest."""
        return self.action in QUIET


def list_offers(session: Session, context: IdeaContext, *, actor: Actor) -> list[Offer]:
    """The idea's actions that the actor may take at this moment, what is awaited first."""
    blocked = bool(list_open_gates(session, context))
    transitions = [transition for transition in IDEA_TRANSITIONS if transition.stage == context.idea.stage and transition.mover != FLOW]
    mine = [
        transition for transition in transitions if _is_ripe(context, transition, blocked) and may_act(session, context, transition, actor)
    ]
    return sorted(_grouped(mine), key=lambda offer: offer.quiet)


def list_award_offers(session: Session, award: Award, context: IdeaContext, *, actor: Actor) -> list[Offer]:
    """The award's actions that the actor may take; nobody approves what they proposed."""
    transitions = [transition for transition in AWARD_TRANSITIONS if transition.stage == award.stage and transition.mover != FLOW]
    own = award.proposed_by is not None and award.proposed_by == actor.person_id
    return _grouped(
        [
            transition
            for transition in transitions
            if not (own and transition.action == "approve") and may_act(session, context, transition, actor)
        ]
    )


def may_propose_award(session: Session, context: IdeaContext, *, actor: Actor) -> bool:
    """Whether the actor may have the idea's award computed now."""
    if context.idea.stage not in context.policy.award_from or context.idea.score is None:
        return False
    new = [transition for transition in AWARD_TRANSITIONS if transition.stage is None and transition.mover != FLOW]
    if not any(may_act(session, context, transition, actor) for transition in new):
        return False
    standing_award = select(Award.id).where(Award.idea_id == context.idea.id, Award.stage != AwardStage.REVOKED)
    return session.exec(standing_award).first() is None


def list_open_gates(session: Session, context: IdeaContext) -> list[GateRule]:
    """The policy's gates that block the idea's present stage."""
    if not context.policy.gates:
        return []
    open_now = select(Gate.name).where(Gate.idea_id == context.idea.id, Gate.stage == context.idea.stage, Gate.state == GateState.OPEN)
    names = set(session.exec(open_now.order_by(col(Gate.name))))
    return [rule for rule in context.policy.gates if rule.name in names]


def may_pass(rule: GateRule, context: IdeaContext, *, actor: Actor) -> bool:
    """Whether the actor may mark a gate as passed."""
    paths = (context.unit_path,) if rule.role == Role.UNIT_HEAD else context.paths
    return not has_part(context, actor) and actor.holds(rule.role, *paths)


def is_window_open(context: IdeaContext) -> bool:
    """Whether the call takes submissions now."""
    return context.call.state == CallState.OPEN and context.call.opens_at <= now() < context.call.closes_at


def _is_ripe(context: IdeaContext, transition: Transition, blocked: bool) -> bool:
    """Whether nothing but the actor's will is missing: no open gate, the review running or over as the action needs it."""
    closed = context.idea.scores_closed_at is not None
    if transition.action in WHILE_REVIEW_RUNS:
        return not closed
    if transition.action == "recommend" and context.idea.stage == IdeaStage.IN_REVIEW and not closed:
        return False
    if transition.action == "plan_pilot" and context.policy.entry == Entry.IN_USE:
        return False
    return not (blocked and transition.target and transition.action not in PAST_GATES)


def _grouped(transitions: list[Transition]) -> list[Offer]:
    actions = dict.fromkeys(transition.action for transition in transitions)
    return [
        Offer(action, tuple(transition.outcome for transition in transitions if transition.action == action and transition.outcome))
        for action in actions
    ]
