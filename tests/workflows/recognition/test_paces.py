"""Who chooses a digest is told everything, once, and in time; who errs is a program that forgets a task, or tells it five times."""

import random
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
import sqlalchemy as sa
from sqlmodel import col, func, select

from models.documents import Document
from models.inbox import InboxItem
from models.instants import now
from models.ledger import LedgerEntry
from models.messages import HeldNews, Pace
from models.outbox import Message, MessageState
from models.people import NoticeKind
from models.stages import AwardStage, IdeaStage
from tests.building import Town
from tests.workflows.recognition.test_digest import reach
from tests.workflows.turns import WORKS, Clock, clock, deliver, own_town, quiet, read_mails, text_of, tick
from workflows.delivery.claims import claim_batch
from workflows.recognition.issue import Rendered, mark_issued
from workflows.recognition.letters import number_certificates
from workflows.recognition.outgoing import Prepared, keep_held
from workflows.region.accounts import close_account
from workflows.region.message_choice import Wish, choose_messages, find_feed, make_feed
from workflows.region.notices import send_notice

__all__ = ["clock", "own_town"]
DAY = timedelta(days=1)
TUESDAY = datetime.fromisoformat("2026-11-24T10:00:00+07:00")  # when the clock of these tests begins


def choose(town: Town, who: str, pace: Pace, language: str = "") -> None:
    town.do(choose_messages, Wish(pace, language), by=who)


def mails_to(who: str, pattern: str = "*") -> list[EmailMessage]:
    return [mail for mail in read_mails(pattern) if mail["To"] == f"{who}@contoh.example"]


def morning(town: Town, clock: Clock, days: int) -> None:
    """It is half past seven, so many days after the Tuesday; the clock looks, and the flows do what it asks for."""
    clock.set((TUESDAY + days * DAY).replace(hour=7, minute=30))
    for _ in range(2):
        tick(town)
        quiet(town, "number_receipt", "number_rejection", "issue_document")
        deliver(town, "recognition")


def asked_reviewer(town: Town) -> str:
    """One whom a review asks in person, and the only one with an address."""
    reviewer = town.reviewers(town.build_idea(IdeaStage.IN_REVIEW))[0]
    reach(town, reviewer)
    quiet(town, "number_receipt", "tell_team")
    return reviewer


def test_who_chose_a_digest_a_week_is_told_on_monday_of_all_that_came_and_once(own_town: Town, clock: Clock) -> None:
    reviewer = asked_reviewer(own_town)
    choose(own_town, reviewer, Pace.WEEKLY)
    deliver(own_town, "recognition")
    for days in range(1, 6):
        morning(own_town, clock, days)
        assert mails_to(reviewer) == [], days
    morning(own_town, clock, 6)
    (mail,) = mails_to(reviewer)
    assert "- Beri nilai" in text_of(mail)
    for days in range(7, 13):
        morning(own_town, clock, days)
        assert len(mails_to(reviewer)) == 1, days
    open_messages = select(Message.id).where(Message.job == "send_digest", Message.state != MessageState.HANDLED)
    assert own_town.rows(open_messages) == []


def test_a_monday_on_which_the_machine_was_off_is_made_up_for(own_town: Town, clock: Clock) -> None:
    reviewer = asked_reviewer(own_town)
    choose(own_town, reviewer, Pace.WEEKLY)
    deliver(own_town, "recognition")
    morning(own_town, clock, 7)
    assert len(mails_to(reviewer)) == 1


def test_a_new_task_that_is_due_before_the_next_monday_waits_for_the_next_morning_only(own_town: Town, clock: Clock) -> None:
    """Who errs: a reviewer who chose one mail a week, and learns on Monday of what was due on Thursday."""
    reviewer = asked_reviewer(own_town)
    choose(own_town, reviewer, Pace.WEEKLY)
    with own_town.store.unit_of_work() as session:
        session.execute(sa.update(InboxItem).values(due_at=TUESDAY + 2 * DAY))
    deliver(own_town, "recognition")
    assert mails_to(reviewer) == []
    morning(own_town, clock, 1)
    assert len(mails_to(reviewer)) == 1
    morning(own_town, clock, 2)
    assert len(mails_to(reviewer)) == 1, "it was told"


def test_what_would_have_been_mails_of_their_own_is_news_of_the_morning_and_each_is_told_once(own_town: Town, clock: Clock) -> None:
    reach(own_town, "lead", "mate")
    choose(own_town, "lead", Pace.DAILY)
    own_town.build_idea(IdeaStage.IN_PILOT, title="Peta Lampu Jalan")
    quiet(own_town, "number_receipt", "send_digest")
    deliver(own_town, "recognition")
    assert [str(mail["Subject"]) for mail in mails_to("mate")] == ["Gagas: Uji coba - Peta Lampu Jalan"]
    assert mails_to("lead") == []
    morning(own_town, clock, 1)
    (mail,) = mails_to("lead")
    assert str(mail["Subject"]) == "Gagas: 1 kabar untuk Anda"
    assert text_of(mail).count("Uji coba - Peta Lampu Jalan") == 1
    assert own_town.rows(select(HeldNews)) == []
    morning(own_town, clock, 2)
    assert len(mails_to("lead")) == 1


def test_a_run_that_is_killed_after_its_mail_sends_the_same_one_again_and_loses_no_news(own_town: Town, clock: Clock) -> None:
    """The lease is lost between mail and acknowledgement: nothing is forgotten, and the second mail is known by its id as the first."""
    reach(own_town, "lead")
    choose(own_town, "lead", Pace.DAILY)
    own_town.build_idea(IdeaStage.IN_PILOT)
    quiet(own_town, "number_receipt", "send_digest")
    deliver(own_town, "recognition")
    clock.set((TUESDAY + DAY).replace(hour=7, minute=30))
    tick(own_town)
    batch = claim_batch(own_town.store, "recognition")
    assert batch is not None
    numbers = batch.jobs["send_digest"]
    work = WORKS["recognition", "send_digest"]
    assert work("another run's token", numbers).late == len(numbers)
    (sent,) = mails_to("lead")
    assert len(own_town.rows(select(HeldNews))) == 1, "it is told of once the run that told it is acknowledged"
    work(batch.token, numbers)
    (again,) = mails_to("lead")
    assert (again["Message-ID"], text_of(again)) == (sent["Message-ID"], text_of(sent))
    assert own_town.rows(select(HeldNews)) == []
    assert own_town.rows(select(Message.id).where(Message.job == "send_digest", Message.state != MessageState.HANDLED)) == []


def test_news_that_came_under_another_pace_is_still_told(own_town: Town, clock: Clock) -> None:
    """Who errs: somebody who chooses mails at once again while news is held for Monday."""
    reach(own_town, "lead")
    choose(own_town, "lead", Pace.WEEKLY)
    own_town.build_idea(IdeaStage.IN_PILOT)
    quiet(own_town, "number_receipt", "send_digest")
    deliver(own_town, "recognition")
    choose(own_town, "lead", Pace.AT_ONCE)
    morning(own_town, clock, 1)
    assert [text_of(mail).count("Uji coba") for mail in mails_to("lead")] == [1]


def test_who_wants_only_what_has_a_date_gets_the_task_and_the_right_to_object_and_no_other_news(own_town: Town, clock: Clock) -> None:
    reach(own_town, "lead")
    choose(own_town, "lead", Pace.DUE_ONLY)
    own_town.build_idea(IdeaStage.IN_PILOT)
    own_town.build_idea(IdeaStage.SUPPLEMENT_ASKED)
    quiet(own_town, "number_receipt", "send_digest")
    deliver(own_town, "recognition")
    assert [str(mail["Subject"]).partition(" - ")[0] for mail in mails_to("lead")] == ["Gagas: Diminta melengkapi"]
    assert own_town.rows(select(HeldNews)) == []


def test_codes_and_what_happens_to_an_account_are_mailed_at_once_whatever_one_chose(own_town: Town, clock: Clock) -> None:
    reach(own_town, "lead")
    choose(own_town, "lead", Pace.WEEKLY)
    with own_town.store.unit_of_work() as session:
        send_notice(session, own_town["lead"].id, NoticeKind.PASSWORD_CHANGED)
    deliver(own_town, "recognition")
    assert [str(mail["Subject"]) for mail in mails_to("lead")] == ["Gagas: Kata sandi Anda diganti; perangkat lain sudah dikeluarkan"]


def test_each_of_a_team_reads_in_their_own_language(own_town: Town, clock: Clock) -> None:
    reach(own_town, "lead", "mate")
    choose(own_town, "mate", Pace.AT_ONCE, "en")
    own_town.build_idea(IdeaStage.IN_PILOT, title="Peta Lampu Jalan")
    quiet(own_town, "number_receipt", "send_digest")
    deliver(own_town, "recognition")
    assert {str(mail["To"]): str(mail["Subject"]) for mail in read_mails("turn.*")} == {
        "lead@contoh.example": "Gagas: Uji coba - Peta Lampu Jalan",
        "mate@contoh.example": "Gagas: In pilot - Peta Lampu Jalan",
    }
    (mail,) = mails_to("mate")
    assert text_of(mail).startswith("Dear Tono Gambiranom,")


def test_a_document_counts_as_sent_once_the_digest_that_tells_of_it_went_out(own_town: Town, clock: Clock) -> None:
    award = own_town.build_award(AwardStage.ANNOUNCED)
    own_town.do(number_certificates, award, by="flow:recognition")
    reach(own_town, "lead")
    choose(own_town, "lead", Pace.DAILY)
    quiet(own_town)
    held = select(Document.id).where(Document.award_id == award, Document.holder_id == own_town["lead"].id)
    (document,) = own_town.rows(held)
    own_town.do(mark_issued, document, Rendered("ab" * 32), by="flow:recognition")
    deliver(own_town, "recognition")
    sent = select(func.count()).select_from(LedgerEntry).where(LedgerEntry.kind == "document.send")
    assert own_town.rows(sent) == [0]
    morning(own_town, clock, 1)
    assert own_town.rows(sent) == [1]
    (mail,) = mails_to("lead")
    assert "Piagam penghargaan nomor" in text_of(mail)


def test_news_is_held_once_on_both_databases_and_forgotten_with_the_account(either_town: Town) -> None:
    town, held = either_town, Prepared([], [])
    choose(town, "mate", Pace.DAILY)
    choose(town, "mate", Pace.WEEKLY, "en")
    held.held.append({"person_id": town["mate"].id, "message_id": 7, "document_id": None, "subject": "Gagas: kabar"})
    for _ in range(2):
        with town.store.unit_of_work() as session:
            keep_held(session, held)
    assert town.rows(select(HeldNews.subject)) == ["Gagas: kabar"]
    secret = town.do(make_feed, by="mate")
    town.do(close_account, town["mate"].id, by="admin")
    assert town.rows(select(HeldNews)) == []
    with town.store.reading() as session:
        assert find_feed(session, secret) is None


def test_a_date_that_is_moved_is_counted_whoever_moves_it(either_town: Town) -> None:
    idea = either_town.build_idea(IdeaStage.SCREENING)
    asked = select(InboxItem).where(InboxItem.idea_id == idea, InboxItem.task == "screen")
    with either_town.store.unit_of_work() as session:
        item = session.exec(asked).one()
        item.due_at, item.escalated_at = now() + 30 * DAY, None
        session.flush()
        item.escalated_at = now()
    (moved,) = either_town.rows(asked)
    assert (moved.moves, moved.moved_at is not None) == (1, True)
    assert either_town.rows(select(InboxItem.id).where(col(InboxItem.moves) > 0)) == [moved.id]


@pytest.mark.parametrize("pace", [Pace.DAILY, Pace.WEEKLY])
def test_no_task_is_forgotten_or_told_too_late_whenever_it_came_and_is_due(own_town: Town, clock: Clock, pace: Pace) -> None:
    """Two weeks in which tasks come at random hours with random dates: each is named on the first morning that the pace allows."""
    reach(own_town, "secretary")
    choose(own_town, "secretary", pace)
    chance, allowed, told = random.Random(f"{pace}"), dict[str, int](), dict[str, int]()
    for days in range(14):
        if days:
            morning(own_town, clock, days)
            said = "".join(map(text_of, mails_to("secretary")))
            told |= {title: days for title in allowed if title in said and title not in told}
        clock.set(TUESDAY + timedelta(days=days, hours=chance.randrange(-2, 12)))
        title, due = f"Usulan hari {days:02}.", days + chance.randrange(1, 20)
        idea = own_town.build_idea(IdeaStage.SCREENING, title=title)
        quiet(own_town, "number_receipt", "tell_team")
        with own_town.store.unit_of_work() as session:
            session.execute(sa.update(InboxItem).where(col(InboxItem.idea_id) == idea).values(due_at=TUESDAY + due * DAY))
        monday = next(day for day in range(days + 1, days + 9) if (day - 6) % 7 == 0)
        allowed[title] = monday if pace == Pace.WEEKLY and due > monday else days + 1
    for days in range(14, 21):
        morning(own_town, clock, days)
        said = "".join(map(text_of, mails_to("secretary")))
        told |= {title: days for title in allowed if title in said and title not in told}
    assert told.keys() == allowed.keys()
    assert {title: (told[title], allowed[title]) for title in allowed if told[title] > allowed[title]} == {}
