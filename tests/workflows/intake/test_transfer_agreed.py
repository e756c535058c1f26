"""What everybody agrees to when an idea is handed to another call: the team and both offices, to the rules and the text that they read.

Who would cheat signs other rules after the lead has read them, or has another text taken in than was accepted.
"""

import pytest
from sqlmodel import col, select, update

from models.calls import Call
from models.instants import now
from models.people import AccountNotice
from models.stages import IdeaStage
from tests.building import SECTIONS, Town
from tests.steps import REASON
from tests.workflows.intake.transferred import accept, agree, build_elsewhere, offer, require_whole, terms_of
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.intake.submit import supplement_idea
from workflows.intake.transfer import Agreement, agree_to_transfer, answer_transfer
from workflows.intake.transfer_lists import list_transfers
from workflows.intake.transferring import list_calls_to_transfer_into
from workflows.process.context import read_context
from workflows.process.refusals import Conflict, Invalid
from workflows.region.accounts import close_account


def test_of_the_team_each_agrees_and_one_who_refuses_keeps_the_idea_where_it_is(town: Town) -> None:
    other, idea = build_elsewhere(town), town.build_idea(IdeaStage.SCREENING)
    offered = offer(town, idea, other)
    assert told(town, "mate") == []
    accept(town, offered)
    assert told(town, "mate") == ["transfer_accepted"], "a member is asked, and told of it at once"
    assert (awaited(town, "mate"), awaited(town, "lead")) == (1, 0)
    town.do(agree_to_transfer, offered, None, reason=REASON, by="mate")
    assert town.idea(idea).call_id == town.call
    assert told(town, "lead")[-1] == told(town, "walker")[-1] == "transfer_ended"
    again = offer(town, idea, other)
    accept(town, again)
    town.do(close_account, town["mate"].id, by="admin")
    assert awaited(town, "lead") == 1, "who serves no more is not waited for"
    agree(town, again, "lead")
    assert town.idea(idea).call_id == other
    require_whole(town)


def told(town: Town, who: str) -> list[str]:
    notices = town.rows(select(AccountNotice).where(AccountNotice.person_id == town[who].id).order_by(col(AccountNotice.at)))
    return [each.kind.value for each in notices if each.kind.value.startswith("transfer_")]


def awaited(town: Town, who: str) -> int:
    with town.store.reading() as session:
        return sum(each.awaits_reader for each in list_transfers(session, actor=town.actor(session, who)))


def test_nobody_is_bound_by_rules_that_were_signed_after_they_read_others(town: Town) -> None:
    other, idea = build_elsewhere(town), town.build_idea(IdeaStage.SCREENING)
    offered = offer(town, idea, other)
    read = terms_of(town, offered)
    for what, who in (({"accepts": True}, "walker"),):
        with pytest.raises(Invalid, match="terms_missing") as refused:
            town.do(answer_transfer, offered, **what, by=who)
        assert refused.value.field == "terms"
    accept(town, offered)
    agree(town, offered, "mate")
    with pytest.raises(Invalid, match="terms_missing"):
        town.do(agree_to_transfer, offered, Agreement(), by="lead")
    amend_elsewhere(town, other, pass_mark=90)
    with pytest.raises(Conflict, match="transfer_changed_since"):
        town.do(agree_to_transfer, offered, Agreement(read), by="lead")
    with pytest.raises(Conflict, match="transfer_not_accepted"):
        agree(town, offered, "lead")
    assert (awaited(town, "walker"), awaited(town, "mate"), awaited(town, "lead")) == (1, 0, 0), "the office is asked first"
    with pytest.raises(Conflict, match="transfer_changed_since"):
        town.do(answer_transfer, offered, accepts=True, terms=read, by="walker")
    accept(town, offered)
    with pytest.raises(Conflict, match="transfer_unanswered"):
        agree(town, offered, "lead")
    agree(town, offered)
    assert town.idea(idea).call_id == other
    require_whole(town)


def test_no_office_takes_in_another_text_or_team_than_it_accepted(town: Town) -> None:
    other, idea = build_elsewhere(town), town.build_idea(IdeaStage.SCREENING)
    offered = offer(town, idea, other)
    accept(town, offered)
    agree(town, offered, "mate")
    read = terms_of(town, offered)
    town.do(screen_idea, idea, Screening.RETURNED, Findings(notes={"idea": "Jelaskan biayanya."}), by="secretary")
    said = town.proposal(team=(), sections={**SECTIONS, "idea": "Antrean daring dengan biaya yang dihitung."})
    town.do(supplement_idea, idea, said, by="lead")
    assert town.idea(idea).stage == IdeaStage.SCREENING
    for terms, code in ((read, "transfer_changed_since"), (terms_of(town, offered), "transfer_not_accepted")):
        with pytest.raises(Conflict, match=code):
            town.do(agree_to_transfer, offered, Agreement(terms), by="lead")
    accept(town, offered)
    agree(town, offered)
    assert town.idea(idea).call_id == other
    require_whole(town)


def test_that_awards_are_drafted_is_told_to_the_office_that_takes_in_and_to_nobody_else(town: Town) -> None:
    other, idea, late = (
        build_elsewhere(town),
        town.build_idea(IdeaStage.SCREENING),
        town.build_idea(IdeaStage.SCREENING, title="Rapor daring"),
    )
    accepted = offer(town, late, other)
    accept(town, accepted)
    seen = []
    for drafted_at in (None, now()):
        with town.store.unit_of_work() as session:
            session.execute(update(Call).where(col(Call.id) == other).values(awards_drafted_at=drafted_at))
        with town.store.reading() as session:
            context = read_context(session, idea, actor=town.actor(session, "secretary"))
            seen.append([each.id for each in list_calls_to_transfer_into(session, context, town.actor(session, "secretary"))])
    assert seen[0] == seen[1] == [other], "the list of the office that hands on is the same before and after the ranking"
    offered = offer(town, idea, other)
    with pytest.raises(Conflict, match="transfer_call_over"):
        accept(town, offered)
    agree(town, accepted)
    assert town.idea(late).call_id == other, "what was accepted before stands"


def amend_elsewhere(town: Town, call: str, **policy: object) -> None:
    """Another version of the rules of a call of the education agency."""
    for unit, change in (("BAPPEDA", policy), ("DISDIK", None)):
        with town.store.unit_of_work() as session:
            session.execute(update(Call).where(col(Call.id) == call).values(unit_id=town.units[unit][0]))
        if change is not None:
            town.amend(call, **change)
