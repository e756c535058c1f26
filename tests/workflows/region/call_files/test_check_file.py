"""Whatever is wrong with a call's file is told at once, each fault with its line, its path, its code and what to do."""

from datetime import datetime
from pathlib import Path

import pytest

from models.instants import region_zone
from workflows.region.call_files.call import check_file

SAMPLE = Path("examples/calls/standing_track.yaml").read_text("utf-8")


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def check(text: str) -> list[tuple[str, str, int]]:
    return [(fault.code, fault.path, fault.place.line) for fault in check_file(text.encode()).faults]


def change(before: str, after: str) -> str:
    assert before in SAMPLE
    return SAMPLE.replace(before, after, 1)


def test_days_begin_and_end_in_the_regions_zone() -> None:
    call = check_file(SAMPLE.encode()).call
    assert call is not None
    assert call.opens_at == datetime(2026, 7, 1, tzinfo=region_zone())
    assert call.closes_at == datetime(2027, 12, 31, 23, 59, 59, tzinfo=region_zone())
    call = check_file(change("opens_at: 2026-07-01", "opens_at: 2026-07-01 08:30").encode()).call
    assert call is not None
    assert call.opens_at == datetime(2026, 7, 1, 8, 30, tzinfo=region_zone())


@pytest.mark.parametrize(
    ("before", "after", "code", "path"),
    [
        ("closes_at: 2027-12-31", "closes_at: 2026-06-30", "dates_out_of_order", "closes_at"),
        ("closes_at: 2027-12-31", "closes_at: 31 Desember", "call_invalid", "closes_at"),
        ("closes_at: 2027-12-31", "closes_at: 20271231", "call_invalid", "closes_at"),
        ("closes_at: 2027-12-31", "closes_at: 0001-01-01", "call_invalid", "closes_at"),
        ("code: ANDIR-2026", "code: 2026", "call_file_text_unquoted", "code"),
        ("code: ANDIR-2026", "code: ' A'", "call_invalid", "code"),
        ("unit_code: KEC-ANDIR", 'unit_code: "a\\ud800"', "call_invalid", "unit_code"),
        ('title: "Gagasan Andir: usulan inovasi sepanjang tahun"', "title: ' '", "text_empty", "title"),
        ("  pass_mark: 70", "  pass_mark: tujuh puluh", "policy_invalid", "policy.pass_mark"),
        ("  pass_mark: 70", "  warna: merah", "policy_invalid", "policy.warna"),
        ("  team_limit: 5", "  team_limit: 1.5", "policy_invalid", "policy.team_limit"),
        ("  quorum: 2", "  quorum: 1", "policy_quorum_too_small", "policy.quorum"),
        ("    place: Bandung", "    place: 2026", "call_file_text_unquoted", "policy.documents.place"),
        ("    place: Bandung", "    place: true", "call_file_text_unquoted", "policy.documents.place"),
        ('    version: "2026.1"', "    version: 2026", "call_file_text_unquoted", "policy.rule_book.version"),
        ("        amount_rupiah: 5000000", "        amount_rupiah: 5000000.0", "policy_invalid", "policy.rule_book.tiers.0.amount_rupiah"),
        ("        amount_rupiah: 5000000", "        amount_rupiah: 5.000.000", "policy_invalid", "policy.rule_book.tiers.0.amount_rupiah"),
        ("award_from: [rolled_out]", "award_from: [draft]", "policy_award_not_scored", "policy.award_from.0"),
        ("  movers: {}", "  movers: {fly: chair}", "policy_action_unknown", "policy.movers.fly"),
    ],
)
def test_a_fault_is_told_with_the_line_it_stands_on(before: str, after: str, code: str, path: str) -> None:
    changed = change(before, after)
    assert check(changed) == [(code, path, line_of(changed, after))]


def test_what_is_missing_is_told_where_its_part_begins() -> None:
    changed = change("    place: Bandung\n", "")
    assert check(changed) == [("policy_invalid", "policy.documents.place", line_of(changed, "  documents:"))]
    assert check("code: A\n") == [("call_invalid", name, 1) for name in ("title", "unit_code", "opens_at", "closes_at", "policy")]


def test_faults_of_the_call_and_of_its_policy_are_all_told_in_the_order_of_the_file() -> None:
    changed = (
        change("code: ANDIR-2026", "code: '?'").replace("closes_at: 2027-12-31", "closes_at: besok").replace("  quorum: 2", "  quorum: 9")
    )
    assert [(code, path) for code, path, _ in check(changed)] == [
        ("call_invalid", "code"),
        ("call_invalid", "closes_at"),
        ("policy_quorum_too_large", "policy.quorum"),
    ]


@pytest.mark.parametrize("content", ["- a\n", "20\n", "policy: 3\n", '"text"'])
def test_what_holds_no_policy_is_told_as_such(content: str) -> None:
    assert [code for code, _, _ in check(content)] == ["call_file_no_call"]
