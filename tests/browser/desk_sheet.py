"""Draws docs/desk-sheet.png: the pages of those who decide, as a desk shows them. `python -m tests.browser.desk_sheet`."""

import tempfile
from decimal import Decimal
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Page

from models.database import Database
from models.stages import IdeaStage
from tests.browser.contact_sheet import GOLD, INK, PAPER, ROOT
from tests.browser.stage import Site, open_chromium, serve
from tests.building import Town
from tests.conftest import find_chromium
from tests.steps import REASON
from tests.town import settle_town
from workflows.review.score import score_idea

SIZE = (1440, 900)
SHOWN, COLUMNS, GAP, TOP, CAPTION = (792, 495), 2, 24, 84, 30
TITLES = (
    "Antrean Puskesmas lewat Papan RW",
    "Buku Tamu Kelurahan tanpa Kertas",
    "Lampu Gang Dirawat Warga",
    "Bank Sampah Berhadiah Sembako",
)


def set_scene(town: Town) -> list[tuple[str, str, str]]:
    """Ideas enough for a desk, and its pages: caption, who looks, path."""
    screening = [town.build_idea(IdeaStage.SCREENING, title=f"{TITLES[place % 4]} {place + 1}") for place in range(24)]
    for place, title in enumerate(TITLES):
        idea = town.build_idea(IdeaStage.IN_REVIEW, title=title)
        for reviewer, given in zip(town.reviewers(idea), (62 + 8 * place, 70 + 5 * place, 66 + 7 * place), strict=False):
            points = {"novelty": Decimal(given), "impact": Decimal(given - 2)}
            town.do(score_idea, idea, points, by=reviewer, comment="Masalahnya nyata dan jalannya sederhana.")
        town.take(idea, "close_review", "draft_recommend")
    determined = town.build_idea(IdeaStage.RECOMMENDED, title="Jadwal Posyandu di Ponsel Kader", points=88)
    return [
        ("Kotak masuk", "secretary", "/kotak-masuk"),
        ("Daftar menurut nilai", "chair", "/daftar?sort=score&stage=shortlisted"),
        ("Seleksi administrasi", "secretary", f"/usulan/{screening[0]}?dari=kotak-masuk"),
        ("Rekomendasi", "chair", f"/usulan/{idea}?dari=daftar%3Fsort%3Dscore#tugas"),
        ("Penetapan", "leader", f"/usulan/{determined}#tugas"),
        ("Penetapan diperiksa", "leader", f"/usulan/{determined}?confirm"),
    ]


def reject(page: Page) -> None:
    """Fill in the leader's form, so that the page that confirms it shows."""
    page.locator("[name=outcome][value=rejected]").check()
    page.locator("#determine-reason").fill(REASON)
    page.locator("#determine .button").first.click()


def main() -> None:
    """Settle a town, photograph its desk, draw the sheet."""
    pen_font = ImageFont.truetype(ROOT / "templates/fonts/PlusJakartaSans-SemiBold.ttf", 19)
    with tempfile.TemporaryDirectory() as folder:
        store = Database(f"sqlite:///{folder}/gagas.db")
        settle_town(store)
        town = Town(store)
        scene = set_scene(town)
        rows = -(-len(scene) // COLUMNS)
        tall = SHOWN[1] + CAPTION + GAP
        sheet = Image.new("RGB", (COLUMNS * (SHOWN[0] + GAP) + GAP, TOP + rows * tall), PAPER)
        pen = ImageDraw.Draw(sheet)
        pen.text((GAP, 28), "Gagas: meja sekretariat, ketua tim penilai, dan pimpinan, 1.440 x 900", font=pen_font, fill=GOLD)
        with serve(town) as address, open_chromium(find_chromium() or "chromium") as browser:
            site = Site(town, address, browser)
            for place, (caption, who, path) in enumerate(scene):
                page = site.phone(who, size=SIZE)
                page.goto(path.removesuffix("?confirm"))
                if path.endswith("?confirm"):
                    reject(page)
                file = Path(folder) / f"{place}.png"
                page.screenshot(path=file)
                left, top = GAP + place % COLUMNS * (SHOWN[0] + GAP), TOP + place // COLUMNS * tall
                pen.text((left, top), caption, font=pen_font, fill=INK)
                sheet.paste(Image.open(file).convert("RGB").resize(SHOWN, Image.Resampling.LANCZOS), (left, top + CAPTION))
        store.close()
    sheet.quantize(256, dither=Image.Dither.NONE).save(ROOT / "docs/desk-sheet.png", optimize=True)


if __name__ == "__main__":
    main()
