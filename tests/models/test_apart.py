"""Below the engine: a row that would give one person two duties on an idea is refused by the database itself, be it written by a defect,
by hand or by two acts at once."""

import csv
import itertools
import re
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, update

from models.awards import Award
from models.calls import PolicyVersion
from models.database import append_row
from models.ideas import Decision
from models.instants import now
from models.merges import IdeaMerge, MergePart
from models.policy import Policy
from models.statements.acts import SOURCES
from tests.building import POLICY, Town
from tests.conftest import ALL
from tests.models.rows_by_hand import JOINED, WRITES, Write, decided, merge_of, other_than, owned, proposed, scored
from workflows.process.duties import BESIDE, CLAIM, DICTATE, FORMER, STEPS, list_borne, must_differ

BY_HAND = list(csv.DictReader(Path("tests/workflows/process/pairs.csv").read_text().splitlines()))
LOOSENABLE = [(line["one"], line["other"]) for line in BY_HAND if line["differ"] == "unless_loosened"]
NOT_REFUSED = ("propose", DICTATE, FORMER, CLAIM)  # who joins, types, leaves or claims: the engine asks, and refuses nobody here
OF_IDEA = ("id", "idea_id", "into_id", "apart_id", "adopted_id", "merge_id")  # columns by which a trigger looks at what is of the idea
OF_FEW = {("pilot", "owner_id"), ("mentorship", "person_id"), ("teammember", "person_id"), ("dictatedidea", "typed_by")}  # few are of one
FIRST = {duty: next(iter(ways.items())) for duty, ways in WRITES.items()}


def list_refused(town: Town, idea: str, person: str, earlier: Write, later: dict[str, Write]) -> set[str]:
    """Which of some acts the database refuses after an earlier one by the same person; nothing of any stays."""
    refused = set()
    with Session(town.store.writing) as session:
        earlier(session, idea, person)
        for how, write in later.items():
            held = session.begin_nested()
            try:
                write(session, idea, person)
            except IntegrityError as wrong:
                if "one person has two duties" not in str(wrong):
                    raise
                refused.add(how)
            finally:
                held.rollback()
        session.rollback()
    return refused


def is_refused(town: Town, idea: str, person: str, earlier: Write, later: Write) -> bool:
    """Whether the database refuses the later of two acts by one person; nothing of either stays."""
    return bool(list_refused(town, idea, person, earlier, {"later": later}))


def build_two(town: Town, **policy: Any) -> str:
    """An idea in question, and another beside it that may be merged with it; nobody asks for the walker."""
    call = town.build_call(**policy)
    town.build_idea(call=call, title="Nomor antre dari rumah", lead="owner")
    return town.build_idea(call=call)


def test_there_is_a_row_written_by_hand_for_every_step_and_for_everything_that_bears_a_duty() -> None:
    assert WRITES.keys() == {*STEPS, *BESIDE, FORMER, CLAIM} == {line[name] for line in BY_HAND for name in ("one", "other")}
    written = {how.partition(",")[0] for ways in WRITES.values() for how in ways}
    assert written == {step for steps in STEPS.values() for step in steps} | {*SOURCES} - {"decided"} | {"team"}


def test_the_database_keeps_the_same_steps_apart_as_the_engine(either_town: Town) -> None:
    with either_town.store.reading() as session:
        rows = {tuple(row) for row in session.execute(sa.text("SELECT earlier, present, one, other FROM duty_apart"))}
    steps = {step: duty for duty, steps in STEPS.items() for step in steps} | {each: each for each in (*BESIDE, FORMER, CLAIM)}
    strict, loosest = (Policy.model_validate({**POLICY, "loosened": pairs}) for pairs in ((), LOOSENABLE))
    guarded = {step: duty for step, duty in steps.items() if duty not in NOT_REFUSED}
    for (earlier, one), (present, other) in itertools.product([*steps.items(), ("draft", "propose")], guarded.items()):
        pair = (min(one, other), max(one, other)) if not must_differ(one, other, loosest) else (None, None)
        assert ((earlier, present, *pair) in rows) == must_differ(one, other, strict), (earlier, present)
    assert {(row[0], row[1]) for row in rows} <= {*itertools.product([*steps, "draft"], guarded)}


def test_what_bears_a_duty_below_the_engine_bears_it_for_the_engine(town: Town) -> None:
    idea, person = build_two(town), town["walker"].id
    for duty, ways in WRITES.items():
        for how, write in ways.items():
            with Session(town.store.writing) as session:
                write(session, idea, person)
                assert list_borne(session, idea, person) == ([] if duty == "propose" else [duty]), how
                session.rollback()


@pytest.mark.parametrize("loosened", [(), tuple(LOOSENABLE)], ids=["as it is", "all that may be loosened"])
def test_the_database_refuses_what_was_written_by_hand_in_whatever_order_it_comes(either_town: Town, loosened: Any) -> None:
    """Every pair in both orders, with every way of the later act; with every way of the earlier one too where everything is run, else with
    every third, of the next pair the next third."""
    town = either_town
    idea = build_two(town, loosened=loosened)
    turns = Counter[str]()
    for line, is_turned in itertools.product(BY_HAND, (False, True)):
        one, other = (line["other"], line["one"]) if is_turned else (line["one"], line["other"])
        if other in NOT_REFUSED:
            continue
        must_differ = line["differ"] == "always" or (line["differ"] == "unless_loosened" and not loosened)
        laters = {how: write for how, write in WRITES[other].items() if not how.endswith(JOINED)}
        expected = {*laters} if must_differ else set()
        for person in ("lead", "mate") if one == "propose" else ("walker",):
            assert list_refused(town, idea, town[person].id, FIRST[one][1], laters) == expected, (person, one, other)
            ways = [*WRITES[one].items()]
            third = ways[turns[one] % 3 :: 3] if must_differ else ways[:1]
            for how, write in ways if ALL else third:
                assert list_refused(town, idea, town[person].id, write, dict([FIRST[other]])) == ({FIRST[other][0]} & expected), (
                    how,
                    other,
                )
        turns[one] += must_differ


def test_a_member_with_whose_word_two_ideas_are_two_again_has_screened_neither(either_town: Town) -> None:
    town = either_town
    idea, person = build_two(town), town["walker"].id

    def undo_for_oneself(session: Session, idea: str, person: str) -> None:
        merge = merge_of(session, idea, into=True)
        part = {"position": 0, "in_earlier": True, "in_later": False, "share_hundredths": 1}
        append_row(session, MergePart, merge_id=merge, idea_id=other_than(session, idea), person_id=person, **part)
        session.exec(update(IdeaMerge).where(IdeaMerge.id == merge).values(undone_by=person, undone_at=now()))  # type: ignore[call-overload]

    assert not is_refused(town, idea, person, decided("score"), undo_for_oneself)
    assert not is_refused(town, idea, person, undo_for_oneself, decided("score"))


def test_what_was_done_about_an_idea_counts_no_more_where_it_is_let_go(either_town: Town) -> None:
    town = either_town
    idea, person = build_two(town), town["walker"].id

    def screened_what_had_joined(session: Session, idea: str, person: str) -> None:
        merge_of(session, idea, into=True, undone_at=now())
        decided("screen")(session, other_than(session, idea), person)

    assert not is_refused(town, idea, person, screened_what_had_joined, decided("score"))


def test_no_look_of_a_trigger_goes_through_a_table_or_through_all_that_an_office_ever_decided(town: Town) -> None:
    """A secretary of the fifth year has decided twenty thousand times, and still waits no longer for the next decision."""
    with town.store.reading() as session:
        made = session.execute(sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_apart'")).all()
        tables = {*session.execute(sa.text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars()}
        looks = {name: re.search(r"WHERE (.*); END$", sql) for name, sql in made if not name.endswith("_both_apart")}
        assert len(looks) > 15
        for name, found in looks.items():
            assert found is not None, f"{name} is written in a way that this test does not read"
            asked = re.sub(r"NEW\.(\w+)", r":\1", found.group(1))
            plan = session.execute(sa.text(f"EXPLAIN QUERY PLAN SELECT 1 WHERE {asked}"), dict.fromkeys(re.findall(r":(\w+)", asked), "x"))
            steps = [row.detail for row in plan]
            assert {step.split()[1] for step in steps if step.startswith("SCAN")} & tables == set(), name
            sought = {each.groups() for step in steps if (each := re.match(r"SEARCH (\w+) .*?\((\w+)=", step))}
            assert ("decision", "idea_id") in sought, name
            assert {(table, column) for table, column in sought if table in tables and column not in OF_IDEA} <= OF_FEW, name


def test_an_award_proposed_and_approved_by_one_person_in_one_row_is_refused(either_town: Town) -> None:
    idea, person = either_town.build_idea(), either_town["walker"].id

    def at_once(session: Session, idea: str, person: str) -> None:
        call = session.execute(sa.text("SELECT call_id FROM idea WHERE id = :id"), {"id": idea}).scalar_one()
        append_row(session, Award, idea_id=idea, call_id=call, tier="gold", distinction="Emas", proposed_by=person, approved_by=person)

    def changed_at_once(session: Session, idea: str, person: str) -> None:
        session.exec(update(Award).where(Award.idea_id == idea).values(proposed_by=person, approved_by=person))  # type: ignore[call-overload]

    assert is_refused(either_town, idea, person, lambda *_: None, at_once)
    assert is_refused(either_town, idea, person, lambda session, idea, _: proposed(session, idea, None), changed_at_once)


def test_what_a_policy_may_not_loosen_stays_refused_whatever_its_text_says(either_town: Town) -> None:
    idea = either_town.build_idea()
    wilful = PolicyVersion(call_id=either_town.call, number=2, body={**POLICY, "loosened": [["recommend", "score"], ["own", "verify"]]})
    with either_town.store.unit_of_work() as session:
        session.add(wilful)
        session.flush()
        session.execute(sa.text("UPDATE idea SET policy_id = :policy"), {"policy": wilful.id})
    person = either_town["walker"].id
    assert is_refused(either_town, idea, person, scored, decided("recommend"))
    assert is_refused(either_town, idea, person, owned, decided("verify"))
    assert is_refused(either_town, idea, person, decided("determine"), decided("award_approve"))


def test_one_duty_twice_other_people_and_flows_are_let_through(either_town: Town) -> None:
    town, idea = either_town, either_town.build_idea()
    assert not is_refused(town, idea, town["walker"].id, decided("screen"), decided("screen"))
    assert not is_refused(
        town, idea, town["walker"].id, decided("screen"), lambda session, idea, _: scored(session, idea, town["chair"].id)
    )
    other = town.build_idea(title="Gagasan lain")
    assert not is_refused(town, idea, town["walker"].id, decided("screen"), lambda session, _, who: scored(session, other, who))
    with Session(town.store.writing) as session:
        for action in ("score", "recommend", "determine"):
            append_row(session, Decision, idea_id=idea, action=action, flow="review", at=now(), detail={})
        session.rollback()


def test_of_two_acts_of_one_person_at_once_one_is_refused(either_town: Town) -> None:
    """Neither sees the other, as neither is committed: they meet at the idea's row, or in the queue of SQLite's writers."""
    town, idea, outcomes = either_town, either_town.build_idea(), list[bool]()

    def approve() -> None:
        try:
            with Session(town.store.writing) as session:
                decided("award_approve")(session, idea, town["walker"].id)
                session.commit()
            outcomes.append(True)
        except IntegrityError:
            outcomes.append(False)

    with Session(town.store.writing) as session:
        decided("determine")(session, idea, town["walker"].id)
        other = threading.Thread(target=approve)
        other.start()
        other.join(0.5)
        assert other.is_alive(), "the second act did not wait for the first"
        session.commit()
    other.join(30)
    assert outcomes == [False]
