"""The places of a ranked call: who stands before whom in a category, and how many of each tier's places were given there."""

from collections import Counter
from collections.abc import Collection

from sqlmodel import Session, col, select

from models.awards import Award
from models.calls import Call
from models.ideas import Idea
from models.stages import ENDED_AWARDS
from workflows.calculations.award import Contender, Placement, rank_by_own_books
from workflows.calculations.rule_books import read_rule_book
from workflows.process import ways
from workflows.process.actors import flow_actor
from workflows.process.categories import list_fixed
from workflows.process.context import read_context, read_policy_of
from workflows.process.eligibility import find_awarded_before
from workflows.process.ways import Reached


def lock_places(session: Session, call_id: str) -> Call | None:
    """The call as it stands now, locked until the transaction ends: whoever gives out its places waits for the other."""
    return session.get(Call, call_id, with_for_update={"key_share": True}, populate_existing=True)


def rank_call(session: Session, call_id: str, *, without: Collection[str] = ()) -> tuple[Placement, ...]:
    """The call's ideas that may be awarded and have no award, ranked over all its policy versions, each judged by its own rule book.

    Each category is ranked apart. Places that standing awards hold are taken, in the category that the submission fixed. Ideas `without`
    do not compete, nor do such as are in another category by now.
    """
    standing = select(Award.idea_id, Award.tier).where(Award.call_id == call_id, col(Award.stage).not_in(ENDED_AWARDS))
    awarded = dict(session.exec(standing).all())
    ideas = session.exec(select(Idea).where(Idea.call_id == call_id, col(Idea.score).is_not(None)).order_by(col(Idea.id))).all()
    by_category = any(idea.category or read_policy_of(session, idea).categories for idea in ideas)
    fixed = {idea.id: idea.category for idea in ideas} | (list_fixed(session, call_id) if by_category else {})
    competing = [idea for idea in ideas if idea.id not in awarded and idea.id not in without and fixed[idea.id] == idea.category]
    contenders = [_read_contender(session, idea) for idea in competing]
    taken = Counter((fixed.get(idea_id, ""), tier) for idea_id, tier in awarded.items())
    return rank_by_own_books([each for each in contenders if each is not None], taken)


def list_passed_over(session: Session, call_id: str) -> set[str]:
    """The call's ideas of which an award was declined or revoked: their turn is over, unless one is proposed for them by hand."""
    ended = select(Award.idea_id).where(Award.call_id == call_id, col(Award.stage).in_(ENDED_AWARDS))
    return set(session.exec(ended))


def _read_contender(session: Session, idea: Idea) -> Contender | None:
    """An idea as it competes; None where its own policy gives no award from its stage, awards without a ranking, or, by what was
    announced since it came in, would not let it in any more."""
    policy = read_policy_of(session, idea)
    book = read_rule_book(policy.rule_book)
    if idea.score is None or idea.stage not in policy.award_from or not book.is_ranked:
        return None
    if book.results_must_be_verified and ways.IDEA.stages[idea.stage].reached != Reached.VERIFIED:
        return None
    if policy.eligibility.earlier_awards is not None:
        context = read_context(session, idea.id, actor=flow_actor("reward"))
        if find_awarded_before(session, context) is not None:
            return None
    return Contender(idea.id, idea.score, idea.submitted_at or idea.created_at, book, idea.category)
