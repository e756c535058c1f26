"""One admin, and nobody who helps: whoever acts alone never holds a second account that decides.

Who cheats is an admin, an operator or a leader who makes up people, keeps the codes they are shown, and lets one account confirm what
the other began. An inspector expects two real people behind every office. Tried here for real: a code that may be seen is used.
"""

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from api.signing_in import CodeTry, activate, find_sign_in, sign_in
from models.instants import today
from models.offices import OfficeHolder
from models.people import DECIDING, Account, AccountNotice, CodeRequest, EmployeeNumber, EmploymentKind, Role, RoleGrant, is_held
from tests.building import Town
from tests.town import employee_number
from tests.workflows.region.appointing import ANDIR
from workflows.process.actors import actor_of
from workflows.process.refusals import Forbidden, Refusal
from workflows.region.accounts import close_account, reopen_account
from workflows.region.codes import renew_activation
from workflows.region.confirmations import confirm, list_confirmations
from workflows.region.grants import end_grant, grant_role
from workflows.region.holders import NewHolder, appoint_holder
from workflows.region.offices import set_office
from workflows.region.people import NewPerson, move_person, register_person
from workflows.region.sign_in_names import change_sign_in_name, find_sign_in_name

STEPS = 80
GUESTS = sorted(kind for kind in EmploymentKind if not kind.has_number)
MINE = "hash of the attacker's password"


class Locked(Exception):
    """The attacker does not get into an account."""


class Attacker:
    """Who acts alone, with every account whose password they set; a code that they are shown they use at once."""

    def __init__(self, town: Town, who: str) -> None:
        self.town, self.self_id = town, town[who].id
        self.names, self.tokens, self.made = {who: town[who].id}, {}, 0
        self.use(who, str(self.self_id), None)

    def use(self, who: str, person_id: str, code: str | None) -> None:
        """Set the password of an account by a code, and stay signed in."""
        with self.town.store.unit_of_work() as session:
            if code is not None:
                held = select(EmployeeNumber.number).where(EmployeeNumber.person_id == person_id, col(EmployeeNumber.valid_until).is_(None))
                activate(session, CodeTry(session.exec(held).first() or find_sign_in_name(session, person_id), code), MINE)
            else:
                session.merge(Account(person_id=person_id, password_hash=MINE))
            self.tokens.setdefault(person_id, []).append(sign_in(session, person_id).token)
        self.names[who] = person_id

    def owns(self, person_id: str) -> bool:
        """Whether the attacker gets into an account: by the password, or by a sign-in that lasts."""
        with self.town.store.reading() as session:
            account = session.get(Account, person_id)
            if account is not None and account.closed_at is None and account.password_hash == MINE:
                return True
            for token in self.tokens.get(person_id, []):
                try:
                    return find_sign_in(session, token).actor.person_id == person_id
                except Refusal:
                    continue
        return False

    def owned(self) -> list[str]:
        return [person_id for person_id in dict.fromkeys(self.names.values()) if self.owns(person_id)]

    def do(self, action: Callable[..., Any], *values: Any, by: str) -> Any:
        """One action under an account that the attacker gets into."""
        if not self.owns(by):
            raise Locked(by)
        with self.town.store.unit_of_work() as session:
            return action(session, *values, actor=actor_of(session, by))

    def register(self, unit: str, by: str) -> str:
        """Somebody made up, whose first code is used."""
        self.made += 1
        new = NewPerson("Rangga Purwakesuma", employee_number(100 + self.made), EmploymentKind.PNS, unit)
        person, code = self.do(register_person, new, by=by)
        self.use(f"made{self.made}", person.id, code)
        return str(person.id)

    def register_guest(self, kind: EmploymentKind, unit: str, by: str) -> str:
        """Somebody made up who has no employee number, whose first code is used."""
        self.made += 1
        new = NewPerson("Rangga Purwakesuma", "", kind, unit, sign_in_name=f"tamu{self.made}")
        person, code = self.do(register_person, new, by=by)
        self.use(f"made{self.made}", person.id, code)
        return str(person.id)

    def renew(self, person_id: str, by: str, action: Callable[..., Any] = renew_activation) -> None:
        """Ask for a code, and use it where it is shown."""
        renewal = self.do(action, person_id, by=by)
        if renewal.code is not None:
            self.use(person_id, person_id, renewal.code)

    def confirm(self, confirmation_id: str, by: str) -> None:
        """Confirm, and use the code that is shown."""
        with self.town.store.reading() as session:
            about = next(
                (row.person_id for table in (CodeRequest, RoleGrant, OfficeHolder) if (row := session.get(table, confirmation_id))), None
            )
        code = self.do(confirm, confirmation_id, by=by)
        if code is not None and about is not None:
            self.use(about, about, code)

    def confirm_all(self, by: str) -> None:
        """Confirm whatever one account may."""
        for row in self.do(list_confirmations, by=by):
            if row.may_confirm:
                self.confirm(row.id, by)

    def second_offices(self) -> list[tuple[str, str]]:
        """The deciding roles and offices of units that the attacker holds beside their own account."""
        found: list[tuple[str, str]] = []
        with self.town.store.reading() as session:
            for person_id in self.owned():
                if person_id == self.self_id:
                    continue
                granted = select(RoleGrant.role).where(RoleGrant.person_id == person_id, is_held(), col(RoleGrant.role).in_(DECIDING))
                appointed = select(OfficeHolder.id).where(OfficeHolder.person_id == person_id, col(OfficeHolder.confirmed_at).is_not(None))
                found += [(person_id, str(role)) for role in session.exec(granted)]
                found += [(person_id, "office") for _ in session.exec(appointed)]
        return found


def try_to(step: Callable[..., Any], *values: Any, **named: Any) -> None:
    """What is refused is given up, and the attack goes on with the next step."""
    with suppress(Refusal, Locked):
        step(*values, **named)


def draw_step(town: Town, attacker: Attacker, chance: random.Random) -> Callable[[], Any]:
    """One step at random, under any account that the attacker gets into."""
    by, others = chance.choice(attacker.owned()), [one.id for one in town.people.values()]
    target = chance.choice([*others, *attacker.names.values()])
    over, role = chance.choice(("KOTA", "ANDIR", "BAPPEDA")), chance.choice(sorted(DECIDING | {Role.UNIT_HEAD}))
    grants = town.rows(select(RoleGrant.id).where(RoleGrant.person_id == target, col(RoleGrant.ended_at).is_(None)))
    steps: tuple[Callable[[], Any], ...] = (
        lambda: attacker.register_guest(chance.choice(GUESTS), over, by) if chance.random() < 0.5 else attacker.register(over, by),
        lambda: attacker.renew(target, by),
        lambda: attacker.do(grant_role, target, role, over, by=by),
        lambda: attacker.do(end_grant, target, chance.choice(grants or [""]), by=by),
        lambda: attacker.do(close_account, target, by=by),
        lambda: attacker.renew(target, by, reopen_account),
        lambda: (
            attacker.do(change_sign_in_name, target, f"nama{chance.randrange(1_000)}", by=by)
            if chance.random() < 0.5
            else attacker.do(move_person, target, over, by=by)
        ),
        lambda: attacker.do(appoint_holder, "ANDIR", NewHolder(target, today()), by=by),
        lambda: attacker.confirm_all(by),
    )
    return chance.choice(steps)


def test_an_operator_over_all_is_not_made_by_one_admin(town: Town) -> None:
    """The way it was done: an operator made up asks for the leader's code, and the admin who appointed them is shown it."""
    attacker, me = Attacker(town, "admin"), town["admin"].id
    puppet = attacker.register("KOTA", me)
    try_to(attacker.do, grant_role, puppet, Role.OPERATOR, "KOTA", by=me)
    try_to(attacker.confirm_all, me)
    for target in ("leader", "second_admin", "chair"):
        try_to(attacker.renew, town[target].id, puppet)
        try_to(attacker.confirm_all, me)
    for role in (Role.CHAIR, Role.LEADER, Role.VERIFIER):
        try_to(attacker.do, grant_role, puppet, role, "KOTA", by=me)
    for by in attacker.owned():
        try_to(attacker.confirm_all, by)
    assert attacker.owned() == [me, puppet]
    assert attacker.second_offices() == []


def test_the_office_of_whoever_lost_it_opens_nothing(town: Town) -> None:
    """End the leader's role, come by the code as of somebody without an office, and wait until two honest people give it back."""
    attacker, me, leader = Attacker(town, "admin"), town["admin"].id, town["leader"].id
    (grant,) = town.rows(select(RoleGrant.id).where(RoleGrant.person_id == leader))
    attacker.do(end_grant, leader, grant, by=me)
    attacker.renew(leader, me)
    assert attacker.owns(leader)
    again = town.do(grant_role, leader, Role.LEADER, "KOTA", by="second_admin").id
    assert town.do(confirm, again, by="deputy")
    assert not attacker.owns(leader)
    assert attacker.second_offices() == []


def test_closing_opening_and_giving_the_role_again_keeps_no_password(town: Town) -> None:
    attacker, me, chair = Attacker(town, "admin"), town["admin"].id, town["chair"].id
    attacker.do(close_account, chair, by=me)
    attacker.renew(chair, me, reopen_account)
    assert attacker.owns(chair)
    attacker.do(grant_role, chair, Role.CHAIR, "KOTA", by=me)
    (row,) = town.do(list_confirmations, by="leader")
    town.do(confirm, row.id, by="leader")
    assert not attacker.owns(chair)


def test_who_is_made_the_head_of_an_office_tomorrow_is_not_the_operator(town: Town) -> None:
    """The operator renews the code of tomorrow's camat, sets the password and stays signed in until the day."""
    attacker, operator, camat = Attacker(town, "operator"), town["operator"].id, town["lead"].id
    town.do(set_office, "ANDIR", ANDIR, by="admin")
    attacker.renew(camat, operator)
    assert attacker.owns(camat)
    holder = town.do(appoint_holder, "ANDIR", NewHolder(camat, today() + timedelta(days=1)), by="admin").id
    code = town.do(confirm, holder, by="second_admin")
    assert len(code) == 14
    assert not attacker.owns(camat)
    kinds = town.rows(select(AccountNotice.kind).where(AccountNotice.person_id == camat).order_by(col(AccountNotice.at)))
    assert kinds == ["code_made", "password_cleared", "code_made"]


def test_nor_is_the_head_who_permits(town: Town) -> None:
    """A head's role needs one admin; the code that follows needs two people, and neither is the operator."""
    attacker, operator, head = Attacker(town, "operator"), town["operator"].id, town["lead"].id
    attacker.renew(head, operator)
    town.do(grant_role, head, Role.UNIT_HEAD, "MALEBER", by="admin")
    assert not attacker.owns(head)
    (row,) = town.do(list_confirmations, by="second_admin")
    assert (row.kind, row.about_id, row.may_confirm) == ("code", head, True)
    with pytest.raises(Forbidden, match="own_confirmation"):
        town.do(confirm, row.id, by="admin")
    assert town.do(confirm, row.id, by="second_admin")


def test_a_second_office_leaves_the_password_alone(town: Town) -> None:
    with town.store.unit_of_work() as session:
        session.merge(Account(person_id=town["chair"].id, password_hash="chosen"))
    grant = town.do(grant_role, town["chair"].id, Role.VERIFIER, "KOTA", by="admin").id
    assert town.do(confirm, grant, by="second_admin") is None
    assert town.rows(select(Account.password_hash).where(Account.person_id == town["chair"].id)) == ["chosen"]


def test_who_appointed_or_registered_the_asker_is_no_second_person(town: Town) -> None:
    """The operator was registered by one admin: the other admin, or the leader, hands the code over."""
    asked = town.do(renew_activation, town["head"].id, by="operator").request_id
    with pytest.raises(Forbidden, match="appointed_the_asker"):
        town.do(confirm, asked, by="admin")
    may = {who: [row.may_confirm for row in town.do(list_confirmations, by=who)] for who in ("admin", "second_admin", "leader")}
    assert may == {"admin": [False], "second_admin": [True], "leader": [True]}
    assert town.do(confirm, asked, by="second_admin")


def test_nor_is_who_gave_the_asker_a_code(town: Town) -> None:
    asked = town.do(renew_activation, town["operator"].id, by="admin").request_id
    town.do(confirm, asked, by="second_admin")
    asked = town.do(renew_activation, town["head"].id, by="operator").request_id
    with pytest.raises(Forbidden, match="appointed_the_asker"):
        town.do(confirm, asked, by="second_admin")
    assert town.do(confirm, asked, by="leader")


def test_an_admin_alone_asks_for_the_code_of_who_decides(town: Town) -> None:
    """An operator over the whole city reaches every unit, and still no chair, leader, verifier, auditor, admin or operator."""
    town.give_role("walker", Role.OPERATOR, "KOTA")
    for who in ("chair", "leader", "verifier", "auditor", "admin", "operator"):
        with pytest.raises(Forbidden, match="office_beyond_reach"):
            town.do(renew_activation, town[who].id, by="walker")
    assert town.do(renew_activation, town["reviewer1"].id, by="walker").request_id
    assert town.do(renew_activation, town["chair"].id, by="admin").request_id


@pytest.mark.parametrize("who", ["admin", "leader", "operator"])
def test_no_order_of_steps_gives_one_person_a_second_deciding_account(town: Town, who: str) -> None:
    """Eighty steps at random, one person's alone: registering, renaming, asking, granting, ending, closing, moving, confirming."""
    chance, attacker = random.Random(f"alone {who}"), Attacker(town, who)
    town.do(set_office, "ANDIR", ANDIR, by="admin")
    done = 0
    for _ in range(STEPS):
        try:
            draw_step(town, attacker, chance)()
            done += 1
        except (Refusal, Locked):
            continue
        assert attacker.second_offices() == []
    assert done >= STEPS // 10
