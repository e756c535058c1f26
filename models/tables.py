"""Every table in one import, for migrations and for tests."""

from sqlmodel import SQLModel

from models import (
    attachments,
    awards,
    calendars,
    calls,
    decrees,
    dictated_ideas,
    documents,
    ideas,
    idempotency,
    inbox,
    late_permits,
    ledger,
    links,
    messages,
    offices,
    outbox,
    people,
    pilots,
    posts,
    replacements,
    reviews,
    search,
    units,
)

ROOMS = (
    *(attachments, awards, calendars, calls, decrees, dictated_ideas, documents, ideas, idempotency, inbox, late_permits),
    *(ledger, links, messages, offices, outbox, people, pilots, posts, replacements, reviews, search, units),
)
metadata = SQLModel.metadata
