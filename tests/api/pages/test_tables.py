"""Tables of the writing form: filled in without a script, told of at the very cell, and read by everybody as a table.

Who errs: who leaves a row in the middle empty, types `1.200`, or needs one row more after half an hour of typing.
"""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlmodel import col, select

from api.pages.forms import Form
from api.pages.tables import count_rows, lay_rows
from api.pages.texts import Words
from models.dictated_ideas import DictatedIdea
from models.form_rules import FormField
from models.ideas import Revision
from models.policy import Policy
from models.stages import IdeaStage
from tests.api.pages.browsing import fields_of, open_browser, send
from tests.api.pages.test_all_at_once import fields_at_fault
from tests.api.pages.test_answers import hidden_in, values
from tests.asking import ask, check_problem
from tests.books import read_book_as
from tests.building import POLICY, SECTIONS, Town
from tests.steps import REASON
from tests.tables import CONDITIONAL, COSTS, FORM, ROWS, SAID, cells, kept
from workflows.intake.dictate import confirm_dictated
from workflows.intake.screen import Findings, Screening, screen_idea

HOSTILE = '"><script>alert(1)</script>'
TYPED = {"form": "other", "medium": "digital", "title": "Judul"} | {f"sections.{name}": text for name, text in SECTIONS.items()}
FIRST = {"item": "Tablet loket", "cost": "4.500.000", "phase": "preparation", "paid_on": "03-02-2026"}
SECOND = {"item": "Pelatihan", "cost": "1.250.000,5", "phase": "operation", "paid_on": ""}
EMPTY = {"item": " ", "cost": "", "phase": "", "paid_on": ""}


def present(town: Town, idea: str) -> Revision:
    newest = select(Revision).where(Revision.idea_id == idea).order_by(col(Revision.number).desc())
    return town.rows(newest)[0]  # type: ignore[no-any-return]


def count_shown(page: str, field: str = "costs") -> int:
    return len(set(re.findall(rf'name="answers\.{field}\.(\d+)\.', page)))


def read_tables(page: str) -> list[list[list[str]]]:
    """The cells of the tables that a page shows, row by row."""
    tables = re.findall(r'<table class="table answers[ "].*?</table>', page, re.S)
    rows = [re.findall(r'<tr role="row">(.*?)</tr>', table, re.S)[1:] for table in tables]
    return [
        [[re.sub(r'<span class="named">.*?</span>|<[^>]*>', "", cell) for cell in row.split("</td>")[:-1]] for row in each] for each in rows
    ]


@pytest.fixture
def call(town: Town) -> str:
    return town.build_call(**FORM)


@pytest.fixture
def browser(town: Town) -> TestClient:
    return open_browser(town, "lead")


def test_a_row_is_added_without_a_script_and_without_losing_what_was_typed(town: Town, call: str, browser: TestClient) -> None:
    page = f"/usulan/baru?call={call}"
    shown = browser.get(page).text
    assert [count_shown(shown, field) for field in ("costs", "months")] == [3, 3]
    more = send(browser, page, "/usulan/baru", **TYPED, **cells(EMPTY, FIRST, EMPTY, SECOND), more_rows="costs")
    assert (more.status_code, town.rows(select(Revision))) == (200, [])
    assert [count_shown(more.text, field) for field in ("costs", "months")] == [5, 3], "four were sent, and one was asked for"
    typed = values(more.text, "answers.costs.")
    assert [typed[f"answers.costs.{row}.item"] for row in range(5)] == ["Tablet loket", "Pelatihan", " ", " ", ""]
    assert 'name="more_rows" value="costs" formaction' not in more.text, "five rows are the most"
    assert "Tabel ini sudah memuat jumlah baris paling banyak." in more.text
    assert 'formaction="/usulan/baru#writing-answers-months"' in more.text


def test_what_is_typed_is_kept_without_empty_rows_and_read_as_a_table_by_everybody(town: Town, call: str, browser: TestClient) -> None:
    typed = {**TYPED, **cells(EMPTY, FIRST, EMPTY, SECOND), "answers.months.2.month": "Januari", "answers.months.2.minutes": "45"}
    sent = send(browser, f"/usulan/baru?call={call}", "/usulan/baru", **typed, do="submit")
    assert sent.status_code == 303, sent.text
    idea = sent.headers["location"].split("/")[2].partition("?")[0]
    assert present(town, idea).answers == {"costs": kept(*ROWS), "months": '[{"minutes":"45","month":"Januari"}]'}
    expected = [
        [["Tablet loket", "4.500.000", "Persiapan", "3 Februari 2026"], ["Pelatihan", "1.250.000,5", "Pelaksanaan", ""]],
        [["Januari", "45"]],
    ]
    page = browser.get(f"/usulan/{idea}").text
    assert [[[cell.strip() for cell in row] for row in table] for table in read_tables(page)] == expected
    assert "Biaya (Rp)" in page
    assert "Time in the queue (minutes)" in browser.get(f"/usulan/{idea}", headers={"Accept-Language": "en"}).text


def test_a_figure_that_may_mean_two_is_asked_about_at_its_cell(town: Town, call: str, browser: TestClient) -> None:
    rows = cells(EMPTY, SECOND, FIRST | {"cost": "4.500"})
    asked = send(browser, f"/usulan/baru?call={call}", "/usulan/baru", **TYPED, **rows, do="submit")
    assert (asked.status_code, fields_at_fault(asked.text, "writing")) == (422, ["answers-costs-1-cost"])
    assert sorted(re.findall(r'name="meant.answers.costs.1.cost" value="([^"]*)"', asked.text)) == ["4.5", "4500"]
    assert "4.500" in asked.text[asked.text.index("error-summary") :][:600]
    chosen = {**hidden_in(asked.text), **TYPED, **cells(EMPTY, SECOND), **cells(FIRST | {"cost": "4.500"}, field="x")}
    chosen = {name.replace("answers.x.0", "answers.costs.2"): value for name, value in chosen.items()}
    saved = browser.post("/usulan/baru", data={**chosen, "meant.answers.costs.2.cost": "4500", "do": "save"})
    idea = saved.headers["location"].split("/")[2]
    assert present(town, idea).answers == {"costs": kept(ROWS[1], {**ROWS[0], "cost": "4500"})}
    shown = values(browser.get(f"/usulan/{idea}/ubah").text, "answers.costs.1.")
    assert shown["answers.costs.1.cost"] == "4500"


def test_a_fault_is_told_of_at_the_very_cell_and_named_in_the_summary(town: Town, call: str, browser: TestClient) -> None:
    wrong = {"item": "x" * 41, "cost": "banyak", "phase": "operation", "paid_on": "2026-02-30"}
    sent = send(browser, f"/usulan/baru?call={call}", "/usulan/baru", **TYPED, **cells(EMPTY, FIRST | {"cost": "5"}, wrong), do="submit")
    assert (sent.status_code, town.rows(select(Revision))) == (422, [])
    assert fields_at_fault(sent.text, "writing") == [f"answers-costs-1-{name}" for name in ("item", "cost", "paid_on")]
    assert "Rincian biaya, baris 2, Biaya: " in sent.text
    assert re.search(r'id="writing-answers-costs-1-cost"[^>]*value="banyak"[^>]*aria-invalid="true"', sent.text)
    half = send(browser, f"/usulan/baru?call={call}", "/usulan/baru", **TYPED, **cells({"item": "Kursi"}), do="submit")
    assert fields_at_fault(half.text, "writing") == ["answers-costs", "answers-costs-0-cost", "answers-costs-0-phase"]
    odd = send(browser, f"/usulan/baru?call={call}", "/usulan/baru", **TYPED, **{"answers.costs.0.<b>": "x", "answers.months.99.": "y"})
    assert odd.status_code == 422
    assert "Tabel ini tidak memiliki kolom tersebut. Muat ulang halaman" in odd.text


def test_a_draft_opens_with_its_rows_and_one_is_taken_out_by_its_box(town: Town, call: str, browser: TestClient) -> None:
    idea = town.build_idea(call=call, **SAID)
    path = f"/usulan/{idea}/ubah"
    stored = {name: value for name, value in values(browser.get(path).text, "answers.costs.").items() if value}
    assert stored == cells(
        {"item": "Tablet loket", "cost": "4500000", "paid_on": "2026-02-03"}, {"item": "Pelatihan", "cost": "1250000,5"}
    ), "its choices stand in lists to open"
    typed = {**TYPED, **stored, "answers.costs.1.phase": "operation", "answers.costs.0": "remove", "answers.costs": ""}
    shown = send(browser, path, path, **typed, more_rows="costs")
    assert values(shown.text, "answers.costs.0.")["answers.costs.0.item"] == "Pelatihan"
    assert "Tablet loket" not in shown.text[shown.text.index("<main") :]
    saved = send(browser, path, path, **typed, do="save")
    assert saved.headers["location"] == f"{path}?ok=draft_saved"
    assert present(town, idea).answers == {"costs": kept(ROWS[1])}
    send(browser, path, path, **TYPED, **{"answers.costs": ""}, do="save")
    assert present(town, idea).answers == {}


def test_a_changed_choice_hides_a_table_and_loses_none_of_its_rows(town: Town, browser: TestClient) -> None:
    idea = town.build_idea(call=town.build_call(**CONDITIONAL), **{**SAID, "answers": {"has_costs": "yes", "costs": kept(*ROWS)}})
    path = f"/usulan/{idea}/ubah"
    away = send(browser, path, path, **TYPED, **{"answers.has_costs": "no", **cells(FIRST | {"cost": "tidak tahu"})}, do="refresh")
    hidden = hidden_in(away.text, path)
    assert hidden["answers.costs.0.cost"] == "tidak tahu"
    assert "answers.costs.1.item" not in hidden, "that row was not sent"
    saved = browser.post(path, data={**hidden, **TYPED, "answers.has_costs": "no", "do": "save"})
    assert saved.status_code == 303, "what is not asked is no fault"
    assert present(town, idea).answers == {"has_costs": "no"}


def test_a_returned_idea_shows_a_closed_table_and_opens_the_one_that_was_asked_for(town: Town, call: str, browser: TestClient) -> None:
    said = {**SAID, "answers": {"costs": kept(*ROWS), "months": '[{"minutes":"45","month":"Januari"}]'}}
    idea = town.build_idea(IdeaStage.SCREENING, call=call, **said)
    findings = Findings(reason=REASON, notes={"costs": "Rinci per barang."})
    town.do(screen_idea, idea, Screening.RETURNED, findings, by="secretary")
    path = f"/usulan/{idea}/lengkapi"
    page = browser.get(path).text
    assert [[[cell.strip() for cell in row] for row in table] for table in read_tables(page)] == [[["Januari", "45"]]]
    assert (count_shown(page, "costs"), count_shown(page, "months")) == (3, 0)
    assert "Rinci per barang." in page
    typed = cells(FIRST | {"cost": "4600000"}, SECOND) | {"answers.months.0.month": "Februari"}
    sent = browser.post(path, data={**fields_of(page, path), **typed, "do": "submit"})
    assert sent.status_code == 303, sent.text
    changed = {**ROWS[0], "cost": "4600000"}
    assert present(town, idea).answers == {**said["answers"], "costs": kept(changed, ROWS[1])}
    diff = open_browser(town, "secretary").get(f"/usulan/{idea}/perubahan").text
    assert "<del>4.500.000</del>" in diff
    assert "<ins>4.600.000</ins>" in diff
    assert "<span>1.250.000,5</span>" in diff, "a row that stayed is shown as it is"


def test_a_table_is_read_by_reviewers_colleagues_and_in_the_book_and_runs_nothing(town: Town, client: TestClient) -> None:
    rows = [{**ROWS[0], "item": HOSTILE}, ROWS[1]]
    call = town.build_call(**FORM, colleagues={"open_to": "whole_region"}, blind=False)
    idea = town.build_idea(IdeaStage.IN_REVIEW, call=call, **{**SAID, "answers": {"costs": kept(*rows)}})
    reviewer = town.reviewers(idea)[0]
    pages = [open_browser(town, who).get(f"/{room}/{idea}").text for who, room in ((reviewer, "usulan"), ("stranger", "rekan"))]
    said = str(read_book_as(client, town["lead"], idea))
    for page in (*pages, said):
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert" not in page
        assert "1.250.000,5" in page
    assert str(read_tables(pages[0])) == str(read_tables(pages[1]))


def test_a_dictated_table_waits_for_its_person(town: Town, call: str) -> None:
    browser, page = open_browser(town, "operator"), f"/usulan-titipan/baru?call={call}"
    typed = {**TYPED, **cells(EMPTY, FIRST | {"cost": "4500000"}, SECOND), "employee_number": town["mate"].number}
    more = send(browser, page, "/usulan-titipan/baru", **typed, more_rows="costs")
    assert count_shown(more.text) == 4
    wrong = send(browser, page, "/usulan-titipan/baru", **{**typed, "answers.costs.2.cost": "banyak"})
    assert fields_at_fault(wrong.text, "dictate") == ["answers-costs-1-cost"]
    sent = send(browser, page, "/usulan-titipan/baru", **typed)
    assert sent.status_code == 303, sent.text
    (row,) = town.rows(select(DictatedIdea))
    assert row.proposal["answers"] == {"costs": kept(*ROWS)}
    shown = browser.get(f"/usulan-titipan/{row.id}").text
    assert [[cell.strip() for cell in each] for each in read_tables(shown)[0]][1] == ["Pelatihan", "1.250.000,5", "Pelaksanaan", ""]
    assert values(browser.get(f"/usulan-titipan/{row.id}/ubah").text, "answers.costs.1.")["answers.costs.1.item"] == "Pelatihan"
    idea = town.do(confirm_dictated, row.id, 1, by="mate").idea.id
    assert present(town, idea).answers == {"costs": kept(*ROWS)}


def test_the_api_takes_a_table_as_json_and_no_input_breaks_it(town: Town, call: str, client: TestClient) -> None:
    def send_costs(costs: str) -> Response:
        body = {"call_id": call, "title": "Judul", "sections": SECTIONS, "answers": {"costs": costs}}
        return ask(client, town["lead"], "POST /ideas", body)

    made = send_costs(kept(*ROWS))
    assert (made.status_code, made.json()["answers"]) == (201, {"costs": kept(*ROWS)})
    for hostile in ('[{"item":"\\ud800"}]', '[{"\\ud800":"a"}]', "[" * 19_000, '[{"item":"a"}]' * 2, "\0"):
        check_problem(send_costs(hostile), 422, "table_unreadable", language="id")
    unknown = check_problem(send_costs('[{"a\\u0000<b>":"1"}]'), 422, "column_unknown", language="id")
    assert unknown["parameters"] == {"known": ["item", "cost", "phase", "paid_on"]}
    faulty = check_problem(send_costs('[{},{},{"cost":"x"},{"paid_on":"2026-02-30"}]'), 422, "figure_unreadable", language="id")
    assert [each["field"] for each in faulty["errors"]] == ["answers.costs.2.cost", "answers.costs.3.paid_on"]
    assert send_costs('[{"item":"' + "a" * 30_000).status_code == 422
    assert len(town.rows(select(Revision))) == 1


def test_ten_thousand_rows_are_too_many_for_a_form(town: Town, call: str, browser: TestClient) -> None:
    flood: Any = {**TYPED, **{f"answers.costs.{row}.item": "a" for row in range(10_000)}}
    assert send(browser, f"/usulan/baru?call={call}", "/usulan/baru", **flood).status_code == 400
    some: Any = {**TYPED, **{f"answers.costs.{row}.item": "a" for row in range(400)}, "do": "save"}
    refused = send(browser, f"/usulan/baru?call={call}", "/usulan/baru", **some)
    assert (refused.status_code, fields_at_fault(refused.text, "writing")) == (422, ["answers-costs"])
    assert count_shown(refused.text) == 400, "nothing that was typed is lost"


def test_a_table_in_a_sentence_is_its_cells_in_order() -> None:
    costs = FormField.model_validate(COSTS)
    assert (
        Words("en").answer(costs, kept(*ROWS)) == "Tablet loket, 4,500,000, Preparation, 3 February 2026; Pelatihan, 1,250,000.5, Operation"
    )
    odd = kept({"phase": "gone", "cost": "?", "paid_on": "2026"})
    assert Words("id").answer(costs, odd) == "?, gone, 2026", "what a column could not have now stands as it is"


def test_rows_are_laid_once_and_for_all() -> None:
    policy = Policy.model_validate({**POLICY, "fields": [COSTS]})
    sent = [
        ("title", "x"),
        *cells({"item": ""}, {"item": "b"}).items(),
        ("answers.costs.0007.item", "c"),
        ("meant.answers.costs.1.cost", "2"),
    ]
    sent += [
        ("answers.costs.3", "remove"),
        ("answers.costs.3.item", "gone"),
        ("meant.answers.costs.3.cost", "5"),
        ("answers.other.9.x", "y"),
    ]
    laid = lay_rows(Form(sent), policy)
    assert laid.values == {
        "title": "x",
        "answers.costs.0.item": "b",
        "meant.answers.costs.0.cost": "2",
        "answers.costs.1.item": "c",
        "answers.costs.2.item": "",
        "answers.costs.3.item": "",
        "answers.other.9.x": "y",
    }
    assert lay_rows(laid, policy).values == laid.values
    assert (count_rows(policy, laid.values)["costs"].shown, count_rows(policy, laid.values)["costs"].said) == (4, 2)
