"""Propose an award: computed from the call's rule book, to the rupiah, shared in the team."""

from typing import Any

from sqlmodel import Session, col, select

from models.awards import Award, AwardShare
from models.calls import Call, CallState
from models.ideas import Idea, TeamMember
from models.ids import new_id
from models.instants import now
from models.people import Role
from models.stages import AwardStage, IdeaStage
from workflows.calculations.award import AwardFacts, ComputedAward, compute_award, rank_awards
from workflows.calculations.rule_books import FixedTiers, read_rule_book
from workflows.calculations.shares import Share, split_rupiah
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext, read_context
from workflows.process.refusals import Conflict, Forbidden
from workflows.reward.steps import step_award

STILL_OPEN = (
    IdeaStage.SUBMITTED,
    IdeaStage.AWAITING_PERMISSION,
    IdeaStage.SCREENING,
    IdeaStage.SUPPLEMENT_ASKED,
    IdeaStage.IN_REVIEW,
    IdeaStage.SHORTLISTED,
    IdeaStage.RECOMMENDED,
    IdeaStage.DETERMINED,
    IdeaStage.IN_PILOT,
    IdeaStage.PILOT_REPORTED,
)


def propose_award(session: Session, idea_id: str, *, actor: Actor) -> Award:
    """Compute and propose the idea's award; the secretariat may, from the stages the policy names.

    Raises Conflict when an award stands already, the stage is not one to award from, or the rule book gives nothing.
    """
    context = read_context(session, idea_id, actor=actor)
    proposer = context.policy.movers.get("propose", Role.SECRETARIAT)
    if not actor.flow and not actor.holds(proposer, *context.paths):
        raise Forbidden(f"only_{proposer}")
    if context.idea.stage not in context.policy.award_from:
        raise Conflict("stage_not_awarded", stage=context.idea.stage)
    if _stands_already(session, idea_id):
        raise Conflict("award_stands")
    facts = _facts(session, context)
    computed = compute_award(read_rule_book(context.policy.rule_book), facts)
    if computed.tier is None:
        raise Conflict("no_tier_reached", score=str(context.idea.score))
    return _propose(session, context, facts, computed, actor)


def draft_award(session: Session, idea_id: str, *, actor: Actor) -> None:
    """Draft the award of an idea in a call without limited places; where places are limited, the whole call is ranked at its end."""
    context = read_context(session, idea_id, actor=actor)
    book = read_rule_book(context.policy.rule_book)
    if context.idea.stage not in context.policy.award_from or _is_ranked(book) or _stands_already(session, idea_id):
        return
    facts = _facts(session, context)
    computed = compute_award(book, facts)
    if computed.tier is not None:
        _propose(session, context, facts, computed, actor)


def draft_ranked_awards(session: Session, call_id: str, *, actor: Actor) -> None:
    """Rank a closed call's ideas once all are decided, and draft the awards its places allow; done once per call."""
    call = session.get(Call, call_id)
    if call is None or call.state != CallState.CLOSED or call.awards_drafted_at is not None or list_undecided(session, call_id):
        return
    call.awards_drafted_at = now()
    ideas = session.exec(select(Idea.id).where(Idea.call_id == call_id, col(Idea.score).is_not(None)).order_by(col(Idea.id))).all()
    contexts = {idea_id: read_context(session, idea_id, actor=actor) for idea_id in ideas}
    candidates = [s for s in contexts.values() if s.idea.stage in s.policy.award_from and not _stands_already(session, s.idea.id)]
    if not candidates:
        return
    book = read_rule_book(candidates[0].policy.rule_book)
    if not _is_ranked(book):
        return
    contenders = [(s.idea.id, s.idea.score or 0, s.idea.submitted_at or s.idea.created_at) for s in candidates]
    for placement in rank_awards(book, contenders):  # type: ignore[arg-type]
        if placement.tier is not None:
            context = contexts[placement.idea]
            facts = _facts(session, context, rank=placement.rank, places_taken=placement.places_taken)
            _propose(session, context, facts, compute_award(book, facts), actor)


def list_undecided(session: Session, call_id: str) -> list[str]:
    """The call's ideas that are still on their way and may yet earn an award."""
    return list(session.exec(select(Idea.id).where(Idea.call_id == call_id, col(Idea.stage).in_(STILL_OPEN))))


def _facts(session: Session, context: IdeaContext, **place: Any) -> AwardFacts:
    if context.idea.score is None:
        raise Conflict("idea_not_scored")
    verified = context.idea.stage == IdeaStage.ROLLED_OUT
    return AwardFacts(score=context.idea.score, team_size=len(context.team), results_verified=verified, **place)


def _propose(session: Session, context: IdeaContext, facts: AwardFacts, computed: ComputedAward, actor: Actor) -> Award:
    question = {"rule_book": context.policy.rule_book, "facts": facts.model_dump(mode="json", exclude_none=True)}
    award = Award(
        id=new_id(),
        idea_id=context.idea.id,
        call_id=context.call.id,
        tier=str(computed.tier),
        distinction=str(computed.label),
        amount_rupiah=computed.amount_rupiah,
        computation={"question": question, "steps": [line.model_dump(mode="json") for line in computed.trace]},
        proposed_by=actor.person_id,
    )
    step_award(session, award, context, ("propose", None), actor=actor)
    for part in split_rupiah(award.amount_rupiah, _team_shares(session, context.idea.id)):
        share = AwardShare(award_id=award.id, person_id=part.person, share_hundredths=part.hundredths, amount_rupiah=part.amount_rupiah)
        session.add(share)
    session.flush()
    return award


def _team_shares(session: Session, idea_id: str) -> list[Share]:
    team = session.exec(select(TeamMember).where(TeamMember.idea_id == idea_id).order_by(col(TeamMember.position)))
    return [Share(person=member.person_id, hundredths=member.share_hundredths, lead=member.lead) for member in team]


def _stands_already(session: Session, idea_id: str) -> bool:
    return session.exec(select(Award.id).where(Award.idea_id == idea_id, Award.stage != AwardStage.REVOKED)).first() is not None


def _is_ranked(book: FixedTiers) -> bool:
    return any(tier.places is not None for tier in book.tiers)
