"""The OpenAPI document says the truth of every route: who may ask, what is read of a head, and everything that can be answered."""

import ast
import inspect
import re
import textwrap
from functools import lru_cache
from typing import Any

import jsonschema_rs
from fastapi.routing import APIRoute

from api.access import Head, Match
from api.app import ROUTERS
from api.contract.examples import EXAMPLES
from api.contract.operations import head_of
from api.contract.tags import TAGS
from api.problems import STATUS, name_problem
from api.sentences import catalogue
from tests.api.test_routes import PUBLIC, rows
from tests.described import described, resolve


@lru_cache
def operations() -> list[tuple[APIRoute, dict[str, Any]]]:
    """Every route of the API with what the description says of it."""
    routes = [route for part in ROUTERS for route in part.router.routes if isinstance(route, APIRoute)]
    return [(route, described()["paths"][route.path][method.lower()]) for route in routes for method in route.methods - {"HEAD"}]


def parameters(operation: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {found["name"]: found for each in operation.get("parameters", ()) for found in [resolve(each)]}


def refusals(operation: dict[str, Any]) -> dict[int, dict[str, Any]]:
    return {int(status): resolve(said) for status, said in operation["responses"].items() if int(status) >= 400}


def source(route: APIRoute) -> ast.AST:
    return ast.parse(textwrap.dedent(inspect.getsource(route.endpoint)))


def keywords(route: APIRoute) -> dict[str, ast.expr]:
    """What a route's function gives by name to whatever it calls."""
    return {word.arg: word.value for node in ast.walk(source(route)) if isinstance(node, ast.Call) for word in node.keywords if word.arg}


def test_the_document_is_openapi_3_1_and_every_reference_leads_somewhere() -> None:
    text = str(described())
    assert described()["openapi"].startswith("3.1")
    for reference in set(re.findall(r"'\$ref': '([^']+)'", text)):
        assert resolve({"$ref": reference})
    assert "HTTPValidationError" not in text
    assert "'ValidationError'" not in text


def test_who_may_ask_without_signing_in_is_said_by_the_security_scheme() -> None:
    for route, operation in operations():
        is_public = route.path.removeprefix("/api/v1") in PUBLIC
        assert operation["security"] == ([] if is_public else [{"bearer": []}])
        assert described()["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


def test_a_file_of_the_pages_is_known_by_the_cookie() -> None:
    operation = described()["paths"]["/dokumen/{document_id}"]["get"]
    assert operation["security"] == [{"cookie": []}]
    assert described()["components"]["securitySchemes"]["cookie"] | {"description": ""} == {
        "type": "apiKey",
        "in": "cookie",
        "name": "gagas_session",
        "description": "",
    }
    assert set(operation["responses"]) == {"200", "206", "303", "304", "403", "404", "416", "422", "503"}


def test_an_idempotency_key_is_a_parameter_where_it_is_needed() -> None:
    for route, operation in operations():
        needed = "POST" in route.methods and route.path.removeprefix("/api/v1") not in PUBLIC
        assert ("Idempotency-Key" in parameters(operation)) == needed
        if needed:
            assert parameters(operation)["Idempotency-Key"]["required"]


def test_if_match_is_a_parameter_where_a_version_is_compared() -> None:
    for route, operation in operations():
        given = keywords(route)
        must = given.get("must_match")
        always = isinstance(must, ast.Constant) and must.value is True
        expected = Match.REQUIRED if always else Match.ONCE_SET if must is not None else Match.READ if "match" in given else Match.NOT_READ
        assert head_of(route).match is expected
        assert ("If-Match" in parameters(operation)) == ("match" in given)
        assert (412 in refusals(operation)) == ("match" in given)
        assert (428 in refusals(operation)) == ("must_match" in given)
        if "match" in given:
            assert parameters(operation)["If-Match"]["required"] == always


def test_what_has_a_version_is_answered_with_an_etag() -> None:
    for route, operation in operations():
        done = operation["responses"][str(route.status_code or 200)]
        has_version = "version" in getattr(route.response_model, "model_fields", {}) or route.name in ("open_file", "open_attachment")
        assert ("ETag" in done.get("headers", {})) == has_version


def test_what_is_made_is_answered_with_where_it_is_read() -> None:
    made = {
        route.name: head_of(route).creates
        for route, said in operations()
        if "Location" in said["responses"].get("201", {}).get("headers", {})
    }
    assert made == {
        "add_draft": "/ideas/{id}",
        "copy_as_draft": "/ideas/{id}",
        "attach": "/ideas/{idea_id}/attachments/{id}/file",
        "add_call": "/calls/{id}",
        "add_person": "/people/{id}",
        "plan": "/ideas/{idea_id}/pilot",
        "propose": "/awards/{id}",
    }
    for place in made.values():
        (readable,) = {
            route.path for route, _ in operations() if re.sub(r"\{\w+\}", "{}", route.path) == f"/api/v1{re.sub(r'{.*?}', '{}', place)}"
        }
        assert "get" in described()["paths"][readable]


def test_every_refusal_is_a_problem_document() -> None:
    for _route, operation in operations():
        assert 503 in refusals(operation)
        for status, response in refusals(operation).items():
            assert list(response["content"]) == ["application/problem+json"]
            said = response["content"]["application/problem+json"]
            assert said["schema"] == {"$ref": "#/components/schemas/Problem"}
            assert said["example"]["status"] == status
            assert validator("Problem").is_valid(said["example"])


@lru_cache
def validator(name: str) -> Any:
    return jsonschema_rs.Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": described()["components"]})


def test_the_types_of_problems_are_those_of_the_catalogue_with_their_sentences() -> None:
    types = described()["components"]["schemas"]["ProblemType"]
    assert set(types["enum"]) == {name_problem(code) for code in catalogue()}
    assert types["x-enumDescriptions"][name_problem("wrong_stage")] == catalogue()["wrong_stage"]["en"]
    assert types["x-enumDescriptions-id"][name_problem("wrong_stage")] == catalogue()["wrong_stage"]["id"]
    assert set(types["x-enumDescriptions"]) == set(types["x-enumDescriptions-id"]) == set(types["enum"])


def test_every_status_of_a_refusal_is_told_of_somewhere() -> None:
    told = {status for _, operation in operations() for status in refusals(operation)}
    assert told == set(STATUS.values()) | {408, 413, 415, 416}


def test_every_status_in_the_table_of_access_is_told_of() -> None:
    for row in rows():
        operation = described()["paths"][f"/api/v1{row['path']}"][row["method"].lower()]
        seen = {row[who] for who in list(row)[4:]}
        assert seen <= set(operation["responses"]), f"{row['method']} {row['path']}"


def test_operations_have_short_names_that_nobody_else_has() -> None:
    names = [operation["operationId"] for _, operation in operations()]
    assert {"submit_idea", "add_draft", "verify_pilot", "approve_award", "approve_confirmation"} <= set(names)
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+){1,3}", name) for name in names), names


def test_every_operation_says_what_it_does_and_to_which_part_it_belongs() -> None:
    for route, operation in operations():
        assert operation["tags"] == route.tags
        assert operation["tags"][0] in {tag.name for tag in TAGS}
        assert 8 <= len(operation["summary"]) < 130
        assert operation["description"].startswith(operation["summary"])


def test_every_part_of_the_api_says_what_it_is_for() -> None:
    assert described()["tags"] == [{"name": tag.name, "description": tag.says} for tag in TAGS]
    assert {route.tags[0] for route, _ in operations()} | {"pages"} == {tag.name for tag in TAGS}
    assert all(len(tag.says) > 15 and tag.says.endswith(".") for tag in TAGS)


def test_a_policy_and_its_rule_book_are_described_where_they_are_put_in() -> None:
    schemas = described()["components"]["schemas"]
    for body in ("CallIn", "PolicyIn"):
        assert schemas[body]["properties"]["policy"] == {"$ref": "#/components/schemas/CallPolicy"}
    assert schemas["CallPolicy"]["properties"]["rule_book"] == {"$ref": "#/components/schemas/RuleBook"}
    assert set(schemas["RuleBook"]["required"]) == {"name", "version", "source", "tiers"}
    assert {"Section", "RubricCriterion", "GateRule", "Days", "PilotRule", "DocumentRule", "Tier"} <= set(schemas)


def test_every_body_has_an_example_that_its_model_takes() -> None:
    for _route, operation in [each for each in operations() if "requestBody" in each[1]]:
        (schema,) = (said["schema"] for said in operation["requestBody"]["content"].values())
        if schema.get("format") == "binary":  # a file
            continue
        name = schema["$ref"].rpartition("/")[2]
        (example,) = described()["components"]["schemas"][name]["examples"]
        assert example == EXAMPLES[name]
        assert validator(name).is_valid(example)


def test_a_route_without_a_head_of_its_own_reads_nothing() -> None:
    assert Head() == Head(publicly=False, match=Match.NOT_READ, throttled=False, creates="")
