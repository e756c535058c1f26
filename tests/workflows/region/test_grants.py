"""Nobody takes an office alone: who cheats here is an admin who makes a friend leader, or themselves auditor.

An inspector expects of every deciding role who gave it, who else confirmed it, and when it ended, in the chain and for good.
"""

import threading
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from models.ledger import LedgerEntry
from models.outbox import Message
from models.people import DECIDING, AccountNotice, Role, RoleGrant
from tests.building import Town
from workflows.process.actors import actor_of
from workflows.process.refusals import Conflict, Forbidden
from workflows.region.confirmations import confirm, list_confirmations, refuse
from workflows.region.grants import end_grant, grant_role


@pytest.fixture
def town(either_town: Town) -> Town:
    return either_town


def give(town: Town, who: str, role: Role, over: str = "KOTA", by: str = "admin") -> str:
    return str(town.do(grant_role, town[who].id, role, over, by=by).id)


def holds(town: Town, who: str, role: Role) -> bool:
    with town.store.reading() as session:
        return actor_of(session, town[who].id).holds(role)


def facts(town: Town) -> list[tuple[str, str]]:
    """Kinds and actors of what was recorded about roles since the town was settled."""
    rows = town.rows(select(LedgerEntry).where(col(LedgerEntry.kind).startswith("role.")).order_by(col(LedgerEntry.seq)))
    names = {one.id: one.who for one in town.people.values()}
    return [(row.kind, names[row.payload["actor"]]) for row in rows]


def test_nobody_gives_a_role_to_themselves(town: Town) -> None:
    for role in Role:
        with pytest.raises(Forbidden, match="own_role"):
            give(town, "admin", role, by="admin")
    assert facts(town) == []


def test_whoever_decides_examines_or_gives_access_holds_a_deciding_role() -> None:
    assert {role.value for role in DECIDING} == {"chair", "leader", "verifier", "auditor", "admin", "operator"}


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.PROPOSER}))
def test_a_deciding_role_is_held_once_a_second_person_confirmed_it_and_any_other_at_once(town: Town, role: Role) -> None:
    grant = give(town, "walker", role)
    assert holds(town, "walker", role) == (role not in DECIDING)
    if role in DECIDING:
        town.do(confirm, grant, by="second_admin")
        assert holds(town, "walker", role)
        assert facts(town) == [("role.grant", "admin"), ("role.confirm", "second_admin")]


def test_the_second_person_is_another_admin_or_the_leader_over_the_unit(town: Town) -> None:
    grant = give(town, "chair", Role.AUDITOR, "KOTA")
    for who in ("secretary", "operator", "auditor", "verifier", "head", "lead"):
        with pytest.raises(Forbidden, match="only_second"):
            town.do(confirm, grant, by=who)
    with pytest.raises(Forbidden, match="own_confirmation"):
        town.do(confirm, grant, by="admin")
    town.do(confirm, grant, by="leader")
    with pytest.raises(Conflict, match="confirmation_settled"):
        town.do(confirm, grant, by="second_admin")


def test_a_leader_or_admin_elsewhere_confirms_nothing_here(town: Town) -> None:
    town.give_role("walker", Role.LEADER, "COBLONG")
    grant = give(town, "mate", Role.VERIFIER, "ANDIR")
    with pytest.raises(Forbidden, match="only_second"):
        town.do(confirm, grant, by="walker")


def test_nobody_confirms_the_role_they_get(town: Town) -> None:
    grant = give(town, "leader", Role.ADMIN)
    with pytest.raises(Forbidden, match="own_confirmation"):
        town.do(confirm, grant, by="leader")
    assert not holds(town, "leader", Role.ADMIN)


def test_two_who_are_not_held_yet_cannot_confirm_each_other(town: Town) -> None:
    """An admin with two friends: neither friend is an admin before somebody who is one agrees."""
    first, second = give(town, "walker", Role.ADMIN), give(town, "mate", Role.ADMIN)
    for who, grant in (("walker", second), ("mate", first)):
        with pytest.raises(Forbidden, match="only_second"):
            town.do(confirm, grant, by=who)


def test_who_gave_it_withdraws_and_who_might_confirm_refuses(town: Town) -> None:
    town.do(refuse, give(town, "walker", Role.CHAIR), by="admin")
    town.do(refuse, give(town, "walker", Role.CHAIR), by="leader")
    town.do(refuse, give(town, "walker", Role.CHAIR), by="walker")
    with pytest.raises(Forbidden, match="only_second"):
        town.do(refuse, give(town, "walker", Role.CHAIR), by="auditor")
    assert [kind for kind, _ in facts(town)] == [
        "role.grant",
        "role.withdraw",
        "role.grant",
        "role.refuse",
        "role.grant",
        "role.refuse",
        "role.grant",
    ]
    assert not holds(town, "walker", Role.CHAIR)


def test_a_role_is_ended_from_the_next_question_on_and_given_again_as_a_new_row(town: Town) -> None:
    (first,) = town.rows(select(RoleGrant.id).where(RoleGrant.person_id == town["reviewer1"].id))
    town.do(end_grant, town["reviewer1"].id, first, by="admin")
    assert not holds(town, "reviewer1", Role.REVIEWER)
    with pytest.raises(Conflict, match="role_ended"):
        town.do(end_grant, town["reviewer1"].id, first, by="admin")
    again = give(town, "reviewer1", Role.REVIEWER, "KOTA")
    assert holds(town, "reviewer1", Role.REVIEWER)
    rows = {row.id: row for row in town.rows(select(RoleGrant).where(RoleGrant.person_id == town["reviewer1"].id))}
    assert set(rows) == {first, again}
    assert (rows[first].ended_by, rows[again].granted_by) == (town["admin"].id, town["admin"].id)
    assert rows[first].ended_at is not None
    assert rows[again].ended_at is None


@pytest.mark.parametrize("who", ["admin", "leader", "chair"])
def test_a_role_is_ended_by_an_admin_the_leader_or_its_holder(town: Town, who: str) -> None:
    (grant,) = town.rows(select(RoleGrant.id).where(RoleGrant.person_id == town["chair"].id))
    with pytest.raises(Forbidden, match="only_second"):
        town.do(end_grant, town["chair"].id, grant, by="secretary")
    town.do(end_grant, town["chair"].id, grant, by=who)
    assert facts(town) == [("role.end", who)]


def test_the_region_keeps_two_admins(town: Town) -> None:
    """Nobody ends their own, or another's, so that one is left who could do nothing with a second person."""
    admins = {who: town.rows(select(RoleGrant.id).where(RoleGrant.person_id == town[who].id))[0] for who in ("admin", "second_admin")}
    for by in ("admin", "second_admin", "leader"):
        with pytest.raises(Conflict, match="admins_too_few"):
            town.do(end_grant, town["admin"].id, admins["admin"], by=by)
    town.give_role("walker", Role.ADMIN, "KOTA")
    town.do(end_grant, town["admin"].id, admins["admin"], by="admin")
    assert not holds(town, "admin", Role.ADMIN)


def test_two_admins_who_end_each_other_at_once_leave_two(town: Town) -> None:
    town.give_role("walker", Role.ADMIN, "KOTA")
    held = {
        who: town.rows(select(RoleGrant.id).where(RoleGrant.person_id == town[who].id))[0] for who in ("admin", "second_admin", "walker")
    }
    outcomes: list[str] = []

    def end(who: str, by: str) -> None:
        try:
            town.do(end_grant, town[who].id, held[who], by=by)
            outcomes.append("ended")
        except (Conflict, Forbidden) as refused:
            outcomes.append(refused.code)

    pairs = (("admin", "second_admin"), ("second_admin", "walker"), ("walker", "admin"))
    threads = [threading.Thread(target=end, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert outcomes.count("ended") == 1, outcomes
    assert sum(holds(town, who, Role.ADMIN) for who in held) == 2


def test_what_waits_is_listed_to_who_may_confirm_to_who_began_it_and_to_who_gets_it(town: Town) -> None:
    grant = give(town, "walker", Role.CHAIR)

    def listed(who: str) -> list[tuple[str, bool, bool]]:
        rows: list[Any] = town.do(list_confirmations, by=who)
        return [(row.id, row.may_confirm, row.may_refuse) for row in rows]

    assert listed("leader") == listed("second_admin") == [(grant, True, True)]
    assert listed("admin") == listed("walker") == [(grant, False, True)]
    assert listed("secretary") == listed("auditor") == []


def test_the_holder_is_told_when_a_role_begins_and_ends(town: Town) -> None:
    grant = give(town, "walker", Role.CHAIR)
    assert town.rows(select(AccountNotice)) == []
    town.do(confirm, grant, by="leader")
    town.do(end_grant, town["walker"].id, grant, by="admin")
    told = town.rows(select(AccountNotice).where(AccountNotice.person_id == town["walker"].id).order_by(col(AccountNotice.at)))
    assert [(notice.kind, notice.role) for notice in told] == [("role_held", "chair"), ("code_made", None), ("role_ended", "chair")]
    assert set(town.rows(select(Message.subject_id).where(Message.job == "tell_holder"))) == {notice.id for notice in told}


def test_every_reader_of_grants_asks_the_one_condition() -> None:
    """A reader that forgot it would take a role for held that waits for its second person, or that ended."""
    root = Path(__file__).parents[3]
    files = [file for room in ("models", "workflows", "api") for file in (root / room).rglob("*.py") if "versions" not in file.parts]
    readers = {file.relative_to(root).as_posix(): text for file in files if "RoleGrant.role ==" in (text := file.read_text())}
    assert len(readers) >= 8
    assert sorted(name for name, text in readers.items() if "is_held()" not in text) == ["workflows/region/founding.py"]
