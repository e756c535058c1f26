"""Every table in one import, for migrations and for tests."""

from sqlmodel import SQLModel

from models import (
    attachments,
    awards,
    calendars,
    calls,
    clinics,
    colleagues,
    courses,
    decrees,
    dictated_ideas,
    documents,
    doubles,
    ideas,
    idempotency,
    inbox,
    late_permits,
    ledger,
    links,
    mentors,
    messages,
    offices,
    outbox,
    pauses,
    people,
    pilots,
    posts,
    replacements,
    reviews,
    search,
    units,
)

ROOMS = (
    *(attachments, awards, calendars, calls, clinics, colleagues, courses, decrees, dictated_ideas, documents),
    *(doubles, ideas, idempotency, inbox, late_permits, ledger, links, mentors, messages, offices),
    *(outbox, pauses, people, pilots, posts, replacements, reviews, search, units),
)
metadata = SQLModel.metadata
