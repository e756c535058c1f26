"""The hours between two digests to one person: each ask is delivered, and nothing is lost or told twice."""

from datetime import datetime, timedelta
from email import message_from_bytes, policy

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from models.inbox import InboxItem
from models.instants import now, wall_now
from models.outbox import Message, MessageState
from models.settings import settings
from models.stages import IdeaStage
from tests.building import Town
from tests.workflows.recognition.test_digest import reach
from tests.workflows.turns import Clock, clock, deliver, own_town, quiet, text_of, tick
from workflows.recognition.pauses import find_due_digest, keep_told, wake_digests

__all__ = ["clock", "own_town"]


def sent_digests(to: str) -> list[str]:
    """The texts of the digests that somebody was sent, in the order of their messages."""
    files = sorted((settings().data / "mail").glob("digest.*.eml"), key=lambda file: int(file.name.split(".")[1].partition("@")[0]))
    mails = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
    return [text_of(mail) for mail in mails if mail["To"] == to]


def test_who_is_asked_time_and_again_in_a_day_is_mailed_at_once_and_then_every_four_hours(own_town: Town, clock: Clock) -> None:
    """Who errs: a secretary who screens sixty ideas in a day, and a reviewer who gets sixty mails that grow; each ask is delivered."""
    reviewer, told, mine = own_town.reviewers(own_town.build_idea(IdeaStage.IN_REVIEW))[0], [], 1
    quiet(own_town, "number_receipt")
    reach(own_town, reviewer)
    start = datetime.fromisoformat("2026-11-24T10:00:00+07:00")
    tick(own_town)  # the morning's digest
    deliver(own_town, "recognition")
    told.append(len(sent_digests(f"{reviewer}@contoh.example")))
    for minutes in range(60, 240, 60):
        clock.set(start + timedelta(minutes=minutes))
        mine += reviewer in own_town.reviewers(own_town.build_idea(IdeaStage.IN_REVIEW))
        quiet(own_town, "number_receipt")
        tick(own_town)
        deliver(own_town, "recognition")
        told.append(len(sent_digests(f"{reviewer}@contoh.example")))
    assert told == [1] * 4
    for hours, count in ((4, 2), (5, 2), (8, 2), (20, 2), (22, 3)):  # at 08:00 the next morning the digest has gone out, and only once
        clock.set(start + timedelta(hours=hours))
        for _ in range(2):
            tick(own_town)
            deliver(own_town, "recognition")
        assert len(sent_digests(f"{reviewer}@contoh.example")) == count, hours
    first, second, _ = sent_digests(f"{reviewer}@contoh.example")
    assert (first.count("- Beri nilai"), second.count("- Beri nilai")) == (1, mine)
    waiting = select(Message.id).where(Message.job == "send_digest", Message.state != MessageState.HANDLED)
    assert own_town.rows(waiting) == []


def test_a_pause_begins_with_the_mail_covers_what_stood_there_and_ends(either_town: Town) -> None:
    """On both databases, of one person at a time; what an earlier message will tell is left to it."""
    asked_twice = [set(either_town.reviewers(either_town.build_idea(IdeaStage.IN_REVIEW))) for _ in range(2)]
    reviewer = min(set.intersection(*asked_twice))
    person = either_town[reviewer].id
    asked = select(Message).where(Message.job == "send_digest", Message.subject_id == person).order_by(col(Message.id))

    def states() -> list[MessageState]:
        return [message.state for message in either_town.rows(asked)]

    first, second = (int(message.id or 0) for message in either_town.rows(asked))
    with either_town.store.unit_of_work() as session:
        session.get_one(Message, second).state = MessageState.HELD
        assert find_due_digest(session, person, [second]) is None
        wake_digests(session)
        session.expire_all()
        assert session.get_one(Message, second).state == MessageState.HELD, "the first tells of it"
        due = find_due_digest(session, person, [first])
        assert due is not None
        assert (due.number, due.is_asked, due.covered, len(due.items)) == (first, True, (second,), 2)
        keep_told(session, due, "token")
        session.get_one(Message, first).state = MessageState.HANDLED
    assert states() == [MessageState.HANDLED] * 2
    while len(states()) < 3:
        either_town.build_idea(IdeaStage.IN_REVIEW)
    with either_town.store.unit_of_work() as session:
        third = session.exec(asked).all()[-1]
        assert find_due_digest(session, person, [int(third.id or 0)]) is None
        third.state = MessageState.HELD
        session.flush()
        wake_digests(session)
    assert states()[2] == MessageState.HELD
    with either_town.store.unit_of_work() as session:
        session.get_one(Message, first).not_before = now() - timedelta(seconds=1)
        session.flush()
        wake_digests(session)
    assert states()[2] == MessageState.WAITING


def test_what_was_answered_within_the_pause_is_not_told_of(own_town: Town, clock: Clock) -> None:
    first = own_town.build_idea(IdeaStage.IN_REVIEW)
    reviewer = own_town.reviewers(first)[0]
    reach(own_town, reviewer)
    quiet(own_town, "number_receipt")
    deliver(own_town, "recognition")
    while reviewer not in own_town.reviewers(second := own_town.build_idea(IdeaStage.IN_REVIEW)):
        pass
    quiet(own_town, "number_receipt")
    deliver(own_town, "recognition")
    own_town.take(second, "score")
    with own_town.store.unit_of_work() as session:
        wake_digests(session)
    assert deliver(own_town, "recognition") == 0, "within the pause nothing is woken"
    clock.set("2026-11-24T14:00:01+07:00")
    with own_town.store.unit_of_work() as session:
        wake_digests(session)
    deliver(own_town, "recognition")
    assert len(sent_digests(f"{reviewer}@contoh.example")) == 1


def test_a_mail_that_cannot_be_sent_begins_no_pause_and_loses_nothing(
    own_town: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    reviewer = own_town.reviewers(own_town.build_idea(IdeaStage.IN_REVIEW))[0]
    quiet(own_town, "number_receipt")
    reach(own_town, reviewer)
    monkeypatch.setenv("GAGAS_SMTP_URL", "smtp://127.0.0.1:9")
    settings.cache_clear()
    deliver(own_town, "recognition")
    monkeypatch.delenv("GAGAS_SMTP_URL")
    settings.cache_clear()
    clock.set("2026-11-26T10:00:00+07:00")  # so late that the item is no longer new
    with own_town.store.unit_of_work() as session:
        session.execute(sa.update(Message).where(col(Message.job) == "send_digest").values(not_before=wall_now()))
        session.execute(sa.update(InboxItem).values(due_at=now() + timedelta(days=9)))
    deliver(own_town, "recognition")
    (mail,) = sent_digests(f"{reviewer}@contoh.example")
    assert mail.count("- Beri nilai") == 1
