"""A policy counts once a second person has signed it: chair or leader, never its author; in the engine and in the database itself.

Who would cheat: a secretariat that opens a call under a policy of its own making, or amends a running one at night; somebody who changes
the body of a signed version in the database. Who falls ill: the chair; the leader may sign as well. An inspector finds author, signer and
the digest of what was signed in the ledger.
"""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from models.calls import Call, CallState, PolicyVersion, Specimen
from models.ideas import Idea
from models.instants import now
from models.ledger import LedgerEntry
from models.outbox import Message
from models.people import Role
from models.stages import IdeaStage
from tests.building import POLICY, Town
from tests.specimens import print_specimens, take_as_printed
from workflows.process.refusals import Conflict, Forbidden, Invalid, NotFound
from workflows.region.calls import NewCall, amend_policy, open_call, plan_call
from workflows.region.signatures import list_unsigned, list_versions, sign_policy
from workflows.region.soundness import digest_body, validate_policy


def plan(town: Town, *, by: str = "secretary", printed: bool = True, **policy: Any) -> str:
    """A planned call; its specimens are there already unless they are to be missing."""
    body = {**POLICY, **policy}
    with town.store.unit_of_work() as session:
        if printed:
            take_as_printed(session, validate_policy(body))
    new = NewCall("TTD", "Lomba", "BAPPEDA", now() - timedelta(days=1), now() + timedelta(days=30), body)
    return str(town.do(plan_call, new, by=by).id)


def version(town: Town, call: str, number: int = 1) -> PolicyVersion:
    found: PolicyVersion = town.rows(select(PolicyVersion).where(PolicyVersion.call_id == call, PolicyVersion.number == number))[0]
    return found


def test_a_call_does_not_open_under_a_policy_that_nobody_signed(town: Town) -> None:
    call = plan(town)
    with pytest.raises(Conflict, match="version_unsigned"):
        town.do(open_call, call, by="secretary")
    town.do(sign_policy, call, 1, by="chair")
    assert town.do(open_call, call, by="secretary").state == CallState.OPEN


@pytest.mark.parametrize("who", ["chair", "leader"])
def test_chair_and_leader_sign_and_the_chain_keeps_what_was_signed(town: Town, who: str) -> None:
    call = plan(town)
    town.do(sign_policy, call, 1, by=who)
    signed = version(town, call)
    assert (signed.author_id, signed.signed_by) == (town["secretary"].id, town[who].id)
    assert signed.signed_sha256 == digest_body(signed.body)
    facts = town.rows(select(LedgerEntry.payload).where(col(LedgerEntry.kind).in_(("call.plan", "call.sign_policy"))))
    planned, sealed = [fact for fact in facts if fact["subject"] == call]
    assert (planned["actor"], sealed["actor"]) == (town["secretary"].id, town[who].id)
    assert sealed["detail"] == {"number": 1, "sha256": signed.signed_sha256}
    assert planned["detail"]["sha256"] == signed.signed_sha256


def test_nobody_else_signs(town: Town) -> None:
    call = plan(town)
    for who in town.people.keys() - {"chair", "leader", "deputy"}:
        with pytest.raises(Forbidden, match="only_chair_or_leader"):
            town.do(sign_policy, call, 1, by=who)
    assert version(town, call).signed_at is None


def test_an_author_does_not_sign_their_own_version_whatever_offices_they_hold(town: Town) -> None:
    for role in (Role.CHAIR, Role.LEADER):
        town.give_role("secretary", role, "KOTA")
    call = plan(town)
    with pytest.raises(Forbidden, match="own_policy"):
        town.do(sign_policy, call, 1, by="secretary")
    town.do(sign_policy, call, 1, by="chair")


def test_a_later_version_counts_for_new_drafts_only_once_it_is_signed(town: Town) -> None:
    call = town.call
    before = version(town, call).id
    body = {**POLICY, "pass_mark": 70}
    town.do(amend_policy, call, body, by="secretary")
    early = town.idea(town.build_idea(IdeaStage.DRAFT, call=call)).policy_id
    town.do(sign_policy, call, 2, by="chair")
    late = town.idea(town.build_idea(IdeaStage.DRAFT, call=call)).policy_id
    assert (early, late) == (before, version(town, call, 2).id)


def test_only_the_newest_version_is_signed_and_once(town: Town) -> None:
    call = plan(town)
    town.do(amend_policy, call, POLICY, by="secretary")
    with pytest.raises(Conflict, match="version_superseded"):
        town.do(sign_policy, call, 1, by="chair")
    town.do(sign_policy, call, 2, by="chair")
    with pytest.raises(Conflict, match="version_signed"):
        town.do(sign_policy, call, 2, by="leader")
    with pytest.raises(NotFound, match="version_not_found"):
        town.do(sign_policy, call, 3, by="leader")


def test_what_waits_for_a_signature_is_shown_to_those_who_may_give_it(town: Town) -> None:
    call = plan(town)
    waiting = {who: [each.call.id for each in town.do(list_unsigned, by=who)] for who in town.people}
    assert {who for who, calls in waiting.items() if calls == [call]} == {"chair", "leader", "deputy"}
    seen = {who for who in town.people if town.do(list_versions, call, by=who)}
    assert seen == {"chair", "leader", "deputy", "secretary", "admin", "second_admin", "auditor"}
    town.do(sign_policy, call, 1, by="leader")
    assert town.do(list_unsigned, by="chair") == []
    assert [each.number for each in town.do(list_versions, call, by="stranger")] == [1]


def test_a_version_waits_for_its_specimens_and_asks_for_them(town: Town) -> None:
    call = plan(town, printed=False)
    assert town.rows(select(Message.subject_id).where(Message.job == "print_specimens")) == [version(town, call).id]
    with pytest.raises(Conflict, match="specimens_not_printed"):
        town.do(sign_policy, call, 1, by="chair")


LONG = "Badan Perencanaan Pembangunan, Penelitian dan Pengembangan "


def test_a_letterhead_that_no_certificate_holds_is_refused_with_its_place(town: Town) -> None:
    letterhead = {"lines": [LONG] * 4, "address": LONG * 3, "contact": LONG * 3}
    documents = {**POLICY["documents"], "letterhead": letterhead}
    with town.store.unit_of_work() as session:
        print_specimens(session, validate_policy({**POLICY, "documents": documents}))
    call = plan(town, documents=documents)
    with pytest.raises(Invalid, match="specimen_does_not_fit") as refused:
        town.do(sign_policy, call, 1, by="chair")
    assert (refused.value.field, refused.value.parameters) == ("policy.documents.letterhead", {"document": "certificate"})
    town.do(amend_policy, call, POLICY, by="secretary")
    with town.store.unit_of_work() as session:
        take_as_printed(session, validate_policy(POLICY))
    town.do(sign_policy, call, 2, by="chair")


# Below the engine


WAYS_AROUND: dict[str, tuple[str, str]] = {
    "the body of a signed version is changed": ("signed", "UPDATE policyversion SET body = '{}'"),
    "the body of an unsigned version is changed": ("planned", "UPDATE policyversion SET body = '{}'"),
    "the signature is taken back": ("signed", "UPDATE policyversion SET signed_at = NULL, signed_by = NULL"),
    "another is named as signer": ("signed", "UPDATE policyversion SET signed_by = author_id"),
    "the author signs": ("planned", "UPDATE policyversion SET signed_by = author_id, signed_at = created_at"),
    "nobody signs": ("planned", "UPDATE policyversion SET signed_at = created_at"),
    "the author is changed": ("planned", "UPDATE policyversion SET author_id = NULL"),
    "a version is deleted": ("planned", "DELETE FROM policyversion"),
    "a call opens unsigned": ("planned", "UPDATE call SET state = 'open'"),
    "a ceiling is changed": ("planned", "UPDATE ceiling SET tier_rupiah = 1"),
    "a ceiling is deleted": ("planned", "DELETE FROM ceiling"),
}


@pytest.mark.parametrize(("state", "statement"), WAYS_AROUND.values(), ids=WAYS_AROUND)
def test_the_database_refuses_the_same_acts_around_the_engine(either_town: Town, state: str, statement: str) -> None:
    town = either_town
    call = plan(town)
    if state == "signed":
        town.do(sign_policy, call, 1, by="chair")
    with pytest.raises(sa.exc.DBAPIError), town.store.unit_of_work() as session:
        session.execute(sa.text(statement))
    assert town.rows(select(Call.state).where(Call.id == call)) == [CallState.PLANNED]


def test_both_databases_let_the_right_way_through(either_town: Town) -> None:
    call = plan(either_town)
    either_town.do(sign_policy, call, 1, by="chair")
    either_town.do(open_call, call, by="secretary")
    either_town.amend(call, pass_mark=70)
    idea = either_town.build_idea(IdeaStage.DRAFT, call=call)
    assert either_town.rows(select(Idea.policy_id).where(Idea.id == idea)) == [version(either_town, call, 2).id]
    assert len(either_town.rows(select(Specimen))) == 1
