"""Entries of a list in a call's form are moved up and down by a press, without a script; what somebody wrote beside an entry goes with it.

Who errs: a secretary who types into an entry and moves it with the same press; and one whose note on the visit stands above the hearing.
"""

import re
from collections import Counter
from copy import deepcopy
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.call_samples import SAMPLES, read_sample, write_explained
from api.pages.call_entries import move_comments
from api.pages.call_fields import list_orders, read_fields
from api.pages.forms import Form
from tests.api.pages.browsing import open_browser
from tests.api.pages.test_call_form import NEW, post, text_of
from tests.building import Town
from workflows.region.call_files.call import check_file
from workflows.region.call_files.reading import read_file

CONTEST = read_sample("city_contest")
MOST = 100  # examples of each sample: a press reads and writes a whole file


def names(text: str, *way: str) -> list[str]:
    part: Any = read_file(text.encode()).body["policy"]
    for step in way:
        part = part[step]
    return [entry["name"] for entry in part]


def press(text: str, act: str, **typed: str) -> str:
    """The file after a press, as the page makes it."""
    read = read_file(text.encode())
    form = Form([("act", act), *typed.items()])
    kept = move_comments(read, list_orders(read.body, form, act))
    return write_explained(read_fields(deepcopy(read.body), form, act), "id", kept)


@pytest.mark.parametrize(("act", "order"), [("up.policy.rubric.1", [1, 0, 2]), ("down.policy.rubric.0", [1, 0, 2])])
def test_an_entry_moves_past_its_neighbour_with_what_was_typed(town: Town, act: str, order: list[int]) -> None:
    before = names(CONTEST, "rubric")
    answer = post(open_browser(town, "secretary"), CONTEST, act, **{"v.policy.rubric.1.label": "Daya guna"})
    made = text_of(answer.text)
    assert names(made, "rubric")[:3] == [before[place] for place in order]
    assert read_file(made.encode()).body["policy"]["rubric"][0]["label"] == "Daya guna"
    assert Counter(names(made, "rubric")) == Counter(before)


@pytest.mark.parametrize(
    "act", ["up.policy.rubric.0", "down.policy.gates.1", "up.policy.gates.9", "up.policy", "up.", "down.policy.gates.x"]
)
def test_what_cannot_move_stays_and_no_byte_changes(act: str) -> None:
    assert press(CONTEST, act) == CONTEST


def test_the_first_is_not_offered_to_move_up_nor_the_last_to_move_down(town: Town) -> None:
    page = open_browser(town, "secretary").get(f"{NEW}?dari=city_contest").text
    offered = {f"{way}.policy.gates.{place}" for way in ("up", "down") for place in (0, 1) if f'value="{way}.policy.gates.{place}"' in page}
    assert offered == {"down.policy.gates.0", "up.policy.gates.1"}
    assert 'Turunkan<span class="unseen"> Presentasi dan wawancara</span>' in page


def test_the_group_of_a_moved_entry_stays_open(town: Town) -> None:
    page = post(open_browser(town, "secretary"), CONTEST, "down.policy.gates.0").text
    opened = re.findall(r'<details class="folded" open>\s*<summary>([^<]*)', page)
    assert opened == ["Periode usulan", "Tahapan wajib", "Alur yang sama sebagai daftar"]


def test_a_note_goes_with_its_entry_and_the_explanation_stays_with_the_first(town: Town) -> None:
    text = CONTEST.replace("    - name: field_visit\n", "    # only where there is something to see\n    - name: field_visit  # by car\n")
    made = text_of(post(open_browser(town, "secretary"), text, "up.policy.gates.1").text)
    explained = "    # Nama untuk program: huruf kecil, angka, dan garis bawah.\n"
    assert f"  gates:\n{explained}    # only where there is something to see\n    - name: field_visit  # by car\n" in made
    assert "    - name: presentation\n" in made
    assert made.count(explained) == text.count(explained)
    assert press(made, "down.policy.gates.0") == text, "and back again, byte by byte"


def test_the_note_of_a_removed_entry_goes_with_it_and_stands_at_no_other() -> None:
    text = CONTEST.replace("    - name: presentation\n", "    # in the town hall\n    - name: presentation\n")
    made = press(text, "apply", **{"remove.policy.gates.0": "yes"})
    assert names(made, "gates") == ["field_visit"]
    assert "town hall" not in made
    assert "  gates:\n    # Nama untuk program: huruf kecil, angka, dan garis bawah.\n    - name: field_visit\n" in made


def test_an_entry_is_moved_among_those_that_stay_when_another_is_removed_with_the_same_press() -> None:
    tiers = names(CONTEST, "rule_book", "tiers")
    made = press(CONTEST, "up.policy.rule_book.tiers.2", **{"remove.policy.rule_book.tiers.1": "yes"})
    assert names(made, "rule_book", "tiers") == [tiers[2], tiers[0], *tiers[3:]]


def test_the_order_of_the_sections_is_the_order_of_the_form(town: Town) -> None:
    made = press(CONTEST, "up.policy.sections.1")
    checked = check_file(made.encode())
    assert checked.faults == []
    assert checked.policy is not None
    assert [section.name for section in checked.policy.sections][:2] == ["main_change", "background"]


@cache
def list_entries(sample: str) -> list[str]:
    """The lists of a sample whose entries are moved."""
    return sorted(list_orders(read_file(read_sample(sample).encode()).body, Form(), ""))


@pytest.mark.parametrize("sample", SAMPLES)
@settings(max_examples=min(settings.default.max_examples, MOST))
@given(data=st.data())
def test_whatever_is_pressed_loses_no_entry_and_no_line_of_a_comment(sample: str, data: st.DataObject) -> None:
    text, lists = read_sample(sample), list_entries(sample)
    for _ in range(data.draw(st.integers(1, 4))):
        at, place = data.draw(st.sampled_from(lists)), data.draw(st.integers(0, 6))
        text = press(text, f"{data.draw(st.sampled_from(('up', 'down')))}.{at}.{place}")
    lines = lambda written: Counter(line.strip() for line in written.splitlines())
    assert lines(text.replace("- ", "")) == lines(read_sample(sample).replace("- ", ""))
