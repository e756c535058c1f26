"""Reminders in the steps of a policy: each once, to who is asked, on its day; the last after a permission to the head above.

Who errs: the clock that looks twice, a week late, or is set back. Who falls ill: the head. What an inspector expects: when who was reminded
of what, and that nobody is told of a task that is done.
"""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from models.inbox import InboxItem
from models.instants import local_day
from models.ledger import LedgerEntry
from models.messages import HeldNews, MessageChoice, Pace
from models.outbox import Message
from models.people import Role, RoleGrant
from models.stages import IdeaStage
from tests.building import Town
from tests.statements import watch
from tests.workflows.region.declaring import recount
from tests.workflows.region.pausing import FLOOD, let_stand
from tests.workflows.turns import Clock, clock, deliver, midnight, open_items, own_town, quiet, read_mails, text_of, tick
from workflows.intake.permit import permit_idea
from workflows.intake.withdraw import withdraw_idea
from workflows.process.reminding import StruckStep, find_next, list_told
from workflows.recognition.messages import list_messages
from workflows.recognition.tell_steps import list_reminded

__all__ = ["clock", "own_town"]
STEPS = {"clocks": [{"wait": "permission", "remind": [-3, 1, 5]}, {"wait": "screening", "remind": [-2, 1]}]}
LAST = date(2026, 12, 1)  # of a permission that is asked for on the 24th of November


def at(day: date, hour: int = 8) -> datetime:
    return midnight(day) + timedelta(hours=hour)


def asked(town: Town, **policy: Any) -> str:
    idea = town.build_idea(IdeaStage.AWAITING_PERMISSION, call=town.build_call(**{**STEPS, **policy}))
    quiet(town)
    return idea


def steps_told(town: Town) -> list[tuple[str, int]]:
    """Who was told of which step, in the order of the messages."""
    who = {person.id: person.who for person in town.people.values()}
    found = town.rows(select(Message).where(Message.job == "remind_of_task").order_by(col(Message.id)))
    return [(who[each.subject_id], int(str(each.dedupe_key).split(":")[2])) for each in found]


def item_of(town: Town, idea: str, task: str = "permit") -> InboxItem:
    (item,) = open_items(town, idea, task)
    return item


def look(town: Town, clock: Clock, *instants: datetime) -> None:
    """The clock looks at each of these instants, twice."""
    for instant in instants:
        clock.set(instant)
        tick(town)
        tick(town)


def test_each_step_is_told_once_on_its_day_to_who_is_asked(own_town: Town, clock: Clock) -> None:
    idea = asked(own_town)
    look(own_town, clock, at(date(2026, 11, 28)) - timedelta(seconds=1))
    assert steps_told(own_town) == []
    assert find_next(item_of(own_town, idea)) == at(date(2026, 11, 28))
    look(own_town, clock, at(date(2026, 11, 28)), at(date(2026, 11, 29)), at(date(2026, 12, 2)) - timedelta(seconds=1))
    assert steps_told(own_town) == [("head", -3)]
    assert [local_day(each) for each in list_told(item_of(own_town, idea))] == [date(2026, 11, 28)]
    look(own_town, clock, at(date(2026, 12, 2)), at(date(2026, 12, 3)))
    assert steps_told(own_town) == [("head", -3), ("head", 1)]


def test_the_head_above_is_asked_at_the_last_step_and_not_before(own_town: Town, clock: Clock) -> None:
    with own_town.store.unit_of_work() as session:
        session.add(RoleGrant(person_id=own_town["walker"].id, role=Role.UNIT_HEAD, unit_id=own_town.units["MALEBER"][0]))
    idea = asked(own_town)
    look(own_town, clock, at(date(2026, 12, 3)))
    item = item_of(own_town, idea)
    assert item.escalated_at is not None
    assert item.unit_path == own_town.units["MALEBER"][1], "who is late is reminded once more first"
    look(own_town, clock, at(date(2026, 12, 6)))
    assert item_of(own_town, idea).unit_path == own_town.units["ANDIR"][1]
    assert ("head", 5) in steps_told(own_town)
    entries = own_town.rows(select(LedgerEntry).where(LedgerEntry.kind == "inbox.escalate"))
    assert len(entries) == 2, "late, and passed up"
    own_town.do(permit_idea, idea, granted=True, by="head")


def test_steps_of_a_wait_in_working_days_are_working_days_and_whoever_is_asked_above_has_as_many(own_town: Town, clock: Clock) -> None:
    """Five working days from Tuesday end on Tuesday, three more on Friday; the head above has until the Friday after, and steps anew."""
    with own_town.store.unit_of_work() as session:
        session.add(RoleGrant(person_id=own_town["walker"].id, role=Role.UNIT_HEAD, unit_id=own_town.units["MALEBER"][0]))
    idea = asked(own_town, days={"permission": {"amount": 5, "unit": "working_days"}}, clocks=[{"wait": "permission", "remind": [-2, 3]}])
    before = at(date(2026, 11, 27)) - timedelta(seconds=1), at(date(2026, 11, 27)), at(date(2026, 12, 4)) - timedelta(seconds=1)
    look(own_town, clock, *before)
    assert (steps_told(own_town), item_of(own_town, idea).unit_path) == ([("walker", -2)], own_town.units["MALEBER"][1])
    look(own_town, clock, at(date(2026, 12, 4)))
    item = item_of(own_town, idea)
    assert (item.unit_path, item.due_at and local_day(item.due_at)) == (own_town.units["ANDIR"][1], date(2026, 12, 11))
    assert (item.asked_at, item.escalated_at) == (at(date(2026, 12, 4)), None)
    look(own_town, clock, at(date(2026, 12, 9)))
    assert steps_told(own_town) == [("walker", -2), ("head", 3), ("head", -2)]


def test_where_nobody_can_answer_somebody_above_is_asked_at_once(own_town: Town, clock: Clock) -> None:
    with own_town.store.unit_of_work() as session:
        for grant in session.exec(select(RoleGrant).where(RoleGrant.role == Role.UNIT_HEAD)):
            session.delete(grant)
    idea = asked(own_town)
    look(own_town, clock, at(date(2026, 12, 2), 1))
    assert item_of(own_town, idea).role == Role.ADMIN


def test_a_clock_that_looks_late_tells_of_the_last_step_alone(own_town: Town, clock: Clock) -> None:
    idea = asked(own_town)
    look(own_town, clock, at(date(2026, 12, 2)))
    assert steps_told(own_town) == [("head", 1)]
    look(own_town, clock, at(date(2026, 11, 28)), at(date(2026, 12, 2)))
    assert steps_told(own_town) == [("head", 1)], "set back and on again it tells nothing twice"
    assert item_of(own_town, idea).remind_at == at(date(2026, 12, 6))


def test_a_date_that_moves_moves_what_is_still_to_come_and_tells_nothing_twice(own_town: Town, clock: Clock) -> None:
    clocks = [{"wait": "permission", "remind": [-3, -1], "paused_by": ["flood"]}]
    idea = asked(own_town, pauses=[FLOOD], clocks=clocks)
    look(own_town, clock, at(date(2026, 11, 28)))
    let_stand(own_town, date(2026, 11, 29), date(2026, 12, 2))
    recount(own_town)
    look(own_town, clock, at(date(2026, 11, 30)))
    assert local_day(item_of(own_town, idea).due_at or at(LAST)) == date(2026, 12, 5)
    assert steps_told(own_town) == [("head", -3)]
    look(own_town, clock, at(date(2026, 12, 4)))
    assert steps_told(own_town) == [("head", -3), ("head", -1)]


def test_who_is_told_of_a_step_is_asked_at_once_however_many_heads_there_are(own_town: Town, clock: Clock) -> None:
    idea = asked(own_town)
    counts, told = [], []
    for more in ((), ("walker", "stranger", "owner")):
        with own_town.store.unit_of_work() as session:
            session.add_all(RoleGrant(person_id=own_town[who].id, role=Role.UNIT_HEAD, unit_id=own_town.units["ANDIR"][0]) for who in more)
        with own_town.store.reading() as session:
            taken = StruckStep(session.get_one(InboxItem, item_of(own_town, idea).id), -3, is_passed_up=False)
            statements = watch(session)
            told.append(len(list_reminded(session, taken)))
        counts.append(len(statements))
    assert (told, counts[0]) == ([1, 4], counts[1])


@pytest.mark.parametrize("ends", [withdraw_idea, permit_idea], ids=["withdrawn", "permitted"])
def test_nobody_is_reminded_of_what_is_done(own_town: Town, clock: Clock, ends: Any) -> None:
    idea = asked(own_town, clocks=STEPS["clocks"][:1])
    look(own_town, clock, at(date(2026, 11, 28)))
    more, who = ({}, "lead") if ends is withdraw_idea else ({"granted": True}, "head")
    own_town.do(ends, idea, by=who, **more)
    deliver(own_town, "recognition")
    assert [text_of(mail) for mail in read_mails("step*")] == [], "done between the message and the mail"
    look(own_town, clock, at(date(2026, 12, 2)), at(date(2026, 12, 6)))
    assert steps_told(own_town) == [("head", -3)]


def test_the_mail_names_task_and_date_and_follows_the_pace_that_somebody_chose(own_town: Town, clock: Clock) -> None:
    asked(own_town)
    look(own_town, clock, at(date(2026, 11, 28)))
    deliver(own_town, "recognition")
    (mail,) = read_mails("step*")
    for said in ("Beri atau tolak izin tertulis", "1 Desember 2026", "Antrean daring kelurahan"):
        assert said in text_of(mail)
    with own_town.store.unit_of_work() as session:
        session.add(MessageChoice(person_id=own_town["head"].id, pace=Pace.DAILY))
    look(own_town, clock, at(date(2026, 12, 2)))
    deliver(own_town, "recognition")
    assert len(read_mails("step*")) == 1
    told = [each.subject for each in own_town.rows(select(HeldNews))] + [text_of(each) for each in read_mails()]
    assert any("tenggat terlewati, Beri atau tolak izin tertulis" in each for each in told), "held for the digest, or told in it"
    with own_town.store.reading() as session:
        listed = list_messages(session, actor=own_town.actor(session, "head"))
    assert sum(each.told.folder == "step" for each in listed) == 2


def test_every_holder_of_the_asked_role_is_told_and_none_of_a_call_without_steps(own_town: Town, clock: Clock) -> None:
    plain = own_town.build_idea(IdeaStage.SCREENING)
    idea = own_town.build_idea(IdeaStage.SCREENING, call=own_town.build_call(**STEPS))
    quiet(own_town)
    look(own_town, clock, at(date(2026, 11, 29)))
    assert steps_told(own_town) == [("secretary", -2)]
    assert item_of(own_town, plain, "screen").remind_at is None
    assert list(list_told(item_of(own_town, plain, "screen"))) == []
    assert len(list(list_told(item_of(own_town, idea, "screen")))) == 1


def test_on_either_database_what_is_due_is_found(either_town: Town) -> None:
    idea = either_town.build_idea(IdeaStage.AWAITING_PERMISSION, call=either_town.build_call(**STEPS))
    tick(either_town)
    item = item_of(either_town, idea)
    assert item.remind_at is not None
    with either_town.store.unit_of_work() as session:
        session.get_one(InboxItem, item.id).due_at = item.created_at + timedelta(days=2)
    for _ in range(2):
        tick(either_town)
    assert item_of(either_town, idea).reminded == [], "the third day before it is the day before it was asked"
