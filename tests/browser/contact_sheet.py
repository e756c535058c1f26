"""Draws docs/contact-sheet.png: every page as a phone shows it. `python -m tests.browser.contact_sheet [--pictures FOLDER]`."""

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Page
from sqlmodel import select

from api.pages.texts import texts
from models.awards import Award
from models.database import Database
from models.documents import Document
from models.people import Role
from models.stages import IdeaStage
from tests.api.pages.browsing import SENTENCE
from tests.browser.stage import Site, open_chromium, serve
from tests.building import POLICY, Town
from tests.conftest import find_chromium
from tests.town import settle_town
from workflows.recognition.issue import Rendered, mark_issued, withdraw_certificates
from workflows.recognition.letters import number_certificates
from workflows.recognition.report import ask_report
from workflows.region.calls import amend_policy
from workflows.region.codes import renew_activation
from workflows.region.grants import grant_role

HOUSE = Path(__file__).parents[2]
WIDTH, HEIGHT = 360, 780  # a narrow phone
COLUMNS, SHOWN, GAP, TOP = 6, 308, 22, 120
USED = ("Satu Loket untuk UMKM", "Posyandu Tepat Waktu", "Arsip Tanpa Debu")
PAPER, INK, GOLD = "#efe9da", "#17302e", "#7a5d17"


@dataclass(frozen=True)
class Shot:
    """A page to photograph: its caption, who looks, its path, and what is clicked before."""

    caption: str
    who: str | None
    path: str
    press: str = ""


FOR_ANYBODY = (
    Shot("Alur proses", None, "/proses"),
    Shot("Periksa dokumen", None, "/verifikasi"),
    Shot("Aktifkan akun", None, "/aktivasi"),
    Shot("Lupa kata sandi", None, "/lupa-kata-sandi"),
    Shot("Keluar", "lead", "/keluar"),
    Shot("Halaman yang tidak ada", None, "/tidak-ada"),
)


def _show_policies(town: Town) -> list[Shot]:
    amended = town.do(amend_policy, town.call, {**POLICY, "pass_mark": 70, "movers": {"verify": "auditor"}}, by="secretary").number
    return [
        Shot("Ketentuan", "chair", "/ketentuan"),
        Shot("Sahkan ketentuan", "chair", f"/ketentuan/{town.call}/{amended}"),
        Shot("Batas penghargaan", "leader", "/batas-penghargaan"),
    ]


def set_scene(town: Town) -> list[Shot]:
    """Ideas at every stage of their way, and the pages that show them."""
    draft = town.build_idea(title="Antrean Puskesmas lewat Papan RW", sections={"background": SENTENCE})
    question = town.ask_team(title="Parkir Sepeda di Depan Loket")
    asked = town.build_idea(IdeaStage.SUPPLEMENT_ASKED, title="Buku Tamu Kelurahan tanpa Kertas")
    waiting = town.build_idea(IdeaStage.AWAITING_PERMISSION, title="Lampu Gang Dirawat Warga")
    screening = town.build_idea(IdeaStage.SCREENING, title="Kelas Malam untuk Pengurus RT")
    scoring = town.build_idea(IdeaStage.IN_REVIEW, title="Peta Saluran Air Buatan Warga")
    ready = town.build_idea(IdeaStage.SHORTLISTED, title="Bank Sampah Berhadiah Sembako")
    adopted = town.build_idea(IdeaStage.DETERMINED, title="Jadwal Posyandu di Ponsel Kader")
    concluded = town.build_idea(IdeaStage.PILOT_REPORTED)
    used = [town.build_idea(IdeaStage.DETERMINED, call=town.call_in_use, title=title) for title in USED]
    proposed, _, revoked = (_award(town, idea) for idea in used)
    genuine, withdrawn = (_certificate(town, idea, digest) for idea, digest in zip(used[1:], ("ab" * 32, "cd" * 32), strict=True))
    town.take(used[2], "revoke")
    town.do(withdraw_certificates, revoked, by="flow:recognition")
    town.do(ask_report, town.call_in_use, by="secretary")
    return [
        Shot("Beranda", None, "/"),
        Shot("Masuk", None, "/masuk"),
        Shot("Kotak masuk", "secretary", "/kotak-masuk"),
        Shot("Usulan saya", "lead", "/usulan"),
        Shot("Pilih periode usulan", "lead", "/usulan/baru"),
        Shot("Tulis usulan", "lead", f"/usulan/{draft}/ubah"),
        Shot("Isian yang perlu diperbaiki", "lead", f"/usulan/{draft}/ubah", "Ajukan usulan"),
        Shot("Diminta bergabung dengan tim", "mate", f"/usulan/{question}#tugas"),
        Shot("Lengkapi usulan", "lead", f"/usulan/{asked}/lengkapi"),
        Shot("Izin kepala unit", "head", f"/usulan/{waiting}#tugas"),
        Shot("Seleksi administrasi", "secretary", f"/usulan/{screening}#tugas"),
        Shot("Penilaian tanpa nama", town.reviewers(scoring)[0], f"/usulan/{scoring}#tugas"),
        Shot("Rekomendasi", "chair", f"/usulan/{ready}#tugas"),
        Shot("Verifikasi uji coba", "verifier", f"/usulan/{concluded}#tugas"),
        Shot("Rencana uji coba", "secretary", f"/usulan/{adopted}/rencana-uji-coba"),
        Shot("Daftar usulan", "secretary", "/daftar"),
        Shot("Penghargaan", "leader", "/penghargaan"),
        Shot("Hitungan penghargaan", "leader", f"/penghargaan/{proposed}"),
        Shot("Piagam asli", None, f"/v/{genuine}"),
        Shot("Piagam dicabut", None, f"/v/{withdrawn}"),
        Shot("Tidak ditemukan", None, "/v/" + "a" * 26),
        Shot("Dokumen saya", "lead", "/dokumen"),
        *_begin_with_accounts(town),
        Shot("Laporan", "secretary", "/laporan"),
        *_show_policies(town),
        Shot("Pegawai", "operator", "/pegawai"),
        Shot("Perjalanan sebuah usulan", "lead", f"/usulan/{concluded}"),
        Shot("Jejak audit", "auditor", "/jejak-audit"),
        *FOR_ANYBODY,
    ]


def visit(site: Site, shots: list[Shot], *, language: str = "id-ID", scripts: bool = False) -> Iterator[tuple[Shot, Page]]:
    """Every page on a narrow phone, after what is clicked there; ends the program where one is wider than the phone."""
    for shot in shots:
        page = site.phone(shot.who, size=(WIDTH, HEIGHT), language=language, scripts=scripts)
        page.goto(shot.path)
        if shot.press:
            page.get_by_role("button", name=translate(shot.press, language[:2]), exact=True).click()
            page.wait_for_load_state()
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > WIDTH:
            raise SystemExit(f"{shot.path} is {wide} pixels wide")
        yield shot, page
        page.context.close()


def translate(text: str, language: str) -> str:
    """A text of the pages, given in Indonesian, in a language."""
    return next(said[language] for said in texts().values() if said["id"] == text)


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


def _begin_with_accounts(town: Town) -> list[Shot]:
    """What waits for a second person, and the pages of accounts."""
    town.do(grant_role, town["walker"].id, Role.VERIFIER, "KOTA", by="admin")
    town.do(renew_activation, town["head"].id, by="operator")
    return [
        Shot("Konfirmasi orang kedua", "second_admin", "/konfirmasi"),
        Shot("Akun saya", "chair", "/akun"),
        Shot("Data pegawai", "admin", f"/pegawai/{town['chair'].id}"),
    ]


def _award(town: Town, idea: str) -> str:
    town.take(idea, "roll_out")
    return town.build_award(idea=idea)


def _certificate(town: Town, idea: str, digest: str) -> str:
    town.take(idea, "approve approved", "announce")
    (award,) = town.rows(select(Award.id).where(Award.idea_id == idea))
    town.do(number_certificates, award, by="flow:recognition")
    (certificate,) = town.rows(select(Document).where(Document.award_id == award, Document.holder_id == town["lead"].id))
    town.do(mark_issued, certificate.id, Rendered(digest), by="flow:recognition")
    return str(certificate.token)


def main() -> None:
    """Settle a town, photograph it, draw the sheet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, help="keep the single pictures here")
    parser.add_argument("--target", type=Path, default=HOUSE / "docs/contact-sheet.png")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = Database(f"sqlite:///{folder}/gagas.db")
        settle_town(store)
        town = Town(store)
        shots = set_scene(town)
        pictures = arguments.pictures or Path(folder)
        pictures.mkdir(parents=True, exist_ok=True)
        with serve(town) as address, open_chromium(find_chromium() or "chromium") as browser:
            taken = photograph(Site(town, address, browser), shots, pictures)
        draw_sheet(taken, arguments.target)
        store.close()


if __name__ == "__main__":
    main()
