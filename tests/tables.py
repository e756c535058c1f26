"""A call whose form asks for tables: what an innovation costs, and how a service was before and after; and what somebody fills in."""

import json
from typing import Any

from tests.answers import depends, named
from tests.building import SECTIONS

PHASES = [named("preparation", "Persiapan", "Preparation"), named("operation", "Pelaksanaan", "Operation")]
ITEM = named("item", "Uraian", "Item", kind="text", longest=40)
COST = named("cost", "Biaya", "Cost", kind="figure", unit="Rp", lowest="1", highest="1000000000")
PHASE = named("phase", "Tahap", "Phase", kind="choice", options=PHASES)
PAID_ON = named("paid_on", "Dibayar", "Paid on", kind="day", earliest="2026-01-01", latest="2026-12-31", is_required=False)
COSTS = named("costs", "Rincian biaya", "Costs", kind="table", columns=[ITEM, COST, PHASE, PAID_ON], least_rows=2, most_rows=5)
MINUTES = named("minutes", "Lama antre", "Time in the queue", kind="figure", unit="menit", unit_en="minutes")
MONTHS = named(
    *("months", "Perkembangan per bulan", "Month by month"),
    kind="table",
    is_required=False,
    columns=[named("month", "Bulan", "Month", kind="text"), MINUTES],
)
HAS_COSTS = named(
    *("has_costs", "Memakai anggaran", "Costs money"), kind="choice", options=[named("yes", "Ya", "Yes"), named("no", "Tidak", "No")]
)
FORM: dict[str, Any] = {"fields": [COSTS, MONTHS]}
CONDITIONAL: dict[str, Any] = {"fields": [HAS_COSTS, depends(COSTS, "has_costs", "yes")]}

ROWS = [
    {"item": "Tablet loket", "cost": "4500000", "phase": "preparation", "paid_on": "2026-02-03"},
    {"item": "Pelatihan", "cost": "1250000.5", "phase": "operation"},
]

FULL_TABLES = [{**COSTS, "name": f"costs_{place}", "most_rows": 25} for place in range(5)]
# what the check of a policy finds, where, and what of the tables is so
PLANTED_IN_TABLES: list[tuple[str, str, dict[str, Any]]] = [
    (
        *("policy_column_named_twice", "fields.1.columns.1.label"),
        {"fields": [MONTHS, {**COSTS, "columns": [ITEM, {**COST, "label": " uraian"}]}]},
    ),
    ("policy_cells_too_many", "fields.2.most_rows", {"fields": [{**each, "most_rows": 50} for each in FULL_TABLES]}),
    ("date_out_of_range", "fields.0.columns.1.earliest", {"fields": [{**COSTS, "columns": [ITEM, {**PAID_ON, "earliest": "1899-12-31"}]}]}),
]


def kept(*rows: dict[str, str]) -> str:
    """Rows as they are kept."""
    return json.dumps(rows, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


SAID: dict[str, Any] = {"sections": SECTIONS, "answers": {"costs": kept(*ROWS)}, "team": ()}


def cells(*rows: dict[str, str], field: str = "costs") -> dict[str, str]:
    """Rows as the fields of the writing form."""
    return {f"answers.{field}.{number}.{name}": value for number, row in enumerate(rows) for name, value in row.items()}
