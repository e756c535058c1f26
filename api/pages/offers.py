"""What an actor may do with an idea or an award now: read off the process tables, never written down twice."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from models.awards import Award
from models.calls import CallState
from models.ideas import Gate, GateState
from models.people import Role
from models.policy import Entry, GateRule
from models.seams import now
from models.stages import AwardStage, IdeaStage
from workflows.actors import Actor
from workflows.process import AWARD_CELLS, FLOW, IDEA_CELLS, Cell
from workflows.standing import Standing, has_part, stands_in

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


def list_offers(session: Session, standing: Standing, *, actor: Actor) -> list[Offer]:
    """The idea's actions that the actor may take at this moment, what is awaited first."""
    blocked = bool(list_open_gates(session, standing))
    cells = [cell for cell in IDEA_CELLS if cell.stage == standing.idea.stage and cell.mover != FLOW]
    mine = [cell for cell in cells if _is_ripe(standing, cell, blocked) and stands_in(session, standing, cell, actor)]
    return sorted(_grouped(mine), key=lambda offer: offer.quiet)


def list_award_offers(session: Session, award: Award, standing: Standing, *, actor: Actor) -> list[Offer]:
    """The award's actions that the actor may take; nobody approves what they proposed."""
    cells = [cell for cell in AWARD_CELLS if cell.stage == award.stage and cell.mover != FLOW]
    own = award.proposed_by is not None and award.proposed_by == actor.person_id
    return _grouped([cell for cell in cells if not (own and cell.action == "approve") and stands_in(session, standing, cell, actor)])


def may_propose_award(session: Session, standing: Standing, *, actor: Actor) -> bool:
    """Whether the actor may have the idea's award computed now."""
    if standing.idea.stage not in standing.policy.award_from or standing.idea.score is None:
        return False
    new = [cell for cell in AWARD_CELLS if cell.stage is None and cell.mover != FLOW]
    if not any(stands_in(session, standing, cell, actor) for cell in new):
        return False
    standing_award = select(Award.id).where(Award.idea_id == standing.idea.id, Award.stage != AwardStage.REVOKED)
    return session.exec(standing_award).first() is None


def list_open_gates(session: Session, standing: Standing) -> list[GateRule]:
    """The policy's gates that block the idea's present stage."""
    if not standing.policy.gates:
        return []
    open_now = select(Gate.name).where(Gate.idea_id == standing.idea.id, Gate.stage == standing.idea.stage, Gate.state == GateState.OPEN)
    names = set(session.exec(open_now.order_by(col(Gate.name))))
    return [rule for rule in standing.policy.gates if rule.name in names]


def may_pass(rule: GateRule, standing: Standing, *, actor: Actor) -> bool:
    """Whether the actor may mark a gate as passed."""
    paths = (standing.unit_path,) if rule.role == Role.UNIT_HEAD else standing.paths
    return not has_part(standing, actor) and actor.holds(rule.role, *paths)


def is_window_open(standing: Standing) -> bool:
    """Whether the call takes submissions now."""
    return standing.call.state == CallState.OPEN and standing.call.opens_at <= now() < standing.call.closes_at


def _is_ripe(standing: Standing, cell: Cell, blocked: bool) -> bool:
    """Whether nothing but the actor's will is missing: no open gate, the review running or over as the action needs it."""
    closed = standing.idea.scores_closed_at is not None
    if cell.action in WHILE_REVIEW_RUNS:
        return not closed
    if cell.action == "recommend" and standing.idea.stage == IdeaStage.IN_REVIEW and not closed:
        return False
    if cell.action == "plan_pilot" and standing.policy.entry == Entry.IN_USE:
        return False
    return not (blocked and cell.target and cell.action not in PAST_GATES)


def _grouped(cells: list[Cell]) -> list[Offer]:
    actions = dict.fromkeys(cell.action for cell in cells)
    return [Offer(action, tuple(cell.outcome for cell in cells if cell.action == action and cell.outcome)) for action in actions]
