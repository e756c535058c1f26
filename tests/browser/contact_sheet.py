"""Draws docs/contact-sheet.png: every page as a phone shows it. `python -m tests.browser.contact_sheet [--pictures FOLDER]`."""

import argparse
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import BrowserContext, Locator, Page

from api.pages.texts import texts
from models.database import Database
from tests.browser.scene import Shot, set_scene
from tests.browser.stage import Site, open_chromium, serve
from tests.building import Town
from tests.conftest import find_chromium
from tests.town import settle_town

ROOT = Path(__file__).parents[2]
WIDTH, HEIGHT = 360, 780  # a narrow phone
COLUMNS, SHOWN, GAP, TOP = 6, 308, 22, 120
PAPER, INK, GOLD = "#efe9da", "#17302e", "#7a5d17"


def visit(site: Site, shots: list[Shot], *, language: str = "id-ID", scripts: bool = False) -> Iterator[tuple[Shot, Page]]:
    """Every page on a narrow phone, after what is clicked there; ends the program where one is wider than the phone.

    Where nothing is clicked everybody has one phone, which fetches style and letters once; where something is, each time a new one.
    """
    phones: dict[str | None, BrowserContext] = {}
    for shot in shots:
        if shot.press or shot.who not in phones:
            page = site.phone(shot.who, size=(WIDTH, HEIGHT), language=language, scripts=scripts)
        else:
            page = phones[shot.who].new_page()
        page.goto(shot.path)
        if shot.path != "/masuk" and urlsplit(page.url).path == "/masuk":
            raise SystemExit(f"{shot.path} asks {shot.who} to sign in")
        if shot.press:
            send(page, shot, language[:2])
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > WIDTH:
            raise SystemExit(f"{shot.path} is {wide} pixels wide")
        yield shot, page
        if shot.press:
            page.context.close()
        else:
            phones[shot.who] = page.context
            page.close()
    for phone in phones.values():
        phone.close()


def send(page: Page, shot: Shot, language: str) -> None:
    """Fill in and pick what the shot says, wherever it is folded away, and press its buttons."""
    for number, (press, typed) in enumerate([(shot.press, shot.typed), *shot.then]):
        page.evaluate("document.querySelectorAll('main details').forEach(each => { each.open = true })")
        button = page.get_by_role("button", name=any_of(translate(press, language))).first
        form = page.locator("form", has=button).first
        for name, value in typed:
            enter(form, name, value)
        if shot.is_ended and number == 0:
            page.context.clear_cookies()
        button.click()
        page.wait_for_load_state()


def enter(form: Locator, name: str, value: str) -> None:
    """Let a field of a form hold a value, whatever kind of field it is."""
    shown = form.locator(f'[name="{name}"]:not([type="hidden"])')
    field = shown if shown.count() else form.locator(f'[name="{name}"]')
    kind = field.first.evaluate("each => each.type")
    if kind == "radio":
        form.locator(f'[name="{name}"][value="{value}"]').check()
    elif kind == "checkbox":
        field.check()
    elif kind == "select-one":
        field.select_option(value)
    elif kind == "file":
        field.set_input_files({"name": "berkas.csv", "mimeType": "text/csv", "buffer": value.encode()})
    elif kind == "hidden":
        field.evaluate("(each, value) => { each.value = value }", value)
    else:
        field.fill(value)


def translate(text: str, language: str) -> list[str]:
    """A text of the pages, given in Indonesian, in a language; where several say the same in Indonesian, each of them."""
    return sorted({said[language] for said in texts().values() if said["id"] == text})


def any_of(names: list[str]) -> re.Pattern[str]:
    """A whole name that is one of these."""
    return re.compile(rf"^\s*({'|'.join(map(re.escape, names))})\s*$")


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
    font = ImageFont.truetype(ROOT / "templates/fonts/PlusJakartaSans-SemiBold.ttf", 17)
    title = ImageFont.truetype(ROOT / "templates/fonts/Cinzel-SemiBold.ttf", 44)
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


def main() -> None:
    """Settle a town, photograph it, draw the sheet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, help="keep the single pictures here")
    parser.add_argument("--target", type=Path, default=ROOT / "docs/contact-sheet.png")
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
