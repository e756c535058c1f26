"""Two of one capacity never hold an office on one day; appointing and ending is an admin's, and each is a fact."""

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from models.ledger import LedgerEntry
from models.offices import Capacity, OfficeHolder
from tests.building import Shelf, Town
from tests.workflows.region.appointing import ANDIR, RULE, appoint, day, read
from workflows.process.refusals import Conflict, Forbidden, Invalid, NotFound
from workflows.region.holders import NewHolder, PlainHolder, appoint_holder, confirm_holder, end_holder, refuse_holder
from workflows.region.offices import SIGNS_FIRST, read_office, set_office

# Days


@pytest.mark.parametrize(("first", "last"), [(0, 9), (5, 15), (20, 20), (15, None), (0, None)])
def test_two_never_hold_an_office_in_one_capacity_on_one_day(office: Town, first: int, last: int | None) -> None:
    appoint(office, "head", 5, 20)
    with pytest.raises(Conflict, match="office_held") as refused:
        appoint(office, "other_head", first, last)
    assert refused.value.parameters["day"] == day(max(first, 5)).isoformat()
    appoint(office, "other_head", first, last, capacity=Capacity.DAILY)


def test_one_follows_the_other_from_one_day_to_the_next(office: Town) -> None:
    appoint(office, "head", 5, 20)
    appoint(office, "other_head", 21)
    appoint(office, "operator", 0, 4)
    names = [read(office, day(number)).signatory.name for number in (4, 5, 20, 21)]
    assert names == ["Nining Rarasati", "Asep Cakrabuana", "Asep Cakrabuana", "Dadang Mangkubumi"]


def test_a_holder_who_ends_makes_room(office: Town) -> None:
    head = appoint(office, "head")
    office.do(end_holder, "ANDIR", head, day(7), by="admin")
    appoint(office, "other_head", 8)
    assert [read(office, day(number)).signatory.name for number in (7, 8)] == ["Asep Cakrabuana", "Dadang Mangkubumi"]


def test_an_appointment_by_mistake_never_took_effect_and_is_made_anew(office: Town) -> None:
    wrong = appoint(office, "other_head", 3)
    office.do(end_holder, "ANDIR", wrong, day(2), by="admin")
    assert read(office, day(2)).signatory.name == read(office, day(3)).signatory.name == "Joko Surapati"
    appoint(office, "head", 0)
    assert read(office, day(3)).signatory.name == "Asep Cakrabuana"


def test_days_that_cannot_be_are_refused(office: Town) -> None:
    with pytest.raises(Invalid, match="holder_days_out_of_order"):
        appoint(office, "head", 5, 4)
    head = appoint(office, "head", 5, 20)
    with pytest.raises(Invalid, match="holder_days_out_of_order"):
        office.do(end_holder, "ANDIR", head, day(3), by="admin")
    for later in (20, 21):
        with pytest.raises(Conflict, match="holder_ended"):
            office.do(end_holder, "ANDIR", head, day(later), by="admin")


def test_two_who_are_appointed_at_once_do_not_both_hold_the_office(office: Town) -> None:
    outcomes: list[str] = []

    def try_to_appoint(who: str) -> None:
        try:
            appoint(office, who)
            outcomes.append("appointed")
        except Conflict as refused:
            outcomes.append(refused.code)

    threads = [threading.Thread(target=try_to_appoint, args=(who,)) for who in ("head", "other_head", "operator", "chair")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == ["appointed", "office_held", "office_held", "office_held"]


Days = st.tuples(st.integers(0, 12), st.one_of(st.none(), st.integers(0, 6)), st.sampled_from(Capacity))


@settings(max_examples=min(settings.default.max_examples, 100))  # each is a tenth of a second in a database
@given(wanted=st.lists(Days, max_size=10))
def test_on_every_day_the_first_in_rank_of_those_appointed_signs(shelf: Shelf, wanted: list[tuple[int, int | None, Capacity]]) -> None:
    """Against a plain calendar: one square for each day and capacity, taken by the first appointment that finds all its squares free."""
    town = shelf.open_town()
    names = {town[who].id: town[who].name for who in town.people if not who.endswith("admin")}
    people = list(names)
    calendar: dict[tuple[int, Capacity], str] = {}
    session = Session(town.store.writing)
    try:
        actor, second = town.actor(session, "admin"), town.actor(session, "second_admin")
        set_office(session, "ANDIR", ANDIR, actor=actor)
        for who, (first, length, capacity) in zip(people, wanted, strict=False):
            squares = [(number, capacity) for number in range(first, 30 if length is None else first + length + 1)]
            new = NewHolder(who, day(first), None if length is None else day(first + length), capacity)
            if any(square in calendar for square in squares):
                with pytest.raises(Conflict, match="office_held"):
                    appoint_holder(session, "ANDIR", new, actor=actor)
            else:
                confirm_holder(session, appoint_holder(session, "ANDIR", new, actor=actor).id, actor=second)
                calendar |= dict.fromkeys(squares, names[who])
        for number in range(30):
            expected = next((calendar[number, one] for one in SIGNS_FIRST if (number, one) in calendar), "Joko Surapati")
            assert read_office(session, town.units["ANDIR"][0], day(number), otherwise=RULE).signatory.name == expected
    finally:
        session.rollback()
        session.close()


# Who may


def test_an_appointment_signs_nothing_before_its_second_person(office: Town) -> None:
    """An admin who appoints a friend to sign certificates: until somebody else agrees, the papers go by the policy."""
    with pytest.raises(Forbidden, match="own_role"):
        office.do(appoint_holder, "ANDIR", NewHolder(office["admin"].id, day(0)), by="admin")
    holder = office.do(appoint_holder, "ANDIR", NewHolder(office["head"].id, day(0)), by="admin").id
    assert read(office, day(1)).signatory.name == "Joko Surapati"
    with pytest.raises(Conflict, match="office_held"):
        office.do(appoint_holder, "ANDIR", NewHolder(office["mate"].id, day(0)), by="second_admin")
    for who, code in (("admin", "own_confirmation"), ("head", "only_second"), ("secretary", "only_second")):
        with pytest.raises(Forbidden, match=code):
            office.do(confirm_holder, holder, by=who)
    office.do(confirm_holder, holder, by="leader")
    assert read(office, day(1)).signatory.name == "Asep Cakrabuana"


def test_an_appointment_that_is_refused_frees_its_days(office: Town) -> None:
    holder = office.do(appoint_holder, "ANDIR", NewHolder(office["head"].id, day(0)), by="admin").id
    office.do(refuse_holder, holder, by="second_admin")
    with pytest.raises(Conflict, match="confirmation_settled"):
        office.do(confirm_holder, holder, by="leader")
    office.appoint("ANDIR", NewHolder(office["mate"].id, day(0)))
    assert read(office, day(1)).signatory.name == "Tono Gambiranom"


@pytest.mark.parametrize("who", ["lead", "head", "operator", "secretary", "leader", "auditor"])
def test_only_an_admin_sets_an_office_and_its_holders(office: Town, who: str) -> None:
    head = appoint(office, "head")
    before = office.rows(select(LedgerEntry.seq))
    with pytest.raises(Forbidden, match="only_admin"):
        office.do(set_office, "ANDIR", ANDIR, by=who)
    with pytest.raises(Forbidden, match="only_admin"):
        office.do(appoint_holder, "ANDIR", NewHolder(office["mate"].id, day(0), capacity=Capacity.DAILY), by=who)
    with pytest.raises(Forbidden, match="only_admin"):
        office.do(end_holder, "ANDIR", head, day(1), by=who)
    assert office.rows(select(LedgerEntry.seq)) == before


def test_what_is_not_there_is_not_found(office: Town) -> None:
    head = appoint(office, "head")
    office.do(set_office, "COBLONG", ANDIR, by="admin")
    with pytest.raises(NotFound, match="unit_unknown"):
        office.do(set_office, "ATLANTIS", ANDIR, by="admin")
    with pytest.raises(NotFound, match="office_not_found"):
        office.do(appoint_holder, "MALEBER", NewHolder(office["head"].id, day(0)), by="admin")
    with pytest.raises(NotFound, match="person_not_found"):
        office.do(appoint_holder, "ANDIR", NewHolder("nobody", day(40)), by="admin")
    for unit, holder in (("COBLONG", head), ("ANDIR", "nobody")):
        with pytest.raises(NotFound, match="holder_not_found"):
            office.do(end_holder, unit, holder, day(1), by="admin")


def test_each_act_is_one_fact_in_the_ledger_without_a_name_or_number(office: Town) -> None:
    plain = appoint(office, PlainHolder("Rangga Purwakesuma", "Dr.", "S.H."), 0, 9)
    office.do(end_holder, "ANDIR", plain, day(4), by="admin")
    appoint(office, "head", 10, capacity=Capacity.ACTING)
    made = ["office.appoint", "office.confirm"]
    facts = office.rows(select(LedgerEntry).where(col(LedgerEntry.kind).startswith("office.")).order_by(col(LedgerEntry.seq)))
    assert [fact.kind for fact in facts] == ["office.set", *made, "office.end", *made]
    assert facts[0].payload["detail"] == {"unit_code": "Kec.Andir", "head": "unit_head", "version": 1}
    assert facts[3].payload["detail"] == {
        "unit": office.units["ANDIR"][0],
        "person": None,
        "from": "2026-03-01",
        "until": "2026-03-05",
    }
    assert facts[4].payload["detail"]["person"] == office["head"].id
    assert not any("Rangga" in str(fact.payload) or office["head"].number in str(fact.payload) for fact in facts)
    assert len(office.rows(select(OfficeHolder))) == 2
