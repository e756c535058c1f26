"""Whoever leaves the service keeps what they did, and is asked for nothing more; whoever comes back begins with a code alone.

Who cheats: an operator who retires a rival, or themselves out of an inquiry. Who errs: whoever types the day of the decree for the last
day of service. An inspector expects that certificates and shares stay, and that nobody without a post acts.
"""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from models.ideas import Invitation, TeamMember
from models.instants import today
from models.ledger import LedgerEntry
from models.people import Account, AccountNotice, Person, RoleGrant
from models.posts import Post
from models.stages import IdeaStage
from tests.building import SECTIONS, Town
from workflows.intake.draft import revise_idea
from workflows.process.actors import flow_actor
from workflows.process.refusals import Conflict, Forbidden, Invalid
from workflows.process.stranded import list_stranded
from workflows.region.accounts import reopen_account
from workflows.region.details import Details, change_details
from workflows.region.grants import grant_role
from workflows.region.holders import NewHolder, end_holder
from workflows.region.import_people import check_people
from workflows.region.offices import NewOffice, set_office
from workflows.region.people import move_person
from workflows.region.posts import Dated, list_posts
from workflows.region.retirement import Leaving, restore_person, retire_person

DECREE = "SK pensiun 882/2026"


@pytest.fixture
def town(either_town: Town) -> Town:
    return either_town


def retire(town: Town, who: str, back: int = 0, by: str = "admin", reason: str = DECREE) -> None:
    town.do(retire_person, town[who].id, Leaving(today() - timedelta(days=back), reason), by=by)


def read(town: Town, who: str) -> Person:
    return town.rows(select(Person).where(Person.id == town[who].id))[0]  # type: ignore[no-any-return]


def test_who_retires_signs_in_no_more_holds_nothing_and_keeps_what_they_did(town: Town) -> None:
    idea = town.build_idea(IdeaStage.IN_REVIEW)
    team = town.rows(select(TeamMember.person_id).where(TeamMember.idea_id == idea).order_by(col(TeamMember.position)))
    retire(town, "mate", by="operator")
    assert town.rows(select(TeamMember.person_id).where(TeamMember.idea_id == idea).order_by(col(TeamMember.position))) == team
    (account,) = town.rows(select(Account).where(Account.person_id == town["mate"].id))
    assert (account.closed_at is not None, read(town, "mate").retired_on) == (True, today())
    with town.store.reading() as session:
        (held,) = list_posts(session, town["mate"].id)
    assert (held.post.valid_until, held.post.end_reason) == (today(), DECREE)
    told = select(AccountNotice.kind).where(AccountNotice.person_id == town["mate"].id)
    assert sorted(town.rows(told)) == ["account_closed", "person_retired"]
    (fact,) = town.rows(select(LedgerEntry.payload).where(LedgerEntry.kind == "person.retire"))
    assert (fact["actor"], fact["detail"]) == (town["operator"].id, {"last_day": today().isoformat()})


def test_what_waited_in_their_name_is_shown_to_the_secretariat(town: Town) -> None:
    idea = town.build_idea(IdeaStage.IN_REVIEW)
    scorer = town.reviewers(idea)[0]
    retire(town, scorer)
    assert town.rows(select(RoleGrant.id).where(RoleGrant.person_id == town[scorer].id, col(RoleGrant.ended_at).is_(None))) == []
    with town.store.reading() as session:
        (stranded,) = list_stranded(session, actor=town.actor(session, "secretary")).rows
    assert stranded.item.person_id == town[scorer].id


def test_nobody_asks_a_retired_person_to_join_a_team_or_learns_that_they_left(town: Town) -> None:
    retire(town, "mate")
    idea = town.ask_team()
    (invited,) = town.rows(select(Invitation).where(Invitation.idea_id == idea, Invitation.number == town["mate"].number))
    assert invited.person_id is None, "as of somebody whose number nobody has"
    with pytest.raises(Conflict, match="account_closed"):
        town.do(grant_role, town["mate"].id, "reviewer", "KOTA", by="admin")


def test_whoever_is_of_a_team_stays_in_it_when_it_is_handed_in_again(town: Town) -> None:
    idea = town.build_idea(IdeaStage.DRAFT)
    retire(town, "mate")
    town.do(revise_idea, idea, town.proposal(sections={**SECTIONS, "idea": "Antrean daring dengan nomor yang tetap."}), by="lead")
    assert town["mate"].id in town.rows(select(TeamMember.person_id).where(TeamMember.idea_id == idea))


@pytest.mark.parametrize(("back", "reason", "faults"), [(-1, DECREE, ["post_not_yet"]), (400, "", ["post_long_ago", "text_empty"])])
def test_a_last_day_ahead_or_years_back_or_without_a_reason_is_refused(town: Town, back: int, reason: str, faults: list[str]) -> None:
    with town.store.unit_of_work() as session:
        session.exec(select(Post).where(Post.person_id == town["mate"].id)).one().valid_from = None
    with pytest.raises(Invalid) as refused:
        retire(town, "mate", back, reason=reason)
    assert [part.code for part in refused.value.parts or (refused.value,)] == faults
    assert read(town, "mate").retired_on is None
    assert town.rows(select(AccountNotice)) == []


def test_nobody_retires_themselves_or_anybody_beyond_their_reach(town: Town) -> None:
    for who, by, code in (
        ("admin", "admin", "own_account"),
        ("stranger", "operator", "only_operator"),
        ("head", "operator", "office_beyond_reach"),
        ("lead", "secretary", "only_operator"),
    ):
        with pytest.raises(Forbidden, match=code):
            retire(town, who, by=by)
    with pytest.raises(Conflict, match="admins_too_few"):
        retire(town, "second_admin")
    assert read(town, "second_admin").retired_on is None


def test_whoever_is_appointed_to_sign_leaves_once_that_has_ended(town: Town) -> None:
    town.do(set_office, "ANDIR", NewOffice(("KECAMATAN ANDIR",), "Contoh", "Kec.Andir", "Camat Andir"), by="admin")
    held = town.appoint("ANDIR", NewHolder(town["head"].id, today()))
    with pytest.raises(Conflict, match="person_signs"):
        retire(town, "head")
    town.do(end_holder, "ANDIR", held, today(), by="admin")
    retire(town, "head")


def test_a_retired_person_is_neither_moved_nor_changed_nor_opened_by_page_or_file(town: Town) -> None:
    retire(town, "mate")
    mate = town["mate"]
    for action, values in (
        (move_person, ("DAGO",)),
        (change_details, (Details("Nama Lain"), Dated())),
        (reopen_account, ()),
        (retire_person, (Leaving(today(), DECREE),)),
    ):
        with pytest.raises(Conflict, match="person_retired"):
            town.do(action, mate.id, *values, by="admin")
    with town.store.reading() as session:
        rows = "NIP;Nama;Unit\n{};{};{}"
        same, moved = (rows.format(mate.number, mate.name, unit).encode() for unit in ("CIROYOM", "DAGO"))
        assert check_people(session, same, actor=flow_actor("import")).unchanged == 1
        assert [fault.code for fault in check_people(session, moved, actor=flow_actor("import")).faults] == ["person_retired"]


def test_who_comes_back_serves_from_a_day_on_with_a_code_and_without_roles(town: Town) -> None:
    with pytest.raises(Conflict, match="person_serves"):
        town.do(restore_person, town["head"].id, Dated(), by="admin")
    with town.store.unit_of_work() as session:
        session.exec(select(Post).where(Post.person_id == town["head"].id)).one().valid_from = today() - timedelta(days=90)
    retire(town, "head", back=30)
    with pytest.raises(Invalid, match="restored_before_leaving"):
        town.do(restore_person, town["head"].id, Dated(today() - timedelta(days=31)), by="admin")
    renewal = town.do(restore_person, town["head"].id, Dated(today() - timedelta(days=29), "SK perpanjangan"), by="admin")
    assert renewal.code is not None
    with town.store.reading() as session:
        newest, former = list_posts(session, town["head"].id)
        assert town.actor(session, "head").grants == ()
    assert (newest.post.valid_from, newest.post.cause, newest.post.reason) == (today() - timedelta(days=29), "restored", "SK perpanjangan")
    assert former.post.valid_until == today() - timedelta(days=30)
    assert read(town, "head").retired_on is None


def test_who_was_let_go_by_mistake_is_back_on_the_same_day(town: Town) -> None:
    retire(town, "mate", by="operator")
    town.do(restore_person, town["mate"].id, Dated(reason="Salah catat"), by="operator")
    with town.store.reading() as session:
        newest, former = list_posts(session, town["mate"].id)
    assert (newest.post.valid_from, newest.post.valid_until) == (today(), None)
    assert former.post.valid_until == today() - timedelta(days=1)
