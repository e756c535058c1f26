"""The pages of a call's life: everybody reads what happened and why; its keepers open, extend, close, amend and archive, each confirmed."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from models.calls import Call, CallState, PolicyVersion
from models.instants import now
from models.stages import IdeaStage
from tests.api.pages.browsing import confirm, open_browser, send
from tests.api.pages.test_calls import amend, read
from tests.building import Town
from tests.clock import set_clock
from tests.workflows.region.test_amendments import LONGER, WHY, write
from tests.workflows.region.test_call_life import call_of, later, pass_end
from tests.workflows.region.test_signatures import plan
from workflows.region.call_life import archive_call, extend_call
from workflows.region.calls import close_call
from workflows.region.signatures import sign_policy


def page_of(call: str) -> str:
    return f"/periode-usulan/{call}"


def typed(days: int) -> str:
    return f"{now() + timedelta(days=days):%Y-%m-%dT%H:%M}"


def press(town: Town, who: str, page: str, action: str, **fields: str) -> str:
    """Send a form, confirm what follows, and answer what the page then says was done."""
    browser = open_browser(town, who)
    answer = confirm(browser, send(browser, page, f"{page}{action}", **fields))
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_the_secretary_opens_a_planned_call_after_seeing_what_follows(town: Town) -> None:
    call = plan(town)
    assert "belum disahkan" in read(town, "secretary", page_of(call))
    town.do(sign_policy, call, 1, by="chair")
    assert press(town, "secretary", page_of(call), "/buka").endswith("?ok=call_opened")
    assert call_of(town, call).state == CallState.OPEN


def test_an_extension_is_confirmed_with_the_numbers_and_told_on_the_front_page(town: Town) -> None:
    call = town.call
    town.build_idea()
    browser = open_browser(town, "secretary")
    asked = send(browser, page_of(call), f"{page_of(call)}/perpanjang", until=typed(40), reason=WHY)
    assert "Draf: 1. Sudah diajukan: 0." in asked.text
    assert call_of(town, call).closes_at < now() + timedelta(days=31), "nothing is done before it is confirmed"
    assert confirm(browser, asked).status_code == 303
    assert call_of(town, call).closes_at > now() + timedelta(days=39)
    for who, page in ((None, "/"), (None, page_of(call)), ("lead", "/usulan/baru")):
        shown = open_browser(town, who).get(page)
        assert (shown.status_code, WHY in shown.text) == (200, True), page


def test_what_was_typed_stays_where_an_extension_is_refused(town: Town) -> None:
    page = page_of(town.call)
    refused = send(open_browser(town, "secretary"), page, f"{page}/perpanjang", until=typed(5), reason="telat")
    assert refused.status_code == 422
    assert "batas yang sudah diumumkan tidak dapat dimajukan" in refused.text
    assert "paling sedikit 10 karakter" in refused.text
    assert ">\ntelat</textarea>" in refused.text


def test_only_the_keepers_are_offered_the_steps_and_nobody_unknown_reads_of_a_planned_call(town: Town) -> None:
    page, planned = page_of(town.call), page_of(plan(town))
    for who, offered in (("secretary", True), ("admin", True), ("chair", False), ("lead", False)):
        assert (f'action="{page}/perpanjang"' in open_browser(town, who).get(page).text) == offered
    assert "/perpanjang" not in open_browser(town).get(page).text
    assert (open_browser(town).get(planned).status_code, open_browser(town, "lead").get(planned).status_code) == (404, 200)


def test_a_call_is_closed_early_and_everybody_reads_it(town: Town) -> None:
    call = town.call
    assert press(town, "secretary", page_of(call), "/tutup").endswith("?ok=call_closed")
    assert call_of(town, call).state == CallState.CLOSED
    assert "Ditutup sebelum batas yang diumumkan" in open_browser(town).get(page_of(call)).text


def test_a_closed_call_is_offered_for_opening_again_only_while_that_is_allowed(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = town.call
    pass_end(town, call, tmp_path, monkeypatch)
    assert "Buka kembali masa pengajuan" in read(town, "secretary", page_of(call))
    set_clock(monkeypatch, tmp_path, now() + timedelta(days=8))
    assert "Buka kembali masa pengajuan" not in read(town, "secretary", page_of(call))


def test_an_archived_call_leaves_the_list_and_comes_back(town: Town) -> None:
    call = town.call
    [code] = town.rows(select(Call.code).where(Call.id == call))
    idea = town.build_idea(IdeaStage.SCREENING)
    town.do(close_call, call, by="secretary")
    assert "Yang masih berjalan: 1." in read(town, "secretary", page_of(call))
    town.take(idea, "withdraw")
    assert press(town, "secretary", page_of(call), "/arsip").endswith("?ok=call_archived")
    assert code not in read(town, "secretary", "/ketentuan")
    assert code in read(town, "secretary", "/ketentuan?arsip=1")
    assert code in read(town, "secretary", "/laporan")
    assert open_browser(town).get(page_of(call)).status_code == 200
    browser = open_browser(town, "secretary")
    assert send(browser, page_of(call), f"{page_of(call)}/kembalikan").status_code == 303
    assert code in read(town, "secretary", "/ketentuan")


def test_an_amendment_shows_whom_it_touches_before_it_is_written_and_again_before_it_is_signed(town: Town) -> None:
    call = town.call
    idea = town.build_idea(IdeaStage.SCREENING, title="Loket keliling")
    before = town.idea(idea)
    browser, page = open_browser(town, "secretary"), f"{page_of(call)}/perubahan/1"
    fields = fields_as_shown(browser.get(page).text) | {"policy.days.screening": "17", "reason": WHY}
    asked = browser.post(page, data=fields)
    for said in ("Usulan berjalan yang terkena: 1", "Loket keliling", "Tenggat "):
        assert said in asked.text
    assert len(town.rows(select(PolicyVersion))) == 1
    assert confirm(browser, asked).headers["location"] == f"/ketentuan/{call}/2?ok=amendment_written"
    assert town.idea(idea) == before
    said = read(town, "chair", f"/ketentuan/{call}/2")
    for shown in (WHY, "Loket keliling", "Semula: 7 hari Menjadi: 17 hari", "Sahkan versi 2"):
        assert shown in said
    signed = send(open_browser(town, "chair"), f"/ketentuan/{call}/2", f"/ketentuan/{call}/2")
    assert signed.headers["location"].endswith("?ok=amendment_signed")
    assert town.idea(idea).due_at == (before.due_at or now()) + timedelta(days=10)
    assert "Ketentuan diubah" in read(town, "lead", f"/usulan/{idea}")


def test_all_that_an_amendment_may_not_do_is_told_at_its_fields(town: Town) -> None:
    town.build_idea(IdeaStage.SCREENING)
    browser, page = open_browser(town, "secretary"), f"{page_of(town.call)}/perubahan/1"
    fields = fields_as_shown(browser.get(page).text)
    wrong = {"policy.days.objection": "7", "policy.documents.signatory.capacity": "Kepala", "reason": "banjir"}
    refused = browser.post(page, data=fields | wrong)
    told = re.findall(r'id="amend_running-([\w-]+)-error"', refused.text)
    assert (refused.status_code, set(told)) == (
        422,
        {"policy-days-objection", "policy-documents-signatory-capacity", "reason"},
    )
    assert "tidak boleh diperpendek" in refused.text


def test_nobody_but_the_keepers_finds_the_form_of_an_amendment(town: Town) -> None:
    page = f"{page_of(town.call)}/perubahan/1"
    assert open_browser(town, "secretary").get(page).status_code == 200
    for who in ("chair", "leader", "lead", "auditor"):
        assert open_browser(town, who).get(page).status_code == 404
    assert open_browser(town, "secretary").get(page.removesuffix("1") + "9").status_code == 404


def test_a_new_version_says_that_it_touches_nobody_under_way(town: Town) -> None:
    town.build_idea(IdeaStage.SCREENING)
    said = read(town, "chair", amend(town, pass_mark=70))
    assert "Versi ini tidak mengubah apa pun bagi usulan yang sudah ada" in said
    assert "Usulan berjalan yang tetap memakai versi 1: 1" in said


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_pages_are_said_in_both_languages(town: Town, language: str) -> None:
    call = town.call
    town.build_idea(IdeaStage.SCREENING)
    town.do(extend_call, call, later(town, call), WHY, by="secretary")
    number = write(town, call, LONGER)
    for page in (page_of(call), f"{page_of(call)}/perubahan/1", f"/ketentuan/{call}/{number}", "/ketentuan?arsip=1"):
        browser = open_browser(town, "secretary")
        browser.cookies.set("language", language, domain="testserver.local", path="/")
        shown = browser.get(page)
        assert (shown.status_code, f'<html lang="{language}">' in shown.text) == (200, True), shown.text


def fields_as_shown(page: str) -> dict[str, str]:
    """Every field of the form of an amendment, as a browser sends it untouched."""
    form = re.search(r'<form[^>]*action="[^"]*/perubahan/1".*?</form>', page, re.S)
    assert form
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form[0]))
    lines = dict(re.findall(r'<input id="[^"]*" name="([^"]*)" type="text" value="([^"]*)"', form[0]))
    return hidden | lines | dict(re.findall(r'<textarea id="[^"]*" name="([^"]*)"[^>]*>\n([^<]*)</textarea>', form[0]))


def test_an_archived_call_is_not_extended_from_its_page(town: Town) -> None:
    call = town.call
    town.do(close_call, call, by="secretary")
    browser, page = open_browser(town, "secretary"), page_of(call)
    shown = browser.get(page).text
    town.do(archive_call, call, by="secretary")
    fields = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', shown))
    late = browser.post(f"{page}/perpanjang", data=fields | {"until": typed(40), "reason": WHY})
    assert late.status_code == 409
    assert "sudah diarsipkan" in late.text
