"""record(): a fact's ledger entry and the jobs it asks of the flows, in the transaction that makes the fact true."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlmodel import Session, col, select

from models.database import append_row, append_rows
from models.ideas import Idea
from models.instants import now, wall_now
from models.ledger import LedgerEntry
from models.logs import note
from models.outbox import Message
from models.statements.counters import Link, lock_last_link, set_last_link
from models.statements.outbox import wake_held
from workflows.calculations.ledger import chain_hash
from workflows.process.actors import Actor
from workflows.process.attest.found import tell_found
from workflows.process.crashpoints import crashpoint

ON_ACCOUNTS = ("region", "person", "account", "session", "role", "office", "outbox")  # facts that stand in the security log too
LOGGED_DETAILS = ("role", "unit")


def record(session: Session, kind: str, subject_id: str, *, actor: Actor, idea_id: str | None = None, **detail: Any) -> None:
    """Append a fact to the ledger.

    `detail` goes into the public chain: ids, codes, amounts and salted commitments only, never a name or a number of a person.
    """
    actor_id = actor.person_id or f"flow:{actor.flow}"
    if kind.partition(".")[0] in ON_ACCOUNTS:
        note(session, kind, actor=actor_id, subject=subject_id, **{name: detail[name] for name in LOGGED_DETAILS if name in detail})
    detail |= tell_found(session, idea_id, detail.get("commits", {}))
    _append(session, {"kind": kind, "subject": subject_id, "idea": idea_id, "actor": actor_id, "detail": detail})


def record_each(session: Session, kind: str, details: Mapping[str, dict[str, Any]], *, actor: Actor, of_ideas: bool = False) -> None:
    """Append a fact of one kind about each of many subjects, under one lock of the chain; `details` by subject, as `record` takes them.

    With `of_ideas` each subject is an idea, whose history the facts belong to.
    """
    if not details:
        return
    actor_id = actor.person_id or f"flow:{actor.flow}"
    if not of_ideas:
        note(session, f"{kind}.many", actor=actor_id, subject=str(len(details)))
    last, at, rows = lock_last_link(session), now(), list[dict[str, Any]]()
    for seq, (subject_id, detail) in enumerate(details.items(), last.seq + 1):
        idea_id = subject_id if of_ideas else None
        told = detail | tell_found(session, idea_id, detail.get("commits", {}))
        about = {"kind": kind, "subject": subject_id, "idea": idea_id, "actor": actor_id, "detail": told}
        payload = {"seq": seq, "at": at.isoformat(), **about}
        last = Link(seq, chain_hash(payload, bytes.fromhex(last.hash)).hex())
        rows.append({"seq": seq, "kind": kind, "idea_id": idea_id, "at": at, "payload": payload, "hash": last.hash})
    set_last_link(session, last)
    append_rows(session, LedgerEntry, rows)


def follow_up(session: Session, jobs: tuple[str, ...], subject_id: str, idea_id: str | None) -> None:
    """Ask the flows for the jobs (`topic.job`) that follow from a step, before the step is recorded."""
    add_messages(session, [_message(job, subject_id, idea_id) for job in jobs])
    crashpoint("after_message_before_ledger")


def send(session: Session, job: str, subject_id: str, *, idea_id: str | None = None, once: str | None = None) -> None:
    """Ask a flow for a job, by `topic.job`; with `once`, a second request under the same key is dropped."""
    if once is not None and session.exec(select(Message.id).where(Message.dedupe_key == once)).first() is not None:
        return
    add_messages(session, [_message(job, subject_id, idea_id, once)])


def send_each(session: Session, job: str, subjects: Iterable[str], *, of_ideas: bool = False) -> None:
    """Ask a flow for a job about many subjects; with `of_ideas` each subject is an idea."""
    add_messages(session, [_message(job, subject_id, subject_id if of_ideas else None) for subject_id in subjects])


def send_each_once(session: Session, job: str, keys: dict[str, str]) -> None:
    """Ask a flow for a job about many subjects, each under its own key (`keys`: subject -> key) unless that was asked for before."""
    known = set(session.exec(select(Message.dedupe_key).where(col(Message.dedupe_key).in_(keys.values()))))
    add_messages(session, [_message(job, subject_id, None, key) for subject_id, key in keys.items() if key not in known])


def _message(job: str, subject_id: str, idea_id: str | None, once: str | None = None) -> dict[str, Any]:
    topic, name = job.split(".")
    return {"topic": topic, "job": name, "subject_id": subject_id, "idea_id": idea_id, "dedupe_key": once}


def add_messages(session: Session, messages: list[dict[str, Any]]) -> None:
    """Write messages into the outbox, in the transaction of the fact that asks for them."""
    append_rows(session, Message, messages)


def release_held(session: Session, idea_id: str) -> None:
    """Wake the jobs that wait for a gate of an idea: call it when one is passed, or when the idea leaves the stage, before `record`.

    The idea is locked first: a job that is about to be held meanwhile is held before, and woken here, or sees what was changed.
    """
    session.flush()
    session.exec(select(Idea.id).where(Idea.id == idea_id).with_for_update(key_share=True)).first()
    wake_held(session, idea_id, wall_now())


def _append(session: Session, fact: dict[str, Any]) -> None:
    last = lock_last_link(session)  # the change stands by now: a lost race is seen before the chain is locked
    seq, at = last.seq + 1, now()
    payload = {"seq": seq, "at": at.isoformat(), **fact}
    linked = chain_hash(payload, bytes.fromhex(last.hash)).hex()
    set_last_link(session, Link(seq, linked))
    append_row(session, LedgerEntry, seq=seq, kind=fact["kind"], idea_id=fact["idea"], at=at, payload=payload, hash=linked)
