"""What documents say is their content, a rejection is no refusal, and a report's spreadsheet is called so."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

RENAMED = (("facts", "content"), ("twin_sha256", "spreadsheet_sha256"))
DOCUMENT = sa.table("document", *map(sa.column, ("id", "kind", "series", "sha256")), sa.column("content", sa.JSON()))
SERIES = sa.table("numberseries", sa.column("series"))
MESSAGE = sa.table("message", sa.column("topic"), sa.column("job"))
POLICY = sa.table("policyversion", sa.column("id"), sa.column("body", sa.JSON()))


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
    """What was issued keeps the content that its file carries; the rest will be read by today's classes."""
    connection = op.get_bind()
    unrendered = sa.select(DOCUMENT.c.id, DOCUMENT.c.content).where(DOCUMENT.c.sha256.is_(None))
    for row in connection.execute(unrendered.where(DOCUMENT.c.kind.in_(("rejection", "report")))).all():
        content: dict[str, Any] = dict(row.content)
        content.pop("objection_until", None)
        content.pop("objection_address", None)
        if "made_on" in content:
            content["issued_on"] = content.pop("made_on")
        connection.execute(sa.update(DOCUMENT).where(DOCUMENT.c.id == row.id).values(content=content))


def _rename_number_templates() -> None:
    """A call's policy names its number templates by kind of document."""
    connection = op.get_bind()
    for row in connection.execute(sa.select(POLICY.c.id, POLICY.c.body)).all():
        numbers = row.body.get("documents", {}).get("numbers", {})
        if "refusal" in numbers:
            numbers = {("rejection" if kind == "refusal" else kind): template for kind, template in numbers.items()}
            body = {**row.body, "documents": {**row.body["documents"], "numbers": numbers}}
            connection.execute(sa.update(POLICY).where(POLICY.c.id == row.id).values(body=body))
