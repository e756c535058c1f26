"""The recognition report once more, as a workbook to count with; text cells only ever hold text."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from io import BytesIO

from xlsxwriter import Workbook  # type: ignore[import-untyped, unused-ignore]
from xlsxwriter.format import Format  # type: ignore[import-untyped, unused-ignore]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped, unused-ignore]

from workflows.documents.kinds.report import ReportContent
from workflows.documents.totals import Totals, add_up, paid_rupiah

Cell = str | int | date | None
Column = tuple[str, int, str]  # heading, width in characters, number format name
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
COUNTED: Column = ("Jumlah", 12, "count")
STYLES = {
    "head": {"bold": True, "font_color": "#ffffff", "bg_color": "#0f4c47", "valign": "top", "text_wrap": True},
    "text": {"valign": "top", "text_wrap": True},
    "count": {"num_format": "#,##0", "valign": "top"},
    "rupiah": {"num_format": '"Rp"#,##0;[Red]-"Rp"#,##0', "valign": "top"},
    "day": {"num_format": "dd/mm/yyyy", "valign": "top", "align": "left"},
}


def _write_cell(sheet: Worksheet, place: tuple[int, int], value: Cell, style: str, styles: dict[str, Format]) -> None:
    if isinstance(value, str):
        sheet.write_string(*place, value, styles["text"])
    elif isinstance(value, date):
        sheet.write_datetime(*place, datetime.combine(value, time()), styles["day"])
    elif value is not None:
        sheet.write_number(*place, value, styles[style])


def _write_sheet(book: Workbook, styles: dict[str, Format], name: str, columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> None:
    sheet = book.add_worksheet(name)
    for index, (heading, width, _) in enumerate(columns):
        sheet.set_column(index, index, width)
        sheet.write_string(0, index, heading, styles["head"])
    for number, row in enumerate(rows, start=1):
        for index, value in enumerate(row):
            _write_cell(sheet, (number, index), value, columns[index][2], styles)
    sheet.freeze_panes(1, 1)
    if rows:
        sheet.autofilter(0, 0, len(rows), len(columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _summary(report: ReportContent, totals: Totals) -> list[tuple[Cell, ...]]:
    savings = [("Penghematan bersih (rupiah)", report.savings_rupiah), ("Uji coba yang diukur dalam rupiah", report.savings_pilots)]
    return [
        ("Laporan", "Laporan Penghargaan Inovasi"),
        ("Nomor", report.number),
        ("Periode usulan atau lomba", report.call_title),
        ("Sejak", report.period_from),
        ("Sampai", report.period_until),
        ("Dibuat", report.issued_on),
        ("Usulan masuk", report.submitted),
        ("Ditetapkan", report.adopted),
        ("Diuji coba", report.piloted),
        ("Diberi penghargaan", report.awarded),
        ("Nilai hadiah (rupiah)", totals.awarded_rupiah),
        ("Penghargaan yang berlaku", totals.standing),
        *(savings if report.savings_rupiah is not None else []),  # as on the paper
        ("Unit kerja yang berpartisipasi", totals.participating),
        ("Unit kerja di daerah", totals.region_units),
        ("Median waktu penetapan (hari)", report.median_days_to_decision),
        ("Sidik digital terakhir jejak audit", report.chain_head),
        ("Halaman verifikasi", report.verify_url),
    ]


def _awards(report: ReportContent) -> list[tuple[Cell, ...]]:
    return [
        (
            a.idea_code,
            a.idea_title,
            a.unit,
            "; ".join(a.team),
            a.distinction,
            a.rank,
            paid_rupiah(a),
            a.amount_rupiah,
            a.decree,
            a.state,
            a.note,
        )
        for a in report.awards
    ]


def write_report_spreadsheet(report: ReportContent) -> bytes:
    """An XLSX with a sheet each for summary, stages, months, units and awards; dated by the report, the same bytes every time."""
    out = BytesIO()
    book = Workbook(out, OPTIONS)
    made = datetime.combine(report.issued_on, time(12), UTC).replace(tzinfo=None)
    book.set_properties({"title": f"Laporan Penghargaan Inovasi {report.number}", "author": "Gagas", "created": made})
    styles = {name: book.add_format(style) for name, style in STYLES.items()}
    unit_columns = (("Unit", 46, "text"), ("Usulan", 10, "count"), ("Ditetapkan", 12, "count"), ("Diberi penghargaan", 12, "count"))
    award_columns = (
        ("Kode", 18, "text"), ("Judul", 60, "text"), ("Unit", 36, "text"), ("Tim", 48, "text"), ("Predikat", 26, "text"),
        ("Peringkat", 10, "count"), ("Nilai hadiah (Rp)", 18, "rupiah"), ("Nilai semula (Rp)", 18, "rupiah"),
        ("Keputusan", 46, "text"), ("Status", 18, "text"), ("Catatan", 46, "text"),
    )  # fmt: skip
    _write_sheet(book, styles, "Ringkasan", (("Butir", 32, "text"), ("Isi", 70, "count")), _summary(report, add_up(report)))
    _write_sheet(book, styles, "Tahap", (("Tahap", 34, "text"), COUNTED), [(stage.label, stage.count) for stage in report.stages])
    _write_sheet(book, styles, "Bulan", (("Bulan", 34, "text"), COUNTED), [(month.label, month.count) for month in report.months])
    _write_sheet(book, styles, "Unit", unit_columns, [(unit.name, unit.submitted, unit.adopted, unit.awarded) for unit in report.units])
    _write_sheet(book, styles, "Penghargaan", award_columns, _awards(report))
    book.close()
    return out.getvalue()
