"""Pages on which an idea is handed to another call: offered, accepted and agreed to without a script, and told in its history."""

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models.stages import IdeaStage
from models.transfers import IdeaTransfer
from tests.api.pages.browsing import open_browser, send
from tests.asking import ask
from tests.building import Town
from tests.workflows.intake.transferred import WHY, build_elsewhere

pytestmark = pytest.mark.slow


def test_the_pages_offer_accept_and_agree_without_a_script_and_history_tells_it(town: Town) -> None:
    other = build_elsewhere(town, sections=[{"name": "idea", "label": "Gagasan", "label_en": "Idea"}])
    idea = town.build_idea(IdeaStage.SCREENING)
    page, to = f"/usulan/{idea}", f"/usulan/{idea}/pengalihan"
    short = send(open_browser(town, "secretary"), page, to, call_id=other, reason="Salah alamat")
    assert (short.status_code, 'id="transfer-reason-error"' in short.text) == (422, True)
    assert (
        send(open_browser(town, "secretary"), page, to, call_id=other, reason=WHY).headers["location"] == "/pengalihan?ok=transfer_offered"
    )
    (offered,) = town.rows(select(IdeaTransfer.id))
    for who, do in (("walker", "accept"), ("mate", "agree"), ("lead", "agree")):
        browser = open_browser(town, who)
        assert 'href="/pengalihan"' in browser.get("/kotak-masuk").text
        assert send(browser, "/pengalihan", f"/pengalihan/{offered}", do="").status_code == 422
        assert send(browser, "/pengalihan", f"/pengalihan/{offered}", do=do).status_code == 303
    assert town.idea(idea).call_id == other
    told = ask(TestClient(town.app), town["mate"], f"GET /ideas/{idea}/history").json()
    assert [(each["action"], each["by"]) for each in told][-3:] == [
        ("offer_transfer", town["secretary"].name),
        ("accept_transfer", town["walker"].name),
        ("transfer", "intake"),
    ]
    assert "Warga menunggu lama di loket" in open_browser(town, "lead").get(page).text, "what that call does not ask is not lost"
