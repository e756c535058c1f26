"""Before its hour an award is known to those who prepare it, and to nobody else by any way."""

import pytest
from fastapi.testclient import TestClient

from models.stages import AwardStage
from tests.asking import ask
from tests.building import Town
from workflows.recognition.letters import number_certificates

KNOW = {"secretary", "leader", "auditor"}
OTHERS = ("lead", "mate", "stranger", "head", "chair", "verifier", "owner", "operator", "admin", "reviewer1", "reviewer4")
NONE = {"awards": [], "after": None, "total": None, "total_is_exact": None}
EARLY = [AwardStage.PROPOSED, AwardStage.APPROVED, AwardStage.SCHEDULED]


@pytest.mark.parametrize("stage", EARLY)
def test_nobody_else_learns_of_an_award_before_its_hour(town: Town, client: TestClient, stage: AwardStage) -> None:
    award = town.award(town.build_award(stage))
    for who in OTHERS:
        asker = town[who]
        assert ask(client, asker, "GET /awards").json() == NONE, who
        assert ask(client, asker, f"GET /awards?call_id={award.call_id}&stage={stage}").json() == NONE, who
        assert ask(client, asker, f"GET /awards/{award.id}").status_code == 404, who
        for path in (f"/ideas/{award.idea_id}", f"/ideas/{award.idea_id}/history", "/inbox", "/documents", "/ideas"):
            text = ask(client, asker, f"GET {path}").text
            assert "award" not in text.replace('"award_id":null', ""), (who, path)
            assert award.id not in text, (who, path)
            assert "Emas" not in text, (who, path)


@pytest.mark.parametrize("stage", EARLY)
def test_those_who_prepare_it_know(town: Town, client: TestClient, stage: AwardStage) -> None:
    award = town.award(town.build_award(stage))
    for who in KNOW:
        assert [each["id"] for each in ask(client, town[who], "GET /awards").json()["awards"]] == [award.id]
        assert "award_propose" in ask(client, town[who], f"GET /ideas/{award.idea_id}/history").text


def test_at_its_hour_all_who_see_the_idea_know(town: Town, client: TestClient) -> None:
    award = town.award(town.build_award(AwardStage.ANNOUNCED))
    town.do(number_certificates, award.id, by="flow:recognition")
    for who in ("lead", "mate", "head", "chair", "verifier"):
        told = ask(client, town[who], f"GET /awards/{award.id}")
        assert (told.status_code, told.json()["distinction"]) == (200, "Emas"), who
        actions = [each["action"] for each in ask(client, town[who], f"GET /ideas/{award.idea_id}/history").json()]
        assert "award_announce" in actions
        assert not {"award_propose", "award_approve", "award_schedule"} & set(actions), who
    assert ask(client, town["stranger"], f"GET /awards/{award.id}").status_code == 404
    assert len(ask(client, town["lead"], "GET /documents?kind=certificate").json()["documents"]) == 1


def test_an_award_revoked_before_its_hour_stays_unknown(town: Town, client: TestClient) -> None:
    award = town.award(town.build_award(AwardStage.APPROVED))
    body = {"reason": "Data dukung ternyata tidak benar."}
    assert ask(client, town["leader"], f"POST /awards/{award.id}/revocation", body).status_code == 200
    later = town.award(town.build_award(AwardStage.ANNOUNCED, idea=award.idea_id))
    for who in ("lead", "chair", "admin"):
        assert ask(client, town[who], f"GET /awards/{award.id}").status_code == 404
        assert [each["id"] for each in ask(client, town[who], "GET /awards").json()["awards"]] == [later.id]
        history = ask(client, town[who], f"GET /ideas/{award.idea_id}/history").text
        assert award.id not in history
        assert "award_revoke" not in history
