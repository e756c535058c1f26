"""The acts that no browser test does, pressed on their pages; every awaited act has a form, and no form without its act."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from api.pages.texts import texts
from models.ideas import TeamMember
from models.instants import today
from models.people import Role
from models.pilots import Pilot
from models.stages import IdeaStage
from tests.api.pages.browsing import confirm, open_browser, send
from tests.building import Town
from tests.steps import plan
from workflows.pilot.start import plan_pilot
from workflows.process.refusals import Invalid
from workflows.process.ways import AWARD, GATE_ACTION, IDEA
from workflows.region.grants import grant_role
from workflows.review.score import recuse_reviewer

PAGES = Path("templates/pages")
GATE = {"name": "presentation", "label": "Paparan di hadapan tim", "label_en": "Presentation", "stage": "screening", "role": "secretariat"}


def press(town: Town, who: str, idea: str, path: str, **fields: str) -> None:
    browser = open_browser(town, who)
    answer = send(browser, f"/usulan/{idea}", f"/usulan/{idea}/{path}", **fields)
    if path == "tarik" or fields.get("outcome") in ("refused", "rejected", "roll_out", "stop"):
        answer = confirm(browser, answer)
    assert answer.status_code == 303, answer.text
    assert open_browser(town, who).get(answer.headers["location"]).status_code == 200


def test_a_proposer_withdraws(town: Town) -> None:
    idea = town.build_idea(IdeaStage.AWAITING_PERMISSION)
    press(town, "lead", idea, "tarik", reason="Akan ditulis ulang")
    assert town.idea(idea).stage == "withdrawn"


@pytest.mark.parametrize(("outcome", "team"), [("joined", {"lead": 6_000, "mate": 4_000}), ("not_joined", {"lead": 10_000})])
def test_whoever_is_asked_joins_a_team_or_stays_out_of_it(town: Town, outcome: str, team: dict[str, int]) -> None:
    idea = town.ask_team()
    browser = open_browser(town, "mate")
    assert f'href="/usulan/{idea}' in browser.get("/kotak-masuk").text
    answer = send(browser, f"/usulan/{idea}", f"/usulan/{idea}/persetujuan", outcome=outcome, reason="Saya cuti panjang tahun ini.")
    assert answer.status_code == 303, answer.text
    rows = town.rows(select(TeamMember.person_id, TeamMember.share_hundredths).where(TeamMember.idea_id == idea))
    assert {one.who: share for one in town.people.values() for person, share in rows if person == one.id} == team


def test_a_unit_head_refuses_with_a_reason(town: Town) -> None:
    idea = town.build_idea(IdeaStage.AWAITING_PERMISSION)
    press(town, "head", idea, "izin", outcome="refused", reason="Sudah dikerjakan seksi pelayanan")
    assert town.idea(idea).stage == "closed"


def test_a_reviewer_steps_back_and_does_not_see_the_idea_again(town: Town) -> None:
    idea = town.build_idea(IdeaStage.IN_REVIEW)
    who = town.reviewers(idea)[0]
    press(town, who, idea, "pengunduran-diri", reason="Saudara kandung pengusul")
    assert open_browser(town, who).get(f"/usulan/{idea}").status_code == 404


def test_the_secretariat_assigns_a_reviewer_by_hand(town: Town) -> None:
    idea = town.build_idea(IdeaStage.IN_REVIEW)
    first, *others = town.reviewers(idea)
    (free,) = {"reviewer1", "reviewer2", "reviewer3", "reviewer4"} - {first, *others}
    town.do(recuse_reviewer, idea, by=first, reason="Saudara kandung pengusul")
    browser = open_browser(town, "secretary")
    nobody = send(browser, f"/usulan/{idea}", f"/usulan/{idea}/penilai")
    assert nobody.status_code == 422
    assert 'id="assign-reviewer_id-error"' in nobody.text
    assert town.reviewers(idea) == others
    shown = browser.get(f"/usulan/{idea}").text
    assert town[free].id in shown
    assert town[first].id not in shown
    press(town, "secretary", idea, "penilai", reviewer_id=town[free].id)
    assert town.reviewers(idea) == sorted([*others, free])
    assert open_browser(town, free).get(f"/usulan/{idea}").status_code == 200


def test_the_leader_defers_and_the_secretariat_takes_it_up_again(town: Town) -> None:
    idea = town.build_idea(IdeaStage.RECOMMENDED)
    press(town, "leader", idea, "penetapan", outcome="deferred", reason="Menunggu anggaran tahun depan")
    assert town.idea(idea).stage == "deferred"
    press(town, "secretary", idea, "lanjut", reason="Anggaran sudah ada")
    assert town.idea(idea).stage == "shortlisted"


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ({"reason": "Sesuai rekomendasi"}, "decree_number"),
        ({"decree_on": "2026-11-01"}, "decree_number"),
        ({"decree_number": "100.3.3/1/2026"}, "decree_on"),
    ],
)
def test_an_idea_is_not_adopted_without_its_decree(town: Town, typed: dict[str, str], at: str) -> None:
    idea, browser = town.build_idea(IdeaStage.RECOMMENDED), open_browser(town, "leader")
    shown = browser.get(f"/usulan/{idea}").text
    for name in ("decree_number", "decree_on"):
        assert f'id="determine-{name}-hint">Wajib bila usulan ditetapkan.<' in shown
        assert "(opsional)" not in shown.split(f'<label for="determine-{name}">')[1].split("</label>")[0]
    answer = send(browser, f"/usulan/{idea}", f"/usulan/{idea}/penetapan", outcome="adopted", **typed)
    assert (answer.status_code, town.idea(idea).stage) == (422, IdeaStage.RECOMMENDED)
    assert f'id="determine-{at}-error">Untuk menetapkan usulan, isi nomor dan tanggal keputusannya.</p>' in answer.text
    assert [text for text in typed.values() if text not in answer.text] == []


def test_whoever_may_own_a_pilot_is_offered_for_it_and_nobody_else(town: Town) -> None:
    idea = town.build_idea(IdeaStage.DETERMINED)
    town.do(grant_role, town["mate"].id, Role.PILOT_OWNER, "BAPPEDA", by="admin")
    town.do(grant_role, town["owner"].id, Role.PILOT_OWNER, "BAPPEDA", by="admin")
    text = open_browser(town, "secretary").get(f"/usulan/{idea}/rencana-uji-coba").text
    offered = [one.who for one in town.people.values() if f'<option value="{one.id}"' in text]
    assert offered == ["owner"]
    assert text.count(f'<option value="{town["owner"].id}"') == 1
    for who in set(town.people) - {"owner"}:
        with pytest.raises(Invalid, match="pilot_owner_not_eligible"):
            town.do(plan_pilot, idea, plan(town[who].id), by="secretary")
    town.do(plan_pilot, idea, plan(town["owner"].id), by="secretary")


@pytest.mark.parametrize(
    ("language", "told"), [("id", "hanya dari indikator bersatuan rupiah"), ("en", "counted only from indicators in rupiah")]
)
def test_the_plans_form_says_which_units_count_as_savings(town: Town, language: str, told: str) -> None:
    idea = town.build_idea(IdeaStage.DETERMINED)
    browser = open_browser(town, "secretary")
    text = browser.get(f"/usulan/{idea}/rencana-uji-coba", headers={"accept-language": language}).text
    hints = {place for place, hint in re.findall(r'id="([^"]+)"[^>]*>([^<]*)', text) if told in hint}
    described = re.findall(r'name="indicators\.\d\.unit_label"[^>]*aria-describedby="([^"]+)"', text)
    assert described
    assert {each.strip() for each in described} == hints


def test_a_verifier_extends_a_pilot_only_with_a_later_day(town: Town) -> None:
    idea = town.build_idea(IdeaStage.PILOT_REPORTED)
    browser = open_browser(town, "verifier")
    told = {"outcome": "extend", "reason": "Perlu satu musim lagi untuk melihat hasilnya"}
    missing = send(browser, f"/usulan/{idea}", f"/usulan/{idea}/verifikasi", **told)
    assert missing.status_code == 422
    assert 'id="verify-until-error"' in missing.text
    later = (today() + timedelta(days=120)).isoformat()
    press(town, "verifier", idea, "verifikasi", **told, until=later)
    with town.store.reading() as session:
        assert session.exec(select(Pilot.ends_on)).one().isoformat() == later


def test_a_gate_of_the_policy_stands_before_the_next_step(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SCREENING, call=town.build_call(gates=[GATE]))
    text = open_browser(town, "secretary").get(f"/usulan/{idea}").text
    assert f"/usulan/{idea}/seleksi" not in text
    assert "Paparan di hadapan tim" in text
    press(town, "secretary", idea, "tahapan/presentation", note="Aula kecamatan, 24 November, lima orang hadir")
    assert f"/usulan/{idea}/seleksi" in open_browser(town, "secretary").get(f"/usulan/{idea}").text


def test_the_inbox_names_the_open_gate_as_what_is_to_be_done(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SCREENING, call=town.build_call(gates=[GATE]))
    browser = open_browser(town, "secretary")
    shown = browser.get("/kotak-masuk").text
    assert "Paparan di hadapan tim</span>" in shown
    assert f'href="/usulan/{idea}?dari=kotak-masuk#tugas"' in shown
    assert "Nyatakan tahapan selesai" not in shown
    browser.cookies.set("language", "en", domain="testserver.local", path="/")
    assert "Presentation</span>" in browser.get("/kotak-masuk").text


def test_whoever_proposes_an_award_is_told_that_somebody_else_approves(town: Town) -> None:
    town.give_role("secretary", Role.LEADER, "BAPPEDA")
    idea = town.build_idea(IdeaStage.ROLLED_OUT, points=80)
    browser = open_browser(town, "secretary")
    answer = send(browser, f"/usulan/{idea}", f"/usulan/{idea}/penghargaan")
    assert answer.status_code == 303
    shown = browser.get(answer.headers["location"]).text
    assert "Anda sudah menyeleksi usulan ini. Langkah ini harus dilakukan orang lain." in shown
    assert "Rp5.000.000" in shown
    assert "/persetujuan" not in shown
    award = answer.headers["location"].split("?")[0]
    leader = open_browser(town, "leader")
    declined = send(leader, award, f"{award}/persetujuan", outcome="declined", reason="Capaian belum cukup kuat")
    declined = confirm(leader, declined)
    assert declined.status_code == 303
    assert "Capaian belum cukup kuat" in browser.get(award).text


def test_an_award_is_not_approved_without_its_decree(town: Town) -> None:
    browser, path = open_browser(town, "leader"), f"/penghargaan/{town.build_award()}"
    assert f'href="{path}"' in browser.get("/penghargaan").text
    answer = send(browser, path, f"{path}/persetujuan", outcome="approved", decree_number="100.3.3/1/2026")
    assert answer.status_code == 422
    assert 'id="approve-decree_on-error"' in answer.text
    assert 'value="100.3.3/1/2026"' in answer.text


def test_an_admin_gives_a_role(town: Town) -> None:
    browser = open_browser(town, "admin")
    told = {"identifier": town["stranger"].number, "role": "verifier", "unit_code": "BAPPEDA"}
    assert send(browser, "/pegawai", "/pegawai/peran", **told).headers["location"] == "/pegawai?ok=role_asked"
    assert send(browser, "/pegawai", "/pegawai/peran", **told).status_code == 409
    assert "/pegawai/peran" not in open_browser(town, "operator").get("/pegawai").text


@pytest.mark.parametrize("path", ["izin", "seleksi", "rencana-uji-coba/x", "tarik"])
def test_reloading_the_address_of_a_form_leads_back_to_the_idea(town: Town, path: str) -> None:
    idea = town.build_idea(IdeaStage.AWAITING_PERMISSION)
    assert open_browser(town, "head").get(f"/usulan/{idea}/{path}").headers["location"] == f"/usulan/{idea}"


def test_every_act_with_content_of_its_own_has_its_form_and_every_act_its_name() -> None:
    acts = {each.action for each in IDEA.transitions if each.who is not None and each.stage}
    with_content = {each.action for each in IDEA.transitions if each.action in acts and each.has_content}
    assert with_content <= {file.stem for file in (PAGES / "actions").glob("*.html")} - {"plain"} <= acts
    awaited = {stage.awaits for way in (IDEA, AWARD) for stage in way.stages.values() if stage.awaits}
    named = acts | awaited | {GATE_ACTION} | {each.action for each in AWARD.transitions if each.who is not None}
    assert {f"task.{name}" for name in named} - set(texts()) == set()
