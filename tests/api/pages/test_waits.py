"""Waits on pages: typed as people write them, read again as `5 hari kerja`, and told with the line where they cannot be read."""

import html
from typing import Any

from tests.api.pages.browsing import open_browser
from tests.api.pages.test_call_form import fields_in, own_sample, post, text_of
from tests.api.pages.test_call_life import WHY, fields_as_shown, page_of
from tests.api.pages.test_calls import read
from tests.building import Town
from tests.workflows.process.test_deadlines import WORKING
from workflows.region.call_files.call import check_file

SPAN = "    review:\n      amount: 5\n      unit: working_days\n"


def apply(town: Town, text: str, **typed: str) -> Any:
    return post(open_browser(town, "secretary"), text, "apply", **{f"v.policy.days.{name}": wait for name, wait in typed.items()})


def test_a_wait_is_typed_in_words_and_shown_with_its_unit(town: Town) -> None:
    answer = apply(town, own_sample(), review="5 hari kerja", deferral="2 bulan", screening="9 hari")
    made = text_of(answer.text)
    assert (answer.status_code, check_file(made.encode()).faults) == (200, [])
    assert SPAN in made
    assert "    deferral:\n      amount: 2\n      unit: months\n" in made
    assert "    screening: 9\n" in made
    fields = fields_in(answer.text)
    shown = {name: fields[f"v.policy.days.{name}"] for name in ("review", "deferral", "screening")}
    assert shown == {"review": "5 hari kerja", "deferral": "2 bulan", "screening": "9"}
    for said in ("· 5 hari kerja", "· 9 hari"):
        assert said in answer.text, "what the process looks like under the policy"
    again = apply(town, made, screening="9 hari kerja")
    assert SPAN in text_of(again.text), "an untouched field stays as it was"
    back = apply(town, made, review="14")
    assert "    review: 14\n" in text_of(back.text)


def test_a_wait_that_is_none_or_too_long_is_told_with_its_line_and_kept(town: Town) -> None:
    answer = apply(town, own_sample(), review="400 hari kerja", screening="lima hari")
    made, said = text_of(answer.text), html.unescape(answer.text)
    assert answer.status_code == 422
    assert "melampaui batas 260" in said
    assert f"Baris {made[: made.index('    review:')].count(chr(10)) + 1}" in said
    assert fields_in(answer.text)["v.policy.days.review"] == "400 hari kerja"
    assert fields_in(answer.text)["v.policy.days.screening"] == "lima hari"


def test_an_amendment_offers_the_amount_alone_and_says_what_it_is_counted_in(town: Town) -> None:
    call = town.build_call(days=WORKING)
    page = f"{page_of(call)}/perubahan/1"
    shown = open_browser(town, "secretary").get(page).text
    assert "Sekarang 5 hari kerja" in shown
    assert "Sekarang 1 bulan" in shown
    assert "Sekarang 14 hari" in shown
    fields = fields_as_shown(shown)
    assert fields["policy.days.screening.amount"] == "5"
    assert "policy.days.screening.unit" not in fields
    browser = open_browser(town, "secretary")
    fields = fields_as_shown(browser.get(page).text) | {"policy.days.screening.amount": "4", "reason": WHY}
    assert "tidak boleh diperpendek" in browser.post(page, data=fields).text


def test_a_new_unit_stands_among_the_differences_in_words(town: Town) -> None:
    call = town.build_call()
    town.amend(call, days=WORKING)
    said = read(town, "chair", f"/ketentuan/{call}/2")
    assert "Semula: 7 hari Menjadi: 5 hari kerja" in said
    assert "Semula: 7 hari Menjadi: 1 bulan" in said
