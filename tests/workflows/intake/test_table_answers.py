"""A table is an answer as any other: kept in one way of writing it, told of cell by cell, and in the content's hash.

Who errs: a proposer who fills in half a row, or writes `4,5 juta` for a figure. Who would cheat: who sends ten thousand rows, cells of a
megabyte, columns that there are not, or JSON that no reader reads as the next one does.
"""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlmodel import col, select

from models.form_rules import FormField
from models.ideas import Revision
from models.policy import Policy
from models.stages import IdeaStage
from tests.answers import named
from tests.building import POLICY, SECTIONS, Town
from tests.steps import REASON
from tests.tables import CONDITIONAL, COST, COSTS, FORM, ITEM, MONTHS, PAID_ON, ROWS, SAID, kept
from workflows.intake.answers import read_answer
from workflows.intake.copying import copy_idea
from workflows.intake.draft import revise_idea
from workflows.intake.plain_answers import list_bound_faults
from workflows.intake.revisions import compare_revisions
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.intake.submit import submit_idea, supplement_idea
from workflows.intake.table_answers import LONGEST_TABLE, carry_table, list_table_faults, open_rows, read_sheet_cell
from workflows.intake.telling import list_telling_words
from workflows.process.actors import flow_actor
from workflows.process.attest.commit import hash_content
from workflows.process.attest.compare import compare_rows
from workflows.process.context import read_context
from workflows.process.refusals import Invalid

FIELD = FormField.model_validate(COSTS)
Told = list[tuple[str, str | None]]


def faults(refused: Invalid) -> Told:
    return [(each.code, each.field) for each in refused.parts or (refused,)]


def refuse(text: str) -> Told:
    with pytest.raises(Invalid) as refused:
        read_answer(FIELD, text)
    return faults(refused.value)


def present(town: Town, idea: str) -> Revision:
    newest = select(Revision).where(Revision.idea_id == idea).order_by(col(Revision.number).desc())
    return town.rows(newest)[0]  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (json.dumps(ROWS, indent=1), kept(*ROWS)),
        ('[{"phase":"operation","item":"  Dua   kata "}]', '[{"item":"Dua kata","phase":"operation"}]'),
        ('[{"cost":0012.500}]', None),
        ('[{"cost":"0012.500"}, {}, {"item":" "}, {"cost":7}]', '[{"cost":"12.5"},{"cost":"7"}]'),
        ('[{"cost":12.50,"item":null}]', '[{"cost":"12.5"}]'),
        ("[{},{}]", ""),
        ("[]", ""),
    ],
)
def test_a_table_is_kept_in_one_way_of_writing_it_without_empty_cells_and_rows(sent: str, said: str | None) -> None:
    if said is None:
        assert refuse(sent) == [("table_unreadable", "answers.costs")]
    else:
        assert read_answer(FIELD, sent) == said
        assert not said or read_answer(FIELD, said) == said


CELLS = st.fixed_dictionaries(
    {},
    optional={
        "item": st.sampled_from(["Tablet", "Pelatihan kader", "=1+1", "é"]),
        "cost": st.decimals(0, 10**9, places=2).map(lambda cost: format(cost, "f")),
        "phase": st.sampled_from(["preparation", "operation"]),
        "paid_on": st.dates().filter(lambda day: 1900 <= day.year < 3000).map(lambda day: day.isoformat()),
    },
)


@given(st.lists(CELLS, max_size=5), st.randoms(use_true_random=False), st.booleans())
def test_the_order_of_cells_and_the_spaces_between_them_are_no_part_of_an_answer(rows: list[dict[str, str]], luck: Any, wide: bool) -> None:
    shuffled = [dict(luck.sample([*row.items()], len(row))) for row in rows]
    read = read_answer(FIELD, json.dumps(shuffled, indent=3 if wide else None))
    assert read == read_answer(FIELD, json.dumps([row for row in rows if row]))
    assert [{*row} for row in open_rows(read)] == [{*row} for row in rows if row]
    assert carry_table(FIELD, read) == read


@pytest.mark.parametrize(
    "sent",
    [
        *("[", "{}", "null", '"x"', "[1]", "[[]]", "[null]", "[" * 20_000),
        *('[{"item":true}]', '[{"item":{"a":"b"}}]', '[{"item":["a"]}]', '[{"item":"a","item":"b"}]'),
        *('[{"item":"\\ud800"}]', '[{"\\ud800":"x"}]', "[{'item':'a'}]"),
    ],
    ids=lambda sent: sent[:20],
)
def test_what_is_no_list_of_rows_is_refused_as_a_whole(sent: str) -> None:
    assert refuse(sent) == [("table_unreadable", "answers.costs")]


def test_every_fault_is_told_of_at_its_cell_and_rows_are_counted_as_they_were_sent() -> None:
    wrong = {"other": "1", "<b>": "2", "item": "a\0", "cost": "4,5 juta", "phase": "Persiapan", "paid_on": "2026-02-30"}
    assert refuse(json.dumps([{}, ROWS[0], wrong, {"cost": 1e400, "item": "x" * 41}, {"cost": "9" * 400, "item": "山"}])) == [
        ("column_unknown", "answers.costs.2.other"),
        ("control_characters", "answers.costs.2.item"),
        ("figure_unreadable", "answers.costs.2.cost"),
        ("option_unknown", "answers.costs.2.phase"),
        ("day_unreadable", "answers.costs.2.paid_on"),
        ("text_too_long", "answers.costs.3.item"),
        ("figure_unreadable", "answers.costs.3.cost"),
        ("unprintable_characters", "answers.costs.4.item"),
        ("number_too_long", "answers.costs.4.cost"),
    ]


def test_thousands_of_rows_columns_and_letters_are_refused_before_they_are_gone_through() -> None:
    assert refuse(json.dumps([{"item": "a"}] * 2_000)) == [("rows_too_many", "answers.costs")]
    assert refuse(json.dumps([{"item": "a" * 1_000_000}])) == [("table_too_long", "answers.costs")]
    assert refuse(json.dumps([{f"c{number}": "" for number in range(2_000)}])) == [("column_unknown", "answers.costs.0.c0")]
    assert read_answer(FIELD, f"[{'{},' * 9_000}{{}}]") == "", "however many say nothing"
    wide = FormField.model_validate(
        {**COSTS, "columns": [{**ITEM, "name": f"c{place}", "longest": 300} for place in range(8)], "most_rows": 50}
    )
    rows = [{f"c{place}": "a" * 290 for place in range(8)}] * 9
    with pytest.raises(Invalid) as refused:
        read_answer(wide, json.dumps(rows))
    assert faults(refused.value) == [("table_too_long", "answers.costs")]
    assert len(read_answer(wide, json.dumps(rows[:8]))) <= LONGEST_TABLE


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([], [("answer_missing", "costs")]),
        ([ROWS[0]], [("rows_too_few", "costs")]),
        ([ROWS[0], {"item": "Bibit", "cost": "1"}], [("cell_missing", "costs.1.phase")]),
        (
            [{**ROWS[0], "cost": "0.99"}, {**ROWS[1], "cost": "1000000000.01", "paid_on": "2027-01-01"}],
            [("figure_too_low", "costs.0.cost"), ("figure_too_high", "costs.1.cost"), ("day_too_late", "costs.1.paid_on")],
        ),
        ([{**ROWS[0], "cost": "1"}, {**ROWS[1], "cost": "1000000000", "paid_on": "2026-12-31"}], []),
    ],
)
def test_what_is_missing_or_out_of_bounds_is_told_at_its_cell_as_the_idea_is_handed_in(
    town: Town, rows: list[dict[str, str]], told: list[tuple[str, str]]
) -> None:
    idea = town.build_idea(call=town.build_call(**FORM), **{**SAID, "answers": {"costs": kept(*rows)} if rows else {}})
    expected = [(code, f"answers.{path}") for code, path in told]
    assert [(each.code, each.field) for each in list_table_faults(FIELD, "answers.costs", kept(*rows))] == expected
    if not told:
        town.take(idea, "submit")
        assert town.idea(idea).stage != IdeaStage.DRAFT
        return
    with pytest.raises(Invalid) as refused:
        town.do(submit_idea, idea, by="lead")
    assert faults(refused.value) == expected


def test_a_table_is_in_the_hash_of_the_content_and_a_draft_is_told_at_once_what_cannot_be_read(either_town: Town) -> None:
    town = either_town
    idea = town.build_idea(call=town.build_call(**FORM), **SAID)
    said = present(town, idea)
    names = ("title", "form", "medium", "theme", "sections", "budget_rupiah", "answers")
    assert said.answers == {"costs": kept(*ROWS)}
    assert hash_content(bytes.fromhex(said.salt), {name: getattr(said, name) for name in names}) == said.content_sha256
    changed = town.proposal(team=(), answers={"costs": '[{"cost":"x"}]', "months": '[{"minutes":"45"},{"minutes":"y"}]'})
    with pytest.raises(Invalid) as refused:
        town.do(revise_idea, idea, changed, by="lead")
    assert faults(refused.value) == [("figure_unreadable", "answers.costs.0.cost"), ("figure_unreadable", "answers.months.1.minutes")]
    town.do(revise_idea, idea, town.proposal(team=(), answers={"costs": "[{}]"}), by="lead")
    assert present(town, idea).answers == {}
    with town.store.reading() as session:
        assert compare_rows(session).differences == []


def test_a_table_that_is_not_asked_stays_behind_and_one_that_is_returned_is_completed(town: Town) -> None:
    said = {**SAID, "answers": {"has_costs": "no", "costs": kept(*ROWS)}}
    idea = town.build_idea(call=town.build_call(**CONDITIONAL), **said)
    town.take(idea, "submit")
    assert present(town, idea).answers == {"has_costs": "no"}
    call = town.build_call(**FORM)
    returned = town.build_idea(IdeaStage.SCREENING, call=call, **SAID)
    findings = Findings(reason=REASON, parts=("answers.costs",), notes={"costs": "Rinci per barang."})
    town.do(screen_idea, returned, Screening.RETURNED, findings, by="secretary")
    months = town.proposal(team=(), answers={"costs": kept(*ROWS), "months": '[{"month":"Januari"}]'})
    with pytest.raises(Invalid) as refused:
        town.do(supplement_idea, returned, months, by="lead")
    assert ("part_not_asked_for", "answers.months") in faults(refused.value)
    more = [*ROWS, {**ROWS[0], "item": "Meja"}]
    town.do(supplement_idea, returned, town.proposal(team=(), answers={"costs": json.dumps(more, indent=2)}), by="lead")
    assert present(town, returned).answers == {"costs": kept(*more)}
    with town.store.reading() as session:
        (change,) = compare_revisions(session, returned, None, None, actor=town.actor(session, "secretary")).changes
    assert (change.part, change.before, change.after) == ("answers.costs", kept(*ROWS), kept(*more))


def test_a_copy_carries_the_columns_that_the_new_call_has_and_cells_that_it_can_read(town: Town) -> None:
    before = town.build_call(**FORM)
    idea = town.build_idea(IdeaStage.WITHDRAWN, call=before, **SAID)
    renamed = [ITEM, {**COST, "name": "price"}, {**PAID_ON, "kind": "text", "earliest": None, "latest": None}]
    new = town.build_call(fields=[{**COSTS, "columns": renamed, "least_rows": 1, "most_rows": 1}])
    copy = town.do(copy_idea, idea, new, by="lead").idea.id
    assert present(town, copy).answers == {"costs": kept({"item": "Tablet loket", "paid_on": "2026-02-03"})}
    again = town.do(copy_idea, idea, before, by="lead").idea.id
    assert present(town, again).answers == {"costs": kept(*ROWS)}
    none = town.build_call(fields=[{**COSTS, "columns": [named("other", "Lain", "Other", kind="text")]}])
    assert present(town, town.do(copy_idea, idea, none, by="lead").idea.id).answers == {}


def test_names_in_a_table_are_pointed_out_before_a_blind_review(town: Town) -> None:
    rows = [{**ROWS[0], "item": "Lemari untuk Kelurahan Maleber"}, ROWS[1]]
    call = town.build_call(**FORM)
    idea = town.build_idea(IdeaStage.SCREENING, call=call, **{**SAID, "sections": SECTIONS, "answers": {"costs": kept(*rows)}})
    with town.store.reading() as session:
        context = read_context(session, idea, actor=flow_actor("intake"))
        assert list_telling_words(context, "Kelurahan Maleber") == ["Kelurahan Maleber", "Maleber"]


def test_a_cell_of_a_sheet_gives_a_table_row_by_row() -> None:
    lines = "Tablet loket | 4500000 | preparation | 2026-02-03;; Pelatihan|1250000.5|operation;"
    assert read_answer(FIELD, read_sheet_cell(FIELD, "answers.costs", lines)) == kept(*ROWS)
    with pytest.raises(Invalid) as refused:
        read_sheet_cell(FIELD, "answers.costs", "a|1|operation|2026-02-03;a|b|c|d|e")
    assert (refused.value.code, refused.value.parameters) == ("cells_too_many", {"row": 2, "maximum": 4})


def test_a_table_of_a_former_form_is_no_fault_of_whoever_reads_it() -> None:
    assert [open_rows(text) for text in ("", "applied", "12.5", "[1]", "[")] == [[]] * 5
    assert list(list_bound_faults("answers.months", FormField.model_validate(MONTHS), "[]")) == []


@pytest.mark.parametrize(
    ("changed", "code", "place"),
    [
        ({"columns": []}, "policy_columns_do_not_fit", ()),
        ({"kind": "figure"}, "policy_columns_do_not_fit", ()),
        ({"kind": "figure", "columns": [], "most_rows": 9, "least_rows": 1}, "policy_columns_do_not_fit", ()),
        ({"columns": [ITEM, {**COST, "name": "item"}]}, "policy_names_twice", ()),
        ({"least_rows": 6}, "policy_rows_out_of_order", ()),
        ({"columns": [{**ITEM, "kind": "choice"}]}, "policy_options_do_not_fit", ("columns", 0)),
        ({"columns": [ITEM, {**ITEM, "lowest": "1"}]}, "policy_bounds_do_not_fit", ("columns", 1)),
        ({"columns": [{**ITEM, "unit": "kata"}]}, "policy_unit_does_not_fit", ("columns", 0)),
        ({"columns": [{**COST, "unit": "", "unit_en": "rupiah"}]}, "policy_unit_does_not_fit", ("columns", 0)),
        ({"columns": [{**COST, "lowest": "9", "highest": "8"}]}, "policy_bounds_out_of_order", ("columns", 0)),
        ({"columns": [{**ITEM, "kind": "table"}]}, "enum", ("columns", 0, "kind")),
        ({"columns": [{**ITEM, "longest": 301}]}, "less_than_equal", ("columns", 0, "longest")),
        ({"columns": [{**ITEM, "name": f"c{place}"} for place in range(9)]}, "too_long", ("columns",)),
        ({"least_rows": 0}, "greater_than_equal", ("least_rows",)),
        ({"most_rows": 51}, "less_than_equal", ("most_rows",)),
    ],
)
def test_a_table_that_nobody_could_fill_in_is_no_part_of_a_policy(changed: dict[str, Any], code: str, place: tuple[str | int, ...]) -> None:
    with pytest.raises(ValidationError) as refused:
        FormField.model_validate({**COSTS, **changed})
    assert [(each["type"], each["loc"]) for each in refused.value.errors()] == [(code, place)]


def test_what_belongs_to_tables_is_written_of_tables_alone() -> None:
    fields = Policy.model_validate({**POLICY, "fields": [named("people", "Orang", "People", kind="figure"), MONTHS]}).model_dump(
        mode="json"
    )
    plain, table = fields["fields"]
    assert {*table} - {*plain} == {"columns", "least_rows", "most_rows"}
    assert FormField.model_validate(table) == FormField.model_validate(MONTHS)
