"""A desk with hundreds of ideas: found, sorted and screened with the keyboard only, one by one and a hundred at once; ranked and
recommended with the facts in sight."""

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlmodel import func, select

from models.ideas import Decision, Idea
from models.stages import IdeaStage
from tests.browser.axe import examine
from tests.browser.stage import Site
from tests.conftest import ALL, SHARE
from tests.many import multiply
from workflows.intake.screen_many import MOST

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]

DESK = (1440, 900)
TITLES = ("Antrean Puskesmas lewat Papan RW", "Buku Tamu Kelurahan tanpa Kertas", "Lampu Gang Dirawat Warga")
FOUND = "Peta Saluran Air Buatan Warga"
IN_A_ROW = 10
ROWS = ".listing tbody tr"
CHOICE = "[name^='idea_ids.']"
AT_ONCE_MS = 120_000  # a hundred decisions on a busy machine


def tab_to(page: Page, place: str, most: int = 40) -> None:
    """Press Tab until a place has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.locator(f"{place}:focus").count():
            return
    raise AssertionError(f"no Tab leads to {place}")


def edges(place: Locator) -> dict[str, float]:
    """Where something stands on the page, in pixels."""
    found: dict[str, float] = place.evaluate("each => each.getBoundingClientRect().toJSON()")
    return found


def find_and_sort(page: Page, word: str) -> None:
    """Search the list and sort it by date, with the keyboard."""
    page.goto("/daftar")
    tab_to(page, "#q")
    page.keyboard.type(word)
    page.keyboard.press("Enter")
    expect(page.locator(ROWS).first).to_contain_text(FOUND)
    tab_to(page, "#sort")
    page.keyboard.type("Teng")
    tab_to(page, ".search > .button")
    page.keyboard.press("Enter")
    expect(page.locator("th[aria-sort]")).to_have_text("Tenggat")


def screen_with_keys(page: Page) -> None:
    """Answer every requirement with yes, accept, and go on to the next: three fields, each one Tab and one space."""
    tab_to(page, "[name='answers.renewal']", most=1)
    page.keyboard.press("Space")
    for field in ("answers.benefit", "outcome"):
        tab_to(page, f"[name='{field}']", most=1)
        page.keyboard.press("Space")
    page.keyboard.press("Enter")


def test_a_secretary_finds_sorts_and_screens_ten_in_a_row_with_the_keyboard_only(site: Site, share: SHARE) -> None:
    number, in_a_row = share(500), IN_A_ROW if ALL else 3
    first = site.town.build_idea(IdeaStage.SCREENING, title=f"{TITLES[0]} 0")
    multiply(site.town, first, [f"{TITLES[place % 3]} {place}" for place in range(1, number - in_a_row - 1)])
    wanted = {site.town.build_idea(IdeaStage.SCREENING, title=f"{FOUND} {place}") for place in range(in_a_row + 1)}
    page = site.phone("secretary", size=DESK)
    find_and_sort(page, "saluran")
    expect(page.locator(ROWS)).to_have_count(in_a_row + 1)
    tab_to(page, ".listing td a")
    page.keyboard.press("Enter")
    for _ in range(in_a_row):
        title = page.locator("h1").inner_text()
        screen_with_keys(page)
        expect(page.locator("h1")).not_to_have_text(title)
        expect(page.locator(".notice.good")).to_have_text("Keputusan Anda tercatat.")
    screened = select(Idea.id).where(Idea.stage == IdeaStage.IN_REVIEW)
    assert len(set(site.town.rows(screened))) == in_a_row
    assert set(site.town.rows(screened)) < wanted
    page.goto("/daftar?stage=screening")
    expect(page.get_by_text(f"{number - in_a_row} usulan", exact=True)).to_be_visible()
    shown = page.locator(ROWS).evaluate_all("rows => rows.filter(row => row.getBoundingClientRect().bottom < 1800).length")
    assert shown >= min(number - in_a_row, 25)


def check_clean(page: Page) -> None:
    """Axe finds nothing on a page."""
    assert examine(page) == []


def choose_with_keys(page: Page, number: int) -> None:
    """From the inbox to the first so many ideas that wait, each chosen with a space; between two lies the link that opens the idea."""
    page.goto("/kotak-masuk")
    check_clean(page)
    tab_to(page, "a[href='/seleksi']", most=15)  # before the rows
    page.keyboard.press("Enter")
    expect(page.get_by_role("checkbox")).to_have_count(number)
    tab_to(page, ".bulk .button", most=25)  # before the boxes, and in sight of each
    tab_to(page, CHOICE, most=1)
    for place in range(number):
        if place:
            tab_to(page, CHOICE, most=2)
        page.keyboard.press("Space")
    expect(page.locator(f"{CHOICE}:checked")).to_have_count(number)


@pytest.mark.timeout(1_200)
def test_a_secretary_accepts_a_hundred_at_once_with_the_keyboard_only_after_a_look_at_what_follows(site: Site, share: SHARE) -> None:
    number, in_review = share(200), select(func.count()).where(Idea.stage == IdeaStage.IN_REVIEW)
    ideas = [site.town.build_idea(IdeaStage.SCREENING, title=f"{TITLES[place % 3]} {place}") for place in range(number)]
    page = site.phone("secretary", size=DESK, scripts=True)  # for what examines its pages
    while waiting := site.town.rows(select(Idea.id).where(Idea.stage == IdeaStage.SCREENING)):
        together, is_first = min(len(waiting), MOST), len(waiting) == len(ideas)
        choose_with_keys(page, together)
        check_clean(page)
        page.keyboard.press("Tab")
        tab_to(page, "form .button", most=1)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name=f"{together} usulan akan diterima")).to_be_visible(timeout=AT_ONCE_MS)
        assert site.town.rows(in_review) == [number - len(waiting)], "nothing is done yet"
        check_clean(page)
        if is_first:  # a colleague decides one of them meanwhile
            seen = page.locator("main .lines a").first.get_attribute("href") or ""
            site.town.take(seen.rpartition("/")[2], "screen accepted")
        tab_to(page, "[name=confirmed][value=yes]", most=25)  # before the links, however many
        page.keyboard.press("Enter")
        said = f"{together - 1} usulan diterima" if is_first else "Semua usulan yang dipilih sudah diterima."
        expect(page.get_by_text(said).first).to_be_visible(timeout=AT_ONCE_MS)
        check_clean(page)
    assert site.town.rows(in_review) == [number]
    accepted = select(Decision.detail).where(Decision.action == "screen", Decision.outcome == "accepted")
    together = [detail.get("together", 1) for detail in site.town.rows(accepted)]
    assert sorted(set(together)) == sorted({1, *(min(MOST, number - done) for done in range(0, number, MOST))})


def test_a_chair_ranks_five_hundred_and_recommends_one_after_another_with_the_facts_in_sight(site: Site, share: SHARE) -> None:
    points = {"Bank Sampah": 81, "Antrean Daring": 94, "Kelas Malam": 88}
    number = share(500)
    for start in range(8):
        first = site.town.build_idea(IdeaStage.SHORTLISTED, title=f"{TITLES[start % 3]} {start}", points=72 + start)
        multiply(site.town, first, [f"{TITLES[place % 3]} {place}" for place in range(start + 8, number - len(points), 8)])
    for title, given in points.items():
        site.town.build_idea(IdeaStage.SHORTLISTED, title=title, points=given)
    page = site.phone("chair", size=DESK)
    page.goto("/daftar?stage=shortlisted")
    expect(page.get_by_text(f"{number} usulan", exact=True)).to_be_visible()
    page.get_by_role("columnheader", name="Nilai").get_by_role("link").click()
    ranked = sorted(points, key=lambda title: -points[title])
    assert page.locator(".listing td.title").all_inner_texts()[:3] == ranked
    page.get_by_role("link", name=ranked[0]).click()
    for title in ranked:
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        score, form = page.locator(".known .sum"), page.locator("[name=reason]").first
        expect(score).to_have_text(str(points[title]))
        fact, comment, field = (edges(place) for place in (score, page.locator(".known .said").last, form))
        assert fact["right"] < field["left"], "the facts stand beside the form"
        assert comment["right"] < field["left"]
        assert max(fact["bottom"], comment["bottom"], field["bottom"]) - min(fact["top"], field["top"]) < DESK[1], "on one screen"
        page.get_by_text("Layak diterapkan atau diuji coba.").click()
        form.fill("Layak, karena manfaatnya terukur dan biayanya kecil.")
        page.locator("#recommend .button").first.click()
    expect(page.get_by_text("Keputusan Anda tercatat")).to_be_visible()
    assert site.town.rows(select(func.count()).where(Decision.action == "recommend")) == [3]


@pytest.mark.skipif(not ALL, reason="its pages are crawled at both widths elsewhere; this costs ten seconds")
@pytest.mark.parametrize("size", [(360, 780), DESK])
def test_the_lists_fit_a_phone_and_a_desk(site: Site, size: tuple[int, int]) -> None:
    site.town.build_idea(IdeaStage.SCREENING, title="A" * 120)
    site.town.build_idea(IdeaStage.SHORTLISTED, title="Jadwal Posyandu di Ponsel Kader dengan Pengingat Otomatis bagi Ibu Hamil")
    for language in ("id-ID", "en-GB"):
        page = site.phone("secretary", size=size, language=language)
        for path in ("/daftar", "/daftar?sort=score", "/kotak-masuk"):
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= size[0], path
            assert page.get_by_role("table").count() == 1, "cards are a table to a screen reader too"
            assert page.get_by_role("row").count() > 1
