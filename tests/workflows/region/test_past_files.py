"""A file of earlier years counts by the word of two: who answers for it never confirms it, and who confirms stands over the region."""

import pytest
from sqlmodel import select

from models.past_ideas import PastFile
from models.people import Role
from tests.building import Town
from tests.past import QUEUE, SORTING, import_file, row, tell
from workflows.process.refusals import Conflict, Forbidden, NotFound
from workflows.region.confirmations import confirm, list_confirmations, refuse
from workflows.region.past_files import confirm_past_file, end_past_file

SEES_NONE = ("lead", "head", "secretary", "chair", "auditor", "reviewer1")


def waiting(town: Town, who: str) -> list[tuple[str, bool, bool]]:
    """Of the files that wait for somebody, the name and whether they may confirm and refuse it."""
    with town.store.reading() as session:
        found = list_confirmations(session, actor=town.actor(session, who))
        return [(each.about, each.may_confirm, each.may_refuse) for each in found if each.kind == "past"]


def test_an_admin_or_leader_over_the_region_confirms_and_who_answers_for_it_takes_it_back(town: Town) -> None:
    file_id = tell(town, row(SORTING))
    assert waiting(town, "operator") == [("arsip.csv", False, True)]
    assert [waiting(town, who) for who in ("admin", "leader", "deputy")] == [[("arsip.csv", True, True)]] * 3
    assert [waiting(town, who) for who in SEES_NONE] == [[]] * len(SEES_NONE)
    for who in ("operator", *SEES_NONE):
        with pytest.raises(Forbidden, match="only_second"):
            town.do(confirm, file_id, by=who)
    for who in SEES_NONE:
        with pytest.raises(Forbidden, match="only_second"):
            town.do(refuse, file_id, by=who)
    town.do(refuse, file_id, by="operator")
    for act in (confirm, refuse):
        with pytest.raises(Conflict, match="confirmation_settled"):
            town.do(act, file_id, by="admin")


def test_nobody_confirms_a_file_for_which_they_answer(town: Town) -> None:
    file_id = tell(town, row(SORTING), author="admin")
    assert waiting(town, "admin") == [("arsip.csv", False, True)]
    with pytest.raises(Forbidden, match="own_confirmation"):
        town.do(confirm_past_file, file_id, by="admin")
    town.do(confirm_past_file, file_id, by="second_admin")
    [file] = town.rows(select(PastFile))
    assert (file.author_id, file.confirmed_by, file.count) == (town["admin"].id, town["second_admin"].id, 1)
    with pytest.raises(Conflict, match="confirmation_settled"):
        town.do(confirm_past_file, file_id, by="leader")


def test_once_it_counts_its_author_alone_takes_nothing_back(town: Town) -> None:
    file_id = tell(town, row(SORTING), row(QUEUE))
    town.do(confirm, file_id, by="leader")
    with pytest.raises(Forbidden, match="only_second"):
        town.do(end_past_file, file_id, by="operator")
    town.do(end_past_file, file_id, by="deputy")
    [file] = town.rows(select(PastFile))
    assert (file.ended_by, file.confirmed_by) == (town["deputy"].id, town["leader"].id)


def test_an_operator_tells_of_the_units_that_they_look_after_alone(town: Town) -> None:
    with pytest.raises(Conflict, match="import_refused"):
        import_file(town, row(SORTING, unit="DAGO"))
    assert import_file(town, row(SORTING, unit="Kelurahan Maleber")).registered == 1
    with pytest.raises(Forbidden, match="only_operator"):
        import_file(town, row(QUEUE), author="secretary")
    town.give_role("walker", Role.OPERATOR, "DISDIK")
    with pytest.raises(Conflict, match="import_refused"):
        import_file(town, row(QUEUE), author="walker")


def test_a_file_that_there_is_not_is_not_found(town: Town) -> None:
    for act in (confirm_past_file, end_past_file):
        with pytest.raises(NotFound, match="past_file_not_found"):
            town.do(act, "x" * 26, by="admin")
