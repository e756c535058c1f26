"""An overdue permission lies in the inbox of somebody who exists, may decide, and is not of the team.

Who falls ill: a head. Who errs: an admin who appoints none. An agency stands directly under the city, over which nobody is head, so its
permissions went to nobody and the ideas waited for ever. An inspector expects a name at every hour, and that it is written down who it was.
"""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, delete, select

from models.inbox import InboxItem
from models.instants import now
from models.ledger import LedgerEntry
from models.people import Role, RoleGrant
from models.stages import IdeaStage
from tests.building import SECTIONS, Town
from tests.steps import NOTES
from tests.workflows.turns import Clock, clock, open_items, own_town, tick
from workflows.intake.permit import permit_idea
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.intake.submit import supplement_idea
from workflows.intake.team import MemberShare
from workflows.process.context import read_context
from workflows.process.inbox import find_overdue
from workflows.process.offers import is_offered
from workflows.process.refusals import Forbidden
from workflows.process.waiting import list_inbox

__all__ = ["clock", "own_town"]
ADMINS = {"admin", "second_admin"}


def let_it_lie(town: Town, clock: Clock, idea: str) -> InboxItem:
    """The days of the permission pass; answers what is asked then."""
    (item,) = open_items(town, idea, "permit")
    assert item.due_at is not None
    clock.set(item.due_at + timedelta(seconds=1))
    tick(town)
    (item,) = open_items(town, idea, "permit")
    return item


def finders(town: Town, idea: str) -> set[str]:
    """Who of the town finds the permission in the inbox; each of them must be offered it."""
    found = set()
    with town.store.reading() as session:
        for who in town.people:
            actor = town.actor(session, who)
            if idea in [each.idea.id for each in list_inbox(session, actor=actor) if each.item.task == "permit"]:
                assert is_offered(session, read_context(session, idea, actor=actor), "permit", actor=actor), who
                found.add(who)
    return found


def grant(town: Town, who: str, role: Role, unit: str) -> None:
    with town.store.unit_of_work() as session:
        session.add(RoleGrant(person_id=town[who].id, role=role, unit_id=town.units[unit][0]))


def without(session: Session, role: Role) -> None:
    session.execute(delete(RoleGrant).where(col(RoleGrant.role) == role))


def test_a_unit_directly_under_the_city_passes_its_permission_to_the_secretariat(own_town: Town, clock: Clock) -> None:
    grant(own_town, "walker", Role.SECRETARIAT, "BAPPEDA")
    grant(own_town, "reviewer4", Role.UNIT_HEAD, "DINKES")  # the head, who is silent
    idea = own_town.build_idea(IdeaStage.AWAITING_PERMISSION, lead="reviewer3")
    assert finders(own_town, idea) == {"reviewer4"}
    item = let_it_lie(own_town, clock, idea)
    assert (item.role, item.unit_path) == (Role.SECRETARIAT, own_town.units["BAPPEDA"][1])
    assert finders(own_town, idea) == {"secretary", "walker"}
    own_town.do(permit_idea, idea, granted=True, by="walker")
    assert own_town.idea(idea).stage == IdeaStage.SCREENING
    (entry,) = own_town.rows(select(LedgerEntry).where(LedgerEntry.kind == "inbox.escalate"))
    assert entry.payload["detail"] == {"task": "permit", "role": "secretariat"}


def test_the_only_secretary_is_spared_for_the_screening_and_an_admin_is_asked(own_town: Town, clock: Clock) -> None:
    idea = own_town.build_idea(IdeaStage.AWAITING_PERMISSION, lead="reviewer3")
    assert let_it_lie(own_town, clock, idea).role == Role.ADMIN
    assert finders(own_town, idea) == ADMINS
    own_town.do(permit_idea, idea, granted=True, by="admin")
    own_town.take(idea, "screen accepted", lead="reviewer3")


def test_a_town_without_any_head_asks_an_admin(own_town: Town, clock: Clock) -> None:
    with own_town.store.unit_of_work() as session:
        without(session, Role.UNIT_HEAD)
    idea = own_town.build_idea(IdeaStage.AWAITING_PERMISSION)
    assert finders(own_town, idea) == set()
    let_it_lie(own_town, clock, idea)
    assert finders(own_town, idea) == ADMINS


def test_without_an_admin_over_the_call_the_only_secretary_is_asked(own_town: Town, clock: Clock) -> None:
    with own_town.store.unit_of_work() as session:
        without(session, Role.UNIT_HEAD)
        without(session, Role.ADMIN)
    idea = own_town.build_idea(IdeaStage.AWAITING_PERMISSION)
    let_it_lie(own_town, clock, idea)
    assert finders(own_town, idea) == {"secretary"}


@pytest.mark.parametrize("over", ["KOTA", "ANDIR"])
def test_a_head_further_up_is_asked_before_anybody_stands_in(own_town: Town, clock: Clock, over: str) -> None:
    grant(own_town, "walker", Role.UNIT_HEAD, over)
    with own_town.store.unit_of_work() as session:
        session.execute(delete(RoleGrant).where(col(RoleGrant.person_id) == own_town["head"].id))
    idea = own_town.build_idea(IdeaStage.AWAITING_PERMISSION)
    assert let_it_lie(own_town, clock, idea).unit_path == own_town.units[over][1]
    assert finders(own_town, idea) == {"walker"}


def test_a_head_of_the_team_is_no_head_above(own_town: Town, clock: Clock) -> None:
    team = (MemberShare(own_town["lead"].number, 5_000), MemberShare(own_town["head"].number, 5_000))
    idea = own_town.build_idea(IdeaStage.AWAITING_PERMISSION, team=team)
    let_it_lie(own_town, clock, idea)
    assert finders(own_town, idea) == ADMINS


def test_who_is_of_the_secretariat_and_an_admin_too_is_offered_what_an_admin_is_asked(own_town: Town, clock: Clock) -> None:
    grant(own_town, "admin", Role.SECRETARIAT, "BAPPEDA")
    call = own_town.call
    with own_town.store.unit_of_work() as session:
        session.execute(delete(RoleGrant).where(col(RoleGrant.person_id) == own_town["secretary"].id))
    idea = own_town.build_idea(IdeaStage.AWAITING_PERMISSION, lead="reviewer3", call=call)
    assert let_it_lie(own_town, clock, idea).role == Role.ADMIN
    assert finders(own_town, idea) == ADMINS


def test_nobody_stands_in_who_was_not_asked_to(own_town: Town) -> None:
    idea = own_town.build_idea(IdeaStage.AWAITING_PERMISSION)
    for who in ("secretary", "admin"):
        with pytest.raises(Forbidden, match="only_unit_head"):
            own_town.do(permit_idea, idea, granted=True, by=who)


def test_a_stand_in_who_was_not_asked_reads_who_may_under_the_policy(own_town: Town) -> None:
    """Where a policy gives the permission to the secretariat, a head may not give it; who is sent to the head asks in vain."""
    call = own_town.build_call(movers={"permit": "secretariat", "propose": "chair"})
    idea = own_town.build_idea(IdeaStage.AWAITING_PERMISSION, call=call)
    for who in ("admin", "head"):
        with pytest.raises(Forbidden, match="only_secretariat"):
            own_town.do(permit_idea, idea, granted=True, by=who)
    own_town.do(permit_idea, idea, granted=True, by="secretary")


def test_who_was_passed_over_reads_who_was_asked_instead(own_town: Town, clock: Clock) -> None:
    with own_town.store.unit_of_work() as session:
        without(session, Role.UNIT_HEAD)
    idea = own_town.build_idea(IdeaStage.AWAITING_PERMISSION)
    assert let_it_lie(own_town, clock, idea).role == Role.ADMIN
    with pytest.raises(Forbidden, match="only_admin"):
        own_town.do(permit_idea, idea, granted=True, by="secretary")


def end_role(town: Town, who: str) -> None:
    with town.store.unit_of_work() as session:
        for held in session.exec(select(RoleGrant).where(RoleGrant.person_id == town[who].id)):
            held.ended_at = now()


def test_what_was_passed_to_the_only_head_above_whose_role_then_ends_is_passed_on_again(own_town: Town, clock: Clock) -> None:
    grant(own_town, "walker", Role.UNIT_HEAD, "KOTA")
    idea = own_town.build_idea(IdeaStage.AWAITING_PERMISSION, lead="operator", team=())
    let_it_lie(own_town, clock, idea)
    assert finders(own_town, idea) == {"walker"}
    tick(own_town)
    assert finders(own_town, idea) == {"walker"}, "nothing is passed on while somebody is there who may permit"
    end_role(own_town, "walker")
    tick(own_town)
    assert finders(own_town, idea) == ADMINS
    for who in ADMINS:
        end_role(own_town, who)
    tick(own_town)
    assert finders(own_town, idea) == {"secretary"}
    told = [entry.payload["detail"]["role"] for entry in own_town.rows(select(LedgerEntry).where(LedgerEntry.kind == "inbox.escalate"))]
    assert told == ["unit_head", "admin", "secretariat"]
    end_role(own_town, "secretary")
    tick(own_town)
    tick(own_town)
    assert len(own_town.rows(select(LedgerEntry).where(LedgerEntry.kind == "inbox.escalate"))) == 3, "nobody is left to be told"
    grant(own_town, "stranger", Role.ADMIN, "KOTA")
    tick(own_town)
    assert finders(own_town, idea) == {"stranger"}


def test_a_changed_budget_is_asked_of_nobody_who_screened_the_idea(own_town: Town, clock: Clock) -> None:
    grant(own_town, "walker", Role.SECRETARIAT, "BAPPEDA")
    idea = own_town.build_returned("budget", lead="operator", team=())
    own_town.do(supplement_idea, idea, own_town.proposal(team=(), sections={**SECTIONS, "idea": "Gagasan dengan biayanya."}), by="operator")
    own_town.do(screen_idea, idea, Screening.RETURNED, Findings(notes=NOTES, parts=("budget",)), by="walker")
    own_town.do(supplement_idea, idea, own_town.proposal(team=(), budget_rupiah=7_000_000), by="operator")
    assert own_town.idea(idea).stage == IdeaStage.AWAITING_PERMISSION
    assert let_it_lie(own_town, clock, idea).role == Role.ADMIN
    assert finders(own_town, idea) == ADMINS
    own_town.do(permit_idea, idea, granted=True, by="admin")


def test_both_databases_pass_it_up(either_town: Town) -> None:
    idea = either_town.build_idea(IdeaStage.AWAITING_PERMISSION, lead="reviewer3")
    with either_town.store.unit_of_work() as session:
        for item in open_items_of(session, idea):
            item.due_at = now() - timedelta(days=1)
    with either_town.store.unit_of_work() as session:
        find_overdue(session, 10)
    assert finders(either_town, idea) == ADMINS


def open_items_of(session: Session, idea: str) -> list[InboxItem]:
    return list(session.exec(select(InboxItem).where(InboxItem.idea_id == idea, col(InboxItem.done_at).is_(None))))
