"""What an actor may do now with an idea or an award: the tables' transitions whose guards hold, as the engine would permit them."""

from dataclasses import dataclass

from sqlmodel import Session

from workflows.process.actors import Actor
from workflows.process.context import AwardContext, IdeaContext
from workflows.process.engine import gate_transition, present_stage
from workflows.process.guards import GUARDS, Question, find_refusal
from workflows.process.refusals import Refusal
from workflows.process.relations import may_act
from workflows.process.ways import GATE_ACTION, Relation, Transition


@dataclass(frozen=True)
class Offer:
    """An action that is open to the actor, with the outcomes it may have; `awaited` says that it is what the stage waits for."""

    action: str
    outcomes: tuple[str, ...]
    transitions: tuple[Transition, ...]
    awaited: bool

    @property
    def is_plain(self) -> bool:
        """Whether a reason is all that it takes, so that the common form serves."""
        return not any(transition.has_content for transition in self.transitions)

    @property
    def takes_reason(self) -> bool:
        """Whether any of its outcomes takes a reason."""
        return any(transition.reason is not None for transition in self.transitions)

    @property
    def reason_is_optional(self) -> bool:
        """Whether none of its outcomes needs a reason."""
        return not any(transition.reason for transition in self.transitions)


def list_offers(session: Session, context: IdeaContext | AwardContext, *, actor: Actor) -> list[Offer]:
    """The actions that the actor may take at this moment, in the table's order, the gates of the policy last."""
    begun = context.way.leaving(present_stage(context))
    gates: tuple[Transition, ...] = ()
    if isinstance(context, IdeaContext):
        gates = tuple(gate_transition(rule) for rule in context.policy.gates if rule.stage == context.idea.stage)
    asked: dict[tuple[str, Relation, object], bool] = {}
    offered: dict[str, list[Transition]] = {}
    held: dict[tuple[str, ...], bool] = {}

    def holds(transition: Transition) -> bool:
        """Whether the guards hold; of the outcomes of one action that have the same guards the first is asked."""
        outcome = str(transition.outcome) if transition.action == GATE_ACTION else ""
        key = (transition.action, outcome, *transition.guards)
        if key not in held:
            held[key] = find_refusal(session, Question(context, transition, actor)) is None
        return held[key]

    for transition in (*begun, *gates):
        key = (transition.action, transition.relation, transition.who)
        if transition.who is None:
            continue
        if key not in asked or transition.action == GATE_ACTION:
            asked[key] = may_act(session, context, transition, actor)
        if asked[key] and holds(transition):
            offered.setdefault(transition.action, []).append(transition)
    stage = context.way.stages.get(present_stage(context) or "")
    return [
        Offer(action, tuple(t.outcome for t in found if t.outcome), tuple(found), stage is not None and stage.awaits == action)
        for action, found in offered.items()
    ]


def find_kept_out(session: Session, context: IdeaContext | AwardContext, *, actor: Actor) -> Refusal | None:
    """Why somebody who holds the office may not do what the stage awaits: another duty of theirs on the idea; None where none does."""
    stage = context.way.stages.get(present_stage(context) or "")
    awaited = next(
        (each for each in context.way.leaving(present_stage(context)) if stage is not None and each.action == stage.awaits), None
    )
    if awaited is None or "apart" not in awaited.guards or not may_act(session, context, awaited, actor):
        return None
    return GUARDS["apart"](session, Question(context, awaited, actor))


def is_offered(session: Session, context: IdeaContext | AwardContext, action: str, *, actor: Actor) -> bool:
    """Whether an action is open to the actor."""
    return any(offer.action == action for offer in list_offers(session, context, actor=actor))
