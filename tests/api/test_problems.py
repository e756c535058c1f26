"""Bad input: every kind gets its own stable problem, in Indonesian and in English, with the right field, and changes nothing."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models.reviews import Review
from models.stages import AwardStage, IdeaStage
from tests.api.wrong import CASES, Case
from tests.asking import ask, check_problem
from tests.building import POLICY, SECTIONS, Shelf, Town
from tests.unchanged import Watch, fingerprint, watch
from workflows.region.codes import renew_activation
from workflows.review.assign import assign_reviewer

LANGUAGES = ("id", "en")
STAGES = ("draft", "submitted", "screening", "in_review", "shortlisted", "recommended", "determined", "in_pilot", "pilot_reported")


@dataclass(frozen=True)
class Scene:
    """A town with an idea in every stage that the cases speak of."""

    town: Town
    names: dict[str, str] = field(default_factory=dict)

    def fill(self, value: Any) -> Any:
        """A case's text with the scene's ids in place of `<draft>`, `<call>`, …"""
        if isinstance(value, str | bytes):
            for name, found in self.names.items():
                value = value.replace(f"<{name}>", found) if isinstance(value, str) else value.replace(f"<{name}>".encode(), found.encode())
            return value
        if isinstance(value, dict):
            return {self.fill(key): self.fill(inner) for key, inner in value.items()}
        return [self.fill(inner) for inner in value] if isinstance(value, list) else value


@pytest.fixture
def scene(shelf: Shelf) -> Scene:
    if not shelf.has("problems"):
        town = shelf.open_town()
        names = {"call": town.call, "approved": town.build_award(AwardStage.APPROVED)}
        for stage in STAGES:
            names[stage] = town.build_idea(IdeaStage(stage))
        if town["reviewer1"].id not in town.rows(select(Review.reviewer_id).where(Review.idea_id == names["in_review"])):
            town.do(assign_reviewer, names["in_review"], town["reviewer1"].id, by="secretary")
        names["short"] = town.build_idea(IdeaStage.DRAFT, sections={"background": "satu dua tiga"})
        names["code"] = town.do(renew_activation, town["walker"].id, by="admin").code
        shelf.put_aside("problems")
        NAMES.update(names, owner=town["owner"].id, mate=town["mate"].id, lead=town["lead"].number, mate_number=town["mate"].number)
        NAMES["walker"] = town["walker"].number
    return Scene(shelf.open_town("problems"), NAMES)


NAMES: dict[str, str] = {}


@pytest.fixture
def watching(scene: Scene) -> Any:
    with watch(scene.town.store) as watching:
        yield watching


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_wrong_input_gets_its_own_problem_and_changes_nothing(
    case: Case, scene: Scene, watching: Watch, client: TestClient, shelf: Shelf
) -> None:
    before, details = fingerprint(shelf.store), set()
    who = scene.town[case.who] if case.who else None
    for language in LANGUAGES:
        answer = ask(client, who, scene.fill(case.wanted), scene.fill(case.body), **{"accept_language": language, **case.headers})
        said = check_problem(answer, case.status, case.code, language=language)
        assert said["field"] == case.at
        details.add(said["detail"])
    assert len(details) == len(LANGUAGES), "both languages say the same"
    if case.code not in ("sign_in_wrong", "activation_code_invalid"):  # a failed try is counted
        assert not watching.has_seen_a_change()
        assert fingerprint(shelf.store) == before


def test_every_case_has_a_name_of_its_own() -> None:
    assert len({case.name for case in CASES}) == len(CASES)


def test_a_body_too_large_is_refused_even_in_pieces_without_a_length(scene: Scene, client: TestClient) -> None:
    def pieces() -> Any:
        for _ in range(30):
            yield b" " * 50_000

    answer = ask(client, scene.town["lead"], "POST /ideas", b" " * 1_000_001, accept_language="en")
    assert check_problem(answer, 413, "body_too_large", language="en")["parameters"] == {"maximum": 1_000_000}
    answer = client.post("/api/v1/ideas", content=pieces(), headers={"accept-language": "id", **scene.town["lead"].headers})
    check_problem(answer, 413, "body_too_large", language="id")


def test_a_key_used_for_another_body_is_refused(scene: Scene, client: TestClient) -> None:
    body = {"call_id": scene.names["call"], "title": "Kunci", "sections": SECTIONS}
    assert ask(client, scene.town["lead"], "POST /ideas", body, idempotency_key="k1").status_code == 201
    answer = ask(client, scene.town["lead"], "POST /ideas", {**body, "title": "Lain"}, idempotency_key="k1", accept_language="en")
    assert check_problem(answer, 422, "idempotency_key_reused", language="en")["field"] == "Idempotency-Key"


def test_too_many_sign_ins_must_wait(scene: Scene, client: TestClient) -> None:
    body = {"employee_number": scene.town["mate"].number, "password": "bukan yang ini"}
    statuses = [ask(client, None, "POST /tokens", body).status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]
    answer = ask(client, None, "POST /tokens", body, accept_language="en")
    check_problem(answer, 429, "too_many_sign_ins", language="en")
    assert int(answer.headers["retry-after"]) > 0


def test_who_is_not_signed_in_is_told_how(scene: Scene, client: TestClient) -> None:
    for headers in ({}, {"authorization": "Bearer x"}, {"authorization": "Basic eDp5"}, {"authorization": "Bearer "}):
        answer = ask(client, None, "GET /me", **headers)
        check_problem(answer, 401, "sign_in_needed", language="id")
        assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("header", "language"), [("en-GB,en;q=0.9", "en"), ("de,en", "en"), ("fr", "id"), ("", "id"), ("ID", "id"), ("*", "id")]
)
def test_the_first_language_that_we_speak_is_taken(scene: Scene, client: TestClient, header: str, language: str) -> None:
    answer = ask(client, scene.town["lead"], "GET /ideas/x", accept_language=header)
    check_problem(answer, 404, "idea_not_found", language=language)


@pytest.mark.parametrize(
    ("wanted", "body"),
    [
        ("GET /ideas/%00", None),
        ("GET /ideas?call_id=%00", None),
        ("GET /units?kind=%00", None),
        ("GET /awards?call_id=%00", None),
        ("GET /verification/%00", None),
        ("POST /ideas", {"call_id": "\0", "title": "x"}),
        ("POST /units", {"code": "X", "name": "x", "kind": "agency", "parent_code": "\0"}),
        ("POST /people/%00/roles", {"role": "chair", "unit_code": "KOTA"}),
        ("POST /ideas/%00/gates/%00", {}),
    ],
)
def test_a_nul_never_becomes_a_fault_on_either_database(either_town: Town, client: TestClient, wanted: str, body: Any) -> None:
    held = client.app.state.database  # type: ignore[attr-defined]
    client.app.state.database = either_town.store  # type: ignore[attr-defined]
    try:
        answer = ask(client, either_town["admin"], wanted, body)
    finally:
        client.app.state.database = held  # type: ignore[attr-defined]
    assert answer.status_code in (200, 404, 422), answer.text
    if answer.status_code == 200:
        assert answer.json() == [] or [rows for rows in answer.json().values() if rows] == []


def test_a_policy_is_refused_with_the_place_of_its_first_fault(scene: Scene, client: TestClient) -> None:
    for change, place in (
        ({"rubric": [{**POLICY["rubric"][0], "weight": "1e-999999"}]}, "policy.rubric.0.weight"),
        ({"rubric": [{**POLICY["rubric"][0], "maximum": "1e999999"}]}, "policy.rubric.0.maximum"),
        ({"pilot": {"maximum_days": 10**12}}, "policy.pilot.maximum_days"),
        ({"rule_book": {**POLICY["rule_book"], "kind": "gift"}}, "policy.rule_book.kind"),
        ({"gates": [{"name": "A", "label": "a", "label_en": "a", "stage": "screening", "role": "chair"}]}, "policy.gates.0.name"),
        ({"sections": []}, "policy.sections"),
        ({"colour": "red"}, "policy.colour"),
    ):
        answer = ask(client, scene.town["secretary"], f"POST /calls/{scene.names['call']}/policies", {"policy": {**POLICY, **change}})
        assert check_problem(answer, 422, "policy_invalid", language="id")["field"] == place


def test_a_policy_that_contradicts_the_process_is_refused_with_everything_that_does(scene: Scene, client: TestClient) -> None:
    gate = {"name": "hearing", "label": "Dengar pendapat", "label_en": "Hearing", "stage": "nowhere", "role": "operator"}
    body = {"policy": {**POLICY, "gates": [gate], "movers": {"score": "chair"}}}
    for language in ("id", "en"):
        path = f"POST /calls/{scene.names['call']}/policies"
        problem = check_problem(
            ask(client, scene.town["secretary"], path, body, accept_language=language), 422, "policy_stage_unknown", language=language
        )
        assert problem["field"] == "policy.gates.0.stage"
        assert [(each["code"], each["field"]) for each in problem["errors"]] == [
            ("policy_stage_unknown", "policy.gates.0.stage"),
            ("policy_role_cannot_act", "policy.gates.0.role"),
            ("policy_action_without_office", "policy.movers.score"),
        ]


def test_of_several_faults_of_a_policy_each_says_the_limit_that_it_breaks(scene: Scene, client: TestClient) -> None:
    body = {"policy": {**POLICY, "rubric": [{**POLICY["rubric"][0], "weight": "0"}, *POLICY["rubric"][1:]], "pilot": {"maximum_days": 0}}}
    answer = ask(client, scene.town["secretary"], f"POST /calls/{scene.names['call']}/policies", body)
    problem = check_problem(answer, 422, "policy_invalid", language="id")
    assert [(each["field"], each["parameters"]) for each in problem["errors"]] == [
        ("policy.rubric.0.weight", {"problem": "number_out_of_range", "minimum": "0", "limit": "0"}),
        ("policy.pilot.maximum_days", {"problem": "number_out_of_range", "minimum": 1, "limit": 1}),
    ]
