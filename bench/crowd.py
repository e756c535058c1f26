"""A city's years of ideas, put into the tables by the database itself: other people's, in every stage, over many units and calls."""

from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import select

from models.calls import PolicyVersion
from models.instants import now
from tests.building import Town
from workflows.calculations.words import EDITION

PER_PERSON, VILLAGES, PER_CALL, OPEN = 5, 150, 500, 2  # every tenth village is Andir's: its head's page is full at any size

# share of a hundred ideas in each stage, and the task that waits there: enough wait at any size to fill an inbox's page
STAGES = (
    (5, "draft", None, None),
    (15, "awaiting_permission", "permit", "unit_head"),
    (45, "screening", "screen", "secretariat"),
    (65, "in_review", None, None),
    (70, "shortlisted", "recommend", "chair"),
    (75, "in_pilot", None, None),
    (90, "rolled_out", None, None),
    (101, "closed", None, None),
)
RANDOM_ID = {"sqlite": "lower(hex(randomblob(13)))", "postgresql": "substr(md5(random()::text) || md5(random()::text), 1, 26)"}
INSTANT = {
    "sqlite": "datetime(:oldest, '+' || i || ' seconds') || '.000000'",
    "postgresql": "CAST(:oldest AS timestamptz) + i * interval '1 second'",
}
NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :number)"

VILLAGE = """
INSERT INTO unit (id, code, name, kind, parent_id, path)
{numbers} SELECT 'v' || i, 'V' || i, 'Kelurahan ' || i, 'urban_village', :root,
CASE i % 10 WHEN 0 THEN :andir_path ELSE :root_path END || 'v' || i || '/' FROM n
"""
PERSON = """
INSERT INTO person (id, front_title, name, back_title, unit_id, kind, grade, rank_name, position, email)
{numbers} SELECT 'p' || i, '', 'Warga ' || i, '', 'v' || (i % {villages} + 1), 'pns', '', '', '', '' FROM n
"""
CALL = """
INSERT INTO call (id, code, title, unit_id, opens_at, closes_at, state)
{numbers} SELECT 'c' || i, 'LAMA-' || i, 'Lomba ' || i, unit_id, opens_at, closes_at,
CASE WHEN i <= {open} THEN state ELSE 'closed' END FROM n, call WHERE call.id = :call
"""
VERSION = """
INSERT INTO policyversion (id, call_id, number, body, author_id, created_at, signed_by, signed_at, signed_sha256)
{numbers} SELECT 'w' || i, 'c' || i, 1, body, author_id, created_at, signed_by, signed_at, signed_sha256
FROM n, policyversion WHERE policyversion.id = :policy
"""
IDEA = """
INSERT INTO idea
(id, code, call_id, policy_id, unit_id, lead_id, stage, stage_since, title, revision, version, created_at, submitted_at, due_at, score)
{numbers} SELECT {id}, 'LAMA-' || i, 'c' || ((i - 1) / {per_call} + 1), :policy, 'v' || (i % {villages} + 1), 'p' || (i % :people + 1),
CASE {stages} END, {instant}, 'Gagasan ' || i, 1, 1, {instant}, {instant},
CASE WHEN i * 37 % 100 BETWEEN {owed} THEN {instant} END, CASE WHEN i * 37 % 100 >= {scored} THEN 6000 + i % 4000 * 7919 % 4000 END FROM n
"""
REVISION = """
INSERT INTO revision (id, idea_id, number, title, form, medium, theme, sections, budget_rupiah, salt, content_sha256, author_id, created_at)
SELECT {id}, id, 1, title, 'public_service', 'digital', '', :sections, 0, '', '', lead_id, created_at FROM idea
"""
TERMS = """
INSERT INTO searchtext (idea_id, revision, edition, title, body, words)
SELECT id, 1, {edition}, 'gagas ' || substr(title, 9), 'warga tunggu lama antre daring',
'_antrean _daring _gagasan _lama _menunggu _warga _' || substr(title, 9) FROM idea ORDER BY created_at, id
"""
MEMBER = """
INSERT INTO teammember (id, idea_id, person_id, position, lead, role, share_hundredths)
SELECT {id}, id, lead_id, 0, {true}, '', 10000 FROM idea
"""
WAITING = """
INSERT INTO inboxitem (id, task, role, unit_path, idea_id, created_at, due_at)
SELECT {id}, CASE stage {tasks} END, CASE stage {roles} END, CASE stage WHEN 'awaiting_permission' THEN unit.path ELSE :call_path END,
idea.id, idea.created_at, idea.created_at FROM idea JOIN unit ON unit.id = idea.unit_id WHERE stage IN ({waiting})
"""

AWARD = """
INSERT INTO award (id, idea_id, call_id, stage, stage_since, tier, distinction, amount_rupiah, computation, decree_number, revoke_reason,
salt, version, created_at, announced_at)
SELECT
{id}, id, call_id, 'announced', created_at, 'utama', 'Inovasi Terpuji', 1000000, '{{}}', '100.3/1/2026', '', '', 1,
created_at, created_at FROM idea WHERE stage = 'rolled_out'
"""
CERTIFICATE = """
INSERT INTO document (id, kind, token, number, series, year, running, state, cause_id, holder_id, idea_id, award_id, content, issued_on,
sha256, created_at, issued_at, salt)
SELECT
{id}, 'certificate', {id}, 'LAMA/' || idea.code, 'lama', 2026, row_number() OVER (), 'issued', award.id,
idea.lead_id, idea.id, award.id, '{{}}', DATE(award.created_at), {id}, award.created_at, award.created_at, ''
FROM award JOIN idea ON idea.id = award.idea_id
"""
FACT = """
INSERT INTO ledgerentry (seq, kind, idea_id, at, payload, hash)
SELECT ledgerhead.seq + row_number() OVER (), 'idea.submit', idea.id, created_at, '{{}}', {id} FROM idea, ledgerhead
"""
COUNTED = "UPDATE ledgerhead SET seq = (SELECT max(seq) FROM ledgerentry)"


def add_crowd(town: Town, number: int) -> None:
    """So many ideas in a town without any, one more day's fraction older each."""
    people, calls = max(number // PER_PERSON, 10), (number - 1) // PER_CALL + 1
    root, root_path = town.units["KOTA"]
    call = town.call
    [policy] = town.rows(select(PolicyVersion.id).where(PolicyVersion.call_id == call))
    known = {"root": root, "root_path": root_path, "andir_path": town.units["ANDIR"][1], "call": call, "policy": policy, "people": people}
    known |= {"sections": '{"background": "Warga menunggu lama.", "idea": "Antrean daring."}', "call_path": town.units["BAPPEDA"][1]}
    known |= {"oldest": now() - timedelta(days=2_000)}
    for statement, rows in ((VILLAGE, VILLAGES), (PERSON, people), (CALL, calls), (VERSION, calls), (IDEA, number)):
        _run(town, statement, {**known, "number": rows})
    for statement in (REVISION, TERMS, MEMBER, WAITING, AWARD, CERTIFICATE, FACT, COUNTED):
        _run(town, statement, known)
    gather_statistics(town)


def _run(town: Town, statement: str, known: dict[str, object]) -> None:
    kind = town.store.url.get_backend_name()
    waiting = [(stage, task, role) for _, stage, task, role in STAGES if task]
    written = statement.format(
        numbers=NUMBERS,
        id=RANDOM_ID[kind],
        instant=INSTANT[kind],
        true="1" if kind == "sqlite" else "true",
        villages=VILLAGES,
        per_call=PER_CALL,
        edition=EDITION,
        stages=" ".join(f"WHEN i * 37 % 100 < {share} THEN '{stage}'" for share, stage, _, _ in STAGES),
        open=OPEN,
        owed="5 AND 74",
        scored="65",
        tasks=" ".join(f"WHEN '{stage}' THEN '{task}'" for stage, task, _ in waiting),
        roles=" ".join(f"WHEN '{stage}' THEN '{role}'" for stage, _, role in waiting),
        waiting=", ".join(f"'{stage}'" for stage, _, _ in waiting),
    )
    with town.store.unit_of_work() as session:
        session.connection().execute(sa.text(written), {name: value for name, value in known.items() if f":{name}" in written})


def gather_statistics(town: Town) -> None:
    """PostgreSQL does this by itself within a minute; SQLite gets none, as it has none in use."""
    if not town.store.is_sqlite:
        with town.store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("VACUUM ANALYZE"))
