"""Files wait until the scanner has looked at them, however long it is away; nobody opens one before, and none that it refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from api.cli.ledger import check_ledger
from models.attachments import Attachment, AttachmentState
from models.outbox import Message, MessageState
from models.people import AccountNotice, NoticeKind
from models.settings import settings
from models.stages import IdeaStage
from tests.attaching import TAKING, build_draft, list_stored, put
from tests.building import Town
from tests.conftest import forget_settings
from tests.hostile_pictures import EICAR
from tests.steps import IDEA_STEPS
from tests.workflows.adapters.clamd import run_clamd
from tests.workflows.turns import Clock, clock, deliver, own_town, run_clock
from workflows.adapters.files import path_of, store_file
from workflows.intake.attach import remove_attachment
from workflows.intake.attachments import Copy, find_file_to_open
from workflows.intake.copying import copy_idea
from workflows.intake.submit import submit_idea
from workflows.intake.sweep import sweep_attachments
from workflows.process.refusals import Conflict

__all__ = ["clock", "own_town"]


@pytest.fixture
def socket_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A scanner is set, and not there yet."""
    place = tmp_path / "clamd.ctl"
    monkeypatch.setenv("GAGAS_SCANNER", f"unix:{place}")
    forget_settings()
    assert settings().scanner
    yield place
    forget_settings()


def state(town: Town, row: Attachment) -> AttachmentState:
    found: AttachmentState = town.rows(select(Attachment.state).where(Attachment.id == row.id))[0]
    return found


def told(town: Town) -> list[str]:
    """Everybody who was told that a file was refused."""
    names = {person.id: who for who, person in town.people.items()}
    notices = select(AccountNotice.person_id).where(AccountNotice.kind == NoticeKind.FILE_REFUSED)
    return [names[person_id] for person_id in town.rows(notices)]


def refusal(town: Town, row: Attachment) -> str:
    with town.store.reading() as session, pytest.raises(Conflict) as refused:
        find_file_to_open(session, row.idea_id, row.id, Copy.SHOWN, actor=town.actor(session, "lead"))
    return refused.value.code


@pytest.fixture
def scanned_town(socket_file: Path, own_town: Town) -> Town:
    """The town of a region that has a scanner."""
    return own_town


def test_a_file_waits_while_the_scanner_is_away_and_opens_once_it_has_looked(scanned_town: Town, socket_file: Path, clock: Clock) -> None:
    town = scanned_town
    row = put(town, build_draft(town))
    for _turn in range(settings().attempts + 2):  # more often than any job is tried
        run_clock(town)
        assert state(town, row) == AttachmentState.WAITING
    assert town.rows(select(Message.state).where(Message.job == "scan_attachment")) == [MessageState.HELD]
    assert refusal(town, row) == "attachment_waiting"
    with run_clamd(socket_file) as (_address, asked):
        run_clock(town)
        assert asked == ["INSTREAM"]
    assert state(town, row) == AttachmentState.CLEAN
    assert check_ledger(town.store)["rows"]["differing"] == 0


def test_an_idea_is_handed_in_while_its_file_waits_and_what_is_refused_is_opened_by_nobody(scanned_town: Town, socket_file: Path) -> None:
    town = scanned_town
    idea = build_draft(town)
    row, clean = put(town, idea, b"%PDF " + EICAR), put(town, idea, b"%PDF bersih")
    town.do(submit_idea, idea, by="lead")
    assert town.idea(idea).stage == IdeaStage.SUBMITTED
    with run_clamd(socket_file):
        deliver(town, "intake")
    assert (state(town, row), state(town, clean)) == (AttachmentState.REFUSED, AttachmentState.CLEAN)
    assert refusal(town, row) == "attachment_refused"
    assert told(town) == ["lead"], "who handed it in cannot know otherwise"
    assert sweep_attachments(town.store) == 1
    assert list_stored() == {f"{clean.sha256[:2]}/{clean.sha256}.pdf": clean.sha256}
    assert check_ledger(town.store)["rows"]["differing"] == 0


def test_nobody_is_told_of_a_refused_file_that_the_lead_took_out_meanwhile(scanned_town: Town, socket_file: Path) -> None:
    town = scanned_town
    idea = build_draft(town)
    row = put(town, idea, b"%PDF " + EICAR)
    town.do(remove_attachment, idea, row.id, by="lead")
    with run_clamd(socket_file):
        deliver(town, "intake")
    assert (state(town, row), told(town)) == (AttachmentState.REFUSED, [])


def test_a_file_that_is_damaged_before_it_was_looked_at_is_a_fault_for_an_operator(scanned_town: Town, socket_file: Path) -> None:
    town = scanned_town
    row = put(town, build_draft(town))
    path_of(settings().attachments, row.sha256, "pdf").write_bytes(b"lain")
    with run_clamd(socket_file):
        deliver(town, "intake")
    (asked,) = town.rows(select(Message).where(Message.job == "scan_attachment"))
    assert (asked.state, asked.attempts) == (MessageState.WAITING, 1)
    assert str(asked.error).startswith("DamagedFile")
    assert state(town, row) == AttachmentState.WAITING


def test_a_file_that_the_scanner_will_never_take_is_a_fault_for_an_operator_who_reads_what_to_set(
    scanned_town: Town, socket_file: Path
) -> None:
    town = scanned_town
    row = put(town, build_draft(town), b"%PDF " + b"x" * 100_000)
    with run_clamd(socket_file, largest=50_000):
        deliver(town, "intake")
    (asked,) = town.rows(select(Message).where(Message.job == "scan_attachment"))
    assert (asked.state, asked.attempts, "StreamMaxLength" in str(asked.error)) == (MessageState.WAITING, 1, True)
    assert state(town, row) == AttachmentState.WAITING


def test_a_copied_file_is_looked_at_anew_by_the_scanner_of_today(scanned_town: Town, socket_file: Path) -> None:
    town = scanned_town
    call = town.build_call(attachments=TAKING)
    idea = town.build_idea(call=call)
    row = put(town, idea)
    with run_clamd(socket_file):
        deliver(town, "intake")
        town.take(idea, *IDEA_STEPS[IdeaStage.WITHDRAWN])
        draft = town.do(copy_idea, idea, call, by="lead").idea.id
        (copy,) = town.rows(select(Attachment).where(Attachment.idea_id == draft))
        assert (copy.sha256, copy.state) == (row.sha256, AttachmentState.WAITING)
        deliver(town, "intake")
    assert (state(town, copy), state(town, row)) == (AttachmentState.CLEAN, AttachmentState.CLEAN)


def test_without_a_scanner_a_file_is_open_at_once_and_says_that_nobody_looked(town: Town) -> None:
    row = put(town, build_draft(town))
    assert (row.state, row.checked_at) == (AttachmentState.CLEAN, None)
    assert town.rows(select(Message.id).where(Message.job == "scan_attachment")) == []


def test_once_a_day_the_clock_has_the_store_swept_where_ideas_have_files(own_town: Town) -> None:
    run_clock(own_town)
    assert own_town.rows(select(Message.id).where(Message.job == "sweep_attachments")) == []
    row = put(own_town, build_draft(own_town))
    store_file(settings().attachments, b"%PDF yatim", "pdf")
    run_clock(own_town)
    run_clock(own_town)
    assert own_town.rows(select(Message.state).where(Message.job == "sweep_attachments")) == [MessageState.HANDLED]
    assert list_stored() == {f"{row.sha256[:2]}/{row.sha256}.pdf": row.sha256}
