"""Claim that an idea which was determined is one's own rejected one: file it, take it back, decide it with reasons, let it lapse.

Who would cheat claims what others had first, or decides for themselves: so the order of receipt proves who was first, nobody of the
determined idea's team claims it, and who decides took no step on either idea. A claim that is upheld names the first to have had the idea;
no share and no sum changes by it.
"""

from sqlmodel import Session, col, select

from models.claims import OPEN, AdoptionClaim, ClaimState
from models.ideas import Idea
from models.instants import now
from models.people import NoticeKind, Role
from models.stages import IdeaStage
from workflows.intake.claim_records import (
    DECIDE,
    DECIDING,
    FILE,
    LAPSE,
    ORIGINATE,
    WITHDRAW,
    find_adopted_at,
    find_due,
    keep_claim,
    keep_idea,
    list_deciders,
    list_holders,
    settle,
    tell_lead,
    tell_people,
)
from workflows.intake.links import link_as_same
from workflows.intake.shared import find_shared
from workflows.process.actors import Actor, flow_actor
from workflows.process.context import IdeaContext, read_context
from workflows.process.deadlines import due_in
from workflows.process.duties import list_borne
from workflows.process.guards import is_overdue
from workflows.process.journal import record
from workflows.process.refusals import Conflict, Faults, Forbidden, Invalid, NotFound
from workflows.process.relations import has_part
from workflows.process.visibility import sees_idea
from workflows.process.ways import IDEA
from workflows.process.wording import read_line, read_text

SHORTEST_CLAIM = 30  # characters: what of it was one's own idea
SHORTEST_REASON = 10
MOST_OF_IDEA = 5  # claims that a lead may make about one idea by naming another
READING = flow_actor("intake")  # reads what may be nobody's to see: who may is asked right after
TOLD_OF_AWARD = (Role.SECRETARIAT, Role.LEADER)  # who prepare and approve an award


def file_claim(session: Session, claim_id: str, reason: str, *, actor: Actor) -> AdoptionClaim:
    """File a claim that one was told of, with what of the determined idea was one's own; those who may decide it are told.

    Raises NotFound for whoever may not know of it, Forbidden for who does not lead the rejected idea or is of the determined one's team,
    Conflict once it was filed or settled, past its date, and for an idea that was received later.
    """
    claim, first = _take_own(session, claim_id, actor)
    text = read_text("reason", reason, maximum=2_000, minimum=SHORTEST_CLAIM)
    if claim.state != ClaimState.TOLD:
        raise Conflict("claim_settled")
    if now() > find_due(session, claim, first.idea):
        raise Conflict("claim_late")
    return _file(session, claim, first, text, actor)


def claim_idea(session: Session, idea_id: str, adopted: str, reason: str, *, actor: Actor) -> AdoptionClaim:
    """Claim an idea by its code that one may see and was not told of, or not yet; the watch may have missed it.

    Raises Invalid, all faults at once, for a code that no idea has which the actor sees and which was determined, and a reason that is too
    short; Conflict for an idea that is not rejected and kept, and for what `file_claim` raises it for.
    """
    first = read_context(session, idea_id, actor=actor)
    _require_lead(first, actor)
    faults, other, text = Faults(), first.idea, ""
    with faults.gather():
        other = _find_adopted(session, adopted, actor)
    with faults.gather():
        text = read_text("reason", reason, maximum=2_000, minimum=SHORTEST_CLAIM)
    faults.settle()
    session.get(Idea, idea_id, with_for_update=True, populate_existing=True)  # two at once are counted one after the other
    if is_overdue(first):
        raise Conflict("idea_not_watched", stage=first.idea.stage)
    made = session.exec(select(AdoptionClaim).where(AdoptionClaim.idea_id == idea_id).order_by(col(AdoptionClaim.created_at))).all()
    known = next((each for each in made if each.adopted_id == other.id), None)
    if known is not None and known.state != ClaimState.TOLD:
        raise Conflict("claim_settled", "adopted")
    if known is not None:
        return file_claim(session, known.id, text, actor=actor)
    if sum(not each.matching for each in made) >= MOST_OF_IDEA:
        raise Conflict("claims_used_up", maximum=MOST_OF_IDEA)
    at = find_adopted_at(session, other.id) or now()
    return _file(session, AdoptionClaim(idea_id=idea_id, adopted_id=other.id, adopted_at=at, due_at=now()), first, text, actor)


def withdraw_claim(session: Session, claim_id: str, *, actor: Actor) -> AdoptionClaim:
    """Take a claim back, or say that one claims nothing; the same two ideas are not claimed again."""
    claim, _first = _take_own(session, claim_id, actor)
    if claim.state not in OPEN:
        raise Conflict("claim_settled")
    settle(session, claim, ClaimState.WITHDRAWN, actor=actor)
    keep_claim(session, WITHDRAW, claim, actor=actor)
    return claim


def decide_claim(session: Session, claim_id: str, *, upholds: bool, reason: str, actor: Actor) -> AdoptionClaim:
    """Uphold a filed claim, or dismiss it, with reasons that the first team reads; its lead is told.

    Upheld, the two ideas are said to be the same, and the first team is named on the determined idea; its team and whoever prepares its
    award are told. Raises NotFound for whoever does not see both ideas, Forbidden for all but who may decide, Conflict for a claim that is
    not filed or is settled.
    """
    claim = _lock(session, claim_id)
    first, adopted = _read_both(session, claim, actor)
    require_decider(session, first, adopted, actor)
    text = read_text("reason", reason, maximum=2_000, minimum=SHORTEST_REASON)
    if claim.state != ClaimState.FILED:
        raise Conflict("claim_not_filed" if claim.state == ClaimState.TOLD else "claim_settled")
    settle(session, claim, ClaimState.UPHELD if upholds else ClaimState.DISMISSED, text, actor=actor)
    keep_claim(session, DECIDE, claim, actor=actor)
    tell_lead(session, claim, first.idea)
    if upholds:
        record(session, f"{IDEA.name}.{ORIGINATE}", adopted.idea.id, actor=actor, idea_id=adopted.idea.id, commits={})
        link_as_same(session, adopted.idea, first.idea, text[:1_000], actor=actor)
        preparing = list_holders(session, TOLD_OF_AWARD, adopted) - first.team - adopted.team - {str(actor.person_id)}
        tell_people(session, preparing, NoticeKind.CLAIM_UPHELD)
        tell_people(session, adopted.team, NoticeKind.ORIGINATOR_NAMED)
    return claim


def lapse_claims(session: Session, limit: int, *, actor: Actor) -> None:
    """Let claims lapse that nobody filed in time; one whose days end later by the calendar as it is now has until then.

    All of them, with their ideas, are held and written before the first fact; what somebody is just changing waits for the next time, as
    the chain may be held already, and they wait for it.
    """
    late = select(AdoptionClaim, Idea).join(Idea, col(Idea.id) == col(AdoptionClaim.idea_id)).where(AdoptionClaim.state == ClaimState.TOLD)
    late = late.where(col(AdoptionClaim.due_at) < now()).order_by(col(AdoptionClaim.due_at), col(AdoptionClaim.id)).limit(limit)
    lapsed = []
    for claim, idea in session.exec(late.with_for_update(skip_locked=True).execution_options(populate_existing=True)).all():
        until = find_due(session, claim, idea)
        if until > claim.due_at and until > now():
            claim.due_at = until
            session.add(claim)
            keep_idea(session, idea, until)
            continue
        settle(session, claim, ClaimState.LAPSED, actor=actor)
        lapsed.append(claim)
    session.flush()
    for claim in lapsed:
        keep_claim(session, LAPSE, claim, actor=actor)


def remind_deciders(session: Session, limit: int) -> None:
    """Tell who may decide a claim, and the secretariat, that it was not decided in time, once; it does not lapse by their silence.

    A claim that somebody is just deciding is left to them.
    """
    late = select(AdoptionClaim).where(AdoptionClaim.state == ClaimState.FILED, col(AdoptionClaim.due_at) < now())
    late = late.where(col(AdoptionClaim.reminded_at).is_(None)).order_by(col(AdoptionClaim.due_at), col(AdoptionClaim.id)).limit(limit)
    for claim in session.exec(late.with_for_update(skip_locked=True).execution_options(populate_existing=True)).all():
        first, adopted = (read_context(session, each, actor=READING) for each in (claim.idea_id, claim.adopted_id))
        claim.due_at = find_due(session, claim, first.idea)
        if claim.due_at < now():
            claim.reminded_at = now()
            offices = list_holders(session, (Role.SECRETARIAT,), first, adopted) - first.team - adopted.team
            tell_people(session, list_deciders(session, first, adopted) | offices, NoticeKind.CLAIM_LATE)
        session.add(claim)


def require_decider(session: Session, first: IdeaContext, adopted: IdeaContext, actor: Actor) -> None:
    """Raise Forbidden for who may not decide a claim: no leader or chair over both calls, of a team, or with a duty on either idea."""
    if has_part(first, actor) or has_part(adopted, actor):
        raise Forbidden("conflict_of_interest")
    if not any(all(actor.holds(role, each.call_path) for each in (first, adopted)) for role in DECIDING):
        raise Forbidden("only_claim_decider")
    borne = [duty for each in (first, adopted) for duty in list_borne(session, each.idea.id, str(actor.person_id))]
    if borne:
        raise Forbidden("has_other_duty", duty=borne[0])


def knows_adopted(session: Session, adopted: IdeaContext, actor: Actor) -> bool:
    """Whether somebody may know which idea was determined: they see it, or it is open to them as a colleague."""
    return sees_idea(session, adopted.idea.id, actor) or find_shared(session, adopted, actor=actor) is not None


def _file(session: Session, claim: AdoptionClaim, first: IdeaContext, text: str, actor: Actor) -> AdoptionClaim:
    adopted = read_context(session, claim.adopted_id, actor=READING)
    if first.idea.stage != IdeaStage.REJECTED:
        raise Conflict("idea_not_watched", stage=first.idea.stage)
    if actor.person_id in adopted.team:
        raise Forbidden("claims_own_idea")
    if not _is_first(first.idea, adopted.idea):
        raise Conflict("claim_received_later")
    claim.state, claim.filed_by, claim.filed_at, claim.reason = ClaimState.FILED, actor.person_id, now(), text
    claim.due_at = due_in(session, first.policy.days.determination)
    keep_idea(session, first.idea, claim.due_at)
    keep_claim(session, FILE, claim, actor=actor)
    deciders = list_deciders(session, first, adopted)
    tell_people(session, deciders, NoticeKind.CLAIM_FILED)
    if not deciders:
        left = list_holders(session, (Role.SECRETARIAT, Role.ADMIN), first, adopted) - first.team - adopted.team
        tell_people(session, left, NoticeKind.CLAIM_WITHOUT_DECIDER)
    return claim


def _is_first(idea: Idea, other: Idea) -> bool:
    return idea.submitted_at is not None and other.submitted_at is not None and idea.submitted_at < other.submitted_at


def _find_adopted(session: Session, typed: str, actor: Actor) -> Idea:
    """The determined idea, by its code; raises Invalid for one that there is not, or that the actor may not know of."""
    code = read_line("adopted", typed, maximum=30).upper()
    found = session.exec(select(Idea).where(Idea.code == code)).first()
    if found is None or find_adopted_at(session, found.id) is None:
        raise Invalid("adopted_unknown", "adopted")
    if not knows_adopted(session, read_context(session, found.id, actor=READING), actor):
        raise Invalid("adopted_unknown", "adopted")
    return found


def _lock(session: Session, claim_id: str) -> AdoptionClaim:
    claim = session.get(AdoptionClaim, claim_id, with_for_update=True, populate_existing=True)
    if claim is None:
        raise NotFound("claim_not_found")
    return claim


def _take_own(session: Session, claim_id: str, actor: Actor) -> tuple[AdoptionClaim, IdeaContext]:
    """A claim of one's own idea, locked, with the idea; NotFound for who does not see the idea."""
    claim = _lock(session, claim_id)
    if not sees_idea(session, claim.idea_id, actor):
        raise NotFound("claim_not_found")
    first = read_context(session, claim.idea_id, actor=actor)
    _require_lead(first, actor)
    return claim, first


def _require_lead(first: IdeaContext, actor: Actor) -> None:
    if first.idea.lead_id != actor.person_id:
        raise Forbidden("only_proposer")


def _read_both(session: Session, claim: AdoptionClaim, actor: Actor) -> tuple[IdeaContext, IdeaContext]:
    if not all(sees_idea(session, each, actor) for each in (claim.idea_id, claim.adopted_id)):
        raise NotFound("claim_not_found")
    return read_context(session, claim.idea_id, actor=actor), read_context(session, claim.adopted_id, actor=actor)
