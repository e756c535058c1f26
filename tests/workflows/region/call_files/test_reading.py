"""A call's file is read as it is written, each value with its place; whatever could make a reader do more is refused with its line."""

import contextlib
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.region.call_files.comments import HEAD, Comment
from workflows.region.call_files.faults import FileFault, Place, Unreadable
from workflows.region.call_files.reading import DEEPEST, LARGEST, MOST_VALUES, ReadFile, read_file
from workflows.region.call_files.writing import write_file

YAML = b"""# above all

# why this code
code: UJI-1  # in short
policy:
  pass_mark: 82.5
  # the places
  lines:
    # the first
    - PEMERINTAH KOTA
    - 'Dinas: #1'  # quoted
  sections:
    # its name
    - name: idea
      note: |
        # no comment
        text
    - {name: other, words: [1, 2]}
"""


def refuse(content: bytes | str) -> tuple[str, int, int]:
    with pytest.raises(Unreadable) as refused:
        read_file(content if isinstance(content, bytes) else content.encode())
    fault = refused.value.fault
    return fault.code, fault.place.line, fault.place.column


def faults(content: str) -> list[tuple[str, str, int]]:
    return [(fault.code, fault.path, fault.place.line) for fault in read_file(content.encode()).faults]


def test_values_places_and_comments_are_read() -> None:
    read = read_file(YAML)
    assert read.faults == []
    assert read.body == {
        "code": "UJI-1",
        "policy": {
            "pass_mark": "82.5",
            "lines": ["PEMERINTAH KOTA", "Dinas: #1"],
            "sections": [{"name": "idea", "note": "# no comment\ntext\n"}, {"name": "other", "words": [1, 2]}],
        },
    }
    assert read.find_place("policy.sections.1.words") == Place(18, 21)
    assert read.find_place("policy.sections.0.label") == Place(14, 7), "what is missing is shown where its part begins"
    assert read.comments == {
        HEAD: Comment(("above all",)),
        "code": Comment(("why this code",), "in short"),
        "policy.lines": Comment(("the places",)),
        "policy.lines.0": Comment(("the first",)),
        "policy.lines.1": Comment((), "quoted"),
        "policy.sections.0.name": Comment(("its name",)),
    }


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("20", 20),
        ("-1", -1),
        ("1000000000000000", 10**15),
        ("197804091998121903", "197804091998121903"),
        ("007", "007"),
        ("1.0", "1.0"),
        ("82.50", "82.50"),
        ("1e3", "1e3"),
        ("0x10", "0x10"),
        ("1_000", "1_000"),
        (".inf", ".inf"),
        ("2026-11-02", "2026-11-02"),
        ("12:30:00", "12:30:00"),
        ("true", True),
        ("no", "no"),
        ("null", None),
        ("~", None),
        ("", None),
        ("'20'", "20"),
        ('"true"', "true"),
    ],
)
def test_a_value_is_what_is_written(written: str, value: Any) -> None:
    read = read_file(f"a: {written}\n".encode()).body["a"]
    assert (read, type(read)) == (value, type(value))


def test_json_is_read_as_yaml_is() -> None:
    body = {"code": "UJI \U0001f600", "policy": {"lines": ["a", 'b "c"'], "pass_mark": 60, "blind": True, "rank": None, "of": {}}}
    read = read_file(json.dumps(body, indent="\t").encode())
    assert (read.body, read.faults) == (body, [])
    assert read.find_place("policy.lines.1") == Place(6, 4)
    assert read_file(b'{"a": 1.0}').body == {"a": "1.0"}, "no number goes through a float"


@pytest.mark.parametrize(
    ("content", "refused"),
    [
        ("", ("call_file_empty", 1, 1)),
        ("# nothing\n", ("call_file_empty", 1, 1)),
        ("a: [1,\n", ("call_file_malformed", 2, 1)),
        ("a: 1\nb: c: d\n", ("call_file_malformed", 2, 5)),
        ("a: 1\n b: 2\n", ("call_file_malformed", 2, 3)),
        ("a:\n\t- b\n", ("call_file_tab", 2, 1)),
        ("a: 'b\nc: 1\n", ("call_file_quote_open", 1, 4)),
        ("a: 1\n---\nb: 2\n", ("call_file_two_documents", 2, 1)),
        ('{"a": 1}\n{"b": 2}', ("call_file_two_documents", 2, 1)),
        ('{\n"a": }', ("call_file_malformed", 2, 6)),
        ('{"a": NaN}', ("call_file_no_number", 1, 7)),
        ("a: b\x00", ("call_file_control_character", 1, 5)),
        ("a: 1\nb: \x07\n", ("call_file_control_character", 2, 4)),
        (b"a: 1\nb: \xe9\n", ("call_file_not_utf8", 2, 4)),
        ("a: 1\n".encode("utf-16"), ("call_file_not_utf8", 1, 1)),
        (b"a: " + b"x" * LARGEST, ("call_file_too_large", 1, 1)),
        ("[" * 100_000, ("call_file_too_deep", 1, 1)),
        ("- " * 50_000, ("call_file_too_deep", 1, 1 + 2 * DEEPEST)),
        ("a: " + "[" * (DEEPEST + 1), ("call_file_too_deep", 1, 4 + DEEPEST - 1)),
        ("\n".join(f"k{number}: 1" for number in range(MOST_VALUES)), ("call_file_too_deep", MOST_VALUES // 2, 8)),
        ("? [a, b]\n: c\n", ("call_file_name_unreadable", 1, 3)),
        ("a: 1\n'x y': 2\n", ("call_file_name_unreadable", 2, 1)),
        ('a: 1\nb: "\\UFFFFFFFF"', ("call_file_malformed", 2, 2)),
        ("%YAML 1." + "9" * 5_000 + "\n---\na: 1", ("call_file_malformed", 1, 1)),
    ],
    ids=lambda given: repr(given[:20]) if isinstance(given, str | bytes) else given[0],
)
def test_what_cannot_be_read_is_refused_with_its_place(content: bytes | str, refused: tuple[str, int, int]) -> None:
    assert refuse(content) == refused


def test_every_trick_and_every_name_given_twice_is_told_with_its_line() -> None:
    content = "a: &x [1]\nb: *x\nc: !!python/object:os.system x\nd: {e: 1,\n  e: 2}\na: 2\nf:\n  <<: 1\n"
    with pytest.raises(Unreadable) as refused:
        read_file(content.encode())
    assert refused.value.fault.place.line == 8, "a merge is no name"
    content = content.replace("<<", "g")
    assert faults(content) == [
        ("call_file_alias", "a", 1),
        ("call_file_alias", "b", 2),
        ("call_file_tag", "c", 3),
        ("call_file_name_twice", "d.e", 5),
        ("call_file_name_twice", "a", 6),
    ]


def test_a_billion_laughs_are_not_laughed() -> None:
    lines = ["a0: &a0 [lol]", *(f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 9)}]" for number in range(1, 10))]
    read = read_file("\n".join(lines).encode())
    assert {fault.code for fault in read.faults} == {"call_file_alias"}
    assert read.body["a9"] == [None] * 9


@given(st.one_of(st.text(st.sampled_from(" \n\t:-?[]{},#&*!|>'\"%@`\\\0\u0085\u2028a1x.~<="), max_size=60), st.text(max_size=40)))
def test_whatever_a_file_says_it_is_read_or_refused_with_a_place(text: str) -> None:
    for content in (text, "{" + text, "a: " + text, "- " + text):
        read, found = try_to_read(content)
        assert all(fault.place >= Place(1, 1) for fault in found)
        if isinstance(read.body, dict) and read.body and not found:
            assert try_to_read(write_file(read.body, read.comments))[1] == []


def try_to_read(content: str) -> tuple[ReadFile, list[FileFault]]:
    """What a file says and what is wrong with it; nothing else may come of reading it."""
    try:
        read = read_file(content.encode("utf-8", "surrogatepass"))
    except Unreadable as refused:
        return ReadFile(""), [refused.fault]
    return read, read.faults


@pytest.mark.parametrize(
    "content",
    [
        "a: '" + "x\n\n" * 40_000,
        "#\n" * 60_000,
        "a: |\n" + " x\n" * 40_000,
        "[" + "1, " * 40_000,
        '{"a": [' + "1," * 60_000,
        "- a\n" * 30_000,
    ],
    ids=lambda content: repr(content[:8]),
)
def test_the_largest_file_takes_a_moment_at_most(content: str) -> None:
    began = time.monotonic()
    with contextlib.suppress(Unreadable):
        read_file(content.encode())
    assert time.monotonic() - began < 10


def test_windows_line_ends_and_a_byte_order_mark_are_taken() -> None:
    assert read_file(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n").body == {"a": 1, "b": 2}
