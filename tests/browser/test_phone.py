"""Every page fits a narrow phone, names its fields, has one heading and targets that a thumb can hit."""

import re

import pytest
from playwright.sync_api import Page

from tests.browser.contact_sheet import set_scene, visit
from tests.browser.stage import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]
TYPED = "main input:not([type=radio]):not([type=checkbox]):visible"
TARGETS = f"main button.button:visible, {TYPED}, main select:visible, main .choice:visible, .head a:visible"


def test_every_page_holds_on_a_phone_360_pixels_wide(site: Site) -> None:
    for shot, page in visit(site, set_scene(site.town)):  # ends the test where a page is wider
        check_page(page, shot.path)


def check_page(page: Page, path: str) -> None:
    html = page.content()
    assert html.count("<h1") == 1, path
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
