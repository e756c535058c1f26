"""A policy's documents are printed before it counts: what no paper holds is found, with the part that is at fault; and printed once.

Who errs: whoever copies a letterhead, a title or a number into a policy. An inspector expects no award that cannot be certified.
"""

from typing import Any

import pytest
from sqlmodel import select

from models.calls import PolicyVersion, Specimen
from models.documents import DocumentKind
from models.outbox import Message, MessageState
from models.policy import Policy
from tests.building import POLICY, Town
from tests.workflows.turns import Clock, clock, deliver, own_town, tick
from workflows.documents.kinds import get_document_type
from workflows.documents.kinds.receipt import MOST_MEMBERS
from workflows.documents.render import render_documents
from workflows.process.refusals import Invalid
from workflows.recognition import flow
from workflows.recognition.specimens import find_faults
from workflows.region.calls import amend_policy
from workflows.region.signatures import sign_policy

__all__ = ["clock", "own_town"]

NAME = "Badan Perencanaan Pembangunan, Penelitian dan Pengembangan Kota Contoh "
DOCUMENTS, BOOK = POLICY["documents"], POLICY["rule_book"]
TALL = {**DOCUMENTS, "letterhead": {"lines": [NAME] * 4, "address": NAME * 2, "contact": NAME * 2}}
ALL = {kind.value for kind in DocumentKind}


def faults(**changes: Any) -> dict[tuple[str, str], set[str]]:
    """The documents that fail, by code and place."""
    found: dict[tuple[str, str], set[str]] = {}
    for fault in find_faults(Policy.model_validate({**POLICY, **changes}), render_documents):
        found.setdefault((fault["code"], fault["path"]), set()).add(str(fault["parameters"]["document"]))
    return found


def test_the_largest_team_that_a_policy_may_have_is_printed() -> None:
    assert faults(team_limit=MOST_MEMBERS) == {}


WRONG: dict[str, tuple[dict[str, Any], tuple[str, str], set[str]]] = {
    "four long lines at the head": ({"documents": TALL}, ("specimen_does_not_fit", "policy.documents.letterhead"), {"certificate"}),
    "a line that no document takes": (
        {"documents": {**DOCUMENTS, "letterhead": {"lines": ["K" * 160]}}},
        ("specimen_refused", "policy.documents.letterhead"),
        ALL,
    ),
    "a position too long to sign": (
        {"documents": {**DOCUMENTS, "signatory": {"name": "Joko", "position": "K" * 160}}},
        ("specimen_refused", "policy.documents.signatory"),
        ALL - {"receipt"},
    ),
    "a number too long to be written": (
        {"documents": {**DOCUMENTS, "numbers": {"certificate": "{running:05}/" + "K" * 90 + "/{year}"}}},
        ("specimen_refused", "policy.documents.numbers"),
        {"certificate"},
    ),
    "a prize with a title too long": (
        {"rule_book": {**BOOK, "tiers": [{**BOOK["tiers"][0], "label": "Juara " * 30}]}},
        ("specimen_refused", "policy.rule_book.tiers"),
        {"certificate", "report"},
    ),
}


@pytest.mark.parametrize(("changes", "place", "documents"), WRONG.values(), ids=WRONG)
def test_what_keeps_a_document_from_being_issued_is_found_with_its_place(
    changes: dict[str, Any], place: tuple[str, str], documents: set[str]
) -> None:
    assert faults(**changes) == {place: documents}


def test_a_team_larger_than_a_document_holds_is_found() -> None:
    large = Policy.model_validate(POLICY).model_copy(update={"team_limit": MOST_MEMBERS + 1})
    assert [(fault["code"], fault["path"]) for fault in find_faults(large, render_documents)] == [("specimen_refused", "policy.team_limit")]
    assert get_document_type(DocumentKind.RECEIPT).content


# The flow


def test_the_flow_prints_what_waits_and_alike_versions_once(own_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    printed = []
    monkeypatch.setattr(flow, "find_faults", lambda policy, render: printed.append(policy) or find_faults(policy, render))
    call = own_town.call
    own_town.do(amend_policy, call, {**POLICY, "documents": TALL}, by="secretary")
    own_town.do(amend_policy, call, {**POLICY, "documents": TALL, "pass_mark": 70}, by="secretary")
    deliver(own_town, "recognition")
    assert len(printed) == 1
    assert own_town.rows(select(Message.state).where(Message.job == "print_specimens")) == [MessageState.HANDLED] * 2
    with pytest.raises(Invalid, match="specimen_does_not_fit"):
        own_town.do(sign_policy, call, 3, by="chair")
    own_town.do(amend_policy, call, POLICY, by="secretary")
    assert len(own_town.rows(select(Message.id).where(Message.job == "print_specimens"))) == 2, "the usual documents were printed before"
    own_town.do(sign_policy, call, 4, by="chair")


def test_what_an_earlier_release_planned_is_printed_too(own_town: Town, clock: Clock) -> None:
    call = own_town.call
    with own_town.store.unit_of_work() as session:
        session.add(PolicyVersion(call_id=call, number=2, body=Policy.model_validate({**POLICY, "team_limit": 5}).model_dump(mode="json")))
    before = len(own_town.rows(select(Specimen)))
    for _ in range(2):
        tick(own_town)
    deliver(own_town, "recognition")
    assert len(own_town.rows(select(Specimen))) == before + 1
    own_town.do(sign_policy, call, 2, by="chair")
