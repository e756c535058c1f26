"""Draws docs/contact-sheet.png: every page as a phone shows it. `python -m tests.browser.contact_sheet [--pictures FOLDER]`."""

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Page
from sqlmodel import select

from models.awards import Award
from models.database import Database
from models.documents import Document, DocumentKind
from models.instants import now, today
from tests.api.pages.village import SENTENCE, Village, build_village
from tests.browser.stage import Site, open_chromium, serve
from tests.browser.ways import adopted, awarded, reported, reviewed, screened
from tests.conftest import find_chromium
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.recognition.issue import withdraw_certificates
from workflows.recognition.report import ask_report
from workflows.reward.announce import schedule_award
from workflows.reward.approve import approve_award
from workflows.reward.revoke import revoke_award

HOUSE = Path(__file__).parents[2]
WIDTH, HEIGHT = 360, 780  # a narrow phone
COLUMNS, SHOWN, GAP, TOP = 6, 308, 22, 120
PAPER, INK, GOLD = "#efe9da", "#17302e", "#7a5d17"


@dataclass(frozen=True)
class Shot:
    """A page to photograph: its caption, who looks, its path, and what is clicked before."""

    caption: str
    who: str | None
    path: str
    press: str = ""


def set_scene(village: Village) -> list[Shot]:
    """Ideas at every stage of their way, and the pages that show them."""
    draft = village.draft(title="Antrean Puskesmas lewat Papan RW", sections={"background": SENTENCE})
    asked = screened(village, until="screening", title="Buku Tamu Kelurahan tanpa Kertas")
    notes = {"background": "Sebutkan berapa tamu setiap hari."}
    village.act(screen_idea, asked, Screening.RETURNED, Findings(notes=notes), who="secretary")
    waiting = village.submitted(title="Lampu Gang Dirawat Warga")
    screening = screened(village, until="screening", title="Kelas Malam untuk Pengurus RT")
    scoring = screened(village, title="Peta Saluran Air Buatan Warga")
    ready = reviewed(village, title="Bank Sampah Berhadiah Sembako")
    concluded = reported(village)
    titles = ("Satu Loket untuk UMKM", "Posyandu Tepat Waktu", "Arsip Tanpa Debu")
    proposed, honoured, revoked = (awarded(village, title=title) for title in titles)
    genuine, withdrawn = (_certificate(village, award, digest) for award, digest in ((honoured, "ab" * 32), (revoked, "cd" * 32)))
    village.act(revoke_award, revoked, who="leader", reason="Data capaian terbukti tidak benar setelah diperiksa.")
    village.act(withdraw_certificates, revoked, who="recognition")
    village.act(ask_report, village.calls["used"], who="secretary")
    return [
        Shot("Beranda", None, "/"),
        Shot("Masuk", None, "/masuk"),
        Shot("Kotak masuk", "secretary", "/kotak-masuk"),
        Shot("Usulan saya", "proposer", "/usulan"),
        Shot("Pilih periode usulan", "proposer", "/usulan/baru"),
        Shot("Tulis usulan", "proposer", f"/usulan/{draft}/ubah"),
        Shot("Isian yang perlu diperbaiki", "proposer", f"/usulan/{draft}/ubah", "Ajukan usulan"),
        Shot("Lengkapi usulan", "proposer", f"/usulan/{asked}/lengkapi"),
        Shot("Izin kepala unit", "head", f"/usulan/{waiting}#tugas"),
        Shot("Seleksi administrasi", "secretary", f"/usulan/{screening}#tugas"),
        Shot("Penilaian tanpa nama", "reviewer", f"/usulan/{scoring}#tugas"),
        Shot("Rekomendasi", "chair", f"/usulan/{ready}#tugas"),
        Shot("Verifikasi uji coba", "verifier", f"/usulan/{concluded}#tugas"),
        Shot("Rencana uji coba", "secretary", f"/usulan/{_adopted(village)}/rencana-uji-coba"),
        Shot("Daftar usulan", "secretary", "/daftar"),
        Shot("Penghargaan", "leader", "/penghargaan"),
        Shot("Hitungan penghargaan", "leader", f"/penghargaan/{proposed}"),
        Shot("Piagam asli", None, f"/v/{genuine}"),
        Shot("Piagam dicabut", None, f"/v/{withdrawn}"),
        Shot("Tidak ditemukan", None, "/v/" + "a" * 26),
        Shot("Dokumen saya", "proposer", "/dokumen"),
        Shot("Laporan", "secretary", "/laporan"),
        Shot("Pegawai", "operator", "/pegawai"),
        Shot("Perjalanan sebuah usulan", "proposer", f"/usulan/{concluded}"),
        Shot("Jejak audit", "auditor", "/jejak-audit"),
        Shot("Alur proses", None, "/proses"),
        Shot("Periksa dokumen", None, "/verifikasi"),
        Shot("Aktifkan akun", None, "/aktivasi"),
        Shot("Halaman yang tidak ada", None, "/tidak-ada"),
    ]


def visit(site: Site, shots: list[Shot]) -> Iterator[tuple[Shot, Page]]:
    """Every page on a narrow phone, after what is clicked there; ends the program where one is wider than the phone."""
    for shot in shots:
        page = site.phone(shot.who, size=(WIDTH, HEIGHT))
        page.goto(shot.path)
        if shot.press:
            page.get_by_role("button", name=shot.press, exact=True).click()
            page.wait_for_load_state()
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > WIDTH:
            raise SystemExit(f"{shot.path} is {wide} pixels wide")
        yield shot, page
        page.context.close()


def photograph(site: Site, shots: list[Shot], folder: Path) -> list[tuple[str, Path]]:
    """A picture of every page, under its caption."""
    taken = []
    for number, (shot, page) in enumerate(visit(site, shots)):
        file = folder / f"{number:02}.png"
        page.screenshot(path=file)
        taken.append((shot.caption, file))
    return taken


def draw_sheet(pictures: list[tuple[str, Path]], target: Path) -> None:
    """All pictures in rows, each under its caption."""
    font = ImageFont.truetype(HOUSE / "templates/fonts/PlusJakartaSans-SemiBold.ttf", 17)
    title = ImageFont.truetype(HOUSE / "templates/fonts/Cinzel-SemiBold.ttf", 44)
    tall = HEIGHT * SHOWN // WIDTH
    rows = -(-len(pictures) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * (SHOWN + GAP) + GAP, TOP + rows * (tall + 34 + GAP) + GAP), PAPER)
    pen = ImageDraw.Draw(sheet)
    pen.text((GAP, 32), "Gagas", font=title, fill=INK)
    pen.text((GAP + 205, 56), "halaman-halamannya pada ponsel, tanpa skrip", font=font, fill=GOLD)
    for place, (caption, file) in enumerate(pictures):
        left, top = GAP + place % COLUMNS * (SHOWN + GAP), TOP + place // COLUMNS * (tall + 34 + GAP)
        pen.text((left, top), caption, font=font, fill=INK)
        sheet.paste(Image.open(file).convert("RGB").resize((SHOWN, tall), Image.Resampling.LANCZOS), (left, top + 28))
        pen.rectangle((left - 1, top + 27, left + SHOWN, top + 28 + tall), outline="#cbbf9f")
    target.parent.mkdir(exist_ok=True)
    sheet.quantize(256, dither=Image.Dither.NONE).save(target, optimize=True)


def _certificate(village: Village, award_id: str, digest: str) -> str:
    village.act(approve_award, award_id, who="leader", decree_number="100.3.3/13/2026", decree_on=today())
    village.act(schedule_award, award_id, who="leader", announce_at=now() + timedelta(hours=1))
    with village.database.unit_of_work() as session:
        session.get_one(Award, award_id).announce_at = now()
    village.announce(award_id)
    with village.database.reading() as session:
        wanted = select(Document).where(Document.award_id == award_id, Document.holder_id == village.people["proposer"])
        certificate = session.exec(wanted.where(Document.kind == DocumentKind.CERTIFICATE)).one()
    village.issue(certificate.id, digest)
    return certificate.token


def _adopted(village: Village) -> str:
    return adopted(village, title="Jadwal Posyandu di Ponsel Kader")


def main() -> None:
    """Build a village, photograph it, draw the sheet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, help="keep the single pictures here")
    parser.add_argument("--target", type=Path, default=HOUSE / "docs/contact-sheet.png")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        village = build_village(Database(f"sqlite:///{folder}/gagas.db"))
        shots = set_scene(village)
        pictures = arguments.pictures or Path(folder)
        pictures.mkdir(parents=True, exist_ok=True)
        with serve(village) as address, open_chromium(find_chromium() or "chromium") as browser:
            taken = photograph(Site(village, address, browser), shots, pictures)
        draw_sheet(taken, arguments.target)
        village.database.close()


if __name__ == "__main__":
    main()
