"""The acts that no browser test does, pressed on their pages; every awaited act has a form, and no form without its act."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from api.pages.texts import texts
from models.ideas import Idea
from models.instants import today
from models.pilots import Pilot
from models.reviews import Review, ReviewState
from tests.api.pages.village import POLICY, Village, open_browser, send
from tests.browser.ways import adopted, recommended, reported, screened
from workflows.pilot.roll_out import roll_out_in_use
from workflows.process.ways import AWARD, GATE_ACTION, IDEA
from workflows.region.calls import amend_policy
from workflows.review.score import recuse_reviewer

PAGES = Path("templates/pages")
GATE = {"name": "presentation", "label": "Paparan di hadapan tim", "label_en": "Presentation", "stage": "screening", "role": "secretariat"}


def stage_of(village: Village, idea: str) -> str:
    with village.database.reading() as session:
        return str(session.exec(select(Idea.stage).where(Idea.id == idea)).one())


def press(village: Village, who: str, idea: str, path: str, **fields: str) -> None:
    answer = send(open_browser(village, who), f"/usulan/{idea}", f"/usulan/{idea}/{path}", **fields)
    assert answer.status_code == 303, answer.text
    assert open_browser(village, who).get(answer.headers["location"]).status_code == 200


def test_a_proposer_withdraws(village: Village) -> None:
    idea = village.submitted()
    press(village, "proposer", idea, "tarik", reason="Akan ditulis ulang")
    assert stage_of(village, idea) == "withdrawn"


def test_a_unit_head_refuses_with_a_reason(village: Village) -> None:
    idea = village.submitted()
    press(village, "head", idea, "izin", outcome="refused", reason="Sudah dikerjakan seksi pelayanan")
    assert stage_of(village, idea) == "closed"


def test_a_reviewer_steps_back_and_does_not_see_the_idea_again(village: Village) -> None:
    idea = screened(village)
    press(village, "reviewer", idea, "pengunduran-diri", reason="Saudara kandung pengusul")
    assert open_browser(village, "reviewer").get(f"/usulan/{idea}").status_code == 404


def test_the_secretariat_assigns_a_reviewer_by_hand(village: Village) -> None:
    idea = village.submitted()
    idea = screened(village, title="Butuh penilai")
    village.act(recuse_reviewer, idea, who="reviewer", reason="Saudara kandung pengusul")
    browser = open_browser(village, "secretary")
    nobody = send(browser, f"/usulan/{idea}", f"/usulan/{idea}/penilai")
    assert nobody.status_code == 422
    assert 'id="assign-reviewer_id-error"' in nobody.text
    with village.database.reading() as session:
        states = session.exec(select(Review.state).where(Review.idea_id == idea)).all()
    assert sorted(states) == [ReviewState.ASSIGNED, ReviewState.RECUSED]


def test_the_leader_defers_and_the_secretariat_takes_it_up_again(village: Village) -> None:
    idea = recommended(village)
    press(village, "leader", idea, "penetapan", outcome="deferred", reason="Menunggu anggaran tahun depan")
    assert stage_of(village, idea) == "deferred"
    press(village, "secretary", idea, "lanjut", reason="Anggaran sudah ada")
    assert stage_of(village, idea) == "shortlisted"


def test_a_verifier_extends_a_pilot_only_with_a_later_day(village: Village) -> None:
    idea = reported(village)
    browser = open_browser(village, "verifier")
    fields = {"outcome": "extend", "reason": "Perlu satu musim lagi untuk melihat hasilnya"}
    missing = send(browser, f"/usulan/{idea}", f"/usulan/{idea}/verifikasi", **fields)
    assert missing.status_code == 422
    assert 'id="verify-until-error"' in missing.text
    later = (today() + timedelta(days=120)).isoformat()
    press(village, "verifier", idea, "verifikasi", **fields, until=later)
    with village.database.reading() as session:
        assert session.exec(select(Pilot.ends_on)).one().isoformat() == later


def test_a_gate_of_the_policy_stands_before_the_next_step(village: Village) -> None:
    village.act(amend_policy, village.calls["new"], {**POLICY, "gates": [GATE]}, who="secretary")
    idea = screened(village, until="screening")
    text = open_browser(village, "secretary").get(f"/usulan/{idea}").text
    assert f"/usulan/{idea}/seleksi" not in text
    assert "Paparan di hadapan tim" in text
    assert "Nyatakan tahapan selesai" in open_browser(village, "secretary").get("/kotak-masuk").text
    press(village, "secretary", idea, "tahapan/presentation", note="Aula kecamatan, 24 November, lima orang hadir")
    assert f"/usulan/{idea}/seleksi" in open_browser(village, "secretary").get(f"/usulan/{idea}").text


def test_whoever_proposes_an_award_is_told_that_somebody_else_approves(village: Village) -> None:
    idea = adopted(village, "used")
    village.act(roll_out_in_use, idea, who="pilot")
    browser = open_browser(village, "secretary")
    answer = send(browser, f"/usulan/{idea}", f"/usulan/{idea}/penghargaan")
    assert answer.status_code == 303
    shown = browser.get(answer.headers["location"]).text
    assert "persetujuannya harus diberikan orang lain" in shown
    assert "Rp5.000.000" in shown
    assert "/persetujuan" not in shown
    award = answer.headers["location"].split("?")[0]
    declined = send(open_browser(village, "leader"), award, f"{award}/persetujuan", outcome="declined", reason="Capaian belum cukup kuat")
    assert declined.status_code == 303
    assert "Capaian belum cukup kuat" in browser.get(award).text


def test_an_award_is_not_approved_without_its_decree(village: Village) -> None:
    idea = adopted(village, "used")
    village.reward(idea)
    browser = open_browser(village, "leader")
    award = browser.get("/penghargaan").text.split('href="/penghargaan/')[1].split('"')[0]
    path = f"/penghargaan/{award}"
    answer = send(browser, path, f"{path}/persetujuan", outcome="approved", decree_number="100.3.3/1/2026")
    assert answer.status_code == 422
    assert 'id="approve-decree_on-error"' in answer.text
    assert 'value="100.3.3/1/2026"' in answer.text


def test_an_admin_gives_a_role(village: Village) -> None:
    browser = open_browser(village, "admin")
    fields = {"employee_number": village.numbers["stranger"], "role": "verifier", "unit_code": "KBDG"}
    assert send(browser, "/pegawai", "/pegawai/peran", **fields).headers["location"] == "/pegawai?ok=role_given"
    assert send(browser, "/pegawai", "/pegawai/peran", **fields).status_code == 409
    assert "/pegawai/peran" not in open_browser(village, "operator").get("/pegawai").text


@pytest.mark.parametrize("path", ["izin", "seleksi", "rencana-uji-coba/x", "tarik"])
def test_reloading_the_address_of_a_form_leads_back_to_the_idea(village: Village, path: str) -> None:
    idea = village.submitted()
    assert open_browser(village, "head").get(f"/usulan/{idea}/{path}").headers["location"] == f"/usulan/{idea}"


def test_every_act_of_a_person_has_its_form_and_its_name() -> None:
    acts = {each.action for each in IDEA.transitions if each.who is not None and each.stage}
    assert {file.stem for file in (PAGES / "actions").glob("*.html")} - {"plain"} == acts
    awaited = {stage.awaits for way in (IDEA, AWARD) for stage in way.stages.values() if stage.awaits}
    named = acts | awaited | {GATE_ACTION} | {each.action for each in AWARD.transitions if each.who is not None}
    assert {f"task.{name}" for name in named} - set(texts()) == set()
