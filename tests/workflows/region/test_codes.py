"""A code is a key to an account: an operator once signed in as the head of the district with one.

Who cheats is an operator who renews the code of somebody in office; who errs is one who gives a code to the wrong caller.
"""

import pytest
from sqlmodel import col, select

from models.instants import today
from models.ledger import LedgerEntry
from models.people import Account, AccountNotice, CodeRequest, EmploymentKind, Role, SignIn
from tests.building import Town
from tests.town import employee_number
from workflows.process.refusals import Conflict, Forbidden
from workflows.region.codes import Renewal, hash_code, renew_activation
from workflows.region.confirmations import confirm, list_confirmations, refuse
from workflows.region.grants import grant_role
from workflows.region.holders import NewHolder
from workflows.region.offices import NewOffice, set_office
from workflows.region.people import NewPerson, move_person, register_person


@pytest.fixture
def town(either_town: Town) -> Town:
    return either_town


def renew(town: Town, who: str, by: str = "operator") -> Renewal:
    renewed: Renewal = town.do(renew_activation, town[who].id, by=by)
    return renewed


def told(town: Town, who: str) -> list[str]:
    return [
        notice.kind
        for notice in town.rows(select(AccountNotice).where(AccountNotice.person_id == town[who].id).order_by(col(AccountNotice.at)))
    ]


def test_somebody_without_an_office_gets_a_code_from_their_operator_and_is_told(town: Town) -> None:
    assert renew(town, "lead").code is not None
    assert told(town, "lead") == ["code_made"]
    assert town.rows(select(SignIn).where(SignIn.person_id == town["lead"].id)) == []


@pytest.mark.parametrize("who", ["chair", "leader", "secretary", "reviewer1", "verifier", "auditor", "second_admin"])
def test_an_operator_asks_no_code_for_an_office_outside_or_above_their_own(town: Town, who: str) -> None:
    with pytest.raises(Forbidden, match="only_operator"):
        renew(town, who)


def test_the_scope_follows_the_office_and_not_the_home_unit_alone(town: Town) -> None:
    """A reviewer of the whole city who works in the operator's village, or was moved there for this."""
    town.give_role("mate", Role.REVIEWER, "KOTA")
    with pytest.raises(Forbidden, match="office_beyond_reach"):
        renew(town, "mate")
    town.do(move_person, town["leader"].id, "MALEBER", by="admin")
    with pytest.raises(Forbidden, match="office_beyond_reach"):
        renew(town, "leader")


def test_an_office_held_on_paper_alone_counts_too(town: Town) -> None:
    """Somebody appointed to sign for a unit, with no role in the program."""
    town.do(set_office, "COBLONG", NewOffice(("KECAMATAN COBLONG",), "Contoh", "C", "Camat Coblong"), by="admin")
    town.appoint("COBLONG", NewHolder(town["mate"].id, today()))
    with pytest.raises(Forbidden, match="office_beyond_reach"):
        renew(town, "mate")
    assert renew(town, "mate", by="admin").code is None


@pytest.mark.parametrize("who", ["head", "owner"])
def test_an_operator_never_sees_the_code_of_somebody_in_office(town: Town, who: str) -> None:
    """The head of the district lies wholly within the operator's reach: even so a second person confirms, and is shown the code."""
    renewed = renew(town, who)
    assert renewed.code is None
    assert renewed.request_id is not None
    assert told(town, who) == ["code_asked"]
    with pytest.raises(Forbidden, match="only_second"):
        town.do(confirm, renewed.request_id, by="operator")
    with pytest.raises(Conflict, match="code_already_asked"):
        renew(town, who, by="admin")
    code = town.do(confirm, renewed.request_id, by="second_admin")
    assert len(code) == 14
    assert told(town, who) == ["code_asked", "code_made"]
    assert town.rows(select(SignIn).where(SignIn.person_id == town[who].id)) == []
    with pytest.raises(Conflict, match="confirmation_settled"):
        town.do(confirm, renewed.request_id, by="leader")


def test_who_asked_and_who_gets_it_are_never_the_second_person(town: Town) -> None:
    asked = renew(town, "second_admin", by="admin").request_id
    for who in ("admin", "second_admin"):
        with pytest.raises(Forbidden, match="own_confirmation"):
            town.do(confirm, asked, by=who)
    assert [row.may_confirm for row in town.do(list_confirmations, by="leader")] == [True]
    assert town.do(confirm, asked, by="leader")


def test_a_request_is_refused_by_its_own_person(town: Town) -> None:
    """They know best that they never asked."""
    asked = renew(town, "head").request_id
    town.do(refuse, asked, by="head")
    with pytest.raises(Conflict, match="confirmation_settled"):
        town.do(confirm, asked, by="admin")


def test_nobody_asks_a_code_for_themselves(town: Town) -> None:
    with pytest.raises(Forbidden, match="own_code"):
        renew(town, "operator", by="operator")


def test_a_code_given_before_an_office_is_worth_nothing_after_it(town: Town) -> None:
    """An operator who kept a copy of a first code would otherwise wait until its person is made the head of a unit."""
    new = NewPerson("Rangga Purwakesuma", employee_number(90), EmploymentKind.PNS, "MALEBER")
    person, _code = town.do(register_person, new, by="operator")
    town.do(grant_role, person.id, Role.UNIT_HEAD, "MALEBER", by="admin")
    assert town.rows(select(Account.activation_hash).where(Account.person_id == person.id)) == [None]
    waiting = town.do(grant_role, town["lead"].id, Role.CHAIR, "KOTA", by="admin").id
    (former,) = town.rows(select(Account.activation_hash).where(Account.person_id == town["lead"].id))
    fresh = town.do(confirm, waiting, by="leader")
    (kept,) = town.rows(select(Account.activation_hash).where(Account.person_id == town["lead"].id))
    assert kept == hash_code(town["lead"].id, fresh) != former


def test_asking_confirming_and_refusing_are_facts_without_a_name(town: Town) -> None:
    renew(town, "lead")
    asked = renew(town, "head").request_id
    town.do(confirm, asked, by="second_admin")
    town.do(refuse, renew(town, "head").request_id, by="leader")
    kinds = ("person.ask_code", "person.renew_activation", "person.refuse_code")
    rows = town.rows(select(LedgerEntry).where(col(LedgerEntry.kind).in_(kinds)).order_by(col(LedgerEntry.seq)))
    assert [row.kind for row in rows] == ["person.renew_activation", *kinds[:2], kinds[0], kinds[2]]
    assert rows[2].payload["detail"] == {"asked_by": town["operator"].id}
    assert rows[2].payload["actor"] == town["second_admin"].id
    assert len(town.rows(select(CodeRequest))) == 2
