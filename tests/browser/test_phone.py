"""Every page on a narrow phone and at a desk, by day and by night, with text twice as large, in both languages.

The pages are those of the routes. One load of a page serves all its checks; `make test` takes another pair of width, light and size of
text on each page, `make test-all` takes them all, in both languages.
"""

import itertools
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi.routing import APIRoute
from playwright.sync_api import Page

from api.pages.site import PAGES
from tests.browser.contact_sheet import HEIGHT, WIDTH, visit
from tests.browser.scene import Shot, set_scene
from tests.browser.stage import Site
from tests.conftest import ALL

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]
TYPED = "main input:not([type=radio]):not([type=checkbox]):visible"
TARGETS = f"main button.button:visible, {TYPED}, main select:visible, main .choice:visible, .head a:visible"
# files, and where former addresses lead
NO_PAGES = {
    "/static/{name}",
    "/fonts/{name}",
    "/dokumen/{document_id}",
    "/daftar/usulan.csv",
    "/buku-besar",
    "/penghargaan/{award_id}/{rest}",
}
ROOT_PIXELS = {"usual": "", "twice": "34px"}  # 200 % of what the style sheet asks for


class View(NamedTuple):
    """How a page is looked at."""

    width: int
    scheme: str
    text: str


VIEWS = [View(*each) for each in itertools.product((WIDTH, 1_440), ("light", "dark"), ROOT_PIXELS)]
PHONE = View(WIDTH, "light", "usual")


def test_every_page_holds_at_both_widths_by_day_and_night_and_with_text_twice_as_large(site: Site, share: Callable[[int], int]) -> None:
    shots = set_scene(site.town)
    assert list_unseen(shots) == set()
    wrong: list[object] = []
    languages = ("id-ID", "en-GB") if ALL else ("id-ID",)
    share(len(shots) * len(VIEWS) * 2)  # how many views there are is told where the tests end
    for language in languages:
        for number, (shot, page) in enumerate(visit(site, shots, language=language, scripts=True)):
            check_page(page, shot.path)
            for view in VIEWS if ALL else (PHONE, VIEWS[1 + number % (len(VIEWS) - 1)]):
                wrong += [(shot.caption, language, *view, found) for found in look(page, view)]
    assert wrong == []


def look(page: Page, view: View) -> Iterator[object]:
    """What is wrong with a page in a view: wider than the screen, or found by axe."""
    page.set_viewport_size({"width": view.width, "height": HEIGHT})
    page.emulate_media(color_scheme="dark" if view.scheme == "dark" else "light")
    page.evaluate("size => { document.documentElement.style.fontSize = size }", ROOT_PIXELS[view.text])
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > view.width:
        yield f"{wide} pixels wide"
    for found in Axe().run(page).response["violations"]:
        yield found["id"], [node["target"] for node in found["nodes"]][:3]


def list_unseen(shots: list[Shot]) -> set[str]:
    """The addresses of pages that no shot looks at."""
    found = [route for part in PAGES for route in part.router.routes if isinstance(route, APIRoute)]
    addresses = {route.path for route in found if "GET" in route.methods} - NO_PAGES
    seen = {shot.path.partition("#")[0].partition("?")[0] for shot in shots}
    return {each for each in addresses if not any(re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", each), path) for path in seen)}


def check_page(page: Page, path: str) -> None:
    html = page.content()
    headings = [int(level) for level in re.findall(r"<h([1-6])\b", html)]
    assert headings.count(1) == 1, path
    assert headings[0] == 1, path
    assert all(after <= before + 1 for before, after in itertools.pairwise(headings)), (path, headings)
    assert len(re.findall(r'\bid="([^"]+)"', html)) == len(set(re.findall(r'\bid="([^"]+)"', html))), path
    labelled = set(re.findall(r'<label for="([^"]+)"', html))
    for field in re.findall(r"<(?:input|select|textarea)\b[^>]*>", html):
        if 'type="hidden"' in field or 'type="radio"' in field or 'type="checkbox"' in field:
            continue
        found = re.search(r'\bid="([^"]+)"', field)
        assert found, (path, field)
        assert found[1] in labelled, (path, field)
    for described in re.findall(r'aria-describedby="([^"]+)"', html):
        assert all(f'id="{place}"' in html for place in described.split()), (path, described)
    for target in page.locator(TARGETS).all():
        box = target.bounding_box()
        assert box is None or box["height"] >= 43.9, (path, target.text_content() or target.get_attribute("name"), box)
