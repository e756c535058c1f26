"""Rows and ledger: whatever SQL alters shows, with its row; what the program wrote never does."""

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlmodel import col, select

from models.database import Database
from models.ledger import LedgerEntry
from models.reviews import Review
from models.stages import AwardStage, IdeaStage
from tests.asking import ask
from tests.building import Town
from tests.databases import Pattern
from tests.workflows.process.attest.everything import alter, attack, build_everything, compare, count_rows
from workflows.process.attest.compare import Problem, compare_rows
from workflows.process.attest.tables import ALL, MODELS, OF_TABLE, CommitmentForm

pytestmark = pytest.mark.xdist_group("everything")  # which takes longer to build than to compare


@pytest.fixture(scope="session")
def everything_pattern(tmp_path_factory: pytest.TempPathFactory, settled_pattern: Pattern) -> Pattern:
    """The town in which everything happened."""
    return Pattern(tmp_path_factory.mktemp("everything"), lambda store: build_everything(Town(store)), begun_with=settled_pattern)


@pytest.fixture
def full_town(own_database: Callable[[Pattern], str], everything_pattern: Pattern) -> Iterator[Town]:
    """A copy of the town in which everything happened, once on SQLite and once on PostgreSQL."""
    store = Database(own_database(everything_pattern))
    yield Town(store)
    store.close()


def test_what_the_program_wrote_is_as_the_ledger_says(full_town: Town) -> None:
    report = compare(full_town)
    assert report.differences == []
    assert (report.compared, report.uncommitted, report.erased) == (count_rows(full_town), 0, 0)


def test_every_alteration_by_sql_is_found_and_its_row_named(full_town: Town, share: Callable[[int], int]) -> None:
    luck = random.Random(12)
    for number in range(share(200)):
        with attack(full_town.store) as session:
            act, table, row_id = alter(session, luck)
            found = compare_rows(session).differences
        assert (table, row_id) in {(each.table, each.id) for each in found}, (number, act, table, found)
        if act.startswith("change"):
            assert {(each.table, each.id) for each in found} == {(table, row_id)}, (number, act, found)
    assert compare(full_town).differences == []


NAMED = (  # what the attacker wants, the statement, and the columns by which the row is named
    ("a better score", "idea", "UPDATE idea SET score = 9900 WHERE score IS NOT NULL", "score, scores_closed_at"),
    ("another stage", "idea", "UPDATE idea SET stage = 'rolled_out' WHERE stage = 'stopped'", "stage"),
    ("no reason", "idea", "UPDATE idea SET reason_code = NULL WHERE reason_code IS NOT NULL", "reason_code"),
    ("an earlier day", "idea", "UPDATE idea SET submitted_at = created_at WHERE submitted_at IS NOT NULL", "code, submitted_at"),
    ("another title", "idea", "UPDATE idea SET title = 'Lain'", "title"),
    ("other words", "revision", "UPDATE revision SET theme = 'lain'", "title, form, medium, theme, sections"),
    ("a larger part", "teammember", "UPDATE teammember SET share_hundredths = 9999", "idea_id, person_id, position, lead, role"),
    ("a larger offer", "invitation", "UPDATE invitation SET share_hundredths = 9999", "idea_id, person_id, number, position, lead, role"),
    ("who never agreed", "invitation", "UPDATE invitation SET answer = 'joined'", "answer, answered_at"),
    ("other words of a colleague", "ideacomment", "UPDATE ideacomment SET text = 'Lain'", "idea_id, person_id, text, written_at"),
    ("a comment that comes back", "ideacomment", "UPDATE ideacomment SET hidden_at = NULL WHERE hidden_at IS NOT NULL", "hidden_by"),
    ("a comment that is silenced", "ideacomment", "UPDATE ideacomment SET hidden_at = written_at WHERE hidden_at IS NULL", "hidden_by"),
    ("another who came", "replacement", "UPDATE replacement SET newcomer_id = leaver_id WHERE is_done", "idea_id, leaver_id, newcomer_id"),
    ("who never left", "replacement", "UPDATE replacement SET is_done = NOT is_done", "agreed, settled_by, settled_at, is_done"),
    ("another lead", "idea", "UPDATE idea SET lead_id = (SELECT MAX(id) FROM person)", "call_id, policy_id, unit_id, lead_id"),
    ("a gate passed", "gate", "UPDATE gate SET state = 'passed' WHERE state = 'open'", "idea_id, name, stage, state, passed_by, passed_at"),
    ("more points", "review", """UPDATE review SET points = '{"novelty": "100"}' WHERE state = 'scored'""", "points"),
    ("a higher total", "review", "UPDATE review SET total = 10000 WHERE state = 'scored'", "total"),
    ("a review that counts", "review", "UPDATE review SET state = 'scored' WHERE state = 'recused'", "state, answered_at"),
    ("another site", "pilot", "UPDATE pilot SET budget_rupiah = budget_rupiah + 1", "idea_id, unit_id, owner_id, site, starts_on"),
    ("a better result", "pilot", "UPDATE pilot SET result = '{}' WHERE summary != ''", "result"),
    ("an easier target", "indicator", "UPDATE indicator SET target = '61'", "pilot_id, name, unit_label, direction, baseline, target"),
    ("a better reading", "measurement", "UPDATE measurement SET value = '90'", "indicator_id, measured_on, value, note, actor_id, at"),
    ("more money", "award", "UPDATE award SET amount_rupiah = 99000000", "tier, distinction, amount_rupiah"),
    ("a higher tier", "award", "UPDATE award SET tier = 'platinum'", "tier, distinction, amount_rupiah"),
    ("another decree", "award", "UPDATE award SET decree_number = '1' WHERE decree_number != ''", "decree_number, decree_on, approved_by"),
    ("another hour", "award", "UPDATE award SET announced_at = created_at", "announce_at, announced_at"),
    ("an award that is due", "award", "UPDATE award SET stage = 'scheduled' WHERE stage = 'approved'", "stage"),
    ("money for one alone", "awardshare", "UPDATE awardshare SET amount_rupiah = 0", "award_id, person_id, share_hundredths"),
    ("another number", "document", "UPDATE document SET number = '1'", "kind, number, series, year, running, issued_on"),
    ("another name", "document", "UPDATE document SET content = '{}'", "content"),
    ("another file", "document", "UPDATE document SET sha256 = '00' WHERE sha256 IS NOT NULL", "sha256, spreadsheet_sha256"),
    ("a valid certificate", "document", "UPDATE document SET state = 'issued' WHERE state = 'revoked'", "state, issued_at, revoked_at"),
    ("a decree of another number", "decree", "UPDATE decree SET number = '9' WHERE kind = 'award'", "unit_id, kind, number, folded_number"),
    ("an earlier decree", "decree", "UPDATE decree SET issued_on = '2020-01-02'", "unit_id, kind, number, folded_number, issued_on"),
    ("a decree's other file", "decree", "UPDATE decree SET sha256 = '00'", "sha256"),
    ("another outcome", "pastidea", "UPDATE pastidea SET outcome = 'adopted' WHERE outcome = 'rejected'", "file_id, row, unit_id, title"),
    (
        "an earlier import",
        "pastfile",
        "UPDATE pastfile SET imported_at = confirmed_at WHERE confirmed_at IS NOT NULL",
        "name, sha256, count",
    ),
    ("a file that nobody confirmed", "pastfile", "UPDATE pastfile SET confirmed_by = author_id WHERE ended_at IS NULL", "confirmed_by"),
    ("another reason", "decision", "UPDATE decision SET reason = 'Lain'", "idea_id, action, outcome, reason, detail, actor_id, flow, at"),
    ("another detail", "decision", "UPDATE decision SET detail = '{}'", "idea_id, action, outcome, reason, detail, actor_id, flow, at"),
)


def test_a_difference_names_the_columns_and_the_entry_that_commits_to_them(full_town: Town) -> None:
    for wish, table, statement, columns in NAMED:
        with attack(full_town.store) as session:
            session.execute(sa.text(statement))
            found = compare_rows(session).differences
            entries = {entry.seq: entry.payload for entry in session.exec(select(LedgerEntry))}
        assert found, wish
        for each in found:
            assert (each.table, each.problem) == (table, Problem.CHANGED), wish
            assert each.field is not None, wish
            assert each.field.startswith(columns), wish
            detail = entries[each.seq or 0]["detail"]
            assert each.id in detail["commits"].get(table, {}) or entries[each.seq or 0]["subject"] == each.id, wish


LEFT_OUT = {  # changed by others than steps, or by every step
    "idea": {"stage_since", "version", "due_at"},
    "award": {"stage_since", "version"},
    "invitation": {"remind_at", "reminded"},
    "mentorship": {"counted_from"},  # set once, by a migration
    "adoptionclaim": {"due_at", "reminded_at"},  # they move with the calendar
    "pastidea": {"ended_at"},  # its file's, which is committed to, and which alone decides
}


def test_every_column_is_committed_to_or_left_out_on_purpose() -> None:
    for table, model in MODELS.items():
        committed = {column for group in OF_TABLE[table] for column in group.columns}
        assert set(model.model_fields) - committed == {"id", "salt"} & set(model.model_fields) | LEFT_OUT.get(table, set()), table


IN_OLDER_CHAINS = {("revision", "idea.supplement*")}  # as long as no step of its own wrote what completes an idea


@pytest.mark.parametrize("own_database", ["sqlite"], indirect=True)
def test_the_table_names_the_entries_that_commit_to_each_group(full_town: Town) -> None:
    found = set()
    for kind, payload in full_town.rows(sa.select(col(LedgerEntry.kind), col(LedgerEntry.payload))):
        for table, rows in payload["detail"].get("commits", {}).items():
            found |= {(table, name, kind) for groups in rows.values() for name in groups}
    for group in (group for group in ALL if group.form != CommitmentForm.TOLD):
        kinds = {kind for table, name, kind in found if (table, name) == (group.table, group.name)}
        assert all(group.is_in(kind) for kind in kinds), group
        expected = [fact for fact in group.facts if (group.table, fact) not in IN_OLDER_CHAINS]
        unseen = [fact for fact in expected if not any(kind.startswith(fact.rstrip("*")) for kind in kinds)]
        assert unseen == [], group


def test_equal_shares_and_points_are_not_recognised_by_their_commitments(town: Town) -> None:
    for _ in range(2):
        town.build_idea(IdeaStage.SHORTLISTED)
    commits = [payload["detail"].get("commits", {}) for payload in town.rows(select(LedgerEntry.payload))]
    rows = [row for each in commits for table in ("teammember", "review") for row in each.get(table, {}).items()]
    said = {(row_id, name, groups[name]) for row_id, groups in rows for name in groups if name != "state"}
    assert len(said) > 30
    assert len({value for _, _, value in said}) == len(said)


@pytest.mark.parametrize("stage", [AwardStage.PROPOSED, AwardStage.APPROVED, AwardStage.SCHEDULED, AwardStage.ANNOUNCED])
def test_the_ledger_tells_tier_and_amount_once_the_award_is_announced(town: Town, stage: AwardStage) -> None:
    award = town.award(town.build_award(stage))
    told = [json.dumps(payload) for payload in town.rows(select(LedgerEntry.payload).where(LedgerEntry.idea_id == award.idea_id))]
    words = (str(award.amount_rupiah), f'"{award.tier}"')
    assert [any(word in text for text in told) for word in words] == [stage == AwardStage.ANNOUNCED] * 2
    assert not any(word in text for text in told[:-1] for word in words)


def test_a_value_that_no_column_can_read_is_named(town: Town) -> None:
    town.build_idea(IdeaStage.SHORTLISTED)
    review_id = town.rows(select(Review.id))[0]
    for column, value in (("points", "rusak"), ("answered_at", "kemarin"), ("state", "lain"), ("points", '{"x": 1e999}'), ("total", "x")):
        with attack(town.store) as session:
            session.execute(sa.text(f"UPDATE review SET {column} = :value WHERE id = :id"), {"value": value, "id": review_id})
            [found] = compare_rows(session).differences
        assert (found.table, found.id) == ("review", review_id), (column, value)
        assert found.problem in (Problem.UNREADABLE, Problem.CHANGED)


def test_a_row_given_to_another_idea_is_found_in_both(town: Town) -> None:
    ideas = [town.build_idea(IdeaStage.SHORTLISTED) for _ in range(2)]
    with attack(town.store) as session:
        session.execute(sa.text("UPDATE decision SET idea_id = :other WHERE idea_id = :idea"), {"idea": ideas[0], "other": ideas[1]})
        found = compare_rows(session).differences
        moved = set(session.execute(sa.text("SELECT id FROM decision")).scalars())
    assert {each.id for each in found} <= moved
    assert {each.problem for each in found} <= {Problem.CHANGED, Problem.UNRECORDED}


def test_committing_costs_a_submission_no_statement(town: Town, client: TestClient) -> None:
    town.take(town.build_idea(), "submit")  # begins the year's series of numbers
    idea, statements = town.build_idea(), []

    def count(*event: Any) -> None:
        statements.append(event[2])

    sa.event.listen(town.store.writing, "before_cursor_execute", count)
    try:
        assert ask(client, town["lead"], f"POST /ideas/{idea}/submission").status_code == 200
    finally:
        sa.event.remove(town.store.writing, "before_cursor_execute", count)
    assert len(statements) == 12, "\n".join(str(x)[:150] for x in statements)
