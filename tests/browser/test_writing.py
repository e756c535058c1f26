"""While one writes, on a phone that runs the page's script: what is typed is kept and found again, and the words that are left are told.

The hands of the page's clock are moved on, so that nobody waits for its pauses.
"""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlmodel import func, select

from api.pages.texts import Words
from models.form_rules import Section
from models.ideas import Idea, Revision
from models.kept_writing import KeptWriting
from tests.api.pages.browsing import SENTENCE
from tests.browser.axe import examine
from tests.browser.stage import Site
from tests.building import POLICY

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

NARROW = (360, 740)
PAUSE, APART = 4_000, 11_000  # milliseconds: a little more than the script waits
COUNTED = (
    *("", "- – —", "satu - dua", "  tiga\n\nempat\u2003lima ", "a\u200bb \ufeff c", "½ ² 3 é 日本"),
    *("kata " * 51, "\u00a0dua\u00a0kata\u00a0", "*** ##"),
)


def write(site: Site, path: str) -> Page:
    """The form on a phone of the lead's, its clock in our hand."""
    page = site.phone("lead", size=NARROW, scripts=True)
    page.clock.install()
    page.goto(path)
    expect(title_of(page)).to_be_visible()
    return page


def title_of(page: Page) -> Locator:
    return page.get_by_label("Judul gagasan")


def kept_of(page: Page) -> Locator:
    return page.locator("form p.kept")


def type_in(page: Page, title: str, wait: int = PAUSE) -> None:
    """Type a title, and let the pause go by after which it is kept."""
    title_of(page).fill(title)
    page.clock.fast_forward(wait)


def await_true(holds: Callable[[], bool]) -> None:
    """Wait for what a page that is left still sends."""
    for _ in range(100):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError("it never came to be so")


def typed(site: Site) -> list[str]:
    """The titles that are kept."""
    return [row.fields["title"] for row in site.town.rows(select(KeptWriting))]


def test_what_is_typed_is_found_on_another_phone_after_the_page_is_gone_and_saved_once(site: Site) -> None:
    path = f"/usulan/baru?call={site.town.call}"
    page, complaints = write(site, path), list[str]()
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda fault: complaints.append(str(fault)))
    type_in(page, "Papan antr")
    expect(kept_of(page)).to_contain_text("Tersimpan")
    page.get_by_label("Latar belakang").fill(SENTENCE)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]
    assert examine(page) == []
    page.goto("/kotak-masuk")
    await_true(lambda: [row.fields.get("sections.background") for row in site.town.rows(select(KeptWriting))] == [SENTENCE])
    assert site.town.rows(select(func.count()).select_from(Idea)) == [0]
    page.context.close()
    other = write(site, path)
    expect(title_of(other)).to_have_value("Papan antr")
    expect(other.get_by_label("Latar belakang")).to_have_value(SENTENCE)
    expect(other.get_by_text("Formulir ini berisi yang Anda ketik terakhir")).to_be_visible()
    type_in(other, "Papan antrean")
    other.get_by_role("button", name="Simpan draf").last.click()
    expect(other.get_by_role("status").filter(has_text="Draf tersimpan")).to_be_visible()
    assert (site.town.rows(select(Idea.title)), typed(site)) == (["Papan antrean"], [])
    assert site.town.rows(select(Revision.number)) == [1]
    assert complaints == []


def test_the_forms_own_button_saves_after_many_texts_were_kept(site: Site) -> None:
    idea = site.town.build_idea()
    page = write(site, f"/usulan/{idea}/ubah")
    for number in range(3):
        type_in(page, f"Antrean daring {number}", APART)
        await_true(lambda number=number: typed(site) == [f"Antrean daring {number}"])  # type: ignore[misc]
    page.get_by_role("button", name="Simpan draf").last.click()
    expect(page.get_by_role("status").filter(has_text="Draf tersimpan")).to_be_visible()
    assert (site.town.idea(idea).title, site.town.idea(idea).revision, typed(site)) == ("Antrean daring 2", 2, [])


def test_two_phones_of_one_person_never_replace_each_others_text(site: Site) -> None:
    path = f"/usulan/{site.town.build_idea()}/ubah"
    one, other = write(site, path), write(site, path)
    type_in(one, "Dari ponsel satu")
    expect(kept_of(one)).to_contain_text("Tersimpan")
    type_in(other, "Dari ponsel dua")
    expect(kept_of(other)).to_contain_text("tidak ditimpa")
    field, said = title_of(other).bounding_box(), kept_of(other).bounding_box()
    assert field is not None
    assert said is not None
    assert field["y"] + field["height"] <= said["y"], "what is said does not cover what is typed"
    type_in(other, "Dari ponsel dua, lagi", APART)
    assert typed(site) == ["Dari ponsel satu"]
    one.get_by_role("button", name="Simpan draf").last.click()
    expect(one.get_by_role("status").filter(has_text="Draf tersimpan")).to_be_visible()
    expect(title_of(other)).to_have_value("Dari ponsel dua, lagi")


def test_without_a_connection_it_says_so_and_keeps_the_text_once_it_is_back(site: Site) -> None:
    page = write(site, f"/usulan/{site.town.build_idea()}/ubah")
    page.context.set_offline(True)
    type_in(page, "Di kereta")
    expect(kept_of(page)).to_contain_text("Belum tersimpan")
    page.context.set_offline(False)
    page.clock.fast_forward(APART)
    expect(kept_of(page)).to_contain_text("Tersimpan")
    assert typed(site) == ["Di kereta"]


def test_whose_session_is_over_is_told_to_press_the_button_and_signs_in_with_the_text(site: Site) -> None:
    page = write(site, f"/usulan/{site.town.build_idea()}/ubah")
    page.context.clear_cookies()
    type_in(page, "Setelah rapat")
    expect(kept_of(page)).to_contain_text("sesi Anda sudah berakhir")
    page.get_by_role("button", name="Simpan draf").last.click()
    expect(page.get_by_label("Kata sandi")).to_be_visible()
    assert 'value="Setelah rapat"' in page.content()


def test_a_page_that_is_loaded_anew_at_once_shows_what_was_typed_last(site: Site) -> None:
    page = site.phone("lead", size=NARROW, scripts=True)
    page.goto(f"/usulan/{site.town.build_idea()}/ubah")
    title_of(page).fill("Baru saja diketik")
    page.reload()
    expect(title_of(page)).to_have_value("Baru saja diketik")


def test_words_are_counted_while_one_types_as_the_server_counts_them(site: Site) -> None:
    page = site.phone("lead", size=NARROW, scripts=True)
    page.goto(f"/usulan/baru?call={site.town.call}")
    section = Section.model_validate(POLICY["sections"][1])
    field, told = page.get_by_label("Gagasan", exact=True), page.locator("#writing-sections-idea-words")
    for text in COUNTED:
        field.fill(text)
        expect(told).to_have_text(Words("id").words_left(section, text))
    assert "saat halaman ini dibuka" not in page.content()
