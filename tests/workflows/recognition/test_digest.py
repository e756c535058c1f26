"""The one mail that tells somebody what waits for them, and the mails that tell a team where its idea stands."""

import csv
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from models.database import append_rows
from models.documents import Document
from models.ids import new_id
from models.inbox import InboxItem
from models.instants import now
from models.outbox import Message
from models.people import Account, Person
from models.settings import settings
from models.stages import AwardStage, IdeaStage
from tests.building import Town
from tests.steps import REASON
from tests.workflows.turns import Clock, clock, deliver, own_town, quiet, text_of
from workflows.recognition.digest import MOST_LINES, find_digest, list_addressees
from workflows.recognition.issue import Rendered, mark_issued
from workflows.recognition.letters import number_certificates
from workflows.recognition.turns import find_turn_mails
from workflows.reward.revoke import revoke_award

__all__ = ["clock", "own_town"]
GATE = {"name": "presentation", "label": "Paparan di hadapan tim", "label_en": "Presentation", "stage": "screening", "role": "secretariat"}


def reach(town: Town, *people: str) -> None:
    """Let these people have an address, and nobody else."""
    with town.store.unit_of_work() as session:
        session.execute(sa.update(Person).values(email=""))
        for who in people:
            session.get_one(Person, town[who].id).email = f"{who}@contoh.example"


def digest(town: Town, who: str) -> str:
    """The text of somebody's digest; empty where they get none."""
    with town.store.reading() as session:
        mail = find_digest(session, town[who].id, 1)
    return mail.text if mail else ""


def test_one_mail_names_every_pressing_task_with_its_date_and_counts_the_rest(town: Town) -> None:
    reach(town, "secretary")
    for _ in range(MOST_LINES + 2):
        town.build_idea(IdeaStage.SCREENING)
    told = digest(town, "secretary")
    assert told.count("- Lakukan seleksi administrasi: ") == MOST_LINES
    assert "dan 2 tugas lain" in told
    assert f"{MOST_LINES + 2} tugas yang menunggu Anda" in told
    assert told.count("Tenggat ") == MOST_LINES


def test_a_gate_is_named_by_its_label(town: Town) -> None:
    reach(town, "secretary")
    town.build_idea(IdeaStage.SCREENING, call=town.build_call(gates=[GATE]))
    assert "Nyatakan tahapan selesai: Paparan di hadapan tim" in digest(town, "secretary")


def test_what_is_neither_new_nor_near_its_date_nor_late_makes_no_mail(town: Town) -> None:
    reach(town, "secretary")
    idea = town.build_idea(IdeaStage.SCREENING)
    with town.store.unit_of_work() as session:
        item = session.exec(select(InboxItem).where(InboxItem.idea_id == idea, InboxItem.task == "screen")).one()
        item.created_at = now() - timedelta(days=1, seconds=1)
    assert digest(town, "secretary") == ""


def test_nobody_without_an_address_or_with_a_closed_account_is_written_to(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SUPPLEMENT_ASKED)
    reach(town, "mate")
    assert digest(town, "lead") == ""
    reach(town, "lead")
    assert "Lengkapi usulan" in digest(town, "lead")
    with town.store.unit_of_work() as session:
        session.exec(select(Account).where(Account.person_id == town["lead"].id)).one().closed_at = now()
    assert digest(town, "lead") == ""
    with town.store.reading() as session:
        assert find_turn_mails(session, idea, 1) == []


def test_the_clock_asks_only_for_people_who_can_be_reached_and_hold_the_role_over_the_unit(town: Town) -> None:
    town.build_idea(IdeaStage.AWAITING_PERMISSION)
    reach(town)
    with town.store.reading() as session:
        assert list_addressees(session) == []
    reach(town, "head", "secretary", "chair", "lead", "mate")
    with town.store.reading() as session:
        assert list_addressees(session) == [town["head"].id]


def test_mail_at_every_turn_that_concerns_somebody() -> None:
    """Every step that moves a submitted idea and that its readers may know of has its mail or letter, but what the lead hands in.

    Who errs: a lead who withdraws, and whose team learns of it when the ceremony is over.
    """
    with Path("tests/workflows/process/transitions.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["way"] == "idea" and row["readers"] == "all" and row["stage"] != "draft"]
    told_by_notice = ("merge", "regroup", "separate", "transfer")  # agreed to beforehand; their actions send each one a notice
    handed_in = ("draft", "route", "supplement", "conclude")
    moving = [row for row in rows if row["target"] != row["stage"] and row["action"] not in (*handed_in, *told_by_notice)]
    assert len(moving) > 15
    told = {"recognition.tell_team", "recognition.number_rejection"}
    assert [row for row in moving if told.isdisjoint(row["jobs"].split())] == []


@pytest.mark.parametrize(
    ("stage", "said"),
    [
        (IdeaStage.SUPPLEMENT_ASKED, ["Diminta melengkapi", "Tugas Anda     : Lengkapi usulan", "Tenggat        : 8 Desember 2026"]),
        (IdeaStage.DEFERRED, ["Ditunda", "Alasan         : Penetapan ditunda"]),
        (IdeaStage.IN_PILOT, ["Uji coba"]),
        (IdeaStage.ROLLED_OUT, ["Diterapkan"]),
    ],
)
def test_a_team_is_told_where_its_idea_stands_and_only_the_lead_what_to_do(
    own_town: Town, clock: Clock, stage: IdeaStage, said: list[str]
) -> None:
    reach(own_town, "lead")
    idea = own_town.build_idea(stage)
    with own_town.store.reading() as session:
        (mail,) = find_turn_mails(session, idea, 7)
    assert [each for each in said if each not in mail.text] == []
    assert mail.to == "lead@contoh.example"


def test_several_steps_that_are_not_told_yet_are_told_in_one_mail(own_town: Town, clock: Clock) -> None:
    """Who errs: a flow that was away for a night, and then sends five mails about one idea."""
    reach(own_town, "lead")
    idea = own_town.build_idea(IdeaStage.ROLLED_OUT)
    assert len(own_town.rows(select(Message.id).where(Message.job == "tell_team", Message.subject_id == idea))) > 2
    quiet(own_town, "number_receipt")
    deliver(own_town, "recognition")
    sent = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in (settings().data / "mail").glob("turn.*.eml")]
    assert [str(mail["Subject"]).partition(" - ")[0] for mail in sent] == ["Gagas: Diterapkan"]


def test_a_reviewer_who_is_given_many_ideas_is_told_once(own_town: Town, clock: Clock) -> None:
    for _ in range(4):
        own_town.build_idea(IdeaStage.IN_REVIEW)
    asked = own_town.rows(select(Message.subject_id).where(Message.job == "send_digest"))
    assert len(asked) == 16  # of each idea three reviewers and a member of its team, who has answered since
    quiet(own_town, "number_receipt")
    with own_town.store.unit_of_work() as session:
        for reviewer in set(asked):
            session.get_one(Person, reviewer).email = f"{reviewer}@contoh.example"
    deliver(own_town, "recognition")
    sent = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in (settings().data / "mail").glob("digest.*.eml")]
    told = [str(mail["To"]) for mail in sent]
    assert len(told) > 2
    assert len(told) == len(set(told))
    assert sum(text_of(mail).count("- Beri nilai") for mail in sent) == 12


def test_a_digest_counts_all_that_waits_and_lists_what_is_new_behind_it(own_town: Town, clock: Clock) -> None:
    """Who errs: a digest that says 200 where 500 wait, and never names what lies behind the 200th."""
    reach(own_town, "secretary")
    idea = own_town.build_idea(IdeaStage.SCREENING, title="Usulan baru")
    with own_town.store.unit_of_work() as session:
        (item,) = session.exec(select(InboxItem).where(InboxItem.idea_id == idea, InboxItem.task == "screen")).all()
        item.due_at = now() + timedelta(days=30)
        old = item.model_dump() | {"created_at": now() - timedelta(days=3), "due_at": now() + timedelta(days=10)}
        append_rows(session, InboxItem, [old | {"id": new_id()} for _ in range(499)])
    told = digest(own_town, "secretary")
    assert "500 tugas yang menunggu Anda" in told
    assert told.count("- Lakukan seleksi administrasi") == 1
    assert "Usulan baru" in told
    with own_town.store.unit_of_work() as session:
        append_rows(session, InboxItem, [old | {"id": new_id(), "due_at": now() - timedelta(days=1)} for _ in range(501)])
    told = digest(own_town, "secretary")
    assert "lebih dari 1.000 tugas yang menunggu Anda" in told
    assert "501 di antaranya sudah melewati tenggat" in told
    assert "dan 482 tugas lain" in told


def test_whoever_holds_a_certificate_is_told_that_it_was_withdrawn(own_town: Town, clock: Clock) -> None:
    """Who errs: a proposer who frames a certificate that counts no more. One that was withdrawn before it was issued was told to nobody."""
    award = own_town.build_award(AwardStage.ANNOUNCED)
    own_town.do(number_certificates, award, by="flow:recognition")
    first, second = own_town.rows(select(Document).where(Document.award_id == award).order_by(col(Document.running)))
    own_town.do(mark_issued, first.id, Rendered("ab" * 32), by="flow:recognition")
    reach(own_town, "lead", "mate")
    quiet(own_town)
    own_town.do(revoke_award, award, reason=REASON, by="leader")
    deliver(own_town, "recognition")
    sent = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in (settings().data / "mail").glob("revoked.*.eml")]
    assert [(mail["To"], mail["Subject"]) for mail in sent] == [
        ("lead@contoh.example", f"Gagas: Piagam penghargaan nomor {first.number} dicabut")
    ]
    assert all(said in text_of(sent[0]) for said in ("telah dicabut", "keberatan secara tertulis"))
    assert second.number not in text_of(sent[0])
    assert REASON not in text_of(sent[0]), "why is read on the page, which asks who reads it"
