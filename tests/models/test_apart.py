"""Below the engine: a row that would give one person two duties on an idea is refused by the database itself, be it written by a defect,
by hand or by two acts at once."""

import csv
import itertools
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select, update

from models.awards import Award
from models.calls import PolicyVersion
from models.database import append_row
from models.ideas import Decision
from models.instants import now, today
from models.pilots import Pilot
from models.reviews import Review, ReviewState
from tests.building import POLICY, Town

BY_HAND = list(csv.DictReader(Path("tests/workflows/process/pairs.csv").read_text().splitlines()))
LOOSENABLE = [(line["one"], line["other"]) for line in BY_HAND if line["differ"] == "unless_loosened"]
Write = Callable[[Session, str, str], None]


def decided(action: str) -> Write:
    """A decision, as the engine writes it."""
    return lambda session, idea, person: append_row(session, Decision, idea_id=idea, action=action, actor_id=person, at=now(), detail={})


def scored(session: Session, idea: str, person: str) -> None:
    """A review that becomes scored."""
    append_row(session, Review, idea_id=idea, reviewer_id=person, due_at=now())
    session.exec(update(Review).where(Review.reviewer_id == person).values(state=ReviewState.SCORED))  # type: ignore[call-overload]


def scored_at_once(session: Session, idea: str, person: str) -> None:
    append_row(session, Review, idea_id=idea, reviewer_id=person, due_at=now(), state=ReviewState.SCORED)


def owned(session: Session, idea: str, person: str) -> None:
    """A pilot that is given to somebody."""
    unit = session.execute(sa.text("SELECT id FROM unit")).scalars().first()
    append_row(session, Pilot, idea_id=idea, unit_id=unit, owner_id=person, site="Kantor", starts_on=today(), ends_on=today())


def proposed(session: Session, idea: str, person: str | None) -> None:
    """An award that somebody proposed."""
    call = session.execute(sa.text("SELECT call_id FROM idea WHERE id = :id"), {"id": idea}).scalar_one()
    append_row(session, Award, idea_id=idea, call_id=call, tier="gold", distinction="Emas", proposed_by=person)


def approved(session: Session, idea: str, person: str) -> None:
    """An award that somebody approved."""
    if session.exec(select(Award.id).where(Award.idea_id == idea)).first() is None:
        proposed(session, idea, None)
    session.exec(update(Award).where(Award.idea_id == idea).values(approved_by=person))  # type: ignore[call-overload]


def written_as_approved(session: Session, idea: str, person: str) -> None:
    """An award that comes into its table as approved."""
    call = session.execute(sa.text("SELECT call_id FROM idea WHERE id = :id"), {"id": idea}).scalar_one()
    append_row(session, Award, idea_id=idea, call_id=call, tier="gold", distinction="Emas", approved_by=person)


def given_another_proposer(session: Session, idea: str, person: str) -> None:
    """An award whose proposer is put in later."""
    if session.exec(select(Award.id).where(Award.idea_id == idea)).first() is None:
        proposed(session, idea, None)
    session.exec(update(Award).where(Award.idea_id == idea).values(proposed_by=person))  # type: ignore[call-overload]


WRITES: dict[str, tuple[Write, ...]] = {
    "propose": (lambda _session, _idea, _person: None,),  # whoever is of the team has it from the beginning
    "permit": (decided("permit"),),
    "screen": (decided("screen"),),
    "score": (scored, scored_at_once, decided("score")),
    "recommend": (decided("recommend"),),
    "determine": (decided("determine"),),
    "own": (owned, decided("measure"), decided("conclude")),
    "verify": (decided("verify"),),
    "propose_award": (proposed, given_another_proposer, decided("award_propose")),
    "approve": (decided("award_approve"), approved, written_as_approved),
}


def is_refused(town: Town, idea: str, person: str, earlier: Write, later: Write) -> bool:
    """Whether the database refuses the later of two acts by one person; nothing of either stays."""
    with Session(town.store.writing) as session:
        earlier(session, idea, person)
        try:
            later(session, idea, person)
        except IntegrityError as refused:
            return "one person has two duties" in str(refused)
        finally:
            session.rollback()
    return False


@pytest.mark.parametrize("loosened", [(), tuple(LOOSENABLE)], ids=["as it is", "all that may be loosened"])
def test_the_database_refuses_what_was_written_by_hand_in_whatever_order_it_comes(either_town: Town, loosened: Any) -> None:
    town = either_town
    idea = town.build_idea(call=town.build_call(loosened=loosened))
    for line in BY_HAND:
        must_differ = line["differ"] == "always" or (line["differ"] == "unless_loosened" and not loosened)
        who = ("lead", "mate") if line["one"] == "propose" else ("walker",)
        for person, (one, other) in itertools.product(who, ((line["one"], line["other"]), (line["other"], line["one"]))):
            if other == "propose":
                continue  # who comes into a team later is the engine's to ask
            for earlier, later in itertools.product(WRITES[one], WRITES[other]):
                assert is_refused(town, idea, town[person].id, earlier, later) == must_differ, (person, one, other)


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
