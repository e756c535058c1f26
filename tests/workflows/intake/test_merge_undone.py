"""What has joined is read and credited where it joined; until the review begins both may be two again, and nobody judges the other then."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import select

from models.calls import Call
from models.instants import now
from models.merges import IdeaMerge, MergePart
from models.people import Role
from models.stages import IdeaStage
from tests.building import SECTIONS, Town
from tests.steps import REASON
from tests.workflows.intake.merged import agree, build_two, merge, propose, require_whole, take_back
from workflows.intake.copying import copy_idea
from workflows.intake.merge import open_merge
from workflows.intake.merge_lists import list_merges_of, name_with_joined
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.intake.separate import keep_merge, undo_merge
from workflows.intake.submit import supplement_idea
from workflows.intake.withdraw import withdraw_idea
from workflows.process.attest.compare import compare_rows
from workflows.process.context import read_context
from workflows.process.duties import list_borne
from workflows.process.refusals import Conflict, Forbidden, Invalid, NotFound
from workflows.region.accounts import close_account
from workflows.review.assign import list_eligible


def test_undo_is_refused_once_the_review_began_and_an_office_may_still_when_the_earlier_idea_was_withdrawn(town: Town) -> None:
    first, second = build_two(town)
    asked = merge(town, first, second)
    town.take(first, "permit granted", "screen accepted")
    for who in ("secretary", "owner"):
        with pytest.raises(Conflict, match="merge_review_began"):
            town.do(undo_merge, asked, reason=REASON, by=who)
    one, two = build_two(town, IdeaStage.AWAITING_PERMISSION, IdeaStage.AWAITING_PERMISSION)
    again = merge(town, one, two)
    assert town.idea(one).stage == IdeaStage.AWAITING_PERMISSION
    town.do(withdraw_idea, one, by="lead")
    with pytest.raises(Forbidden, match="only_office_separates"):
        town.do(undo_merge, again, reason=REASON, by="owner")
    town.do(undo_merge, again, reason=REASON, by="secretary")
    assert (town.idea(one).stage, town.idea(two).stage) == (IdeaStage.WITHDRAWN, IdeaStage.AWAITING_PERMISSION)
    require_whole(town)


def test_members_take_it_back_by_consent_of_all_and_one_who_stays_with_it_asks_all_anew(town: Town) -> None:
    first, second = build_two(town)
    asked = merge(town, first, second)
    for who in ("stranger", "head", "reviewer1"):
        with pytest.raises(NotFound):
            town.do(undo_merge, asked, reason=REASON, by=who)
    with pytest.raises(Invalid, match=r"text_too_short|text_empty"):
        town.do(undo_merge, asked, reason="", by="owner")
    town.do(undo_merge, asked, reason=REASON, by="owner")
    town.do(undo_merge, asked, reason="", by="lead")
    town.do(keep_merge, asked, by="mate")
    town.do(undo_merge, asked, reason=REASON, by="mate")
    for who in ("owner", "lead", "lead"):
        town.do(undo_merge, asked, reason="", by=who)
    assert town.idea(second).stage == IdeaStage.CLOSED
    town.do(undo_merge, asked, reason="", by="walker")
    assert (town.idea(first).stage, town.idea(second).stage) == (IdeaStage.SCREENING, IdeaStage.SCREENING)
    with pytest.raises(Conflict, match="merge_not_standing"):
        town.do(undo_merge, asked, reason=REASON, by="secretary")
    require_whole(town)


@pytest.mark.parametrize("lead", ["lead", "owner"])
def test_an_office_takes_back_with_the_word_of_one_lead_what_all_agreed_to_and_bears_it(town: Town, lead: str) -> None:
    first, second = build_two(town)
    asked = merge(town, first, second)
    town.give_role("stranger", Role.SECRETARIAT, "BAPPEDA")
    for before in ((), ("mate", "walker")):
        for who in before:
            town.do(undo_merge, asked, reason=REASON, by=who)
        assert not may_undo(town, first, "stranger")
        with pytest.raises(Conflict, match="merge_no_lead_agreed"):
            town.do(undo_merge, asked, reason=REASON, by="stranger")
    town.do(undo_merge, asked, reason=REASON, by=lead)
    town.do(keep_merge, asked, by="mate")
    with pytest.raises(Conflict, match="merge_no_lead_agreed"):
        town.do(undo_merge, asked, reason=REASON, by="stranger")
    town.do(undo_merge, asked, reason=REASON, by=lead)
    assert may_undo(town, first, "stranger")
    town.do(undo_merge, asked, reason=REASON, by="stranger")
    assert (town.idea(first).stage, town.idea(second).stage) == (IdeaStage.SCREENING, IdeaStage.SCREENING)
    with town.store.reading() as session:
        for idea in (first, second):
            assert list_borne(session, idea, town["stranger"].id) == ["screen"], "who let them be two neither scores nor determines one"
            assert list_borne(session, idea, town[lead].id) in ([], ["left_team"]), "a member who agreed screened nothing"
    require_whole(town)


def test_an_office_waits_for_no_lead_who_serves_no_more(town: Town) -> None:
    first, second = build_two(town)
    asked = merge(town, first, second)
    for who in ("lead", "owner"):
        with pytest.raises(Conflict, match="merge_no_lead_agreed"):
            town.do(undo_merge, asked, reason=REASON, by="secretary")
        town.do(close_account, town[who].id, by="admin")
    town.do(undo_merge, asked, reason=REASON, by="secretary")
    assert town.idea(second).stage == IdeaStage.SCREENING


@pytest.mark.parametrize("is_ranked", [False, True])
def test_no_member_learns_from_a_merge_that_awards_are_drafted(town: Town, is_ranked: bool) -> None:
    first, second = build_two(town)
    asked = merge(town, first, second)
    town.take(first, "permit granted", "screen rejected")
    if is_ranked:
        with town.store.unit_of_work() as session:
            session.execute(sa.update(Call).values(awards_drafted_at=now()))
    for who in ("lead", "mate", "owner", "walker"):
        with pytest.raises(Forbidden, match="only_office_separates"):
            town.do(undo_merge, asked, reason=REASON, by=who)
        assert not may_undo(town, first, who)
    assert may_undo(town, first, "secretary") == (not is_ranked)
    if is_ranked:
        with pytest.raises(Conflict, match="merge_call_over"):
            town.do(undo_merge, asked, reason=REASON, by="secretary")


def may_undo(town: Town, idea: str, who: str) -> bool:
    """Whether the page offers somebody to take the merge back, or to agree to it."""
    with town.store.reading() as session:
        actor = town.actor(session, who)
        (line,) = list_merges_of(session, read_context(session, idea, actor=actor), actor=actor)
        return line.may_undo or line.may_agree_to_undo


def test_what_is_completed_after_a_merge_goes_to_the_head_again(town: Town) -> None:
    first, second = build_two(town)
    town.do(screen_idea, first, Screening.RETURNED, Findings(notes={"idea": "Jelaskan biayanya."}), by="secretary")
    asked = merge(town, first, second)
    assert town.idea(first).stage == IdeaStage.SUPPLEMENT_ASKED
    said = town.proposal(team=(), sections={**SECTIONS, "idea": "Antrean daring dengan biaya yang dihitung."})
    town.do(supplement_idea, first, said, by="lead")
    assert town.idea(first).stage == IdeaStage.AWAITING_PERMISSION
    take_back(town, asked)
    assert town.idea(first).stage == IdeaStage.SCREENING, "what was permitted before stands again"
    require_whole(town)


def test_a_team_that_no_head_permitted_goes_to_them_when_what_has_joined_is_let_go(town: Town) -> None:
    call = town.build_call()
    first, second, third = (
        town.build_idea(IdeaStage.SUPPLEMENT_ASKED, call=call, lead=who, title=f"Antrean {who}") for who in ("lead", "owner", "operator")
    )
    merge(town, first, second, "lead", "mate", "owner")
    last = merge(town, first, third, "lead", "mate", "owner", "operator")
    said = town.proposal(title="Antrean lead", team=(), sections={**SECTIONS, "idea": "Antrean daring dengan biaya yang dihitung."})
    town.do(supplement_idea, first, said, by="lead")
    town.take(first, "permit granted")
    take_back(town, last)
    assert town.idea(first).stage == IdeaStage.AWAITING_PERMISSION, "the head permitted the four, and never these three"
    require_whole(town)


def test_what_is_completed_after_a_merge_that_was_undone_goes_to_a_head_who_never_saw_its_team(town: Town) -> None:
    first, second = build_two(town, IdeaStage.AWAITING_PERMISSION, IdeaStage.AWAITING_PERMISSION)
    asked = merge(town, first, second)
    town.take(first, "permit granted", "screen returned")
    take_back(town, asked)
    said = town.proposal(team=(), sections={**SECTIONS, "idea": "Antrean daring dengan biaya yang dihitung."})
    town.do(supplement_idea, first, said, by="lead")
    assert town.idea(first).stage == IdeaStage.AWAITING_PERMISSION
    require_whole(town)


def test_what_has_joined_is_read_from_the_idea_that_stands(town: Town) -> None:
    first, second = build_two(town)
    asked = merge(town, first, second)

    def lines(who: str, idea: str = first) -> list[Any]:
        with town.store.reading() as session:
            actor = town.actor(session, who)
            return list_merges_of(session, read_context(session, idea, actor=actor), actor=actor)

    for who in ("lead", "mate", "owner", "head", "secretary"):
        (line,) = lines(who)
        assert line.joined.sections["idea"], who
        assert line.by == town["secretary"].name
    (own,) = lines("walker", second)
    assert (own.has_joined, own.other.id, own.joined) == (False, first, None)
    with town.store.reading() as session:
        assert read_context(session, second, actor=town.actor(session, "mate")).idea.title == "Nomor antre dari rumah"
    take_back(town, asked)
    with town.store.reading() as session, pytest.raises(NotFound):
        read_context(session, second, actor=town.actor(session, "mate"))
    assert lines("lead")[0].joined is None


def test_who_changes_a_merge_in_the_database_is_found(town: Town) -> None:
    first, second = build_two(town)
    asked = merge(town, first, second)
    with town.store.unit_of_work() as session:
        session.get_one(IdeaMerge, asked).into_id = second
        session.exec(select(MergePart).where(MergePart.person_id == town["walker"].id)).one().share_hundredths = 9_000
    with town.store.reading() as session:
        found = {(each.table, each.field) for each in compare_rows(session).differences}
    assert {table for table, _ in found} == {"ideamerge", "mergepart"}


def test_an_idea_that_has_joined_is_not_copied_and_stands_on_the_papers_of_the_other(town: Town) -> None:
    first, second = build_two(town)
    merge(town, first, second)
    with pytest.raises(Conflict, match="joined_not_copied"):
        town.do(copy_idea, second, town.call, by="owner")
    with town.store.reading() as session:
        named = name_with_joined(session, [town.idea(first)])[first]
    assert named == f"{town.idea(first).code} (dengan {town.idea(second).code})"


def test_a_reviewer_in_the_joined_team_reviews_nothing_of_it(town: Town) -> None:
    first = town.build_idea(IdeaStage.SCREENING)
    second = town.build_idea(IdeaStage.AWAITING_PERMISSION, lead="reviewer1", title="Nomor antre dari rumah")
    asked = propose(town, first, second)
    for who in ("lead", "reviewer1"):
        town.do(open_merge, asked, by=who)
    agree(town, asked, "lead", "mate", "reviewer1")
    town.take(first, "permit granted")
    with town.store.reading() as session:
        context = read_context(session, first, actor=town.actor(session, "flow:review"))
        assert town["reviewer1"].id not in list_eligible(session, context)
    take_back(town, asked)
    with town.store.reading() as session:
        context = read_context(session, first, actor=town.actor(session, "flow:review"))
        assert town["reviewer1"].id not in list_eligible(session, context)
