"""Where a call opens its ideas to colleagues, they support, follow and comment on them."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"

KEPT = "a comment on an idea stays on record as it was written"
WRITTEN = "id, idea_id, person_id, text, written_at, salt"


def upgrade() -> None:
    """No call opened its ideas so far."""
    ended = sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True)
    told = sa.Column("told_step", sa.String(length=20), nullable=False)
    for table, more in (("ideasupport", [ended]), ("ideafollow", [told])):
        op.create_table(
            table,
            *(sa.Column(name, sa.String(length=26), nullable=False) for name in ("id", "idea_id", "person_id")),
            sa.Column("since", sa.DateTime(timezone=True), nullable=False),
            *more,
            sa.ForeignKeyConstraint(["idea_id"], ["idea.id"]),
            sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
            sa.PrimaryKeyConstraint("id"),
            sa.UniqueConstraint("idea_id", "person_id"),
        )
        op.create_index(f"ix_{table}_person_id", table, ["person_id"])
    op.create_table(
        "ideacomment",
        *(sa.Column(name, sa.String(length=26), nullable=False) for name in ("id", "idea_id", "person_id")),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hidden_by", sa.String(length=26), nullable=True),
        sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hide_reason", sa.String(length=1000), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"]),
        *(sa.ForeignKeyConstraint([name], ["person.id"]) for name in ("person_id", "hidden_by")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_ideacomment_page", "ideacomment", ["idea_id", "written_at", "id"])
    op.create_index("ix_ideacomment_author", "ideacomment", ["person_id", "written_at"])
    op.create_index("ix_ideacomment_newest", "ideacomment", ["written_at", "id"])
    if op.get_bind().dialect.name == "sqlite":
        for name, what in (("deleted", "DELETE"), ("written", f"UPDATE OF {WRITTEN}")):
            op.execute(f"CREATE TRIGGER ideacomment_{name} BEFORE {what} ON ideacomment BEGIN SELECT RAISE(ABORT, '{KEPT}'); END")
        return
    op.execute(f"CREATE FUNCTION ideacomment_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{KEPT}'; END $$")
    op.execute(
        f"CREATE TRIGGER ideacomment_kept BEFORE DELETE OR UPDATE OF {WRITTEN} ON ideacomment FOR EACH ROW EXECUTE FUNCTION ideacomment_kept()"
    )
