"""A gate's clock is a clock: it stands still, begins and reminds as a stage's does, goes up a chain of heads, and its team is told.

Who would cheat: a head who leaves a gate shut so that an idea dies quietly. Who falls ill: the only head. Who errs: a call with two gates
that are late on different days. What an inspector expects: one date that the team knows at any time, and no mail while it stands.
"""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from models.calls import Call, PolicyVersion
from models.ideas import Decision, Idea
from models.inbox import InboxItem
from models.instants import local_day
from models.ledger import LedgerEntry
from models.outbox import Message
from models.people import Role, RoleGrant
from models.policy import Days
from models.reviews import Review
from models.stages import IdeaStage
from tests.building import Town
from tests.workflows.region.declaring import recount
from tests.workflows.region.pausing import FLOOD, let_stand
from tests.workflows.turns import Clock, clock, deliver, midnight, open_items, own_town, quiet, read_mails, text_of, tick
from workflows.process.amending import list_moves
from workflows.process.attest.compare import compare_rows
from workflows.process.context import read_policy
from workflows.process.reminding import list_told
from workflows.recognition.late import tell_late
from workflows.review.gates import pass_gate

__all__ = ["clock", "own_town"]
ASKED = date(2026, 11, 24)


def gate(name: str = "visit", stage: str = "shortlisted", role: str = "chair", days: Any = 3, **said: Any) -> dict[str, Any]:
    return {"name": name, "label": "Kunjungan", "label_en": "Visit", "stage": stage, "role": role, "days": days, **said}


def held(town: Town, stage: IdeaStage = IdeaStage.SHORTLISTED, *gates: dict[str, Any], **policy: Any) -> str:
    """An idea in a stage that gates of its call hold."""
    idea = town.build_idea(stage, call=town.build_call(gates=gates or [gate(stage=stage)], **policy))
    quiet(town)
    return idea


def look(town: Town, clock: Clock, day: date, hour: int = 1) -> None:
    """The clock looks twice at an hour of a day, and recognition does what it asks for."""
    clock.set(midnight(day) + timedelta(hours=hour))
    for _ in range(2):
        tick(town)
        deliver(town, "recognition")


def told(town: Town, idea: str) -> list[tuple[str, bool]]:
    """Which dates the team was told, each with whether somebody above is asked."""
    query = select(Decision).where(Decision.idea_id == idea, Decision.action == "tell_late").order_by(col(Decision.at))
    return [(each.detail["until"], each.detail.get("asked_above", False)) for each in town.rows(query)]


def date_of(town: Town, idea: str, name: str = "visit") -> tuple[str, str, date]:
    """Who is asked for a gate, over which unit, until when."""
    (item,) = open_items(town, idea, f"gate:{name}")
    assert item.due_at is not None
    return item.role.value, item.unit_path, local_day(item.due_at)


def own_date(town: Town, idea: str) -> date | None:
    due_at = town.idea(idea).due_at
    return None if due_at is None else local_day(due_at)


def heads(town: Town, **units: str) -> None:
    """Who heads which unit, beside the heads of the town."""
    with town.store.unit_of_work() as session:
        for who, unit in units.items():
            session.add(RoleGrant(person_id=town[who].id, role=Role.UNIT_HEAD, unit_id=town.units[unit][0]))


def test_a_pause_moves_the_date_of_a_gate_that_it_stops_and_of_no_other(own_town: Town, clock: Clock) -> None:
    gates = gate(), gate("talk", days=5)
    idea = held(own_town, IdeaStage.SHORTLISTED, *gates, pauses=[FLOOD], clocks=[{"wait": "gate:visit", "paused_by": ["flood"]}])
    assert (date_of(own_town, idea)[2], own_date(own_town, idea)) == (date(2026, 11, 27), date(2026, 11, 29))
    let_stand(own_town, date(2026, 11, 25), date(2026, 12, 4))
    recount(own_town)
    assert (date_of(own_town, idea)[2], date_of(own_town, idea, "talk")[2]) == (date(2026, 12, 7), date(2026, 11, 29))
    assert own_date(own_town, idea) == date(2026, 12, 7), "the idea waits until the last of its gates that are open"
    own_town.do(pass_gate, idea, "visit", by="chair")
    assert own_date(own_town, idea) == date(2026, 11, 29)


def test_an_amendment_of_a_stages_days_moves_no_date_of_a_gate_that_holds_it(own_town: Town, clock: Clock) -> None:
    idea = held(own_town, days={"recommendation": 7})
    with own_town.store.reading() as session:
        call = session.get_one(Call, own_town.idea(idea).call_id)
        line = session.exec(select(PolicyVersion).where(PolicyVersion.call_id == call.id)).all()
        longer = read_policy(line[0]).model_copy(update={"days": Days(recommendation=30)})
        (move,) = list_moves(session, call, line, longer)
        assert (move.due_at, move.tasks) == (own_town.idea(idea).due_at, [])


def test_a_pilot_starts_when_it_was_planned_though_a_gate_of_that_day_moves(own_town: Town, clock: Clock) -> None:
    """A gate beside what a stage awaits has no part in the idea's own date, be it the same by chance."""
    clocks = [{"wait": "gate:visit", "paused_by": ["flood"]}]
    idea = held(own_town, IdeaStage.DETERMINED, gate(stage="determined", days=30), pauses=[FLOOD], clocks=clocks)
    before = own_date(own_town, idea)
    assert before == date_of(own_town, idea)[2]
    let_stand(own_town, date(2026, 11, 25), date(2026, 12, 4))
    recount(own_town)
    assert (own_date(own_town, idea), date_of(own_town, idea)[2]) == (before, date(2027, 1, 3))


def test_a_gate_that_is_asked_for_in_a_pause_counts_from_its_end(own_town: Town, clock: Clock) -> None:
    call = own_town.build_call(gates=[gate()], pauses=[FLOOD], clocks=[{"wait": "gate:visit", "paused_by": ["flood"]}])
    let_stand(own_town, ASKED, date(2026, 11, 26))
    idea = own_town.build_idea(IdeaStage.SHORTLISTED, call=call)
    assert (date_of(own_town, idea)[2], own_date(own_town, idea)) == (date(2026, 11, 29), date(2026, 11, 29))


def test_a_gate_may_count_from_the_end_of_its_call(own_town: Town, clock: Clock) -> None:
    idea = held(own_town, IdeaStage.SCREENING, gate(stage="screening"), clocks=[{"wait": "gate:visit", "begins": "call_closed"}])
    assert date_of(own_town, idea)[2] == date(2026, 12, 27), "three days after those thirty for which the call is open"


def test_whoever_passes_a_gate_is_reminded_in_the_steps_of_its_clock(own_town: Town, clock: Clock) -> None:
    idea = held(own_town, clocks=[{"wait": "gate:visit", "remind": [-1, 1]}])
    for day in (date(2026, 11, 26), date(2026, 11, 28)):
        look(own_town, clock, day, 9)
    (item,) = open_items(own_town, idea, "gate:visit")
    assert [local_day(at) for at in list_told(item)] == [date(2026, 11, 26), date(2026, 11, 28)]
    steps = own_town.rows(select(Message).where(Message.job == "remind_of_task"))
    assert {each.subject_id for each in steps} == {own_town["chair"].id}
    assert any("Nyatakan tahapan selesai: Kunjungan" in text_of(mail) for mail in read_mails("step*"))


@pytest.mark.parametrize("role", ["chair", "auditor"])
def test_the_gate_of_an_office_of_the_call_stays_late_and_its_team_is_told_a_date_and_nothing_else(
    own_town: Town, clock: Clock, role: str
) -> None:
    idea = held(own_town, IdeaStage.SHORTLISTED, gate(role=role))
    before = date_of(own_town, idea)
    look(own_town, clock, date(2026, 11, 27), 23)
    assert told(own_town, idea) == []
    look(own_town, clock, date(2026, 11, 28))
    assert (told(own_town, idea), date_of(own_town, idea)) == ([("2026-12-01", False)], before)
    assert own_date(own_town, idea) == date(2026, 11, 27), "what is late stays late"
    texts = [text_of(mail) for mail in read_mails("date*")]
    assert len(texts) == 2
    for word in ("Kunjungan", "Visit", "Lolos", "Ketua"):
        assert not any(word in text for text in texts), word
    look(own_town, clock, date(2026, 12, 1), 23)
    assert len(told(own_town, idea)) == 1
    look(own_town, clock, date(2026, 12, 2))
    assert [until for until, _ in told(own_town, idea)] == ["2026-12-01", "2026-12-05"]
    with own_town.store.reading() as session:
        assert compare_rows(session).differences == []


def test_a_gate_of_heads_goes_up_to_the_last_of_them_and_to_no_other_office(own_town: Town, clock: Clock) -> None:
    """Kelurahan, kecamatan, city; then it stays late: nobody else has the word of a head to give."""
    heads(own_town, walker="MALEBER", owner="KOTA")
    idea = held(own_town, IdeaStage.SHORTLISTED, gate(role="unit_head"))
    found = []
    for day in (date(2026, 11, 27), date(2026, 11, 28), date(2026, 12, 2), date(2026, 12, 6), date(2026, 12, 10)):
        look(own_town, clock, day)
        found.append(date_of(own_town, idea))
    units = ("MALEBER", "ANDIR", "KOTA", "KOTA", "KOTA")
    dates = ("2026-11-27", "2026-12-01", "2026-12-05", "2026-12-05", "2026-12-05")
    expected = [("unit_head", own_town.units[unit][1], until) for unit, until in zip(units, dates, strict=True)]
    assert [(role, path, str(until)) for role, path, until in found] == expected
    assert told(own_town, idea) == [("2026-12-01", True), ("2026-12-05", True), ("2026-12-09", False), ("2026-12-13", False)]
    assert any("diteruskan kepada atasan" in text_of(mail) and "izin" not in text_of(mail) for mail in read_mails("date*"))
    escalated = own_town.rows(select(LedgerEntry).where(LedgerEntry.kind == "inbox.escalate"))
    assert {entry.payload["detail"]["role"] for entry in escalated} == {"unit_head"}
    own_town.do(pass_gate, idea, "visit", by="owner")
    assert open_items(own_town, idea, "recommend")


def test_a_head_is_reminded_once_more_before_the_one_above_is_asked(own_town: Town, clock: Clock) -> None:
    heads(own_town, walker="MALEBER")
    idea = held(own_town, IdeaStage.SHORTLISTED, gate(role="unit_head"), clocks=[{"wait": "gate:visit", "remind": [-1, 2]}])
    look(own_town, clock, date(2026, 11, 28))
    assert date_of(own_town, idea)[1] == own_town.units["MALEBER"][1]
    look(own_town, clock, date(2026, 11, 29), 9)
    assert date_of(own_town, idea)[1:] == (own_town.units["ANDIR"][1], date(2026, 12, 2))
    assert (told(own_town, idea)[-1], own_date(own_town, idea)) == (("2026-12-02", True), date(2026, 12, 2))


def test_the_rule_of_a_silence_says_nothing_of_a_gate(own_town: Town, clock: Clock) -> None:
    heads(own_town, walker="MALEBER")
    idea = held(own_town, IdeaStage.AWAITING_PERMISSION, gate(stage="awaiting_permission", role="unit_head"), on_silence="granted")
    for day in (date(2026, 11, 28), date(2026, 11, 29)):
        look(own_town, clock, day)
        deliver(own_town, "intake", "recognition")
    assert own_town.idea(idea).stage == IdeaStage.AWAITING_PERMISSION
    assert date_of(own_town, idea)[1:] == (own_town.units["ANDIR"][1], date(2026, 12, 1)), "passed up once, and not again at each look"
    assert (own_date(own_town, idea), told(own_town, idea)) == (None, [("2026-12-01", True)]), "nothing expires before somebody is asked"


def test_of_two_gates_the_team_is_told_once_the_date_that_it_knows_has_passed(own_town: Town, clock: Clock) -> None:
    idea = held(own_town, IdeaStage.SHORTLISTED, gate(), gate("talk", days=8))
    look(own_town, clock, date(2026, 11, 30))
    assert (told(own_town, idea), own_date(own_town, idea)) == ([], date(2026, 12, 2)), "one is late, and the date of the idea stands"
    look(own_town, clock, date(2026, 12, 3))
    assert told(own_town, idea) == [("2026-12-11", False)]
    own_town.do(pass_gate, idea, "talk", by="chair")
    look(own_town, clock, date(2026, 12, 11), 23)
    assert len(told(own_town, idea)) == 1
    look(own_town, clock, date(2026, 12, 12))
    assert [until for until, _ in told(own_town, idea)] == ["2026-12-11", "2026-12-15"]


def test_a_late_gate_is_told_as_soon_as_the_other_is_passed(own_town: Town, clock: Clock) -> None:
    idea = held(own_town, IdeaStage.SHORTLISTED, gate(), gate("talk", days=30))
    look(own_town, clock, date(2026, 11, 30))
    own_town.do(pass_gate, idea, "talk", by="chair")
    assert (told(own_town, idea), own_date(own_town, idea)) == ([], date(2026, 11, 27))
    look(own_town, clock, date(2026, 12, 1))
    assert told(own_town, idea) == [("2026-12-04", False)]


def test_gates_in_order_have_each_its_days_and_the_idea_the_date_of_the_one_that_is_asked_for(own_town: Town, clock: Clock) -> None:
    idea = held(own_town, IdeaStage.SHORTLISTED, gate(), gate("talk", days=8, after=["visit"]))
    assert own_date(own_town, idea) == date(2026, 11, 27)
    clock.set(midnight(date(2026, 11, 26)))
    own_town.do(pass_gate, idea, "visit", by="chair")
    assert (date_of(own_town, idea, "talk")[2], own_date(own_town, idea)) == (date(2026, 12, 4), date(2026, 12, 4))
    look(own_town, clock, date(2026, 12, 4))
    assert told(own_town, idea) == []


def test_a_gate_beside_a_review_moves_no_date_of_it_and_is_told_after_it(own_town: Town, clock: Clock) -> None:
    heads(own_town, walker="MALEBER")
    idea = held(own_town, IdeaStage.IN_REVIEW, gate(stage="in_review", role="unit_head"))
    before = own_date(own_town, idea)
    assert before == date(2026, 12, 8)
    look(own_town, clock, date(2026, 11, 28))
    assert date_of(own_town, idea)[1] == own_town.units["ANDIR"][1]
    assert (told(own_town, idea), own_date(own_town, idea)) == ([], before)
    reviews = own_town.rows(select(Review.due_at).where(Review.idea_id == idea))
    assert {local_day(each) for each in reviews} == {before}
    look(own_town, clock, date(2026, 12, 9))
    assert (told(own_town, idea), own_date(own_town, idea)) == ([("2026-12-12", False)], before)


@pytest.mark.parametrize("stage", ["supplement_asked", "determined"])
def test_wherever_a_team_waits_it_is_told_of_a_late_gate(own_town: Town, clock: Clock, stage: str) -> None:
    if stage == "determined":
        idea = held(own_town, IdeaStage.DETERMINED, gate(stage=stage), days={"pilot_plan": 1})
    else:
        idea = own_town.build_idea(IdeaStage.SCREENING, call=own_town.build_call(gates=[gate(stage=stage)]))
        own_town.take(idea, "screen returned")
        quiet(own_town)
    look(own_town, clock, date(2026, 11, 28))
    assert told(own_town, idea) == [("2026-12-01", False)]


def test_a_gate_that_has_longer_hides_no_late_plan_of_a_pilot_and_is_in_the_date_that_is_told(own_town: Town, clock: Clock) -> None:
    idea = held(own_town, IdeaStage.DETERMINED, gate(stage="determined", days=30), days={"pilot_plan": 5})
    look(own_town, clock, date(2026, 11, 30))
    assert told(own_town, idea) == [("2026-12-24", False)]
    look(own_town, clock, date(2026, 12, 24), 23)
    assert len(told(own_town, idea)) == 1


def test_a_head_above_who_is_asked_for_a_gate_moves_no_date_of_the_plan_beside_it(own_town: Town, clock: Clock) -> None:
    heads(own_town, walker="MALEBER")
    idea = held(own_town, IdeaStage.DETERMINED, gate(stage="determined", role="unit_head"), days={"pilot_plan": 5})
    look(own_town, clock, date(2026, 11, 28))
    assert (told(own_town, idea), own_date(own_town, idea)) == ([("2026-12-01", True)], date(2026, 11, 29))
    assert all("ahapan" in text_of(mail) and "izin" not in text_of(mail) for mail in read_mails("date*"))


def test_of_what_is_decided_nobody_waits_for_a_gate(own_town: Town, clock: Clock) -> None:
    idea = held(own_town, IdeaStage.REJECTED, gate(stage="rejected"))
    look(own_town, clock, date(2027, 3, 1))
    assert told(own_town, idea) == []
    assert own_town.rows(select(Message.id).where(Message.job == "tell_late")) == []


def test_on_either_database_a_late_gate_is_found_and_passed_up(either_town: Town) -> None:
    heads(either_town, walker="MALEBER")
    idea = either_town.build_idea(IdeaStage.SHORTLISTED, call=either_town.build_call(gates=[gate(role="unit_head"), gate("talk")]))
    with either_town.store.unit_of_work() as session:
        row = session.get_one(Idea, idea)
        for item in session.exec(select(InboxItem).where(InboxItem.idea_id == idea, col(InboxItem.done_at).is_(None))):
            row.due_at = item.due_at = item.created_at - timedelta(days=1)
    for _ in range(2):
        tick(either_town)
    assert date_of(either_town, idea)[1] == either_town.units["ANDIR"][1]
    either_town.do(tell_late, idea, by="flow:recognition")
    tick(either_town)
    assert len(told(either_town, idea)) == 1
