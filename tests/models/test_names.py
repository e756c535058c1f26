"""The words of names on either database: those of older ones are written, and a search reads no more of a unit than it shows."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import select

from models.database import Database, append_rows
from models.ids import new_id
from models.migrations import migrate
from models.names import NameWord
from models.people import EmploymentKind, Person
from tests.building import Town
from tests.models.test_migrations import differences, insert_old
from tests.statements import explain, watch
from workflows.calculations.names import split_name
from workflows.intake.name_search import MOST_SHOWN, find_colleagues, list_colleagues
from workflows.region.name_words import index_names

OLD = {"a": "Sari Dewi Sari", "b": "M. Ma'ruf Al-Amin", "c": "\u00c9lodie Nur\u2019aini", "d": "-", "e": "S" * 60}


@pytest.mark.slow
def test_the_names_of_an_older_database_are_found(database_url: str) -> None:
    store = Database(database_url)
    migrate(store, to="0035")
    with store.unit_of_work() as session:
        insert_old(session, "unit", id="u", code="U", path="u/")
        for person_id, name in OLD.items():
            insert_old(session, "person", id=person_id, unit_id="u", kind="pns")
            session.execute(sa.text("UPDATE person SET name = :name WHERE id = :id"), {"name": name, "id": person_id})
    migrate(store)
    assert differences(store) == []
    with store.reading() as session:
        kept = {(row.person_id, row.word, row.unit_id) for row in session.exec(select(NameWord))}
    assert kept == {(person_id, word, "u") for person_id, name in OLD.items() for word in split_name(name)}
    store.close()


def add_crowd(town: Town, number: int, unit: str) -> list[str]:
    """People of a unit, all of them with the same first name."""
    empty = dict.fromkeys(("front_title", "back_title", "grade", "rank_name", "position", "email"), "")
    same = {**empty, "unit_id": town.units[unit][0], "kind": EmploymentKind.PNS, "retired_on": None}
    people = [{"id": new_id(), "name": f"Sari Rahmat Nomor{place:05}", **same} for place in range(number)]
    with town.store.unit_of_work() as session:
        append_rows(session, Person, people)
        index_names(session, [str(each["id"]) for each in people])
    return [str(each["id"]) for each in people]


def watch_search(town: Town, typed: str, some: list[str]) -> tuple[list[Any], list[str]]:
    """Who is found, by name and by id, and how the database reads for it."""
    with town.store.unit_of_work() as session:
        if not town.store.is_sqlite:
            session.execute(sa.text("ANALYZE"))
        actor, asked = town.actor(session, "lead"), watch(session)
        found = [*find_colleagues(session, typed, actor=actor).people, *list_colleagues(session, some, actor=actor)]
        return found, explain(session, asked)


@pytest.mark.parametrize(("typed", "statements"), [("sar", 2), ("rahmat sari", 3), ("sari nomor01999", 3)])
def test_a_search_reads_a_page_along_the_index_however_large_the_unit(either_town: Town, typed: str, statements: int) -> None:
    add_crowd(either_town, 2_000, "DAGO")
    some = add_crowd(either_town, 2_000, "MALEBER")[:3]
    found, plans = watch_search(either_town, typed, some)
    assert len(found) == (1 if "nomor" in typed else MOST_SHOWN) + len(some)
    assert len(plans) == statements + 1, plans
    for plan in plans[:-2]:
        assert "ix_nameword_of_unit" in plan or ("nomor" in typed and "ix_nameword_of_word" in plan), plan  # of one alone it reads one
        assert "Sort" not in plan, plan
    for plan in plans:
        assert not any(read in plan for read in ("Seq Scan on nameword", "Seq Scan on person", "SCAN nameword", "SCAN person")), plan
        assert "ix_person_of_unit" not in plan, plan
