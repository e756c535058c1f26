"""The team of an idea: what team is taken, and that a change after submission is never lost."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from models.documents import Document, DocumentKind
from models.ideas import Decision, TeamMember
from models.instants import region_zone
from models.ledger import LedgerEntry
from models.stages import IdeaStage
from tests.building import SECTIONS, Town
from tests.steps import MET
from workflows.calculations.ledger import ChainEntry, verify_chain
from workflows.intake.draft import draft_idea, revise_idea
from workflows.intake.permit import permit_idea
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.intake.submit import supplement_idea
from workflows.intake.team import MemberShare, Membership, TeamChange, read_team_change
from workflows.intake.team_changes import list_team_changes
from workflows.process.refusals import Conflict, Forbidden, Invalid
from workflows.recognition.letters import number_receipt


def team_of(town: Town, **shares: int) -> tuple[MemberShare, ...]:
    return tuple(MemberShare(town[who].number, share) for who, share in shares.items())


def stored_team(town: Town, idea: str) -> dict[str, int]:
    rows = town.rows(select(TeamMember).where(TeamMember.idea_id == idea).order_by(col(TeamMember.position)))
    return {row.person_id: row.share_hundredths for row in rows}


RETURNED = Findings(notes={"idea": "Jelaskan biayanya."}, parts=("team",))


def supplement(town: Town, idea: str, **shares: int) -> None:
    """Put another team by, let everybody agree, and send it."""
    town.do(revise_idea, idea, town.proposal(team=team_of(town, **shares)), by="lead")
    town.join(idea)
    town.do(supplement_idea, idea, by="lead")


def ask_again(town: Town, idea: str) -> None:
    if town.idea(idea).stage == IdeaStage.AWAITING_PERMISSION:
        town.do(permit_idea, idea, granted=True, by="head")
    town.do(screen_idea, idea, Screening.RETURNED, RETURNED, by="secretary")


def chained(town: Town, idea: str) -> list[LedgerEntry]:
    return town.rows(select(LedgerEntry).where(LedgerEntry.idea_id == idea, LedgerEntry.kind == "idea.change_team"))


def supplements(town: Town, idea: str) -> list[Decision]:
    return town.rows(select(Decision).where(Decision.idea_id == idea, Decision.action == "supplement").order_by(col(Decision.at)))


@pytest.mark.parametrize(
    ("shares", "code"),
    [
        ({"lead": 9_999}, "shares_do_not_sum"),
        ({"lead": 6_000, "mate": 6_000}, "shares_do_not_sum"),
        ({"lead": 10_000, "mate": 0}, "share_of_nothing"),
        ({"lead": 10_001, "mate": -1}, "share_of_nothing"),
        ({"mate": 10_000}, "lead_not_in_team"),
        ({"lead": 5_000, "mate": 2_500, "stranger": 1_250, "walker": 1_250}, "team_too_large"),
    ],
)
def test_a_team_that_divides_no_whole_is_refused(town: Town, shares: dict[str, int], code: str) -> None:
    call = town.build_call(team_limit=3)
    with pytest.raises(Invalid, match=code) as refused:
        town.do(draft_idea, call, town.proposal(team=team_of(town, **shares)), by="lead")
    if code == "shares_do_not_sum":
        assert refused.value.parameters == {"total": sum(shares.values()), "whole": 10_000}


def test_a_person_named_twice_is_refused_however_the_number_is_typed(town: Town) -> None:
    number = town["lead"].number
    spaced = f"NIP {number[:8]} {number[8:14]} {number[14]} {number[15:]}"
    with pytest.raises(Invalid, match="team_member_twice"):
        town.do(draft_idea, town.call, town.proposal(team=(MemberShare(number, 5_000), MemberShare(spaced, 5_000))), by="lead")


def test_a_team_changed_in_a_supplement_stands_in_the_decision_before_and_after(town: Town) -> None:
    idea = town.build_returned("team")
    lead, mate, stranger = (town[who].id for who in ("lead", "mate", "stranger"))
    supplement(town, idea, lead=5_000, stranger=5_000)
    (decision,) = supplements(town, idea)
    assert decision.actor_id == lead
    assert decision.detail["team"] == {
        "before": [
            {"person_id": lead, "share_hundredths": 6_000, "role": "", "lead": True},
            {"person_id": mate, "share_hundredths": 4_000, "role": "Perancang", "lead": False},
        ],
        "after": [
            {"person_id": lead, "share_hundredths": 5_000, "role": "", "lead": True},
            {"person_id": stranger, "share_hundredths": 5_000, "role": "", "lead": False},
        ],
    }
    assert stored_team(town, idea) == {lead: 5_000, stranger: 5_000}


def test_the_ledger_keeps_who_had_which_share_and_no_name_number_or_role(town: Town) -> None:
    idea = town.build_returned("team")
    lead, mate, stranger = (town[who].id for who in ("lead", "mate", "stranger"))
    supplement(town, idea, lead=5_000, stranger=5_000)
    (entry,) = chained(town, idea)
    assert (entry.payload["actor"], entry.payload["detail"]) == (
        lead,
        {"revision": 2, "before": {lead: 6_000, mate: 4_000}, "after": {lead: 5_000, stranger: 5_000}, "commits": {}},
    )
    everything = json.dumps([each.payload for each in town.rows(select(LedgerEntry))])
    assert town.idea(idea).stage == IdeaStage.AWAITING_PERMISSION
    for who in ("lead", "mate", "stranger"):
        assert town[who].name not in everything
        assert town[who].number not in everything
    assert "Perancang" not in everything
    links = town.rows(select(LedgerEntry).order_by(col(LedgerEntry.seq)))
    assert verify_chain(ChainEntry(seq=each.seq, payload=each.payload, hash=each.hash) for each in links).valid


def test_a_team_that_stays_leaves_no_trace_of_a_change_even_in_another_order(town: Town) -> None:
    idea = town.build_returned("team")
    reversed_team = tuple(reversed(town.proposal().team))
    town.do(supplement_idea, idea, town.proposal(team=reversed_team), by="lead")
    assert [decision.detail for decision in supplements(town, idea)] == [{}]
    assert chained(town, idea) == []


def test_a_role_that_alone_is_rewritten_stands_in_the_decision_and_not_in_the_ledger(town: Town) -> None:
    idea = town.build_returned("team")
    supplement(town, idea, lead=6_000, mate=4_000)
    (decision,) = supplements(town, idea)
    assert [member["role"] for member in decision.detail["team"]["before"]] == ["", "Perancang"]
    assert [member["role"] for member in decision.detail["team"]["after"]] == ["", ""]
    assert chained(town, idea) == []


def test_a_draft_may_change_its_team_as_often_as_it_likes(town: Town) -> None:
    idea = town.build_idea()
    town.do(revise_idea, idea, town.proposal(team=team_of(town, lead=10_000)), by="lead")
    revisions = select(Decision).where(Decision.idea_id == idea, Decision.action == "revise")
    assert [list(decision.detail) for decision in town.rows(revisions)] == [["dropped"]]
    assert chained(town, idea) == []


def test_every_change_is_kept_when_the_team_changes_more_than_once(town: Town) -> None:
    idea = town.build_returned("team")
    supplement(town, idea, lead=10_000)
    ask_again(town, idea)
    supplement(town, idea, lead=5_000, mate=5_000)
    ask_again(town, idea)
    supplement(town, idea, lead=5_000, mate=5_000)
    with town.store.reading() as session:
        changes = [each.change for each in list_team_changes(session, idea)]
    shares = [[{each.person_id: each.share_hundredths for each in team} for team in (change.before, change.after)] for change in changes]
    lead, mate = town["lead"].id, town["mate"].id
    assert shares == [[{lead: 6_000, mate: 4_000}, {lead: 10_000}], [{lead: 10_000}, {lead: 5_000, mate: 5_000}]]
    assert [entry.payload["detail"]["revision"] for entry in chained(town, idea)] == [2, 3]


def test_a_supplement_that_is_refused_leaves_team_and_ledger_as_they_were(town: Town) -> None:
    idea = town.build_returned("team")
    before, changed = stored_team(town, idea), {"team": team_of(town, lead=10_000)}
    with pytest.raises(Forbidden, match="only_proposer"):
        town.do(supplement_idea, idea, town.proposal(**changed), by="mate")
    with pytest.raises(Invalid, match="section_too_short"):
        town.do(supplement_idea, idea, town.proposal(**changed, sections={**SECTIONS, "idea": ""}), by="lead")
    with pytest.raises(Invalid, match="shares_do_not_sum"):
        town.do(supplement_idea, idea, town.proposal(team=team_of(town, lead=9_999)), by="lead")
    assert (stored_team(town, idea), chained(town, idea), supplements(town, idea)) == (before, [], [])
    town.do(supplement_idea, idea, by="lead")
    town.do(screen_idea, idea, Screening.ACCEPTED, Findings(MET), by="secretary")
    with pytest.raises(Conflict, match="wrong_stage"):
        town.do(supplement_idea, idea, town.proposal(**changed), by="lead")
    assert stored_team(town, idea) == before


def test_a_receipt_numbered_after_the_change_says_who_changed_the_team_when_and_how(town: Town) -> None:
    idea, other = (town.build_returned("team") for _ in range(2))
    supplement(town, idea, lead=5_000, stranger=5_000)
    for each in (idea, other):
        town.do(number_receipt, each, by="flow:recognition")
    receipts = {row.idea_id: row.content for row in town.rows(select(Document).where(Document.kind == DocumentKind.RECEIPT))}
    (decision,) = supplements(town, idea)
    assert receipts[other]["team_revisions"] == []
    assert receipts[idea]["team_revisions"] == [
        {
            "changed_at": decision.at.astimezone(region_zone()).isoformat(),
            "changed_by": "Sari Kenanga Wulandari",
            "members": [
                {"name": "Sari Kenanga Wulandari", "before_hundredths": 6_000, "after_hundredths": 5_000},
                {"name": "Wening Palastri", "before_hundredths": None, "after_hundredths": 5_000},
                {"name": "Tono Gambiranom", "before_hundredths": 4_000, "after_hundredths": None},
            ],
        }
    ]


memberships = st.builds(Membership, st.text("abc", min_size=1, max_size=2), st.integers(1, 10_000), st.text(max_size=5), st.booleans())
teams = st.lists(memberships, max_size=4, unique_by=lambda each: each.person_id).map(tuple)


@settings(deadline=None)
@given(teams, teams)
def test_a_change_that_was_stored_is_read_back_and_names_everybody_once(before: Any, after: Any) -> None:
    change = TeamChange(before, after)
    assert read_team_change(json.loads(json.dumps(change.as_detail()))) == change
    people = [person_id for person_id, _, _ in change.list_members()]
    assert len(people) == len(set(people))
    assert set(people) == {member.person_id for member in before + after}


def test_a_decision_that_changed_no_team_has_no_change_to_read() -> None:
    assert read_team_change({}) is None
    assert read_team_change({"answers": {"renewal": True}, "notes": {}}) is None
