"""What an idea earns by the rule book of its own policy version, and what keeps an award from standing for that."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from pydantic import ValidationError
from sqlmodel import Session, col, select

from models.awards import Award, AwardShare
from models.ideas import Decision, Idea
from models.stages import ENDED_AWARDS
from workflows.calculations.award import AwardFacts, compute_award
from workflows.calculations.refusals import CalculationRefusal
from workflows.calculations.rule_books import RuleBook, read_rule_book
from workflows.calculations.shares import RupiahPart, Share, split_rupiah
from workflows.process import ways
from workflows.process.categories import FIXING, keeps_category, name_distinction
from workflows.process.context import AwardContext, IdeaContext
from workflows.process.refusals import Conflict, Refusal
from workflows.process.ways import Reached

_FIXING: Any = sa.orm.aliased(Decision)
PLACE = ("rank", "places_taken")  # the facts that a ranking found; all others are the idea's own


def read_own_book(idea: IdeaContext) -> RuleBook:
    """The rule book of the policy version under which the idea entered, with the tiers of its category."""
    return read_rule_book(idea.policy.rule_book)


def read_facts(idea: IdeaContext, **place: Any) -> AwardFacts:
    """What the rule book is asked: the score, the team's size, whether results were verified, the place in a ranking.

    Raises Conflict for an idea without a score.
    """
    if idea.idea.score is None:
        raise Conflict("idea_not_scored")
    verified = ways.IDEA.stages[idea.idea.stage].reached == Reached.VERIFIED
    return AwardFacts(score=idea.idea.score, team_size=len(idea.team), results_verified=verified, **place)


def split_in_team(idea: IdeaContext, amount_rupiah: int) -> tuple[RupiahPart, ...]:
    """What each member of the team gets of an amount, in whole rupiah."""
    team = sorted(idea.members, key=lambda member: member.position)
    return split_rupiah(amount_rupiah, [Share(person=each.person_id, hundredths=each.share_hundredths, lead=each.lead) for each in team])


def find_lost_stage(context: AwardContext) -> Refusal | None:
    """Why the idea's stage no longer earns an award; None while the idea's policy awards from it."""
    stage = context.about.idea.stage
    return None if stage in context.about.policy.award_from else Conflict("award_no_longer_earned", stage=stage)


def find_difference(session: Session, context: AwardContext) -> Refusal | None:
    """Why an award is not what the idea's own rule book, score and team give now: in tier, sum or shares, beyond the tier's places, or in
    another category than the one that was fixed.

    What a ranking found is kept with the award. Nobody need have meant ill: an earlier release paid by another version's book.
    """
    holds = _recomputes(session, context) and _has_its_place(session, context) and keeps_category(session, context.about)
    return None if holds else Conflict("award_not_recomputed")


def find_flaw(session: Session, context: AwardContext) -> Refusal | None:
    """What keeps an award from being approved, scheduled or announced, whoever asks."""
    return find_lost_stage(context) or find_difference(session, context)


def _recomputes(session: Session, context: AwardContext) -> bool:
    award, idea = context.award, context.about
    try:
        asked = award.computation["question"]["facts"]
        facts = read_facts(idea, **{name: asked[name] for name in PLACE if name in asked})
        computed = compute_award(read_own_book(idea), facts)
        parts = split_in_team(idea, computed.amount_rupiah)
    except (Refusal, CalculationRefusal, ValidationError, KeyError, TypeError):  # what no release of this program wrote
        return False
    said = (award.tier, award.distinction, award.amount_rupiah)
    given = (computed.tier, name_distinction(idea, str(computed.label)), computed.amount_rupiah)
    return said == given and _list_shares(session, award) == _as_rows(parts)


def _has_its_place(session: Session, context: AwardContext) -> bool:
    """Whether no more awards of its category that were proposed earlier stand in its tier than leave a place for it."""
    award = context.award
    places = next((tier.places for tier in read_own_book(context.about).tiers if tier.name == award.tier), None)
    if places is None:
        return True
    last = select(_FIXING.id).where(_FIXING.idea_id == Award.idea_id, _FIXING.action.in_(FIXING)).order_by(_FIXING.at.desc()).limit(1)
    submitted = col(Decision.id) == last.correlate(Award).scalar_subquery()
    in_tier = sa.select(col(Idea.category), col(Decision.detail)).join(Award, col(Award.idea_id) == col(Idea.id))
    in_tier = in_tier.outerjoin(Decision, submitted).where(col(Award.call_id) == award.call_id, col(Award.tier) == award.tier)
    earlier = sa.tuple_(col(Award.created_at), col(Award.id)) < sa.tuple_(
        sa.literal(award.created_at, Award.created_at.type),  # type: ignore[attr-defined]
        sa.literal(award.id),
    )
    found = session.execute(in_tier.where(earlier, col(Award.stage).not_in(ENDED_AWARDS))).all()
    fixed = [category if detail is None else detail.get("category", "") for category, detail in found]
    return fixed.count(context.about.idea.category) < places


def _list_shares(session: Session, award: Award) -> list[tuple[str, int, int]]:
    shares = select(AwardShare).where(AwardShare.award_id == award.id)
    return sorted((each.person_id, each.share_hundredths, each.amount_rupiah) for each in session.exec(shares))


def _as_rows(parts: Sequence[RupiahPart]) -> list[tuple[str, int, int]]:
    return sorted((part.person, part.hundredths, part.amount_rupiah) for part in parts)


def has_award(session: Session, idea_id: str) -> bool:
    """Whether an award of the idea stands that was neither declined nor revoked."""
    standing = select(Award.id).where(Award.idea_id == idea_id, col(Award.stage).not_in(ENDED_AWARDS))
    return session.exec(standing).first() is not None
