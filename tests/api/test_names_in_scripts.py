"""A name that no packaged font can draw is refused where it is entered, by API and page, with the character that is at fault."""

import pytest
from fastapi.testclient import TestClient

from models.stages import IdeaStage
from tests.api.pages.browsing import open_browser, send
from tests.asking import ask, check_problem
from tests.building import SECTIONS, Town

pytestmark = pytest.mark.slow

REFUSED = {"Chinese": ("山田", "山 (U+5C71)"), "emoji": ("Siti 😀", "😀 (U+1F600)"), "Thai": ("สมชาย", "ส (U+0E2A)")}
DRAWN = ("ꦱꦶꦠꦶ ꦤꦸꦂꦲꦪꦠꦶ", "ᮃᮞᮦᮕ᮪", "محمّد حسن", "Zoe\u0308 Nguyễn")
PERSON = {"employee_number": "199005052015012777", "kind": "pns", "unit_code": "MALEBER"}


@pytest.mark.parametrize(("name", "told"), REFUSED.values(), ids=REFUSED)
def test_a_name_that_cannot_be_drawn_is_refused_with_its_character(town: Town, client: TestClient, name: str, told: str) -> None:
    bodies = {
        "POST /people": ("operator", {**PERSON, "name": name}),
        "POST /units": ("admin", {"code": "BARU", "name": name, "kind": "agency", "parent_code": "KOTA"}),
        "POST /ideas": ("lead", {"call_id": town.call, "title": name, "sections": SECTIONS}),
    }
    for wanted, (who, body) in bodies.items():
        for language in ("id", "en"):
            problem = check_problem(
                ask(client, town[who], wanted, body, accept_language=language), 422, "unprintable_characters", language=language
            )
            assert told in problem["detail"], wanted
    answer = send(open_browser(town, "operator"), "/pegawai", "/pegawai", **PERSON, name=name)
    assert answer.status_code == 422
    assert f"Karakter {told} tidak dapat dicetak" in answer.text


def test_a_reason_that_the_rejection_letter_would_print_as_boxes_is_refused(town: Town, client: TestClient) -> None:
    refused = {"outcome": "refused", "reason": "Belum layak, mohon dilengkapi dulu ✓"}
    asked = town.build_idea(IdeaStage.AWAITING_PERMISSION)
    answer = ask(client, town["head"], f"POST /ideas/{asked}/steps/permit", refused, accept_language="id")
    problem = check_problem(answer, 422, "unprintable_characters", language="id")
    assert "Karakter ✓ (U+2713) tidak dapat dicetak" in problem["detail"]


@pytest.mark.parametrize("name", DRAWN, ids=ascii)
def test_a_name_that_can_be_drawn_is_taken(town: Town, client: TestClient, name: str) -> None:
    assert ask(client, town["operator"], "POST /people", {**PERSON, "name": name}).status_code == 201
