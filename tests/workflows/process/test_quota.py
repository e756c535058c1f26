"""A unit, or a whole agency, has so many places in a call: counted by the idea's own unit, freed by a withdrawal, never one too many.

Who would cheat: a unit that splits its ideas over two of its sub-units, moves a person or a unit, or sends twenty at the same moment. Who
errs: who withdraws the wrong idea. An inspector counts the ideas of an agency and finds no more than the policy allows.
"""

import threading
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from models.entry_rules import QuotaPer
from models.ideas import Idea
from models.stages import IdeaStage
from models.units import Unit
from tests.building import Town
from workflows.intake.draft import draft_idea
from workflows.intake.submit import submit_idea
from workflows.intake.withdraw import withdraw_idea
from workflows.process.context import read_context
from workflows.process.quota import Quota, QuotaGroup, count_submitted, find_group, read_quota
from workflows.process.refusals import Conflict
from workflows.region.people import move_person
from workflows.region.posts import Dated

MANY, PLACES = 20, 3


def call_of(town: Town, quota: int, per: str = "whole_agency") -> str:
    return town.build_call(eligibility={"quota": quota, "quota_per": per}, permission=True)


def draft(town: Town, call: str, lead: str = "lead", **said: Any) -> str:
    return str(town.do(draft_idea, call, town.proposal(team=(), **said), by=lead).idea.id)


def submit(town: Town, call: str, lead: str = "lead") -> str:
    idea = draft(town, call, lead)
    town.do(submit_idea, idea, by=lead)
    return idea


def refuse(town: Town, call: str, lead: str = "lead") -> dict[str, Any]:
    with pytest.raises(Conflict, match="quota_reached") as refused:
        submit(town, call, lead)
    return refused.value.parameters


def stand(town: Town, idea: str) -> Quota | None:
    with town.store.reading() as session:
        return read_quota(session, read_context(session, idea, actor=town.actor(session, "flow:test")))


# Whose ideas count together


@pytest.mark.parametrize(
    ("unit", "call", "group"),
    [
        ("k/andir/maleber/", "k/", QuotaGroup("k/andir/", with_below=True)),
        ("k/andir/", "k/", QuotaGroup("k/andir/", with_below=True)),
        ("k/", "k/", QuotaGroup("k/", with_below=False)),
        ("k/andir/maleber/rw/", "k/andir/", QuotaGroup("k/andir/maleber/", with_below=True)),
        ("k/andir/", "k/andir/", QuotaGroup("k/andir/", with_below=False)),
        ("k/andir/maleber/", "k/bappeda/", QuotaGroup("k/andir/", with_below=True)),  # held by an agency for the whole city
        ("k/bappeda/bidang/", "k/bappeda/", QuotaGroup("k/bappeda/bidang/", with_below=True)),
        ("k/", "k/bappeda/", QuotaGroup("k/", with_below=False)),
    ],
)
def test_an_agency_is_the_unit_right_below_the_calls_with_all_below_it(unit: str, call: str, group: QuotaGroup) -> None:
    assert find_group(QuotaPer.WHOLE_AGENCY, unit, call) == group
    assert find_group(QuotaPer.OWN_UNIT, unit, call) == QuotaGroup(unit, with_below=False)


def test_two_units_of_an_agency_share_its_places(town: Town) -> None:
    call = call_of(town, 2)
    submit(town, call, "lead")
    submit(town, call, "mate")
    for who in ("lead", "mate"):  # of two urban villages of one district
        assert refuse(town, call, who) == {"given": "Kecamatan Andir", "count": 2, "maximum": 2}
    submit(town, call, "stranger")  # of another district


def test_each_unit_has_its_own_where_the_policy_counts_units(town: Town) -> None:
    call = call_of(town, 1, "own_unit")
    submit(town, call, "lead")
    assert refuse(town, call, "lead") == {"given": "Kelurahan Maleber", "count": 1, "maximum": 1}
    submit(town, call, "mate")


def test_ideas_of_other_calls_and_drafts_take_no_place(town: Town) -> None:
    call = call_of(town, 1)
    submit(town, call_of(town, 1))
    draft(town, call)
    submit(town, call)


# What takes a place, and what frees it


def test_a_withdrawal_frees_a_place_and_the_withdrawn_idea_itself_is_over(town: Town) -> None:
    call = call_of(town, 1)
    first, second = submit(town, call), draft(town, call)
    town.do(withdraw_idea, first, by="lead")
    assert stand(town, second) == Quota("Kecamatan Andir", 1, 0)
    with pytest.raises(Conflict, match="wrong_stage"):
        town.do(submit_idea, first, by="lead")
    town.do(submit_idea, second, by="lead")
    refuse(town, call)


@pytest.mark.parametrize("stage", [IdeaStage.CLOSED, IdeaStage.IN_REVIEW, IdeaStage.REJECTED])
def test_whatever_else_came_of_an_idea_it_had_its_place(town: Town, stage: IdeaStage) -> None:
    call = call_of(town, 1)
    town.build_idea(stage, call=call)
    refuse(town, call)


def test_a_supplement_never_counts_again(town: Town) -> None:
    call = call_of(town, 1)
    idea = town.build_idea(IdeaStage.SUPPLEMENT_ASKED, call=call)
    town.take(idea, "supplement")
    assert (town.idea(idea).stage, stand(town, idea)) == (IdeaStage.SCREENING, Quota("Kecamatan Andir", 1, 1))


def test_who_moves_takes_no_idea_along(town: Town) -> None:
    call = call_of(town, 1)
    began, late = draft(town, call), draft(town, call, "mate")
    town.do(move_person, town["lead"].id, "DAGO", Dated(), by="admin")
    town.do(submit_idea, began, by="lead")  # drafted for Maleber, in Andir
    with pytest.raises(Conflict, match="quota_reached"):
        town.do(submit_idea, late, by="mate")
    submit(town, call, "stranger")  # Coblong's place is free


def test_a_unit_that_moves_counts_where_it_is_now(town: Town) -> None:
    call = call_of(town, 1)
    submit(town, call)
    with town.store.unit_of_work() as session:
        moved = session.get_one(Unit, town.units["MALEBER"][0])
        moved.parent_id, moved.path = town.units["COBLONG"][0], f"{town.units['COBLONG'][1]}{moved.id}/"
    submit(town, call, "mate")
    assert refuse(town, call, "stranger")["given"] == "Kecamatan Coblong"


# Two at once, and many


def test_of_twenty_at_the_same_moment_three_get_the_three_places(either_town: Town) -> None:
    call = call_of(either_town, PLACES)
    leads = [("lead", "mate")[place % 2] for place in range(MANY)]
    ideas = [draft(either_town, call, who, title=f"Gagasan {place}") for place, who in enumerate(leads)]
    ready, refused, strange = threading.Barrier(MANY), list[str](), list[Exception]()

    def send(idea: str, who: str) -> None:
        ready.wait()
        try:
            either_town.do(submit_idea, idea, by=who)
        except Conflict as refusal:
            refused.append(refusal.code)
        except Exception as fault:
            strange.append(fault)

    threads = [threading.Thread(target=send, args=each) for each in zip(ideas, leads, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert strange == []
    assert refused == ["quota_reached"] * (MANY - PLACES)
    assert len(either_town.rows(select(Idea.id).where(Idea.call_id == call, col(Idea.stage) == IdeaStage.SUBMITTED))) == PLACES


def test_the_ideas_of_an_agency_are_counted_along_an_index(either_town: Town) -> None:
    """A call of a hundred thousand ideas is not read through for the few of one agency."""
    group = QuotaGroup(either_town.units["ANDIR"][1], with_below=True)
    with either_town.store.unit_of_work() as session:
        connection = session.connection()
        literal = {"literal_binds": True}
        question = str(count_submitted("0" * 26, group).compile(connection, compile_kwargs=literal)).replace("%%", "%")
        if either_town.store.is_sqlite:
            plan = str([step[3] for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {question}")])
        else:
            connection.execute(sa.text("SET LOCAL enable_seqscan = off"))
            plan = str(connection.execute(sa.text(f"EXPLAIN {question}")).all())
    assert "ix_idea_quota" in plan, plan
