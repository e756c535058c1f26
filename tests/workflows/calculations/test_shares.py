"""Shares and splits: nothing is lost, nothing is invented, and ties go where the rule says."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from workflows.calculations.shares import (
    Share,
    SharesQuestion,
    SharesRefused,
    calculate_shares,
    check_shares,
    equal_shares,
    join_shares,
    split_rupiah,
)
from workflows.calculations.values import AmountRefused


def team(*hundredths: int, lead: int = 0) -> tuple[Share, ...]:
    return tuple(Share(person=f"p{place}", hundredths=each, lead=place == lead) for place, each in enumerate(hundredths))


def amounts(amount: int, shares: tuple[Share, ...]) -> list[int]:
    return [part.amount_rupiah for part in split_rupiah(amount, shares)]


@st.composite
def teams(draw: st.DrawFn) -> tuple[Share, ...]:
    cuts = sorted(draw(st.sets(st.integers(1, 9_999), max_size=11)))
    hundredths = [end - start for start, end in zip([0, *cuts], [*cuts, 10_000], strict=True)]
    return team(*hundredths, lead=draw(st.integers(0, len(hundredths) - 1)))


def test_a_third_each_leaves_the_odd_hundredth_to_the_lead() -> None:
    assert equal_shares(3) == (3334, 3333, 3333)
    assert equal_shares(7) == (1429, 1429, 1429, 1429, 1428, 1428, 1428)
    assert equal_shares(1) == (10_000,)
    assert equal_shares(3, lead=1) == (3333, 3334, 3333)
    assert equal_shares(7, lead=5) == (1429, 1429, 1429, 1428, 1428, 1429, 1428)


@pytest.mark.parametrize(("count", "lead"), [(0, 0), (-1, 0), (10_001, 0), (3, 3), (3, -1)])
def test_there_is_no_equal_share_for_nobody_for_more_than_ten_thousand_or_without_a_lead(count: int, lead: int) -> None:
    with pytest.raises(SharesRefused):
        equal_shares(count, lead)


@pytest.mark.parametrize(
    ("shares", "word"),
    [
        ((), "lead"),
        (team(5000, 4999), "9999"),
        (team(5000, 5001), "10001"),
        (team(5000, 5000, lead=9), "lead"),
        ((Share(person="a", hundredths=5000, lead=True), Share(person="b", hundredths=5000, lead=True)), "lead"),
        ((Share(person="a", hundredths=5000, lead=True), Share(person="a", hundredths=5000)), "once"),
    ],
)
def test_shares_that_are_no_whole_are_refused(shares: tuple[Share, ...], word: str) -> None:
    with pytest.raises(SharesRefused, match=word):
        check_shares(shares)


@pytest.mark.parametrize("hundredths", [0, -1, 10_001, "5000", 50.0, True])
def test_a_share_is_a_whole_number_of_hundredths_from_1(hundredths: object) -> None:
    with pytest.raises(ValidationError):
        Share.model_validate({"person": "a", "hundredths": hundredths})


@pytest.mark.parametrize(
    ("amount", "shares", "parts"),
    [
        (10_000_000, team(3334, 3333, 3333), [3_334_000, 3_333_000, 3_333_000]),
        (1, team(5000, 5000, lead=1), [0, 1]),  # a tie: the lead
        (2, team(2500, 2500, 2500, 2500, lead=3), [1, 0, 0, 1]),  # a tie: the lead, then order of confirmation
        (100, team(3333, 3333, 3334), [33, 33, 34]),  # 33.33, 33.33, 33.34: the largest fraction, not the lead
        (200, team(3334, 3333, 3333), [67, 67, 66]),  # 66.68, 66.66, 66.66: the flat $200 of USAF IDEA, shared evenly
        (0, team(9999, 1), [0, 0]),
        (10**15, team(9999, 1), [999_900_000_000_000, 100_000_000_000]),
    ],
)
def test_an_amount_splits_by_largest_remainder(amount: int, shares: tuple[Share, ...], parts: list[int]) -> None:
    assert amounts(amount, shares) == parts


@pytest.mark.parametrize("amount", [-1, 10**15 + 1, 1.0, True, "5"])
def test_an_amount_is_whole_rupiah_up_to_a_thousand_million_million(amount: int) -> None:
    with pytest.raises(AmountRefused, match="10\\^15"):
        split_rupiah(amount, team(10_000))
    with pytest.raises(ValidationError):
        SharesQuestion.model_validate({"amount_rupiah": amount, "shares": team(10_000)})


def test_the_trace_lets_an_auditor_repeat_the_split() -> None:
    trace = calculate_shares(SharesQuestion(amount_rupiah=1_000_001, shares=team(5000, 5000))).trace
    assert [line.code for line in trace] == ["floor", "floor", "rest", "part", "part"]
    assert trace[0].text == "p0: Rp1.000.001 x 5.000 / 10.000 = Rp500.000, pecahan 5.000/10.000."
    assert trace[2].text_en.startswith("The 1 rupiah left")
    assert trace[3].text_en == "p0 receives Rp500,001."


@settings(deadline=None)
@given(st.integers(0, 10**15), teams())
def test_a_split_always_sums_to_the_amount_and_is_off_by_less_than_a_rupiah(amount: int, shares: tuple[Share, ...]) -> None:
    parts = split_rupiah(amount, shares)
    assert sum(part.amount_rupiah for part in parts) == amount
    assert [part.person for part in parts] == [share.person for share in shares]
    assert all(abs(part.amount_rupiah * 10_000 - amount * part.hundredths) < 10_000 for part in parts)


@settings(deadline=None)
@given(st.integers(0, 10**6), teams())
def test_who_has_the_larger_share_never_gets_less(amount: int, shares: tuple[Share, ...]) -> None:
    parts = sorted(split_rupiah(amount, shares), key=lambda part: part.hundredths)
    assert all(less.amount_rupiah <= more.amount_rupiah + (less.hundredths == more.hundredths) for less, more in pairwise(parts))


@settings(deadline=None)
@given(st.integers(1, 10_000), st.integers(0, 9_999))
def test_equal_shares_sum_to_the_whole_and_differ_by_one_at_most(count: int, place: int) -> None:
    lead = place % count
    shares = equal_shares(count, lead)
    assert sum(shares) == 10_000
    assert max(shares) - min(shares) <= 1
    assert shares[lead] == max(shares)
    others = list(shares[:lead] + shares[lead + 1 :])
    assert others == sorted(others, reverse=True)


@given(teams(), teams(), st.integers(0, 12))
def test_two_teams_that_become_one_have_half_of_each_share_and_sum_to_the_whole(
    earlier: tuple[Share, ...], later: tuple[Share, ...], shared: int
) -> None:
    later = tuple(share.model_copy(update={"person": share.person if place < shared else f"q{place}"}) for place, share in enumerate(later))
    joint = join_shares(earlier, later)
    check_shares(joint)
    assert [share.person for share in joint] == list(dict.fromkeys(share.person for share in (*earlier, *later)))
    assert [share.person for share in joint if share.lead] == [share.person for share in earlier if share.lead]
    own = {share.person: share.hundredths for share in earlier}
    for share in later:
        own[share.person] = own.get(share.person, 0) + share.hundredths
    assert all(-13 <= share.hundredths - own[share.person] / 2 <= 1 for share in joint), "nobody gains more than a hundredth"


def test_whoever_has_least_keeps_a_hundredth() -> None:
    later = tuple(Share(person=f"q{place}", hundredths=each, lead=place == 0) for place, each in enumerate((9_999, 1)))
    assert [share.hundredths for share in join_shares(team(9_999, 1), later)] == [4_999, 1, 4_999, 1]
