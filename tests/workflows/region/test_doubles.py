"""A second record of one person is dissolved where nobody ever did anything under it, and nowhere else.

Who cheats: an operator who merges a colleague's record into a friend's, to sign in with the colleague's number; somebody with two records
who permits with one and scores with the other. Who errs: whoever takes two people of one name for one. An inspector expects that every
decision keeps its holder, and that a number leads to one person.
"""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from models.doubles import MergedDouble
from models.instants import today
from models.ledger import LedgerEntry
from models.people import Account, AccountNotice, EmployeeNumber, EmploymentKind, Person, SignInName
from models.posts import Post
from models.stages import IdeaStage
from tests.building import Town
from workflows.process.actors import flow_actor
from workflows.process.refusals import Conflict, Forbidden, Invalid
from workflows.region.accounts import close_account, read_person, reopen_account
from workflows.region.doubles import Double, merge_double
from workflows.region.identifiers import find_by_identifier
from workflows.region.import_people import check_people
from workflows.region.people import NewNumber, NewPerson, change_number, register_person
from workflows.region.posts import Dated
from workflows.region.retirement import restore_person

NUMBER = "198505052010011238"
REASON = "Tercatat dua kali saat impor Januari"


@pytest.fixture
def town(either_town: Town) -> Town:
    return either_town


@pytest.fixture
def double(town: Town) -> str:
    """The second record of mate, with another number, never activated."""
    new = NewPerson(town["mate"].name, NUMBER, EmploymentKind.PNS, "CIROYOM")
    return str(town.do(register_person, new, by="operator")[0].id)


def merge(town: Town, identifier: str = NUMBER, *, true: bool = False, into: str = "mate", by: str = "operator") -> None:
    town.do(merge_double, town[into].id, Double(identifier, true, REASON), by=by)


def numbers_of(town: Town, who: str) -> dict[str, bool]:
    """Somebody's numbers, and which of them holds."""
    rows = town.rows(select(EmployeeNumber).where(EmployeeNumber.person_id == town[who].id))
    return {row.number: row.valid_until is None for row in rows}


def told(town: Town, person_id: str) -> list[str]:
    """Of what somebody is told by page and mail."""
    return town.rows(select(AccountNotice.kind).where(AccountNotice.person_id == person_id))


def find(town: Town, identifier: str) -> str | None:
    with town.store.reading() as session:
        return find_by_identifier(session, identifier)


def test_the_wrong_record_goes_and_its_number_leads_nowhere(town: Town, double: str) -> None:
    merge(town)
    assert numbers_of(town, "mate") == {town["mate"].number: True, NUMBER: False}
    assert (find(town, NUMBER), find(town, town["mate"].number)) == (None, town["mate"].id)
    (person,) = town.rows(select(Person).where(Person.id == double))
    (account,) = town.rows(select(Account).where(Account.person_id == double))
    (post,) = town.rows(select(Post).where(Post.person_id == double))
    assert (person.retired_on, account.closed_at is not None, account.activation_hash) == (today(), True, None)
    assert (post.valid_until, post.end_reason) == (today(), REASON)
    (fact,) = town.rows(select(LedgerEntry.payload).where(LedgerEntry.kind == "person.merge"))
    assert (fact["actor"], fact["subject"]) == (town["operator"].id, double)
    assert fact["detail"] == {"into": town["mate"].id, "takes_number": False}
    assert told(town, town["mate"].id) == ["double_merged"]


def test_the_true_number_is_the_persons_from_today_on_and_they_are_told(town: Town, double: str) -> None:
    merge(town, true=True)
    assert numbers_of(town, "mate") == {town["mate"].number: False, NUMBER: True}
    assert (find(town, NUMBER), find(town, town["mate"].number)) == (town["mate"].id, None)
    (held,) = town.rows(select(EmployeeNumber).where(EmployeeNumber.number == town["mate"].number))
    assert held.valid_until == today() - timedelta(days=1)
    assert told(town, town["mate"].id) == ["number_changed"]
    with town.store.reading() as session:
        record = read_person(session, double, actor=town.actor(session, "operator"))
    assert (record.numbers, record.merged_into and record.merged_into.id) == ([], town["mate"].id)


def test_a_file_with_the_doubles_number_brings_no_third_record(town: Town, double: str) -> None:
    merge(town)
    file = f"NIP;Nama;Unit\n{NUMBER};{town['mate'].name};CIROYOM".encode()
    with town.store.reading() as session:
        checked = check_people(session, file, actor=flow_actor("import"))
    assert [(fault.row, fault.column) for fault in checked.faults] == [(2, "employee_number")]


@pytest.mark.parametrize("act", ["propose", "invite", "role", "review"])
def test_a_record_under_which_anybody_did_something_is_none(town: Town, act: str) -> None:
    """Whatever it was: the ids that decisions name stay people's own."""
    who = {"propose": "lead", "invite": "mate", "role": "verifier", "review": "reviewer1"}[act]
    town.build_idea(IdeaStage.IN_REVIEW)
    if town.rows(select(Account.password_hash).where(Account.person_id == town[who].id))[0] is not None:
        town.do(close_account, town[who].id, by="admin")
    with pytest.raises(Conflict, match="double_in_use"):
        merge(town, town[who].number, into="stranger", by="admin")
    assert town.rows(select(MergedDouble)) == []


def test_one_that_was_activated_may_be_somebody_elses(town: Town, double: str) -> None:
    with town.store.unit_of_work() as session:
        session.get_one(Account, double).password_hash = "$argon2id$any"
    with pytest.raises(Conflict, match="double_activated"):
        merge(town)
    town.do(close_account, double, by="operator")
    assert told(town, double) == ["account_closed"]
    merge(town)
    assert town.rows(select(MergedDouble.person_id)) == [town["mate"].id]


def test_who_is_not_over_both_learns_of_no_number(town: Town, double: str) -> None:
    """The operator of one district asks for numbers of another, of nobody, and of the region's offices: the answer is one."""
    for identifier in (town["stranger"].number, "197001012010011001", town["leader"].number, "tidak.ada", ""):
        with pytest.raises(Invalid, match="double_unknown"):
            merge(town, identifier)
    with pytest.raises(Forbidden, match="only_operator"):
        merge(town, into="stranger")
    with pytest.raises(Forbidden, match="only_operator"):
        merge(town, by="lead")


def test_nobody_merges_themselves_or_a_person_with_themselves(town: Town, double: str) -> None:
    with pytest.raises(Invalid, match="double_is_same"):
        merge(town, town["mate"].number)
    with pytest.raises(Forbidden, match="own_account"):
        merge(town, into="admin", by="admin")


def test_all_faults_are_told_at_once(town: Town, double: str) -> None:
    with pytest.raises(Invalid) as told:
        town.do(merge_double, town["mate"].id, Double("tidak.ada", False, ""), by="operator")
    assert [fault.field for fault in told.value.parts] == ["double", "reason"]


def test_who_has_a_number_and_who_has_none_are_not_one(town: Town) -> None:
    town.do(register_person, NewPerson("Tono Gambiranom", "", EmploymentKind.MENTOR, "CIROYOM", sign_in_name="tono.tamu"), by="operator")
    with pytest.raises(Invalid, match="double_of_other_kind"):
        merge(town, "tono.tamu")


def test_a_dissolved_record_never_serves_again_and_nothing_of_it_changes(town: Town, double: str) -> None:
    merge(town)
    changes = (
        lambda: town.do(restore_person, double, Dated(), by="admin"),
        lambda: town.do(reopen_account, double, by="admin"),
        lambda: town.do(change_number, double, NewNumber("198505052010011239", EmploymentKind.PNS, today()), by="admin"),
        lambda: town.do(merge_double, double, Double(town["mate"].number, False, REASON), by="admin"),
    )
    for change in changes:
        with pytest.raises(Conflict, match="double_merged"):
            change()
    assert town.rows(select(Person.retired_on).where(Person.id == double)) == [today()]


@pytest.mark.parametrize("true", [False, True])
def test_two_sign_in_names_of_one_guest_become_one_and_no_number_is_told_of(town: Town, true: bool) -> None:
    for name in ("wali.kota", "kepala.daerah"):
        town.do(register_person, NewPerson("Erwin", "", EmploymentKind.ELECTED_HEAD, "CIROYOM", sign_in_name=name), by="operator")
    first = str(find(town, "wali.kota"))
    town.do(merge_double, first, Double("kepala.daerah", true, REASON), by="operator")
    assert (find(town, "kepala.daerah"), find(town, "wali.kota"), told(town, first)) == (None, first, ["double_merged"])
    ended = select(SignInName.name).where(col(SignInName.ended_at).is_not(None))
    assert town.rows(ended) == ["kepala.daerah"]
