"""A coaching clinic: a date with places, never more teams than places, given back or cancelled on record.

Who would cheat: fifty teams that want the last places at once; a team that takes two; a secretary who reads from a list who proposes in a
sealed call.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from sqlmodel import col, select

from models.clinics import Clinic, ClinicBooking
from models.instants import now
from models.ledger import LedgerEntry
from models.people import AccountNotice, NoticeKind, Role
from models.stages import IdeaStage
from tests.building import Town
from tests.steps import REASON
from tests.workflows.process.attest.everything import compare
from tests.workflows.process.sealed import SEALED, pass_to
from tests.workflows.process.test_records import facts
from tests.workflows.region.letting_in import Passing, at_once
from workflows.intake.clinics import ClinicLine, book_clinic, end_booking, list_clinics, list_clinics_for
from workflows.process.context import read_context
from workflows.process.refusals import Conflict, Forbidden, Invalid, NotFound
from workflows.region.clinics import MOST_CLINICS, NewClinic, cancel_clinic, plan_clinic

__all__ = ["pass_to"]

pytestmark = pytest.mark.slow


def plan(town: Town, places: int = 2, *, call: str = "", days: int = 7) -> Clinic:
    """A clinic in some days."""
    new = NewClinic("Klinik inovasi", "Aula BAPPEDA", now() + timedelta(days=days), places)
    clinic: Clinic = town.do(plan_clinic, call or town.call, new, by="secretary")
    return clinic


def book(town: Town, idea: str, clinic: Clinic, *, by: str = "lead") -> ClinicBooking:
    """The team takes a place."""
    booking: ClinicBooking = town.do(book_clinic, idea, clinic.id, by=by)
    return booking


def read(town: Town, call: str, who: str) -> list[ClinicLine]:
    """The clinics of a call as somebody reads them."""
    with town.store.reading() as session:
        return list_clinics(session, call, actor=town.actor(session, who))


def beside(town: Town, idea: str, who: str = "lead") -> list[ClinicLine]:
    """The clinics beside an idea as somebody reads them."""
    with town.store.reading() as session:
        actor = town.actor(session, who)
        return list_clinics_for(session, read_context(session, idea, actor=actor), actor=actor)


@pytest.mark.timeout(300)
def test_fifty_at_once_take_no_more_places_than_there_are(either_town: Town, share: Callable[[int], int]) -> None:
    town, teams = either_town, share(50)
    places = teams // 3
    clinic = plan(town, places)
    ideas = [town.build_idea(title=f"Gagasan {number}", team=()) for number in range(teams)]
    came = at_once([partial(book, town, idea, clinic) for idea in ideas])
    assert (came.count("done"), len(came)) == (places, teams)
    assert len(town.rows(select(ClinicBooking.id))) == places
    assert [(line.booked, line.free) for line in read(town, town.call, "lead")] == [(places, 0)]


def test_one_team_that_books_twice_at_once_has_one_place(either_town: Town) -> None:
    town = either_town
    clinic, idea = plan(town, 5), town.build_idea()
    assert sorted(at_once([partial(book, town, idea, clinic, by=who) for who in ("lead", "mate", "lead", "mate")])) == [
        "done",
        *["refused"] * 3,
    ]


def test_a_place_that_is_given_back_is_free_and_stays_on_record(town: Town) -> None:
    clinic, idea, other = plan(town, 1), town.build_idea(), town.build_idea(lead="stranger")
    booking = book(town, idea, clinic, by="mate")
    with pytest.raises(Conflict, match="clinic_booked"):
        book(town, idea, clinic)
    with pytest.raises(Conflict, match="clinic_full"):
        book(town, other, clinic, by="stranger")
    with pytest.raises(NotFound, match="clinic_booking_not_found"):
        town.do(end_booking, other, booking.id, by="stranger")
    town.do(end_booking, idea, booking.id, by="lead")
    with pytest.raises(Conflict, match="clinic_booking_ended"):
        town.do(end_booking, idea, booking.id, by="lead")
    book(town, other, clinic, by="stranger")
    assert len(town.rows(select(ClinicBooking.id))) == 2
    assert compare(town).differences == []
    kinds = select(LedgerEntry.kind).where(col(LedgerEntry.kind).contains("clinic")).order_by(col(LedgerEntry.seq))
    assert [kind.partition(".")[2] for kind in town.rows(kinds)] == ["plan_clinic", "book_clinic", "leave_clinic", "book_clinic"]


def test_an_idea_whose_way_is_over_takes_no_place(town: Town) -> None:
    clinic, idea, other = plan(town, 1), town.build_idea(), town.build_idea()
    book(town, idea, clinic)
    town.take(idea, "withdraw")
    book(town, other, clinic)
    with pytest.raises(Conflict, match="clinic_idea_over"):
        book(town, idea, clinic)


def test_only_the_team_books_in_its_own_call_and_before_the_clinic_begins(town: Town, pass_to: Passing) -> None:
    clinic, later = plan(town), plan(town, days=9)
    foreign = plan(town, call=town.build_call(code="LAIN"))
    idea = town.build_idea(IdeaStage.SCREENING)
    for who in ("secretary", "head", "chair", "admin"):
        with pytest.raises(Forbidden, match="only_team"):
            book(town, idea, clinic, by=who)
    with pytest.raises(NotFound, match="clinic_not_found"):
        book(town, idea, foreign)
    booking = book(town, idea, clinic)
    pass_to(clinic.starts_at)
    for act in (partial(town.do, end_booking, idea, booking.id, by="lead"), partial(book, town, town.build_idea(), clinic)):
        with pytest.raises(Conflict, match="clinic_over"):
            act()
    assert [(line.clinic.id, line.may_book, line.may_leave) for line in beside(town, idea)] == [
        (clinic.id, False, False),
        (later.id, True, False),
    ]
    assert beside(town, idea, "secretary") == []


def test_teams_that_booked_are_told_that_it_is_cancelled_and_read_why(town: Town) -> None:
    clinic, idea = plan(town), town.build_idea()
    book(town, idea, clinic)
    with pytest.raises(Invalid, match="text_too_short"):
        town.do(cancel_clinic, town.call, clinic.id, "Sakit", by="secretary")
    with pytest.raises(NotFound, match="clinic_not_found"):
        town.do(cancel_clinic, town.build_call(code="LAIN"), clinic.id, REASON, by="secretary")
    town.do(cancel_clinic, town.call, clinic.id, REASON, by="admin")
    told = select(AccountNotice.person_id).where(AccountNotice.kind == NoticeKind.CLINIC_CANCELLED)
    assert town.rows(told) == [town["lead"].id]
    assert [(line.clinic.cancel_reason, line.may_leave) for line in beside(town, idea)] == [(REASON, False)]
    with pytest.raises(Conflict, match="clinic_cancelled"):
        town.do(cancel_clinic, town.call, clinic.id, REASON, by="admin")
    with pytest.raises(Conflict, match="clinic_cancelled"):
        book(town, town.build_idea(), clinic)


def test_what_is_wrong_with_a_clinic_is_told_all_at_once(town: Town) -> None:
    wrong = NewClinic("", "a\0", now() - timedelta(minutes=1), 501)
    with pytest.raises(Invalid) as refused:
        town.do(plan_clinic, town.call, wrong, by="secretary")
    told = [(each.code, each.field) for each in refused.value.parts]
    assert told == [
        ("text_empty", "title"),
        ("control_characters", "place"),
        ("date_in_the_past", "starts_at"),
        ("number_out_of_range", "places"),
    ]
    for who in ("chair", "lead", "flow:terminal"):
        with pytest.raises(Forbidden, match="only_secretariat"):
            town.do(plan_clinic, town.call, wrong, by=who)
    for _ in range(MOST_CLINICS):
        plan(town)
    with pytest.raises(Conflict, match="clinics_too_many"):
        plan(town)


def test_who_comes_is_read_by_who_keeps_the_call_and_of_a_sealed_call_by_nobody(town: Town) -> None:
    sealed = town.build_call(code="TERTUTUP", closing=SEALED)
    open_clinic, sealed_clinic = plan(town, call=town.call), plan(town, call=sealed)
    draft, screened = town.build_idea(), town.build_idea(IdeaStage.SCREENING)
    for idea in (draft, screened):
        book(town, idea, open_clinic)
    book(town, town.build_idea(call=sealed), sealed_clinic)
    name = town["lead"].name
    for who in ("secretary", "admin", "auditor"):
        [line] = read(town, town.call, who)
        assert [(guest.name, guest.idea and guest.idea.id) for guest in line.guests] == [(name, None), (name, screened)], who
        [line] = read(town, sealed, who)
        assert (line.booked, line.guests) == (1, ()), who
    assert [idea for kind, idea in facts(town, "auditor") if kind == "idea.book_clinic"] == [screened]
    for who in ("chair", "head", "lead", "stranger"):
        assert [line.guests for line in read(town, town.call, who)] == [()], who


def test_who_reviews_an_idea_blindly_is_not_told_in_the_list_whose_it_is(town: Town) -> None:
    clinic, idea = plan(town), town.build_idea(IdeaStage.IN_REVIEW)
    book(town, idea, clinic)
    reviewer = town.reviewers(idea)[0]
    town.give_role(reviewer, Role.SECRETARIAT, "BAPPEDA")
    [line] = read(town, town.call, reviewer)
    assert [guest.idea for guest in line.guests] == [None]
