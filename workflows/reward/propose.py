"""Propose an award: computed from the rule book of the idea's own policy version, to the rupiah, shared in the team."""

from sqlmodel import Session, col, select

from models.awards import Award, AwardShare
from models.ideas import Idea
from models.ids import new_id
from models.instants import now
from workflows.calculations.award import AwardFacts, ComputedAward, Placement, compute_award
from workflows.process import ways
from workflows.process.actors import Actor
from workflows.process.categories import keeps_category, name_distinction
from workflows.process.closing import may_still_enter
from workflows.process.context import AwardContext, IdeaContext, read_context
from workflows.process.earning import has_award, read_facts, read_own_book, split_in_team
from workflows.process.eligibility import find_awarded_before
from workflows.process.engine import Grounds, Permitted, permit, take
from workflows.process.refusals import Conflict
from workflows.process.ways import AWARD, Kind
from workflows.reward.rank import list_passed_over, lock_places, rank_call

PROPOSE = AWARD.action("propose")


def propose_award(session: Session, idea_id: str, *, actor: Actor) -> AwardContext:
    """Compute and propose the idea's award; the secretariat may, from the stages the policy names.

    Where places are limited the idea gets the one that the ranking of those without an award leaves it: no place is given twice, none
    before its turn. Raises Conflict when an award stands already, the stage is not one to award from, the rule book gives nothing, no
    place is left, or the idea is no more in the category that its submission fixed.
    """
    idea = read_context(session, idea_id, actor=actor)
    book = read_own_book(idea)
    if book.is_ranked:
        lock_places(session, idea.call.id)
    context = new_award(idea, proposed_by=actor.person_id)
    permitted = permit(session, context, PROPOSE, actor=actor)
    if not keeps_category(session, idea):
        raise Conflict("category_changed")
    if not book.is_ranked:
        facts = read_facts(idea)
    else:
        others = list_passed_over(session, idea.call.id) - {idea_id}
        placement = next((each for each in rank_call(session, idea.call.id, without=others) if each.idea == idea_id), None)
        facts = read_facts(idea, places_taken=placement.places_taken if placement else None)
    computed = compute_award(book, facts)
    if computed.tier is None:
        reaches = compute_award(book, read_facts(idea)).tier is not None
        raise Conflict("no_place_left" if reaches else "no_tier_reached", score=str(idea.idea.score))
    _propose(session, context, permitted, (facts, computed), actor=actor)
    return context


def draft_award(session: Session, idea_id: str, *, actor: Actor) -> None:
    """Draft the award of an idea in a call without limited places; where places are limited, the whole call is ranked at its end.

    None for an idea that would not be let in any more, as an earlier award of it was announced since.
    """
    idea = read_context(session, idea_id, actor=actor)
    book = read_own_book(idea)
    if idea.idea.stage not in idea.policy.award_from or book.is_ranked or has_award(session, idea_id) or not keeps_category(session, idea):
        return
    if find_awarded_before(session, idea) is not None:
        return
    context, facts = new_award(idea, proposed_by=actor.person_id), read_facts(idea)
    permitted = permit(session, context, PROPOSE, actor=actor)
    computed = compute_award(book, facts)
    if computed.tier is not None:
        _propose(session, context, permitted, (facts, computed), actor=actor)


def draft_ranked_awards(session: Session, call_id: str, *, actor: Actor) -> None:
    """Rank a call's ideas once nobody may come in any more and all are decided, and draft the awards its places allow; once per call."""
    call = lock_places(session, call_id)
    if call is None or call.awards_drafted_at is not None or may_still_enter(session, call) or list_undecided(session, call_id):
        return
    for placement in rank_call(session, call_id):
        if placement.tier is not None:
            _draft_placed(session, placement, actor)
    call.awards_drafted_at = now()


def _draft_placed(session: Session, placement: Placement, actor: Actor) -> None:
    idea = read_context(session, placement.idea, actor=actor)
    facts = read_facts(idea, rank=placement.rank, places_taken=placement.places_taken)
    context = new_award(idea, proposed_by=actor.person_id)
    permitted = permit(session, context, PROPOSE, actor=actor)
    _propose(session, context, permitted, (facts, compute_award(read_own_book(idea), facts)), actor=actor)


def list_undecided(session: Session, call_id: str) -> list[str]:
    """The call's ideas that are still on their way and may yet earn an award."""
    return list(session.exec(select(Idea.id).where(Idea.call_id == call_id, col(Idea.stage).in_(ways.IDEA.list_stages(Kind.OPEN)))))


def new_award(idea: IdeaContext, *, proposed_by: str | None = None) -> AwardContext:
    """An award of the idea that is only about to be proposed."""
    award = Award(id=new_id(), idea_id=idea.idea.id, call_id=idea.call.id, tier="", distinction="", proposed_by=proposed_by)
    return AwardContext(award, idea)


def _propose(
    session: Session, context: AwardContext, permitted: Permitted, found: tuple[AwardFacts, ComputedAward], *, actor: Actor
) -> None:
    award, idea, (facts, computed) = context.award, context.about, found
    asked = {"rule_book": idea.policy.rule_book, "facts": facts.model_dump(mode="json", exclude_none=True)}
    award.tier, award.amount_rupiah = str(computed.tier), computed.amount_rupiah
    award.distinction = name_distinction(idea, str(computed.label))
    award.computation = {"question": asked, "steps": [line.model_dump(mode="json") for line in computed.trace]}
    session.add(award)
    session.flush()
    shares = tuple(
        AwardShare(award_id=award.id, person_id=part.person, share_hundredths=part.hundredths, amount_rupiah=part.amount_rupiah)
        for part in split_in_team(idea, award.amount_rupiah)
    )
    session.add_all(shares)
    take(session, context, permitted, Grounds(rows=shares), actor=actor)
