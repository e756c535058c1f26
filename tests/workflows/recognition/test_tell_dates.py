"""A team is told of a new date whenever the one it waits for is not kept: by its office, by a head, or as a review goes on.

Who would cheat: an office that wins days by being late. Who errs: a clock that looks twice. What an inspector expects: each new date in the
idea's history and in the audit trail, and that nobody learns from it what a committee thinks.
"""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from models.ideas import Decision
from models.inbox import InboxItem
from models.instants import local_day
from models.ledger import LedgerEntry
from models.outbox import Message
from models.people import Role, RoleGrant
from models.stages import AwardStage, IdeaStage
from tests.api.pages.browsing import open_browser
from tests.building import Town
from tests.workflows.turns import Clock, clock, deliver, midnight, open_items, own_town, quiet, read_mails, text_of, tick
from workflows.intake.permit import permit_idea
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.process.attest.compare import compare_rows
from workflows.process.context import read_context
from workflows.process.engine import permit
from workflows.process.refusals import Conflict
from workflows.process.waiting import list_inbox
from workflows.recognition.late import tell_late
from workflows.recognition.messages import list_messages
from workflows.recognition.paces import is_pressing
from workflows.region.message_choice import read_choice

__all__ = ["clock", "own_town"]
ASKED, LAST = date(2026, 11, 24), date(2026, 12, 1)  # in a call of seven days for permission and for screening
WAITING = ["screening", "shortlisted", "below_mark", "recommended", "determined", "pilot_reported"]


def look(town: Town, clock: Clock, day: date, hour: int = 1) -> None:
    """The clock looks twice at an hour of a day, and recognition does what it asks for."""
    clock.set(midnight(day) + timedelta(hours=hour))
    for _ in range(2):
        tick(town)
        deliver(town, "recognition")


def told(town: Town, idea: str) -> list[dict[str, Any]]:
    """What the idea's history says of new dates."""
    query = select(Decision).where(Decision.idea_id == idea, Decision.action == "tell_late")
    return [each.detail for each in town.rows(query.order_by(col(Decision.at)))]


def days_between(town: Town, idea: str, task: str) -> tuple[date | None, date | None]:
    """A task's own date, and the one its team was told."""
    (item,) = open_items(town, idea, task)
    return tuple(None if at is None else local_day(at) for at in (item.due_at, item.told_until))  # type: ignore[return-value]


def test_a_late_office_stays_late_and_its_team_is_told_a_date_once_for_each(own_town: Town, clock: Clock) -> None:
    idea = own_town.build_idea(IdeaStage.SCREENING)
    quiet(own_town)
    look(own_town, clock, LAST, 23)
    assert (told(own_town, idea), read_mails("date*")) == ([], [])
    look(own_town, clock, date(2026, 12, 2))
    assert told(own_town, idea) == [{"due_on": "2026-12-01", "until": "2026-12-09"}]
    assert days_between(own_town, idea, "screen") == (LAST, date(2026, 12, 9)), "what is late stays late"
    assert local_day(own_town.idea(idea).due_at or clock_day()) == LAST
    mails = {mail["to"]: text_of(mail) for mail in read_mails("date*")}
    assert set(mails) == {"lead@contoh.example", "mate@contoh.example"}
    assert all("belum ditangani sampai tenggatnya" in text and "9 Desember 2026" in text for text in mails.values())
    look(own_town, clock, date(2026, 12, 9), 23)
    assert len(told(own_town, idea)) == 1
    look(own_town, clock, date(2026, 12, 10))
    assert [each["until"] for each in told(own_town, idea)] == ["2026-12-09", "2026-12-17"]
    entries = own_town.rows(select(LedgerEntry).where(LedgerEntry.kind == "idea.tell_late"))
    assert [entry.payload["detail"]["until"] for entry in entries] == ["2026-12-09", "2026-12-17"]
    with own_town.store.reading() as session:
        assert compare_rows(session).differences == []
        listed = [each.told for each in list_messages(session, actor=own_town.actor(session, "mate")) if each.told.folder == "new_date"]
    assert ["17 Desember 2026" in each.short for each in listed] == [True]
    shown = open_browser(own_town, "lead").get(f"/usulan/{idea}").text
    assert "Tenggat semula 1 Desember 2026, tenggat baru 9 Desember 2026" in shown
    assert "Pengusul diberi tahu: paling lambat 17 Des 2026" in shown
    assert "Pengusul diberi tahu: paling lambat 17 Des 2026" in open_browser(own_town, "secretary").get("/kotak-masuk").text


def clock_day() -> Any:
    raise AssertionError("the idea has no date")


def test_an_office_that_acts_has_nothing_told_after(own_town: Town, clock: Clock) -> None:
    idea = own_town.build_idea(IdeaStage.SCREENING)
    quiet(own_town)
    clock.set(midnight(date(2026, 12, 2)))
    tick(own_town)
    own_town.do(screen_idea, idea, Screening.RETURNED, Findings(notes={"idea": "Jelaskan biayanya."}), by="secretary")
    deliver(own_town, "recognition")
    assert (told(own_town, idea), read_mails("date*")) == ([], [])


@pytest.mark.parametrize("stage", WAITING)
def test_every_office_that_an_idea_waits_for_is_told_of_and_nothing_of_what_it_thinks(own_town: Town, clock: Clock, stage: str) -> None:
    idea = own_town.build_idea(IdeaStage(stage))
    quiet(own_town)
    look(own_town, clock, date(2027, 3, 1))
    assert len(told(own_town, idea)) == 1
    texts = [text_of(mail) for mail in read_mails("date*")]
    assert len(texts) == 2
    for word in ("Di bawah batas", "Lolos", "Kuorum", "Direkomendasikan"):
        assert not any(word in text for text in texts), word


def test_of_an_award_nobody_is_told_that_it_is_late(own_town: Town, clock: Clock) -> None:
    own_town.build_award(AwardStage.PROPOSED)
    quiet(own_town)
    look(own_town, clock, date(2027, 3, 1))
    assert read_mails("date*") == []


def heads(town: Town, **units: str) -> None:
    """Who heads which unit, beside the heads of the town."""
    with town.store.unit_of_work() as session:
        for who, unit in units.items():
            session.add(RoleGrant(person_id=town[who].id, role=Role.UNIT_HEAD, unit_id=town.units[unit][0]))


def test_three_heads_are_silent_and_each_had_the_days_of_the_policy(own_town: Town, clock: Clock) -> None:
    """Kelurahan, kecamatan and city, then whoever stands in: nobody is left out, and the team always knows who is asked until when."""
    heads(own_town, walker="MALEBER", owner="KOTA")
    idea = own_town.build_idea(IdeaStage.AWAITING_PERMISSION)
    quiet(own_town)
    asked = []
    for day in (date(2026, 12, 1), date(2026, 12, 2), date(2026, 12, 10), date(2026, 12, 18), date(2026, 12, 26)):
        look(own_town, clock, day)
        (item,) = open_items(own_town, idea, "permit")
        assert item.due_at is not None
        asked.append((item.role.value, item.unit_path, local_day(item.due_at)))
        if day <= date(2026, 12, 18):
            assert local_day(own_town.idea(idea).due_at or clock_day()) == local_day(item.due_at)
    units = {name: path for name, (_, path) in own_town.units.items()}
    assert [(role, path) for role, path, _ in asked[:4]] == [
        ("unit_head", units["MALEBER"]),
        ("unit_head", units["ANDIR"]),
        ("unit_head", units["KOTA"]),
        ("admin", asked[3][1]),
    ]
    assert [str(until) for _, _, until in asked] == ["2026-12-01", "2026-12-09", "2026-12-17", "2026-12-25", "2026-12-25"]
    assert [(each["until"], each.get("asked_above", False)) for each in told(own_town, idea)] == [
        ("2026-12-09", True),
        ("2026-12-17", True),
        ("2026-12-25", True),
        ("2027-01-02", False),
    ], "once nobody is above, the last one stays late"
    assert any("diteruskan kepada atasan" in text_of(mail) for mail in read_mails("date*"))
    escalated = own_town.rows(select(LedgerEntry).where(LedgerEntry.kind == "inbox.escalate"))
    assert [entry.payload["detail"]["role"] for entry in escalated] == ["unit_head", "unit_head", "admin", "admin"]
    own_town.do(permit_idea, idea, granted=True, by="owner")
    assert own_town.idea(idea).stage == IdeaStage.SCREENING


def test_whoever_is_asked_above_reads_of_it_in_the_next_digest_as_of_anything_new(own_town: Town, clock: Clock) -> None:
    idea = own_town.build_idea(IdeaStage.AWAITING_PERMISSION, call=own_town.build_call(days={"permission": 14}))
    for day, is_new in ((date(2026, 12, 1), False), (date(2026, 12, 9), True), (date(2026, 12, 13), False)):
        look(own_town, clock, day)
        with own_town.store.reading() as session:
            pressing = is_pressing(read_choice(session, own_town["head"].id))
            listed = list_inbox(session, actor=own_town.actor(session, "head"), about=pressing)
        assert (idea in [each.idea.id for each in listed]) is is_new, day


def test_whoever_heads_two_units_is_not_asked_twice(own_town: Town, clock: Clock) -> None:
    heads(own_town, walker="MALEBER")
    with own_town.store.unit_of_work() as session:
        for grant in session.exec(select(RoleGrant).where(RoleGrant.person_id == own_town["head"].id)):
            grant.person_id = own_town["walker"].id
    heads(own_town, owner="KOTA")
    idea = own_town.build_idea(IdeaStage.AWAITING_PERMISSION)
    look(own_town, clock, date(2026, 12, 2))
    assert open_items(own_town, idea, "permit")[0].unit_path == own_town.units["KOTA"][1]


def test_nor_where_another_head_lies_between(own_town: Town, clock: Clock) -> None:
    heads(own_town, walker="MALEBER")
    heads(own_town, walker="KOTA")
    idea = own_town.build_idea(IdeaStage.AWAITING_PERMISSION)
    for day in (date(2026, 12, 2), date(2026, 12, 10)):
        look(own_town, clock, day)
    assert open_items(own_town, idea, "permit")[0].role == Role.ADMIN


def test_where_silence_means_something_no_new_date_is_told(own_town: Town, clock: Clock) -> None:
    idea = own_town.build_idea(IdeaStage.AWAITING_PERMISSION, call=own_town.build_call(on_silence="granted"))
    with own_town.store.unit_of_work() as session:
        for grant in session.exec(select(RoleGrant).where(RoleGrant.role == Role.UNIT_HEAD)):
            grant.confirmed_at = own_town.idea(idea).created_at
    quiet(own_town)
    clock.set(midnight(date(2026, 12, 2)))
    tick(own_town)
    deliver(own_town, "recognition")
    deliver(own_town, "intake", "recognition")
    assert (own_town.idea(idea).stage, told(own_town, idea)) == (IdeaStage.SCREENING, [])


def test_no_flow_tells_of_a_date_that_is_not_late(own_town: Town, clock: Clock) -> None:
    idea = own_town.build_idea(IdeaStage.SCREENING)
    own_town.do(tell_late, idea, by="flow:recognition")
    assert told(own_town, idea) == []
    with own_town.store.reading() as session:
        actor = own_town.actor(session, "flow:recognition")
        context = read_context(session, idea, actor=actor)
        with pytest.raises(Conflict, match="no_new_date"):
            permit(session, context, "tell_late", actor=actor)


def test_either_database_finds_what_is_late_once(either_town: Town) -> None:
    idea = either_town.build_idea(IdeaStage.SCREENING)
    with either_town.store.unit_of_work() as session:
        (item,) = session.exec(select(InboxItem).where(InboxItem.idea_id == idea, col(InboxItem.done_at).is_(None)))
        item.due_at = item.created_at - timedelta(days=1)
    for _ in range(2):
        tick(either_town)
    assert len(either_town.rows(select(Message.id).where(Message.job == "tell_late"))) == 1
    either_town.do(tell_late, idea, by="flow:recognition")
    tick(either_town)
    assert len(either_town.rows(select(Message.id).where(Message.job == "tell_late"))) == 1
    assert len(told(either_town, idea)) == 1
