"""Each decree is recorded once; a pilot's has a day, an award's may have the hash of its PDF."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from models.ids import new_id

revision = "0011"
down_revision = "0010"

KINDS = ("determination", "pilot", "award")
OF_AWARDS = """
SELECT call.unit_id AS unit_id, award.decree_number AS number, MIN(award.decree_on) AS first, MAX(award.decree_on) AS last,
       MIN(award.approved_by) AS recorded_by
FROM award JOIN call ON call.id = award.call_id
WHERE award.decree_number != '' AND award.decree_on IS NOT NULL AND award.approved_by IS NOT NULL
GROUP BY call.unit_id, award.decree_number ORDER BY call.unit_id, award.decree_number
"""


def upgrade() -> None:
    """A table and three columns; what awards say of one decree is recorded where they agree on its day."""
    decree = op.create_table(
        "decree",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("unit_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.Enum(*KINDS, name="decreekind", native_enum=False, length=32), nullable=False),
        sa.Column("number", sa.String(length=100), nullable=False),
        sa.Column("folded_number", sa.String(length=100), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("recorded_by", sa.String(length=26), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.ForeignKeyConstraint(["recorded_by"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("unit_id", "kind", "folded_number"),
    )
    op.add_column("pilot", sa.Column("decree_on", sa.Date(), nullable=True))
    op.add_column("award", sa.Column("decree_sha256", sa.String(length=64), nullable=True))
    known: dict[tuple[str, str], dict[str, object]] = {}
    for row in op.get_bind().execute(sa.text(OF_AWARDS).columns(first=sa.Date(), last=sa.Date())):
        folded = "".join(row.number.split()).casefold()[:100]
        agreed = {"number": row.number, "issued_on": row.first, "recorded_by": row.recorded_by, "agree": row.first == row.last}
        before = known.setdefault((row.unit_id, folded), agreed)
        before["agree"] = before["agree"] and agreed["agree"] and before["issued_on"] == row.first
    rows = [
        {
            "id": new_id(),
            "unit_id": unit_id,
            "kind": "award",
            "folded_number": folded,
            "number": said["number"],
            "issued_on": said["issued_on"],
            "recorded_by": said["recorded_by"],
            "recorded_at": datetime.now(UTC),
        }
        for (unit_id, folded), said in known.items()
        if said["agree"]
    ]
    if rows:
        op.bulk_insert(decree, rows)
