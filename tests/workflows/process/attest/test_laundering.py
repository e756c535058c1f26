"""What was altered by SQL stays named, whatever honest step commits to the idea's rows afterwards.

Who would cheat: somebody who may write to the database, alters what decides about an idea, and waits for the next step of somebody else,
whose entry would commit to the altered rows; or who takes the salt of a row, so that it looks like one of an older database.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa
from sqlmodel import col, select

from models.ideas import TeamMember
from models.ledger import LedgerEntry
from models.reviews import Review
from models.stages import IdeaStage
from tests.building import Town
from tests.steps import decree_of_today, plan
from tests.workflows.process.attest.everything import compare
from workflows.intake.agree import answer_invitation, leave_out_unanswered
from workflows.intake.draft import revise_idea
from workflows.intake.older_invitations import keep_older
from workflows.intake.submit import submit_idea
from workflows.intake.team import MemberShare
from workflows.pilot.start import plan_pilot
from workflows.process.actors import flow_actor
from workflows.process.attest.commit import write_commitment
from workflows.process.attest.compare import Problem
from workflows.process.attest.tables import OF_TABLE
from workflows.process.journal import record

THREE = (("lead", 5_000), ("mate", 3_000), ("walker", 2_000))


@dataclass(frozen=True)
class Attack:
    """What somebody wishes, how the idea is built, what they run, the honest step after it, and the tables whose rows must be named."""

    wish: str
    build: Callable[[Town], str]
    statements: tuple[str, ...]
    step: Callable[[Town, str], object]
    named: frozenset[str]


def at(stage: IdeaStage) -> Callable[[Town], str]:
    return lambda town: town.build_idea(stage)


def take(*steps: str) -> Callable[[Town, str], object]:
    return lambda town, idea: town.take(idea, *steps)


def team_of(town: Town, shares: Iterable[tuple[str, int]] = THREE) -> tuple[MemberShare, ...]:
    return tuple(MemberShare(town[who].number, share) for who, share in shares)


def asked(town: Town) -> str:
    """A draft whose team is asked; nobody has answered."""
    return town.ask_team(team=team_of(town))


def half_agreed(town: Town) -> str:
    """A draft whose team is asked; one of the two has joined."""
    idea = asked(town)
    town.do(answer_invitation, idea, joins=True, by="mate")
    return idea


def answer(who: str, *, joins: bool = True) -> Callable[[Town, str], object]:
    return lambda town, idea: town.do(answer_invitation, idea, joins=joins, by=who)


def revise(town: Town, idea: str) -> None:
    town.do(revise_idea, idea, town.proposal(title="Antrean lain", team=team_of(town)), by="lead")


def tick(town: Town, _idea: str) -> None:
    town.do(keep_older, 500, by="flow:clock")


def plan_again(town: Town, idea: str) -> None:
    town.do(plan_pilot, idea, plan(town["owner"].id, decree=decree_of_today("3")), by="secretary")


def build_planned(town: Town) -> str:
    idea = town.build_idea(IdeaStage.DETERMINED)
    plan_again(town, idea)
    return idea


OF_PILOT = "pilot_id IN (SELECT id FROM pilot WHERE idea_id = :idea)"
ATTACKS = (
    Attack(
        "a score that nobody gave, in an idea that looks older",
        at(IdeaStage.SHORTLISTED),
        ("UPDATE review SET total = 9900 WHERE idea_id = :idea", "UPDATE idea SET score = 9900, salt = '' WHERE id = :idea"),
        take("recommend feasible"),
        frozenset({"review", "idea"}),
    ),
    Attack(
        "a budget that nobody planned, in a row that looks older",
        lambda town: _measured(town),
        ("UPDATE pilot SET budget_rupiah = 9, salt = '' WHERE idea_id = :idea",),
        take("conclude"),
        frozenset({"pilot"}),
    ),
    Attack(
        "an answer that nobody gave, without anybody's step",
        asked,
        ("UPDATE invitation SET answer = 'joined', salt = '' WHERE idea_id = :idea",),
        tick,
        frozenset({"invitation"}),
    ),
    Attack(
        "somebody whom nobody asked, without anybody's step",
        asked,
        (
            """INSERT INTO invitation
            (id, idea_id, person_id, number, position, lead, role, share_hundredths, known, answer, asked_at, salt)
            SELECT '0' || substr(id, 2), idea_id, NULL, '', 9, lead, role, 1, known, answer, asked_at, '' FROM invitation
            WHERE idea_id = :idea AND position = 1""",
        ),
        tick,
        frozenset({"invitation"}),
    ),
    Attack(
        "a larger part of one's own, between two who agree",
        half_agreed,
        ("UPDATE teammember SET share_hundredths = share_hundredths + 900 WHERE idea_id = :idea AND NOT lead",),
        answer("walker"),
        frozenset({"teammember"}),
    ),
    Attack(
        "a larger part that is offered, just before it is agreed to",
        asked,
        ("UPDATE invitation SET share_hundredths = 4000 WHERE idea_id = :idea AND position = 2",),
        answer("walker"),
        frozenset({"invitation"}),
    ),
    Attack(
        "a larger part that is offered, and the salt taken",
        asked,
        ("UPDATE invitation SET share_hundredths = 4000, salt = '' WHERE idea_id = :idea AND position = 2",),
        answer("walker", joins=False),
        frozenset({"invitation"}),
    ),
    Attack(
        "a colleague out of the team",
        half_agreed,
        ("DELETE FROM teammember WHERE idea_id = :idea AND NOT lead",),
        answer("walker"),
        frozenset({"teammember"}),
    ),
    Attack(
        "a friend in the team",
        half_agreed,
        (
            """INSERT INTO teammember (id, idea_id, person_id, position, lead, role, share_hundredths, salt)
            SELECT '0' || substr(id, 2), idea_id, :friend, 9, lead, role, 1, salt FROM teammember WHERE idea_id = :idea AND NOT lead""",
        ),
        answer("walker", joins=False),
        frozenset({"teammember"}),
    ),
    Attack(
        "a larger part, before the team is left without who is silent",
        half_agreed,
        ("UPDATE teammember SET share_hundredths = 9000 WHERE idea_id = :idea AND lead",),
        lambda town, idea: town.do(leave_out_unanswered, idea, by="lead"),
        frozenset({"teammember"}),
    ),
    Attack(
        "another part, before the team is written anew",
        half_agreed,
        ("UPDATE teammember SET role = 'Ketua' WHERE idea_id = :idea AND NOT lead",),
        revise,
        frozenset({"teammember"}),
    ),
    Attack(
        "an offer that nobody made, before all are asked anew",
        asked,
        ("UPDATE invitation SET role = 'Ketua' WHERE idea_id = :idea AND position = 1",),
        revise,
        frozenset({"invitation"}),
    ),
    Attack(
        "an easier target, before the pilot is planned anew",
        build_planned,
        (f"UPDATE indicator SET target = '61' WHERE {OF_PILOT}",),
        plan_again,
        frozenset({"indicator"}),
    ),
)


def _measured(town: Town) -> str:
    idea = town.build_idea(IdeaStage.IN_PILOT)
    town.take(idea, "measure")
    return idea


def test_what_is_altered_before_an_honest_step_stays_named_after_it(either_town: Town) -> None:
    town, told = either_town, set()
    for attack in ATTACKS:
        idea = attack.build(town)
        assert {(each.table, each.id) for each in compare(town).differences} == told, attack.wish
        with town.store.unit_of_work() as session:
            for statement in attack.statements:
                session.execute(sa.text(statement), {"idea": idea} | ({"friend": town["stranger"].id} if ":friend" in statement else {}))
        altered = {(each.table, each.id) for each in compare(town).differences} - told
        assert {table for table, _ in altered} == attack.named, attack.wish
        attack.step(town, idea)
        after = {(each.table, each.id): each for each in compare(town).differences}
        assert altered <= after.keys(), attack.wish
        assert after.keys() - told == altered, attack.wish
        last = town.rows(select(sa.func.max(LedgerEntry.seq)))[0]
        assert {each.seq for key, each in after.items() if key in altered and each.problem == Problem.OVERWRITTEN} <= {last}, attack.wish
        told |= altered


def test_honest_steps_in_one_transaction_are_held_against_each_other(either_town: Town) -> None:
    town = either_town
    idea = asked(town)
    with town.store.unit_of_work() as session:
        for who in ("mate", "walker"):
            answer_invitation(session, idea, joins=True, actor=town.actor(session, who))
        proposal = town.proposal(team=team_of(town, (("mate", 4_000), ("lead", 6_000))))
        revise_idea(session, idea, proposal, actor=town.actor(session, "lead"))
        answer_invitation(session, idea, joins=True, actor=town.actor(session, "mate"))
        submit_idea(session, idea, actor=town.actor(session, "lead"))
    assert compare(town).differences == []


def test_an_entry_of_an_earlier_release_that_took_over_an_altered_row_is_named(town: Town) -> None:
    """As one did that took an idea without a salt for one of an older database: it committed to all rows, and said nothing else."""
    idea = town.build_idea(IdeaStage.SHORTLISTED)
    [review, *_] = town.rows(select(Review).where(Review.idea_id == idea))
    with town.store.unit_of_work() as session:
        row = session.get_one(Review, review.id)
        row.total = Decimal(99)
        session.flush()
        said = {group.name: write_commitment(group, row) for group in OF_TABLE["review"]}
        commits = {"review": {row.id: said}}
        record(session, "idea.recommend.feasible", idea, actor=flow_actor("test"), idea_id=idea, commits=commits)
    [found] = compare(town).differences
    assert (found.table, found.id, found.field, found.problem) == ("review", review.id, "total", Problem.OVERWRITTEN)


def test_a_salt_that_cannot_be_one_stops_nobody_and_is_named(town: Town) -> None:
    idea = half_agreed(town)
    with town.store.unit_of_work() as session:
        session.execute(sa.text("UPDATE teammember SET salt = 'rusak' WHERE idea_id = :idea"), {"idea": idea})
    town.do(answer_invitation, idea, joins=True, by="walker")
    spoilt = {each.id for each in compare(town).differences if each.problem == Problem.OVERWRITTEN}
    members = select(TeamMember.id).where(TeamMember.idea_id == idea, col(TeamMember.person_id) != town["walker"].id)
    assert spoilt == set(town.rows(members))


def test_what_an_entry_found_tells_nothing_that_the_ledger_did_not_tell_before(town: Town) -> None:
    idea = half_agreed(town)
    town.do(answer_invitation, idea, joins=True, by="walker")
    revise(town, idea)
    details = [payload["detail"] for payload in town.rows(select(LedgerEntry.payload).where(LedgerEntry.idea_id == idea))]
    told = [detail.get("found", {}) for detail in details]
    said = [value for tables in told for rows in tables.values() for groups in rows.values() for value in (groups or {}).values()]
    committed = {
        v
        for detail in details
        for rows in detail["commits"].values()
        for groups in rows.values()
        for v in groups.values()
        if isinstance(v, str)
    }
    assert len(said) >= 3
    assert set(said) <= committed
