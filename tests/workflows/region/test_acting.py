"""Acting heads and roles for a time: they begin by an admin's word, end by themselves, and nobody heads two units in their own right.

Who cheats: an admin who makes themselves acting head to permit their own staff's ideas, a deputy who becomes head for a day so that nobody
permits their own. Who errs: whoever types last year's day. An inspector expects that nobody acts a minute beyond the last day.
"""

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, col, select

from models.documents import Document, DocumentKind
from models.instants import now, region_zone, today
from models.ledger import LedgerEntry
from models.people import AccountNotice, HeadCapacity, Role, RoleGrant, is_held
from models.stages import IdeaStage
from tests.api.either import client as client
from tests.building import Town
from tests.workflows.turns import Clock, clock
from workflows.delivery.due import find_due
from workflows.intake.permit import permit_idea
from workflows.intake.route import route_idea
from workflows.intake.submit import submit_idea
from workflows.process.actors import actor_of, flow_actor
from workflows.process.refusals import Conflict, Forbidden, Invalid, NotFound
from workflows.recognition.letters import number_rejection
from workflows.region.confirmations import confirm, list_confirmations
from workflows.region.details import Details, change_details
from workflows.region.grants import end_grant, give_role, grant_role
from workflows.region.heads import LONGEST_ACTING, NewGrant
from workflows.region.people import move_person
from workflows.region.posts import Dated

__all__ = ["client", "clock"]
DAILY, ACTING = HeadCapacity.DAILY, HeadCapacity.ACTING
LAST = date(2026, 11, 30)


@pytest.fixture
def town(either_town: Town) -> Town:
    return either_town


def give(town: Town, who: str, over: str = "ANDIR", by: str = "admin", **terms: Any) -> RoleGrant:
    return town.do(give_role, town[who].id, NewGrant(**{"role": Role.UNIT_HEAD, "unit_code": over, **terms}), by=by)  # type: ignore[no-any-return]


def holds(town: Town, who: str, role: Role = Role.UNIT_HEAD) -> bool:
    with town.store.reading() as session:
        return actor_of(session, town[who].id).holds(role)


def tick(town: Town) -> None:
    with town.store.unit_of_work() as session:
        find_due(session)


def read(town: Town, grant: str) -> RoleGrant:
    return town.rows(select(RoleGrant).where(RoleGrant.id == grant))[0]  # type: ignore[no-any-return]


def test_whoever_acts_for_a_head_permits_to_the_end_of_the_last_day_and_not_a_second_longer(town: Town, clock: Clock) -> None:
    ideas = [town.build_idea(IdeaStage.AWAITING_PERMISSION) for _ in range(2)]
    grant = give(town, "walker", capacity=DAILY, last_day=LAST, reason="Camat dinas luar")
    clock.set("2026-11-30T23:59:59.999999+07:00")
    town.do(permit_idea, ideas[0], granted=True, by="walker")
    clock.set("2026-12-01T00:00:00+07:00")
    assert not holds(town, "walker"), "though no clock has run"
    with pytest.raises((Forbidden, NotFound)):
        town.do(permit_idea, ideas[1], granted=True, by="walker")
    assert read(town, grant.id).ended_at is None
    assert holds(town, "head")


def test_pages_and_api_refuse_from_the_first_request_after_the_last_day(town: Town, clock: Clock, client: TestClient) -> None:
    give(town, "walker", capacity=DAILY, last_day=LAST)
    town.do(end_grant, town["head"].id, town.rows(select(RoleGrant.id).where(RoleGrant.person_id == town["head"].id))[0], by="admin")
    idea = town.build_idea(IdeaStage.AWAITING_PERMISSION)
    ask = lambda: client.get(f"/api/v1/ideas/{idea}", headers=town["walker"].headers).status_code
    clock.set("2026-11-30T23:59:59+07:00")
    assert ask() == 200
    clock.set("2026-12-01T00:00:00+07:00")
    assert ask() == 404


def test_the_clock_writes_the_end_once_and_tells_the_holder(town: Town, clock: Clock) -> None:
    grant = give(town, "walker", capacity=DAILY, last_day=LAST)
    clock.set("2026-11-30T23:00:00+07:00")
    tick(town)
    assert read(town, grant.id).ended_at is None
    clock.set("2026-12-01T08:00:00+07:00")
    tick(town)
    tick(town)
    ended = read(town, grant.id)
    assert ended.ended_at is not None
    assert (ended.ended_at.astimezone(region_zone()).isoformat(), ended.ended_by) == ("2026-11-30T23:59:59+07:00", None)
    facts = town.rows(select(LedgerEntry.payload).where(LedgerEntry.kind == "role.end"))
    assert [(fact["actor"], fact["subject"]) for fact in facts] == [("flow:clock", town["walker"].id)]
    told = select(AccountNotice.kind).where(AccountNotice.person_id == town["walker"].id).order_by(col(AccountNotice.at))
    assert town.rows(told) == ["role_held", "role_ended"]
    with pytest.raises(Conflict, match="role_ended"):
        town.do(end_grant, town["walker"].id, grant.id, by="admin")


def test_a_role_is_given_again_after_its_last_day_before_the_clock_has_run(town: Town, clock: Clock) -> None:
    first = give(town, "walker", capacity=DAILY, last_day=LAST)
    clock.set("2026-12-01T00:00:01+07:00")
    again = give(town, "walker", capacity=DAILY, last_day=date(2026, 12, 2))
    assert read(town, first.id).ended_at is not None
    assert (read(town, again.id).ended_at, holds(town, "walker")) == (None, True)


@pytest.mark.parametrize("day", [-36_500, -1])
def test_no_role_ends_before_it_begins(town: Town, day: int) -> None:
    for role, terms in ((Role.UNIT_HEAD, {"capacity": DAILY}), (Role.REVIEWER, {}), (Role.CHAIR, {})):
        with pytest.raises(Invalid, match="last_day_past") as refused:
            give(town, "walker", role=role, last_day=today() + timedelta(days=day), **terms)
        assert refused.value.field == "last_day"
    assert give(town, "walker", role=Role.REVIEWER, last_day=today()).last_day == today()


def test_nobody_acts_without_an_end_or_beyond_half_a_year(town: Town) -> None:
    far = today() + timedelta(days=LONGEST_ACTING + 1)
    for terms, code in (({}, "acting_without_end"), ({"last_day": far}, "last_day_too_far")):
        with pytest.raises(Invalid, match=code):
            give(town, "walker", capacity=DAILY, **terms)
    with pytest.raises(Invalid, match="last_day_too_far"):
        give(town, "walker", role=Role.REVIEWER, last_day=today() + timedelta(days=36_500))
    assert give(town, "walker", capacity=DAILY, last_day=far - timedelta(days=1)).is_over is False


def test_all_that_is_wrong_with_a_role_is_said_at_once(town: Town) -> None:
    with pytest.raises(Invalid) as refused:
        give(town, "walker", role=Role.CHAIR, capacity=ACTING, reason="x" * 201)
    assert [(part.code, part.field) for part in refused.value.parts] == [
        ("capacity_of_heads", "capacity"),
        ("acting_without_end", "last_day"),
        ("text_too_long", "reason"),
    ]


def test_a_unit_has_one_head_and_one_who_acts_and_not_even_two_by_turns(town: Town) -> None:
    soon = today() + timedelta(days=5)
    for terms in ({}, {"capacity": ACTING, "last_day": soon}):
        with pytest.raises(Conflict, match="unit_has_head"):
            give(town, "walker", **terms)
    give(town, "walker", capacity=DAILY, last_day=soon)
    with pytest.raises(Conflict, match="unit_has_acting_head"):
        give(town, "mate", capacity=DAILY, last_day=soon)
    (head,) = town.rows(select(RoleGrant.id).where(RoleGrant.person_id == town["head"].id))
    town.do(end_grant, town["head"].id, head, by="admin")
    with pytest.raises(Conflict, match="unit_has_acting_head"):
        give(town, "mate", capacity=ACTING, last_day=soon)


def test_a_head_takes_up_the_office_once_the_acting_heads_role_has_ended(town: Town) -> None:
    acting = give(town, "walker", "DINKES", capacity=ACTING, last_day=today())
    with pytest.raises(Conflict, match="unit_has_acting_head"):
        give(town, "mate", "DINKES")
    town.do(end_grant, town["walker"].id, acting.id, "Kepala definitif dilantik", by="admin")
    assert read(town, acting.id).end_reason == "Kepala definitif dilantik"
    give(town, "mate", "DINKES")


def test_a_head_of_one_unit_heads_another_in_somebodys_place_alone(town: Town) -> None:
    with pytest.raises(Conflict, match="head_of_another") as refused:
        give(town, "head", "DINKES")
    assert refused.value.parameters == {"given": "Kecamatan Andir"}
    give(town, "head", "DINKES", capacity=ACTING, last_day=today() + timedelta(days=9))


def test_nobody_makes_themselves_acting_head_nor_anybody_beyond_their_units(town: Town) -> None:
    """An admin with ideas of their own staff to permit."""
    soon = today() + timedelta(days=1)
    for by in ("admin", "second_admin"):
        with pytest.raises(Forbidden, match="own_role"):
            give(town, by, by=by, capacity=DAILY, last_day=soon)
    town.give_role("walker", Role.ADMIN, "COBLONG")
    with pytest.raises(Forbidden, match="only_admin"):
        give(town, "mate", by="walker", capacity=DAILY, last_day=soon)


def test_whoever_acts_as_head_needs_permission_for_an_idea_of_their_own_and_gives_none_to_it(town: Town) -> None:
    idea = town.build_idea(IdeaStage.DRAFT)
    give(town, "lead", capacity=DAILY, last_day=today() + timedelta(days=1))
    town.do(submit_idea, idea, by="lead")
    with town.store.unit_of_work() as session:
        route_idea(session, idea, actor=flow_actor("intake"))
    assert town.idea(idea).stage == IdeaStage.AWAITING_PERMISSION
    with pytest.raises(Forbidden):
        town.do(permit_idea, idea, granted=True, by="lead")
    town.do(permit_idea, idea, granted=True, by="head")


def test_a_letter_names_the_office_of_whoever_refused_in_the_heads_place_and_not_their_own_position(town: Town) -> None:
    town.do(move_person, town["walker"].id, "ANDIR", by="admin")
    town.do(change_details, town["walker"].id, Details(town["walker"].name, position="Sekretaris Kecamatan"), Dated(), by="admin")
    give(town, "walker", capacity=DAILY, last_day=today())
    idea = town.build_idea(IdeaStage.AWAITING_PERMISSION)
    town.do(permit_idea, idea, granted=False, reason="Belum sesuai kewenangan kecamatan.", by="walker")
    town.do(number_rejection, idea, by="flow:recognition")
    (letter,) = town.rows(select(Document).where(Document.kind == DocumentKind.REJECTION))
    assert letter.content["decided_by"] == "Kepala Kecamatan Andir"


def test_a_deciding_role_for_a_time_waits_for_its_second_person_no_longer_than_it_lasts(town: Town, clock: Clock) -> None:
    grant = give(town, "walker", "KOTA", role=Role.VERIFIER, last_day=LAST)
    assert len(town.do(list_confirmations, by="leader")) == 1
    clock.set("2026-12-01T00:00:00+07:00")
    assert town.do(list_confirmations, by="leader") == []
    with pytest.raises(Conflict, match="confirmation_settled"):
        town.do(confirm, grant.id, by="leader")
    tick(town)
    assert [fact["kind"] for fact in town.rows(select(LedgerEntry.payload).where(LedgerEntry.kind == "role.withdraw"))] == ["role.withdraw"]


def test_who_is_admin_for_a_time_is_none_of_the_two_that_a_region_keeps(town: Town, clock: Clock) -> None:
    grant = give(town, "walker", "KOTA", role=Role.ADMIN, last_day=LAST)
    town.do(confirm, grant.id, by="second_admin")
    assert holds(town, "walker", Role.ADMIN)
    (admin,) = town.rows(select(RoleGrant.id).where(RoleGrant.person_id == town["admin"].id))
    with pytest.raises(Conflict, match="admins_too_few"):
        town.do(end_grant, town["admin"].id, admin, by="second_admin")
    town.do(end_grant, town["walker"].id, grant.id, by="second_admin")


def test_the_terms_are_facts_and_the_reason_is_not(town: Town) -> None:
    give(town, "walker", capacity=DAILY, last_day=today(), reason="Camat sakit")
    (fact,) = town.rows(select(LedgerEntry.payload).where(LedgerEntry.kind == "role.grant"))
    assert (fact["detail"]["capacity"], fact["detail"]["last_day"]) == ("Plh.", today().isoformat())
    assert "sakit" not in str(fact)


def test_two_admins_who_fill_one_office_at_once_fill_it_once(town: Town) -> None:
    outcomes: list[str] = []

    def fill(who: str, by: str) -> None:
        try:
            town.do(grant_role, town[who].id, Role.UNIT_HEAD, "DINKES", by=by)
            outcomes.append("filled")
        except Conflict as refused:
            outcomes.append(refused.code)

    threads = [threading.Thread(target=fill, args=pair) for pair in (("walker", "admin"), ("mate", "second_admin"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == ["filled", "unit_has_head"]


def test_a_statement_made_before_midnight_asks_the_day_when_it_runs(town: Town, clock: Clock) -> None:
    statement = select(RoleGrant.id).where(RoleGrant.role == Role.UNIT_HEAD, is_held())
    grant = give(town, "walker", capacity=DAILY, last_day=LAST).id

    def found(session: Session) -> bool:
        return grant in session.exec(statement).all()

    with town.store.reading() as session:
        assert found(session)
    clock.set(now() + timedelta(days=30))
    with town.store.reading() as session:
        assert not found(session)
