"""Propose an award: computed from the call's rule book, to the rupiah, shared in the team."""

from typing import Any

from sqlmodel import Session, col, select

from models.awards import Award, AwardShare
from models.calls import Call, CallState
from models.ideas import Idea
from models.ids import new_id
from models.instants import now
from models.stages import IdeaStage
from workflows.calculations.award import AwardFacts, ComputedAward, compute_award, rank_awards
from workflows.calculations.rule_books import read_rule_book
from workflows.calculations.shares import Share, split_rupiah
from workflows.process import ways
from workflows.process.actors import Actor
from workflows.process.context import AwardContext, IdeaContext, read_context
from workflows.process.engine import Grounds, Permitted, permit, take
from workflows.process.guards import has_award
from workflows.process.refusals import Conflict
from workflows.process.ways import Kind


def propose_award(session: Session, idea_id: str, *, actor: Actor) -> AwardContext:
    """Compute and propose the idea's award; the secretariat may, from the stages the policy names.

    Raises Conflict when an award stands already, the stage is not one to award from, or the rule book gives nothing.
    """
    idea = read_context(session, idea_id, actor=actor)
    context = new_award(idea, proposed_by=actor.person_id)
    permitted = permit(session, context, "propose", actor=actor)
    question = _question(idea)
    computed = compute_award(read_rule_book(idea.policy.rule_book), question)
    if computed.tier is None:
        raise Conflict("no_tier_reached", score=str(idea.idea.score))
    _propose(session, context, permitted, question, computed, actor=actor)
    return context


def draft_award(session: Session, idea_id: str, *, actor: Actor) -> None:
    """Draft the award of an idea in a call without limited places; where places are limited, the whole call is ranked at its end."""
    idea = read_context(session, idea_id, actor=actor)
    book = read_rule_book(idea.policy.rule_book)
    if idea.idea.stage not in idea.policy.award_from or book.is_ranked or has_award(session, idea_id):
        return
    context, question = new_award(idea, proposed_by=actor.person_id), _question(idea)
    permitted = permit(session, context, "propose", actor=actor)
    computed = compute_award(book, question)
    if computed.tier is not None:
        _propose(session, context, permitted, question, computed, actor=actor)


def draft_ranked_awards(session: Session, call_id: str, *, actor: Actor) -> None:
    """Rank a closed call's ideas once all are decided, and draft the awards its places allow; done once per call."""
    call = session.get(Call, call_id)
    if call is None or call.state != CallState.CLOSED or call.awards_drafted_at is not None or list_undecided(session, call_id):
        return
    call.awards_drafted_at = now()
    ideas = session.exec(select(Idea.id).where(Idea.call_id == call_id, col(Idea.score).is_not(None)).order_by(col(Idea.id))).all()
    contexts = {idea_id: read_context(session, idea_id, actor=actor) for idea_id in ideas}
    candidates = [c for c in contexts.values() if c.idea.stage in c.policy.award_from and not has_award(session, c.idea.id)]
    if not candidates:
        return
    book = read_rule_book(candidates[0].policy.rule_book)
    if not book.is_ranked:
        return
    contenders = [(c.idea.id, c.idea.score or 0, c.idea.submitted_at or c.idea.created_at) for c in candidates]
    for placement in rank_awards(book, contenders):  # type: ignore[arg-type]
        idea = contexts[placement.idea]
        question = _question(idea, rank=placement.rank, places_taken=placement.places_taken)
        computed = compute_award(book, question)
        if computed.tier is not None:  # a ranking asks for no verified results, the rule book may
            context = new_award(idea, proposed_by=actor.person_id)
            _propose(session, context, permit(session, context, "propose", actor=actor), question, computed, actor=actor)


def list_undecided(session: Session, call_id: str) -> list[str]:
    """The call's ideas that are still on their way and may yet earn an award."""
    return list(session.exec(select(Idea.id).where(Idea.call_id == call_id, col(Idea.stage).in_(ways.IDEA.list_stages(Kind.OPEN)))))


def new_award(idea: IdeaContext, *, proposed_by: str | None = None) -> AwardContext:
    """An award of the idea that is only about to be proposed."""
    award = Award(id=new_id(), idea_id=idea.idea.id, call_id=idea.call.id, tier="", distinction="", proposed_by=proposed_by)
    return AwardContext(award, idea)


def _question(idea: IdeaContext, **place: Any) -> AwardFacts:
    """What the rule book is asked: the score, the team's size, whether results were verified, the place in a ranking."""
    if idea.idea.score is None:
        raise Conflict("idea_not_scored")
    verified = idea.idea.stage == IdeaStage.ROLLED_OUT
    return AwardFacts(score=idea.idea.score, team_size=len(idea.team), results_verified=verified, **place)


def _propose(
    session: Session, context: AwardContext, permitted: Permitted, question: AwardFacts, computed: ComputedAward, *, actor: Actor
) -> None:
    award, idea = context.award, context.about
    asked = {"rule_book": idea.policy.rule_book, "facts": question.model_dump(mode="json", exclude_none=True)}
    award.tier, award.distinction, award.amount_rupiah = str(computed.tier), str(computed.label), computed.amount_rupiah
    award.computation = {"question": asked, "steps": [line.model_dump(mode="json") for line in computed.trace]}
    session.add(award)
    session.flush()
    shares = tuple(
        AwardShare(award_id=award.id, person_id=part.person, share_hundredths=part.hundredths, amount_rupiah=part.amount_rupiah)
        for part in split_rupiah(award.amount_rupiah, _team_shares(idea))
    )
    session.add_all(shares)
    take(session, context, permitted, Grounds(rows=shares), actor=actor)


def _team_shares(idea: IdeaContext) -> list[Share]:
    team = sorted(idea.members, key=lambda member: member.position)
    return [Share(person=member.person_id, hundredths=member.share_hundredths, lead=member.lead) for member in team]
