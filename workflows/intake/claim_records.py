"""How a claim is kept: its row, the fact in the ledger, the idea that stays until it is over, and who is told of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import Session, col, select

from models.claims import AdoptionClaim, ClaimState
from models.ideas import Decision, Idea
from models.instants import local_day, now
from models.people import NoticeKind, Role, RoleGrant, is_held
from models.stages import IdeaStage
from models.statements.acts import list_acts_on
from models.units import Unit
from workflows.calculations.calendar import WorkingCalendar
from workflows.process.actors import Actor
from workflows.process.attest.commit import commit_rows
from workflows.process.context import IdeaContext, read_policy_of
from workflows.process.deadlines import count_on, due_from, end_of_day
from workflows.process.duties import find_duty
from workflows.process.journal import record, send
from workflows.process.ways import IDEA
from workflows.region.notices import send_notices

TELL, FILE, DECIDE, WITHDRAW, LAPSE = "tell_claim", "file_claim", "decide_claim", "withdraw_claim", "lapse_claim"  # steps, in the ledger
ORIGINATE = "name_originator"  # of the determined idea, once a claim about it was upheld
DETERMINE, ADOPTED = IDEA.action("determine"), "adopted"
DECIDING = (Role.LEADER, Role.CHAIR)  # over the calls of both ideas, and without a duty on either
JOB = "recognition.tell_claim"
KEY = "claim:"  # before a claim's id and its state: the key under which its lead is told of it once


def find_adopted_at(session: Session, idea_id: str) -> datetime | None:
    """When an idea was determined for the first time; None for one that never was."""
    adopted = select(col(Decision.at)).where(Decision.idea_id == idea_id, Decision.action == DETERMINE, Decision.outcome == ADOPTED)
    return session.exec(adopted.order_by(col(Decision.at))).first()


def find_due(session: Session, claim: AdoptionClaim, idea: Idea, calendar: WorkingCalendar | None = None) -> datetime:
    """Until when a claim is to be filed or decided: as it was told, and no earlier than its days end by the calendar as it is now.

    Who asks of many gives the calendar, read once.
    """
    days, since = read_policy_of(session, idea).days, claim.filed_at or claim.told_at
    wait = days.claim if claim.state == ClaimState.TOLD else days.determination
    if since is None:
        return claim.due_at
    day = local_day(since)
    return max(claim.due_at, due_from(session, day, wait) if calendar is None else end_of_day(count_on(day, wait, calendar)))


def keep_claim(session: Session, step: str, claim: AdoptionClaim, *, actor: Actor) -> None:
    """Write a claim, and the fact about the rejected idea; which other idea it is about, and why, is committed to and not told."""
    session.add(claim)
    session.flush()
    kind = f"{IDEA.name}.{step}"
    record(session, kind, claim.idea_id, actor=actor, idea_id=claim.idea_id, commits=commit_rows(kind, [("adoptionclaim", claim)]))


def keep_idea(session: Session, idea: Idea, until: datetime) -> None:
    """Keep a rejected idea until a date at least; its version grows, so that nobody closes or reopens it at the same time."""
    if idea.due_at is not None and idea.due_at < until:
        idea.due_at = until
    flag_modified(idea, "due_at")
    session.add(idea)


def settle(session: Session, claim: AdoptionClaim, state: ClaimState, reason: str = "", *, actor: Actor) -> None:
    """End a claim; an idea whose time is over meanwhile is due to be closed from now on."""
    claim.state = ClaimState(state)
    claim.settled_by, claim.settled_at, claim.end_reason = actor.person_id, now(), reason
    idea = session.get_one(Idea, claim.idea_id)
    if idea.stage == IdeaStage.REJECTED:
        keep_idea(session, idea, now())


def tell_lead(session: Session, claim: AdoptionClaim, idea: Idea) -> None:
    """Have the lead of the rejected idea told by mail how a claim stands, once for each state."""
    send(session, JOB, idea.lead_id, idea_id=idea.id, once=f"{KEY}{claim.id}:{claim.state}")


def tell_people(session: Session, people: Iterable[str], kind: NoticeKind) -> None:
    """Tell many people that a claim concerns them."""
    told = sorted(set(people))
    if told:
        send_notices(session, told, kind)


def list_deciders(session: Session, first: IdeaContext, adopted: IdeaContext) -> set[str]:
    """Who may decide a claim: leaders and chairs over the calls of both ideas who bear no duty on either and are of neither team."""
    acts = list_acts_on(session, [first.idea.id, adopted.idea.id])
    bearing = {act.person_id for act in acts if find_duty(IDEA.name, act.step) is not None}
    return list_holders(session, DECIDING, first, adopted) - bearing - first.team - adopted.team


def list_holders(session: Session, roles: Iterable[Role], *contexts: IdeaContext) -> set[str]:
    """Who holds one of some roles over the calls of all of these ideas."""
    return {person_id for person_id, path in read_holders(session, roles) if all(each.call_path.startswith(path) for each in contexts)}


def read_holders(session: Session, roles: Iterable[Role]) -> Sequence[tuple[str, str]]:
    """Who holds one of some roles, and over the unit at which path."""
    held = select(RoleGrant.person_id, Unit.path).join(Unit, col(Unit.id) == col(RoleGrant.unit_id))
    return session.exec(held.where(col(RoleGrant.role).in_(list(roles)), is_held())).all()
