"""The page of a new call: begun from a sample, written as fields or as the file itself, looked at, given as a file, planned."""

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from api.call_samples import SAMPLES, read_sample
from api.pages.call_fields import LISTS, PREFIX, count_fields, list_groups, show_value
from api.pages.forms import MOST_FIELDS
from api.pages.texts import Words
from models.calls import Call, PolicyVersion
from models.waits import is_span
from tests.api.pages.browsing import fields_of, open_browser
from tests.building import Town
from workflows.region.call_files.call import check_file
from workflows.region.call_files.reading import read_file
from workflows.region.calls import plan_call

NEW = "/ketentuan/baru"
OWN = (("code: ANDIR-2026", "code: UJI-1"), ("unit_code: KEC-ANDIR", "unit_code: BAPPEDA"))


def text_of(page: str) -> str:
    """The file's text as the page shows it."""
    found = re.search(r'<textarea id="call-file"[^>]*>\n(.*?)</textarea>', page, re.S)
    assert found, page
    return html.unescape(found[1])


def fields_in(page: str) -> dict[str, str]:
    """The call's fields of a page as a browser sends them untouched."""
    form = page[page.index('<h2 id="fields"') :]
    form = form[: form.index("</form>")]
    typed = re.findall(r'<input id="[^"]*" name="(v\.[^"]*)" type="text" value="([^"]*)"', form)
    long = re.findall(r'<textarea id="[^"]*" name="(v\.[^"]*)"[^>]*>\n(.*?)</textarea>', form, re.S)
    picked = [
        (name, re.search(r'<option value="([^"]*)" selected', options)[1])  # type: ignore[index]
        for name, options in re.findall(r'<select id="[^"]*" name="(v\.[^"]*)"[^>]*>(.*?)</select>', form, re.S)
    ]
    return {name: html.unescape(value) for name, value in [*typed, *long, *picked]}


def post(browser: TestClient, text: str, act: str, **fields: str) -> Any:
    hidden = fields_of(browser.get(f"{NEW}?dari=standing_track").text, NEW) | {"file": text, "act": act}
    return browser.post(NEW, data=hidden | fields)


def own_sample() -> str:
    text = read_sample("standing_track")
    for before, after in OWN:
        text = text.replace(before, after)
    return text


def list_leaves(body: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """The values of a file by the fields that hold them."""
    if isinstance(body, Mapping) and path not in ("policy.movers", "policy.documents.numbers") and not is_span(body):
        for name, value in body.items():
            yield from list_leaves(value, f"{path}.{name}".lstrip("."))
    elif re.sub(r"\.\d+(?=\.|$)", ".*", path) in LISTS:
        for place, value in enumerate(body):
            yield from list_leaves(value, f"{path}.{place}")
    else:
        yield path, body


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_sample_is_shown_as_fields_file_picture_and_phone(town: Town, sample: str) -> None:
    shown = open_browser(town, "secretary").get(f"{NEW}?dari={sample}")
    assert (shown.status_code, text_of(shown.text)) == (200, read_sample(sample))
    assert "data:image/svg+xml;base64," in shown.text
    assert "Formulir usulan di telepon" in shown.text
    body = read_file(read_sample(sample).encode()).body
    written = {f"{PREFIX}.{path}": show_value(value, path, Words("id")) for path, value in list_leaves(body)}
    assert fields_in(shown.text) == written | {f"{PREFIX}.policy.attachments.least": ""}


@pytest.mark.parametrize("sample", SAMPLES)
def test_fields_sent_untouched_change_no_byte_of_the_file(town: Town, sample: str) -> None:
    browser = open_browser(town, "secretary")
    shown = browser.get(f"{NEW}?dari={sample}").text
    answer = post(browser, read_sample(sample), "apply", **fields_in(shown))
    assert text_of(answer.text) == read_sample(sample)


def test_from_the_contest_the_page_makes_the_sample_of_a_standing_track_byte_by_byte(town: Town) -> None:
    browser, wanted = open_browser(town, "secretary"), read_sample("standing_track")
    body = read_file(wanted.encode()).body
    typed = {f"{PREFIX}.{path}": show_value(value, path, Words("id")) for path, value in list_leaves(body)}
    gone = {
        f"remove.policy.{path}": "yes"
        for path in (*(f"{name}.{n}" for name in ("gates", "categories") for n in range(3)), "rule_book.tiers.4")
    }
    answer = post(browser, read_sample("city_contest"), "apply", **typed, **gone)
    assert (answer.status_code, text_of(answer.text)) == (200, wanted)


def test_comments_of_ones_own_stay_and_a_new_entry_is_explained(town: Town) -> None:
    text = own_sample().replace("  pass_mark: 70\n", "  # by the mayor's wish\n  pass_mark: 70  # for now\n")
    answer = post(open_browser(town, "secretary"), text, "add.policy.gates", **{"v.policy.pass_mark": "72,5"})
    made = text_of(answer.text)
    assert "  # by the mayor's wish\n  pass_mark: 72.5  # for now\n" in made
    assert '  gates:\n    # Nama untuk program: huruf kecil, angka, dan garis bawah.\n    - name: ""\n' in made
    assert answer.status_code == 422, "the new entry has no name yet"
    fields = {"name": "visit", "label": "Kunjungan", "label_en": "Visit", "stage": "shortlisted", "role": "secretariat", "days": "7"}
    answer = post(open_browser(town, "secretary"), made, "apply", **{f"v.policy.gates.0.{name}": typed for name, typed in fields.items()})
    checked = check_file(text_of(answer.text).encode())
    assert (answer.status_code, checked.faults) == (200, [])
    assert checked.policy is not None
    assert [gate.label for gate in checked.policy.gates] == ["Kunjungan"]


def test_what_is_typed_wrongly_is_told_with_its_line_and_kept(town: Town) -> None:
    typed = {
        "v.policy.pass_mark": "tujuh puluh",
        "v.policy.team_limit": "lima",
        "v.closes_at": "besok",
        "v.policy.movers": "fly away: chair",
    }
    answer = post(open_browser(town, "secretary"), own_sample(), "apply", **typed)
    made = text_of(answer.text)
    assert answer.status_code == 422
    for part in ("closes_at: besok", "pass_mark: tujuh puluh", "team_limit: lima"):
        assert f"Baris {made[: made.index(part)].count(chr(10)) + 1}" in answer.text, part
    assert fields_in(answer.text)["v.policy.pass_mark"] == "tujuh puluh"


def test_files_that_must_be_there_are_typed_a_kind_a_line(town: Town) -> None:
    browser, field = open_browser(town, "secretary"), "v.policy.attachments.least"
    answer = post(browser, own_sample(), "apply", **{field: "photo: 2\npdf: satu", "v.policy.attachments.most": "3"})
    made = text_of(answer.text)
    assert (answer.status_code, "      photo: 2\n      pdf: satu\n" in made) == (422, True)
    answer = post(browser, made, "apply", **{field: "photo: 2"})
    checked = check_file(text_of(answer.text).encode())
    assert (answer.status_code, checked.faults) == (200, [])
    assert checked.policy is not None
    assert checked.policy.attachments.least == {"photo": 2}
    assert "Lampiran yang wajib ada saat mengajukan: foto (JPEG, PNG, WebP, HEIC) paling sedikit 2." in answer.text
    assert "    least: {}\n" in text_of(post(browser, text_of(answer.text), "apply", **{field: ""}).text)


def test_a_step_that_there_is_not_is_told_whatever_its_name_is(town: Town) -> None:
    answer = post(open_browser(town, "secretary"), own_sample(), "apply", **{"v.policy.movers": "fly away: chair\nverify: auditor"})
    assert "    fly_away: chair\n    verify: auditor\n" in text_of(answer.text)
    assert (answer.status_code, "Langkah fly_away tidak ada dalam proses" in html.unescape(answer.text)) == (422, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Berkas ini kosong"),
        ("a: [", "Susunan berkas tidak dapat dibaca"),
        ("a: &x 1\nb: *x\n", "Rujukan dengan"),
        ("a: !!python/object:os.system 1", "tanda seru"),
        ("a: \x00", "U+0000"),
        ("a: 1\n---\nb: 1", "dua dokumen"),
        ("[" * 5_000, "terlalu bertingkat"),
        ("x" * 200_000, "lebih besar dari"),
        ("a: \ud800", ""),
    ],
    ids=["empty", "open", "alias", "tag", "nul", "two", "deep", "large", "surrogate"],
)
@pytest.mark.parametrize("act", ["check", "plan", "apply", "add.policy.gates", "add.nowhere"])
def test_a_hostile_file_is_told_of_whatever_is_pressed(town: Town, text: str, said: str, act: str) -> None:
    answer = post(open_browser(town, "secretary"), text.encode("utf-8", "replace").decode(), act)
    assert answer.status_code == 422
    assert said in answer.text
    assert town.rows(select(Call)) == []


def test_a_call_is_planned_as_its_author_and_once(town: Town) -> None:
    browser = open_browser(town, "secretary")
    hidden = fields_of(browser.get(f"{NEW}?dari=standing_track").text, NEW) | {"file": own_sample(), "act": "plan"}
    answers = [browser.post(NEW, data=hidden) for _ in range(2)]
    [call], [version] = town.rows(select(Call)), town.rows(select(PolicyVersion))
    assert {answer.headers["location"] for answer in answers} == {f"/ketentuan/{call.id}/1?ok=call_planned"}
    assert (call.code, version.author_id) == ("UJI-1", town["secretary"].id)
    again = browser.get(f"{NEW}?dari=UJI-1")
    assert text_of(again.text) == own_sample()
    taken = post(browser, own_sample(), "plan")
    assert taken.status_code == 422
    assert "Kode periode usulan UJI-1 sudah dipakai" in taken.text
    assert "Ketentuan baru" in browser.get("/ketentuan").text


def test_what_the_region_refuses_is_told_with_its_line(town: Town) -> None:
    answer = post(open_browser(town, "secretary"), read_sample("standing_track"), "plan")
    line = read_sample("standing_track").split("unit_code:")[0].count("\n") + 1
    assert answer.status_code == 422
    assert re.search(rf"Baris {line}, Kode unit penyelenggara\..*<code>unit_code</code>", answer.text)


def test_the_file_is_given_to_be_kept(town: Town) -> None:
    answer = post(open_browser(town, "secretary"), own_sample(), "download")
    assert (answer.status_code, answer.text) == (200, own_sample())
    assert answer.headers["content-disposition"] == 'attachment; filename="periode-usulan.yaml"'


def test_the_page_is_shown_again_in_the_other_language(town: Town) -> None:
    answer = post(open_browser(town, "secretary"), own_sample(), "plan", switch_language="en")
    assert answer.status_code == 200
    assert "Plan the call" in answer.text
    assert text_of(answer.text) == own_sample()
    assert town.rows(select(Call)) == [], "a switch of the language plans nothing"


@pytest.mark.parametrize("who", ["lead", "chair", "leader", "auditor", "operator"])
def test_others_neither_see_nor_use_the_page(town: Town, who: str) -> None:
    browser = open_browser(town, who)
    assert [browser.get(path).status_code for path in (NEW, f"{NEW}?dari=standing_track")] == [403, 403]
    hidden = fields_of(open_browser(town, "secretary").get(f"{NEW}?dari=standing_track").text, NEW)
    token = re.search(r'name="form_token" value="([^"]*)"', browser.get("/akun").text)
    assert token
    for act in ("plan", "check", "download", "apply"):
        assert browser.post(NEW, data=hidden | {"form_token": token[1], "file": own_sample(), "act": act}).status_code == 403
    assert "Ketentuan baru" not in browser.get("/ketentuan").text


def test_a_call_of_elsewhere_is_not_copied(town: Town) -> None:
    code = town.rows(select(Call.code).where(Call.id == town.call))[0]
    assert open_browser(town, "secretary").get(f"{NEW}?dari={code}").status_code == 200
    assert open_browser(town, "secretary").get(f"{NEW}?dari=NIHIL").status_code == 404
    there = own_sample().replace("code: UJI-1", "code: UJI-ANDIR").replace("unit_code: BAPPEDA", "unit_code: ANDIR")
    town.do(plan_call, check_file(there.encode()).call, by="admin")
    assert open_browser(town, "admin").get(f"{NEW}?dari=UJI-ANDIR").status_code == 200
    assert open_browser(town, "secretary").get(f"{NEW}?dari=UJI-ANDIR").status_code == 404


def test_a_policy_with_too_many_parts_is_left_to_the_file(town: Town) -> None:
    options = ", ".join(f"{{name: o{number}, label: L, label_en: L}}" for number in range(30))
    fields = "".join(f"    - {{name: f{number}, label: L, label_en: L, kind: choice, options: [{options}]}}\n" for number in range(40))
    text = own_sample().replace("  fields: []\n", "  fields:\n" + fields)
    assert count_fields(list_groups(read_file(text.encode()).body, Words("id"))) > MOST_FIELDS
    answer = post(open_browser(town, "secretary"), text, "check")
    assert (answer.status_code, text_of(answer.text)) == (200, text)
    assert "Terapkan isian" not in answer.text
