"""Draws docs/documents-sheet.png from a demo's folder: `python -m tests.browser.documents_sheet [out/demo]`."""

import sys
from pathlib import Path

import pypdfium2
from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).parents[2]
PAPER, INK = "#efe9da", "#17302e"
ROWS = (
    (("certificates", "*-001-*", 0), ("certificates", "*-019-*", 0)),
    (("receipts", "*", 0), ("letters", "*Campaka*", 0), ("reports", "*Setda*.pdf", 0), ("reports", "*Setda*.pdf", 1)),
)
CAPTIONS = {
    "certificates": "Piagam penghargaan",
    "receipts": "Tanda terima",
    "letters": "Surat pemberitahuan",
    "reports": "Laporan penghargaan",
}
WIDTH, GAP, HEAD = 1_960, 28, 40


def draw(demo: Path) -> Image.Image:
    """All kinds of documents on one sheet, certificates first."""
    rows = [[shot(demo, *each, width=(WIDTH - GAP * (len(row) + 1)) // len(row)) for each in row] for row in ROWS]
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


def shot(demo: Path, folder: str, pattern: str, number: int, *, width: int) -> tuple[str, Image.Image]:
    """One page of the first document that fits, as a picture of a width."""
    file = sorted((demo / folder).glob(pattern))[0]
    sheet = pypdfium2.PdfDocument(file)[number]
    picture = sheet.render(scale=width / sheet.get_width() * 1.5).to_pil()
    return CAPTIONS[folder], picture.resize((width, round(picture.height * width / picture.width)), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    drawn = draw(Path(sys.argv[1] if len(sys.argv) > 1 else "out/demo"))
    drawn.convert("P", palette=Image.Palette.ADAPTIVE, colors=200).save(ROOT / "docs" / "documents-sheet.png", optimize=True)
