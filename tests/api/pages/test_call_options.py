"""The short answers of a call's form are edited as fields, their options as lists within a list, and shown as a phone shows them."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.call_samples import read_sample
from api.pages.call_fields import PREFIX
from api.pages.forms import MOST_FIELDS
from models.form_rules import FormField
from tests.api.pages.browsing import open_browser
from tests.api.pages.test_call_form import fields_in, post, text_of
from tests.building import Town
from workflows.region.call_files.call import check_file

SAMPLE = read_sample("iid_profile")
FIELDS = f"{PREFIX}.policy.fields"


@pytest.fixture
def browser(town: Town) -> TestClient:
    return open_browser(town, "secretary")


def fields_of_policy(page: str) -> tuple[FormField, ...]:
    """The short answers of the file that a page shows."""
    checked = check_file(text_of(page).encode())
    assert checked.policy is not None, checked.faults
    return checked.policy.fields


def test_an_option_is_added_at_the_end_of_its_list_named_and_removed_again(browser: TestClient) -> None:
    before = fields_of_policy(post(browser, SAMPLE, "apply").text)
    added = post(browser, SAMPLE, "add.policy.fields.0.options")
    place = len(before[0].options)
    assert (added.status_code, f'name="{FIELDS}.0.options.{place}.name"' in added.text) == (422, True)
    typed = {
        f"{FIELDS}.0.options.{place}.{name}": text for name, text in (("name", "copied"), ("label", "Direplikasi"), ("label_en", "Copied"))
    }
    applied = post(browser, text_of(added.text), "apply", **typed)
    after = fields_of_policy(applied.text)
    assert [option.name for option in after[0].options] == [*(option.name for option in before[0].options), "copied"]
    assert after[1:] == before[1:]
    removed = post(browser, text_of(applied.text), "apply", **{f"remove.policy.fields.0.options.{place}": "yes"})
    assert text_of(removed.text) == SAMPLE


def test_a_whole_field_is_removed_with_its_options_and_a_new_one_has_none(browser: TestClient) -> None:
    removed = post(browser, SAMPLE, "apply", **{"remove.policy.fields.1": "yes"})
    assert "affairs" not in {field.name for field in fields_of_policy(removed.text)}
    added = text_of(post(browser, SAMPLE, "add.policy.fields").text)
    last = len(fields_of_policy(post(browser, SAMPLE, "apply").text))
    shown = post(browser, added, "check").text
    assert f'name="{FIELDS}.{last}.kind"' in shown
    assert f'value="add.policy.fields.{last}.options"' in shown
    typed = {"name": "months", "label": "Lama uji coba", "label_en": "Months", "kind": "figure", "lowest": "1", "highest": "36"}
    applied = post(browser, added, "apply", **{f"{FIELDS}.{last}.{name}": text for name, text in typed.items()})
    assert (applied.status_code, fields_of_policy(applied.text)[last].name) == (200, "months")


@pytest.mark.parametrize(
    ("typed", "highest"),
    [("2.500.000", "2500000"), ("1.200", "1200"), ("1,5", "1.5"), ("-3", "-3"), ("", None), ("1200000", "1200000")],
)
def test_a_bound_is_read_as_people_write_figures_and_shown_without_grouped_thousands(
    browser: TestClient, typed: str, highest: str | None
) -> None:
    page = post(browser, SAMPLE, "apply", **{f"{FIELDS}.5.highest": typed, f"{FIELDS}.5.lowest": "-10"})
    found = fields_of_policy(page.text)[5].highest
    assert (None if found is None else format(found, "f")) == highest
    assert fields_in(page.text)[f"{FIELDS}.5.highest"] == (highest or "").replace(".", ",")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({f"{FIELDS}.4.depends_on": "channels"}, "harus berada sebelum bagian yang bergantung"),
        ({f"{FIELDS}.4.answers_needed": "apply"}, "tidak memiliki pilihan apply"),
        ({f"{FIELDS}.4.depends_on": ""}, "kosongkan keduanya"),
        ({f"{FIELDS}.5.lowest": "banyak"}, "policy.fields.5.lowest"),
        ({f"{FIELDS}.3.earliest": "2026-02-30"}, "policy.fields.3.earliest"),
        ({f"{FIELDS}.3.latest": "9999-12-31"}, "antara tahun 1900 dan 2999"),
        ({f"{FIELDS}.0.kind": "figure"}, "isian angka dan tanggal tidak memiliki pilihan"),
    ],
)
def test_a_field_that_cannot_be_asked_is_told_of_with_its_line(browser: TestClient, typed: dict[str, str], told: str) -> None:
    page = post(browser, SAMPLE, "apply", **typed)
    assert page.status_code == 422
    faults = re.findall(r'<section class="gap" aria-labelledby="faults">.*?</section>', page.text, re.S)[0]
    assert (told in faults, "Baris " in faults) == (True, True), faults


def test_the_phone_shows_the_fields_with_their_options_and_when_they_are_asked(browser: TestClient) -> None:
    page = browser.get("/ketentuan/baru?dari=iid_profile").text
    phone = re.findall(r'<div class="phone sheet">.*?</section>', page, re.S)[0]
    said: list[Any] = re.findall(r"<strong>(.*?)</strong>", phone)
    assert said[1:6] == ["Inisiator inovasi", "Tahapan inovasi", "Urusan pemerintahan", "Tematik", "Waktu uji coba"]
    assert "Hanya bila Tahapan inovasi dijawab Penerapan." in phone
    assert "Hanya bila Saluran layanan dijawab Situs web atau Aplikasi ponsel." in phone
    assert '<p class="option">Loket</p>' in phone
    assert ".." not in phone


def test_a_form_takes_a_proposal_with_every_option_of_the_largest_policy() -> None:
    boxes, team, own = 40 * (60 + 1), 50 * 5, 30 + 30
    assert boxes + team + own < MOST_FIELDS
