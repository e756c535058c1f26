"""The figures of a call's report: savings as they were measured, and the same totals on the paper and in the workbook."""

import json
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pypdf
import pytest
from sqlmodel import select

from models.documents import Document, DocumentKind
from models.instants import today
from models.pilots import Direction, Indicator, Pilot
from models.stages import AwardStage, IdeaStage
from tests.building import Town
from tests.steps import REASON, plan
from workflows.documents.content import read_content
from workflows.documents.kinds.report import ReportContent
from workflows.documents.render import render_documents
from workflows.documents.text import format_number, format_rupiah
from workflows.pilot.measure import Reading, report_measurement
from workflows.pilot.start import IndicatorPlan, plan_pilot
from workflows.recognition.report import ask_report
from workflows.reward.revoke import revoke_award

pytestmark = pytest.mark.slow

COST = IndicatorPlan("Biaya cetak", Decimal(3_000_000), Decimal(1_000_000), Direction.DOWN, "rupiah per bulan")
WAIT = IndicatorPlan("Lama antre", Decimal(90), Decimal(30), Direction.DOWN, "menit")


def report(town: Town) -> ReportContent:
    """What a report asked for now says."""
    asked = town.do(ask_report, town.call, by="secretary").id
    (content,) = town.rows(select(Document.content).where(Document.id == asked))
    return read_content(ReportContent, json.dumps(content))


def pilot(town: Town, *indicators: IndicatorPlan, last: str, verdict: str = "verify roll_out") -> None:
    """A pilot that was measured twice, the second time at `last`, and verified."""
    idea = town.build_idea(IdeaStage.DETERMINED)
    town.do(plan_pilot, idea, plan(town["owner"].id, indicators=indicators, budget_rupiah=5_000_000), by="secretary")
    town.take(idea, "start_pilot", "measure")
    money = select(Indicator.id).join(Pilot).where(Pilot.idea_id == idea, Indicator.unit_label == COST.unit_label)
    for indicator in town.rows(money):
        town.do(report_measurement, idea, Reading(indicator, today(), Decimal(last)), by="owner")
    town.take(idea, "conclude", "compute_result", verdict)


def test_savings_are_those_that_verified_pilots_measured(town: Town) -> None:
    assert report(town).savings_rupiah is None
    pilot(town, WAIT, last="0")
    assert (report(town).savings_rupiah, report(town).savings_pilots) == (None, 0), "nothing was measured in rupiah"
    pilot(town, COST, WAIT, last="1200000.25")
    assert (report(town).savings_rupiah, report(town).savings_pilots) == (16_599_997, 1)
    pilot(town, COST, last="2000000", verdict="verify stop")
    assert report(town).savings_pilots == 1, "a pilot that was stopped saves nothing"
    pilot(town, COST, last="3100000")
    assert (report(town).savings_rupiah, report(town).savings_pilots) == (10_399_997, 2)


@pytest.fixture
def awarded_town(town: Town) -> Town:
    """A call with an award that stands, one that was revoked, and one that was declined."""
    town.build_award(AwardStage.ANNOUNCED)
    revoked = town.build_award(AwardStage.ANNOUNCED, points=70)
    town.do(revoke_award, revoked, reason=REASON, by="leader")
    town.build_award(AwardStage.DECLINED, points=70)
    return town


def column(sheet: Any, heading: str) -> int:
    """The sum of a workbook's column, as whoever selects it in a spreadsheet program sees it."""
    rows = list(sheet.iter_rows(values_only=True))
    place = rows[0].index(heading)
    return sum(row[place] for row in rows[1:])


def test_paper_and_workbook_add_up_to_the_same(awarded_town: Town) -> None:
    (files,) = render_documents(DocumentKind.REPORT, [report(awarded_town)])
    words = " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(files.pdf)).pages).split())
    book = openpyxl.load_workbook(BytesIO(files.spreadsheet or b""))
    summary = dict(book["Ringkasan"].iter_rows(min_row=2, values_only=True))
    paid = summary["Nilai hadiah (rupiah)"]
    assert (paid, column(book["Penghargaan"], "Nilai hadiah (Rp)"), column(book["Penghargaan"], "Nilai semula (Rp)")) == (
        10_000_001,
        10_000_001,
        15_000_001,
    )
    assert summary["Penghargaan yang berlaku"] == summary["Diberi penghargaan"] == column(book["Unit"], "Diberi penghargaan") == 1
    assert f"Jumlah, {summary['Penghargaan yang berlaku']} penghargaan yang berlaku {format_rupiah(paid)}" in words
    assert f"{format_rupiah(paid)} nilai hadiah" in words
    sums = [column(book["Unit"], heading) for heading in ("Usulan", "Ditetapkan", "Diberi penghargaan")]
    assert "Jumlah " + " ".join(map(format_number, sums)) in words
    assert sums[:2] == [summary["Usulan masuk"], summary["Ditetapkan"]]
    taking_part = f"{summary['Unit kerja yang berpartisipasi']} dari {format_number(summary['Unit kerja di daerah'])} unit kerja"
    assert taking_part in words
    months, stages = column(book["Bulan"], "Jumlah"), dict(book["Tahap"].iter_rows(min_row=2, values_only=True))
    assert months == stages["Diajukan"] == summary["Usulan masuk"]
    assert stages["Diberi penghargaan"] == summary["Diberi penghargaan"]
