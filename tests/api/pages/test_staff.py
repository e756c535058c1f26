"""The list of people as a page: found by unit and name without a number, told nothing of other units, and led to from where one begins."""

import html
import re

import pytest

from tests.api.pages.browsing import open_browser
from tests.building import Town
from tests.workflows.region.test_staff import crowd

LIST = "/pegawai?unit="


def rows(page: str) -> list[list[str]]:
    """The rows of the list, as their cells read."""
    body = re.search(r"<tbody.*?</tbody>", page, re.S)
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.S) for row in re.findall(r"<tr.*?</tr>", body[0], re.S)] if body else []
    return [[html.unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in row] for row in cells]


def test_an_operator_finds_somebody_by_name_and_opens_their_record(town: Town) -> None:
    browser = open_browser(town, "operator")
    shown = browser.get("/pegawai?unit=&nama=hesti").text
    number = town["owner"].number
    assert rows(shown) == [["Hesti Larasati", f"••• {number[15:]}", "Kelurahan Ciroyom", "", "PNS", "Belum diaktifkan"]]
    assert number not in shown
    assert '<input id="nama" name="nama" type="search" value="hesti"' in shown
    [record] = re.findall(r'<td[^>]*class="title"><a href="([^"]+)"', shown)
    assert browser.get(record).status_code == 200


def test_a_unit_is_chosen_among_ones_own_and_everybody_of_it_is_listed(town: Town) -> None:
    shown = open_browser(town, "operator").get("/pegawai?unit=MALEBER").text
    assert [row[0] for row in rows(shown)] == ["Sari Kenanga Wulandari"]
    assert re.findall(r'<option value="([^"]*)"', shown) == ["", "ANDIR", "CIROYOM", "MALEBER"]
    assert '<option value="MALEBER" selected>' in shown
    assert len(rows(open_browser(town, "operator").get(LIST).text)) == 5


def test_of_other_units_it_says_what_it_says_of_none(town: Town) -> None:
    browser = open_browser(town, "operator")
    own_id = r'name="form_(?:key|token)" value="[^"]*"'
    answers = {re.sub(own_id, "", browser.get(f"/pegawai?unit={unit}&nama=Wening").text).replace(unit, "U") for unit in ("DAGO", "NIHIL")}
    assert len(answers) == 1
    assert "Tidak ada pegawai yang cocok." in answers.pop()


@pytest.mark.parametrize("who", ["lead", "head", "leader", "secretary", "chair", "auditor"])
def test_who_looks_after_no_unit_has_no_list_and_no_link_to_it(town: Town, who: str) -> None:
    browser = open_browser(town, who)
    assert browser.get(LIST).status_code == 403
    assert LIST not in browser.get("/kotak-masuk").text
    assert open_browser(town).get(LIST).status_code == 303


@pytest.mark.parametrize("who", ["operator", "admin"])
def test_the_inbox_and_the_page_of_people_lead_to_the_list(town: Town, who: str) -> None:
    browser = open_browser(town, who)
    for path in ("/kotak-masuk", "/pegawai"):
        assert f'href="{LIST}"' in browser.get(path).text, path


def test_a_hundred_stand_on_a_page_and_the_next_ones_on_the_next(town: Town) -> None:
    crowd(town, "MALEBER", "Orang & Kawan", 205)
    browser, seen, to = open_browser(town, "operator"), list[str](), "/pegawai?unit=MALEBER&nama=ora"
    for number in (100, 100, 5):
        shown = browser.get(to).text
        assert len(rows(shown)) == number
        seen += [row[0] for row in rows(shown)]
        onward = re.search(r'href="([^"]*after=[^"]*)"', shown)
        to = html.unescape(onward[1]) if onward else ""
    assert (to, len({*seen})) == ("", 205)
    assert 'href="/pegawai?unit=MALEBER&amp;nama=ora"' in shown, "back to the start"


def test_what_is_typed_is_shown_as_text_and_a_strange_cursor_is_a_sentence(town: Town) -> None:
    browser = open_browser(town, "operator")
    shown = browser.get("/pegawai", params={"nama": '"><b>x', "unit": "<i>"})
    assert (shown.status_code, "<b>x" in shown.text, "<i>" in shown.text) == (200, False, False)
    refused = browser.get("/pegawai?unit=&after=x")
    assert (refused.status_code, "Mulailah dari awal daftar" in refused.text) == (422, True)
    assert browser.get(f"/pegawai?unit={'x' * 5_000}&nama={'y' * 5_000}").status_code == 200
