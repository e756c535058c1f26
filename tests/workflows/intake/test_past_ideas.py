"""Ideas of earlier years: on record as a file tells them, once a second person confirms it; found, and good for nothing else.

Who would cheat: whoever makes up an idea of last year to defeat somebody's. Who errs: an office whose sheet holds a row twice.
"""

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from models.database import table_of
from models.ideas import Idea
from models.inbox import InboxItem
from models.instants import today
from models.ledger import LedgerEntry
from models.outbox import Message
from models.past_ideas import PastFile, PastIdea, PastTerm
from models.stages import IdeaStage
from tests.building import Town
from tests.past import LAMPS, QUEUE, SORTING, SUMMARIES, import_file, look, row, tell, tell_and_confirm
from workflows.intake import past_ideas
from workflows.intake.import_past import NamedFile, check_past, index_lagging_past
from workflows.intake.past_ideas import WantedPast, find_similar_past, find_similar_past_to, list_past, read_past
from workflows.intake.search_terms import SearchedText
from workflows.intake.similar import find_similar
from workflows.process.attest.compare import compare_rows
from workflows.process.context import read_context
from workflows.process.keyset import Slice
from workflows.process.refusals import Conflict, Invalid, NotFound
from workflows.region.past_files import confirm_past_file, end_past_file

TITLES = [SORTING, QUEUE, LAMPS]


def listed(town: Town, who: str, text: str = "", file_id: str | None = None) -> list[str]:
    """The titles that somebody finds, the newest first."""
    with town.store.reading() as session:
        return [line.idea.title for line in list_past(session, WantedPast(text, file_id), Slice(), actor=town.actor(session, who)).rows]


def similar(town: Town, who: str, title: str) -> list[str]:
    """The titles that somebody is shown beside a text."""
    with town.store.reading() as session:
        found = find_similar_past_to(session, SearchedText(title, SUMMARIES.get(title, "")), actor=town.actor(session, who))
        return [each.line.idea.title for each in found]


def faults(town: Town, *rows: str, author: str = "operator") -> list[tuple[int, str, str]]:
    return [(each.row, each.column, each.code) for each in look(town, *rows, author=author).faults]


def test_a_file_counts_for_nobody_before_a_second_person_confirms_it(either_town: Town) -> None:
    town = either_town
    rows = row(SORTING), row(QUEUE, outcome="Ditolak", day="2023-02-01"), row(LAMPS, outcome="Berjalan", day="2022-02-01")
    waiting = tell(town, *rows)
    assert (listed(town, "lead"), listed(town, "head"), listed(town, "admin")) == ([], [], [])
    assert (listed(town, "operator", file_id=waiting), listed(town, "admin", file_id=waiting)) == (TITLES, TITLES)
    assert listed(town, "head", file_id=waiting) == []
    town.do(confirm_past_file, waiting, by="admin")
    assert (listed(town, "lead"), listed(town, "head"), listed(town, "auditor")) == ([SORTING, LAMPS], TITLES, TITLES)
    assert (listed(town, "lead", "sampah"), listed(town, "head", "antrian"), listed(town, "lead", "antrian")) == ([SORTING], [QUEUE], [])
    assert (listed(town, "lead", "lamp"), listed(town, "lead", '" OR *'), listed(town, "lead", "kuda")) == ([LAMPS], [], [])
    assert (similar(town, "lead", SORTING)[:1], similar(town, "head", QUEUE)[:1]) == ([SORTING], [QUEUE])
    assert QUEUE not in similar(town, "lead", QUEUE)
    with town.store.reading() as session:
        report = compare_rows(session)
    assert (report.differences, report.uncommitted) == ([], 0)
    town.do(end_past_file, waiting, by="leader")
    assert (listed(town, "admin"), similar(town, "lead", SORTING), listed(town, "admin", file_id=waiting)) == ([], [], [])
    assert len(town.rows(select(PastIdea.id))) == 3, "what was told stays on record"


def test_nothing_of_the_process_follows_from_a_file(town: Town) -> None:
    tables = [table_of(each) for each in (Idea, InboxItem, Message)]
    before = [town.rows(sa.select(sa.func.count()).select_from(table)) for table in tables]
    tell_and_confirm(town, row(SORTING, number=town["mate"].number), row(QUEUE, outcome="Ditolak"))
    assert [town.rows(sa.select(sa.func.count()).select_from(table)) for table in tables] == before
    kinds = town.rows(select(LedgerEntry.kind).where(col(LedgerEntry.kind).contains("past")).order_by(col(LedgerEntry.seq)))
    assert kinds == ["region.import_past", "region.tell_past", "region.tell_past", "region.confirm_past"]
    told = " ".join(str(payload) for payload in town.rows(select(LedgerEntry.payload)))
    assert not any(word in told for word in (SORTING, SUMMARIES[QUEUE], "2024-03-05"))


def test_the_same_file_again_changes_nothing_and_what_was_told_is_never_told_otherwise(town: Town) -> None:
    first = tell(town, row(SORTING), row(QUEUE))
    again = import_file(town, row(SORTING), row(QUEUE))
    assert (again.registered, again.unchanged, town.rows(select(PastFile.id))) == (0, 2, [first])
    more = import_file(town, row(SORTING), row(LAMPS), name="lain.csv")
    assert (more.registered, more.unchanged) == (1, 1)
    assert faults(town, row(SORTING.upper(), outcome="Ditolak", summary=SUMMARIES[SORTING])) == [(2, "Hasil", "past_told_otherwise")]
    with pytest.raises(Conflict, match="import_refused"):
        import_file(town, row(SORTING, outcome="Ditolak"))
    town.do(end_past_file, first, by="operator")
    assert import_file(town, row(SORTING, outcome="Ditolak")).registered == 1, "what was taken back may be told anew"


def test_every_fault_is_told_by_row_and_column_and_nothing_is_kept(town: Town) -> None:
    wrong = (
        row("Abc"),
        row(SORTING, day=f"{today().year}-01-02"),
        row(QUEUE, outcome="Entah", unit="NIHIL"),
        row(LAMPS, unit="DAGO"),
        row(SORTING, initiator=f"Ujang {town['mate'].number}"),
        row(QUEUE, number="1,97E+17", holder="NIHIL"),
        row("Taman Baca", summary="=HYPERLINK(x) bagi warga di kelurahan"),
        row(LAMPS),
        row(LAMPS.lower()),
    )
    assert faults(town, *wrong) == [
        (2, "Judul", "text_too_short"),
        (3, "Tanggal Terima", "past_year_not_over"),
        (4, "unit_code", "unit_unknown"),
        (4, "Hasil", "past_outcome_unknown"),
        (5, "Unit Kerja", "past_unit_beyond_reach"),
        (6, "Pengusul", "past_number_told"),
        (7, "Penyelenggara", "unit_unknown"),
        (7, "employee_number", "number_lost_digits"),
        (8, "Ringkasan", "sheet_formula"),
        (10, "Judul", "past_row_twice"),
    ]
    with pytest.raises(Conflict, match="import_refused"):
        import_file(town, *wrong)
    assert (town.rows(select(PastFile.id)), town.rows(select(PastIdea.id)), town.rows(select(PastTerm.term))) == ([], [], [])
    named = NamedFile("x.csv", town["operator"].number)
    with town.store.reading() as session, pytest.raises(Invalid, match="sheet_without_columns"):
        check_past(session, b"Judul;Ringkasan\nx;y\n", named, actor=town.actor(session, "flow:import"))


def test_who_had_an_idea_is_told_to_its_offices_and_to_themselves(town: Town) -> None:
    rows = row(SORTING, number=town["mate"].number), row(QUEUE, outcome="Ditolak", initiator="Ujang", holder="BAPPEDA", number="-")
    tell_and_confirm(town, *rows)
    ids = dict(town.rows(select(PastIdea.title, PastIdea.id)))

    def initiator(who: str, title: str) -> str:
        with town.store.reading() as session:
            return read_past(session, ids[title], actor=town.actor(session, who)).line.initiator

    assert [initiator(who, SORTING) for who in ("mate", "head", "leader")] == ["Tono Gambiranom"] * 3
    assert [initiator(who, SORTING) for who in ("lead", "reviewer1", "other_head")] == [""] * 3
    assert [initiator(who, QUEUE) for who in ("head", "secretary", "chair", "auditor")] == ["Ujang"] * 4
    for who in ("lead", "mate", "reviewer2", "other_head", "owner"):
        with pytest.raises(NotFound, match="past_idea_not_found"):
            initiator(who, QUEUE)


def test_a_made_up_idea_is_never_earlier_and_says_that_it_came_later(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SCREENING, title=SORTING, sections=dict.fromkeys(("background", "idea"), SUMMARIES[SORTING]))
    tell_and_confirm(town, row(SORTING, day="2020-01-01"))
    with town.store.reading() as session:
        actor = town.actor(session, "secretary")
        context = read_context(session, idea, actor=actor)
        [found] = find_similar_past(session, context, actor=actor)
        assert (found.line.idea.title, found.came_later) == (SORTING, True)
        assert all(not each.is_earlier for each in find_similar(session, context, actor=actor))


@pytest.mark.parametrize("sample", [300, 1], ids=["all compared", "by the index"])
def test_the_index_finds_what_a_comparison_of_all_finds(either_town: Town, monkeypatch: pytest.MonkeyPatch, sample: int) -> None:
    monkeypatch.setattr(past_ideas, "SAMPLE", sample)
    tell_and_confirm(either_town, *(row(title, day=f"202{place}-05-05") for place, title in enumerate(TITLES)))
    assert [similar(either_town, "lead", title)[:1] for title in TITLES] == [[title] for title in TITLES]


def test_terms_of_another_edition_are_read_anew(town: Town) -> None:
    tell_and_confirm(town, row(SORTING))
    with town.store.unit_of_work() as session:
        session.execute(sa.text("UPDATE pasttext SET edition = 0, words = ''"))
        session.execute(sa.text("DELETE FROM pastterm"))
    assert listed(town, "lead", "sam") == []
    with town.store.unit_of_work() as session:
        assert (index_lagging_past(session, 10), index_lagging_past(session, 10)) == (1, 0)
    assert (listed(town, "lead", "sam"), bool(town.rows(select(PastTerm.term)))) == ([SORTING], True)


@pytest.mark.parametrize("table", ["pastfile", "pastidea"])
def test_nobody_deletes_what_a_file_told(either_town: Town, table: str) -> None:
    tell(either_town, row(SORTING))
    with either_town.store.unit_of_work() as session:
        for index in ("pastterm", "pasttext"):
            session.execute(sa.text(f"DELETE FROM {index}"))  # what refers to it would keep it, too
    with pytest.raises(sa.exc.DBAPIError, match="stays on record"), either_town.store.unit_of_work() as session:
        session.execute(sa.text(f"DELETE FROM {table}"))
