"""What a late permit must say, who reads of it, and what stands of it in the ledger, in the call's story and on its person's page."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from models.calls import CallChange, CallChangeKind
from models.instants import now
from models.ledger import LedgerEntry
from models.outbox import Message
from models.people import AccountNotice
from tests.building import Town
from tests.workflows.region.letting_in import LATE, Passing, build, give, let_in, over, pass_to, permit_of
from tests.workflows.region.test_call_life import WHY
from workflows.process.refusals import Conflict, Invalid
from workflows.region.confirmations import confirm
from workflows.region.late_permits import (
    NewPermit,
    end_late_permit,
    give_late_permit,
    list_permits,
)

__all__ = ["pass_to"]


# What it must say


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"reason": "telat"}, {"reason": "text_too_short"}),
        ({"number": "198505052010011234"}, {"employee_number": "late_person_unknown"}),
        ({"number": "bukan nomor"}, {"employee_number": "late_person_unknown"}),
        ({"until": timedelta(days=7)}, {"until": "late_permit_too_long"}),
        ({"until": timedelta(0)}, {"until": "date_in_the_past"}),
        (
            {"number": "", "until": timedelta(days=-1), "reason": ""},
            {"employee_number": "late_person_unknown", "until": "date_in_the_past", "reason": "text_empty"},
        ),
    ],
)
def test_all_that_is_wrong_is_said_at_once(town: Town, pass_to: Passing, changes: dict[str, Any], faults: dict[str, str]) -> None:
    call, _end = build(town, pass_to)
    new = NewPermit(changes.get("number", town["lead"].number), now() + changes.get("until", timedelta(days=2)), changes.get("reason", WHY))
    with pytest.raises(Invalid) as refused:
        town.do(give_late_permit, call, new, by="secretary")
    assert {each.field: each.code for each in refused.value.parts or (refused.value,)} == faults


def test_a_permit_ends_at_most_so_many_days_after_the_end(town: Town, pass_to: Passing) -> None:
    call, end = build(town, pass_to)
    last = end + timedelta(days=7)
    with pytest.raises(Invalid, match="late_permit_too_long"):
        town.do(give_late_permit, call, NewPermit(town["lead"].number, last + timedelta(microseconds=1), WHY), by="secretary")
    town.do(give_late_permit, call, NewPermit(town["lead"].number, last, WHY), by="secretary")


def test_nobody_is_promised_lateness_before_the_end_nor_where_the_policy_knows_none(town: Town, pass_to: Passing) -> None:
    strict, open_call = town.build_call(), town.build_call(closing=LATE)
    with pytest.raises(Conflict, match="call_not_over"):
        give(town, open_call)
    over(town, strict, pass_to)
    with pytest.raises(Conflict, match="call_takes_nobody_late"):
        give(town, strict)


def test_nobody_has_two_permits_at_a_time(town: Town, pass_to: Passing) -> None:
    call, _end = build(town, pass_to)
    first = give(town, call)
    with pytest.raises(Conflict, match="late_permit_given"):
        give(town, call, by="admin")
    town.do(end_late_permit, first.id, by="secretary")
    let_in(town, call)


# What everybody reads


def test_the_reason_stands_in_the_calls_story_without_a_name_once_it_is_confirmed(town: Town, pass_to: Passing) -> None:
    call, _end = build(town, pass_to)
    story = select(CallChange).where(CallChange.call_id == call, CallChange.kind == CallChangeKind.LATE_PERMITTED)
    permit = give(town, call)
    assert town.rows(story) == []
    town.do(confirm, permit.id, by="second_admin")
    [change] = town.rows(story)
    assert (change.reason, change.closes_at) == (WHY, permit_of(town, permit.id).until)


def test_who_gave_confirmed_and_took_back_stands_in_the_ledger(town: Town, pass_to: Passing) -> None:
    call, _end = build(town, pass_to)
    permit = let_in(town, call)
    town.do(end_late_permit, permit, by="admin")
    facts = town.rows(select(LedgerEntry).where(col(LedgerEntry.kind).like("call.%late%")).order_by(col(LedgerEntry.seq)))
    told = [(fact.kind, fact.payload["actor"], fact.payload["detail"]["permit"], fact.payload["detail"]["person"]) for fact in facts]
    lead = town["lead"].id
    assert told == [
        ("call.permit_late", town["secretary"].id, permit, lead),
        ("call.confirm_late", town["second_admin"].id, permit, lead),
        ("call.end_late", town["admin"].id, permit, lead),
    ]
    assert WHY not in str([fact.payload for fact in facts])


def test_the_person_is_told_by_page_and_mail(town: Town, pass_to: Passing) -> None:
    call, _end = build(town, pass_to)
    permit = give(town, call)
    notices = select(AccountNotice.kind).where(AccountNotice.person_id == town["lead"].id).order_by(col(AccountNotice.at))
    assert "late_permitted" not in town.rows(notices)
    town.do(confirm, permit.id, by="second_admin")
    town.do(end_late_permit, permit.id, by="secretary")
    assert town.rows(notices)[-2:] == ["late_permitted", "late_ended"]
    assert len(town.rows(select(Message.id).where(Message.job == "tell_holder"))) >= 2


def test_of_whom_a_permit_is_only_those_who_work_on_the_call_and_the_person_read(town: Town, pass_to: Passing) -> None:
    call, _end = build(town, pass_to)
    give(town, call, "stranger")
    let_in(town, call)

    def told(who: str) -> set[str]:
        with town.store.reading() as session:
            return {line.permit.person_id for line in list_permits(session, call, actor=town.actor(session, who))}

    both = {town["lead"].id, town["stranger"].id}
    assert all(told(who) == both for who in ("secretary", "admin", "chair", "leader", "auditor"))
    assert told("lead") == {town["lead"].id}
    assert all(told(who) == set() for who in ("stranger", "mate", "head", "reviewer1")), "who waits for it is not told before it counts"


@pytest.mark.parametrize("statement", ["DELETE FROM latepermit"])
def test_both_databases_keep_a_permit_on_record(either_town: Town, pass_to: Passing, statement: str) -> None:
    town = either_town
    call, _end = build(town, pass_to)
    permit = give(town, call)
    with pytest.raises(sa.exc.DBAPIError), town.store.unit_of_work() as session:
        session.execute(sa.text(statement))
    assert permit_of(town, permit.id).reason == WHY
