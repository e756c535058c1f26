"""The category of an idea: it follows from the kind of its unit, and is fixed as the idea is submitted.

Who would cheat: somebody of a large agency who enters the contest of the villages through the API, or moves there for a day; who changes
the category of a scored idea in the database. Who errs: a call that forgets a kind of unit. An inspector finds each idea's category in its
decision and in the ledger, whatever became of its unit.
"""

from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlmodel import col, select

from models.ideas import Decision
from models.ledger import LedgerEntry
from models.stages import IdeaStage
from models.units import Unit
from tests.asking import ask
from tests.building import SECTIONS, Town
from workflows.intake.draft import draft_idea, revise_idea
from workflows.intake.submit import submit_idea, supplement_idea
from workflows.process.attest.compare import compare_rows
from workflows.process.context import IdeaContext, read_context
from workflows.process.refusals import Conflict, Invalid, Refusal
from workflows.region.people import move_person


def category(name: str, label: str, *kinds: str, **own: Any) -> dict[str, Any]:
    return {"name": name, "label": label, "label_en": name.title(), "unit_kinds": kinds, **own}


DISTRICT, VILLAGE = category("district", "Kecamatan", "district"), category("village", "Kelurahan", "urban_village")
AGENCY, OPEN = category("agency", "Perangkat Daerah", "agency", "city"), category("open", "Umum")


def draft(town: Town, call: str, who: str = "lead", **changes: Any) -> str:
    """A draft of somebody who stands alone."""
    return str(town.do(draft_idea, call, town.proposal(team=(), **changes), by=who).idea.id)


def refused(town: Town, act: Any, *values: Any, by: str = "lead") -> tuple[str, str | None]:
    with pytest.raises(Refusal) as refusal:
        town.do(act, *values, by=by)
    return refusal.value.code, refusal.value.field


def read(town: Town, idea: str) -> IdeaContext:
    with town.store.reading() as session:
        return read_context(session, idea, actor=town.actor(session, "flow:review"))


@pytest.mark.parametrize(("who", "expected"), [("lead", "village"), ("operator", "district"), ("walker", "agency"), ("auditor", "agency")])
def test_the_category_follows_from_the_kind_of_the_unit(either_town: Town, who: str, expected: str) -> None:
    town = either_town
    idea = draft(town, town.build_call(categories=[DISTRICT, VILLAGE, AGENCY]), who)
    assert town.idea(idea).category == ""
    town.do(submit_idea, idea, by=who)
    assert town.idea(idea).category == expected
    (decision,) = town.rows(select(Decision).where(Decision.idea_id == idea, Decision.action == "submit"))
    assert decision.detail["category"] == expected
    (fact,) = town.rows(select(LedgerEntry.payload).where(LedgerEntry.idea_id == idea, LedgerEntry.kind == "idea.submit"))
    assert fact["detail"]["commits"]["idea"][idea]["category"] == [expected]


def test_a_call_without_categories_says_nothing_of_any(town: Town) -> None:
    idea = draft(town, town.call)
    town.do(submit_idea, idea, by="lead")
    (decision,) = town.rows(select(Decision).where(Decision.idea_id == idea, Decision.action == "submit"))
    assert (town.idea(idea).category, decision.detail) == ("", {})


def test_where_no_category_is_for_its_unit_an_idea_is_only_drafted(town: Town) -> None:
    idea = draft(town, town.build_call(categories=[DISTRICT, VILLAGE]), "walker")
    with pytest.raises(Conflict, match="no_category_fits") as refusal:
        town.do(submit_idea, idea, by="walker")
    assert refusal.value.parameters == {"given": "Kecamatan, Kelurahan"}
    assert town.idea(idea).stage == IdeaStage.DRAFT


def test_among_several_that_fit_the_proposer_chooses(town: Town) -> None:
    call = town.build_call(categories=[VILLAGE, OPEN])
    idea = draft(town, call)
    assert refused(town, submit_idea, idea) == ("category_missing", "category")
    town.do(revise_idea, idea, town.proposal(team=(), category="open"), by="lead")
    town.do(submit_idea, idea, by="lead")
    assert town.idea(idea).category == "open"
    elsewhere = draft(town, call, "walker")
    town.do(submit_idea, elsewhere, by="walker")
    assert town.idea(elsewhere).category == "open", "nobody is asked where there is no choice"


def test_what_is_missing_is_said_beside_the_sections(town: Town) -> None:
    idea = draft(town, town.build_call(categories=[VILLAGE, OPEN]), sections={**SECTIONS, "idea": "Satu."})
    with pytest.raises(Invalid) as refusal:
        town.do(submit_idea, idea, by="lead")
    assert {part.code for part in refusal.value.parts} == {"section_too_short", "category_missing"}


@pytest.mark.parametrize(
    ("categories", "given", "code"),
    [
        ([AGENCY, VILLAGE], "village", "category_not_for_unit"),
        ([AGENCY, VILLAGE], "kelurahan", "category_unknown"),
        ([DISTRICT, VILLAGE], "village", "category_not_for_unit"),
        ([], "village", "category_unknown"),
    ],
)
def test_somebody_of_an_agency_does_not_enter_an_easier_category_by_the_api(
    town: Town, client: TestClient, categories: list[dict[str, Any]], given: str, code: str
) -> None:
    call = town.build_call(categories=categories)
    body = {"call_id": call, "title": "Antrean daring dinas", "sections": SECTIONS, "category": given}
    answer = ask(client, town["walker"], "POST /ideas", body)
    assert (answer.status_code, answer.json()["type"]) == (422, f"urn:gagas:problem:{code}")
    idea = draft(town, call, "walker")
    version = ask(client, town["walker"], f"GET /ideas/{idea}").headers["etag"]
    del body["call_id"]
    answer = ask(client, town["walker"], f"PUT /ideas/{idea}", body, if_match=version)
    assert (answer.status_code, answer.json()["type"]) == (422, f"urn:gagas:problem:{code}")


def test_who_moves_between_draft_and_submission_takes_no_idea_along(town: Town) -> None:
    """The idea stays that of the unit for which it was drafted, whose head permits it."""
    call = town.build_call(categories=[AGENCY, VILLAGE])
    of_agency, of_village = draft(town, call, "walker"), draft(town, call)
    town.do(move_person, town["walker"].id, "MALEBER", by="admin")
    town.do(move_person, town["lead"].id, "DISDIK", by="admin")
    town.do(submit_idea, of_agency, by="walker")
    town.do(submit_idea, of_village, by="lead")
    assert [town.idea(idea).category for idea in (of_agency, of_village)] == ["agency", "village"]


def change_kind(town: Town, code: str, kind: str) -> None:
    """As an import of units does."""
    with town.store.unit_of_work() as session:
        session.execute(sa.update(Unit).where(col(Unit.code) == code).values(kind=kind))


def test_what_becomes_of_the_unit_afterwards_changes_nothing(town: Town) -> None:
    call = town.build_call(categories=[DISTRICT, VILLAGE])
    before, after = draft(town, call), draft(town, call, title="Antrean kedua")
    town.do(submit_idea, before, by="lead")
    change_kind(town, "MALEBER", "district")
    town.do(submit_idea, after, by="lead")
    assert [town.idea(idea).category for idea in (before, after)] == ["village", "district"]


def test_a_choice_that_no_longer_fits_the_unit_counts_no_more(town: Town) -> None:
    call = town.build_call(categories=[VILLAGE, OPEN])
    idea = draft(town, call, category="village")
    change_kind(town, "MALEBER", "agency")
    town.do(submit_idea, idea, by="lead")
    assert town.idea(idea).category == "open"


def test_a_supplement_does_not_change_it(town: Town) -> None:
    idea = town.build_returned("title", call=town.build_call(categories=[VILLAGE, OPEN]), category="village", team=())
    other = town.proposal(team=(), category="open")
    assert refused(town, revise_idea, idea, other) == ("category_fixed", "category")
    assert refused(town, supplement_idea, idea, other) == ("category_fixed", "category")
    sections = {**SECTIONS, "idea": "Antrean daring dengan biaya yang dihitung."}
    town.do(supplement_idea, idea, town.proposal(team=(), category="village", sections=sections), by="lead")
    assert (town.idea(idea).category, town.idea(idea).stage) == ("village", IdeaStage.SCREENING)


def test_an_idea_is_held_to_what_its_category_has_of_its_own(town: Town) -> None:
    rubric = [{"name": "reach", "label": "Jangkauan", "label_en": "Reach", "weight": 100}]
    tiers = [{"name": "first", "label": "Juara I", "minimum_score": "90", "amount_rupiah": 3}]
    own = {**VILLAGE, "rubric": rubric, "pass_mark": 55, "tiers": tiers}
    call = town.build_call(categories=[own, OPEN])
    village, open_one = (town.build_idea(IdeaStage.SUBMITTED, call=call, category=name, team=()) for name in ("village", "open"))
    assert [each.name for each in read(town, village).policy.rubric] == ["reach"]
    assert (read(town, village).policy.pass_mark, read(town, village).policy.rule_book["tiers"]) == (55, tiers)
    assert [each.name for each in read(town, open_one).policy.rubric] == ["novelty", "impact"]
    assert (read(town, open_one).policy.pass_mark, len(read(town, open_one).policy.rule_book["tiers"])) == (60, 2)


@pytest.mark.parametrize("stage", [IdeaStage.DRAFT, IdeaStage.SUBMITTED, IdeaStage.IN_REVIEW])
def test_a_category_that_sql_changed_is_found_and_its_row_named(either_town: Town, stage: IdeaStage) -> None:
    town = either_town
    call = town.build_call(categories=[VILLAGE, OPEN])
    idea, plain = town.build_idea(stage, call=call, category="village", team=()), town.build_idea(stage, team=())
    with town.store.reading() as session:
        assert compare_rows(session).differences == []
    for changed in (idea, plain):
        with town.store.unit_of_work() as session:
            session.execute(sa.text("UPDATE idea SET category = 'open' WHERE id = :id"), {"id": changed})
    with town.store.reading() as session:
        found = compare_rows(session).differences
    assert {(each.table, each.id, each.field) for each in found} == {("idea", changed, "category") for changed in (idea, plain)}


@pytest.mark.parametrize("own", [False, True], ids=["the call's criteria", "criteria of its own"])
def test_a_blind_reviewer_is_told_the_category_only_by_its_own_criteria(town: Town, client: TestClient, own: bool) -> None:
    """It may be that of a single unit; whoever judges by criteria of its own knows it anyway, and must know by which."""
    rubric = [{"name": "reach", "label": "Jangkauan", "label_en": "Reach", "weight": 100}] if own else []
    call = town.build_call(categories=[{**VILLAGE, "rubric": rubric}, OPEN])
    idea = town.build_idea(IdeaStage.IN_REVIEW, call=call, category="village", team=())
    judge = town.reviewers(idea)[0]
    assert ask(client, town[judge], f"GET /ideas/{idea}").json()["category"] == ("village" if own else None)
    assert ask(client, town[judge], "GET /ideas").json()["ideas"][0]["category"] is None
    assert "village" not in ask(client, town[judge], f"GET /ideas/{idea}/history").text
    for who in ("secretary", "lead"):
        assert ask(client, town[who], f"GET /ideas/{idea}").json()["category"] == "village"
        assert ask(client, town[who], "GET /ideas").json()["ideas"][0]["category"] == "village"
