"""The API's documentation in a browser: read on a phone and at a desk, signed in to and tried, with nothing from elsewhere."""

import pytest
from playwright.sync_api import Page, expect

from tests.api.pages.browsing import PASSWORD, give_password
from tests.browser.axe import examine
from tests.browser.stage import Site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def open_documentation(site: Site, size: tuple[int, int]) -> tuple[Page, list[str], list[str]]:
    """The page with its script run, the addresses it asked, and what the browser complained of."""
    context = site.browser.new_context(viewport={"width": size[0], "height": size[1]})
    page, asked, complaints = context.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda fault: complaints.append(str(fault)))
    page.goto(f"{site.address}/api/docs")
    expect(page.locator(".opblock").first).to_be_visible(timeout=20_000)
    return page, asked, complaints


def execute(page: Page, operation: str, body: str | None = None) -> str:
    """Try an operation out, and the status that the page shows of its answer."""
    block = page.locator(f"#operations-{operation}")
    block.locator(".opblock-summary-control").click()
    block.get_by_role("button", name="Try it out").click()
    if body is not None:
        block.locator("textarea").fill(body)
    block.get_by_role("button", name="Execute").click()
    status = block.locator(".live-responses-table .response-col_status").nth(1)
    expect(status).to_be_visible(timeout=20_000)
    return status.inner_text().split()[0]


def test_one_can_sign_in_to_the_documentation_and_try_the_api(site: Site) -> None:
    lead = site.town["lead"]
    give_password(site.town, "lead")
    page, asked, complaints = open_documentation(site, (1_440, 900))
    assert execute(page, "accounts-show_me") == "401"
    body = f'{{"identifier": "{lead.number}", "password": "{PASSWORD}"}}'
    assert execute(page, "accounts-make_token", body) == "201"
    page.locator("#operations-accounts-show_me").get_by_role("button", name="Execute").click()
    expect(page.locator("#operations-accounts-show_me .live-responses-table")).to_contain_text(lead.id, timeout=20_000)
    assert {address.partition("://")[2].partition("/")[0] for address in asked if not address.startswith("data:")} == {
        site.address.partition("://")[2]
    }
    assert [said for said in complaints if "401" not in said] == []


def test_the_documentation_fits_on_a_phone(site: Site) -> None:
    page, _, _ = open_documentation(site, (360, 740))
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_axe_finds_nothing_on_the_documentation_at_a_desk_and_while_it_is_tried_on_a_phone(site: Site) -> None:
    page, _, _ = open_documentation(site, (1_440, 900))
    assert examine(page) == []
    page.set_viewport_size({"width": 360, "height": 740})
    give_password(site.town, "lead")
    execute(page, "accounts-make_token", f'{{"identifier": "{site.town["lead"].number}", "password": "{PASSWORD}"}}')
    page.locator("#operations-intake-find_ideas .opblock-summary-control").click()
    page.locator("#operations-intake-find_ideas").get_by_role("button", name="Try it out").click()
    page.locator("section.models button").first.click()
    assert examine(page) == []
