"""Pages of the adoption watch, without a script: who is told files, another official decides, both ideas tell of it; and reopening."""

import pytest

from models.stages import IdeaStage
from tests.api.pages.browsing import open_browser, send
from tests.building import Town
from tests.workflows.intake.claiming import BECAUSE, NEAR, WHY, build_pair, build_told, state_of
from workflows.intake.claims import file_claim

pytestmark = pytest.mark.slow


def test_who_is_told_files_another_official_decides_and_both_ideas_tell_of_it(town: Town) -> None:
    first, adopted, claim = build_told(town)
    award = town.build_award(idea=_rolled_out(town, adopted))
    proposer, leader, to = open_browser(town, "operator"), open_browser(town, "leader"), f"/klaim/{claim}"
    assert "Klaim yang menunggu Anda: 1" in proposer.get("/kotak-masuk").text
    page = proposer.get(f"/usulan/{first}").text
    assert "disimpan dan dipantau sampai" in page
    assert NEAR["title"] not in page + proposer.get("/klaim").text, "the idea is another unit's"
    refused = send(proposer, "/klaim", to, reason="Punya saya.", do="file")
    assert (refused.status_code, "Punya saya." in refused.text) == (422, True)
    assert send(proposer, "/klaim", to, reason=WHY, do="file").headers["location"].startswith("/klaim")
    assert "Klaim yang menunggu" not in proposer.get("/kotak-masuk").text
    assert "Klaim atas inovasi ini yang menunggu keputusan: 1" in open_browser(town, "secretary").get(f"/penghargaan/{award}").text
    assert "Klaim yang menunggu Anda: 1" in leader.get("/kotak-masuk").text
    shown = leader.get("/klaim").text
    assert all(said in shown for said in (NEAR["title"], WHY, "Kabulkan klaim", "Kemiripan"))
    assert send(leader, "/klaim", to, reason="Ya.", do="uphold").status_code == 422
    assert send(leader, "/klaim", to, reason=BECAUSE, do="uphold").status_code == 303
    assert state_of(town, claim) == "claim_upheld"
    assert BECAUSE in proposer.get("/klaim").text
    name = f"lebih dahulu diusulkan oleh {town['operator'].name}"
    for who, place in (("lead", f"/usulan/{adopted}"), ("leader", f"/penghargaan/{award}"), ("auditor", f"/usulan/{adopted}")):
        assert name in open_browser(town, who).get(place).text, (who, place)
    assert "Klaim diputuskan: Dikabulkan" in proposer.get(f"/usulan/{first}").text


def _rolled_out(town: Town, idea: str) -> str:
    town.take(idea, "plan_pilot", "start_pilot", "measure", "conclude", "compute_result", "verify roll_out")
    return idea


def test_a_lead_claims_nothing_or_an_innovation_by_its_code(town: Town) -> None:
    first, _adopted, claim = build_told(town)
    proposer = open_browser(town, "operator")
    assert send(proposer, "/klaim", f"/klaim/{claim}", reason="", do="withdraw").status_code == 303
    assert state_of(town, claim) == "claim_withdrawn"
    refused = send(proposer, f"/usulan/{first}", f"/usulan/{first}/klaim", adopted="IDE-1999-000001", reason=WHY)
    assert (refused.status_code, "Tidak ada inovasi yang ditetapkan dengan kode ini" in refused.text) == (422, True)
    assert "Ajukan klaim atas inovasi lain" not in open_browser(town, "secretary").get(f"/usulan/{first}").text


def test_the_secretariat_reopens_on_the_ideas_page_and_who_rejected_is_offered_nothing(town: Town) -> None:
    idea, _adopted = build_pair(town)
    secretary, to = open_browser(town, "secretary"), f"/usulan/{idea}/buka-kembali"
    assert send(secretary, f"/usulan/{idea}", to, reason="Berubah.").status_code == 422
    assert send(secretary, f"/usulan/{idea}", to, reason="Aturan yang menghalanginya dicabut.").status_code == 303
    assert (town.idea(idea).stage, "Dibuka kembali" in secretary.get(f"/usulan/{idea}").text) == ("screening", True)
    town.take(idea, "screen rejected", lead="operator")
    assert to not in secretary.get(f"/usulan/{idea}").text
    assert town.idea(idea).stage == IdeaStage.REJECTED


def test_nobody_elses_claim_is_on_the_page(town: Town) -> None:
    *_pair, told = build_told(town)
    for who in ("lead", "walker", "secretary", "chair"):
        assert told not in open_browser(town, who).get("/klaim").text, who
    assert open_browser(town, "walker").get("/klaim").text.count("Tidak ada klaim yang melibatkan Anda.") == 1
    town.do(file_claim, told, WHY, by="operator")
    for who in ("lead", "mate", "walker", "reviewer1", "head", "stranger"):
        assert told not in open_browser(town, who).get("/klaim").text, who
    assert told in open_browser(town, "leader").get("/klaim").text
