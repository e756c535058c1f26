"""The checker: after the faults, what clients were told is held against database, documents and ledger; every rule must count zero."""

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from models.awards import Award
from models.database import Database
from models.documents import DocumentKind, DocumentState
from models.outbox import MessageState
from models.stages import AwardStage
from tests.faults.effects import EFFECTS, waits_for_a_flow
from tests.faults.evidence import Evidence
from tests.faults.history import ACKNOWLEDGED, FAULT, UNKNOWN, Call, History
from workflows.adapters.files import find_file
from workflows.calculations.ledger import ChainEntry, verify_chain
from workflows.process.ways import AWARD, DOCUMENT, IDEA

Rule = Callable[[Evidence], Iterable[str]]
ONCE = (  # facts that one subject may have once in its life
    *("idea.draft", "idea.submit", "idea.route.permission", "idea.permit.granted", "idea.screen.accepted", "idea.close_review.passed"),
    *("idea.draft_recommend", "idea.recommend.feasible", "idea.determine.adopted", "idea.roll_out", "award.propose"),
    *("award.approve.approved", "award.schedule", "award.announce", "document.number", "document.issue", "document.send"),
)

JOBS = {  # fact -> the jobs that must follow from it
    ".".join(part for part in (way.name, each.action, each.outcome) if part): each.jobs
    for way in (IDEA, AWARD, DOCUMENT)
    for each in way.transitions
}


def ideas_lost(evidence: Evidence) -> Iterable[str]:
    """An acknowledged idea is there, and one acknowledged as submitted has the code its proposer was told."""
    for call in evidence.history.acknowledged("draft"):
        if call.answer["id"] not in evidence.ideas:
            yield f"draft {call.answer['id']}"
    for call in evidence.history.acknowledged("submit"):
        idea = evidence.ideas.get(call.idea)
        if idea is None or idea.submitted_at is None or idea.code != call.answer["code"]:
            yield f"submission {call.idea}"


def decisions_lost(evidence: Evidence) -> Iterable[str]:
    """Every acknowledged step stands in the idea's file and in the ledger."""
    decided = Counter((decision.idea_id, decision.action) for decision in evidence.decisions)
    recorded = Counter((entry.idea_id, entry.kind.partition(".")[2].partition(".")[0]) for entry in evidence.ledger)
    for (idea, action), calls in Counter((call.idea, stands_as(call)) for call in evidence.history.acknowledged()).items():
        if decided[idea, action] < calls or recorded[idea, action.removeprefix("award_")] < calls:
            yield f"{action} on {idea}"


def decisions_twice(evidence: Evidence) -> Iterable[str]:
    """No step stands there more often than it was acknowledged, or could have been."""
    asked = Counter((call.idea, stands_as(call)) for call in evidence.history.calls if call.outcome in (ACKNOWLEDGED, UNKNOWN))
    people = Counter((decision.idea_id, decision.action) for decision in evidence.decisions if decision.actor_id is not None)
    yield from (f"{action} on {idea}" for (idea, action), count in people.items() if count > asked[idea, action])


def facts_twice(evidence: Evidence) -> Iterable[str]:
    """The ledger tells nothing twice that can be so only once."""
    yield from (f"{kind} of {subject}" for (kind, subject), count in evidence.facts.items() if kind in ONCE and count > 1)


def awards_twice(evidence: Evidence) -> Iterable[str]:
    """One award stands for an idea."""
    context = Counter(award.idea_id for award in evidence.awards.values() if award.stage != AwardStage.REVOKED)
    yield from (idea for idea, count in context.items() if count > 1)


def documents_twice(evidence: Evidence) -> Iterable[str]:
    """One receipt for an idea, one certificate for a winner."""
    causes = Counter((document.kind, document.cause_id, document.holder_id) for document in evidence.documents.values())
    yield from (f"{kind} of {cause}" for (kind, cause, _holder), count in causes.items() if count > 1)


def numbers_twice(evidence: Evidence) -> Iterable[str]:
    """No number, code or place in a series was given to two."""
    given = [document.number for document in evidence.documents.values()] + [idea.code or "" for idea in evidence.submitted()]
    yield from (number for number, count in Counter(given).items() if count > 1)


def numbers_skipped(evidence: Evidence) -> Iterable[str]:
    """Every series counts from one to its last number, without a gap."""
    used: dict[tuple[str, int], list[int]] = {}
    for document in evidence.documents.values():
        used.setdefault((document.series, document.year), []).append(document.running)
    for idea in evidence.submitted():
        _, year, running = str(idea.code).split("-")
        used.setdefault(("idea", int(year)), []).append(int(running))
    for series in used.keys() | evidence.series.keys():
        wanted = range(1, evidence.series.get(series, 0) + 1)
        if set(used.get(series, [])) != set(wanted):
            yield f"{series}: {sorted(set(wanted) ^ set(used.get(series, [])))[:5]}"


def announced_early(evidence: Evidence) -> Iterable[str]:
    """Nobody was told, and nothing was certified, before the hour."""
    for award in evidence.awards.values():
        seen = evidence.history.seen_announced.get(award.id)
        early = award.announced_at is not None and (award.announce_at is None or award.announced_at < award.announce_at)
        if early or (seen is not None and (award.announced_at is None or seen < award.announced_at)):
            yield award.id
        for document in evidence.list_documents(award.id):
            if award.announced_at is None or document.created_at < award.announced_at:
                yield f"certificate {document.id}"


def handled_without_effect(evidence: Evidence) -> Iterable[str]:
    """What a message says is done, is done."""
    for message in evidence.messages:
        if message.state == MessageState.HANDLED and not EFFECTS[message.job](evidence, message.subject_id):
            yield f"{message.job} of {message.subject_id}"


def effects_torn(evidence: Evidence) -> Iterable[str]:
    """At no moment was an effect there before its message was acknowledged."""
    yield from sorted(evidence.history.torn)


def stuck(evidence: Evidence) -> Iterable[str]:
    """Nothing waits for ever: neither a message nor a fact whose message is missing nor an idea whose turn it is a flow's."""
    yield from (f"{m.job} {m.state} {m.error or ''}" for m in evidence.messages if m.state != MessageState.HANDLED)
    for kind, subject in evidence.facts:
        yield from (f"{kind} without {job}" for job in JOBS.get(kind, ()) if not evidence.asked[job, subject])
    yield from waits_for_a_flow(evidence)


def receipts_missing(evidence: Evidence) -> Iterable[str]:
    """Everybody who submitted has an issued receipt, every winner an issued certificate."""
    for idea in evidence.submitted():
        if [d.state for d in evidence.list_documents(idea.id) if d.kind == DocumentKind.RECEIPT][:1] != [DocumentState.ISSUED]:
            yield f"receipt of {idea.id}"
    for award in evidence.awards.values():
        if award.stage == AwardStage.ANNOUNCED and certified(evidence, award) != evidence.teams[award.idea_id]:
            yield f"certificates of {award.id}"


def files_wrong(evidence: Evidence) -> Iterable[str]:
    """An issued document's bytes lie under their SHA-256 and are a whole PDF."""
    for document in evidence.documents.values():
        try:
            folder = evidence.folder / "documents"
            whole = document.sha256 is not None and find_file(folder, document.sha256, "pdf").read_bytes().startswith(b"%PDF-")
        except OSError:
            whole = False
        if not whole:
            yield document.id


def chain_broken(evidence: Evidence) -> Iterable[str]:
    """The ledger's chain holds from its first entry to its head."""
    report = verify_chain(ChainEntry(seq=entry.seq, payload=entry.payload, hash=entry.hash) for entry in evidence.ledger)
    if not report.valid or (report.size, report.head) != (evidence.head.seq, evidence.head.hash):
        yield str(report)


def database_broken(evidence: Evidence) -> Iterable[str]:
    """The database finds nothing wrong with itself: SQLite by its integrity check, PostgreSQL by its own check of every heap and index."""
    if evidence.store.is_sqlite:
        yield from (line for line in evidence.ask("PRAGMA integrity_check") if line != "ok")
        yield from map(str, evidence.ask("PRAGMA foreign_key_check"))
        return
    yield from postgres_faults(evidence)


def postgres_faults(evidence: Evidence) -> Iterable[str]:
    """What `amcheck` reports."""
    public = "relnamespace = 'public'::regnamespace"
    with evidence.store.unit_of_work() as session:
        session.connection().exec_driver_sql("CREATE EXTENSION IF NOT EXISTS amcheck")
        session.connection().exec_driver_sql(
            f"SELECT bt_index_parent_check(oid, true) FROM pg_class WHERE relkind = 'i' AND {public} AND relam = "
            "(SELECT oid FROM pg_am WHERE amname = 'btree')"
        )
    yield from evidence.ask(f"SELECT v.msg FROM pg_class c, LATERAL verify_heapam(c.oid) v WHERE c.relkind = 'r' AND c.{public}")


def answers_changed(evidence: Evidence) -> Iterable[str]:
    """The same key got the same answer, however often it was sent."""
    yield from (call.key for call in evidence.history.calls if len(set(call.told)) > 1)


def faults_answered(evidence: Evidence) -> Iterable[str]:
    """Nobody was answered with a fault of ours, or never."""
    yield from (f"{call.action}: {call.status} {call.told}" for call in evidence.history.calls if call.outcome in (FAULT, UNKNOWN))


RULES: tuple[Rule, ...] = (
    ideas_lost,
    decisions_lost,
    decisions_twice,
    facts_twice,
    awards_twice,
    documents_twice,
    numbers_twice,
    numbers_skipped,
    announced_early,
    handled_without_effect,
    effects_torn,
    stuck,
    receipts_missing,
    files_wrong,
    chain_broken,
    database_broken,
    answers_changed,
    faults_answered,
)


def stands_as(call: Call) -> str:
    """The decision under which a step stands in the file."""
    return {"propose": "award_propose"}.get(call.action, call.action.partition(" ")[0])


def certified(evidence: Evidence, award: Award) -> set[str]:
    """Who holds an issued certificate of an award."""
    return {document.holder_id for document in evidence.list_documents(award.id) if document.state == DocumentState.ISSUED}


def check(store: Database, folder: Path, history: History) -> dict[str, list[str]]:
    """What each rule found, by its name; all empty where everything held."""
    evidence = Evidence(store, folder, history)
    return {rule.__name__: list(rule(evidence)) for rule in RULES}


def broken(found: dict[str, list[str]]) -> dict[str, list[str]]:
    """The rules that did not hold, with the first few of what broke them."""
    return {rule: [f"{len(cases)} in all", *cases[:5]] for rule, cases in found.items() if cases}
