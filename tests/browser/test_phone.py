"""Every page on a narrow phone and at a desk, by day and by night, with text twice as large, in both languages.

The pages are those of the routes and of the templates, so those that answer a form as well. One load of a page serves all its checks.
`make test` looks at every page on the usual phone for its width and for what is covered, and lets axe examine it in one view, each page in
another; `make test-all` takes all views of each, in English those by day: no colour depends on the language. There axe follows no rule in a
view that finds the same in another: of night it asks for colours, of English once.
"""

import itertools
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from fastapi.routing import APIRoute
from jinja2 import Template
from playwright.sync_api import Page

from api.pages.render import environment
from api.pages.site import PAGES
from tests.browser.axe import examine
from tests.browser.contact_sheet import HEIGHT, WIDTH, visit
from tests.browser.posted import set_forms
from tests.browser.scene import Shot, set_scene
from tests.browser.stage import Site
from tests.conftest import ALL

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(3_600 if ALL else 900), pytest.mark.xdist_group("browser")]
TYPED = "main input:not([type=radio]):not([type=checkbox]):visible"
TARGETS = f"main button.button:visible, {TYPED}, main select:visible, main .choice:visible, .head a:visible"
MEASURED = "found => found.map(each => [each.textContent.trim() || each.name, each.getBoundingClientRect().height])"
# files, and where former addresses lead
NO_PAGES = {
    "/klaim/{rest}",  # leads to the list, where a refused form was read anew, as do these
    *("/penggabungan/{rest:path}", "/pengalihan/{rest:path}", "/pergantian/{rest:path}"),
    "/static/{name}",
    "/fonts/{name}",
    "/dokumen/{document_id}",
    "/daftar/usulan.csv",
    "/kalender/{secret}.ics",
    "/usulan/{idea_id}/lampiran/{attachment_id}",
    "/usulan/{idea_id}/lampiran/{attachment_id}/kecil",
    "/usulan/{idea_id}/buku",
    "/buku-besar",
    "/penghargaan/{award_id}/{rest}",
    "/rekan/{idea_id}/{rest:path}",
}
NO_SHOTS = {
    "actions/plain.html",  # stands in for the form of a step that is new in the tables; every step there is has its own
    "public/api.html",  # the API's documentation; test_api_documentation looks at it
}
ROOT_PIXELS = {"usual": "", "twice": "34px"}  # 200 % of what the style sheet asks for


# what is meant to be pressed where something lies above it that is neither around it nor of it
COVERED = """() => [...document.querySelectorAll("main :is(a, button, summary):not([aria-hidden=true])")].filter(each => {
  if (!each.checkVisibility() || each.closest("thead")?.offsetWidth === 1) return false; // heads that a phone reads out alone
  each.scrollIntoView({ block: "center", behavior: "instant" });
  const { x, y, width, height } = each.getClientRects()[0];
  const found = document.elementFromPoint(x + width / 2, y + height / 2);
  return found && !each.contains(found) && !found.contains(each);
}).map(each => each.outerHTML.slice(0, 200))"""


class View(NamedTuple):
    """How a page is looked at."""

    width: int
    scheme: str
    text: str


VIEWS = [View(*each) for each in itertools.product((WIDTH, 1_440), ("light", "dark"), ROOT_PIXELS)]
BY_DAY = [view for view in VIEWS if view.scheme == "light"]
PHONE = View(WIDTH, "light", "usual")
BY_COLOUR = ("color-contrast", "link-in-text-block")  # the rules of axe that look at colours
LANGUAGES = {"id-ID": VIEWS, "en-GB": BY_DAY} if ALL else {"id-ID": VIEWS}  # a town for each, since a form once sent is another


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_holds_at_both_widths_by_day_and_night_and_with_text_twice_as_large(
    language: str, site: Site, share: Callable[[int], int], rendered: set[str]
) -> None:
    shots = [*set_scene(site.town), *set_forms(site.town)]
    assert list_unseen(shots) == set()
    wrong: list[object] = []
    share(len(shots) * len(LANGUAGES[language]))  # how many views there are is told where the tests end
    for number, (shot, page) in enumerate(visit(site, shots, language=language, scripts=True)):
        check_page(page, shot.path)
        wrong += [(shot.caption, *PHONE, found) for found in look(page, PHONE)]
        for view in LANGUAGES[language] if ALL else (VIEWS[number % len(VIEWS)],):
            lies, rules = look(page, view) if view != PHONE else (), choose_rules(view, language)
            wrong += [(shot.caption, *view, found) for found in (*lies, *(examine(page, rules) if rules != () else ()))]
    print(*wrong, sep="\n")
    assert wrong == []
    assert list_templates() - rendered == NO_SHOTS


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names of the templates that were rendered since, the included ones too."""
    names, made = set[str](), environment()

    def noting(find: Callable[..., Template]) -> Callable[..., Template]:
        def found(*values: Any, **named: Any) -> Template:
            template = find(*values, **named)
            names.add(str(template.name))
            return template

        return found

    for way in ("get_template", "select_template"):
        monkeypatch.setattr(made, way, noting(getattr(made, way)))
    return names


def list_templates() -> set[str]:
    """Every template of the pages."""
    return set(environment().list_templates(extensions=["html"]))


def choose_rules(view: View, language: str) -> tuple[str, ...] | None:
    """The rules by which axe may find in a view what it finds in no other; None where these are all."""
    if not ALL or view == PHONE:
        return None
    if view.scheme == "dark":
        return BY_COLOUR if view.text == "usual" else ()  # larger text may have less contrast
    return None if language == "id-ID" else ()


def look(page: Page, view: View) -> Iterator[object]:
    """What is wrong with how a page lies in a view: wider than the screen, or something to press that is covered."""
    page.set_viewport_size({"width": view.width, "height": HEIGHT})
    page.emulate_media(color_scheme="dark" if view.scheme == "dark" else "light")
    page.evaluate("size => { document.documentElement.style.fontSize = size }", ROOT_PIXELS[view.text])
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > view.width:
        yield f"{wide} pixels wide"
    for covered in page.evaluate(COVERED):
        yield "covered by something else", covered


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
    assert [target for target in page.locator(TARGETS).evaluate_all(MEASURED) if target[1] < 43.9] == [], path
