"""Offices of units and their dated holders."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

KINDS = ("regional_head", "deputy_regional_head", "regional_secretary", "unit_head")
EMPLOYMENTS = ("pns", "pppk", "pppk_part_time")
CAPACITIES = ("", "Plt.", "Plh.", "Pj.", "Pjs.")


def upgrade() -> None:
    """Two tables; until an office is set, its papers carry what the call's policy says."""
    op.create_table(
        "unitoffice",
        sa.Column("unit_id", sa.String(length=26), nullable=False),
        sa.Column("letterhead_lines", sa.JSON(), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("contact", sa.String(length=200), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("unit_code", sa.String(length=40), nullable=False),
        sa.Column("emblem", sa.String(length=40), nullable=False),
        sa.Column("position", sa.String(length=200), nullable=False),
        sa.Column("head_kind", sa.Enum(*KINDS, name="headkind", native_enum=False, length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("unit_id"),
    )
    op.create_table(
        "officeholder",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("unit_id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=True),
        sa.Column("front_title", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("back_title", sa.String(length=60), nullable=False),
        sa.Column("rank_name", sa.String(length=40), nullable=False),
        sa.Column("grade", sa.String(length=10), nullable=False),
        sa.Column("employee_number", sa.String(length=18), nullable=True),
        sa.Column("employment", sa.Enum(*EMPLOYMENTS, name="employmentkind", native_enum=False, length=32), nullable=True),
        sa.Column("capacity", sa.Enum(*CAPACITIES, name="capacity", native_enum=False, length=32), nullable=False),
        sa.Column("on_behalf_of", sa.String(length=26), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unitoffice.unit_id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["on_behalf_of"], ["unitoffice.unit_id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_officeholder_days", "officeholder", ["unit_id", "valid_from"])
    op.create_index("ix_officeholder_person_id", "officeholder", ["person_id"])
