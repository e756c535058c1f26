"""Draws docs/mail-sheet.png: every mail as a phone shows it, in both languages, with its text and its short text beside it.

`python -m tests.browser.mail_sheet [--pictures FOLDER]`; the facts are the demo's, as the tests have them (`tests/mails.py`).
"""

import argparse
import tempfile
from dataclasses import dataclass
from html import escape
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Browser, Page

from tests.browser.contact_sheet import GOLD, INK, PAPER, ROOT
from tests.browser.stage import open_chromium
from tests.conftest import find_chromium
from tests.mails import list_mails, list_variants, reader_of
from workflows.documents.mail import render_mail
from workflows.documents.mail_forms import WrittenMail

WIDTH, GAP, TOP, CAPTION, COLUMNS = 360, 20, 84, 30, 3
CAPTIONS = {
    "account": "Kabar akun",
    "activation": "Kode aktivasi",
    "amended": "Ketentuan berubah",
    "certificate": "Piagam terbit",
    "claim": "Inovasi yang mirip ditetapkan",
    "code": "Kode sekali pakai",
    "digest": "Ringkasan tugas",
    "document": "Dokumen terbit",
    "dropped": "Tidak lagi dalam tim",
    "extended": "Masa pengajuan diperpanjang",
    "followed": "Usulan rekan yang diikuti",
    "moved": "Tenggat diundur",
    "new_date": "Tenggat baru",
    "receipt": "Tanda terima",
    "rejection": "Surat pemberitahuan",
    "reminder": "Pengingat anggota tim",
    "silence": "Izin yang tidak dijawab",
    "step": "Pengingat tugas",
    "turn": "Perkembangan usulan",
    "withdrawn": "Piagam dicabut",
}
VARIANTS = {  # what sets a mail of a kind apart from its sample
    "above": "diteruskan kepada atasan",
    "decided": "putusan beserta alasan",
    "dismissed": "klaim tidak dikabulkan",
    "forgotten": "lupa kata sandi",
    "gate": "tahapan diteruskan kepada atasan",
    "hidden": "inovasinya tidak disebut",
    "last": "pengingat terakhir",
    "many late": "beberapa terlambat",
    "near": "belum ada yang terlambat",
    "news": "hanya kabar",
    "old address": "alamat lama",
    "one": "satu tugas",
    "one late": "satu tugas terlambat",
    "one news": "satu kabar",
    "page": "bukan tentang akun",
    "pauses": "jeda",
    "refused": "tidak diizinkan",
    "review": "penilaian diperpanjang",
    "upheld": "klaim dikabulkan",
    "without date": "tanpa tenggat",
    "without ideas": "tanpa usulan sendiri",
}
STYLE = """
body { margin: 0; padding: 14px; background: #fffdf6; color: #17302e; font: 12px/1.5 monospace }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; margin: 10px 0 }
.short { border: 1px solid #7a5d17; border-radius: 10px; padding: 10px; background: #e7f3e4 }
"""
PLAIN = """<!DOCTYPE html><meta charset="utf-8"><style>{style}</style>
<b>{subject}</b><pre>{text}</pre><pre class="short">{short}</pre>{count} / 600"""


@dataclass(frozen=True)
class Drawn:
    """A mail on the sheet: its caption, its picture, and the picture of its text and short text."""

    caption: str
    mail: Image.Image
    words: Image.Image

    @property
    def height(self) -> int:
        """How tall it is on the sheet."""
        return max(self.mail.height, self.words.height) + CAPTION + GAP


def draw_all(browser: Browser, folder: Path) -> list[Drawn]:
    """Every mail and its variants in both languages, then the digest in dark mode; ends the program where one is wider than the phone."""
    context = browser.new_context(viewport={"width": WIDTH, "height": 200}, java_script_enabled=True, offline=True)
    drawn, page = [], context.new_page()
    for language in ("id", "en"):
        for (kind, variant), mail in sorted(list_variants(language).items()):
            written = render_mail(kind, mail, reader_of(language))
            caption = f"{CAPTIONS[kind]}, {VARIANTS[variant]}" if variant else CAPTIONS[kind]
            drawn.append(draw(page, folder / f"{kind}-{variant.replace(' ', '-')}-{language}", f"{caption} ({language})", written))
    digest = render_mail("digest", list_mails("id")["digest"], reader_of("id"))
    return [*drawn, draw(page, folder / "digest-dark", "Ringkasan tugas, mode gelap", digest, scheme="dark")]


def draw(page: Page, file: Path, caption: str, written: WrittenMail, *, scheme: str = "light") -> Drawn:
    """One mail as pictures, kept under the name of a file."""
    count = len(written.short.encode("utf-16-le")) // 2
    said = {name: escape(text) for name, text in (("subject", written.subject), ("text", written.text), ("short", written.short))}
    pages = {"mail": written.html, "words": PLAIN.format(**said, style=STYLE, count=count)}
    files = {name: file.with_name(f"{file.name}-{name}.png") for name in pages}
    return Drawn(caption, **{name: photograph(page, html, files[name], scheme) for name, html in pages.items()})


def photograph(page: Page, html: str, file: Path, scheme: str) -> Image.Image:
    """A whole page on a phone that fetches nothing and prefers light or dark colours."""
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_content(html)
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > WIDTH:
        raise SystemExit(f"{file.stem} is {wide} pixels wide")
    page.screenshot(path=file, full_page=True)
    return Image.open(file).convert("RGB")


def draw_sheet(drawn: list[Drawn], target: Path) -> None:
    """All mails in rows, each under its caption."""
    font = ImageFont.truetype(ROOT / "templates/fonts/PlusJakartaSans-SemiBold.ttf", 18)
    rows = [drawn[start : start + COLUMNS] for start in range(0, len(drawn), COLUMNS)]
    wide = 2 * WIDTH + 8 + GAP
    sheet = Image.new("RGB", (COLUMNS * wide + GAP, TOP + sum(max(each.height for each in row) + GAP for row in rows)), PAPER)
    pen, top = ImageDraw.Draw(sheet), TOP
    pen.text((GAP, 28), "Gagas: setiap surel di ponsel, teksnya, dan teks singkat untuk WhatsApp", font=font, fill=GOLD)
    for row in rows:
        for place, each in enumerate(row):
            left = GAP + place * wide
            pen.text((left, top), each.caption, font=font, fill=INK)
            sheet.paste(each.mail, (left, top + CAPTION))
            sheet.paste(each.words, (left + WIDTH + 8, top + CAPTION))
            pen.rectangle((left - 1, top + CAPTION - 1, left + WIDTH, top + CAPTION + each.mail.height), outline="#cbbf9f")
        top += max(each.height for each in row) + GAP
    target.parent.mkdir(exist_ok=True)
    sheet.quantize(128, dither=Image.Dither.NONE).save(target, optimize=True)


def main() -> None:
    """Draw every mail, then the sheet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, help="keep the single pictures here")
    parser.add_argument("--target", type=Path, default=ROOT / "docs/mail-sheet.png")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, open_chromium(find_chromium() or "chromium") as browser:
        pictures = arguments.pictures or Path(folder)
        pictures.mkdir(parents=True, exist_ok=True)
        draw_sheet(draw_all(browser, pictures), arguments.target)


if __name__ == "__main__":
    main()
