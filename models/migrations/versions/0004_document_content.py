"""What documents say is their content, a rejection is no refusal, and a report's spreadsheet is called so."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

RENAMED = (("facts", "content"), ("twin_sha256", "spreadsheet_sha256"))
DOCUMENT = sa.table("document", *map(sa.column, ("id", "kind", "series", "sha256")), sa.column("content", sa.JSON()))
UNIT = sa.table("unit")
SERIES = sa.table("numberseries", sa.column("series"))
MESSAGE = sa.table("message", sa.column("topic"), sa.column("job"))
POLICY = sa.table("policyversion", sa.column("id"), sa.column("body", sa.JSON()))

TODAYS_WORDS = {
    "Bicarakan usulan ini dengan kepala unit kerja Anda; setelah alasannya teratasi, ajukan kembali sebagai usulan baru.": (
        "Saudara dapat membicarakan usulan ini dengan kepala unit kerja Saudara; setelah alasan di atas teratasi, usulan dapat"
        " diajukan kembali sebagai usulan baru."
    ),
    "Perbaiki bagian yang belum memenuhi kriteria inovasi daerah, lalu ajukan kembali sebagai usulan baru.": (
        "Saudara dapat memperbaiki bagian yang belum memenuhi kriteria inovasi daerah, lalu mengajukannya kembali sebagai usulan baru."
    ),
    "Bila ada bukti atau keadaan baru, sampaikan keberatan sebelum tenggat, atau perbaiki usulan dan ajukan kembali.": (
        "Saudara dapat memperbaiki usulan berdasarkan alasan di atas, lalu mengajukannya kembali sebagai usulan baru."
    ),
    "Jawaban penapisan: tidak.": "Kriteria ini belum terpenuhi.",
    "Lolos penapisan": "Lolos seleksi administrasi",
    "Lulus penilaian": "Lolos penilaian",
    "Dihargai": "Diberi penghargaan",
}


def upgrade() -> None:
    """Rename columns, values and the jobs of waiting messages; bring documents that wait to be rendered into today's shape."""
    with op.batch_alter_table("document") as batch_op:
        for old, new in RENAMED:
            batch_op.alter_column(old, new_column_name=new)
    op.execute(sa.update(DOCUMENT).where(DOCUMENT.c.kind == "refusal").values(kind="rejection"))
    for table in (DOCUMENT, SERIES):
        renamed = sa.literal("rejection:").concat(sa.func.substr(table.c.series, len("refusal:") + 1))
        op.execute(sa.update(table).where(table.c.series.like("refusal:%")).values(series=renamed))
    waiting = sa.update(MESSAGE).where(MESSAGE.c.topic == "recognition", MESSAGE.c.job == "number_refusal")
    op.execute(waiting.values(job="number_rejection"))
    _reshape_unrendered()
    _rename_number_templates()


def _reshape_unrendered() -> None:
    """What was issued keeps the content that its file carries; the rest will be read by today's classes, and say what these say."""
    connection = op.get_bind()
    region_units = connection.execute(sa.select(sa.func.count()).select_from(UNIT)).scalar_one()
    unrendered = sa.select(DOCUMENT.c.id, DOCUMENT.c.kind, DOCUMENT.c.content).where(DOCUMENT.c.sha256.is_(None))
    for row in connection.execute(unrendered.where(DOCUMENT.c.kind.in_(("rejection", "report")))).all():
        content = _reshape_rejection(row.content) if row.kind == "rejection" else _reshape_report(row.content, region_units)
        connection.execute(sa.update(DOCUMENT).where(DOCUMENT.c.id == row.id).values(content=content))


def _reshape_rejection(said: dict[str, Any]) -> dict[str, Any]:
    """No date until which to object, as the letter names none any more; who decided, where it was not the head of a unit."""
    content = {name: value for name, value in said.items() if name not in ("objection_until", "objection_address")}
    content["decided_by"] = "" if said["stage"] == "permission" else said["signatory"]["position"]
    content["what_would_help"] = TODAYS_WORDS.get(said["what_would_help"], said["what_would_help"])
    content["reasons"] = [{**reason, "text": TODAYS_WORDS.get(reason["text"], reason["text"])} for reason in said["reasons"]]
    return content


def _reshape_report(said: dict[str, Any], region_units: int) -> dict[str, Any]:
    content = {("issued_on" if name == "made_on" else name): value for name, value in said.items()}
    content["stages"] = [{**stage, "label": TODAYS_WORDS.get(stage["label"], stage["label"])} for stage in said["stages"]]
    return {**content, "region_units": region_units}


def _rename_number_templates() -> None:
    """A call's policy names its number templates by kind of document."""
    connection = op.get_bind()
    for row in connection.execute(sa.select(POLICY.c.id, POLICY.c.body)).all():
        numbers = row.body.get("documents", {}).get("numbers", {})
        if "refusal" in numbers:
            numbers = {("rejection" if kind == "refusal" else kind): template for kind, template in numbers.items()}
            body = {**row.body, "documents": {**row.body["documents"], "numbers": numbers}}
            connection.execute(sa.update(POLICY).where(POLICY.c.id == row.id).values(body=body))
