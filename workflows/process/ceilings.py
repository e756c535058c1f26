"""The region's ceilings: what a policy may promise, and what may still be approved in a call. Amounts are whole rupiah."""

from collections.abc import Iterator

from sqlmodel import Session, col, func, select

from models.awards import Award
from models.calls import Ceiling
from models.policy import Policy
from models.stages import ENDED_AWARDS, AwardStage
from workflows.calculations.rule_books import FixedTiers, Tier, read_rule_book
from workflows.process.refusals import Conflict, Invalid, Refusal

TIERS = "policy.rule_book.tiers"
UNPAID = (*ENDED_AWARDS, AwardStage.PROPOSED)


def read_ceiling(session: Session) -> Ceiling | None:
    """The ceilings in force: those set last; None until the leader has set any."""
    return session.exec(select(Ceiling).order_by(col(Ceiling.number).desc()).limit(1)).first()


def list_excesses(policy: Policy, ceiling: Ceiling | None) -> Iterator[Refusal]:
    """Where a policy promises more than the region pays: for one award, its team's uplift included, and for all places of the call.

    Each category has its places, and those of all of them count together. Awards whose places are not limited are held against the call's
    ceiling when they are approved. A policy that pays nothing needs no ceiling.
    """
    books = {path: read_rule_book(each.rule_book) for path, each in _list_books(policy)}
    amounts = {path: [most_of_tier(book, tier, policy) for tier in book.tiers] for path, book in books.items()}
    if ceiling is None:
        yield from [Conflict("ceiling_not_set", path) for path in books if any(amounts[path])][:1]
        return
    for path, book in books.items():
        for number, (tier, amount) in enumerate(zip(book.tiers, amounts[path], strict=True)):
            if amount > ceiling.tier_rupiah:
                at = f"{path}.{number}.amount_rupiah"
                yield Invalid("ceiling_tier_exceeded", at, tier=tier.label, amount=amount, ceiling=ceiling.tier_rupiah)
    in_all = sum(_sum_places(read_rule_book(each.rule_book), policy) for _, each in policy.list_by_category())
    if in_all > ceiling.call_rupiah:
        field = "policy.categories" if policy.categories else TIERS
        yield Invalid("ceiling_places_exceeded", field, amount=in_all, ceiling=ceiling.call_rupiah)


def _list_books(policy: Policy) -> Iterator[tuple[str, Policy]]:
    """Where tiers stand by which some idea is paid, with a policy that holds by them; those that categories share stand once."""
    for number, (category, each) in enumerate(policy.list_by_category()):
        yield (f"policy.categories.{number}.tiers" if category is not None and category.tiers else TIERS), each


def _sum_places(book: FixedTiers, policy: Policy) -> int:
    return sum((tier.places or 0) * most_of_tier(book, tier, policy) for tier in book.tiers)


def find_excess(session: Session, award: Award) -> Refusal | None:
    """Why an award must not be approved: it, or it with those approved before in its call, is more than the region pays.

    Before the leader has set any ceiling only policies of earlier releases pay money: their awards are approved as they were.
    """
    ceiling = read_ceiling(session)
    if ceiling is None or award.amount_rupiah == 0:
        return None
    if award.amount_rupiah > ceiling.tier_rupiah:
        return Conflict("ceiling_tier_exceeded", tier=award.distinction, amount=award.amount_rupiah, ceiling=ceiling.tier_rupiah)
    paid = select(func.coalesce(func.sum(Award.amount_rupiah), 0)).where(Award.call_id == award.call_id, Award.id != award.id)
    approved = int(session.exec(paid.where(col(Award.stage).not_in(UNPAID))).one())
    if approved + award.amount_rupiah > ceiling.call_rupiah:
        return Conflict("ceiling_call_exceeded", amount=award.amount_rupiah, approved=approved, ceiling=ceiling.call_rupiah)
    return None


def most_of_tier(book: FixedTiers, tier: Tier, policy: Policy) -> int:
    """What a tier pays a team as large as the policy lets it be."""
    uplifted = policy.team_limit >= book.team_uplift_from
    return tier.amount_rupiah * (100 + book.team_uplift_percent) // 100 if uplifted else tier.amount_rupiah
