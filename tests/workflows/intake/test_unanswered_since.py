"""Whom a request waits for may leave, and what it is about may become another, before everybody has answered; the clock sees both.

An inspector would ask: is anything lost to an office that was never asked? Is an office pressed for what it may not confirm? Does anything
wait that cannot come about, and stand in the way of what could?
"""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from models.answer_times import AnswerTime
from models.ideas import Idea
from models.instants import local_day, now, today
from models.merges import IdeaMerge
from models.people import NoticeKind, Role
from models.replacements import Replacement
from models.stages import IdeaStage
from models.transfers import IdeaTransfer
from tests.building import SECTIONS, Town
from tests.clock import stopped_clock
from tests.steps import REASON
from tests.workflows.intake.merged import ALL, build_two, merge, open_both, propose
from tests.workflows.intake.merged import agree as agree_to_merge
from tests.workflows.intake.test_agree import team_of
from tests.workflows.intake.test_new_lead import ask_to_lead, lead_of
from tests.workflows.intake.test_replace import agree, replace, retire
from tests.workflows.intake.transferred import accept, build_elsewhere, offer, require_whole
from tests.workflows.intake.waiting_long import after_the_end, facts, propose_as_lead, see, time_of, told_so
from tests.workflows.turns import Clock, clock, own_town, run_clock
from workflows.intake.draft import revise_idea
from workflows.intake.merge import confirm_merge
from workflows.intake.office_holders import list_over
from workflows.intake.replace import confirm_replacement
from workflows.intake.separate import undo_merge
from workflows.intake.submit import supplement_idea
from workflows.process.refusals import Conflict
from workflows.region.accounts import close_account, reopen_account

__all__ = ["clock", "own_town"]
pytestmark = pytest.mark.slow


def waits(town: Town, request: str) -> bool:
    """Whether a request is not settled."""
    table = next(each for each in (IdeaMerge, IdeaTransfer, Replacement) if town.rows(select(each.id).where(each.id == request)))
    return town.rows(select(table.settled_at).where(table.id == request)) == [None]


def test_where_the_last_who_lacks_leaves_the_service_the_office_is_asked_and_nothing_is_lost(town: Town) -> None:
    early, late = (replace(town, town.build_idea(IdeaStage.SCREENING)) for _ in range(2))
    for request in (early, late):
        agree(town, request, "walker")
    retire(town, "mate")
    with stopped_clock(time_of(town, early).next_at - now()):  # type: ignore[operator]
        see(town, early)
        assert (time_of(town, early).of_office, told_so(town, NoticeKind.TEAM_ASKED)["head"]) == (True, 1)
    with after_the_end(town, late):
        with pytest.raises(Conflict, match="answer_late"):
            town.do(confirm_replacement, late, confirms=True, by="head")
        see(town, late)
        assert (time_of(town, late).of_office, local_day(time_of(town, late).until) - today() >= timedelta(days=7)) == (True, True)
        assert told_so(town, NoticeKind.TEAM_ASKED)["head"] == 2
    with stopped_clock(timedelta(days=90)):
        for request in (early, late):
            for _ in range(2):
                see(town, request)
            town.do(confirm_replacement, request, confirms=True, by="head")
    assert facts(town, "idea.lapse_replacement") == 0
    assert [team_of(town, each) for each in town.rows(select(Replacement.idea_id))] == [{"lead": 6_000, "walker": 4_000}] * 2
    require_whole(town)


def test_who_comes_back_while_the_office_is_asked_is_asked_again_for_the_whole_of_the_days(town: Town) -> None:
    asked = replace(town, town.build_idea(IdeaStage.SCREENING))
    town.do(close_account, town["mate"].id, by="admin")
    agree(town, asked, "walker")
    assert time_of(town, asked).of_office
    before = told_so(town, NoticeKind.TEAM_ASKED)
    town.do(reopen_account, town["mate"].id, by="admin")
    with stopped_clock(time_of(town, asked).next_at - now()):  # type: ignore[operator]
        see(town, asked)
        assert (time_of(town, asked).of_office, time_of(town, asked).is_binding) == (False, True)
        assert local_day(time_of(town, asked).until) - today() >= timedelta(days=7)
        assert told_so(town, NoticeKind.TEAM_ASKED) == before | {"mate": before["mate"] + 1}


def test_where_the_last_member_who_lacks_leaves_the_lead_has_the_whole_of_the_days(town: Town) -> None:
    call, idea = build_elsewhere(town), town.build_idea(IdeaStage.SCREENING)
    offered = offer(town, idea, call)
    accept(town, offered)
    retire(town, "mate")
    with after_the_end(town, offered):
        for _ in range(2):
            see(town, offered)
        assert local_day(time_of(town, offered).until) - today() >= timedelta(days=7)
        assert told_so(town, NoticeKind.TRANSFER_ACCEPTED) == {"lead": 2, "mate": 1}
    with after_the_end(town, offered):
        see(town, offered)
        assert (waits(town, offered), facts(town, "idea.lapse_transfer")) == (False, 1), "but no longer"


def test_what_all_agreed_to_and_is_another_by_now_is_asked_of_no_office_and_ends(either_town: Town) -> None:
    town = either_town
    first, second = build_two(town, IdeaStage.SUPPLEMENT_ASKED)
    merging = propose_as_lead(town, first, second)
    open_both(town, merging)
    agree_to_merge(town, merging, *ALL)
    other = town.build_idea(IdeaStage.SCREENING)
    changing = replace(town, other, newcomer="stranger")
    agree(town, changing, "stranger", "mate")
    assert (time_of(town, merging).of_office, time_of(town, changing).of_office) == (True, True)
    town.do(revise_idea, first, town.proposal(sections={**SECTIONS, "idea": "Antrean daring dengan biaya."}, team=()), by="lead")
    town.do(supplement_idea, first, by="lead")
    with town.store.unit_of_work() as session:
        session.get_one(Idea, other).title = "Antrean yang ditulis ulang"
    before = told_so(town, NoticeKind.MERGE_ASKED), told_so(town, NoticeKind.TEAM_ASKED)
    with stopped_clock(time_of(town, merging).next_at - now()):  # type: ignore[operator]
        with pytest.raises(Conflict, match="merge_changed_since"):
            town.do(confirm_merge, merging, confirms=True, by="secretary")
        for request in (merging, changing):
            see(town, request)
        assert (told_so(town, NoticeKind.MERGE_ASKED), told_so(town, NoticeKind.TEAM_ASKED)) == before
    with after_the_end(town, merging):
        for request in (merging, changing):
            for _ in range(2):
                see(town, request)
        assert (waits(town, merging), waits(town, changing)) == (False, False)
        assert (facts(town, "idea.lapse_merge"), facts(town, "idea.lapse_replacement")) == (1, 1)
        assert told_so(town, NoticeKind.MERGE_ENDED) == dict.fromkeys(ALL, 1)
        assert told_so(town, NoticeKind.TEAM_KEPT) == dict.fromkeys(("lead", "mate", "stranger"), 1)
        again = propose(town, first, second, by="lead"), replace(town, other, newcomer="stranger")
    assert [waits(town, request) for request in again] == [True, True], "and may be asked anew"


def test_what_can_come_about_no_more_ends_without_a_word_to_anybody(town: Town) -> None:
    """Also what an earlier release asked years ago, and nobody ever settled."""
    call, elsewhere = build_elsewhere(town), town.build_idea(IdeaStage.SCREENING)
    offered = offer(town, elsewhere, call)
    standing = merge(town, *build_two(town))
    town.do(undo_merge, standing, reason=REASON, by="mate")
    idea = town.build_idea(IdeaStage.RECOMMENDED)
    leading, changing = ask_to_lead(town, idea), replace(town, idea, newcomer="stranger")
    agree(town, changing, "stranger")
    (joint,) = town.rows(select(IdeaMerge.into_id).where(IdeaMerge.id == standing))
    town.take(elsewhere, "screen accepted", "assign")
    town.take(joint, "permit granted", "screen accepted", "assign")
    town.take(idea, "determine adopted")
    agree(town, changing, "mate")
    assert not time_of(town, changing).of_office, "no office is asked for what it may not confirm"
    with town.store.unit_of_work() as session:
        session.execute(sa.delete(AnswerTime).where(col(AnswerTime.subject_id).in_((offered, standing, changing))))
    kinds = NoticeKind.TEAM_ASKED, NoticeKind.TEAM_KEPT, NoticeKind.TRANSFER_OFFERED, NoticeKind.TRANSFER_ENDED, NoticeKind.MERGE_ENDED
    before = {kind: told_so(town, kind) for kind in kinds}
    for request in (offered, standing, changing, leading):
        see(town, request)
        assert waits(town, request) or request == standing
        with stopped_clock(time_of(town, request).next_at - now()):  # type: ignore[operator]
            see(town, request)
        with after_the_end(town, request):
            for _ in range(2):
                see(town, request)
    assert [waits(town, request) for request in (offered, changing, leading)] == [False] * 3
    assert [facts(town, f"idea.lapse_{what}") for what in ("transfer", "separation", "replacement")] == [1, 1, 2]
    assert {kind: told_so(town, kind) for kind in kinds} == before
    assert lead_of(town, idea) == "lead"
    require_whole(town)


def test_an_idea_that_comes_to_wait_for_its_silent_lead_does_not_wait_as_long_as_before(own_town: Town, clock: Clock) -> None:
    idea = own_town.build_idea(IdeaStage.SCREENING)
    asked = ask_to_lead(own_town, idea)
    assert local_day(time_of(own_town, asked).until) - today() >= timedelta(days=28), "twenty working days"
    clock.set("2026-11-26T10:00:00+07:00")
    own_town.take(idea, "screen returned")
    for _ in range(2):
        run_clock(own_town)
    until = time_of(own_town, asked).until
    assert local_day(until).isoformat() == "2026-12-03", "five working days from the day on which the idea is returned"
    assert told_so(own_town, NoticeKind.TEAM_ASKED) == {"head": 1, "lead": 1}, "nobody is reminded before their day"
    clock.set(until + timedelta(seconds=1))
    run_clock(own_town)
    assert (time_of(own_town, asked).of_office, told_so(own_town, NoticeKind.TEAM_ASKED)["head"]) == (True, 2)
    own_town.do(confirm_replacement, asked, confirms=True, reason=REASON, by="head")
    assert lead_of(own_town, idea) == "mate"


def test_of_an_office_the_nearest_alone_is_reminded(town: Town) -> None:
    town.give_role("stranger", Role.UNIT_HEAD, "KOTA")
    asked = replace(town, town.build_idea(IdeaStage.SCREENING))
    agree(town, asked, "walker", "mate")
    with stopped_clock(time_of(town, asked).next_at - now()):  # type: ignore[operator]
        see(town, asked)
    assert told_so(town, NoticeKind.TEAM_ASKED) == {"walker": 1, "mate": 1, "head": 2, "stranger": 1}
    retire(town, "head")
    with town.store.reading() as session:
        nearest = list_over(session, Role.UNIT_HEAD, town.units["MALEBER"][1], nearest=True)
    assert nearest == [town["stranger"].id], "who left reads nothing any more"
