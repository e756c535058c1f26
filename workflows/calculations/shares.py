"""How a team divides credit and money so that nothing is lost: shares that sum to the whole, rupiah that sum to the amount."""

from collections.abc import Sequence
from enum import StrEnum

from pydantic import Field, StrictBool

from workflows.calculations.refusals import CalculationRefusal
from workflows.calculations.trace import Trace, TraceLine, trace_line
from workflows.calculations.values import Rupiah, ShortText, Value, check_rupiah

WHOLE = 10_000  # hundredths of a percent


class SharesFault(StrEnum):
    """What keeps shares from dividing one whole."""

    PERSON_TWICE = "person_twice"
    NOT_ONE_LEAD = "not_one_lead"
    NOT_WHOLE = "not_whole"


class SharesRefused(CalculationRefusal):
    """Shares that do not divide one whole among distinct people with one lead; `fault` says why, where it is one of the team."""

    code = "shares_invalid"

    def __init__(self, field: str, sentence: str, fault: SharesFault | None = None) -> None:
        super().__init__(field, sentence)
        self.fault = fault


class Share(Value):
    """One person's part of the credit in hundredths of a percent; the order of shares is the order of confirmation."""

    person: ShortText
    hundredths: int = Field(strict=True, ge=1, le=WHOLE)
    lead: StrictBool = False


class SharesQuestion(Value):
    """An amount to be divided by shares."""

    amount_rupiah: Rupiah
    shares: tuple[Share, ...]


class RupiahPart(Value):
    """What one person receives, in whole rupiah."""

    person: str
    hundredths: int
    lead: bool
    amount_rupiah: int


class SharesResult(Value):
    """The parts, which sum to the amount, and the trace that leads to them."""

    amount_rupiah: int
    parts: tuple[RupiahPart, ...]
    trace: Trace


def calculate_shares(question: SharesQuestion) -> SharesResult:
    """The `shares` calculation: checks the shares and splits the amount by them."""
    parts = split_rupiah(question.amount_rupiah, question.shares)
    return SharesResult(amount_rupiah=question.amount_rupiah, parts=parts, trace=_trace(question.amount_rupiah, parts))


def check_shares(shares: Sequence[Share]) -> None:
    """Nothing, if the people are distinct, one of them leads and the shares sum to exactly 10,000; otherwise SharesRefused."""
    if len({share.person for share in shares}) < len(shares):
        raise SharesRefused("shares", "Name each person once.", SharesFault.PERSON_TWICE)
    if sum(share.lead for share in shares) != 1:
        raise SharesRefused("shares", "Mark exactly one person as lead.", SharesFault.NOT_ONE_LEAD)
    total = sum(share.hundredths for share in shares)
    if total != WHOLE:
        sentence = f"Make the shares sum to 10000 hundredths of a percent; they sum to {total}."
        raise SharesRefused("shares", sentence, SharesFault.NOT_WHOLE)


def equal_shares(count: int, lead: int = 0) -> tuple[int, ...]:
    """Equal shares for `count` people in order of confirmation, the lead at place `lead`, counted from 0.

    Each hundredth that does not divide goes to the lead, then to the others in order. SharesRefused beyond 1 to 10,000 people.
    """
    if not 0 <= lead < count <= WHOLE:
        raise SharesRefused("shares", "Divide among 1 to 10000 people, one of whom leads.")
    quotient, rest = divmod(WHOLE, count)
    order = sorted(range(count), key=lambda place: (place != lead, place))
    favoured = set(order[:rest])
    return tuple(quotient + (place in favoured) for place in range(count))


def join_shares(earlier: Sequence[Share], later: Sequence[Share]) -> tuple[Share, ...]:
    """The shares of two teams that become one: half of each person's in either team, in order of confirmation, the earlier team first.

    The earlier team's lead leads. Each hundredth that is left goes to one whose half was cut: the lead, then the others in order; nobody
    has less than one, which whoever has most gives. SharesRefused where either team's shares are no whole, or there are more than 10,000
    people.
    """
    check_shares(earlier)
    check_shares(later)
    people = list(dict.fromkeys(share.person for share in (*earlier, *later)))
    if len(people) > WHOLE:
        raise SharesRefused("shares", "Divide among 1 to 10000 people, one of whom leads.")
    halves = dict.fromkeys(people, 0)
    for share in (*earlier, *later):
        halves[share.person] += share.hundredths
    lead = next(share.person for share in earlier if share.lead)
    parts = {person: max(1, half // 2) for person, half in halves.items()}
    rest = WHOLE - sum(parts.values())
    cut = sorted((each for each in people if 2 * parts[each] < halves[each]), key=lambda each: each != lead)
    for person in cut[: max(0, rest)]:
        parts[person] += 1
    for _ in range(max(0, -rest)):
        parts[max(people, key=lambda each: parts[each])] -= 1
    return tuple(Share(person=person, hundredths=parts[person], lead=person == lead) for person in people)


def split_rupiah(amount: int, shares: Sequence[Share]) -> tuple[RupiahPart, ...]:
    """The amount divided by shares, in the order of the shares, summing to exactly the amount (whole rupiah).

    Largest remainder: everybody gets the whole rupiah of the exact part, and each rupiah left goes to the largest fraction;
    ties go to the lead, then in order of confirmation. SharesRefused or AmountRefused when there is nothing sound to divide.
    """
    check_rupiah(amount, "amount_rupiah")
    check_shares(shares)
    floors = [amount * share.hundredths // WHOLE for share in shares]
    order = sorted(range(len(shares)), key=lambda place: (-_remainder(amount, shares[place].hundredths), not shares[place].lead, place))
    favoured = set(order[: amount - sum(floors)])
    return tuple(
        RupiahPart(person=share.person, hundredths=share.hundredths, lead=share.lead, amount_rupiah=floor + (place in favoured))
        for place, (share, floor) in enumerate(zip(shares, floors, strict=True))
    )


def _remainder(amount: int, hundredths: int) -> int:
    return amount * hundredths % WHOLE


def _trace(amount: int, parts: Sequence[RupiahPart]) -> tuple[TraceLine, ...]:
    rest = amount - sum(amount * part.hundredths // WHOLE for part in parts)
    return (
        *(_floor_line(amount, part) for part in parts),
        trace_line(
            "rest",
            "Sisa {rest} rupiah dibagikan satu per satu menurut pecahan terbesar; bila sama: ketua, lalu urutan konfirmasi.",
            "The {rest} rupiah left go one by one to the largest fractions; ties: the lead, then the order of confirmation.",
            rest=rest,
        ),
        *(_part_line(part) for part in parts),
    )


def _floor_line(amount: int, part: RupiahPart) -> TraceLine:
    formula = ": Rp{amount} x {hundredths} / {whole} = Rp{floor}"
    return trace_line(
        "floor",
        "{person}" + formula + ", pecahan {remainder}/{whole}.",
        "{person}" + formula + ", fraction {remainder}/{whole}.",
        person=part.person,
        amount=amount,
        hundredths=part.hundredths,
        whole=WHOLE,
        floor=amount * part.hundredths // WHOLE,
        remainder=_remainder(amount, part.hundredths),
    )


def _part_line(part: RupiahPart) -> TraceLine:
    return trace_line(
        "part", "{person} menerima Rp{amount}.", "{person} receives Rp{amount}.", person=part.person, amount=part.amount_rupiah
    )
