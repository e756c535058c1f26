"""A file's values as fields and back: whatever stands in a file, its fields can be shown, and sent untouched they change nothing."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.call_samples import SAMPLES, read_sample, write_explained
from api.pages.call_fields import FieldGroup, list_groups, name_path, read_fields
from api.pages.forms import Form
from api.pages.texts import Words
from api.sentences import sentence
from workflows.region.call_files.call import check_file
from workflows.region.call_files.reading import read_file

BODIES = {sample: read_file(read_sample(sample).encode()).body for sample in SAMPLES}
ODD: Sequence[Any] = (
    None,
    True,
    0,
    -5,
    "",
    "x",
    "20",
    "a\nb",
    "82.50",
    "1,5",
    [],
    {},
    [1],
    ["a", "b"],
    [["a", "b"]],
    [{}],
    [{"a": 1}],
    {"a": 1},
)


def list_paths(body: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    inner = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for name, value in inner:
        yield (*path, name)
        yield from list_paths(value, (*path, name))


PATHS = sorted({path for body in BODIES.values() for path in list_paths(body)}, key=str)


def replace(body: Any, path: tuple[str | int, ...], value: Any) -> None:
    """Put a value at a path, where the body has it."""
    for step in path[:-1]:
        if isinstance(body, list) and not (isinstance(step, int) and step < len(body)):
            return
        if not isinstance(body, dict | list) or (isinstance(body, dict) and step not in body):
            return
        body = body[step]
    if isinstance(body, dict) or (isinstance(body, list) and isinstance(path[-1], int) and path[-1] < len(body)):
        body[path[-1]] = value


def list_sent(groups: Sequence[FieldGroup]) -> Iterator[tuple[str, str]]:
    """The fields of a form as a browser sends them untouched."""
    for group in groups:
        yield from ((field.name, field.value) for field in group.fields)
        yield from list_sent(group.groups)


@given(
    st.sampled_from(SAMPLES), st.lists(st.tuples(st.sampled_from(PATHS), st.sampled_from(ODD)), max_size=3), st.sampled_from(["id", "en"])
)
def test_any_file_is_checked_shown_and_unchanged_by_untouched_fields(sample: str, changes: list[Any], language: str) -> None:
    body = deepcopy(BODIES[sample])
    for path, value in changes:
        replace(body, path, deepcopy(value))
    text = write_explained(body, language)
    checked = check_file(text.encode())
    assert checked.read.body == body
    for fault in checked.faults:
        assert sentence(fault.code, language, fault.parameters)
        assert name_path(fault.path, Words(language)) or not fault.path or fault.path == "policy"
    if isinstance(body.get("policy"), dict):
        form = Form(list(list_sent(list_groups(body, Words(language)))), language=language)
        assert read_fields(body, form, "apply") == body
        assert read_fields(body, form, "add.policy.gates") is not None


@pytest.mark.parametrize(
    ("path", "typed", "value"),
    [
        ("policy.rule_book.tiers.0.amount_rupiah", "Rp 2.500.000", "Rp 2.500.000"),
        ("policy.rule_book.tiers.0.amount_rupiah", "2.500.000", 2_500_000),
        ("policy.rule_book.tiers.0.places", "", None),
        ("policy.rule_book.results_must_be_verified", "false", False),
        ("policy.documents.signatory.rank", "", None),
        ("policy.documents.letterhead.lines", "KOTA X\r\n\r\n BADAN Y ", ["KOTA X", "BADAN Y"]),
        ("policy.loosened", "screen, review", [["screen", "review"]]),
        ("policy.days.review", "21", 21),
        ("policy.quorum", "dua", "dua"),
    ],
)
def test_what_is_typed_is_read_as_people_write_it(path: str, typed: str, value: Any) -> None:
    read = read_fields(BODIES["standing_track"], Form([(f"v.{path}", typed)]), "apply")
    for step in path.split("."):
        read = read[int(step)] if isinstance(read, list) else read[step]
    assert read == value
