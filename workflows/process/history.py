"""An idea's history as a reader may know it: the decisions on the idea and its awards, each row of the tables saying who may read of it."""

from sqlmodel import Session, col, select

from models.awards import Award
from models.ideas import Decision
from workflows.process import ways
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext
from workflows.process.moving import AMEND, RECOUNT
from workflows.process.relations import is_decided, prepares_awards, reads_reviews
from workflows.process.ways import GATE_ACTION, Readers, Way

OF_AWARD = "award_"  # how decisions on an award are marked among those on its idea


def list_history(session: Session, context: IdeaContext, *, actor: Actor) -> list[Decision]:
    """What was decided on an idea and its awards, oldest first, as far as the actor may know."""
    committee, preparer = reads_reviews(session, context, actor), prepares_awards(context, actor)
    readers = {Readers.ALL}
    if committee:
        readers |= {Readers.DECIDED, Readers.COMMITTEE}
    if is_decided(context):
        readers.add(Readers.DECIDED)
    actions = actions_told_to(ways.IDEA, frozenset(readers)) | {GATE_ACTION, AMEND, RECOUNT}
    of_award = actions_told_to(ways.AWARD, frozenset({Readers.PREPARERS, Readers.ANNOUNCED} if preparer else {Readers.ANNOUNCED}))
    asked = actions | {OF_AWARD + action for action in of_award}
    query = select(Decision).where(Decision.idea_id == context.idea.id, col(Decision.action).in_(asked))
    decisions = list(session.exec(query.order_by(col(Decision.at), col(Decision.id))))
    if preparer or not any(decision.action.startswith(OF_AWARD) for decision in decisions):
        return decisions
    announced = set(session.exec(select(Award.id).where(Award.idea_id == context.idea.id, col(Award.announced_at).is_not(None))))
    return [each for each in decisions if not each.action.startswith(OF_AWARD) or each.detail.get("award") in announced]


def actions_told_to(way: Way, readers: frozenset[Readers]) -> frozenset[str]:
    """The actions of a way of which these readers may know, whatever their outcome."""
    return frozenset(transition.action for transition in way.transitions if transition.readers in readers)
