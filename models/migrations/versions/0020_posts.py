"""People hold dated posts and may retire; roles may have a capacity, a reason and a last day."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

PRESENT, NOT_ENDED = sa.text("valid_until IS NULL"), sa.text("ended_at IS NULL")
CAUSES = ("known", "registered", "moved", "changed", "restored", "file")
CAPACITIES = ("", "Plt.", "Plh.")
HELD = ("id", "unit_id", "position", "grade", "rank_name")


def upgrade() -> None:
    """Everybody holds a post from the start: the one they have, from a day that nobody wrote down. Roles stay as they were given."""
    op.add_column("person", sa.Column("retired_on", sa.Date(), nullable=True))
    capacities = sa.Enum(*CAPACITIES, name="headcapacity", native_enum=False, length=32)
    op.add_column("rolegrant", sa.Column("capacity", capacities, nullable=False, server_default=""))
    op.add_column("rolegrant", sa.Column("last_day", sa.Date(), nullable=True))
    for name in ("reason", "end_reason"):
        op.add_column("rolegrant", sa.Column(name, sa.String(length=200), nullable=False, server_default=""))
    op.create_index("ix_rolegrant_last_day", "rolegrant", ["last_day"], sqlite_where=NOT_ENDED, postgresql_where=NOT_ENDED)
    _add_posts()
    _fill_posts()
    op.create_index("ix_post_person", "post", ["person_id", "valid_from"])
    op.create_index("ix_post_present", "post", ["person_id"], unique=True, sqlite_where=PRESENT, postgresql_where=PRESENT)


def _add_posts() -> None:
    op.create_table(
        "post",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("unit_id", sa.String(length=26), nullable=False),
        sa.Column("position", sa.String(length=120), nullable=False),
        sa.Column("grade", sa.String(length=10), nullable=False),
        sa.Column("rank_name", sa.String(length=40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("cause", sa.Enum(*CAUSES, name="postcause", native_enum=False, length=32), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("end_reason", sa.String(length=200), nullable=False),
        sa.Column("entered_by", sa.String(length=26), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.ForeignKeyConstraint(["entered_by"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )


def _fill_posts() -> None:
    """The first post of a person has the person's own id: it is random, and no other post has it."""
    person = sa.table("person", *map(sa.column, HELD))
    post = sa.table("post", *map(sa.column, ("id", "person_id", *HELD[1:], "cause", "reason", "end_reason", "entered_at")))
    at = sa.literal(datetime.now(UTC), sa.DateTime(timezone=True))
    held = sa.select(person.c.id, person.c.id, *(person.c[name] for name in HELD[1:]), sa.literal("known"), *(sa.literal(""),) * 2, at)
    op.execute(sa.insert(post).from_select([column.name for column in post.c], held))
