"""One admin alone with people who have no employee number: neither a mayor made up nor a mayor's name passed on gives them an office."""

import pytest
from sqlmodel import select

from models.instants import today
from models.people import AccountNotice, EmploymentKind, Role
from tests.building import Town
from tests.outsiders import welcome
from tests.workflows.region.appointing import KOTA
from tests.workflows.region.test_alone import Attacker, try_to
from workflows.process.refusals import Conflict
from workflows.region.grants import grant_role
from workflows.region.holders import NewHolder, appoint_holder
from workflows.region.offices import set_office
from workflows.region.people import NewPerson, register_person
from workflows.region.sign_in_names import change_sign_in_name


def test_a_mayor_made_up_by_one_admin_decides_nothing_and_signs_nothing(town: Town) -> None:
    """Registered with a name like the mayor's, and let in: the role and the office each wait for somebody else."""
    attacker, me = Attacker(town, "admin"), town["admin"].id
    town.do(set_office, "KOTA", KOTA, by="second_admin")
    puppet = attacker.register_guest(EmploymentKind.ELECTED_HEAD, "KOTA", me)
    attacker.do(grant_role, puppet, Role.LEADER, "KOTA", by=me)
    attacker.do(appoint_holder, "KOTA", NewHolder(puppet, today()), by=me)
    for by in (me, puppet):
        try_to(attacker.confirm_all, by)
    assert attacker.second_offices() == []


def test_a_mayors_name_given_to_an_accomplice_is_refused_after_the_mayor_got_another(town: Town) -> None:
    """Rename the mayor, register a helper under the mayor's former name, and wait until somebody gives that name the role."""
    welcome(town, "mayor")
    attacker, me = Attacker(town, "admin"), town["admin"].id
    attacker.do(change_sign_in_name, town["mayor"].id, "nama.lain", by=me)
    helper = NewPerson("Erwin Suryakancana", "", EmploymentKind.ELECTED_HEAD, "KOTA", sign_in_name="walikota.contoh")
    with pytest.raises(Conflict, match="sign_in_name_taken"):
        attacker.do(register_person, helper, by=me)
    told = select(AccountNotice.kind).where(AccountNotice.person_id == town["mayor"].id)
    assert town.rows(told) == ["sign_in_name_changed"]
    assert not attacker.owns(town["mayor"].id)
