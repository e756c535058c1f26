"""Whoever was asked to join a team and has not answered is reminded on fixed days, each time once, and by nothing once they answered.

Who would cheat is the lead who learns from a reminder whose number they guessed; who errs is a clock that stood still, or a draft that is
saved while it strikes.
"""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from api.v1.shapes import IdeaOut, show_idea
from models.ideas import Invitation
from models.ledger import LedgerEntry
from models.outbox import Message
from models.people import Person
from tests.building import Town
from tests.town import employee_number
from tests.workflows.process.attest.everything import strip_commitments
from tests.workflows.turns import Clock, clock, deliver, own_town, quiet, read_mails, text_of, tick
from workflows.calculations.calendar import make_calendar
from workflows.intake.agree import answer_invitation
from workflows.intake.draft import revise_idea
from workflows.intake.reminders import plan_days
from workflows.intake.team import MemberShare
from workflows.intake.withdraw import withdraw_idea
from workflows.process.attest.compare import compare_rows
from workflows.recognition.messages import list_messages
from workflows.recognition.reminders import find_reminder_mail
from workflows.region.calls import close_call

__all__ = ["clock", "own_town"]

FIRST, SECOND, DUE = "2026-11-27T08:00:00+07:00", "2026-11-30T08:00:00+07:00", "2026-12-02T08:00:00+07:00"


def reminders(town: Town) -> list[Message]:
    return town.rows(select(Message).where(Message.job == "remind_asked").order_by(Message.id))  # type: ignore[arg-type]


def seen_by(town: Town, idea: str, who: str) -> IdeaOut:
    with town.store.reading() as session:
        return show_idea(session, idea, town.actor(session, who))


def told(town: Town, idea: str, who: str = "lead") -> list[list[str]]:
    return [[f"{at:%d %b}" for at in each.reminded_at] for each in seen_by(town, idea, who).asked or []]


def test_each_reminder_is_given_once_and_the_lead_sees_when(own_town: Town, clock: Clock) -> None:
    idea = own_town.ask_team()
    quiet(own_town)
    before = seen_by(own_town, idea, "lead").version
    clock.set("2026-11-27T07:59:00+07:00")
    tick(own_town)
    assert reminders(own_town) == []
    for instant in (FIRST, FIRST, "2026-11-27T17:00:00+07:00"):
        clock.set(instant)
        tick(own_town)
        assert [(each.subject_id, each.idea_id) for each in reminders(own_town)] == [(own_town["mate"].id, idea)]
    deliver(own_town, "recognition")
    (mail,) = read_mails("*reminder*")
    assert (mail["to"], "40%" in text_of(mail), "1 Desember 2026" in text_of(mail)) == ("mate@contoh.example", True, True)
    assert (told(own_town, idea), told(own_town, idea, "mate")) == ([["27 Nov"]], [[]])
    assert seen_by(own_town, idea, "lead").version == before, "a draft that is being written is not out of date"
    clock.set(SECOND)
    tick(own_town)
    assert (len(reminders(own_town)), told(own_town, idea)) == (2, [["27 Nov", "30 Nov"]])
    clock.set(DUE)
    tick(own_town)
    assert len(reminders(own_town)) == 2
    with own_town.store.reading() as session:
        listed = list_messages(session, actor=own_town.actor(session, "mate"))
    assert [each.told.folder for each in listed].count("reminder") == 2


def test_a_clock_that_stood_still_reminds_once(own_town: Town, clock: Clock) -> None:
    idea = own_town.ask_team()
    clock.set("2026-12-01T09:00:00+07:00")
    tick(own_town)
    assert (len(reminders(own_town)), told(own_town, idea)) == (1, [["01 Dec"]])


def test_a_draft_that_is_saved_meanwhile_begins_no_new_count(own_town: Town, clock: Clock) -> None:
    idea = own_town.ask_team()
    clock.set(FIRST)
    tick(own_town)
    own_town.do(revise_idea, idea, own_town.proposal(title="Judul baru", budget_rupiah=5), by="lead")
    tick(own_town)
    assert (len(reminders(own_town)), told(own_town, idea)) == (1, [["27 Nov"]])
    clock.set(SECOND)
    tick(own_town)
    assert len(reminders(own_town)) == 2


@pytest.mark.parametrize("answer", ["joined", "not_joined", "withdrawn", "dropped", "closed"])
def test_nobody_is_reminded_of_what_they_answered_or_can_no_more_agree_to(own_town: Town, clock: Clock, answer: str) -> None:
    idea = own_town.ask_team()
    if answer == "withdrawn":
        own_town.do(withdraw_idea, idea, by="lead")
    elif answer == "dropped":
        own_town.do(revise_idea, idea, own_town.proposal(team=()), by="lead")
    elif answer == "closed":
        own_town.do(close_call, own_town.call, by="secretary")
    else:
        own_town.do(answer_invitation, idea, joins=answer == "joined", by="mate")
    clock.set(FIRST)
    tick(own_town)
    assert reminders(own_town) == []


def test_who_answers_between_the_reminder_and_its_mail_is_told_nothing(own_town: Town, clock: Clock) -> None:
    idea = own_town.ask_team()
    clock.set(FIRST)
    tick(own_town)
    own_town.do(answer_invitation, idea, joins=True, by="mate")
    with own_town.store.reading() as session:
        assert find_reminder_mail(session, reminders(own_town)[0]) is None


def test_a_number_that_nobody_has_is_reminded_on_record_as_one_that_somebody_has(own_town: Town, clock: Clock) -> None:
    """The lead sees the same of a stranger who does not answer as of a number that they made up."""
    known, unknown = (own_town.ask_team(team=_team(own_town, number)) for number in (own_town["stranger"].number, employee_number(99)))
    clock.set(FIRST)
    tick(own_town)
    seen = [(seen_by(own_town, idea, "lead").asked or [])[0].model_dump(exclude={"employee_number_masked"}) for idea in (known, unknown)]
    assert seen[0] == seen[1]
    assert len(seen[0]["reminded_at"]) == 1
    assert [each.subject_id for each in reminders(own_town)] == [own_town["stranger"].id]


def _team(town: Town, number: str) -> tuple[MemberShare, ...]:
    return MemberShare(town["lead"].number, 6_000), MemberShare(number, 4_000)


def test_who_has_no_address_is_mailed_nothing_and_the_days_are_kept(own_town: Town, clock: Clock) -> None:
    with own_town.store.unit_of_work() as session:
        session.get_one(Person, own_town["mate"].id).email = ""
    idea = own_town.ask_team()
    clock.set(FIRST)
    tick(own_town)
    with own_town.store.reading() as session:
        assert find_reminder_mail(session, reminders(own_town)[0]) is None
    assert told(own_town, idea) == [["27 Nov"]]


def test_on_either_database_what_is_due_is_noted_once(either_town: Town, clock: Clock) -> None:
    idea = either_town.ask_team()
    clock.set(FIRST)
    tick(either_town)
    tick(either_town)
    (row,) = either_town.rows(select(Invitation).where(Invitation.idea_id == idea))
    assert (len(row.reminded), len(reminders(either_town))) == (1, 1)


DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@given(asked_on=DAYS, length=st.integers(0, 60))
def test_every_day_of_a_plan_is_a_working_day_on_which_there_is_still_time(asked_on: date, length: int) -> None:
    calendar, last_day = make_calendar(()), asked_on + timedelta(days=length)
    days = plan_days(asked_on, last_day, calendar)
    assert days == sorted(set(days))
    assert len(days) <= 3
    for day in days:
        assert asked_on < day <= last_day
        assert calendar.works(day)
    between = [asked_on + timedelta(days=ahead) for ahead in range(1, length + 1)]
    working = [day for day in between if calendar.works(day)]
    assert (working[2] in days) if len(working) > 2 else True
    assert (working[6] in days) if len(working) > 6 else True


def as_earlier_release(town: Town) -> None:
    """As if who is asked had been asked before there were reminders, and before entries committed to that."""
    with town.store.unit_of_work() as session:
        session.execute(sa.update(Invitation).values(remind_at=None))
        strip_commitments(session, "invitation")


def test_who_was_asked_by_an_earlier_release_is_reminded_once_on_a_working_day(own_town: Town, clock: Clock) -> None:
    idea = own_town.ask_team()
    quiet(own_town)
    as_earlier_release(own_town)
    clock.set("2026-11-28T10:00:00+07:00")  # a Saturday; the third working day is past
    for _ in range(2):
        tick(own_town)
    assert reminders(own_town) == []
    [row] = own_town.rows(select(Invitation))
    assert (bool(row.salt), f"{row.remind_at:%Y-%m-%d %H:%M}") == (True, "2026-11-30 01:00")
    clock.set(SECOND)
    for _ in range(2):
        tick(own_town)
    assert [each.subject_id for each in reminders(own_town)] == [own_town["mate"].id]
    assert told(own_town, idea) == [["30 Nov"]]
    kept = own_town.rows(select(LedgerEntry).where(LedgerEntry.kind == "idea.keep_invitations"))
    assert [(each.idea_id, list(each.payload["detail"]["commits"]["invitation"])) for each in kept] == [(idea, [row.id])]
    with own_town.store.reading() as session:
        assert compare_rows(session).differences == []


def test_of_an_earlier_release_nobody_is_reminded_who_answered_or_can_no_more(own_town: Town, clock: Clock) -> None:
    answered, over = own_town.ask_team(), own_town.ask_team()
    own_town.do(answer_invitation, answered, joins=False, by="mate")
    quiet(own_town)
    as_earlier_release(own_town)
    clock.set("2026-12-03T10:00:00+07:00")
    tick(own_town)
    assert (reminders(own_town), own_town.rows(select(Invitation.remind_at))) == ([], [None, None])
    kept = own_town.rows(select(LedgerEntry.idea_id).where(LedgerEntry.kind == "idea.keep_invitations"))
    assert sorted(kept) == sorted([answered, over])
    with own_town.store.reading() as session:
        assert compare_rows(session).differences == []
