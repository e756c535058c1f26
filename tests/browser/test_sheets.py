"""What a page weighs, which fonts draw it, and how it comes out of a printer."""

import io

import pypdfium2
import pytest
from playwright.sync_api import Page, Response
from pypdf import PdfReader

from tests.browser.stage import Site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
WORDS = "Warga menunggu lama di loket pelayanan surat karena berkas baru diperiksa setelah nomor antrean dipanggil. "


def test_a_first_visit_fetches_at_most_eight_files_and_120_kilobytes(site: Site) -> None:
    page, answers = site.phone(), list[Response]()
    page.on("response", lambda answer: answers.append(answer))
    page.goto("/", wait_until="networkidle")
    weights: dict[str, int] = {}
    for answer in answers:
        sizes = answer.request.sizes()
        weights[answer.url] = max(weights.get(answer.url, 0), sizes["responseBodySize"] + sizes["responseHeadersSize"])
    assert len(weights) <= 8, weights  # the emblem, picture and icon at once, comes from the cache the second time
    assert sum(weights.values()) < 120_000, weights
    assert len([url for url in weights if url.endswith(".woff2")]) == 4, weights


def draws(page: Page, selector: str) -> set[str]:
    """The families that the browser drew an element's letters with."""
    tools = page.context.new_cdp_session(page)
    tools.send("DOM.enable")
    tools.send("CSS.enable")
    root = tools.send("DOM.getDocument")["root"]["nodeId"]
    node = tools.send("DOM.querySelector", {"nodeId": root, "selector": selector})["nodeId"]
    return {font["familyName"] for font in tools.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]}


def test_a_letter_that_the_small_fonts_lack_is_drawn_by_a_font_of_the_reader(site: Site) -> None:
    idea = site.town.build_idea(title="Warung Sehat")
    strange = site.town.build_idea(title="Warung Šehat Łubna")
    page = site.phone("lead")
    page.goto(f"/usulan/{idea}", wait_until="networkidle")
    assert draws(page, "h1") == {"EB Garamond SemiBold"}
    page.goto(f"/usulan/{strange}", wait_until="networkidle")
    assert "EB Garamond SemiBold" in draws(page, "h1")
    assert len(draws(page, "h1")) > 1


def test_the_print_of_a_long_idea_begins_on_its_first_page_and_is_light(site: Site) -> None:
    idea = site.town.build_idea(sections={"background": WORDS * 60, "idea": WORDS * 2})
    page = site.phone("lead", size=(1_440, 900))
    page.emulate_media(color_scheme="dark")
    page.goto(f"/usulan/{idea}")
    printed = page.pdf(format="A4", print_background=True)
    pages = PdfReader(io.BytesIO(printed)).pages
    assert pages[0].extract_text().count("loket pelayanan") > 10
    assert all(len(each.extract_text().split()) > 5 for each in pages)
    picture = pypdfium2.PdfDocument(printed)[0].render(scale=0.2).to_pil().convert("L")
    assert picture.getpixel((picture.width - 3, 2)) == 255
    assert sum(picture.histogram()[200:]) > picture.width * picture.height * 0.75
