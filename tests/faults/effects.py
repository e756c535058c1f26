"""What must be so once a flow's job is done, and which ideas still wait for a flow."""

from collections.abc import Callable, Iterable

from models.documents import DocumentKind
from models.instants import wall_now
from models.reviews import ReviewState
from models.stages import AwardStage, IdeaStage
from tests.faults.evidence import Evidence

BEFORE_REVIEW_ENDS = (IdeaStage.IN_REVIEW, IdeaStage.SCREENING, IdeaStage.AWAITING_PERMISSION)


def routed(evidence: Evidence, idea: str) -> bool:
    return evidence.ideas[idea].stage != IdeaStage.SUBMITTED


def has_receipt(evidence: Evidence, idea: str) -> bool:
    return any(document.kind == DocumentKind.RECEIPT for document in evidence.list_documents(idea))


def assigned(evidence: Evidence, idea: str) -> bool:
    return sum(review.idea_id == idea for review in evidence.reviews) == 2


def closed_when_all_scored(evidence: Evidence, idea: str) -> bool:
    states = [review.state for review in evidence.reviews if review.idea_id == idea]
    return evidence.ideas[idea].scores_closed_at is not None or states.count(ReviewState.SCORED) < 2


def drafted(evidence: Evidence, idea: str) -> bool:
    return evidence.decided(idea, "draft_recommend") or evidence.decided(idea, "recommend")  # a chair who is faster needs no draft


def rolled_out(evidence: Evidence, idea: str) -> bool:
    return evidence.ideas[idea].stage == IdeaStage.ROLLED_OUT


def awarded(evidence: Evidence, idea: str) -> bool:
    return any(award.idea_id == idea for award in evidence.awards.values())


def announced(evidence: Evidence, award: str) -> bool:
    return evidence.awards[award].stage == AwardStage.ANNOUNCED


def certificates_numbered(evidence: Evidence, award: str) -> bool:
    holders = {document.holder_id for document in evidence.list_documents(award)}
    return holders == evidence.teams[evidence.awards[award].idea_id]


def issued(evidence: Evidence, document: str) -> bool:
    return evidence.documents[document].sha256 is not None and evidence.facts["document.issue", document] > 0


def sent(evidence: Evidence, document: str) -> bool:
    return evidence.facts["document.send", document] > 0 and (evidence.folder / "mail" / f"{document}@gagas.eml").exists()


def told_of_withdrawal(evidence: Evidence, document: str) -> bool:
    return (evidence.folder / "mail" / f"revoked.{document}@gagas.eml").exists()


def nothing_to_see(_evidence: Evidence, _subject: str) -> bool:
    return True


EFFECTS: dict[str, Callable[[Evidence, str], bool]] = {
    "route": routed,
    "number_receipt": has_receipt,
    "assign": assigned,
    "close_review": closed_when_all_scored,
    "draft_recommend": drafted,
    "roll_out": rolled_out,
    "draft_award": awarded,
    "announce": announced,
    "number_certificates": certificates_numbered,
    "issue_document": issued,
    "send_document": sent,
    "tell_withdrawn": told_of_withdrawal,
    "watch": nothing_to_see,  # no idea of the stories was rejected, so that none is near
    "send_digest": nothing_to_see,
    "tell_team": nothing_to_see,
    "tell_dropped": nothing_to_see,
    "tell_holder": nothing_to_see,
    "mail_code": nothing_to_see,
    "mail_activation": nothing_to_see,
}


def waits_for_a_flow(evidence: Evidence) -> Iterable[str]:
    """Ideas, awards and documents that stand where only a flow takes them on."""
    for idea in evidence.ideas.values():
        waiting = {
            IdeaStage.SUBMITTED: True,
            IdeaStage.IN_REVIEW: not assigned(evidence, idea.id) or not closed_when_all_scored(evidence, idea.id),
            IdeaStage.SHORTLISTED: not drafted(evidence, idea.id),
            IdeaStage.DETERMINED: True,
            IdeaStage.ROLLED_OUT: not awarded(evidence, idea.id),
        }
        if waiting.get(idea.stage, False):
            yield f"{idea.id} {idea.stage}"
    for award in evidence.awards.values():
        if award.stage == AwardStage.SCHEDULED and award.announce_at is not None and award.announce_at < wall_now():
            yield f"award {award.id}"
        if award.stage == AwardStage.ANNOUNCED and not certificates_numbered(evidence, award.id):
            yield f"certificates of {award.id}"
    yield from (f"document {one}" for one in evidence.documents if not issued(evidence, one) or not sent(evidence, one))
