"""Two near ideas, one rejected and under watch, the other determined later, and what tests of claims ask about them."""

from typing import Any

from sqlmodel import col, select

from models.claims import AdoptionClaim, ClaimState
from models.outbox import Message
from models.people import AccountNotice, NoticeKind
from models.stages import IdeaStage
from tests.building import Town
from workflows.intake.claim_lists import ListedClaim, list_claims
from workflows.intake.claims import file_claim
from workflows.intake.watch import watch_adopted
from workflows.process.attest.compare import compare_rows

FIRST: dict[str, Any] = {
    "title": "Antrean daring puskesmas",
    "sections": {"background": "Pasien menunggu di loket sejak subuh.", "idea": "Nomor antrean diambil dari rumah lewat ponsel."},
}
NEAR: dict[str, Any] = {
    "title": "Antrean puskesmas dari rumah",
    "sections": {"background": "Pasien menunggu di loket sejak pagi.", "idea": "Nomor antrean puskesmas diambil lewat ponsel."},
}
FAR: dict[str, Any] = {
    "title": "Bank sampah warga",
    "sections": {"background": "Sampah dibuang ke sungai setiap hari.", "idea": "Warga menabung botol yang dipilah di kelurahan."},
}
WHY = "Nomor antrean dari rumah sudah saya usulkan lebih dahulu, dengan cara yang sama."
BECAUSE = "Isi pokoknya sama, dan usulan ini diterima lebih dahulu."


def build_pair(town: Town, *, lead: str = "operator", **adopted: Any) -> tuple[str, str]:
    """A rejected idea of somebody's, and a near one of the usual team that was determined after it; `adopted` alters the second."""
    first = town.build_idea(IdeaStage.REJECTED, lead=lead, **FIRST)
    return first, town.build_idea(IdeaStage.DETERMINED, **{**NEAR, **adopted})


def watch(town: Town, adopted: str) -> None:
    """The flow looks for what is near an idea that was determined."""
    town.do(watch_adopted, adopted, by="flow:intake")


def build_told(town: Town, **named: Any) -> tuple[str, str, str]:
    """Two near ideas and the claim of which the first lead was told."""
    first, adopted = build_pair(town, **named)
    watch(town, adopted)
    return first, adopted, claim_of(town, first, adopted).id


def build_filed(town: Town, **named: Any) -> tuple[str, str, str]:
    """Two near ideas and the claim that the first lead filed."""
    first, adopted, claim = build_told(town, **named)
    town.do(file_claim, claim, WHY, by=named.get("lead", "operator"))
    return first, adopted, claim


def claim_of(town: Town, first: str, adopted: str) -> AdoptionClaim:
    """The claim about two ideas."""
    of_both = select(AdoptionClaim).where(AdoptionClaim.idea_id == first, AdoptionClaim.adopted_id == adopted)
    (found,) = town.rows(of_both)
    return found  # type: ignore[no-any-return]


def state_of(town: Town, claim: str) -> ClaimState:
    """How far a claim has come."""
    (found,) = town.rows(select(AdoptionClaim.state).where(AdoptionClaim.id == claim))
    return ClaimState(found)


def mails_asked(town: Town) -> list[Message]:
    """The messages that tell leads of claims."""
    return town.rows(select(Message).where(Message.job == "tell_claim").order_by(col(Message.id)))


def notices(town: Town, kind: NoticeKind) -> set[str]:
    """Who of the town was told so."""
    told = town.rows(select(AccountNotice.person_id).where(AccountNotice.kind == kind))
    return {one.who for one in town.people.values() if one.id in told}


def listed(town: Town, who: str) -> list[ListedClaim]:
    """The claims that concern somebody."""
    with town.store.reading() as session:
        return list_claims(session, actor=town.actor(session, who))


def require_whole(town: Town) -> None:
    """The ledger commits to everything as it is."""
    with town.store.reading() as session:
        assert compare_rows(session).differences == []
