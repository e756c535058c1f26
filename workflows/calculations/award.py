"""Which award an idea earns under a rule book, computed line by line so that an auditor can repeat it by hand."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, NamedTuple

from pydantic import Field, StrictBool

from workflows.calculations.refusals import CalculationRefusal
from workflows.calculations.rule_books import FixedTiers, RuleBook, Tier, find_tier, read_rule_book
from workflows.calculations.trace import Trace, TraceLine, trace_line
from workflows.calculations.values import Percent, ShortText, Value, as_fraction, check_rupiah

__all__ = [
    "AwardFacts",
    "AwardFactsRefused",
    "ComputedAward",
    "Contender",
    "Placement",
    "RuleBook",
    "compute_award",
    "rank_awards",
    "rank_by_own_books",
    "read_rule_book",
]


class AwardFactsRefused(CalculationRefusal):
    """Facts that do not fit the rule book or each other."""

    code = "award_facts_invalid"


class AwardFacts(Value):
    """What is known of one idea: the combined score, its place in the ranking (1 is best), and how many people proposed it.

    `places_taken` counts the places given to better ideas, by tier, as `rank_awards` does. With only a rank, the better ideas are taken to
    have filled the places from the best tier down; with neither, places are not limited.
    """

    score: Percent
    team_size: int = Field(strict=True, ge=1)
    rank: int | None = Field(default=None, strict=True, ge=1)
    places_taken: dict[str, Annotated[int, Field(strict=True, ge=0)]] | None = None
    results_verified: StrictBool = False


class AwardQuestion(Value):
    """A rule book, and the facts of one idea to be judged by it."""

    rule_book: RuleBook
    facts: AwardFacts


class ComputedAward(Value):
    """The tier (null: none is deserved, or none is left), the amount for the whole team in rupiah, and the way there."""

    rule_book: str
    version: str
    tier: str | None
    label: str | None = None
    label_en: str | None = None
    amount_rupiah: int
    trace: Trace


class Contender(NamedTuple):
    """An idea in a ranking, with the rule book of the policy version it entered under; ideas of different categories never compete."""

    idea: str
    score: Decimal
    received_at: datetime
    book: RuleBook
    category: str = ""


PlaceOf = tuple[str, str]  # whose places are counted together: category and tier


class Placement(Value):
    """Where an idea came out in its category: its rank, its tier if any, and the places of each tier taken by better ideas before it."""

    idea: str
    rank: int
    tier: ShortText | None
    places_taken: dict[str, int]


def calculate_award(question: AwardQuestion) -> ComputedAward:
    """The `award` calculation: judges the facts by the rule book."""
    return compute_award(question.rule_book, question.facts)


def compute_award(book: RuleBook, facts: AwardFacts) -> ComputedAward:
    """What one idea earns, in whole rupiah for the whole team; AwardFactsRefused or AmountRefused when it cannot be told.

    The rules are the book's own (`source` names the decree); an empty grade is an award with tier None and amount 0.
    """
    return COMPUTATIONS[book.kind](book, facts)


def rank_awards(book: RuleBook, contenders: Sequence[tuple[str, Decimal, datetime]]) -> tuple[Placement, ...]:
    """The ranking of contenders under one rule book, with every place free."""
    return rank_by_own_books([Contender(*each, book) for each in contenders])


def rank_by_own_books(contenders: Sequence[Contender], taken: Mapping[PlaceOf, int] | None = None) -> tuple[Placement, ...]:
    """The contenders from the best down, each with the best tier of its own book that its score reaches and that still has a place.

    Places belong to a category of the call, and all to one where it has none: they are counted by category and the tier's name over all
    books, `taken` being those that were given before. So are ranks: each category has its own first.
    Higher score first; equal scores: the earlier receipt (first received wins), and at the same instant the idea's id. A tier that nobody
    reaches stays empty, its places do not pass to another tier or category. Pass only ideas that may be awarded at all.
    """
    order = sorted(map(_checked, contenders), key=lambda each: (-each.score, each.received_at, each.idea))
    if len({each.idea for each in order}) < len(order):
        raise AwardFactsRefused("idea", "Rank each idea once.")
    placements: list[Placement] = []
    given, ranks = dict(taken or {}), Counter[str]()
    for contender in order:
        ranks[contender.category] += 1
        before = {each.name: given.get((contender.category, each.name), 0) for each in contender.book.tiers}
        tier = find_tier(contender.book, contender.score, before)
        rank = ranks[contender.category]
        placements.append(Placement(idea=contender.idea, rank=rank, tier=tier and tier.name, places_taken=before))
        if tier is not None:
            given[contender.category, tier.name] = before[tier.name] + 1
    return tuple(placements)


def _checked(contender: Contender) -> Contender:
    as_fraction(contender.score, "score")
    if contender.received_at.utcoffset() is None:
        raise AwardFactsRefused("received_at", "Give the time of receipt with its zone.")
    return contender


def _fixed_tiers(book: FixedTiers, facts: AwardFacts) -> ComputedAward:
    trace = [
        trace_line(
            "rule_book", "Aturan {name}, versi {version}: {source}.", "Rule book {name}, version {version}: {source}.", **_title(book)
        )
    ]
    if book.results_must_be_verified and not facts.results_verified:
        trace.append(
            trace_line("unverified", "Hasil belum diverifikasi: belum ada penghargaan.", "Results are not verified: no award yet.")
        )
        return _award(book, None, 0, trace)
    taken = _places_taken(book, facts)
    tier = find_tier(book, facts.score, taken)
    passed_over = book.tiers if tier is None else book.tiers[: book.tiers.index(tier)]
    trace += [_passed_over_line(each, facts.score) for each in passed_over]
    if tier is None:
        trace.append(trace_line("none", "Tidak ada peringkat yang diberikan.", "No tier is given."))
        return _award(book, None, 0, trace)
    trace.append(_tier_line(tier, facts, taken))
    return _award(book, tier, _uplifted(book, tier, facts.team_size, trace), trace)


def _title(book: FixedTiers) -> dict[str, str]:
    return {"name": book.name, "version": book.version, "source": book.source}


def _places_taken(book: FixedTiers, facts: AwardFacts) -> Mapping[str, int]:
    if facts.places_taken is not None:
        for name in facts.places_taken:
            if name not in {tier.name for tier in book.tiers}:
                raise AwardFactsRefused(f"facts.places_taken.{name}", "Remove this tier; the rule book has none of that name.")
        return facts.places_taken
    better, taken = (facts.rank or 1) - 1, {}
    for tier in book.tiers:
        taken[tier.name] = better if tier.places is None else min(better, tier.places)
        better -= taken[tier.name]
    return taken


def _passed_over_line(tier: Tier, score: Decimal) -> TraceLine:
    if score < tier.minimum_score:
        text = "{label}: {score} < {minimum}, tidak tercapai."
        return trace_line(
            "below", text, "{label_en}: {score} < {minimum}, not reached.", score=score, minimum=tier.minimum_score, **_labels(tier)
        )
    text = "{label}: semua {places} tempat sudah terisi."
    return trace_line("full", text, "{label_en}: all {places} places are taken.", places=tier.places or 0, **_labels(tier))


def _tier_line(tier: Tier, facts: AwardFacts, taken: Mapping[str, int]) -> TraceLine:
    end, end_en = _place_texts(tier, facts)
    return trace_line(
        "tier",
        "{label}: {score} ≥ {minimum}, " + end + ": Rp{amount}.",
        "{label_en}: {score} ≥ {minimum}, " + end_en + ": Rp{amount}.",
        score=facts.score,
        minimum=tier.minimum_score,
        place=taken.get(tier.name, 0) + 1,
        places=tier.places or 0,
        amount=tier.amount_rupiah,
        **_labels(tier),
    )


def _place_texts(tier: Tier, facts: AwardFacts) -> tuple[str, str]:
    if tier.places is None:
        return "jumlah tempat tidak dibatasi", "places without limit"
    if facts.rank is None and facts.places_taken is None:
        return "tempat ({places}) tidak diperiksa karena tanpa urutan", "places ({places}) not checked for want of a rank"
    return "tempat {place} dari {places}", "place {place} of {places}"


def _labels(tier: Tier) -> dict[str, str]:
    return {"label": tier.label, "label_en": tier.label_en or tier.label}


def _uplifted(book: FixedTiers, tier: Tier, team_size: int, trace: list[TraceLine]) -> int:
    if not book.team_uplift_percent or team_size < book.team_uplift_from:
        return tier.amount_rupiah
    amount = check_rupiah(tier.amount_rupiah * (100 + book.team_uplift_percent) // 100, "rule_book.team_uplift_percent")
    sign = "{size} ≥ {least}: Rp{before} x {percent} / 100 = Rp{after}"
    trace.append(
        trace_line(
            "team_uplift",
            "Anggota tim " + sign + ", dibulatkan ke bawah.",
            "Team size " + sign + ", rounded down.",
            size=team_size,
            least=book.team_uplift_from,
            before=tier.amount_rupiah,
            percent=100 + book.team_uplift_percent,
            after=amount,
        )
    )
    return amount


def _award(book: FixedTiers, tier: Tier | None, amount: int, trace: list[TraceLine]) -> ComputedAward:
    trace.append(trace_line("amount", "Penghargaan untuk tim: Rp{amount}.", "Award for the team: Rp{amount}.", amount=amount))
    given = {} if tier is None else _labels(tier)
    return ComputedAward(
        rule_book=book.name, version=book.version, tier=tier and tier.name, amount_rupiah=amount, trace=tuple(trace), **given
    )


COMPUTATIONS: dict[str, Callable[[FixedTiers, AwardFacts], ComputedAward]] = {"fixed_tiers": _fixed_tiers}
