"""record(): a fact's ledger entry and the jobs it asks of the flows, in the transaction that makes the fact true."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, select

from models.database import append_row, append_rows, run_plain, table_of
from models.instants import now
from models.ledger import LedgerEntry, LedgerHead
from models.outbox import Message
from workflows.calculations.ledger import chain_hash
from workflows.process.actors import Actor
from workflows.process.crashpoints import crashpoint
from workflows.process.planted_bugs import planted, write_afterwards

# fact -> the errands that follow from it, as topic.job; the topic is the stage whose flow does the job
FOLLOW_UPS: dict[str, tuple[str, ...]] = {
    "idea.submit": ("intake.route", "recognition.number_receipt"),
    "idea.permit.refused": ("recognition.number_rejection",),
    "idea.screen.accepted": ("review.assign",),
    "idea.screen.rejected": ("recognition.number_rejection",),
    "idea.score": ("review.close_review",),
    "idea.recuse": ("review.assign", "review.close_review"),
    "idea.close_review.passed": ("review.draft_recommend",),
    "idea.close_review.below_mark": ("review.draft_recommend",),
    "idea.determine.adopted": ("pilot.roll_out",),
    "idea.determine.rejected": ("recognition.number_rejection",),
    "idea.plan_pilot": ("pilot.start_pilot",),
    "idea.conclude": ("pilot.compute_result",),
    "idea.verify.roll_out": ("reward.draft_award",),
    "idea.roll_out": ("reward.draft_award",),
    "award.announce": ("recognition.number_certificates",),
    "award.revoke": ("recognition.withdraw_certificates",),
    "document.number": ("recognition.issue_document",),
    "document.issue": ("recognition.send_document",),
}


def record(session: Session, kind: str, subject_id: str, *, actor: Actor, idea_id: str | None = None, **detail: Any) -> None:
    """Append a fact to the ledger and put its follow-up jobs into the outbox.

    `detail` goes into the public chain: ids, codes, amounts and salted commitments only, never a name or a number of a person.
    """
    _put(session, [_message(errand, subject_id, idea_id) for errand in FOLLOW_UPS.get(kind, ())])
    crashpoint("after_message_before_ledger")
    actor_id = actor.person_id or f"flow:{actor.flow}"
    _append(session, {"kind": kind, "subject": subject_id, "idea": idea_id, "actor": actor_id, "detail": detail})


def send(session: Session, errand: str, subject_id: str, *, idea_id: str | None = None, once: str | None = None) -> None:
    """Ask a flow for a job, by `topic.job`; with `once`, a second request under the same key is dropped."""
    if once is not None and session.exec(select(Message.id).where(Message.dedupe_key == once)).first() is not None:
        return
    _put(session, [_message(errand, subject_id, idea_id, once)])


def _message(errand: str, subject_id: str, idea_id: str | None, once: str | None = None) -> dict[str, Any]:
    topic, job = errand.split(".")
    return {"topic": topic, "job": job, "subject_id": subject_id, "idea_id": idea_id, "dedupe_key": once}


def _put(session: Session, messages: list[dict[str, Any]]) -> None:
    if planted("dual_write"):
        for message in messages:
            write_afterwards(session, Message(**message))
    else:
        append_rows(session, Message, messages)


_HEAD = table_of(LedgerHead)
_LAST = sa.select(_HEAD.c.seq, _HEAD.c.hash).with_for_update()
_LINKED = sa.update(_HEAD).values(seq=sa.bindparam("link"), hash=sa.bindparam("linked"))


def _append(session: Session, told: dict[str, Any]) -> None:
    last = run_plain(session, _LAST).one()  # the change stands by now: a lost race is seen before the chain is locked
    seq, at = last.seq + 1, now()
    payload = {"seq": seq, "at": at.isoformat(), **told}
    linked = chain_hash(payload, bytes.fromhex(last.hash)).hex()
    run_plain(session, _LINKED, {"link": seq, "linked": linked})
    append_row(session, LedgerEntry, seq=seq, kind=told["kind"], idea_id=told["idea"], at=at, payload=payload, hash=linked)
