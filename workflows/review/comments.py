"""What reviewers wrote, as the team may read it: after the decision, and without anything that tells who wrote what."""

from sqlmodel import Session, col, select

from models.ideas import Decision
from models.reviews import Review, ReviewState
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext
from workflows.process.relations import is_decided, is_in_team

FINAL = ("adopted", "rejected")  # a deferred idea may be reviewed again


def list_comments(session: Session, context: IdeaContext, actor: Actor) -> list[str] | None:
    """The comments of those who scored an idea, in the order of the alphabet; None for whoever may not read them.

    The team reads them where the policy says so, once the idea is adopted or rejected by these scores: of an idea that was reopened an
    earlier decision opens nothing that was written after it. Who stepped back or did not answer says nothing.
    """
    is_reviewed = context.idea.scores_closed_at is not None and is_decided(context)
    if not is_reviewed or not context.policy.comments or not is_in_team(context, actor):
        return None
    made = select(Decision.outcome).where(Decision.idea_id == context.idea.id, Decision.action == "determine")
    made = made.where(col(Decision.at) >= context.idea.scores_closed_at).order_by(col(Decision.at).desc(), col(Decision.id).desc())
    if session.exec(made.limit(1)).first() not in FINAL:
        return None
    written = select(Review.comment).where(Review.idea_id == context.idea.id, Review.state == ReviewState.SCORED, Review.comment != "")
    return sorted(session.exec(written))
