"""Draws docs/documents-sheet.png from a demo's folder: `python -m tests.browser.documents_sheet [out/demo]`."""

import sys
from pathlib import Path

import pypdfium2
from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).parents[2]
PAPER, INK = "#efe9da", "#17302e"
ROWS = (  # of each page its caption, folder, file and number
    (
        ("Piagam penghargaan, kontes", "certificates", "*-001-Bappelitbang-*", 0),
        ("Piagam penghargaan, gagasan", "certificates", "*-019-Kec.Andir-*", 0),
    ),
    (
        ("Tanda terima", "receipts", "*-TT-0003-Kec.Andir-*", 0),
        ("Surat: izin tidak diberikan", "letters", "*-Kel.Campaka-*", 0),
        ("Surat: hasil seleksi administrasi", "letters", "*-Kec.Andir-*", 0),
        ("Surat: hasil penetapan", "letters", "*-Setda-*", 0),
    ),
    (
        ("Laporan penghargaan, halaman 1", "reports", "*-Kec.Andir-*.pdf", 0),
        ("Laporan penghargaan, halaman 2", "reports", "*-Kec.Andir-*.pdf", 1),
        ("Laporan penghargaan, halaman 3", "reports", "*-Kec.Andir-*.pdf", 2),
        ("Laporan kontes, halaman 2", "reports", "*-Setda-*.pdf", 1),
    ),
)
WIDTH, GAP, HEAD = 1_960, 28, 40


def draw(demo: Path) -> Image.Image:
    """All kinds of documents on one sheet, certificates first."""
    rows = [[shot(demo, each, width=(WIDTH - GAP * (len(row) + 1)) // len(row)) for each in row] for row in ROWS]
    height = GAP + sum(max(picture.height for _, picture in row) + HEAD + GAP for row in rows)
    sheet = Image.new("RGB", (WIDTH, height), PAPER)
    pen, font = ImageDraw.Draw(sheet), ImageFont.truetype(ROOT / "templates" / "fonts" / "PlusJakartaSans-SemiBold.ttf", 20)
    top = GAP
    for row in rows:
        left = GAP
        for caption, picture in row:
            pen.text((left, top), caption, INK, font)
            sheet.paste(picture, (left, top + HEAD))
            left += picture.width + GAP
        top += max(picture.height for _, picture in row) + HEAD + GAP
    return sheet


def shot(demo: Path, page: tuple[str, str, str, int], *, width: int) -> tuple[str, Image.Image]:
    """One page of the first document that fits, as a picture of a width, with its caption."""
    caption, folder, pattern, number = page
    file = sorted((demo / folder).glob(pattern))[0]
    sheet = pypdfium2.PdfDocument(file)[number]
    picture = sheet.render(scale=width / sheet.get_width() * 1.5).to_pil()
    return caption, picture.resize((width, round(picture.height * width / picture.width)), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    drawn = draw(Path(sys.argv[1] if len(sys.argv) > 1 else "out/demo"))
    drawn.convert("P", palette=Image.Palette.ADAPTIVE, colors=200).save(ROOT / "docs" / "documents-sheet.png", optimize=True)
