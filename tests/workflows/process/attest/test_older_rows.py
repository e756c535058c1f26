"""Rows of an older database, which no entry commits to until the next step, and rows that were erased."""

from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import col, select

from models.database import append_row, table_of
from models.decrees import Decree, DecreeKind
from models.ideas import Decision, Invitation, TeamMember
from models.instants import now
from models.ledger import LedgerEntry
from models.replacements import Replacement
from models.reviews import Review
from models.stages import AwardStage, IdeaStage
from tests.building import Town
from tests.steps import REASON, decree_of_today, plan
from tests.workflows.process.attest.everything import attack, compare, count_rows, strip_commitments
from workflows.calculations.ledger import ChainEntry, commitment, verify_chain, write_canonical
from workflows.intake.agree import answer_invitation
from workflows.intake.replace import answer_replacement, confirm_replacement
from workflows.intake.replacing import hash_terms
from workflows.pilot.start import plan_pilot
from workflows.process.actors import flow_actor
from workflows.process.attest.compare import Problem, compare_rows
from workflows.process.attest.tables import MODELS
from workflows.process.context import read_context
from workflows.process.journal import record


def test_rows_of_an_older_database_are_counted_and_committed_to_with_the_next_step(either_town: Town) -> None:
    idea, other = either_town.build_idea(IdeaStage.SHORTLISTED), either_town.build_idea(IdeaStage.DRAFT)
    award = either_town.build_award(AwardStage.PROPOSED)
    with either_town.store.unit_of_work() as session:
        strip_commitments(session)
    before = compare(either_town)
    assert (before.compared, before.uncommitted, before.differences) == (0, count_rows(either_town), [])
    decisions = len(either_town.rows(select(Decision.id)))
    [adopting] = either_town.rows(select(Decree.id))  # of the award's idea, adopted before
    either_town.take(idea, "recommend feasible")
    either_town.take(other, "submit")
    either_town.take(either_town.award(award).idea_id, "approve approved")
    after = compare(either_town)
    assert (after.uncommitted, after.differences) == (decisions + 1, [])
    assert after.compared == count_rows(either_town) - decisions - 1
    with attack(either_town.store) as session:
        session.execute(sa.delete(table_of(Decree)).where(col(Decree.id) != adopting))
        assert [(each.table, each.problem) for each in compare_rows(session).differences] == [("decree", Problem.MISSING)]
    for table in ("review", "teammember", "revision", "awardshare", "measurement"):
        with attack(either_town.store) as session:
            session.execute(sa.delete(table_of(MODELS[table])))
            assert {(each.table, each.problem) for each in compare_rows(session).differences} == {(table, Problem.MISSING)}


def test_a_decision_put_in_beside_those_of_an_older_database_is_found(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SHORTLISTED)
    with town.store.unit_of_work() as session:
        strip_commitments(session)
    with attack(town.store) as session:
        append_row(session, Decision, idea_id=idea, action="recommend", outcome="feasible", reason=REASON, detail={}, flow="", salt="")
        [found] = compare_rows(session).differences
    assert (found.table, found.problem) == ("decision", Problem.UNRECORDED)


def test_who_was_asked_before_is_committed_to_with_the_next_step_and_who_is_put_in_since_is_found(either_town: Town) -> None:
    town = either_town
    idea, other = town.ask_team(), town.ask_team()
    with town.store.unit_of_work() as session:
        strip_commitments(session)
    assert compare(town).differences == []
    town.do(answer_invitation, idea, joins=False, by="mate")
    report = compare(town)
    assert report.differences == []
    for asked, whose in ((idea, "stranger"), (town.build_idea(), "stranger")):
        with attack(town.store) as session:
            session.add(Invitation(idea_id=asked, person_id=town[whose].id, number="", position=5, share_hundredths=1, salt=""))
            session.flush()
            [found] = compare_rows(session).differences
        assert (found.table, found.problem) == ("invitation", Problem.UNRECORDED)
    with attack(town.store) as session:  # of an idea of which nothing was said since nobody can tell
        session.add(Invitation(idea_id=other, person_id=town["stranger"].id, number="", position=5, share_hundredths=1, salt=""))
        session.flush()
        assert compare_rows(session).differences == []


def ask_as_before(town: Town, idea: str) -> str:
    """A request that somebody take a member's place, of a release that committed in its own way to who leaves, who comes and why."""
    asked = Replacement(
        idea_id=idea, leaver_id=town["mate"].id, newcomer_id=town["walker"].id, reason=REASON, asked_by=town["lead"].id, terms="", number=""
    )
    with town.store.unit_of_work() as session:
        asked.terms = hash_terms(read_context(session, idea, actor=town.actor(session, "lead")))
        session.add(asked)
        session.flush()
        values = write_canonical([asked.leaver_id, asked.newcomer_id, asked.reason]).decode()
        said = commitment(values, bytes.fromhex(asked.salt))
        by = town.actor(session, "lead")
        record(session, "idea.ask_replacement", idea, actor=by, idea_id=idea, replacement=asked.id, said=said, commits={})
        return asked.id


def test_a_request_about_a_team_is_held_to_what_an_earlier_release_committed_to(either_town: Town) -> None:
    town = either_town
    idea = town.build_idea(IdeaStage.SCREENING)
    asked = ask_as_before(town, idea)
    refused = ask_as_before(town, town.build_idea(IdeaStage.SCREENING))
    assert compare(town).differences == []
    for who in ("mate", "walker"):
        town.do(answer_replacement, asked, agrees=True, by=who)
    town.do(answer_replacement, refused, agrees=False, by="mate")
    assert compare(town).differences == []
    town.do(confirm_replacement, asked, confirms=True, by="head")
    assert compare(town).differences == []
    for row, column, other in (
        (refused, "newcomer_id", town["stranger"].id),
        (asked, "reason", "Karena saya mau."),
        (asked, "is_done", False),
    ):
        with attack(town.store) as session:
            session.execute(sa.update(Replacement).where(col(Replacement.id) == row).values({column: other}))
            [found] = compare_rows(session).differences
        assert (found.table, found.id, found.problem) == ("replacement", row, Problem.CHANGED)
    with attack(town.store) as session:
        session.execute(sa.delete(Replacement).where(col(Replacement.id) == refused))
        [found] = compare_rows(session).differences
        assert (found.id, found.problem) == (refused, Problem.MISSING)
    with attack(town.store) as session:
        part = {"leaver_id": town["mate"].id, "reason": REASON, "asked_by": town["lead"].id, "terms": "", "settled_at": now()}
        session.add(Replacement(idea_id=idea, **part, salt=""))
        session.flush()
        [found] = compare_rows(session).differences
        assert (found.table, found.problem) == ("replacement", Problem.UNRECORDED)


def test_a_decree_put_in_is_found_and_one_of_an_older_database_is_not_called_altered(town: Town) -> None:
    town.build_award(AwardStage.APPROVED)
    with town.store.unit_of_work() as session:
        strip_commitments(session)
    older = town.rows(select(LedgerEntry.seq).where(col(LedgerEntry.kind).in_(("idea.determine.adopted", "award.approve.approved"))))
    assert compare(town).differences == []
    town.do(plan_pilot, town.build_idea(IdeaStage.DETERMINED), plan(town["owner"].id, decree=decree_of_today("3")), by="secretary")
    report = compare(town)
    [award] = town.rows(select(Decree).where(Decree.kind == DecreeKind.AWARD))
    assert report.differences == []
    with attack(town.store) as session:
        for number in range(len(older) + 1):  # as many as older acts may have named, and one more
            session.add(Decree(**award.model_dump(exclude={"id", "folded_number"}), folded_number=str(number + 9)))
        session.flush()
        found = compare_rows(session).differences
    assert {(each.table, each.problem) for each in found} == {("decree", Problem.UNRECORDED)}


def test_in_a_ledger_of_todays_release_no_decree_counts_as_older_whatever_day_it_bears(town: Town) -> None:
    town.build_idea(IdeaStage.DETERMINED)
    with attack(town.store) as session:
        [decree] = session.exec(select(Decree)).all()
        forged = {"folded_number": "9", "recorded_at": decree.recorded_at - timedelta(days=900)}
        session.add(Decree(**{**decree.model_dump(exclude={"id"}), **forged}))
        session.flush()
        [found] = compare_rows(session).differences
    assert (found.table, found.problem) == ("decree", Problem.UNRECORDED)


def test_erasing_a_person_leaves_the_chain_whole_and_recorded_shows_no_difference(either_town: Town) -> None:
    idea = either_town.build_idea(IdeaStage.SHORTLISTED)
    mate = either_town["mate"].id
    [member] = either_town.rows(select(TeamMember.id).where(TeamMember.person_id == mate))
    reviews = either_town.rows(select(Review.id))
    with either_town.store.unit_of_work() as session:
        session.execute(sa.delete(TeamMember).where(col(TeamMember.id) == member))
        session.execute(sa.update(Review).values(points={}, comment="", salt=""))
    differing = {(each.table, each.id) for each in compare(either_town).differences}
    assert differing == {("teammember", member), *(("review", review) for review in reviews)}
    with either_town.store.unit_of_work() as session:
        erased = {"teammember": [member], "review": reviews}
        record(session, "person.erase", mate, actor=flow_actor("clock"), idea_id=idea, erased=erased)
    report = compare(either_town)
    assert (report.differences, report.erased) == ([], len(reviews))
    links = either_town.rows(select(LedgerEntry).order_by(col(LedgerEntry.seq)))
    assert verify_chain(ChainEntry(seq=each.seq, payload=each.payload, hash=each.hash) for each in links).valid
