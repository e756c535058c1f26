"""An amendment holds ideas under way to longer waits or another signatory: all of them or none, by two people, told and explained.

Who would cheat: who shortens an objection, writes and signs alone, helps an own idea, or becomes the signatory. Who errs: two who amend
at once. What an inspector expects: each idea's history says what changed and why; its score, and the ledger, stay as they were.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from models.calls import PolicyVersion
from models.ideas import Decision, Idea
from models.inbox import InboxItem
from models.ledger import LedgerEntry
from models.outbox import Message
from models.policy import Policy
from models.reviews import Review, ReviewState
from models.stages import AwardStage, IdeaStage
from tests.building import POLICY, Town
from tests.specimens import take_as_printed
from tests.workflows.region.test_signatures import plan, version
from workflows.process.amending import count_by_stage
from workflows.process.attest.compare import compare_rows
from workflows.process.context import read_context, read_policy
from workflows.process.refusals import Conflict, NotFound, Refusal
from workflows.recognition.offices import read_issuer
from workflows.recognition.tell_changes import find_change_mail
from workflows.region.amendments import NewAmendment, amend_running, find_rule, list_amendable, preview_amendment
from workflows.region.calls import amend_policy
from workflows.region.signatures import sign_policy

WHY = "Kantor tutup dua pekan karena banjir; semua tenggat diundur."
LONGER = {"days.screening": 17, "days.review": 24, "days.agreement": 9}
OTHER = {"documents.signatory.name": "Ratna Kusuma", "documents.signatory.capacity": "Plt."}


def write(town: Town, call: str, changes: Mapping[str, Any] = LONGER, *, by: str = "secretary", **named: Any) -> int:
    """An amendment of version 1 that waits for its signature; its specimens are there already."""
    new = NewAmendment(**{"amends": 1, "changes": changes, "reason": WHY, **named})
    number = int(town.do(amend_running, call, new, by=by).number)
    with town.store.unit_of_work() as session:
        take_as_printed(session, read_policy(version(town, call, number)))
    return number


def amend(town: Town, call: str, changes: Mapping[str, Any] = LONGER, **named: Any) -> int:
    """An amendment that the chair signed."""
    number = write(town, call, changes, **named)
    town.do(sign_policy, call, number, by="chair")
    return number


def dues(town: Town, idea: str) -> dict[str, Any]:
    return dict(town.rows(select(InboxItem.task, InboxItem.due_at).where(InboxItem.idea_id == idea, col(InboxItem.done_at).is_(None))))


def refusal_of(town: Town, call: str, changes: Mapping[str, Any], **named: Any) -> dict[str | None, str]:
    with pytest.raises(Refusal) as refused:
        write(town, call, changes, **named)
    return {each.field: each.code for each in refused.value.parts or (refused.value,)}


def test_dates_that_run_move_by_what_is_added_and_the_idea_is_held_to_the_amendment(either_town: Town) -> None:
    town = either_town
    call = town.call
    waiting, reviewed, asked = town.build_idea(IdeaStage.SCREENING), town.build_idea(IdeaStage.IN_REVIEW), town.ask_team()
    before = {idea: (town.idea(idea).due_at, dues(town, idea)) for idea in (waiting, reviewed, asked)}
    reviews = dict(town.rows(select(Review.id, Review.due_at).where(Review.idea_id == reviewed)))
    number = amend(town, call)
    for idea in (waiting, reviewed, asked):
        assert town.idea(idea).policy_id == version(town, call, number).id
    for idea, task in ((waiting, "screen"), (reviewed, "score")):
        due_at, tasks = before[idea]
        assert town.idea(idea).due_at == due_at + timedelta(days=10)
        assert dues(town, idea) == {**tasks, task: tasks[task] + timedelta(days=10)}
    assert dues(town, asked) == {"agree": before[asked][1]["agree"] + timedelta(days=2)}
    moved = dict(town.rows(select(Review.id, Review.due_at).where(Review.state == ReviewState.ASSIGNED)))
    assert moved == {review: due_at + timedelta(days=10) for review, due_at in reviews.items()}


def test_an_open_awards_date_moves_too_and_what_is_at_an_end_stays_as_it_was(town: Town) -> None:
    award = town.build_award(AwardStage.PROPOSED)
    call, honoured = town.award(award).call_id, town.build_award(AwardStage.ANNOUNCED)
    withdrawn = town.build_idea(IdeaStage.WITHDRAWN)
    [due] = town.rows(select(InboxItem.due_at).where(InboxItem.award_id == award, col(InboxItem.done_at).is_(None)))
    number = amend(town, call, {"days.approval": 20})
    assert town.rows(select(InboxItem.due_at).where(InboxItem.award_id == award)) == [due + timedelta(days=6)]
    assert town.idea(town.award(award).idea_id).policy_id == version(town, call, number).id
    for idea in (withdrawn, town.award(honoured).idea_id):
        assert town.idea(idea).policy_id == version(town, call, 1).id


def test_a_score_given_before_stays_explained_and_the_ledger_agrees(either_town: Town) -> None:
    town = either_town
    call = town.call
    idea = town.build_idea(IdeaStage.SHORTLISTED)
    before = town.idea(idea)
    number = amend(town, call, {**LONGER, **OTHER})
    after = town.idea(idea)
    assert (after.score, after.stage, after.version > before.version) == (before.score, before.stage, True)
    bodies = [version(town, call, each).body for each in (1, number)]
    for name in ("rubric", "pass_mark", "rule_book", "requirements", "sections", "gates", "pilot"):
        assert bodies[0][name] == bodies[1][name]
    [told] = town.rows(select(Decision).where(Decision.idea_id == idea, Decision.action == "amend"))
    assert (told.reason, told.actor_id) == (WHY, town["chair"].id)
    assert told.detail["amended"]["days.review"] == [14, 24]
    assert told.detail["versions"] == [1, number]
    [entry] = town.rows(select(LedgerEntry).where(LedgerEntry.kind == "idea.amend", LedgerEntry.idea_id == idea))
    assert entry.payload["detail"]["policy"] == number
    assert {"origin"} <= entry.payload["detail"]["commits"]["idea"][idea].keys()
    with town.store.reading() as session:
        assert compare_rows(session).differences == []
    town.take(idea, "recommend feasible", "determine adopted")
    with town.store.reading() as session:
        assert compare_rows(session).differences == []


def test_a_policy_that_somebody_puts_under_an_idea_by_hand_is_found(town: Town) -> None:
    idea, call = town.build_idea(IdeaStage.SCREENING), town.call
    amend(town, call)
    with town.store.unit_of_work() as session:
        session.execute(sa.update(Idea).where(col(Idea.id) == idea).values(policy_id=version(town, call, 1).id))
    with town.store.reading() as session:
        [found] = compare_rows(session).differences
    assert (found.table, found.id) == ("idea", idea)


def test_papers_that_are_not_issued_yet_are_signed_by_the_new_signatory(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SCREENING)
    amend(town, town.call, OTHER)
    with town.store.reading() as session:
        issuer = read_issuer(session, read_context(session, idea, actor=town.actor(session, "secretary")), None)
    assert (issuer.office.signatory.name, issuer.office.signatory.capacity) == ("Ratna Kusuma", "Plt.")


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"days.objection": 29}, {"policy.days.objection": "amendment_shortens"}),
        (
            {"days.review": 13, "days.supplement": 1, "pass_mark": 50},
            {
                "policy.days.review": "amendment_shortens",
                "policy.days.supplement": "amendment_shortens",
                "policy.pass_mark": "part_not_amendable",
            },
        ),
        ({"days.retention": 900}, {"policy.days.retention": "part_not_amendable"}),
        ({"documents.legal_basis": "Lain"}, {"policy.documents.legal_basis": "part_not_amendable"}),
        ({"days": {"review": 1}}, {"policy.days": "part_not_amendable"}),
        ({"days.naps": 3}, {"policy.days.naps": "part_not_amendable"}),
        ({"days.review": True}, {"policy.days.review": "policy_invalid"}),
        ({"days.review": "20"}, {"policy.days.review": "policy_invalid"}),
        ({"days.review": 999}, {"policy.days.review": "policy_invalid"}),
        ({"documents.signatory.name": ""}, {"policy.documents.signatory.name": "policy_invalid"}),
        ({"documents.letterhead.lines": ["a"] * 9}, {"policy.documents.letterhead.lines": "policy_invalid"}),
        ({}, {"changes": "amendment_changes_nothing"}),
        ({"days.review": 14}, {"changes": "amendment_changes_nothing"}),
    ],
)
def test_what_is_shortened_fixed_or_impossible_is_refused_all_at_once(town: Town, changes: dict[str, Any], faults: dict[str, str]) -> None:
    assert refusal_of(town, town.call, changes) == faults
    assert len(town.rows(select(PolicyVersion))) == 1


def test_an_amendment_needs_a_reason_and_a_call_that_began(town: Town) -> None:
    assert refusal_of(town, town.call, LONGER, reason="banjir") == {"reason": "text_too_short"}
    planned = plan(town)
    with pytest.raises(Conflict, match="call_not_begun"):
        write(town, planned)
    with pytest.raises(NotFound, match="version_not_found"):
        write(town, town.call, amends=7)


def test_every_part_of_a_policy_has_a_rule_and_only_waits_and_papers_may_be_amended() -> None:
    paths = [path for path, _ in list_amendable(Policy.model_validate(POLICY))]
    assert {path.partition(".")[0] for path in paths} == {"days", "documents"}
    assert {path.split(".")[1] for path in paths if path.startswith("documents")} == {"letterhead", "signatory"}
    assert find_rule("rubric") == find_rule("movers.verify") == find_rule("documents.numbers.certificate") == "fixed"


# Told and shown


def test_before_it_is_signed_one_sees_whom_it_touches_and_nothing_has_moved(town: Town) -> None:
    call = town.call
    ideas = [town.build_idea(IdeaStage.SCREENING), town.build_idea(IdeaStage.SCREENING), town.build_idea(IdeaStage.IN_REVIEW)]
    before = [town.idea(idea).due_at for idea in ideas]
    number = write(town, call)
    with town.store.reading() as session:
        shown = preview_amendment(session, call, version(town, call, number))
        assert count_by_stage(shown.moves) == {"screening": 2, "in_review": 1}
        assert {move.idea.id: move.due_at for move in shown.moves} == {
            idea: due_at + timedelta(days=10) for idea, due_at in zip(ideas, before, strict=True) if due_at is not None
        }
    assert [town.idea(idea).due_at for idea in ideas] == before
    assert [each.field for each in shown.differences] == ["screening", "review", "agreement"]


def test_proposers_and_those_who_are_asked_are_told_once_with_what_changes(town: Town) -> None:
    call = town.call
    town.build_idea(IdeaStage.SCREENING, title="Loket keliling")
    in_review = town.build_idea(IdeaStage.IN_REVIEW)
    amend(town, call, {**LONGER, "documents.signatory.employee_number": "197001011995031001"})
    asked = {message.subject_id: message for message in town.rows(select(Message).where(Message.job == "tell_call_change"))}
    raters = {town[who].id for who in town.reviewers(in_review)}
    assert asked.keys() >= {town["lead"].id, town["mate"].id, town["secretary"].id, *raters}
    assert town["auditor"].id not in asked
    with town.store.reading() as session:
        own, rater = (find_change_mail(session, asked[each]) for each in (town["lead"].id, sorted(raters)[0]))
    assert own is not None
    assert rater is not None
    for said in (WHY, "Loket keliling", "Tenggat, Penilaian: semula 14 hari, sekarang 24 hari"):
        assert said in own.text
    assert "Loket keliling" not in rater.text
    assert "197001011995031001" not in own.text + rater.text


def test_histories_hold_no_whole_employee_number(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SCREENING)
    amend(town, town.call, {"documents.signatory.employee_number": "197001011995031001"})
    [told] = town.rows(select(Decision).where(Decision.idea_id == idea, Decision.action == "amend"))
    assert "19700101" not in str(told.detail)


# Below the engine


@pytest.mark.parametrize("column", ["line", "amends", "reason"])
def test_both_databases_keep_what_an_amendment_amends(either_town: Town, column: str) -> None:
    town = either_town
    number = write(town, town.call)
    with pytest.raises(sa.exc.DBAPIError), town.store.unit_of_work() as session:
        session.execute(sa.text(f"UPDATE policyversion SET {column} = NULL WHERE number = {number}"))


def test_a_new_version_touches_nobody_under_way(town: Town) -> None:
    idea, call = town.build_idea(IdeaStage.SCREENING), town.call
    before = town.idea(idea)
    town.do(amend_policy, call, {**POLICY, "days": {"screening": 30}}, by="secretary")
    with town.store.unit_of_work() as session:
        take_as_printed(session, read_policy(version(town, call, 2)))
    town.do(sign_policy, call, 2, by="chair")
    assert town.idea(idea) == before
