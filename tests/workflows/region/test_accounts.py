"""The ways back: who leaves, falls ill, moves or is found out loses nothing they did, and can do nothing more.

An inspector expects that the account of somebody who left is closed by name and hour, and that their work goes on in other hands.
"""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from models.instants import today
from models.ledger import LedgerEntry
from models.people import AccountNotice, EmployeeNumber, EmploymentKind, Role, RoleGrant, SignIn
from models.reviews import Review
from models.stages import IdeaStage
from models.units import Unit
from tests.building import Town
from tests.town import employee_number
from workflows.process.actors import actor_of
from workflows.process.refusals import Conflict, Forbidden, Invalid, NotFound
from workflows.process.stranded import list_stranded
from workflows.process.waiting import list_inbox
from workflows.region.accounts import close_account, read_person, reopen_account
from workflows.region.grants import end_grant, grant_role
from workflows.region.people import NewNumber, change_number, move_person
from workflows.review.score import score_idea

NI_PPPK = "199305172021221968"


@pytest.fixture
def town(either_town: Town) -> Town:
    return either_town


def told(town: Town, who: str) -> list[str]:
    return [
        notice.kind
        for notice in town.rows(select(AccountNotice).where(AccountNotice.person_id == town[who].id).order_by(col(AccountNotice.at)))
    ]


def test_a_closed_account_holds_no_role_and_no_sign_in_and_keeps_what_its_person_did(town: Town) -> None:
    idea = town.build_idea(IdeaStage.IN_REVIEW)
    scorer = town.reviewers(idea)[0]
    town.do(score_idea, idea, {"novelty": 80, "impact": 70}, by=scorer)
    reviews = town.rows(select(Review.id).order_by(Review.id))
    town.do(close_account, town[scorer].id, by="admin")
    with town.store.reading() as session:
        assert actor_of(session, town[scorer].id).grants == ()
    assert town.rows(select(SignIn).where(SignIn.person_id == town[scorer].id)) == []
    assert town.rows(select(Review.id).order_by(Review.id)) == reviews
    assert told(town, scorer)[-1] == "account_closed"
    with pytest.raises(Conflict, match="account_closed"):
        town.do(close_account, town[scorer].id, by="admin")
    with pytest.raises(Conflict, match="account_closed"):
        town.do(grant_role, town[scorer].id, Role.REVIEWER, "KOTA", by="admin")


def test_what_waited_by_role_goes_to_the_others_who_hold_it(town: Town) -> None:
    idea = town.build_idea(IdeaStage.AWAITING_PERMISSION)
    town.do(close_account, town["head"].id, by="admin")
    town.give_role("walker", Role.UNIT_HEAD, "ANDIR")
    with town.store.reading() as session:
        assert [each.idea.id for each in list_inbox(session, actor=town.actor(session, "walker"))] == [idea]
        assert list_inbox(session, actor=town.actor(session, "head")) == []


@pytest.mark.parametrize("way", ["closed", "ended"])
def test_what_waited_by_name_is_shown_to_the_secretariat_and_can_no_longer_be_done(town: Town, way: str) -> None:
    """A reviewer who retires with an idea on the desk."""
    idea = town.build_idea(IdeaStage.IN_REVIEW)
    scorer = town.reviewers(idea)[0]
    with town.store.reading() as session:
        assert list_stranded(session, actor=town.actor(session, "secretary")) == []
    if way == "closed":
        town.do(close_account, town[scorer].id, by="admin")
    else:
        (grant,) = town.rows(select(RoleGrant.id).where(RoleGrant.person_id == town[scorer].id))
        town.do(end_grant, town[scorer].id, grant, by="admin")
    with town.store.reading() as session:
        (stranded,) = list_stranded(session, actor=town.actor(session, "secretary"))
        assert (stranded.idea.id, stranded.item.task, stranded.item.person_id) == (idea, "score", town[scorer].id)
        assert list_stranded(session, actor=town.actor(session, "lead")) == []
    with pytest.raises(NotFound):
        town.do(score_idea, idea, {"novelty": 80, "impact": 70}, by=scorer)


def test_nobody_closes_their_own_account_nor_one_with_an_office_beyond_reach(town: Town) -> None:
    for who, by, code in (
        ("admin", "admin", "own_account"),
        ("leader", "operator", "only_operator"),
        ("head", "secretary", "only_operator"),
    ):
        with pytest.raises(Forbidden, match=code):
            town.do(close_account, town[who].id, by=by)
    with pytest.raises(Forbidden, match="office_beyond_reach"):
        town.do(close_account, town["head"].id, by="operator")
    with pytest.raises(Conflict, match="admins_too_few"):
        town.do(close_account, town["second_admin"].id, by="admin")
    town.do(close_account, town["mate"].id, by="operator")


def test_an_account_opens_again_with_a_code_and_without_its_roles(town: Town) -> None:
    town.do(close_account, town["head"].id, by="admin")
    assert town.do(reopen_account, town["head"].id, by="admin").code is not None
    with town.store.reading() as session:
        assert actor_of(session, town["head"].id).grants == ()
    with pytest.raises(Conflict, match="account_open"):
        town.do(reopen_account, town["head"].id, by="admin")


def test_somebody_who_moves_is_looked_after_where_they_went(town: Town) -> None:
    with pytest.raises(Forbidden, match="only_operator"):
        town.do(move_person, town["lead"].id, "DAGO", by="operator")  # the operator would give away, and could as well take
    with pytest.raises(Forbidden, match="only_operator"):
        town.do(move_person, town["stranger"].id, "MALEBER", by="operator")
    with pytest.raises(Conflict, match="person_there_already"):
        town.do(move_person, town["lead"].id, "MALEBER", by="operator")
    town.do(move_person, town["lead"].id, "DAGO", by="admin")
    with town.store.reading() as session:
        assert actor_of(session, town["lead"].id).unit_path == town.units["DAGO"][1]
    assert told(town, "lead") == ["person_moved"]
    with pytest.raises(Forbidden, match="only_operator"):
        town.do(read_person, town["lead"].id, by="operator")


def test_a_new_number_keeps_the_former_one_with_its_days(town: Town) -> None:
    """An NI PPPK changes with the agency; a signature of last year still carries last year's."""
    (former,) = town.rows(select(EmployeeNumber).where(EmployeeNumber.person_id == town["lead"].id))
    new = NewNumber(NI_PPPK, EmploymentKind.PPPK, today())
    town.do(change_number, town["lead"].id, new, by="operator")
    rows = town.rows(select(EmployeeNumber).where(EmployeeNumber.person_id == town["lead"].id).order_by(col(EmployeeNumber.valid_until)))
    assert {(row.number, row.valid_until) for row in rows} == {(former.number, today() - timedelta(days=1)), (NI_PPPK, None)}
    assert told(town, "lead") == ["number_changed"]
    payloads = str(town.rows(select(LedgerEntry.payload).where(LedgerEntry.kind == "person.change_number")))
    assert NI_PPPK not in payloads
    assert former.number not in payloads


def test_a_number_that_cannot_be_or_is_somebody_elses_is_refused(town: Town) -> None:
    (last,) = town.rows(select(EmployeeNumber.valid_from).where(EmployeeNumber.person_id == town["lead"].id))
    later, before = today() + timedelta(days=1), last - timedelta(days=1)
    for number, kind, day, refusal, code in (
        (town["mate"].number, EmploymentKind.PNS, today(), Conflict, "employee_number_taken"),
        ("1", EmploymentKind.PNS, today(), Invalid, "employee_number_impossible"),
        (NI_PPPK, EmploymentKind.PNS, today(), Invalid, "employee_number_other_kind"),
        (employee_number(91), EmploymentKind.PNS, later, Invalid, "number_not_yet"),
        (employee_number(91), EmploymentKind.PNS, before, Invalid, "number_before_last"),
    ):
        with pytest.raises(refusal, match=code):
            town.do(change_number, town["lead"].id, NewNumber(number, kind, day), by="operator")
    with pytest.raises(Forbidden, match="office_beyond_reach"):
        town.do(change_number, town["head"].id, NewNumber(NI_PPPK, EmploymentKind.PPPK, today()), by="operator")


def test_each_way_back_is_a_fact_without_a_name_or_number(town: Town) -> None:
    town.do(move_person, town["lead"].id, "CIROYOM", by="operator")
    town.do(close_account, town["lead"].id, by="operator")
    town.do(reopen_account, town["lead"].id, by="operator")
    kinds = ("person.move", "account.close", "account.reopen", "person.renew_activation")
    rows = town.rows(select(LedgerEntry).where(col(LedgerEntry.kind).in_(kinds)).order_by(col(LedgerEntry.seq)))
    assert [row.kind for row in rows] == list(kinds)
    assert {row.payload["actor"] for row in rows} == {town["operator"].id}
    assert not any(word in str(row.payload) for row in rows for word in (town["lead"].name, town["lead"].number))
    assert town.rows(select(Unit.id).where(Unit.code == "CIROYOM")) == [rows[0].payload["detail"]["unit"]]
