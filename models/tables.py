"""Every table in one import, for migrations and for tests."""

from sqlmodel import SQLModel

from models import (
    answer_times,
    attachments,
    awards,
    calendars,
    calls,
    claims,
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
    kept_writing,
    late_permits,
    ledger,
    links,
    mentors,
    merges,
    messages,
    names,
    offices,
    outbox,
    past_ideas,
    pauses,
    people,
    pilots,
    posts,
    replacements,
    reviews,
    search,
    transfers,
    units,
)

ROOMS = (
    *(answer_times, attachments, awards, calendars, calls, claims, clinics, colleagues, courses, decrees, dictated_ideas, documents),
    *(doubles, ideas, idempotency, inbox, kept_writing, late_permits, ledger, links, mentors, merges, messages, names),
    *(offices, outbox, past_ideas, pauses, people, pilots, posts, replacements, reviews, search, transfers, units),
)
metadata = SQLModel.metadata
