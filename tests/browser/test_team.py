"""A team of three, each with a narrow phone that runs no script: a draft, consent, photos, the submission, and what is asked for later."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import col, select

from models.attachments import Attachment
from models.ideas import Idea, TeamMember
from models.stages import IdeaStage
from tests.api.pages.browsing import SENTENCE
from tests.browser.stage import Site
from tests.hostile_pictures import MARK, exif, photo
from workflows.intake.screen import Findings, Screening, screen_idea

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

NARROW = (360, 740)
TITLE = "Papan Antrean di Balai RW"
HELD = photo(size=(1_600, 1_200), exif=exif(6, place=True))  # on end, as a phone is held, with the place where it was taken
NOTE, WANTED = "Sebutkan berapa keluarga yang terbantu.", "Lampirkan foto setelah papan dipasang."


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def says(page: Page, text: str) -> None:
    """The page that comes says so, and is no wider than the phone."""
    expect(page.get_by_role("status").or_(page.get_by_role("alert")).filter(has_text=text).first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW[0], page.url


def write(page: Page, call: str, members: list[str]) -> None:
    """From the list of calls to a saved draft, with the team and equal shares."""
    page.goto("/usulan/baru")
    page.get_by_role("link", name=call).click()
    page.get_by_label("Judul gagasan").fill(TITLE)
    page.get_by_label("Latar belakang").fill(SENTENCE)
    page.get_by_label("Gagasan", exact=True).fill(SENTENCE)
    for place, number in enumerate(members):
        page.get_by_label("NIP/NI PPPK anggota").nth(place).fill(number)
    press(page, "Bagi rata")
    expect(page.get_by_label("Bagian (%)").first).to_have_value("33,34%")
    press(page, "Simpan, lalu kelola lampiran")
    says(page, "Draf tersimpan")


def attach(page: Page, name: str, *, with_camera: bool) -> None:
    """Choose a photo as a phone hands it over, and see it small and upright."""
    page.get_by_label("Foto baru" if with_camera else "Berkas dari perangkat Anda").set_input_files(
        {"name": name, "mimeType": "image/jpeg", "buffer": HELD + name.encode()}
    )
    press(page, "Lampirkan foto" if with_camera else "Lampirkan")
    says(page, "Berkas sudah dilampirkan")
    small = page.get_by_alt_text(f"Foto lampiran: {name}")
    expect(small).to_have_js_property("naturalHeight", 320)
    expect(small).to_have_js_property("naturalWidth", 240)


def join(page: Page) -> None:
    """Read what one is asked into, with its photos, and join."""
    page.goto("/kotak-masuk")
    page.get_by_role("link", name=TITLE).click()
    expect(page.get_by_alt_text("Foto lampiran: sebelum.jpg")).to_be_visible()
    with page.expect_download() as saving:
        page.get_by_role("link", name="Unduh sebelum.jpg").click()
    saved = Path(saving.value.path()).read_bytes()
    assert saved.startswith(b"\xff\xd8\xff")
    assert MARK not in saved, "nobody else learns where it was taken"
    page.get_by_text("Ya, saya bergabung", exact=True).click()
    press(page, "Kirim jawaban")
    says(page, "Anda sudah bergabung")


def complete(page: Page) -> None:
    """Find in the inbox what is wanted, attach it, write the rest and send it back."""
    page.goto("/kotak-masuk")
    page.get_by_role("link", name=TITLE).click()
    for said in (NOTE, WANTED):
        expect(page.get_by_text(said).first).to_be_visible()
    page.get_by_label("Gagasan", exact=True).fill(f"{SENTENCE} Sekitar 65 keluarga terbantu.")
    press(page, "Simpan, lalu kelola lampiran")
    attach(page, "terpasang.jpg", with_camera=True)
    page.get_by_role("link", name="Kembali ke formulir usulan").click()
    expect(page.get_by_label("Gagasan", exact=True)).to_have_value(f"{SENTENCE} Sekitar 65 keluarga terbantu.")
    press(page, "Kirim perbaikan")
    says(page, "Perbaikan sudah terkirim")


def test_a_team_of_three_hands_in_with_photos_and_completes_what_was_asked_for(site: Site) -> None:
    town = site.town
    call = town.build_call(attachments={"most": 4, "kinds": ["photo"], "least": {"photo": 2}})
    page = site.phone("lead", size=NARROW)
    write(page, "Lomba UJI-1", [town["mate"].number, town["walker"].number])
    attach(page, "sebelum.jpg", with_camera=True)
    attach(page, "sesudah.jpg", with_camera=False)
    page.get_by_role("link", name="Kembali ke formulir usulan").click()
    draft = page.url
    press(page, "Ajukan usulan")
    says(page, "belum menjawab")
    for who in ("mate", "walker"):
        join(site.phone(who, size=NARROW))
    page.goto(draft)
    press(page, "Ajukan usulan")
    says(page, "Usulan sudah diajukan")
    (idea,) = town.rows(select(Idea.id).where(Idea.call_id == call))
    town.take(idea, "route", "permit granted")
    town.do(screen_idea, idea, Screening.RETURNED, Findings(notes={"idea": NOTE}, parts=("files",), reason=WANTED), by="secretary")
    complete(page)
    assert town.idea(idea).stage == IdeaStage.SCREENING
    assert town.rows(select(Attachment.name).order_by(col(Attachment.added_in))) == ["sebelum.jpg", "sesudah.jpg", "terpasang.jpg"]
    assert sorted(town.rows(select(TeamMember.share_hundredths))) == [3_333, 3_333, 3_334]
    page = site.phone("mate", size=NARROW)
    page.goto(f"/usulan/{idea}")
    expect(page.get_by_text("Lampiran ditambahkan: terpasang.jpg")).to_have_count(1)
