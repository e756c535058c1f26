"""The awards of a report: of a revoked place it says who moved up, or that nobody did and why."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from models.awards import Award
from models.documents import Document, DocumentKind
from models.ideas import Idea
from models.instants import today
from models.stages import AwardStage, IdeaStage
from tests.building import Town
from tests.statements import watch
from tests.steps import REASON
from tests.workflows.intake.merged import merge
from workflows.documents.text import format_date
from workflows.recognition.award_lines import list_award_lines, write_successions
from workflows.recognition.report import ask_report
from workflows.reward.revoke import revoke_award

NOBODY = "Tidak ada yang naik: sejak dicabut pada 11 Maret 2026 belum ada penggantinya yang ditetapkan."
DAY = datetime(2026, 3, 1, 3, tzinfo=UTC)


def awarded(code: str, made: int, *, revoked: int | None = None, tier: str = "gold", places: int | None = 1) -> tuple[Award, Idea]:
    """An award made and perhaps revoked so many days after the first of March."""
    award = Award(
        id=code,
        idea_id=code,
        call_id="c",
        tier=tier,
        distinction="Emas",
        stage=AwardStage.ANNOUNCED if revoked is None else AwardStage.REVOKED,
        created_at=DAY + timedelta(days=made),
        revoked_at=None if revoked is None else DAY + timedelta(days=revoked),
        computation={"question": {"rule_book": {"tiers": [{"name": tier, "places": places}]}}},
    )
    return award, Idea(id=code, code=code, call_id="c", policy_id="p", unit_id="u", lead_id="l", title="Antrean")


@pytest.mark.parametrize(
    ("others", "note"),
    [
        ([], NOBODY),
        ([awarded("B", 5)], NOBODY),
        ([awarded("B", 12)], "Tempatnya diisi B."),
        ([awarded("B", 12, tier="silver")], NOBODY),
        ([awarded("C", 13), awarded("B", 12)], "Tempatnya diisi B."),
    ],
)
def test_a_revoked_place_is_taken_by_the_first_of_its_tier_that_was_awarded_later(others: list[Any], note: str) -> None:
    assert write_successions([awarded("A", 0, revoked=10), *others]) == {"A": note}


def test_two_revoked_places_are_not_filled_by_one() -> None:
    notes = write_successions([awarded("A", 0, revoked=11), awarded("B", 1, revoked=10), awarded("C", 12)])
    assert notes["B"] == "Tempatnya diisi C."
    assert notes["A"].startswith("Tidak ada yang naik")


def test_where_places_are_without_number_nobody_moves_up() -> None:
    assert write_successions([awarded("A", 0, revoked=10, places=None)]) == {
        "A": "Tidak ada yang naik: jumlah penerima predikat ini tidak dibatasi."
    }


def count_questions(town: Town) -> int:
    """How many statements it takes to list the awards of the town's call."""
    with town.store.reading() as session:
        asked = watch(session)
        list_award_lines(session, town.call)
    return len(asked)


def test_a_longer_report_asks_no_more_than_a_short_one_and_names_what_has_joined(town: Town) -> None:
    first = town.build_idea(IdeaStage.SCREENING)
    second = town.build_idea(IdeaStage.SCREENING, lead="operator", title="Nomor antre dari rumah")
    merge(town, first, second, "lead", "mate", "operator")
    town.take(first, "permit granted")
    town.take(first, "screen accepted", "assign", "score", "close_review", "draft_recommend", "recommend feasible", "determine adopted")
    town.take(first, "plan_pilot", "start_pilot", "measure", "conclude", "compute_result", "verify roll_out")
    town.build_award(AwardStage.ANNOUNCED, idea=first)
    alone = count_questions(town)
    other = town.build_idea(IdeaStage.ROLLED_OUT)
    town.build_award(AwardStage.ANNOUNCED, idea=other)
    assert count_questions(town) == alone
    codes = {each: town.idea(each).code for each in (first, second, other)}
    with town.store.reading() as session:
        named = {line["idea_code"] for line in list_award_lines(session, town.call)}
    assert named == {f"{codes[first]} (dengan {codes[second]})", codes[other]}


def test_the_report_says_it_of_each_revoked_award(town: Town) -> None:
    revoked = town.build_award(AwardStage.ANNOUNCED, idea=town.build_idea(IdeaStage.ROLLED_OUT))
    town.do(revoke_award, revoked, reason=REASON, by="leader")
    town.build_award(AwardStage.ANNOUNCED)
    town.do(ask_report, town.call, by="secretary")
    lines = town.rows(select(Document).where(Document.kind == DocumentKind.REPORT))[0].content["awards"]
    assert {line["decree"] for line in lines} == {f"Keputusan Nomor 100.3/2/{today():%Y%m%d} tanggal {format_date(today())}"}
    told = {line["state"]: (line["stands"], line["note"]) for line in lines}
    assert told["Diumumkan"] == (True, "")
    assert told["Dicabut"][0] is False
    assert told["Dicabut"][1].startswith("Tempatnya diisi IDE-")
