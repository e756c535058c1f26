"""What is written is read again as it was: any policy, and the samples byte by byte."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.instants import region_zone
from models.people import Role
from models.policy import Policy
from tests.building import POLICY
from workflows.calculations.rule_books import read_rule_book
from workflows.region.call_files.call import arrange, check_file
from workflows.region.call_files.comments import Comment
from workflows.region.call_files.reading import read_file
from workflows.region.call_files.writing import write_file, write_value
from workflows.region.calls import NewCall

SAMPLES = sorted(Path("examples/calls").glob("*.yaml"))
TRICKY = (
    "null",
    "true",
    "yes",
    "No",
    "~",
    "20",
    "1.0",
    "2026-11-02",
    "- a",
    "a: b",
    "a #b",
    "'",
    '"',
    "#",
    "{x}",
    "[x]",
    "&x",
    "*x",
    "!x",
    "?",
)

texts = st.one_of(
    st.sampled_from(TRICKY),
    st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=60).filter(lambda text: text.strip() == text),
    st.text(st.sampled_from(" \\\"'#:-{}[],&*!|>%@`a1\u0085\u2028\ufeff\U0001f600"), min_size=1, max_size=20),
)
names = st.from_regex(r"[a-z][a-z0-9_]{0,39}", fullmatch=True)
points = st.decimals(Decimal(0), Decimal(100), places=2)


def parts(*, fewest: int = 1, **rules: Any) -> st.SearchStrategy[list[dict[str, Any]]]:
    part = st.fixed_dictionaries({"name": names, "label": texts, "label_en": texts, **rules})
    return st.lists(part, min_size=fewest, max_size=4, unique_by=lambda each: each["name"])


policies = st.fixed_dictionaries(
    {
        "entry": st.sampled_from(["new", "in_trial", "in_use"]),
        "permission": st.booleans(),
        "gates": parts(fewest=0, stage=names, role=st.sampled_from(list(Role)), after=st.lists(names, max_size=3)),
        "sections": parts(minimum_words=st.integers(0, 10)),
        "requirements": parts(),
        "rubric": parts(weight=points.filter(bool), minimum=st.just(0), maximum=st.just(Decimal("100.0"))),
        "pass_mark": points,
        "movers": st.dictionaries(names, st.sampled_from(list(Role)), max_size=3),
        "loosened": st.lists(st.tuples(names, names), max_size=3),
        "award_from": st.lists(names, max_size=3),
        "days": st.dictionaries(names.filter(lambda name: name != "get"), st.integers(30, 365), max_size=3),
        "rule_book": st.fixed_dictionaries(
            {
                "name": texts,
                "version": texts,
                "source": texts,
                "tiers": st.lists(
                    st.fixed_dictionaries(
                        {"name": texts, "label": texts, "minimum_score": st.just(Decimal("82.50")), "amount_rupiah": st.integers(0, 10**15)}
                    ),
                    min_size=1,
                    max_size=3,
                    unique_by=lambda tier: tier["name"],
                ),
            }
        ),
        "documents": st.fixed_dictionaries(
            {
                "letterhead": st.fixed_dictionaries({"lines": st.lists(texts, min_size=1, max_size=4), "address": texts}),
                "place": texts,
                "signatory": st.fixed_dictionaries(
                    {"name": texts, "position": texts, "rank": st.none() | texts, "employee_number": st.just("197804091998121903")}
                ),
                "legal_basis": texts,
                "unit_code": texts.filter(lambda text: len(text) <= 40),
                "numbers": st.dictionaries(names, texts, max_size=3),
            }
        ),
    }
).map(Policy.model_validate)


def call_of(policy: Policy, title: str = "Uji") -> NewCall:
    opens, closes = datetime(2027, 2, 1, tzinfo=region_zone()), datetime(2027, 3, 31, 16, 30, tzinfo=region_zone())
    return NewCall("UJI-1", title, "BAPPEDA", opens, closes, policy.model_dump())


@given(policy=policies, title=texts)
def test_any_policy_is_read_from_its_file_as_it_was(policy: Policy, title: str) -> None:
    call = call_of(policy, title)
    read = read_file(write_file(arrange(call, policy), {}).encode())
    assert read.faults == []
    assert read.body["title"] == title
    again = Policy.model_validate(read.body["policy"])
    assert read_rule_book(again.rule_book) == read_rule_book(policy.rule_book)
    assert again.model_copy(update={"rule_book": policy.rule_book}) == policy


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem)
def test_a_sample_is_written_again_byte_by_byte_comments_and_all(sample: Path) -> None:
    read = read_file(sample.read_bytes())
    assert write_file(read.body, read.comments).encode() == sample.read_bytes()


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem)
def test_a_sample_says_every_rule_of_its_call(sample: Path) -> None:
    checked = check_file(sample.read_bytes())
    assert checked.faults == []
    assert checked.call is not None
    assert checked.policy is not None
    assert list(checked.read.body["policy"]) == list(Policy.model_fields)
    said = read_file(write_file(arrange(checked.call, checked.policy), {}).encode()).body
    assert said == checked.read.body


def test_comments_of_ones_own_stay_when_values_change() -> None:
    text = "# head\n\n# why\ncode: A  # short\n\npolicy:  # all of it\n  lines:\n    # first\n    - Kota\n    - Dinas  # second\n"
    read = read_file(text.encode())
    assert write_file(read.body, read.comments) == text
    read.body["code"] = "B: 2"
    assert write_file(read.body, read.comments) == text.replace("code: A", 'code: "B: 2"')
    assert read.comments["policy"] == Comment((), "all of it")


def test_a_day_alone_stands_for_its_usual_hour() -> None:
    policy = Policy.model_validate(POLICY)
    said = arrange(call_of(policy), policy)
    assert (write_value(said["opens_at"]), write_value(said["closes_at"])) == ("2027-02-01", "2027-03-31T16:30:00+07:00")
