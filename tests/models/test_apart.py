"""Below the engine: a row that would give one person two duties on an idea is refused by the database itself, be it written by a defect,
by hand or by two acts at once."""

import csv
import itertools
import re
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
from models.claims import AdoptionClaim, ClaimState
from models.database import append_row
from models.dictated_ideas import DictatedIdea
from models.ideas import Decision, Idea, TeamMember
from models.ids import new_id
from models.instants import now, today
from models.mentors import Mentor, Mentorship
from models.merges import IdeaMerge, MergePart
from models.people import SignIn
from models.pilots import Pilot
from models.policy import Policy
from models.replacements import Replacement
from models.reviews import Review, ReviewState
from models.statements.acts import SOURCES
from models.transfers import IdeaTransfer
from tests.building import POLICY, Town
from workflows.process.duties import BESIDE, CLAIM, DICTATE, FORMER, STEPS, list_borne, must_differ

BY_HAND = list(csv.DictReader(Path("tests/workflows/process/pairs.csv").read_text().splitlines()))
LOOSENABLE = [(line["one"], line["other"]) for line in BY_HAND if line["differ"] == "unless_loosened"]
Write = Callable[[Session, str, str], None]
NOT_REFUSED = (
    "propose",
    DICTATE,
    FORMER,
    CLAIM,
)  # who joins a team, types, leaves or claims is the engine's to ask, and never refused here
JOINED = ", of what has joined"


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
    append_row(session, Award, idea_id=idea, call_id=of(session, idea).call_id, tier="gold", distinction="Emas", proposed_by=person)


def approved(session: Session, idea: str, person: str) -> None:
    """An award that somebody approved."""
    if session.exec(select(Award.id).where(Award.idea_id == idea)).first() is None:
        proposed(session, idea, None)
    session.exec(update(Award).where(Award.idea_id == idea).values(approved_by=person))  # type: ignore[call-overload]


def written_as_approved(session: Session, idea: str, person: str) -> None:
    """An award that comes into its table as approved."""
    append_row(session, Award, idea_id=idea, call_id=of(session, idea).call_id, tier="gold", distinction="Emas", approved_by=person)


def given_another_proposer(session: Session, idea: str, person: str) -> None:
    """An award whose proposer is put in later."""
    if session.exec(select(Award.id).where(Award.idea_id == idea)).first() is None:
        proposed(session, idea, None)
    session.exec(update(Award).where(Award.idea_id == idea).values(proposed_by=person))  # type: ignore[call-overload]


def of(session: Session, idea: str) -> Idea:
    return session.exec(select(Idea).where(Idea.id == idea)).one()


def stranger(session: Session) -> str:
    return session.exec(select(SignIn.person_id).where(SignIn.form_token == "form-stranger")).one()


def other_than(session: Session, idea: str) -> str:
    return session.exec(select(Idea.id).where(Idea.id != idea).order_by(Idea.id)).first() or ""


def typed(session: Session, idea: str, person: str) -> None:
    """What somebody typed in the lead's name."""
    about = of(session, idea)
    said = {"call_id": about.call_id, "person_id": about.lead_id, "typed_by": person, "title": "", "proposal": {}, "settled_at": now()}
    append_row(session, DictatedIdea, idea_id=idea, **said)


def advised(*, at_once: bool) -> Write:
    """A mentor who advises a team, from the beginning of its row or later."""

    def write(session: Session, idea: str, person: str) -> None:
        about, mentor = of(session, idea), new_id()
        append_row(session, Mentor, id=mentor, call_id=about.call_id, person_id=person, themes=[], capacity=1, set_by=about.lead_id)
        said = {"mentor_id": mentor, "person_id": person, "wish": "Tolong.", "matching": {}, "asked_by": about.lead_id}
        append_row(session, Mentorship, idea_id=idea, **said, accepted_at=now() if at_once else None)
        session.exec(update(Mentorship).where(Mentorship.mentor_id == mentor).values(accepted_at=now()))  # type: ignore[call-overload]

    return write


def was_replaced(session: Session, idea: str, person: str) -> None:
    """Somebody whose place in the team another has taken."""
    said = {"leaver_id": person, "reason": "Pindah.", "asked_by": of(session, idea).lead_id, "terms": "", "settled_at": now()}
    append_row(session, Replacement, idea_id=idea, is_done=True, **said)


def merged(**values: object) -> Write:
    """An idea that has joined another, or is to; `into` says whether the idea in question took the other in."""

    def write(session: Session, idea: str, person: str) -> None:
        merge_of(session, idea, **{name: person if value == "whoever" else value for name, value in values.items()})

    return write


def merge_of(session: Session, idea: str, *, into: bool, later: bool = False, **values: object) -> str:
    pair = (other_than(session, idea), idea) if into else (idea, other_than(session, idea))
    merge, done = new_id(), {"is_done": True, "settled_at": now()} | values
    said = {"id": merge, "idea_id": pair[0], "into_id": pair[1], "reason": "Sama.", "asked_by": of(session, idea).lead_id, "terms": ""}
    append_row(session, IdeaMerge, **said | (done if not later else {}))
    if later:
        session.exec(update(IdeaMerge).where(IdeaMerge.id == merge).values(**done))  # type: ignore[call-overload]
    return merge


def was_one_team(session: Session, idea: str, person: str) -> None:
    """Somebody who was in one team with its people."""
    merge = merge_of(session, idea, into=True, undone_at=now())
    part = {"position": 0, "in_earlier": False, "in_later": True, "share_hundredths": 1, "apart_id": idea}
    append_row(session, MergePart, merge_id=merge, idea_id=other_than(session, idea), person_id=person, **part)


def handed_on(*, later: bool = False, **values: object) -> Write:
    """An idea that came from another call, or may come."""

    def write(session: Session, idea: str, person: str) -> None:
        about, transfer = of(session, idea), new_id()
        said = {"from_call_id": about.call_id, "to_call_id": about.call_id, "policy_before": about.policy_id, "reason": "Salah alamat."}
        done = {name: person if value == "whoever" else value for name, value in values.items()}
        usual = {"offered_by": stranger(session), "is_done": True, "settled_at": now()}
        append_row(session, IdeaTransfer, id=transfer, idea_id=idea, **said, **usual | ({} if later else done))
        if later:
            session.exec(update(IdeaTransfer).where(IdeaTransfer.id == transfer).values(**done))  # type: ignore[call-overload]

    return write


def claimed(state: ClaimState) -> Write:
    """Somebody who claimed the idea, or is of the team that had it first."""

    def write(session: Session, idea: str, person: str) -> None:
        first, is_upheld = other_than(session, idea), state == ClaimState.UPHELD
        said = {"adopted_at": now(), "due_at": now(), "filed_by": None if is_upheld else person}
        append_row(session, AdoptionClaim, idea_id=first, adopted_id=idea, state=state, **said)
        if is_upheld:
            append_row(session, TeamMember, idea_id=first, person_id=person, position=9, share_hundredths=1)

    return write


def of_joined(write: Write) -> Write:
    """The same, done about an idea that has joined the one in question."""

    def written(session: Session, idea: str, person: str) -> None:
        merge_of(session, idea, into=True)
        write(session, other_than(session, idea), person)

    return written


WAITS: dict[str, Any] = {"is_done": False, "settled_at": None}
WRITES: dict[str, dict[str, Write]] = {  # by duty, how it comes to be borne: by a decision on its step, or by rows of their own
    "propose": {"team": lambda _session, _idea, _person: None},  # whoever is of the team has it from the beginning
    "permit": {"permit": decided("permit"), f"permit{JOINED}": of_joined(decided("permit"))},
    "screen": {
        "screen": decided("screen"),
        "reopen": decided("reopen"),
        f"screen{JOINED}": of_joined(decided("screen")),
        f"reopen{JOINED}": of_joined(decided("reopen")),
        "merged_away": merged(into=False, confirmed_by="whoever"),
        "merged_away, later": merged(into=False, confirmed_by="whoever", later=True),
        "merged_away, while it waits": merged(into=False, confirmed_by="whoever", **WAITS),
        "merged_in": merged(into=True, confirmed_by="whoever"),
        "merged_in, later": merged(into=True, confirmed_by="whoever", later=True),
        "merged_in, while it waits": merged(into=True, confirmed_by="whoever", **WAITS),
        "separated": merged(into=False, undone_by="whoever", undone_at=now()),
        "separated, later": merged(into=False, undone_by="whoever", undone_at=now(), later=True),
        "let_go": merged(into=True, undone_by="whoever", undone_at=now()),
        "let_go, later": merged(into=True, undone_by="whoever", undone_at=now(), later=True),
        "handed_on": handed_on(offered_by="whoever"),
        "handed_on, later": handed_on(offered_by="whoever", later=True),
        "handed_on, while it waits": handed_on(offered_by="whoever", **WAITS),
        "took_in": handed_on(accepted_by="whoever"),
        "took_in, later": handed_on(accepted_by="whoever", later=True),
        "took_in, while it waits": handed_on(accepted_by="whoever", **WAITS),
        f"took_in{JOINED}": of_joined(handed_on(accepted_by="whoever")),
    },
    "score": {
        "score": decided("score"),
        "reviewed": scored,
        "reviewed, at once": scored_at_once,
        f"reviewed{JOINED}": of_joined(scored_at_once),
    },
    "recommend": {"recommend": decided("recommend")},
    "determine": {"determine": decided("determine")},
    "own": {"measure": decided("measure"), "conclude": decided("conclude"), "owns_pilot": owned},
    "verify": {"verify": decided("verify")},
    "propose_award": {
        "award_propose": decided("award_propose"),
        "proposed_award": proposed,
        "proposed_award, later": given_another_proposer,
    },
    "approve": {
        "award_approve": decided("award_approve"),
        "approved_award": approved,
        "approved_award, at once": written_as_approved,
    },
    "dictate": {"typed": typed, f"typed{JOINED}": of_joined(typed)},
    "advise": {
        "advised": advised(at_once=True),
        "advised, later": advised(at_once=False),
        f"advised{JOINED}": of_joined(advised(at_once=True)),
    },
    "left_team": {"was_replaced": was_replaced, "was_one_team": was_one_team, f"was_replaced{JOINED}": of_joined(was_replaced)},
    "claim": {
        "claimed": claimed(ClaimState.FILED),
        "claimed, dismissed": claimed(ClaimState.DISMISSED),
        "had_it_first": claimed(ClaimState.UPHELD),
        f"claimed{JOINED}": of_joined(claimed(ClaimState.FILED)),
    },
}
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
    town = either_town
    idea = build_two(town, loosened=loosened)
    for line, is_turned in itertools.product(BY_HAND, (False, True)):
        one, other = (line["other"], line["one"]) if is_turned else (line["one"], line["other"])
        if other in NOT_REFUSED:
            continue
        must_differ = line["differ"] == "always" or (line["differ"] == "unless_loosened" and not loosened)
        laters = {how: write for how, write in WRITES[other].items() if not how.endswith(JOINED)}
        expected = {*laters} if must_differ else set()
        for person in ("lead", "mate") if one == "propose" else ("walker",):
            assert list_refused(town, idea, town[person].id, FIRST[one][1], laters) == expected, (person, one, other)
            for how, write in WRITES[one].items():
                assert list_refused(town, idea, town[person].id, write, dict([FIRST[other]])) == ({FIRST[other][0]} & expected), (
                    how,
                    other,
                )


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


def test_every_look_of_a_trigger_goes_along_an_index(town: Town) -> None:
    with town.store.reading() as session:
        made = session.execute(sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_apart'")).all()
        tables = {*session.execute(sa.text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars()}
        looks = {name: re.search(r"WHERE (.*); END$", sql) for name, sql in made}
        assert len(looks) > 15
        for name, found in looks.items():
            if found is None or name.endswith("_both_apart"):
                continue
            asked = re.sub(r"NEW\.(\w+)", r":\1", found.group(1))
            plan = session.execute(sa.text(f"EXPLAIN QUERY PLAN SELECT 1 WHERE {asked}"), dict.fromkeys(re.findall(r":(\w+)", asked), "x"))
            scanned = {row.detail.split()[1] for row in plan if row.detail.startswith("SCAN")} & tables
            assert scanned == set(), name


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
