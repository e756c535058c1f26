"""Mentors of a call advise ideas that ask for one, on record; teams book places of coaching clinics and are led to courses."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"

KEPT = "whom a mentor advised stays on record"
WRITTEN = "what a mentor advised is never changed"
OPEN = sa.text("state IN ('requested', 'advising')")


def upgrade() -> None:
    """Nobody was a mentor of a call so far, no clinic was planned, and no course recommended."""
    _make_mentors()
    _make_clinics()
    _make_courses()
    _keep_on_record()


def _make_mentors() -> None:
    op.create_table(
        "mentor",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("call_id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("themes", sa.JSON(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.String(length=26), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.String(length=26), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"]),
        *(sa.ForeignKeyConstraint([name], ["person.id"]) for name in ("person_id", "set_by", "ended_by")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("call_id", "person_id"),
    )
    op.create_index("ix_mentor_person_id", "mentor", ["person_id"])
    op.create_table(
        "mentorship",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("idea_id", sa.String(length=26), nullable=False),
        sa.Column("mentor_id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("wish", sa.String(length=1000), nullable=False),
        sa.Column("theme", sa.String(length=100), nullable=False),
        sa.Column("matching", sa.JSON(), nullable=False),
        sa.Column("asked_by", sa.String(length=26), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=26), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(length=1000), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"]),
        sa.ForeignKeyConstraint(["mentor_id"], ["mentor.id"]),
        *(sa.ForeignKeyConstraint([name], ["person.id"]) for name in ("person_id", "asked_by", "ended_by")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_mentorship_idea_id", "mentorship", ["idea_id"])
    op.create_index("ux_mentorship_open", "mentorship", ["idea_id"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index("ix_mentorship_places", "mentorship", ["mentor_id"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index("ix_mentorship_person", "mentorship", ["person_id", "state"])
    op.create_table(
        "advice",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("idea_id", sa.String(length=26), nullable=False),
        sa.Column("mentorship_id", sa.String(length=26), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"]),
        sa.ForeignKeyConstraint(["mentorship_id"], ["mentorship.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_advice_idea_id", "advice", ["idea_id"])
    op.create_index("ix_advice_mentorship", "advice", ["mentorship_id", "at"])


def _make_clinics() -> None:
    op.create_table(
        "clinic",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("call_id", sa.String(length=26), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("planned_by", sa.String(length=26), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_by", sa.String(length=26), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_reason", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"]),
        *(sa.ForeignKeyConstraint([name], ["person.id"]) for name in ("planned_by", "cancelled_by")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_clinic_call", "clinic", ["call_id", "starts_at"])
    op.create_table(
        "clinicbooking",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("clinic_id", sa.String(length=26), nullable=False),
        sa.Column("idea_id", sa.String(length=26), nullable=False),
        sa.Column("booked_by", sa.String(length=26), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.String(length=26), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"]),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"]),
        *(sa.ForeignKeyConstraint([name], ["person.id"]) for name in ("booked_by", "ended_by")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_clinicbooking_idea_id", "clinicbooking", ["idea_id"])
    held, columns = sa.text("ended_at IS NULL"), ["clinic_id", "idea_id"]
    op.create_index("ux_clinicbooking_held", "clinicbooking", columns, unique=True, sqlite_where=held, postgresql_where=held)


def _make_courses() -> None:
    op.create_table(
        "course",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("call_id", sa.String(length=26), nullable=False),
        sa.Column("theme", sa.String(length=100), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("provider", sa.String(length=200), nullable=False),
        sa.Column("url", sa.String(length=240), nullable=False),
        sa.Column("added_by", sa.String(length=26), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.String(length=26), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"]),
        *(sa.ForeignKeyConstraint([name], ["person.id"]) for name in ("added_by", "ended_by")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_course_call", "course", ["call_id", "theme"])


def _keep_on_record() -> None:
    """A mentorship is never deleted, advice neither deleted nor changed."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"CREATE TRIGGER mentorship_kept BEFORE DELETE ON mentorship BEGIN SELECT RAISE(ABORT, '{KEPT}'); END")
        for act in ("update", "delete"):
            op.execute(f"CREATE TRIGGER advice_no_{act} BEFORE {act.upper()} ON advice BEGIN SELECT RAISE(ABORT, '{WRITTEN}'); END")
        return
    for name, said, acts in (("mentorship_kept", KEPT, "DELETE"), ("advice_refuse", WRITTEN, "UPDATE OR DELETE")):
        op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{said}'; END $$")
        op.execute(f"CREATE TRIGGER {name} BEFORE {acts} ON {name.partition('_')[0]} FOR EACH ROW EXECUTE FUNCTION {name}()")
