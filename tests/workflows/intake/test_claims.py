"""Claims: filed by the first lead in time, decided by somebody without a part in either idea, and worth a name, no share.

An inspector would ask: can somebody claim what others had first, twice, or of their own? Can whoever rejected the first idea decide? Does
a claim move money?
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from models.awards import AwardShare
from models.claims import AdoptionClaim, ClaimState
from models.ideas import Idea, TeamMember
from models.instants import now
from models.links import IdeaLink
from models.people import AccountNotice, NoticeKind
from models.stages import IdeaStage
from tests.asking import ask
from tests.building import Town
from tests.sharing import OPEN
from tests.workflows.intake.claiming import (
    BECAUSE,
    FIRST,
    NEAR,
    WHY,
    build_filed,
    build_pair,
    build_told,
    claim_of,
    listed,
    mails_asked,
    notices,
    require_whole,
    state_of,
    watch,
)
from tests.workflows.region.declaring import let_count, next_working_day
from tests.workflows.turns import Clock, clock, own_town, run_clock
from workflows.intake.claim_lists import read_watched
from workflows.intake.claim_records import find_due
from workflows.intake.claims import claim_idea, decide_claim, file_claim, withdraw_claim
from workflows.process.context import read_context
from workflows.process.refusals import Conflict, Forbidden, Invalid, NotFound, Refusal

__all__ = ["clock", "own_town"]
pytestmark = pytest.mark.slow


def test_a_claim_that_is_upheld_names_the_first_on_both_ideas_and_moves_no_share(either_town: Town) -> None:
    town, client = either_town, TestClient(either_town.app)
    first, adopted, claim = build_filed(town)
    award = town.build_award(idea=_rolled_out(town, adopted))
    shares = town.rows(select(AwardShare.share_hundredths, AwardShare.amount_rupiah).order_by(AwardShare.id))
    team = town.rows(select(TeamMember.person_id, TeamMember.share_hundredths).where(TeamMember.idea_id == adopted))
    assert notices(town, NoticeKind.CLAIM_FILED) == {"leader"}, "the deputy determined it, the chair recommended it"
    town.do(decide_claim, claim, upholds=True, reason=BECAUSE, by="leader")
    assert state_of(town, claim) == ClaimState.UPHELD
    assert [message.dedupe_key for message in mails_asked(town)][-1] == f"claim:{claim}:claim_upheld"
    (link,) = town.rows(select(IdeaLink))
    assert (link.idea_id, link.other_id, link.kind, link.said_by, link.reason) == (adopted, first, "same", town["leader"].id, BECAUSE)
    assert town.rows(select(AwardShare.share_hundredths, AwardShare.amount_rupiah).order_by(AwardShare.id)) == shares
    assert town.rows(select(TeamMember.person_id, TeamMember.share_hundredths).where(TeamMember.idea_id == adopted)) == team
    assert (notices(town, NoticeKind.ORIGINATOR_NAMED), town.award(award).stage) == ({"lead", "mate"}, "proposed")
    assert notices(town, NoticeKind.CLAIM_UPHELD) == {"secretary", "deputy"}
    told = {who: ask(client, town[who], f"GET /ideas/{adopted}/history").json() for who in ("lead", "chair", "auditor")}
    for who, steps in told.items():
        (named,) = [step for step in steps if step["action"] == "name_originator"]
        said = named["detail"]["originator"]
        assert (said["name"], said["code"], said["id"]) == (town["operator"].name, town.idea(first).code, None if who == "lead" else first)
    mine = [step["action"] for step in ask(client, town["operator"], f"GET /ideas/{first}/history").json()]
    assert [step for step in mine if step.endswith("_claim")] == ["tell_claim", "file_claim", "decide_claim"]
    require_whole(town)
    with pytest.raises(DBAPIError, match="stays on record"), town.store.unit_of_work() as session:
        session.execute(sa.delete(AdoptionClaim))


def _rolled_out(town: Town, idea: str) -> str:
    town.take(idea, "plan_pilot", "start_pilot", "measure", "conclude", "compute_result", "verify roll_out")
    return idea


def test_a_claim_is_filed_once_in_time_by_the_first_lead_alone(town: Town) -> None:
    first, adopted, claim = build_told(town, lead="owner", call=town.build_call(code="TERBUKA", **OPEN))
    code = str(town.idea(adopted).code)
    refused: list[tuple[type[Refusal], str, Callable[..., Any], tuple[str, ...], str]] = [
        (Invalid, "text_too_short", file_claim, (claim, "Punya saya."), "owner"),
        (NotFound, "claim_not_found", file_claim, (claim, WHY), "lead"),
        (NotFound, "claim_not_found", file_claim, ("x" * 26, WHY), "owner"),
        (Forbidden, "only_proposer", file_claim, (claim, WHY), "secretary"),
        (Forbidden, "only_proposer", claim_idea, (first, code, WHY), "secretary"),
        (NotFound, "idea_not_found", claim_idea, (first, code, WHY), "walker"),
        (Invalid, "adopted_unknown", claim_idea, (first, "IDE-1999-000001", WHY), "owner"),
        (Invalid, "adopted_unknown", claim_idea, (first, str(town.idea(first).code), WHY), "owner"),
        (Invalid, "control_characters", claim_idea, (first, "IDE\0", WHY), "owner"),
    ]
    for kind, code_of, action, values, who in refused:
        with pytest.raises(kind, match=code_of):
            town.do(action, *values, by=who)
    town.do(claim_idea, first, code, WHY, by="owner")  # the one that they were told of
    assert (state_of(town, claim), len(town.rows(select(AdoptionClaim.id)))) == (ClaimState.FILED, 1)
    for again in (lambda: town.do(file_claim, claim, WHY, by="owner"), lambda: town.do(claim_idea, first, code, WHY, by="owner")):
        with pytest.raises(Conflict, match="claim_settled"):
            again()
    town.do(withdraw_claim, claim, by="owner")
    with pytest.raises(Conflict, match="claim_settled"):
        town.do(decide_claim, claim, upholds=True, reason=BECAUSE, by="leader")
    with pytest.raises(Conflict, match="claim_settled"):
        town.do(withdraw_claim, claim, by="owner")
    require_whole(town)


def test_who_had_it_later_or_is_of_its_team_has_no_claim(town: Town) -> None:
    open_call = town.build_call(code="TERBUKA", **OPEN)
    adopted = town.build_idea(IdeaStage.DETERMINED, call=open_call, **NEAR)
    later = town.build_idea(IdeaStage.REJECTED, lead="operator", **FIRST)
    code = str(town.idea(adopted).code)
    with pytest.raises(Conflict, match="claim_received_later"):
        town.do(claim_idea, later, code, WHY, by="operator")
    own = town.build_idea(IdeaStage.REJECTED, lead="mate", **FIRST)
    with pytest.raises(Forbidden, match="claims_own_idea"):
        town.do(claim_idea, own, code, WHY, by="mate")
    screened = town.build_idea(IdeaStage.SCREENING, lead="operator", **FIRST)
    with pytest.raises(Conflict, match="idea_not_watched"):
        town.do(claim_idea, screened, code, WHY, by="operator")
    assert town.rows(select(AdoptionClaim.id)) == []


def test_what_the_watch_missed_is_claimed_by_its_code_while_the_idea_is_kept(town: Town) -> None:
    first = town.build_idea(IdeaStage.REJECTED, lead="operator", **FIRST)
    call = town.build_call(code="TERBUKA", **OPEN)
    adopted = [town.build_idea(IdeaStage.DETERMINED, call=call, title=f"Loket pagi {number}") for number in range(6)]
    codes = [str(town.idea(each).code) for each in adopted]
    for code in codes[:5]:
        town.do(claim_idea, first, code.lower(), WHY, by="operator")
    with pytest.raises(Conflict, match="claims_used_up"):
        town.do(claim_idea, first, codes[5], WHY, by="operator")
    second = town.build_idea(IdeaStage.REJECTED, lead="owner", **FIRST)
    with town.store.unit_of_work() as session:
        session.execute(sa.update(Idea).where(col(Idea.id) == second).values(due_at=now() - timedelta(seconds=1)))
    with pytest.raises(Conflict, match="idea_not_watched"):
        town.do(claim_idea, second, codes[5], WHY, by="owner")


def test_what_is_not_filed_in_time_lapses_and_what_is_open_keeps_the_idea(own_town: Town, clock: Clock) -> None:
    first, second = (own_town.build_idea(IdeaStage.REJECTED, lead=who, **FIRST) for who in ("operator", "owner"))
    kept = now() + timedelta(days=3)
    with own_town.store.unit_of_work() as session:
        session.execute(sa.update(Idea).where(col(Idea.id).in_((first, second))).values(due_at=kept))
    clock.set(now() + timedelta(hours=1))
    own_town.build_idea(IdeaStage.DETERMINED, **NEAR)
    run_clock(own_town)
    claims = {each.idea_id: each.id for each in own_town.rows(select(AdoptionClaim))}
    assert set(claims) == {first, second}
    clock.set(kept + timedelta(days=1))
    own_town.do(file_claim, claims[second], WHY, by="owner")
    run_clock(own_town)
    assert (own_town.idea(first).stage, own_town.idea(second).stage) == ("rejected", "rejected"), "their time was over but for the claim"
    clock.set(kept + timedelta(days=40))
    with pytest.raises(Conflict, match="claim_late"):
        own_town.do(file_claim, claims[first], WHY, by="operator")
    for _ in range(2):
        run_clock(own_town)
        clock.set(now() + timedelta(minutes=1))
    assert (state_of(own_town, claims[first]), own_town.idea(first).stage) == (ClaimState.LAPSED, "closed")
    assert (state_of(own_town, claims[second]), own_town.idea(second).stage) == (ClaimState.FILED, "rejected"), "it waits for its decision"
    late = select(AccountNotice.person_id).where(AccountNotice.kind == NoticeKind.CLAIM_LATE)
    assert sorted(own_town.rows(late)) == sorted(own_town[who].id for who in ("leader", "secretary")), "they are told so once"
    own_town.do(decide_claim, claims[second], upholds=True, reason=BECAUSE, by="leader")
    for _ in range(2):
        clock.set(now() + timedelta(minutes=1))
        run_clock(own_town)
    assert own_town.idea(second).stage == "closed"
    require_whole(own_town)


def test_a_day_that_becomes_free_moves_the_last_day_on_where_working_days_count(town: Town) -> None:
    counting = town.build_call(days={"claim": {"amount": 20, "unit": "working_days"}})
    first, adopted = (
        town.build_idea(IdeaStage.REJECTED, call=counting, lead="operator", **FIRST),
        town.build_idea(IdeaStage.DETERMINED, **NEAR),
    )
    watch(town, adopted)
    claim = claim_of(town, first, adopted).id
    (before,) = town.rows(select(AdoptionClaim.due_at).where(AdoptionClaim.id == claim))
    let_count(town, next_working_day(town))
    with town.store.reading() as session:
        after = find_due(session, session.get_one(AdoptionClaim, claim), session.get_one(Idea, first))
    assert after > before
    assert listed(town, "operator")[0].due_at == after


def test_beside_an_idea_each_reads_what_they_may_know(town: Town) -> None:
    first, adopted, claim = build_filed(town)
    with town.store.unit_of_work() as session:
        session.execute(sa.update(Idea).where(col(Idea.id) == first).values(unit_id=town.units["DAGO"][0]))

    def beside(who: str, idea: str) -> tuple[bool, list[bool], int, int]:
        with town.store.reading() as session:
            actor = town.actor(session, who)
            found = read_watched(session, read_context(session, idea, actor=actor), actor=actor)
        return found.until is not None, [each.adopted is not None for each in found.claims], len(found.originators), found.waiting

    assert beside("operator", first) == (True, [False], 0, 0)
    assert beside("leader", first) == beside("secretary", first) == (True, [True], 0, 0)
    assert beside("other_head", first) == (True, [], 0, 0), "that an idea of another unit is near tells of its text"
    assert (beside("lead", adopted), beside("secretary", adopted)) == ((False, [], 0, 0), (False, [], 0, 1))
    town.do(decide_claim, claim, upholds=True, reason=BECAUSE, by="leader")
    assert (beside("lead", adopted), beside("secretary", adopted)) == ((False, [], 1, 0), (False, [], 1, 0))


def test_a_pair_without_the_watch_is_no_claim(town: Town) -> None:
    build_pair(town)
    assert [listed(town, who) for who in ("operator", "lead", "leader")] == [[], [], []]
