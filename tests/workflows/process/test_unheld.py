"""What is owed and asked of nobody is found, and what is asked of somebody is not."""

from datetime import timedelta

import pytest
from sqlmodel import select

from api.cli.doctor.finding import State
from api.cli.doctor.offices import judge_offices
from models.ideas import Idea
from models.inbox import InboxItem
from models.instants import now, wall_now
from models.people import Account, Role, RoleGrant
from models.stages import IdeaStage
from tests.building import Town
from workflows.process.unheld import UnheldOffice, count_unasked, list_unheld

HEAD = UnheldOffice(Role.UNIT_HEAD, "MALEBER", 2)


def end_role(town: Town, who: str) -> None:
    with town.store.unit_of_work() as session:
        for grant in session.exec(select(RoleGrant).where(RoleGrant.person_id == town[who].id)):
            grant.ended_at = wall_now()


def close_account(town: Town, who: str) -> None:
    with town.store.unit_of_work() as session:
        session.merge(Account(person_id=town[who].id, closed_at=wall_now()))


def read(town: Town) -> tuple[list[UnheldOffice], int]:
    with town.store.reading() as session:
        return list_unheld(session), count_unasked(session)


def test_in_a_region_whose_offices_are_held_nothing_is_found(either_town: Town) -> None:
    for stage in (IdeaStage.DRAFT, IdeaStage.AWAITING_PERMISSION, IdeaStage.SCREENING, IdeaStage.IN_REVIEW, IdeaStage.REJECTED):
        either_town.build_idea(stage)
    assert read(either_town) == ([], 0)
    assert [remark.state for remark in judge_offices(*read(either_town))] == [State.OK]


@pytest.mark.parametrize("leave", [end_role, close_account])
def test_an_office_whose_only_holder_left_is_found_with_its_tasks(either_town: Town, leave: object) -> None:
    for stage in (IdeaStage.AWAITING_PERMISSION, IdeaStage.AWAITING_PERMISSION, IdeaStage.SCREENING):
        either_town.build_idea(stage)
    leave(either_town, "head")  # type: ignore[operator]
    assert read(either_town) == ([HEAD], 0)
    [remark] = judge_offices(*read(either_town))
    assert remark.sentence == "Tasks asked of offices that nobody holds: 2. unit_head of MALEBER (2)."
    assert "Pegawai" in remark.mend


def test_a_late_idea_of_which_nobody_is_asked_is_found_once_it_is_a_day_late(town: Town) -> None:
    idea_id = town.build_idea(IdeaStage.AWAITING_PERMISSION)
    for late, found in ((timedelta(hours=20), 0), (timedelta(hours=30), 1)):
        with town.store.unit_of_work() as session:
            session.exec(select(Idea).where(Idea.id == idea_id)).one().due_at = now() - late
            for item in session.exec(select(InboxItem).where(InboxItem.idea_id == idea_id)):
                item.done_at = now()
        assert read(town) == ([], found)
    [remark] = judge_offices(*read(town))
    assert remark.state is State.WARN


def test_of_many_offices_the_first_few_are_named() -> None:
    offices = [UnheldOffice(Role.UNIT_HEAD, f"V{number}", 10 - number) for number in range(5)]
    [remark] = judge_offices(offices, 0)
    assert remark.sentence == (
        "Tasks asked of offices that nobody holds: 40. unit_head of V0 (10), unit_head of V1 (9), unit_head of V2 (8), 2 more."
    )
