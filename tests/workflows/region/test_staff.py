"""The people of the units that somebody looks after: found by unit and by name, a hundred at a time, and nobody beyond.

Who errs: an operator who knows no number, with a name half remembered. Who cheats: one who asks for the neighbour's unit, or with the
cursor of somebody else's list. An inspector expects that the list holds all of the unit, nobody twice, and nobody else.
"""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select, update

from models.database import append_rows
from models.ids import new_id
from models.instants import today
from models.people import Account, EmployeeNumber, EmploymentKind, Person, Role
from tests.building import Town
from tests.outsiders import outsider, welcome
from tests.statements import explain, watch
from workflows.process.keyset import Page, Slice
from workflows.process.refusals import Forbidden, Invalid
from workflows.region import staff
from workflows.region.accounts import close_account
from workflows.region.doubles import Double, merge_double
from workflows.region.name_words import index_names
from workflows.region.people import NewPerson, register_person
from workflows.region.retirement import Leaving, retire_person
from workflows.region.staff import AccountState, WantedStaff, list_staff, read_kept

WHOLE = ("Seq Scan on nameword", "Seq Scan on person", "SCAN nameword", "SCAN person")  # a plan that reads all of a table
DOUBLE = "199005052015012002"
UNITS = {  # of the operator, the district before its villages, these by name
    "ANDIR": ("Asep Cakrabuana", "Nining Rarasati"),
    "CIROYOM": ("Hesti Larasati", "Tono Gambiranom"),
    "MALEBER": ("Sari Kenanga Wulandari",),
}


def ask(town: Town, by: str = "operator", unit: str = "", typed: str = "", **piece: Any) -> Page[Person]:
    unit_id = town.units[unit][0] if unit in town.units else unit or None
    with town.store.reading() as session:
        return list_staff(session, WantedStaff(unit_id, typed), Slice(**piece), actor=town.actor(session, by))


def names(page: Page[Person]) -> list[str]:
    return [person.name for person in page.rows]


def read_all(town: Town, limit: int, **wanted: Any) -> list[str]:
    """The ids of all pages, one after another."""
    page = ask(town, limit=limit, **wanted)
    ids = [person.id for person in page.rows]
    while page.after:
        page = ask(town, limit=limit, after=page.after, **wanted)
        ids += [person.id for person in page.rows]
    return ids


def crowd(town: Town, unit: str, first: str, number: int) -> list[str]:
    """So many people of a unit, by name."""
    empty = dict.fromkeys(("front_title", "back_title", "grade", "rank_name", "position", "email"), "")
    same = {**empty, "unit_id": town.units[unit][0], "kind": EmploymentKind.PNS, "retired_on": None}
    people = [{"id": new_id(), "name": f"{first} {place:05}", **same} for place in range(number)]
    with town.store.unit_of_work() as session:
        append_rows(session, Person, people)
        index_names(session, [str(each["id"]) for each in people])
    return [str(each["id"]) for each in people]


def test_an_operator_lists_their_unit_and_those_below_it_each_by_name(town: Town) -> None:
    assert names(ask(town)) == [name for people in UNITS.values() for name in people]
    for unit, people in UNITS.items():
        assert names(ask(town, unit=unit)) == [*people]
    assert len(names(ask(town, by="admin", limit=200))) == len(town.rows(select(Person.id)))


def test_nobody_beyond_the_grant_is_listed_found_or_told_apart_from_nobody(town: Town) -> None:
    for wanted in ({"unit": "DAGO"}, {"unit": "KOTA"}, {"unit": "nowhere"}, {"typed": "Wening"}, {"unit": "DAGO", "typed": "Wening"}):
        assert ask(town, **wanted) == Page([], None), wanted
    assert names(ask(town, by="admin", typed="Wening")) == ["Wening Palastri"]
    for who in ("lead", "head", "leader", "chair", "secretary", "auditor"):
        with pytest.raises(Forbidden, match="only_operator"):
            ask(town, by=who)


def test_a_role_that_ended_or_waits_shows_nobody(town: Town) -> None:
    town.give_role("walker", Role.OPERATOR, "COBLONG")
    assert len(ask(town, by="walker").rows) == 2
    town.do(close_account, town["walker"].id, by="admin")
    with pytest.raises(Forbidden, match="only_operator"):
        ask(town, by="walker")


def test_a_name_is_found_by_how_its_words_begin_in_any_case_and_order(town: Town) -> None:
    for typed in ("sari", "KENANGA", "wul sa", "  Sari   k "):
        assert names(ask(town, typed=typed)) == ["Sari Kenanga Wulandari"], typed
    assert names(ask(town, typed="ra")) == ["Nining Rarasati"], "Larasati does not begin so"
    for typed in ("sari tono", "-", "%", "_", "'"):
        assert names(ask(town, typed=typed)) == [], typed
    assert len(ask(town, typed="   ").rows) == 5


def test_pages_hold_everybody_once_over_all_units_whether_few_or_many_are_named_so(
    either_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = list[str]()
    for unit, first, number in zip(UNITS, ("Orang", "Orang Orang", "Orang"), (7, 5, 3), strict=True):
        made += crowd(either_town, unit, first, number)
    crowd(either_town, "DAGO", "Orang", 5)
    for typed, few in (("", 1_000), ("orang", 1_000), ("orang", 0)):
        monkeypatch.setattr(staff, "FEW", few)
        ids = read_all(either_town, 4, typed=typed)
        assert len(ids) == len({*ids}) == len(made) + (0 if typed else 5)
        assert [each for each in ids if each in {*made}] == made
        assert read_all(either_town, 5, typed=typed) == ids


def test_a_cursor_leads_to_nobody_of_other_units(town: Town) -> None:
    crowd(town, "DAGO", "Orang", 3)
    after = ask(town, by="admin", unit="DAGO", limit=1).after
    for cursor in (after, "x", f"{town.units['ANDIR'][0]}.x", f"{town.units['ANDIR'][0]}.WzEsICJ4Il0", ".", "\u20ac." + str(after)):
        with pytest.raises(Invalid, match="cursor_invalid"):
            ask(town, after=cursor)


def test_who_is_listed_has_a_masked_number_or_name_and_the_state_of_the_account(town: Town) -> None:
    mate, stranger, walker = (town[who].id for who in ("mate", "stranger", "walker"))
    double = town.do(register_person, NewPerson(town["mate"].name, DOUBLE, EmploymentKind.PNS, "CIROYOM"), by="operator")[0].id
    town.do(merge_double, mate, Double(DOUBLE, has_true_number=False, reason="Terdaftar dua kali."), by="operator")
    town.do(retire_person, stranger, Leaving(today(), "Pensiun"), by="admin")
    town.do(close_account, walker, by="admin")
    with town.store.unit_of_work() as session:
        session.execute(update(Account).where(col(Account.person_id) == mate).values(password_hash="x"))
    welcome(town, "juror", outsider(EmploymentKind.OUTSIDE_JUROR, "juri.pers"))
    with town.store.reading() as session:
        kept = read_kept(session, session.exec(select(Person)).all(), actor=town.actor(session, "admin"))
        assert {of: kept[of].state for of in (mate, double, stranger, walker, town["lead"].id)} == {
            mate: AccountState.ACTIVATED,
            double: AccountState.MERGED,
            stranger: AccountState.RETIRED,
            walker: AccountState.CLOSED,
            town["lead"].id: AccountState.NOT_ACTIVATED,
        }
        assert (kept[mate].masked_number, kept[mate].masked_name) == (f"{'*' * 15}{town['mate'].number[15:]}", "")
        assert (kept[town["juror"].id].masked_number, kept[town["juror"].id].masked_name) == ("", "j•••s")
        assert len(kept) == len(session.exec(select(Person.id)).all())
        seen = read_kept(session, session.exec(select(Person)).all(), actor=town.actor(session, "operator"))
        assert {*seen} == {town[who].id for who in ("head", "operator", "lead", "owner", "mate")} | {double}


def read_page(session: Session, town: Town, wanted: WantedStaff, piece: Slice) -> tuple[Page[Person], list[str]]:
    """A page, and how the database reads for it."""
    actor = town.actor(session, "operator")
    asked = watch(session)
    page = list_staff(session, wanted, piece, actor=actor)
    return page, explain(session, asked)


def test_a_page_is_read_along_an_index_however_large_the_unit(either_town: Town) -> None:
    for unit in ("DAGO", "MALEBER"):
        crowd(either_town, unit, "Orang", 2_000)
    with either_town.store.unit_of_work() as session:
        if not either_town.store.is_sqlite:
            session.execute(sa.text("ANALYZE"))
        for typed, shown in (("", 40), ("orang", 40), ("orang 0199", 10)):
            wanted = WantedStaff(either_town.units["MALEBER"][0], typed)
            first, _plans = read_page(session, either_town, wanted, Slice(limit=40))
            page, plans = read_page(session, either_town, wanted, Slice(first.after, 40))
            assert (len(page.rows), first.after is not None) == (shown, shown == 40)
            for plan in plans:
                assert not any(read in plan for read in WHOLE), plan
                if shown == 40 and "ix_person_of_unit" in plan:
                    assert not any(sorted_by in plan for sorted_by in ("Sort", "TEMP B-TREE")), plan
            assert shown < 40 or any("ix_person_of_unit" in plan for plan in plans), plans


def test_a_former_number_is_not_shown(town: Town) -> None:
    of_mate = col(EmployeeNumber.person_id) == town["mate"].id
    with town.store.unit_of_work() as session:
        session.execute(update(EmployeeNumber).where(of_mate).values(valid_until=date(2026, 1, 1)))
    with town.store.reading() as session:
        kept = read_kept(session, session.exec(select(Person)).all(), actor=town.actor(session, "operator"))
    assert kept[town["mate"].id].masked_number == ""
