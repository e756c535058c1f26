"""The walk: every action in every stage by everybody, over HTTP, against the handwritten table: permitted, or refused without a trace."""

import itertools
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from models.awards import Award
from models.people import Role
from models.stages import AwardStage, IdeaStage
from tests.building import Shelf, Town
from tests.requests import REQUESTS, RequestPlace, StepRequest, find_place
from tests.roles import ROLES_AND_RELATIONS, give_role
from tests.unchanged import fingerprint, watch
from tests.workflows.process.test_ways import permitted_by_hand
from workflows.intake.draft import revise_idea
from workflows.intake.team import MemberShare
from workflows.process.actors import flow_actor
from workflows.process.context import AwardContext, read_context
from workflows.process.engine import permit
from workflows.process.refusals import NotFound, Refusal
from workflows.process.ways import AWARD, IDEA
from workflows.reward.propose import new_award

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]  # all of it takes minutes
SEED = int(os.environ.get("GAGAS_TEST_SEED", random.SystemRandom().randrange(10**6)))
LINES, WITH_STAND_INS = permitted_by_hand(), permitted_by_hand(passed_up=True)
PLACES = [f"idea:{stage}" for stage in IdeaStage] + [f"award:{stage}" for stage in ("-", *AwardStage)]
ASKING = [f"asked:{stage}" for stage in (IdeaStage.DRAFT, IdeaStage.SUPPLEMENT_ASKED)]  # of an idea whose team was asked to join
SEEN_FROM_ABOVE = {Role.UNIT_HEAD, Role.SECRETARIAT, Role.CHAIR, Role.LEADER, Role.VERIFIER, Role.AUDITOR, Role.ADMIN}
HANDED_OVER = {"reviews_it": Role.REVIEWER, "owns_pilot": Role.PILOT_OWNER}  # known only while the role is held
PREPARE_AWARDS = {Role.SECRETARIAT, Role.LEADER, Role.AUDITOR}
Open = Callable[[str], RequestPlace]
BY_SCORE = ("resume", "below_mark")  # the score chooses the outcome, and here it passes: tests/workflows/review has the other
GUARDS_REFUSE_OTHERWISE = {"wrong_stage", "conflict_of_interest"}
Attempt = tuple[Role, str, StepRequest]
Line = tuple[str, ...]
BY_CONTENT = "what is sent elsewhere under the same request has this outcome"
NOT_SENT = {  # lines of people that the walk does not take: way, stage, action, outcome and role
    ("idea", "-", "draft", "-", "any"): "an idea begins with it, before which it stands nowhere: tests/workflows/intake/test_intake.py",
    ("idea", "draft", "leave_out", "-", "any"): "it goes with what hands the idea in: tests/workflows/intake/test_agree.py",
    ("idea", "supplement_asked", "leave_out", "-", "any"): "it goes with what hands the idea in: tests/workflows/intake/test_agree.py",
    ("idea", "supplement_asked", "supplement", "permission", "any"): f"{BY_CONTENT}: tests/workflows/intake/test_supplement.py",
    ("idea", "deferred", "resume", "below_mark", "secretariat"): f"{BY_CONTENT}: tests/workflows/review/test_review.py",
    ("idea", "deferred", "resume", "unscored", "secretariat"): f"{BY_CONTENT}: tests/workflows/review/test_quorum.py",
    **{
        ("idea", "awaiting_permission", "permit", outcome, role): "only once it is passed up: tests/workflows/process/test_passing_up.py"
        for outcome in ("granted", "refused")
        for role in ("secretariat", "admin")
    },
    **{
        ("document", "-", "number", "-", role): "a document begins with it: tests/workflows/recognition/test_documents.py"
        for role in ("secretariat", "leader", "auditor", "admin")
    },
}


@pytest.fixture
def open_place(shelf: Shelf, client: TestClient) -> Open:
    """Lays out a place afresh; it is built once and put aside."""

    def open_one(name: str) -> RequestPlace:
        label = f"walk-{name.replace(':', '-')}"
        if not shelf.has(label):
            build(shelf.open_town(), name)
            shelf.put_aside(label)
        return find_place(shelf.open_town(label))

    return open_one


def build(town: Town, name: str) -> None:
    """Bring the place into being: an idea, and its award."""
    way, stage = name.split(":")
    if way == "asked":
        team = tuple(MemberShare(town[who].number, share) for who, share in (("lead", 5_000), ("mate", 3_000), ("walker", 2_000)))
        if stage == IdeaStage.DRAFT:
            town.ask_team(team=team)
        else:
            town.do(revise_idea, town.build_returned("team"), town.proposal(team=team), by="lead")
        return
    if way == "award":
        idea = town.build_idea(IdeaStage.ROLLED_OUT)
        if stage != "-":
            town.build_award(AwardStage(stage), idea=idea)
        return
    idea = town.build_idea(IdeaStage(stage))
    if stage == IdeaStage.IN_PILOT:
        town.take(idea, "measure")


def lines_of(name: str, attempt: Attempt) -> list[Line]:
    """The lines of the handwritten table that a step would be taken by."""
    stage, (role, relation, step) = name.split(":")[1], attempt
    at = "-" if step.action == "propose" and stage in ("declined", "revoked") else stage
    asked = [(step.way, at, step.action, step.outcome, each, relation) for each in (role.value, "any")]
    return [line for line in asked if line in LINES]


def targets(name: str, attempt: Attempt) -> str | None:
    """Where the handwritten table says that a step leads, None where it is not permitted."""
    by_hand = {LINES[line] for line in lines_of(name, attempt)}
    return by_hand.pop() if by_hand else None


def is_ever_permitted(attempt: Attempt) -> bool:
    role, relation, step = attempt
    return any((w, a, rel) == (step.way, step.action, relation) and r in (role.value, "any") for w, _s, a, _o, r, rel in WITH_STAND_INS)


def sees(name: str, attempt: Attempt) -> bool:
    """Whether somebody may know of the idea, and of the award that the step is about."""
    stage = name.split(":")[1]
    role, relation, step = attempt
    above = role in SEEN_FROM_ABOVE and (relation == "over_unit" or (relation == "over_call" and role != Role.UNIT_HEAD))
    idea = relation in ("lead", "member", "asked") or HANDED_OVER.get(relation) == role or (above and stage != IdeaStage.DRAFT)
    if step.way == "idea" or step.action == "propose" or stage in ("announced", "revoked"):
        return idea
    return stage != "-" and above and role in PREPARE_AWARDS


def attempts_at(name: str) -> list[Attempt]:
    """Every step by everybody; where a team was asked, by who was, as all others are met elsewhere."""
    way, is_asking = name.split(":")[0].replace("asked", "idea"), name in ASKING
    people = [(role, relation) for role, relation in ROLES_AND_RELATIONS if (relation == "asked") == is_asking]
    return [(role, relation, step) for role, relation in people for step in REQUESTS if step.way == way]


def is_taken(attempt: Attempt) -> bool:
    """Whether the walk takes a step that is permitted, and sees where it leads."""
    return (attempt[2].action, attempt[2].outcome) != BY_SCORE


def test_every_line_of_a_person_is_attempted_or_left_out_for_a_reason() -> None:
    taken = {line for name in (*PLACES, *ASKING) for each in attempts_at(name) if is_taken(each) for line in lines_of(name, each)}
    left = {line[:5] for line in WITH_STAND_INS.keys() - taken if line[4] != "FLOW"}
    assert left == set(NOT_SENT)
    for reason in NOT_SENT.values():
        assert Path(reason.partition(": ")[2]).is_file(), reason


def expected(name: str, attempt: Attempt) -> set[int]:
    """The status a refusal must have: 404 for what is not seen, 409 for a step one may take in another stage, else 403."""
    if not sees(name, attempt):
        return {404}
    if attempt[2].action == "propose":
        return {403, 409}
    if (attempt[2].way, name.split(":")[1], attempt[2].action, attempt[2].outcome, attempt[0].value, attempt[1]) in WITH_STAND_INS:
        return {403}  # a stand-in is not asked while heads are
    return {409} if is_ever_permitted(attempt) else {403}


@pytest.mark.parametrize("name", [*PLACES, *ASKING])
def test_what_the_table_does_not_permit_is_refused_without_a_trace(
    name: str, open_place: Open, client: TestClient, share: Callable[[int], int]
) -> None:
    refused = [attempt for attempt in attempts_at(name) if targets(name, attempt) is None]
    print(f"GAGAS_TEST_SEED={SEED}")
    chosen = random.Random(f"{SEED}{name}").sample(refused, share(len(refused)))
    place = open_place(name)
    before = fingerprint(place.town.store)
    with watch(place.town.store) as watching:
        for (role, relation), attempts in itertools.groupby(sorted(chosen, key=lambda c: c[:2]), key=lambda c: c[:2]):
            who = give_role(place, role, relation)
            watching.has_seen_a_change()
            for attempt in attempts if who else ():
                answer = attempt[2].send(client, place, who)  # type: ignore[arg-type]
                report = f"{name} {attempt[2].action}/{attempt[2].outcome} by {role} {relation}: {answer.status_code} {answer.text}"
                assert answer.status_code in expected(name, attempt), report
                assert answer.headers["content-type"] == "application/problem+json", report
                assert not watching.has_seen_a_change(), report
    assert fingerprint(place.town.store) == before


@pytest.mark.parametrize("name", [*PLACES, *ASKING])
def test_what_the_table_permits_leads_to_its_target(name: str, open_place: Open, client: TestClient) -> None:
    for attempt in attempts_at(name):
        target, step = targets(name, attempt), attempt[2]
        if target is None or not is_taken(attempt):
            continue
        place = open_place(name)
        who = give_role(place, *attempt[:2])
        assert who is not None, attempt
        answer = step.send(client, place, who)
        report = f"{name} {step.action}/{step.outcome} by {attempt[0]} {attempt[1]}: {answer.status_code} {answer.text}"
        assert 200 <= answer.status_code < 300, report
        award = answer.json()["id"] if step.action == "propose" else place.award
        stage = place.town.idea(place.idea).stage if step.way == "idea" else place.town.award(award).stage
        assert stage == target, report


@pytest.mark.parametrize("name", PLACES)
def test_a_flow_moves_what_is_a_flows_and_nothing_else(name: str, open_place: Open) -> None:
    """Flows have no route: the step itself is asked, once as a flow and once as everybody."""
    place, (way, stage) = open_place(name), name.split(":")
    table = IDEA.transitions if way == "idea" else AWARD.transitions
    steps = {(row.action, row.outcome) for row in table}
    permitted = {(a, o) for w, s, a, o, r, _ in LINES if (w, s, r) == (way, stage, "FLOW")}
    with place.town.store.reading() as session:
        found = {(action, outcome or "-") for action, outcome in steps if is_a_flows(session, place, way, (action, outcome))}
    assert found == permitted


def is_a_flows(session: Session, place: RequestPlace, way: str, step: tuple[str, str | None]) -> bool:
    """Whether the table lets a flow take a step where the place is, be it that a guard still stands in its way."""
    flow = flow_actor("review")
    idea = read_context(session, place.idea, actor=flow)
    award = session.get(Award, place.award)
    context = idea if way == "idea" else AwardContext(award, idea) if award is not None else new_award(idea)
    try:
        permit(session, context, *step, actor=flow)
    except Refusal as refusal:
        return refusal.code not in GUARDS_REFUSE_OTHERWISE and not refusal.code.startswith("only_")
    return True


@pytest.mark.parametrize("stage", IdeaStage)
def test_nobody_takes_a_flows_step(stage: IdeaStage, open_place: Open, share: Callable[[int], int]) -> None:
    place = open_place(f"idea:{stage}")
    flows = {(row.action, row.outcome) for row in IDEA.transitions if row.who is None and row.action != "assign"}
    people = [(role, relation) for role, relation in ROLES_AND_RELATIONS if relation != "asked"]  # of these ideas nobody is
    everybody = [(role, relation, step) for role, relation in people for step in sorted(flows, key=str)]
    chosen = random.Random(f"{SEED}{stage}").sample(everybody, share(len(everybody)))
    before = fingerprint(place.town.store)
    for (role, relation), attempts in itertools.groupby(sorted(chosen, key=lambda c: c[:2]), key=lambda c: c[:2]):
        who = give_role(place, role, relation)
        steps = [step for _, _, step in attempts]
        if who is not None:
            assert find_codes(place, who.who, steps) <= {"only_FLOW", "idea_not_found"}, (stage, role, relation)
    assert fingerprint(place.town.store) == before


def find_codes(place: RequestPlace, who: str, steps: list[tuple[str, str | None]]) -> set[str]:
    """By what codes somebody is refused each of these steps, which no route offers; or the idea itself, to whom may not see it."""
    codes = set[str]()
    with place.town.store.unit_of_work() as session:
        actor = place.town.actor(session, who)
        try:
            context = read_context(session, place.idea, actor=actor)
        except NotFound as unseen:
            return {unseen.code}
        for step in steps:
            with pytest.raises(Refusal) as refusal:
                permit(session, context, *step, actor=actor)
            codes.add(refusal.value.code)
    return codes
