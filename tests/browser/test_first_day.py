"""The first day of a region, on a phone and at a desk, without a script: an operator imports their people, finds them and prints their
activation sheet; a secretary opens a call and extends it."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import col, select

from models.calls import Call, CallState
from models.instants import now
from models.people import EmployeeNumber
from tests.api.pages.browsing import PASSWORD
from tests.browser.stage import PHONE, Site
from tests.browser.test_roles import press, says
from tests.town import employee_number
from tests.workflows.region.test_signatures import plan
from workflows.region.signatures import sign_policy

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

DESK = (1440, 900)
SIZES = pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
NEW, OTHER = employee_number(70), employee_number(71)
FILE = f"NIP;Nama;Jabatan;Unit Kerja\n'{NEW};Ani Kuswara;Analis;Kelurahan Maleber\n'{OTHER};Budi Santika;Arsiparis;Kelurahan Maleber\n"
WHY = "Dua kecamatan terdampak banjir pada pekan terakhir."


def fits(page: Page) -> None:
    """A page is no wider than its screen."""
    size = page.viewport_size
    assert size is not None
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], page.url


def choose_file(page: Page, content: str) -> None:
    page.get_by_label("Berkas XLSX, XLS, ODS, atau CSV").set_input_files(
        {"name": "pegawai.csv", "mimeType": "text/csv", "buffer": content.encode()}
    )


def bring_file(page: Page) -> None:
    """From the inbox to the file's form; a neighbour's row is told, then the file is looked at, and taken."""
    page.goto("/kotak-masuk")
    page.get_by_role("link", name="Daftar pegawai").click()
    page.get_by_role("link", name="Daftarkan pegawai, buat kode").click()
    page.get_by_role("link", name="Daftarkan banyak pegawai sekaligus").click()
    choose_file(page, FILE.replace("Kelurahan Maleber", "Kelurahan Dago", 1))
    press(page, "Periksa dahulu")
    expect(page.get_by_text("Baris ini menyangkut unit di luar wewenang Anda")).to_be_visible()
    fits(page)
    choose_file(page, FILE)
    press(page, "Periksa dahulu")
    says(page, "Tidak ada yang perlu diperbaiki")
    choose_file(page, FILE)
    press(page, "Terapkan")
    says(page, "Isi berkas sudah diterapkan")
    fits(page)


def print_sheet(page: Page, name: str) -> str:
    """The unit's sheet, as it is printed; answers somebody's code."""
    page.get_by_role("link", name="Cetak lembar kode aktivasi").click()
    page.get_by_text("Lembar kode aktivasi", exact=True).click()
    page.locator("#lembar").get_by_label("Unit kerja").select_option(label="Kelurahan Maleber")
    press(page, "Buat lembar kode")
    strips = page.locator(".strips li")
    expect(strips).to_have_count(3)
    fits(page)
    page.emulate_media(media="print")
    expect(strips.first).to_be_visible()
    for place in (".head", ".unprinted"):
        expect(page.locator(place).first).to_be_hidden()
    assert page.pdf(format="A4").startswith(b"%PDF-")
    return strips.filter(has_text=name).locator(".secret").inner_text()


@SIZES
def test_an_operator_imports_a_file_prints_the_sheet_and_finds_who_signed_in(site: Site, size: tuple[int, int]) -> None:
    page = site.phone("operator", size=size)
    bring_file(page)
    assert len(site.town.rows(select(EmployeeNumber.id).where(col(EmployeeNumber.number).in_((NEW, OTHER))))) == 2
    code = print_sheet(page, "Ani Kuswara")
    own = site.phone(size=size)
    own.goto("/aktivasi")
    own.get_by_label("NIP").fill(NEW)
    own.get_by_label("Kode aktivasi").fill(code)
    own.get_by_label("Kata sandi baru", exact=True).fill(PASSWORD)
    own.get_by_label("Kata sandi baru sekali lagi").fill(PASSWORD)
    press(own, "Aktifkan")
    says(own, "Akun aktif")
    page.emulate_media(media="screen")
    page.goto("/pegawai?unit=MALEBER")
    expect(page.get_by_role("row")).to_have_count(4)
    expect(page.get_by_role("row").filter(has_text="Ani Kuswara")).to_contain_text("Akun aktif")
    expect(page.get_by_role("row").filter(has_text="Budi Santika")).to_contain_text("Belum diaktifkan")
    page.get_by_label("Awal kata dalam nama").fill("sant")
    press(page, "Tampilkan")
    expect(page.get_by_role("row")).to_have_count(2)
    fits(page)
    page.get_by_role("link", name="Budi Santika").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Budi Santika")


@SIZES
def test_a_secretary_opens_a_call_and_extends_it(site: Site, size: tuple[int, int]) -> None:
    call = plan(site.town)
    site.town.do(sign_policy, call, 1, by="chair")
    page = site.phone("secretary", size=size)
    page.goto("/ketentuan")
    page.locator(f"a[href='/periode-usulan/{call}']").click()
    press(page, "Buka periode usulan")
    fits(page)
    press(page, "Ya, buka")
    says(page, "Periode usulan sudah dibuka.")
    fits(page)
    extending = page.get_by_role("region", name="Perpanjang masa pengajuan")
    extending.get_by_label("Berakhir pada").fill(f"{now() + timedelta(days=45):%Y-%m-%dT%H:%M}")
    extending.get_by_label("Alasan").fill(WHY)
    press(page, "Perpanjang")
    expect(page.get_by_text(WHY)).to_be_visible()
    fits(page)
    press(page, "Ya, perpanjang")
    says(page, "Masa pengajuan sudah diperpanjang.")
    [kept] = site.town.rows(select(Call).where(Call.id == call))
    assert (kept.state, kept.closes_at > now() + timedelta(days=44)) == (CallState.OPEN, True)
    anybody = site.phone(size=size)
    anybody.goto(f"/periode-usulan/{call}")
    expect(anybody.get_by_text(WHY)).to_be_visible()
