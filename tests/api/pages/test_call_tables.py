"""A table of the proposal form is put together on the page of a new call, column by column."""

from api.call_samples import read_sample, write_explained
from api.pages.call_fields import read_fields
from api.pages.forms import Form
from tests.api.pages.browsing import open_browser
from tests.api.pages.test_call_form import post, text_of
from tests.building import Town
from workflows.region.call_files.call import check_file
from workflows.region.call_files.reading import read_file


def test_a_table_is_put_together_with_the_fields_of_a_calls_form(town: Town) -> None:
    text = read_sample("standing_track")
    steps: list[tuple[str, dict[str, str]]] = [
        ("add.policy.fields", {}),
        ("apply", {"name": "costs", "label": "Rincian biaya", "label_en": "Costs", "kind": "table", "most_rows": "12"}),
        ("add.policy.fields.0.columns", {}),
        ("add.policy.fields.0.columns", {"columns.0.name": "cost", "columns.0.label": "Biaya", "columns.0.label_en": "Cost"}),
        ("apply", {"columns.0.kind": "figure", "columns.0.unit": "Rp", "columns.0.lowest": "1.000"}),
        ("add.policy.fields.0.columns.1.options", {"columns.1.name": "phase", "columns.1.label": "Tahap", "columns.1.label_en": "Phase"}),
        ("add.policy.fields.0.columns.1.options", {"columns.1.kind": "choice", "columns.1.options.0.name": "a"}),
        ("apply", {f"columns.1.options.{place}.{name}": "b" for place in (0, 1) for name in ("label", "label_en")}),
        ("down.policy.fields.0.columns.0", {"columns.1.options.1.name": "b"}),
    ]
    for act, typed in steps:
        form = Form([(f"v.policy.fields.0.{name}", value) for name, value in typed.items()])
        text = write_explained(read_fields(read_file(text.encode()).body, form, act), "id")
    checked = check_file(text.encode())
    assert checked.faults == []
    assert checked.policy is not None
    (field,) = checked.policy.fields
    assert [(column.name, column.kind, column.unit, column.lowest) for column in field.columns] == [
        ("phase", "choice", "", None),
        ("cost", "figure", "Rp", 1_000),
    ]
    assert (field.kind, field.most_rows) == ("table", 12)
    page = post(open_browser(town, "secretary"), text, "check").text
    assert text_of(page) == text
    assert "Biaya (Rp) <span" in page, "the picture of the form names its columns"
