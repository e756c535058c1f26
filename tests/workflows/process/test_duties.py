"""Who must be somebody else: the pairs of duties as a person wrote them down, and what they come to.

Who would cheat: a secretary who is also the leader, a head who would rather do it all alone, a reviewer who becomes chair. Who would
err: the civil servant of a small office who holds every role. What an inspector expects: four people behind whatever is paid.
"""

import ast
import csv
import itertools
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.clock_rules import Silence
from models.policy import Policy
from tests.building import POLICY
from workflows.process.check import check_policy
from workflows.process.duties import BESIDE, CLAIM, FORMER, LOOSENABLE, STEPS, find_duty, must_differ, pair_of, read_duties
from workflows.process.reach import walk
from workflows.process.ways import AWARD, DOCUMENT, IDEA, Way

HERE = Path(__file__).parent
BY_HAND = list(csv.DictReader((HERE / "pairs.csv").read_text().splitlines()))
STRICT = Policy.model_validate(POLICY)
LOOSEST = Policy.model_validate({**POLICY, "loosened": LOOSENABLE})
NEVER = [("score", "recommend"), ("recommend", "determine"), ("own", "verify"), ("propose_award", "approve")]
FOUR = 4


def test_the_pairs_are_those_that_a_person_wrote_down() -> None:
    duties = (*STEPS, *BESIDE, FORMER, CLAIM)
    assert len(BY_HAND) == len(list(itertools.combinations(duties, 2)))
    written = {pair_of(line["one"], line["other"]): line["differ"] for line in BY_HAND}
    assert {pair_of(*pair): _say_when(*pair) for pair in itertools.combinations(duties, 2)} == written


def _say_when(one: str, other: str) -> str:
    """When two duties must differ, as the program has it, in whichever order it is asked."""
    asked = [[must_differ(*pair, policy) for policy in (STRICT, LOOSEST)] for pair in ((one, other), (other, one))]
    assert asked[0] == asked[1], "it is the same pair whichever is named first"
    return {(True, True): "always", (True, False): "unless_loosened", (False, False): "no"}[asked[0][0], asked[0][1]]


def test_the_steps_of_each_duty_are_those_that_a_person_wrote_down() -> None:
    lines = csv.DictReader((HERE / "duties.csv").read_text().splitlines())
    assert {line["duty"]: line["steps"] for line in lines} == {duty: " ".join(steps) or "-" for duty, steps in STEPS.items()}


@pytest.mark.parametrize("pair", NEVER, ids="+".join)
def test_no_policy_brings_these_together(pair: tuple[str, str]) -> None:
    assert must_differ(*pair, LOOSEST)
    wilful = Policy.model_validate({**POLICY, "loosened": [pair]})
    assert must_differ(*pair, wilful), "even where a policy that nobody checked says so"
    assert [found.code for found in check_policy(wilful, IDEA, AWARD, DOCUMENT)] == ["policy_pair_not_loosened"]


def test_whatever_pair_a_policy_names_only_those_of_the_list_are_loosened() -> None:
    """Also by a policy that nobody checked, and whichever of the two it names first."""
    for pair in itertools.permutations((*STEPS, *BESIDE, FORMER, CLAIM), 2):
        wilful = Policy.model_validate({**POLICY, "loosened": [pair]})
        assert must_differ(*pair, wilful) == (must_differ(*pair, STRICT) and pair_of(*pair) not in LOOSENABLE), pair


def test_who_claims_a_determined_idea_says_nothing_of_what_comes_of_it_and_may_do_all_else() -> None:
    apart = {duty for duty in (*STEPS, *BESIDE, FORMER, CLAIM) if must_differ(CLAIM, duty, LOOSEST)}
    assert apart == {duty for duty in STEPS if must_differ(duty, CLAIM, LOOSEST)} == {"verify", "propose_award", "approve"}


def test_every_step_of_a_duty_by_a_person_asks_whether_they_have_another() -> None:
    for way in (IDEA, AWARD, DOCUMENT):
        for each in way.transitions:
            fulfils = each.who is not None and way.name != "document" and find_duty(way.name, each.action) is not None
            assert ("apart" in each.guards) == fulfils, (way.name, each.stage, each.action)
    known = {each.action for each in IDEA.transitions} | {f"award_{each.action}" for each in AWARD.transitions}
    assert {step for steps in STEPS.values() for step in steps} <= known


def test_a_word_that_says_nothing_of_a_pair_stops_the_program_at_its_start() -> None:
    with pytest.raises(ValueError, match="seldom is no word"):
        read_duties("duty steps propose\npropose - .\npermit permit seldom".replace(".", "-"))


@pytest.mark.parametrize("loosened", [subset for n in range(len(LOOSENABLE) + 1) for subset in itertools.combinations(LOOSENABLE, n)])
def test_at_least_four_people_stand_behind_every_rupiah_whatever_a_policy_loosens(loosened: tuple[tuple[str, str], ...]) -> None:
    """The least number of people who bring an idea to an approved award, by any way and from any stage that a policy leaves."""
    fewest = []
    permissions = [{"permission": False}, *({"on_silence": meaning} for meaning in Silence)]
    for entry, permission in itertools.product(("new", "in_use"), permissions):
        policy = Policy.model_validate({**POLICY, "entry": entry, "loosened": loosened, **permission})
        for done in duties_of_awards(IDEA, policy):
            fewest.append(fewest_people([*sorted(done), "approve"], policy))
    assert min(fewest) == FOUR


def duties_of_awards(way: Way, policy: Policy) -> set[frozenset[str]]:
    """The duties that were done by the time an idea comes to a scored stage, on each way there; any such stage may be one to award from."""
    reach = walk(way, policy)
    ahead = deque((place, frozenset({"propose"})) for place in reach.at("draft"))
    seen = set(ahead)
    while ahead:
        place, done = ahead.popleft()
        for step, to in reach.places[place]:
            more = {find_duty("idea", step.action)} - {None} if step.who is not None else set()
            more |= {"score"} if step.action == "close_review" else {"own"} if step.action == "start_pilot" else set()
            then = (to, done | frozenset(str(each) for each in more))
            if then not in seen:
                seen.add(then)
                ahead.append(then)
    return {done for place, done in seen if place.at_mark is not None}


def fewest_people(duties: list[str], policy: Policy) -> int:
    """The least number of people among whom these duties can be shared, by trying."""

    def share(left: list[str], people: list[list[str]]) -> Iterator[int]:
        if not left:
            yield len(people)
            return
        duty, rest = left[0], left[1:]
        for place, borne in enumerate(people):
            if not any(must_differ(duty, each, policy) for each in borne):
                yield from share(rest, [*people[:place], [*borne, duty], *people[place + 1 :]])
        yield from share(rest, [*people, [duty]])

    return min(share(duties, []))


def test_no_command_takes_a_step_of_any_duty() -> None:
    """Whoever runs the server brings in ideas, and decides nothing: these are all actions of a stage that any command knows."""
    stages = tuple(f"workflows.{stage}" for stage in ("intake", "review", "pilot", "reward"))
    imported = set()
    for file in Path("api/cli").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith(stages):
                imported |= {each.name for each in node.names}
            assert not (isinstance(node, ast.Import) and any(each.name.startswith(stages) for each in node.names)), file
    past = {"NamedFile", "check_past", "import_past", "index_lagging_past"}  # a file of earlier years: no idea is in any stage by it
    assert imported == {"NamedSheet", "check_ideas", "import_ideas", "index_lagging"} | past
