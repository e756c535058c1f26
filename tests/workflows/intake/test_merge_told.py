"""What is told of a merge before it is anybody's business: not who leads the other idea, and not why members would undo it."""

from models.people import Role
from tests.building import Town
from tests.steps import REASON
from tests.workflows.intake.merged import build_two, merge, open_both, propose, take_back
from workflows.intake.merge_lists import MergeLine, list_merges_of, list_waiting_merges
from workflows.intake.separate import undo_merge
from workflows.process.context import read_context


def by_whom(town: Town, who: str) -> str:
    with town.store.reading() as session:
        (waiting,) = list_waiting_merges(session, actor=town.actor(session, who))
        return waiting.asked_by


def test_before_both_opened_a_lead_is_not_told_who_leads_the_other(town: Town) -> None:
    first, second = build_two(town)
    town.give_role("lead", Role.UNIT_HEAD, "CIROYOM")  # and so sees the other idea
    asked = propose(town, first, second, by="lead")
    assert (by_whom(town, "owner"), by_whom(town, "lead"), by_whom(town, "secretary")) == ("", town["lead"].name, town["lead"].name)
    open_both(town, asked)
    assert by_whom(town, "owner") == town["lead"].name


def test_an_office_that_proposes_is_named_at_once(town: Town) -> None:
    propose(town, *build_two(town))
    assert by_whom(town, "owner") == town["secretary"].name


def line(town: Town, idea: str, who: str) -> MergeLine:
    with town.store.reading() as session:
        actor = town.actor(session, who)
        (found,) = list_merges_of(session, read_context(session, idea, actor=actor), actor=actor)
        return found


def test_why_members_would_undo_it_is_for_them_until_it_is_undone(town: Town) -> None:
    first, second = build_two(town)
    joined = merge(town, first, second)
    town.do(undo_merge, joined, reason="Kami ternyata berbeda pendapat.", by="mate")
    assert [line(town, first, who).undo_reason for who in ("chair", "mate")] == ["", ""]
    with town.store.reading() as session:
        (waiting,) = list_waiting_merges(session, actor=town.actor(session, "walker"))
        assert waiting.row.undo_reason == "Kami ternyata berbeda pendapat."
    take_back(town, joined)
    assert line(town, first, "chair").undo_reason == REASON
