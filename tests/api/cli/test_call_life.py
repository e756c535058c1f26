"""`gagas call open|extend|close|archive`: the same rules as on the pages, said in the region's words; nothing half done."""

from datetime import timedelta

import pytest
from sqlmodel import select
from typer.testing import CliRunner, Result

import api.cli.call_life
from api.cli.main import app
from models.calls import Call, CallChange, CallState
from models.instants import local_day, now
from models.ledger import LedgerEntry
from models.stages import IdeaStage
from tests.building import Town
from tests.workflows.region.test_call_life import WHY, call_of
from tests.workflows.region.test_signatures import plan
from workflows.process.deadlines import end_of_day
from workflows.region.signatures import sign_policy


@pytest.fixture(autouse=True)
def of_the_town(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.cli.call_life, "database", lambda: town.store)


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["call", *words])


def code_of(town: Town, call: str) -> str:
    return str(town.rows(select(Call.code).where(Call.id == call))[0])


def test_a_call_opens_is_extended_closed_and_archived_by_its_code(town: Town) -> None:
    call = plan(town)
    refused = run("open", "TTD")
    assert (refused.exit_code, call_of(town, call).state) == (1, CallState.PLANNED)
    assert "belum disahkan" in refused.stderr
    town.do(sign_policy, call, 1, by="chair")
    day = local_day(now()) + timedelta(days=60)
    for words in (("open", "TTD"), ("extend", "TTD", "--until", day.isoformat(), "--reason", WHY), ("close", "TTD"), ("archive", "TTD")):
        assert run(*words).exit_code == 0, words
    done = call_of(town, call)
    assert (done.state, done.closes_at, done.archived_at is not None) == (CallState.CLOSED, end_of_day(day), True)
    assert {change.actor_id for change in town.rows(select(CallChange))} == {None}
    actors = {entry.payload["actor"] for entry in town.rows(select(LedgerEntry).where(LedgerEntry.kind == "call.extend"))}
    assert actors == {"flow:terminal"}


def test_what_is_wrong_with_an_extension_is_said_at_once_and_nothing_moves(town: Town) -> None:
    call = town.call
    before = call_of(town, call)
    early = run("extend", code_of(town, call), "--until", local_day(now() + timedelta(days=3)).isoformat(), "--reason", "telat")
    assert early.exit_code == 1
    assert "until: Masa pengajuan berakhir pada" in early.stderr
    assert "reason: Teks terlalu pendek" in early.stderr
    english = run("extend", code_of(town, call), "--until", "tomorrow", "--reason", WHY, "--language", "en")
    assert "This end cannot be read" in english.stderr
    assert call_of(town, call) == before


def test_a_call_that_does_not_exist_or_is_under_way_is_refused_with_a_sentence(town: Town) -> None:
    assert "Periode usulan ini tidak ada" in run("close", "NIHIL").stderr
    town.build_idea(IdeaStage.SCREENING)
    code = code_of(town, town.call)
    assert "belum ditutup" in run("archive", code).stderr
    assert "Draf: 0. Sudah diajukan: 1. Masih berjalan: 1." in run("close", code).stdout
    assert "Masih ada 1 usulan" in run("archive", code).stderr
