"""Every role does its essential act on a phone, without a script."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from models.documents import Document, DocumentKind
from models.instants import now, region_zone, today
from models.stages import IdeaStage
from tests.api.pages.browsing import PASSWORD, SENTENCE, give_password
from tests.browser.stage import Site
from tests.clock import set_clock
from workflows.recognition.issue import Rendered, mark_issued
from workflows.recognition.letters import number_certificates
from workflows.reward.announce import announce_award

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def says(page: Page, text: str) -> None:
    expect(page.get_by_role("status").or_(page.get_by_role("alert")).filter(has_text=text).first).to_be_visible()


def join(page: Page) -> None:
    """Whoever was asked reads the proposal and joins its team."""
    page.goto("/kotak-masuk")
    page.get_by_role("link", name="Antrean Puskesmas lewat Papan RW").click()
    page.get_by_text("Ya, saya bergabung", exact=True).click()
    press(page, "Kirim jawaban")
    says(page, "Anda sudah bergabung")


def test_a_proposer_signs_in_writes_and_submits(site: Site) -> None:
    give_password(site.town, "lead")
    assert site.town.call
    page = site.phone()
    page.goto("/")
    page.get_by_role("link", name="Masuk").first.click()
    page.get_by_label("NIP").fill(site.town["lead"].number)
    page.get_by_label("Kata sandi").fill(PASSWORD)
    press(page, "Masuk")
    page.get_by_role("link", name="Tulis usulan").last.click()
    page.get_by_role("link", name="Lomba UJI-0").click()
    page.get_by_label("Judul gagasan").fill("Antrean Puskesmas lewat Papan RW")
    page.get_by_label("Latar belakang").fill("Terlalu pendek")
    page.get_by_label("Gagasan", exact=True).fill(SENTENCE)
    page.get_by_label("NIP/NI PPPK anggota").first.fill(site.town["mate"].number)
    press(page, "Bagi rata")
    expect(page.get_by_label("Bagian (%)").first).to_have_value("50%")
    page.get_by_label("Perkiraan biaya").fill("Rp 12.500.000")
    press(page, "Ajukan usulan")
    says(page, "Draf sudah tersimpan, tetapi belum diajukan")
    says(page, "tulis paling sedikit 3 kata")
    expect(page.get_by_label("Perkiraan biaya")).to_have_value("Rp 12.500.000")
    page.get_by_label("Latar belakang").fill(SENTENCE)
    press(page, "Ajukan usulan")
    says(page, "belum menjawab")
    join(site.phone("mate"))
    page.goto(page.url)  # the lead comes back to the draft once everybody has answered
    press(page, "Ajukan usulan")
    says(page, "Usulan sudah diajukan")
    expect(page.get_by_text("IDE-").filter(visible=True)).to_have_count(1)
    expect(page.get_by_text("Rp12.500.000")).to_be_visible()


def test_a_unit_head_permits(site: Site) -> None:
    idea = site.town.build_idea(IdeaStage.AWAITING_PERMISSION)
    page = site.phone("head")
    page.goto("/kotak-masuk")
    page.get_by_role("link", name="Antrean daring").click()
    assert page.url.endswith(f"/usulan/{idea}?dari=kotak-masuk#tugas")
    page.get_by_text("Diizinkan", exact=True).click()
    press(page, "Simpan keputusan")
    says(page, "Keputusan Anda tercatat")
    expect(page.locator(".badge").first).to_have_text("Seleksi administrasi")


def test_the_secretariat_screens(site: Site) -> None:
    idea = site.town.build_idea(IdeaStage.SCREENING)
    page = site.phone("secretary")
    page.goto(f"/usulan/{idea}")
    page.get_by_text("Lengkap dan memenuhi semua kriteria.").click()
    press(page, "Simpan keputusan")
    says(page, "Jawab ya atau tidak untuk setiap kriteria")
    for requirement in page.locator(".pair").all():
        requirement.get_by_text("Ya", exact=True).click()
    press(page, "Simpan keputusan")
    says(page, "Keputusan Anda tercatat")
    expect(page.locator(".badge").first).to_have_text("Dalam penilaian")


def test_the_secretariat_returns_an_idea_and_the_proposer_completes_it(site: Site) -> None:
    idea = site.town.build_idea(IdeaStage.SCREENING)
    page = site.phone("secretary")
    page.goto(f"/usulan/{idea}")
    page.get_by_text("Minta pengusul melengkapi; tulis catatan per bagian.").click()
    page.get_by_text("Catatan per bagian (bila usulan dikembalikan)").click()
    page.get_by_label("Catatan untuk Latar belakang").fill("Sebutkan berapa keluarga yang terbantu.")
    press(page, "Simpan keputusan")
    says(page, "Keputusan Anda tercatat")
    page = site.phone("lead")
    page.goto("/kotak-masuk")
    page.get_by_role("link", name="Antrean daring").click()
    expect(page.get_by_text("Latar belakang: Sebutkan berapa keluarga yang terbantu.")).to_be_visible()  # on top
    expect(page.get_by_text("Catatan sekretariat: Sebutkan berapa keluarga yang terbantu.")).to_be_visible()  # at its section
    page.get_by_label("Latar belakang").fill(SENTENCE + " Sekitar 65 keluarga terbantu.")
    press(page, "Kirim perbaikan")
    says(page, "Perbaikan sudah terkirim")


def test_a_reviewer_scores_without_knowing_who_proposes(site: Site) -> None:
    idea = site.town.build_idea(IdeaStage.IN_REVIEW)
    page = site.phone(site.town.reviewers(idea)[0])
    page.goto(f"/usulan/{idea}")
    expect(page.get_by_text(site.town["lead"].name)).to_have_count(0)
    page.get_by_label("Dampak").fill("82,5")
    page.get_by_label("Kebaruan").fill("140")
    press(page, "Simpan nilai")
    says(page, "Nilai ini di luar skala kriterianya")
    expect(page.get_by_label("Dampak")).to_have_value("82,5")
    page.get_by_label("Kebaruan").fill("90")
    page.get_by_label("Komentar").fill("Masalahnya nyata dan jalannya sederhana.")
    press(page, "Simpan nilai")
    says(page, "Nilai Anda tersimpan")


def test_the_chair_recommends(site: Site) -> None:
    idea = site.town.build_idea(IdeaStage.SHORTLISTED)
    page = site.phone("chair")
    page.goto(f"/usulan/{idea}")
    page.get_by_text("Layak diterapkan atau diuji coba.").click()
    page.get_by_label("Alasan").fill("Layak, karena manfaatnya terukur dan biayanya kecil.")
    press(page, "Kirim rekomendasi")
    says(page, "Keputusan Anda tercatat")
    expect(page.locator(".badge").first).to_have_text("Direkomendasikan")


def test_the_leader_determines(site: Site) -> None:
    idea = site.town.build_idea(IdeaStage.RECOMMENDED)
    page = site.phone("leader")
    page.goto(f"/usulan/{idea}")
    page.get_by_text("Usulan ditetapkan dan dilanjutkan.").click()
    page.locator("[name=decree_number]").fill("100.3.3/12/2026")
    page.locator("[name=decree_on]").fill(today().isoformat())
    press(page, "Simpan penetapan")
    expect(page.get_by_text("Pengusul dapat membaca nilai dan penetapannya.")).to_be_visible()
    press(page, "Ya, tetapkan usulan")
    says(page, "Keputusan Anda tercatat")
    expect(page.locator(".badge").first).to_have_text("Ditetapkan")


def test_the_secretariat_plans_a_pilot(site: Site) -> None:
    idea = site.town.build_idea(IdeaStage.DETERMINED)
    page = site.phone("secretary")
    page.goto("/kotak-masuk")
    page.get_by_role("link", name="Antrean daring").click()
    page.get_by_label("Lokasi").fill("Lima posyandu RW 02 sampai RW 05")
    page.get_by_label("Penanggung jawab").select_option(label=site.town["owner"].name)
    page.get_by_label("Hari pertama").fill(today().isoformat())
    page.get_by_label("Hari terakhir").fill((today() + timedelta(days=90)).isoformat())
    page.get_by_label("Nama indikator").first.fill("Bayi dengan akta sebelum tiga bulan")
    page.get_by_label("Nilai awal").first.fill("65,5")
    page.get_by_label("Sasaran").first.fill("90")
    press(page, "Simpan rencana")
    says(page, "Rencana uji coba tersimpan")
    assert page.url.split("?")[0].endswith(f"/usulan/{idea}")


def test_a_pilot_owner_reports_readings_and_concludes(site: Site) -> None:
    idea = site.town.build_idea(IdeaStage.IN_PILOT)
    page = site.phone("owner")
    page.goto(f"/usulan/{idea}")
    page.get_by_label("Tanggal pengukuran").fill(today().isoformat())
    page.locator("[name=value]").fill("88,5")
    press(page, "Simpan hasil ukur")
    says(page, "Hasil ukur tercatat")
    page.get_by_label("Ringkasan hasil uji coba").fill("Empat bulan berjalan di lima posyandu; hampir semua bayi memegang akta.")
    press(page, "Serahkan laporan")
    says(page, "Laporan uji coba sudah diserahkan")


def test_a_verifier_gives_the_verdict(site: Site) -> None:
    idea = site.town.build_idea(IdeaStage.PILOT_REPORTED)
    page = site.phone("verifier")
    page.goto(f"/usulan/{idea}")
    page.get_by_text("Hasilnya terbukti; usulan diterapkan.").click()
    page.get_by_label("Alasan").fill("Catatan posyandu dan data dinas sudah dicocokkan.")
    press(page, "Simpan kesimpulan")
    press(page, "Ya, terapkan usulan")
    says(page, "Keputusan Anda tercatat")
    expect(page.locator(".badge").first).to_have_text("Diterapkan")


def test_the_leader_approves_and_schedules_and_anybody_verifies(site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    award = site.town.build_award(idea=site.town.build_idea(IdeaStage.ROLLED_OUT, points=80))
    page = site.phone("leader")
    page.goto("/kotak-masuk")
    page.get_by_role("link", name="Antrean daring").click()
    expect(page.get_by_text("Penghargaan untuk tim: Rp5.000.000.")).to_be_visible()
    page.get_by_text("Isi nomor dan tanggal keputusannya.").click()
    page.locator("[name=decree_number]").fill("100.3.3/13/2026")
    page.locator("[name=decree_on]").fill(today().isoformat())
    press(page, "Simpan keputusan")
    press(page, "Ya, setujui penghargaan")
    says(page, "Keputusan Anda tercatat")
    soon = (now() + timedelta(minutes=2)).astimezone(region_zone())
    page.get_by_label("Waktu pengumuman").fill(soon.strftime("%Y-%m-%dT%H:%M"))
    press(page, "Tetapkan waktu")
    press(page, "Ya, tetapkan waktu")
    says(page, "Waktu pengumuman sudah ditetapkan")
    set_clock(monkeypatch, tmp_path, soon)
    site.town.do(announce_award, award, by="flow:reward")
    site.town.do(number_certificates, award, by="flow:recognition")
    documents = site.town.rows(select(Document).where(Document.kind == DocumentKind.CERTIFICATE))
    site.town.do(mark_issued, documents[0].id, Rendered("ab" * 32), by="flow:recognition")
    page = site.phone()
    page.goto(f"/v/{documents[0].token}")
    expect(page.get_by_role("heading", name="Asli dan berlaku")).to_be_visible()
    expect(page.get_by_text(documents[0].number, exact=True)).to_be_visible()
    page.get_by_label("Sidik digital (SHA-256) berkas PDF").fill("00" * 32)  # of a file that was altered
    press(page, "Cocokkan")
    expect(page.get_by_role("heading", name="TIDAK COCOK")).to_be_visible()
    expect(page.get_by_text("Asli dan berlaku")).to_have_count(0)
    page.goto("/verifikasi")
    page.get_by_label("Nomor dokumen").fill(documents[0].number.lower().replace("/", " / "))
    page.get_by_label("Nomor dokumen").press("Enter")
    expect(page.get_by_role("heading", name="Asli dan berlaku")).to_be_visible()


def test_an_operator_registers_somebody_who_then_signs_in(site: Site) -> None:
    page = site.phone("operator")
    page.goto("/pegawai")
    page.get_by_label("Nama tanpa gelar").fill("Euis Rukmanasari")
    page.get_by_label("NIP").first.fill("19900505 201501 2 777")
    page.get_by_role("region", name="Daftarkan pegawai").get_by_label("Unit kerja").select_option(label="Kelurahan Maleber")
    press(page, "Daftarkan dan buat kode")
    code = page.locator(".secret").inner_text()
    page = site.phone()
    page.goto("/aktivasi")
    page.get_by_label("NIP").fill("19900505 201501 2 777")
    page.get_by_label("Kode aktivasi").fill(code.lower().replace("-", " "))
    page.get_by_label("Kata sandi baru", exact=True).fill(PASSWORD)
    page.get_by_label("Kata sandi baru sekali lagi").fill(PASSWORD)
    press(page, "Aktifkan")
    says(page, "Akun aktif")
    page.get_by_label("NIP").fill("199005052015012777")
    page.get_by_label("Kata sandi").fill(PASSWORD)
    press(page, "Masuk")
    expect(page.get_by_role("heading", name="Kotak masuk")).to_be_visible()


def test_an_auditor_reads_the_ledger(site: Site) -> None:
    site.town.take(site.town.build_idea(IdeaStage.IN_PILOT), "measure")
    page = site.phone("auditor")
    page.goto("/jejak-audit")
    expect(page.get_by_text("Usulan: Hasil ukur")).to_have_count(1)
    expect(page.get_by_text("Sidik digital (hash) terakhir", exact=True)).to_be_visible()
