"""What receipts, rejection letters and certificates say; a job of the flow each."""

from collections.abc import Callable
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.awards import Award
from models.documents import Document, DocumentKind
from models.ideas import Decision, Idea, Revision, TeamMember
from models.instants import local_day, region_zone
from models.ledger import LedgerEntry
from models.people import Role
from models.policy import Entry
from models.stages import AwardStage
from models.units import Unit
from workflows.calculations.employee_number import mask_held_number
from workflows.calculations.ledger import GENESIS
from workflows.documents.kinds.receipt import INITIATORS
from workflows.documents.kinds.rejection import SILENCE, find_words, name_rejecting
from workflows.documents.text import format_date
from workflows.intake.merge_lists import name_with_joined
from workflows.intake.silence import BY_RULE
from workflows.intake.team_changes import list_team_changes
from workflows.process import ways
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext, read_context
from workflows.process.jobs import NUMBERING_JOBS
from workflows.process.refusals import NotFound
from workflows.process.ways import Transition
from workflows.recognition.number import DocumentSubject, Issuer, number_document
from workflows.recognition.offices import NamedPerson, list_copies, list_named, name_decider, name_silent, read_issuer, write_rank_or_grade
from workflows.reward.browse import find_approval

NUMBER_REJECTION = NUMBERING_JOBS[DocumentKind.REJECTION]
UNMET = "Kriteria ini belum terpenuhi."
RUNS = "Inovasi serupa sudah berjalan"
SILENT = (
    "Izin tertulis sudah dimintakan kepada kepala unit kerja Saudara. Sampai dengan {day} permintaan tersebut tidak dijawab."
    " Menurut ketentuan periode usulan, izin yang tidak dijawab sampai batas waktunya dianggap tidak diberikan."
)


def number_receipt(session: Session, idea_id: str, *, actor: Actor) -> None:
    """Number the receipt of a submitted idea: who handed in what, when, and where that stands in the ledger."""
    context = read_context(session, idea_id, actor=actor)
    idea = context.idea
    entry = session.exec(select(LedgerEntry).where(LedgerEntry.idea_id == idea_id, LedgerEntry.kind == "idea.submit")).first()
    if entry is None or idea.submitted_at is None:
        raise NotFound("idea_not_submitted")
    received = _received_revision(session, idea, entry)
    content = {
        "call_title": context.call.title,
        "idea_code": idea.code,
        "idea_title": received.title,
        "team": _team_lines(session, idea_id),
        "received_at": idea.submitted_at.astimezone(region_zone()),
        "received_by": f"Sistem elektronik Gagas, {session.get_one(Unit, context.call.unit_id).name}",
        "content_sha256": received.content_sha256,
        "ledger_seq": entry.seq,
        "ledger_hash": entry.hash,
        "entry": _write_entry(session, entry, received),
        "declaration": context.policy.declaration.text if "declaration" in entry.payload["detail"] else None,
        "team_revisions": _team_revisions(session, idea_id),
        **_entry(context),
    }
    subject = DocumentSubject(DocumentKind.RECEIPT, idea_id, idea.lead_id, idea_id=idea_id, call_id=context.call.id)
    number_document(session, subject, read_issuer(session, context, None), content, actor=actor)


def number_rejection(session: Session, idea_id: str, *, actor: Actor) -> None:
    """Number the letter that tells the lead proposer why the idea goes no further, what would help, and the right to object."""
    context = read_context(session, idea_id, actor=actor)
    decision = _rejecting_decision(session, idea_id)
    stage = name_rejecting(decision.action, decision.outcome)
    words = find_words(stage)
    holder = list_named(session, [context.idea.lead_id])[context.idea.lead_id]
    issuer = read_issuer(session, context, decision)
    content = {
        "addressee": holder.person.full_name,
        "addressee_unit": holder.unit.name,
        "idea_code": context.idea.code,
        "idea_title": context.idea.title,
        "call_title": context.call.title,
        "decided_on": local_day(decision.at),
        "decided_by": _name_official(session, context, issuer, decision),
        "stage": stage,
        "reasons": [*_reasons(context, decision, stage, words.label), *_list_running(session, decision)],
        "what_would_help": words.help,
        "copies_to": list_copies(session, context, issuer.office.signatory.position),
    }
    cause_id = _find_cause(session, idea_id, decision)
    subject = DocumentSubject(DocumentKind.REJECTION, cause_id, context.idea.lead_id, idea_id=idea_id, call_id=context.call.id)
    number_document(session, subject, issuer, content, actor=actor)


def number_certificates(session: Session, award_id: str, *, actor: Actor) -> None:
    """Number one certificate for every team member of an announced award; none for an award revoked meanwhile.

    The award is locked first: a revocation under way is seen, and one that comes later finds every certificate there is to withdraw.
    """
    award = session.get(Award, award_id, with_for_update={"key_share": True})
    if award is None or award.stage != AwardStage.ANNOUNCED:
        return
    context = read_context(session, award.idea_id, actor=actor)
    issuer = read_issuer(session, context, find_approval(session, award))
    members = session.exec(select(TeamMember).where(TeamMember.idea_id == award.idea_id).order_by(col(TeamMember.position))).all()
    holders = list_named(session, [member.person_id for member in members])
    code = {"idea_code": name_with_joined(session, [context.idea])[context.idea.id]}
    for member in members:
        content = _certificate(context, award, member, holders[member.person_id], alone=len(members) == 1) | code
        subject = DocumentSubject(DocumentKind.CERTIFICATE, award_id, member.person_id, award.idea_id, award_id, context.call.id)
        number_document(session, subject, issuer, content, actor=actor)


# What numbers each kind of document; the flow of recognition has a job for each, in this order.
NUMBERING: dict[DocumentKind, Callable[..., None]] = {
    DocumentKind.RECEIPT: number_receipt,
    DocumentKind.REJECTION: number_rejection,
    DocumentKind.CERTIFICATE: number_certificates,
}


def _certificate(context: IdeaContext, award: Award, member: TeamMember, holder: NamedPerson, *, alone: bool) -> dict[str, Any]:
    contest = context.policy.entry == Entry.IN_USE
    category = context.policy.find_category(context.idea.category)
    title = category.title if category is not None else ""
    return {
        "holder_name": holder.person.full_name,
        "holder_employee_number": holder.number,
        "holder_rank": write_rank_or_grade(holder.person),
        "holder_position": holder.person.position,
        "holder_unit": holder.unit.name,
        "holder_role": "Pengusul" if alone else "Ketua Tim Pengusul" if member.lead else "Anggota Tim Pengusul",
        "idea_title": context.idea.title,
        "in_use": contest,
        "distinction": award.distinction.removesuffix(f", {title}"),
        "category": title,
        "call_title": context.call.title if contest else "",
        "legal_basis": _legal_basis(context.policy.documents.legal_basis, award.decree_number, award.decree_on),
    }


def _legal_basis(text: str, number: str, on: date | None) -> str:
    return text.replace("{number}", number).replace("{date}", format_date(on) if on else "-")[:300]


def _received_revision(session: Session, idea: Idea, entry: LedgerEntry) -> Revision:
    """What the idea said when it was submitted, whatever became of it since."""
    number = entry.payload["detail"].get("revision", idea.revision)
    return session.exec(select(Revision).where(Revision.idea_id == idea.id, Revision.number == number)).one()


def _write_entry(session: Session, entry: LedgerEntry, received: Revision) -> dict[str, Any] | None:
    """The entry of a submission for whoever checks its receipt alone; None of one that does not say the digest of the content yet."""
    if "content" not in entry.payload["detail"]:
        return None
    before = session.get(LedgerEntry, entry.seq - 1)
    previous = before.hash if before is not None else GENESIS.hex()
    return {"payload": entry.payload, "previous": previous, "content_salt": received.salt}


def _entry(context: IdeaContext) -> dict[str, Any]:
    """What the call asked of the idea's entry; nothing of what it did not ask."""
    said = context.content
    initiator = INITIATORS.get(said.initiator, said.initiator) if said.initiator else None
    entry = {"initiator": initiator, "in_use_since": said.in_use_since, "earlier_code": said.earlier_code}
    return {name: value for name, value in entry.items() if value is not None}


def _team_lines(session: Session, idea_id: str) -> list[dict[str, Any]]:
    members = session.exec(select(TeamMember).where(TeamMember.idea_id == idea_id).order_by(col(TeamMember.position))).all()
    holders = list_named(session, [member.person_id for member in members])
    return [
        {
            "name": holders[member.person_id].person.full_name,
            "masked_number": mask_held_number(holders[member.person_id].number) or None,
            "unit": holders[member.person_id].unit.name,
            "role": "Ketua" if member.lead else member.role or "Anggota",
            "share_hundredths": member.share_hundredths,
        }
        for member in members
    ]


def _team_revisions(session: Session, idea_id: str) -> list[dict[str, Any]]:
    """Every change of the team since the idea was received, for a receipt that is numbered after it."""
    changes = list_team_changes(session, idea_id)
    people = {member.person_id for each in changes for member in each.change.before + each.change.after}
    holders = list_named(session, [*people, *(str(each.actor_id) for each in changes)])

    def name(person_id: str | None) -> str:
        return holders[str(person_id)].person.full_name

    return [
        {
            "changed_at": each.at.astimezone(region_zone()),
            "changed_by": name(each.actor_id),
            "members": [
                {
                    "name": name(person_id),
                    "before_hundredths": before and before.share_hundredths,
                    "after_hundredths": after and after.share_hundredths,
                }
                for person_id, before, after in each.change.list_members()
            ],
        }
        for each in changes
    ]


def _name_official(session: Session, context: IdeaContext, issuer: Issuer, decision: Decision) -> str:
    """The position of the official to whom an objection goes: who decided, or was asked and did not answer."""
    if name_rejecting(decision.action, decision.outcome) == SILENCE:
        return name_silent(session, context)
    within_unit = any(each.action == decision.action and each.who == Role.UNIT_HEAD for each in list_rejecting())
    return name_decider(session, issuer, decision, within_unit=within_unit)


def list_rejecting() -> list[Transition]:
    """The steps from which a letter follows."""
    return [each for each in ways.IDEA.transitions if NUMBER_REJECTION in each.jobs]


def _rejecting_decision(session: Session, idea_id: str) -> Decision:
    """The last decision from which a letter follows."""
    steps = list_rejecting()
    rejecting = sa.or_(*(sa.and_(col(Decision.action) == each.action, col(Decision.outcome) == (each.outcome or "")) for each in steps))
    newest = select(Decision).where(Decision.idea_id == idea_id, rejecting).order_by(col(Decision.at).desc(), col(Decision.id))
    decision = session.exec(newest).first()
    if decision is None:
        raise NotFound("rejection_not_found")
    return decision


def _find_cause(session: Session, idea_id: str, decision: Decision) -> str:
    """What a letter tells of: the idea, or the decision where the idea was rejected, told of it and reopened before."""
    earlier = select(Document.id).where(Document.kind == DocumentKind.REJECTION, Document.idea_id == idea_id)
    return idea_id if session.exec(earlier.where(col(Document.created_at) < decision.at)).first() is None else decision.id


def _reasons(context: IdeaContext, decision: Decision, stage: str, label: str) -> list[dict[str, str]]:
    first = {"code": str(context.idea.reason_code or stage), "label": label, "text": decision.reason or _tell_silence(decision) or label}
    labels = {requirement.name: requirement.label for requirement in context.policy.requirements}
    unmet = [name for name, met in decision.detail.get("answers", {}).items() if met is False]
    told = decision.detail.get("reasons", {})
    return [first, *({"code": name, "label": labels[name], "text": told.get(name, UNMET)} for name in unmet if name in labels)]


def _tell_silence(decision: Decision) -> str:
    """That nobody answered until the date, and that the rule of the call says what this means; empty where somebody decided."""
    if BY_RULE not in decision.detail:
        return ""
    return SILENT.format(day=format_date(date.fromisoformat(decision.detail["due_on"])))


def _list_running(session: Session, decision: Decision) -> list[dict[str, str]]:
    """That an innovation like it is in use already, by its code alone: its title may not be for whoever reads the letter."""
    if "already_runs" not in decision.detail:
        return []
    code = session.get_one(Idea, decision.detail["already_runs"]).code
    return [{"code": "already_runs", "label": RUNS, "text": f"Inovasi tersebut tercatat dengan kode {code}."}]
