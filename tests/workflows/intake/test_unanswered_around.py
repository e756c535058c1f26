"""Offers to another call and changes of teams and leads wait until a day, too, and silence gives nobody an idea, a share or the lead."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from models.instants import now
from models.people import NoticeKind
from models.replacements import Replacement
from models.stages import IdeaStage
from tests.asking import ask
from tests.building import Town
from tests.clock import stopped_clock
from tests.steps import REASON
from tests.workflows.intake.test_agree import team_of
from tests.workflows.intake.test_new_lead import ask_to_lead, lead_of
from tests.workflows.intake.test_replace import agree as agree_to_change
from tests.workflows.intake.test_replace import replace
from tests.workflows.intake.transferred import accept, agree, build_elsewhere, offer, require_whole
from tests.workflows.intake.waiting_long import after_the_end, facts, see, time_of, told_so
from workflows.intake.replace import answer_replacement, ask_replacement, confirm_replacement
from workflows.intake.replace_lists import list_replacements
from workflows.intake.replacing import NewReplacement
from workflows.intake.transfer_lists import list_transfers
from workflows.process.refusals import Conflict

pytestmark = pytest.mark.slow
NOBODY = "199912312024011999"


def test_an_offer_that_no_office_answers_is_over_and_may_be_made_anew(either_town: Town) -> None:
    town = either_town
    call, idea = build_elsewhere(town), town.build_idea(IdeaStage.SCREENING)
    offered = offer(town, idea, call)
    with pytest.raises(Conflict, match="transfer_waits"):
        offer(town, idea, call)
    with stopped_clock(time_of(town, offered).next_at - now()):  # type: ignore[operator]
        see(town, offered)
        assert told_so(town, NoticeKind.TRANSFER_OFFERED) == {"lead": 1, "walker": 2}, "the office alone is reminded"
    with after_the_end(town, offered):
        with pytest.raises(Conflict, match="answer_late"):
            accept(town, offered)
        again = offer(town, idea, call)  # though the clock has not looked
        for _ in range(2):
            see(town, offered)
        assert (facts(town, "idea.lapse_transfer"), told_so(town, NoticeKind.TRANSFER_ENDED)) == (
            1,
            {"lead": 1, "secretary": 1, "walker": 1},
        )
        accept(town, again)
        agree(town, again)
    assert town.idea(idea).call_id == call
    require_whole(town)


def test_a_member_who_never_agrees_to_another_calls_rules_leaves_the_idea_where_it_is(either_town: Town) -> None:
    town = either_town
    call, idea = build_elsewhere(town), town.build_idea(IdeaStage.SCREENING)
    offered, home = offer(town, idea, call), town.idea(idea).call_id
    first = time_of(town, offered).until
    with stopped_clock(timedelta(days=4)):
        accept(town, offered)
        assert time_of(town, offered).until - first == timedelta(days=4), "the team was not asked before"
    with after_the_end(town, offered):
        with pytest.raises(Conflict, match="answer_late"):
            agree(town, offered, "mate")
        with town.store.reading() as session:
            assert list_transfers(session, actor=town.actor(session, "mate")) == []
        for _ in range(2):
            see(town, offered)
    assert (town.idea(idea).call_id, town.idea(idea).stage, facts(town, "idea.lapse_transfer")) == (home, IdeaStage.SCREENING, 1)
    assert set(told_so(town, NoticeKind.TRANSFER_ENDED)) == {"lead", "mate", "secretary", "walker"}
    told = ask(TestClient(town.app), town["mate"], f"GET /ideas/{idea}/history").json()
    assert [(each["action"], each["by"]) for each in told][-1] == ("lapse_transfer", None)
    require_whole(town)


def test_the_lead_who_agrees_last_has_the_whole_of_the_days(town: Town) -> None:
    call, idea = build_elsewhere(town), town.build_idea(IdeaStage.SCREENING)
    offered = offer(town, idea, call)
    accept(town, offered)
    with stopped_clock(timedelta(days=6)):
        agree(town, offered, "mate")
    with stopped_clock(timedelta(days=12)):
        see(town, offered)
        agree(town, offered, "lead")
    assert town.idea(idea).call_id == call


def test_a_newcomer_who_never_answers_and_a_number_that_nobody_has_end_alike(either_town: Town) -> None:
    town = either_town
    idea, other = town.build_idea(IdeaStage.SCREENING), town.build_idea(IdeaStage.SCREENING)
    silent = replace(town, idea)
    nobody = str(town.do(ask_replacement, other, NewReplacement(town["mate"].id, REASON, employee_number=NOBODY), by="lead").id)
    for request in (silent, nobody):
        agree_to_change(town, request, "mate")
    shown = []
    for request in (silent, nobody):
        with town.store.reading() as session:
            (listed,) = [each for each in list_replacements(session, actor=town.actor(session, "lead")) if each.row.id == request]
            time = listed.time
            assert time is not None
            shown.append((time.until, time.is_binding, time.of_office))
    assert shown[0] == shown[1]
    assert told_so(town, NoticeKind.TEAM_ASKED) == {"walker": 1, "mate": 2}, "no office is asked for what cannot come about"
    with after_the_end(town, nobody):
        with pytest.raises(Conflict, match="answer_late"):
            agree_to_change(town, silent, "walker")
        with pytest.raises(Conflict, match="answer_late"):
            town.do(confirm_replacement, silent, confirms=True, by="head")
        for request in (silent, nobody, silent, nobody):
            see(town, request)
        assert town.rows(select(Replacement.id).where(col(Replacement.settled_at).is_(None))) == []
        assert (facts(town, "idea.lapse_replacement"), told_so(town, NoticeKind.TEAM_KEPT)) == (2, {"lead": 2, "mate": 2, "walker": 1})
        steps = [ask(TestClient(town.app), town["lead"], f"GET /ideas/{each}/history").json()[-1] for each in (idea, other)]
        assert [(step["action"], step["by"]) for step in steps] == [("lapse_replacement", None)] * 2
        require_whole(town)
        again = replace(town, idea)
        agree_to_change(town, again, "walker", "mate")
        assert time_of(town, again).of_office
        with stopped_clock(timedelta(days=90)):
            see(town, again)
            town.do(confirm_replacement, again, confirms=True, by="head")
    assert team_of(town, idea) == {"lead": 6_000, "walker": 4_000}
    require_whole(town)


def test_a_request_that_is_over_makes_room_for_another_before_the_clock_looks(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SCREENING)
    asked = replace(town, idea)
    with pytest.raises(Conflict, match="replacement_waits"):
        replace(town, idea, newcomer="owner")
    with after_the_end(town, asked):
        again = replace(town, idea, newcomer="owner")
        see(town, asked)
    waiting = town.rows(select(Replacement.id).where(col(Replacement.settled_at).is_(None)))
    assert (waiting, facts(town, "idea.lapse_replacement")) == ([again], 1)
    require_whole(town)


def test_a_member_who_would_lead_waits_for_silence_and_then_for_the_office_which_is_told(either_town: Town) -> None:
    town = either_town
    idea = town.build_idea(IdeaStage.SCREENING)
    asked = ask_to_lead(town, idea)
    assert (time_of(town, asked).is_binding, time_of(town, asked).of_office) == (False, False)
    with after_the_end(town, asked):
        see(town, asked)
        assert (time_of(town, asked).of_office, told_so(town, NoticeKind.TEAM_ASKED)["head"]) == (True, 2)
        with stopped_clock(timedelta(days=60)):
            see(town, asked)
            assert facts(town, "idea.lapse_replacement") == 0, "no office ends by silence what is asked of it"
        town.do(answer_replacement, asked, agrees=False, by="lead")
    assert lead_of(town, idea) == "lead", "a no of the lead ends it until the office has confirmed it"
    require_whole(town)


def test_who_is_to_lead_and_never_answers_does_not_lead(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SCREENING)
    asked = ask_to_lead(town, idea, by="lead")
    with after_the_end(town, asked):
        see(town, asked)
        with pytest.raises(Conflict, match="answer_late"):
            agree_to_change(town, asked, "mate")
    assert (lead_of(town, idea), facts(town, "idea.lapse_replacement")) == ("lead", 1)
    require_whole(town)
