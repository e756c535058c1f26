"""A file that uses every kind of rule at once is played: category, short answers, who may enter, quota, grace and seal hold together."""

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import select

from models.calls import Call
from models.entry_rules import Initiator
from models.ideas import Decision, Revision
from models.stages import IdeaStage
from tests.building import SECTIONS, Town
from tests.workflows.process.attest.everything import attack
from tests.workflows.region.call_files.test_played import CONTEST, open_file
from tests.workflows.turns import Clock, clock, deliver, own_town, tick
from workflows.intake.draft import draft_idea
from workflows.intake.submit import submit_idea
from workflows.process.attest.compare import compare_rows
from workflows.process.context import read_context
from workflows.process.refusals import Conflict, NotFound, Refusal

__all__ = ["clock", "own_town"]
RULES = """
  eligibility: {initiators: [civil_servant, the_public], quota: 1, quota_per: own_unit, minimum_months: 12, earlier_awards: 1}
  closing: {grace_minutes: 30, is_sealed: true}
  fields:
    - name: channel
      label: Saluran layanan
      label_en: Channel
      kind: choice
      options:
        - {name: application, label: Aplikasi, label_en: Application}
        - {name: counter, label: Loket, label_en: Counter}
    - {name: people, label: Penerima manfaat, label_en: People served, kind: figure, lowest: 1}
"""
ADDRESS = (
    "    - {name: address, label: Alamat aplikasi, label_en: Address, minimum_words: 1, "
    "depends_on: channel, answers_needed: [application]}\n  requirements:"
)
FILE = (
    CONTEST.replace("LOMBA-KATEGORI", "LOMBA-LENGKAP")
    .replace("opens_at: 2020-01-01", "opens_at: 2026-11-01")
    .replace("closes_at: 2099-12-31", "closes_at: 2026-12-01T16:00")
    .replace("\n  sections:", RULES + "  sections:")
    .replace("  requirements:", ADDRESS, 1)
)
SAID: dict[str, Any] = {
    "team": (),
    "answers": {"channel": "counter", "people": "1200"},
    "sections": {**SECTIONS, "address": "Dahulu ada aplikasi."},
    "initiator": Initiator.THE_PUBLIC,
    "in_use_since": date(2024, 2, 29),
}


def draft(town: Town, call: str, who: str, **said: Any) -> str:
    proposal = town.proposal(title=f"Inovasi {who}", **SAID | said)
    return str(town.do(draft_idea, call, proposal, by=who).idea.id)


@pytest.fixture
def call(own_town: Town) -> str:
    """The call of the file, opened."""
    return open_file(own_town, FILE)


def test_an_idea_comes_in_late_into_its_category_without_what_was_not_asked(own_town: Town, clock: Clock, call: str) -> None:
    town = own_town
    [end] = town.rows(select(Call.closes_at).where(Call.id == call))
    idea = draft(town, call, "lead")
    clock.set(end + timedelta(minutes=10))
    town.do(submit_idea, idea, by="lead")
    found = town.idea(idea)
    [kept] = town.rows(select(Revision).where(Revision.idea_id == idea, Revision.number == found.revision))
    [step] = town.rows(select(Decision).where(Decision.idea_id == idea, Decision.action == "submit"))
    assert (found.category, found.revision) == ("kelurahan", 2)
    assert step.detail == {"late": {"minutes": 10}, "category": "kelurahan"}
    assert set(kept.sections) == set(SECTIONS), "the address was not asked for"
    assert (kept.answers, kept.initiator, kept.in_use_since) == (SAID["answers"], "the_public", date(2024, 2, 29))
    with town.store.reading() as session:
        assert compare_rows(session).differences == []


def test_each_unit_has_one_place_and_nobody_in_office_reads_an_idea_before_the_end(own_town: Town, clock: Clock, call: str) -> None:
    town = own_town
    [end] = town.rows(select(Call.closes_at).where(Call.id == call))
    first, second = draft(town, call, "lead"), draft(town, call, "lead", sections=SECTIONS)
    town.do(submit_idea, first, by="lead")
    with pytest.raises(Conflict) as refused:
        town.do(submit_idea, second, by="lead")
    assert refused.value.code == "quota_reached"
    deliver(town, "intake")
    for who in ("secretary", "chair", "auditor", "admin"):
        with pytest.raises(NotFound):
            town.do(read_context, first, by=who)
    clock.set(end + timedelta(minutes=30))
    tick(town)
    deliver(town, "intake")
    town.take(first, "screen accepted", "assign")
    assert town.idea(first).stage == IdeaStage.IN_REVIEW


def test_all_that_is_missing_is_told_at_once(own_town: Town, clock: Clock, call: str) -> None:
    town = own_town
    answers = {"channel": "application", "people": "0"}
    idea = draft(town, call, "stranger", answers=answers, sections=SECTIONS, initiator=None, in_use_since=date(2026, 1, 1))
    with pytest.raises(Refusal) as refused:
        town.do(submit_idea, idea, by="stranger")
    found = {(each.code, each.field) for each in refused.value.parts or (refused.value,)}
    assert found == {
        ("initiator_missing", "initiator"),
        ("in_use_too_short", "in_use_since"),
        ("figure_too_low", "answers.people"),
        ("section_too_short", "sections.address"),
    }


def test_whoever_changes_the_category_an_answer_or_the_initiator_by_sql_is_found(own_town: Town, clock: Clock, call: str) -> None:
    town = own_town
    idea = draft(town, call, "lead")
    town.do(submit_idea, idea, by="lead")
    forged = (
        "UPDATE idea SET category = 'kecamatan'",
        "UPDATE revision SET initiator = 'civil_servant' WHERE number = 2",
        "UPDATE revision SET in_use_since = '2020-01-01' WHERE number = 2",
        'UPDATE revision SET answers = \'{"people": "9000000"}\' WHERE number = 2',
    )
    for statement in forged:
        with attack(town.store) as session:
            session.execute(sa.text(statement))
            assert compare_rows(session).differences, statement
