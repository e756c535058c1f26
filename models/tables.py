"""Every table in one import, for migrations and for tests."""

from sqlmodel import SQLModel

from models import (
    awards,
    calls,
    decrees,
    documents,
    ideas,
    idempotency,
    inbox,
    late_permits,
    ledger,
    messages,
    offices,
    outbox,
    people,
    pilots,
    posts,
    reviews,
    units,
)

ROOMS = (
    *(awards, calls, decrees, documents, ideas, idempotency, inbox, late_permits, ledger, messages),
    *(offices, outbox, people, pilots, posts, reviews, units),
)
metadata = SQLModel.metadata
