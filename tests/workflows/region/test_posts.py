"""Posts over time: who was where, when, in what position; what was is kept, and nobody rewrites it.

Who cheats: an operator who lets a rival's post end years back. Who errs: whoever types the wrong year. An inspector expects of every
change who entered it, when and why, and that papers of last year still say what was true then.
"""

from datetime import date, timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from models.ids import new_id
from models.instants import today
from models.ledger import LedgerEntry
from models.people import AccountNotice, Person
from models.posts import Post, PostCause
from models.stages import IdeaStage
from tests.building import Town
from workflows.process.refusals import Conflict, Forbidden, Invalid
from workflows.region.details import Details, change_details
from workflows.region.import_people import import_people
from workflows.region.people import move_person
from workflows.region.posts import MOST_DAYS_BACK, Dated, HeldPost, list_posts

TODAY = Dated()


@pytest.fixture
def town(either_town: Town) -> Town:
    return either_town


def read_posts(town: Town, who: str) -> list[HeldPost]:
    with town.store.reading() as session:
        return list_posts(session, town[who].id)


def lines(town: Town, who: str) -> list[tuple[str, str, date | None, date | None]]:
    return [(held.unit, held.post.position, held.post.valid_from, held.post.valid_until) for held in read_posts(town, who)]


def began(town: Town, who: str, day: date) -> None:
    """Somebody's present post began on a day."""
    with town.store.unit_of_work() as session:
        session.exec(select(Post).where(Post.person_id == town[who].id, col(Post.valid_until).is_(None))).one().valid_from = day


def change(town: Town, who: str, dated: Dated = TODAY, by: str = "operator", **details: str) -> None:
    town.do(change_details, town[who].id, Details(**{"name": town[who].name, **details}), dated, by=by)


def days(number: int) -> date:
    return today() + timedelta(days=number)


def test_a_post_begins_with_the_registration_and_each_move_and_change_begins_another(town: Town) -> None:
    began(town, "lead", days(-200))
    town.do(move_person, town["lead"].id, "CIROYOM", Dated(days(-90), "SK mutasi 12/2026"), by="operator")
    change(town, "lead", Dated(days(-30), "Kenaikan pangkat"), position="Analis", grade="III/c", rank_name="Penata")
    assert lines(town, "lead") == [
        ("Kelurahan Ciroyom", "Analis", days(-30), None),
        ("Kelurahan Ciroyom", "", days(-90), days(-31)),
        ("Kelurahan Maleber", "", days(-200), days(-91)),
    ]
    newest, moved, first = read_posts(town, "lead")
    assert (newest.post.grade, newest.post.rank_name, newest.post.reason) == ("III/c", "Penata", "Kenaikan pangkat")
    assert (moved.post.cause, moved.post.reason, moved.entered_by) == (PostCause.MOVED, "SK mutasi 12/2026", town["operator"].name)
    assert (first.post.cause, first.entered_by) == (PostCause.REGISTERED, town["admin"].name)


def test_two_posts_of_one_day_are_both_kept_and_the_last_is_held(town: Town) -> None:
    town.do(move_person, town["lead"].id, "CIROYOM", by="operator")
    town.do(move_person, town["lead"].id, "ANDIR", by="operator")
    newest, *before = lines(town, "lead")
    assert (newest[0], newest[3]) == ("Kecamatan Andir", None)
    assert {(unit, until) for unit, _position, _first, until in before} == {
        ("Kelurahan Maleber", days(-1)),
        ("Kelurahan Ciroyom", days(-1)),
    }


def test_a_file_begins_posts_too_and_leaves_those_it_says_nothing_new_of(town: Town) -> None:
    number, name = town["lead"].number, town["lead"].name
    began(town, "lead", days(-40))
    rows = [f"{number};{name};DAGO;Lurah", f"{town['mate'].number};{town['mate'].name} Baru;CIROYOM;"]
    content = "\n".join(["NIP;Nama;Unit;Jabatan", *rows]).encode()
    town.do(import_people, content, by="flow:import")
    assert lines(town, "lead") == [("Kelurahan Dago", "Lurah", today(), None), ("Kelurahan Maleber", "", days(-40), days(-1))]
    assert (read_posts(town, "lead")[0].post.cause, read_posts(town, "lead")[0].entered_by) == (PostCause.FILE, "")
    assert len(read_posts(town, "mate")) == 1, "another name is no other post"
    posts = town.rows(select(Post.id))
    town.do(import_people, content, by="flow:import")
    assert town.rows(select(Post.id)) == posts


def test_nobody_holds_two_posts_at_once(town: Town) -> None:
    held = [of for of, until in town.rows(select(Post.person_id, Post.valid_until)) if until is None]
    assert sorted(held) == sorted(town.rows(select(Person.id)))


@pytest.mark.parametrize(
    ("first", "day", "code"),
    [
        (-10, 1, "post_not_yet"),
        (-10, 36_500, "post_not_yet"),
        (-10, -11, "post_before_last"),
        (None, -MOST_DAYS_BACK - 1, "post_long_ago"),
        (-9_000, -MOST_DAYS_BACK - 1, "post_long_ago"),
    ],
)
def test_an_operator_ends_no_rivals_post_in_the_future_or_backwards_in_time(town: Town, first: int | None, day: int, code: str) -> None:
    began(town, "lead", None if first is None else days(first))  # type: ignore[arg-type]
    before = lines(town, "lead")
    with pytest.raises(Invalid, match=code) as refused:
        town.do(move_person, town["lead"].id, "CIROYOM", Dated(days(day)), by="operator")
    assert refused.value.field == "valid_from"
    with pytest.raises(Invalid, match=code):
        change(town, "lead", Dated(days(day)), position="Tukang sapu")
    assert lines(town, "lead") == before


def test_a_post_that_ends_earlier_changes_no_idea_of_that_time(town: Town) -> None:
    began(town, "lead", days(-200))
    idea = town.build_idea(IdeaStage.SCREENING)
    unit = town.idea(idea).unit_id
    town.do(move_person, town["lead"].id, "CIROYOM", Dated(days(-199)), by="operator")
    assert town.idea(idea).unit_id == unit == town.units["MALEBER"][0]


def test_changed_details_are_a_fact_without_their_words_and_their_person_is_told(town: Town) -> None:
    change(town, "lead", front_title="Dr.", position="Analis Kebijakan")
    (fact,) = town.rows(select(LedgerEntry.payload).where(LedgerEntry.kind == "person.change"))
    assert (fact["subject"], fact["actor"]) == (town["lead"].id, town["operator"].id)
    assert fact["detail"]["fields"] == ["front_title", "position"]
    assert "Analis" not in str(fact)
    assert town.rows(select(AccountNotice.kind).where(AccountNotice.person_id == town["lead"].id)) == ["details_changed"]
    (person,) = town.rows(select(Person).where(Person.id == town["lead"].id))
    assert (person.full_name, person.position) == (f"Dr. {town['lead'].name}", "Analis Kebijakan")


def test_a_changed_name_alone_begins_no_post(town: Town) -> None:
    change(town, "lead", name="Sari Kenanga")
    assert len(read_posts(town, "lead")) == 1


def test_all_that_is_wrong_with_details_is_said_at_once(town: Town) -> None:
    with pytest.raises(Invalid) as refused:
        change(town, "lead", Dated(days(1), "x" * 201), name="", grade="IV/a golongan", position="y" * 121)
    assert [part.field for part in refused.value.parts] == ["name", "grade", "position", "reason", "valid_from"]
    with pytest.raises(Conflict, match="details_unchanged"):
        change(town, "lead")


def test_nobody_alone_changes_the_name_of_whoever_decides_or_signs(town: Town) -> None:
    for who in ("leader", "chair", "second_admin", "operator", "admin"):
        with pytest.raises(Forbidden, match="details_of_office"):
            change(town, who, by="admin", name="Nama Lain")
    with pytest.raises(Forbidden, match="office_beyond_reach"):
        change(town, "head", name="Nama Lain")
    change(town, "head", by="admin", name="Asep Cakra")


def test_who_looks_after_other_units_changes_nobody_here(town: Town) -> None:
    for who, by in (("stranger", "operator"), ("lead", "secretary"), ("lead", "lead"), ("lead", "auditor")):
        with pytest.raises(Forbidden, match="only_operator"):
            change(town, who, by=by, position="Lain")


def test_a_file_tells_whom_it_moves_and_whose_details_it_changes_and_nobody_else(town: Town) -> None:
    names = ("lead", "mate", "stranger")
    units = ("MALEBER", "DAGO", "DAGO")
    rows = [f"{town[who].number};{town[who].name};{unit};" for who, unit in zip(names, units, strict=True)]
    rows[0] += "Analis"
    town.do(import_people, "\n".join(["NIP;Nama;Unit;Jabatan", *rows]).encode(), by="flow:import")
    told = dict(town.rows(select(AccountNotice.person_id, AccountNotice.kind)))
    assert told == {town["lead"].id: "details_changed", town["mate"].id: "person_moved"}


def test_the_database_itself_refuses_a_second_present_post(town: Town) -> None:
    with pytest.raises(IntegrityError), town.store.unit_of_work() as session:
        session.add(Post(id=new_id(), person_id=town["lead"].id, unit_id=town.units["DAGO"][0], cause=PostCause.FILE))


def test_posts_are_found_along_indexes_however_many_there_are(town: Town) -> None:
    """The page of a person among 240,000 reads what is theirs, and a move writes no more."""
    asked = ["SELECT * FROM post WHERE person_id = 'x'", "UPDATE post SET valid_until = NULL WHERE person_id = 'x' AND valid_until IS NULL"]
    with town.store.unit_of_work() as session:
        if town.store.is_sqlite:
            plans = [str(session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {each}").all()) for each in asked]
        else:
            session.connection().exec_driver_sql("SET LOCAL enable_seqscan = off")
            plans = [str(session.connection().exec_driver_sql(f"EXPLAIN {each}").all()) for each in asked]
    assert "ix_post_p" in plans[0], plans[0]
    assert "ix_post_pre" in plans[1], plans[1]
