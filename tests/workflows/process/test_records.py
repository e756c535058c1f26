"""Who reads the ledger, the outbox and lists of people: whoever audits or administers a unit reads what is about that unit, and no more.

An auditor of a village might look at the neighbours, at who reviews their own idea, or at who will be honoured next week.
"""

from pathlib import Path

import pytest
from sqlmodel import select

from models.instants import now
from models.ledger import LedgerEntry
from models.outbox import Message, MessageState
from models.people import Person, Role, RoleGrant
from models.stages import AwardStage, IdeaStage
from models.units import Unit
from tests.building import Town
from tests.workflows.process.recorded import read_recorded
from workflows.intake.team import MemberShare
from workflows.process import journal
from workflows.process.journal import record
from workflows.process.records import FACTS, list_facts, list_last_facts, readable_holders, readable_messages
from workflows.process.refusals import Invalid
from workflows.process.retry import retry_dead
from workflows.region.codes import renew_activation
from workflows.region.people import NewUnit, register_unit


def grant(town: Town, who: str, role: Role, unit: str) -> None:
    """Give somebody of the town a role."""
    with town.store.unit_of_work() as session:
        session.add(RoleGrant(person_id=town[who].id, role=role, unit_id=town.units[unit][0]))


def facts(town: Town, who: str) -> list[tuple[str, str | None]]:
    """Kind and idea of every fact that somebody may read."""
    with town.store.reading() as session:
        return [(fact.kind, fact.idea_id) for fact in list_facts(session, 0, 1_000, actor=town.actor(session, who))]


def kinds(town: Town, who: str, idea: str) -> set[str]:
    return {kind for kind, about in facts(town, who) if about == idea}


def test_a_village_auditor_reads_of_the_villages_ideas_and_people_alone(either_town: Town) -> None:
    grant(either_town, "walker", Role.AUDITOR, "MALEBER")
    ours = either_town.build_idea(IdeaStage.SHORTLISTED)
    theirs = either_town.build_idea(IdeaStage.SUBMITTED, lead="stranger")
    drafted = either_town.build_idea()
    either_town.do(renew_activation, either_town["lead"].id, by="admin")
    either_town.do(renew_activation, either_town["stranger"].id, by="admin")
    read = facts(either_town, "walker")
    assert {about for _, about in read} == {ours, None}
    assert {"idea.submit", "idea.score", "idea.close_review.passed"} <= kinds(either_town, "walker", ours)
    with either_town.store.reading() as session:
        without_idea = [fact for fact in list_facts(session, 0, 1_000, actor=either_town.actor(session, "walker")) if not fact.idea_id]
    subjects = {either_town["lead"].id, either_town.units["MALEBER"][0]}
    assert {fact.payload["subject"] for fact in without_idea} == subjects
    assert {theirs, drafted} & {about for _, about in facts(either_town, "auditor")} == {theirs}


def test_a_village_admin_reads_what_its_auditor_reads_and_others_nothing(town: Town) -> None:
    grant(town, "walker", Role.AUDITOR, "MALEBER")
    grant(town, "other_head", Role.ADMIN, "MALEBER")
    town.build_idea(IdeaStage.SCREENING)
    assert facts(town, "walker") == facts(town, "other_head") != []
    for who in ("lead", "head", "secretary", "chair", "leader", "reviewer1"):
        assert facts(town, who) == []


def test_facts_of_the_region_are_read_by_those_who_stand_over_all_of_it(town: Town) -> None:
    grant(town, "walker", Role.ADMIN, "ANDIR")
    assert "region.found" in {kind for kind, _ in facts(town, "auditor")}
    assert "region.found" not in {kind for kind, _ in facts(town, "walker")}


def test_the_ledger_tells_nobody_of_the_reviewers_of_an_own_idea(either_town: Town) -> None:
    """An auditor of the whole city who proposes an idea would look up who scores it."""
    shared = tuple(MemberShare(either_town[who].number, 5_000) for who in ("lead", "auditor"))
    own = either_town.build_idea(IdeaStage.IN_REVIEW, team=shared)
    other = either_town.build_idea(IdeaStage.IN_REVIEW)
    assert kinds(either_town, "auditor", own) == set()
    assert "idea.assign" in kinds(either_town, "auditor", other)
    with either_town.store.reading() as session:
        actor = either_town.actor(session, "auditor")
        messages = session.exec(select(Message.idea_id).where(readable_messages(session, actor))).all()
    assert other in messages
    assert own not in messages


def test_who_still_owes_a_review_reads_nothing_about_its_idea(town: Town) -> None:
    idea = town.build_idea(IdeaStage.IN_REVIEW)
    reviewer = town.reviewers(idea)[0]
    grant(town, reviewer, Role.AUDITOR, "KOTA")
    assert kinds(town, reviewer, idea) == set()
    town.take(idea, "score")
    assert "idea.score" in kinds(town, reviewer, idea)


@pytest.mark.parametrize("stage", [AwardStage.PROPOSED, AwardStage.APPROVED, AwardStage.SCHEDULED])
def test_an_award_is_not_in_the_ledger_before_its_hour(town: Town, stage: AwardStage) -> None:
    idea = town.build_idea(IdeaStage.ROLLED_OUT)
    before = {who: (facts(town, who), read_newest(town, who, 3)[1]) for who in ("auditor", "admin")}
    town.build_award(stage, idea=idea)
    assert {who: (facts(town, who), read_newest(town, who, 3)[1]) for who in ("auditor", "admin")} == before


def test_an_announced_award_is_in_the_ledger_with_all_that_led_to_it(town: Town) -> None:
    idea = town.award(town.build_award(AwardStage.ANNOUNCED)).idea_id
    for who in ("auditor", "admin"):
        assert {"award.propose", "award.approve.approved", "award.announce"} <= kinds(town, who, idea)


def test_what_was_declined_is_told_to_the_auditor_alone(town: Town) -> None:
    idea = town.award(town.build_award(AwardStage.DECLINED)).idea_id
    assert "award.approve.declined" in kinds(town, "auditor", idea)
    assert "award.approve.declined" not in kinds(town, "admin", idea)


def read_newest(town: Town, who: str, at_once: int) -> tuple[list[LedgerEntry], list[str]]:
    """Somebody's facts, newest first, read so many at once; and the cursors by which one went on."""
    read, cursors = [], [""]
    with town.store.reading() as session:
        actor = town.actor(session, who)
        while True:
            found, older = list_last_facts(session, cursors[-1], at_once, actor=actor)
            read += found
            if not older:
                return read, cursors[1:]
            assert len(found) == at_once
            cursors.append(older)


def test_facts_are_numbered_among_those_one_may_read(either_town: Town) -> None:
    grant(either_town, "walker", Role.AUDITOR, "MALEBER")
    either_town.build_idea(IdeaStage.SUBMITTED, lead="stranger")
    either_town.build_idea(IdeaStage.SCREENING)
    with either_town.store.reading() as session:
        actor = either_town.actor(session, "walker")
        everything = [fact.seq for fact in list_facts(session, 0, 1_000, actor=actor)]
        assert len(everything) > 4
        assert [fact.seq for fact in list_facts(session, 2, 2, actor=actor)] == everything[2:4]


@pytest.mark.parametrize("at_once", [1, 2, 3, 1_000])
def test_facts_are_paged_newest_first_each_once_also_those_of_one_instant(
    either_town: Town, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant(either_town, "walker", Role.AUDITOR, "MALEBER")
    hidden = either_town.build_idea(IdeaStage.SUBMITTED, lead="stranger")
    readable = either_town.build_idea(IdeaStage.SCREENING)
    instant = now()
    monkeypatch.setattr(journal, "now", lambda: instant)
    for idea in (readable, hidden, readable, readable, hidden, readable):
        either_town.do(record, "idea.noted", idea, idea_id=idea, by="auditor")
    with either_town.store.reading() as session:
        everything = list_facts(session, 0, 1_000, actor=either_town.actor(session, "walker"))
    newest = sorted(everything, key=lambda fact: (fact.at, fact.seq), reverse=True)
    assert len({fact.at for fact in newest}) <= len(newest) - 3
    read, _ = read_newest(either_town, "walker", at_once)
    assert [fact.seq for fact in read] == [fact.seq for fact in newest]


def test_the_way_on_among_facts_tells_nothing_of_those_one_may_not_read(town: Town) -> None:
    grant(town, "walker", Role.AUDITOR, "MALEBER")
    town.build_idea(IdeaStage.SCREENING)
    before = read_newest(town, "walker", 2)[1]
    assert before, "there is more than one page"
    town.build_idea(IdeaStage.SUBMITTED, lead="stranger")
    assert read_newest(town, "walker", 2)[1] == before


@pytest.mark.parametrize("cursor", ["x", "1", "MjAyNg", "A" * 5_000, "é", "\0", "-1"])
def test_a_cursor_that_no_page_of_facts_gave_is_refused(town: Town, cursor: str) -> None:
    with town.store.reading() as session, pytest.raises(Invalid, match="cursor_invalid"):
        list_last_facts(session, cursor, 50, actor=town.actor(session, "auditor"))


def test_messages_are_read_by_unit_and_never_of_an_award_before_its_hour(either_town: Town) -> None:
    grant(either_town, "walker", Role.ADMIN, "MALEBER")
    ours = either_town.build_idea(IdeaStage.SUBMITTED)
    theirs = either_town.build_idea(IdeaStage.SUBMITTED, lead="stranger")
    scheduled = either_town.award(either_town.build_award(AwardStage.SCHEDULED))
    withdraw(either_town, scheduled.id)
    with either_town.store.reading() as session:
        for who, ideas in (("walker", {ours, scheduled.idea_id}), ("admin", {ours, theirs, scheduled.idea_id})):
            readable = readable_messages(session, either_town.actor(session, who))
            read = session.exec(select(Message).where(readable)).all()
            assert {message.idea_id for message in read} == ideas
            assert scheduled.id not in {message.subject_id for message in read}
        assert scheduled.id in session.exec(select(Message.subject_id)).all()


def withdraw(town: Town, award: str) -> None:
    """A job about an award that nobody was told of."""
    with town.store.unit_of_work() as session:
        idea = town.award(award).idea_id
        session.add(Message(topic="recognition", job="withdraw_certificates", subject_id=award, idea_id=idea))


def test_an_admin_has_the_messages_of_their_units_tried_again(either_town: Town) -> None:
    grant(either_town, "walker", Role.ADMIN, "MALEBER")
    ours = either_town.build_idea(IdeaStage.SUBMITTED)
    theirs = either_town.build_idea(IdeaStage.SUBMITTED, lead="stranger")
    with either_town.store.unit_of_work() as session:
        for message in session.exec(select(Message)):
            message.state = MessageState.DEAD
    count = len(either_town.rows(select(Message.id).where(Message.idea_id == ours)))
    assert either_town.do(retry_dead, by="walker") == count
    states = dict(either_town.rows(select(Message.idea_id, Message.state)))
    assert (states[ours], states[theirs]) == (MessageState.WAITING, MessageState.DEAD)


def holders(town: Town, who: str, role: Role) -> set[str]:
    with town.store.reading() as session:
        ids = set(session.exec(select(Person.id).where(readable_holders(town.actor(session, who), role))))
    return {one.who for one in town.people.values() if one.id in ids}


def test_people_are_listed_by_the_units_of_the_asker(either_town: Town) -> None:
    grant(either_town, "walker", Role.ADMIN, "ANDIR")
    grant(either_town, "mate", Role.AUDITOR, "COBLONG")
    assert holders(either_town, "walker", Role.UNIT_HEAD) == {"head"}
    assert holders(either_town, "mate", Role.UNIT_HEAD) == {"other_head"}
    assert holders(either_town, "auditor", Role.UNIT_HEAD) == {"head", "other_head"}
    assert holders(either_town, "walker", Role.REVIEWER) == set()
    assert holders(either_town, "walker", Role.PILOT_OWNER) == {"owner"}


def test_those_who_assign_work_know_whose_role_covers_their_unit(town: Town) -> None:
    reviewers = {"reviewer1", "reviewer2", "reviewer3", "reviewer4"}
    assert holders(town, "secretary", Role.REVIEWER) == reviewers
    assert holders(town, "chair", Role.REVIEWER) == reviewers
    assert holders(town, "secretary", Role.UNIT_HEAD) == set()


def test_whoever_brings_a_new_kind_of_fact_decides_who_reads_of_it() -> None:
    known, recorded = {word for words in FACTS.values() for word in words}, read_recorded(Path("workflows"))
    assert recorded.unknown == set(), "of every fact the source says its kind, by whatever name it is handed on"
    assert recorded.words <= known
    assert {"idea", "award", "document", "outbox", "region", "person"} <= recorded.words


def test_a_kind_that_comes_by_a_variable_is_seen_and_one_that_nobody_can_follow_is_told(tmp_path: Path) -> None:
    said = (
        "from workflows.process.journal import record\n"
        "KIND = 'constant.kept'\n"
        "def write(session, kind, row):\n    record(session, kind, row)\n"
        "def act(session, row, late):\n"
        "    write(session, 'handed.on' if late else KIND, row)\n"
        "    step = f'local.{row}'\n    record(session, step, row)\n"
        "    record(session, row.kinds[0], row)\n"
    )
    (tmp_path / "acts.py").write_text(said)
    found = read_recorded(tmp_path)
    assert (found.words, len(found.unknown)) == ({"constant", "handed", "local"}, 1)


def test_a_unit_below_ones_own_is_ones_own_too(town: Town) -> None:
    grant(town, "walker", Role.AUDITOR, "ANDIR")
    before = len(facts(town, "walker"))
    new = town.do(register_unit, NewUnit("RW07", "RW 07 Maleber", "section", "MALEBER"), by="admin")
    town.do(register_unit, NewUnit("RW08", "RW 08 Dago", "section", "DAGO"), by="admin")
    assert isinstance(new, Unit)
    assert len(facts(town, "walker")) == before + 1
