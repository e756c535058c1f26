"""What receipts, refusal letters and certificates say."""

from datetime import date, timedelta
from typing import Any

from sqlmodel import Session, col, select

from models.awards import Award
from models.documents import DocumentKind
from models.ideas import Decision, TeamMember
from models.instants import local_day, region_zone
from models.ledger import LedgerEntry
from models.stages import AwardStage
from workflows.calculations.employee_number import mask_employee_number
from workflows.documents.text import format_date
from workflows.intake.team import list_team_changes
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext, current_content, read_context
from workflows.process.refusals import NotFound
from workflows.recognition.number import Cause, Holder, list_holders, number_document

REFUSING = (("permit", "refused", "permission"), ("screen", "rejected", "screening"), ("determine", "rejected", "determination"))
HELP = {
    "permission": "Bicarakan usulan ini dengan kepala unit kerja Anda; setelah alasannya teratasi, ajukan kembali sebagai usulan baru.",
    "screening": "Perbaiki bagian yang belum memenuhi kriteria inovasi daerah, lalu ajukan kembali sebagai usulan baru.",
    "determination": "Bila ada bukti atau keadaan baru, sampaikan keberatan sebelum tenggat, atau perbaiki usulan dan ajukan kembali.",
}
REASON_LABELS = {
    "permission": "Izin tertulis tidak diberikan",
    "screening": "Kriteria inovasi daerah belum terpenuhi",
    "determination": "Usulan tidak ditetapkan",
}


def number_receipt(session: Session, idea_id: str, *, actor: Actor) -> None:
    """Number the receipt of a submitted idea: who handed in what, when, and where that stands in the ledger."""
    context = read_context(session, idea_id, actor=actor)
    idea = context.idea
    entry = session.exec(select(LedgerEntry).where(LedgerEntry.idea_id == idea_id, LedgerEntry.kind == "idea.submit")).first()
    if entry is None or idea.submitted_at is None:
        raise NotFound("idea_not_submitted")
    said = {
        "call_title": context.call.title,
        "idea_code": idea.code,
        "idea_title": idea.title,
        "team": _team_lines(session, idea_id),
        "received_at": idea.submitted_at.astimezone(region_zone()),
        "content_sha256": current_content(session, idea).content_sha256,
        "ledger_seq": entry.seq,
        "ledger_hash": entry.hash,
        "team_revisions": _team_revisions(session, idea_id),
    }
    cause = Cause(DocumentKind.RECEIPT, idea_id, idea.lead_id, idea_id=idea_id, call_id=context.call.id)
    number_document(session, cause, context.policy.documents, said, actor=actor)


def number_refusal(session: Session, idea_id: str, *, actor: Actor) -> None:
    """Number the letter that tells the lead proposer why the idea goes no further, what would help, and until when to object."""
    context = read_context(session, idea_id, actor=actor)
    decision, stage = _refusing_decision(session, idea_id)
    holder = list_holders(session, [context.idea.lead_id])[context.idea.lead_id]
    until = local_day(decision.at) + timedelta(days=context.policy.days.objection)
    said = {
        "addressee": holder.person.full_name,
        "addressee_unit": holder.unit.name,
        "idea_code": context.idea.code,
        "idea_title": context.idea.title,
        "call_title": context.call.title,
        "decided_on": local_day(decision.at),
        "stage": stage,
        "reasons": _reasons(context, decision, stage),
        "what_would_help": HELP[stage],
        "objection_until": until if stage == "determination" else None,
        "objection_address": context.policy.documents.letterhead.contact,
    }
    cause = Cause(DocumentKind.REFUSAL, idea_id, context.idea.lead_id, idea_id=idea_id, call_id=context.call.id)
    number_document(session, cause, context.policy.documents, said, actor=actor)


def number_certificates(session: Session, award_id: str, *, actor: Actor) -> None:
    """Number one certificate for every team member of an announced award; none for an award revoked meanwhile."""
    award = session.get(Award, award_id)
    if award is None or award.stage != AwardStage.ANNOUNCED:
        return
    context = read_context(session, award.idea_id, actor=actor)
    members = session.exec(select(TeamMember).where(TeamMember.idea_id == award.idea_id).order_by(col(TeamMember.position))).all()
    holders = list_holders(session, [member.person_id for member in members])
    for member in members:
        said = _certificate(context, award, member, holders[member.person_id], alone=len(members) == 1)
        cause = Cause(DocumentKind.CERTIFICATE, award_id, member.person_id, award.idea_id, award_id, context.call.id)
        number_document(session, cause, context.policy.documents, said, actor=actor)


def _certificate(context: IdeaContext, award: Award, member: TeamMember, holder: Holder, *, alone: bool) -> dict[str, Any]:
    part = "Pengusul" if alone else "Ketua Tim Pengusul" if member.lead else "Anggota Tim Pengusul"
    return {
        "holder_name": holder.person.full_name,
        "holder_employee_number": holder.number,
        "holder_unit": holder.unit.name,
        "holder_role": part,
        "idea_title": context.idea.title,
        "idea_code": context.idea.code,
        "distinction": award.distinction,
        "legal_basis": _legal_basis(context.policy.documents.legal_basis, award.decree_number, award.decree_on),
    }


def _legal_basis(text: str, number: str, on: date | None) -> str:
    return text.replace("{number}", number).replace("{date}", format_date(on) if on else "-")[:300]


def _team_lines(session: Session, idea_id: str) -> list[dict[str, Any]]:
    members = session.exec(select(TeamMember).where(TeamMember.idea_id == idea_id).order_by(col(TeamMember.position))).all()
    holders = list_holders(session, [member.person_id for member in members])
    return [
        {
            "name": holders[member.person_id].person.full_name,
            "masked_number": mask_employee_number(holders[member.person_id].number or ""),
            "unit": holders[member.person_id].unit.name,
            "role": "Ketua" if member.lead else member.role or "Anggota",
            "share_hundredths": member.share_hundredths,
        }
        for member in members
    ]


def _team_revisions(session: Session, idea_id: str) -> list[dict[str, Any]]:
    """Every change of the team since the idea was received, for a receipt that is numbered after it."""
    changes = list_team_changes(session, idea_id)
    people = {member.person_id for _, change in changes for member in change.before + change.after}
    holders = list_holders(session, [*people, *(str(decision.actor_id) for decision, _ in changes)])

    def name(person_id: str | None) -> str:
        return holders[str(person_id)].person.full_name

    return [
        {
            "changed_at": decision.at.astimezone(region_zone()),
            "changed_by": name(decision.actor_id),
            "members": [
                {
                    "name": name(person_id),
                    "before_hundredths": before and before.share_hundredths,
                    "after_hundredths": after and after.share_hundredths,
                }
                for person_id, before, after in change.list_members()
            ],
        }
        for decision, change in changes
    ]


def _refusing_decision(session: Session, idea_id: str) -> tuple[Decision, str]:
    decisions = session.exec(select(Decision).where(Decision.idea_id == idea_id).order_by(col(Decision.at).desc(), col(Decision.id))).all()
    for decision in decisions:
        for action, outcome, stage in REFUSING:
            if (decision.action, decision.outcome) == (action, outcome):
                return decision, stage
    raise NotFound("refusal_not_found")


def _reasons(context: IdeaContext, decision: Decision, stage: str) -> list[dict[str, str]]:
    first = {
        "code": str(context.idea.reason_code or stage),
        "label": REASON_LABELS[stage],
        "text": decision.reason or REASON_LABELS[stage],
    }
    labels = {requirement.name: requirement.label for requirement in context.policy.requirements}
    unmet = [name for name, met in decision.detail.get("answers", {}).items() if met is False]
    return [first, *({"code": name, "label": labels[name], "text": "Jawaban penapisan: tidak."} for name in unmet if name in labels)]
