"""Every table in one import, for migrations and for tests."""

from sqlmodel import SQLModel

from models import (
    attachments,
    awards,
    calendars,
    calls,
    decrees,
    documents,
    ideas,
    idempotency,
    inbox,
    late_permits,
    ledger,
    offices,
    outbox,
    people,
    pilots,
    posts,
    reviews,
    units,
)

ROOMS = (
    *(attachments, awards, calendars, calls, decrees, documents, ideas, idempotency, inbox, late_permits, ledger),
    *(offices, outbox, people, pilots, posts, reviews, units),
)
metadata = SQLModel.metadata
