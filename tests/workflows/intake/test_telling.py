"""Words that tell who proposes are shown to the secretariat before a blind review, and only there.

Who errs: a proposer who writes "di Kelurahan Maleber" out of habit. The hint decides nothing; the secretariat returns the idea or does not.
"""

import pytest
from fastapi.testclient import TestClient

from models.stages import IdeaStage
from tests.building import SECTIONS, Town
from workflows.intake.telling import list_telling_words
from workflows.process.actors import flow_actor
from workflows.process.context import read_context

UNIT = "Kelurahan Maleber"


def words(town: Town, text: str, **policy: object) -> list[str]:
    idea = town.build_idea(IdeaStage.SCREENING, call=town.build_call(**policy), sections={**SECTIONS, "background": text})
    with town.store.reading() as session:
        return list_telling_words(read_context(session, idea, actor=flow_actor("intake")), UNIT)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Warga menunggu lama di loket.", []),
        ("Ditulis oleh ibu wulandari dari kelurahan.", ["Wulandari"]),
        ("Warga Kelurahan Maleber menunggu lama.", ["Kelurahan Maleber", "Maleber"]),
        ("Pak Gambiranom di Ciroyom tahu sebabnya.", ["Gambiranom", "Ciroyom"]),
        ("Malebering bukan nama tempat ini.", []),
    ],
)
def test_names_of_people_and_units_are_found_as_whole_words(town: Town, text: str, found: list[str]) -> None:
    assert words(town, text) == found


def test_a_call_that_is_not_blind_warns_of_nothing(town: Town) -> None:
    assert words(town, "Warga Kelurahan Maleber menunggu lama.", blind=False) == []


def test_the_secretariat_is_warned_on_the_page_where_it_screens(town: Town, client: TestClient) -> None:
    idea = town.build_idea(IdeaStage.SCREENING, title="Antrean daring di Maleber")
    browsers = {who: TestClient(client.app, cookies={"gagas_session": town[who].token}) for who in ("secretary", "lead")}
    shown = {who: browser.get(f"/usulan/{idea}").text for who, browser in browsers.items()}
    assert "Naskah ini menyebut Maleber" in shown["secretary"]
    assert "Naskah ini menyebut" not in shown["lead"]
